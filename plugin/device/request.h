/* SPDX-License-Identifier: MIT */
/*
 * What each request of displif.h does, and its answer. Errors that a guest gets: ENOENT for an
 * unknown cookie, EEXIST for one in use, EINVAL for what contradicts itself, ENOSPC and ENOMEM over
 * a limit, EOPNOTSUPP for what is not offered, EIO where a buffer turned out unusable later.
 */
#pragma once

struct connector;
struct displif_request;

/* What request_perform() returns when connector->held took the answer over. */
#define REQUEST_HELD 1

/* An answer that would give a page directory back to the guest is held until it is read, but no
 * longer than this. */
#define DIRECTORY_READ_WITHIN_MS 2000

/* Does what a request says: 0 or negative errno for the answer, or REQUEST_HELD. */
int
request_perform(struct connector *connector, const struct displif_request *request);

/* CLOCK_ANSWER is due: the held answer is given without its outcome, unless the guest's page
 * directory is still being read. */
void
request_answer_late(struct connector *connector);
