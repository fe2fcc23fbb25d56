/* SPDX-License-Identifier: MIT */
/*
 * Performs the requests of displif.h and answers them. Errors that a guest gets: ENOENT for an
 * unknown cookie, EEXIST for one in use, EINVAL for inconsistent arguments, ENOSPC and ENOMEM over
 * a limit, EOPNOTSUPP for what is not offered, EIO if a buffer turned out to be unusable later.
 */
#pragma once

struct connector;
struct xendispl_req;

/* An answer that returns a page directory to the guest is held until the directory has been read,
 * but no longer than this. */
#define DIRECTORY_READ_WITHIN_MS 2000

/* Performs a request and answers it, now or later through connector->held. */
void
request_serve(struct connector *connector, const struct xendispl_req *untrusted_request);

/* CLOCK_ANSWER is due: sends the held answer without knowing the outcome, unless the guest's page
 * directory is still being read. */
void
request_answer_late(struct connector *connector);
