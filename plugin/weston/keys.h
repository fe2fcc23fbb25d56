/* SPDX-License-Identifier: MIT */
/* Key combinations that change how the focused guest's screen is shown, or that begin and end a
 * grab for it. */
#pragma once

struct grabs;
struct module_options;
struct weston_binding;
struct weston_compositor;

#define KEYS_BINDINGS 3

struct keys {
	struct weston_binding *bindings[KEYS_BINDINGS]; /* NULL: unbound */
};

void
keys_init(struct keys *keys, struct weston_compositor *compositor,
	  const struct module_options *options, struct grabs *grabs);

void
keys_finish(struct keys *keys);
