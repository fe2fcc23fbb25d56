/* SPDX-License-Identifier: MIT */
/*
 * Finds out, with a client of our own before any guest connects, what the compositor offers, so
 * that the log says whether dma-bufs are used.
 */
#pragma once

struct client;
struct presenter;

void
probe_begin(struct presenter *presenter);

/* May be called when it has already ended. */
void
probe_end(struct presenter *presenter);

/* Records what a ready client has found. */
void
probe_learn(struct presenter *presenter, const struct client *client);
