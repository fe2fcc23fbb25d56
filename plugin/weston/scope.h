/* SPDX-License-Identifier: MIT */
/*
 * The log scope "xen-display" of weston-debug: while it has subscribers, prints a line a second for
 * each connector, with its counters and latencies since the guest connected.
 */
#pragma once

struct display_host;
struct scope;
struct weston_compositor;

/* NULL: out of memory, or Weston has no log scopes. */
struct scope *
scope_create(struct weston_compositor *compositor, const struct display_host *host);

/* Takes NULL. */
void
scope_destroy(struct scope *scope);
