/* SPDX-License-Identifier: MIT */
/*
 * What each request of displif.h does, and its answer. Errors that a guest gets: ENOENT for an
 * unknown cookie, EEXIST for one in use, EINVAL for what contradicts itself, ENOSPC and ENOMEM over
 * a limit, EOPNOTSUPP for what is not offered, EIO where a buffer turned out unusable later.
 */
#pragma once

struct connector;
struct xendispl_req;

/* An answer that would give a page directory back to the guest is held until it is read, but no
 * longer than this. */
#define DIRECTORY_READ_WITHIN_MS 2000

/* Does what a request says, and answers it, now or from connector->held. */
void
request_serve(struct connector *connector, const struct xendispl_req *untrusted_request);

/* CLOCK_ANSWER is due: the held answer is given without its outcome, unless the guest's page
 * directory is still being read. */
void
request_answer_late(struct connector *connector);
