/* SPDX-License-Identifier: MIT */
/*
 * What the compositor offers, looked at by a client of our own before any guest comes, so that the
 * log says whether dma-bufs are used.
 */
#pragma once

struct client;
struct presenter;

void
probe_begin(struct presenter *presenter);

/* Also where it has ended already. */
void
probe_end(struct presenter *presenter);

/* What a client that is ready has found. */
void
probe_learn(struct presenter *presenter, const struct client *client);
