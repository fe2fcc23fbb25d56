/* SPDX-License-Identifier: MIT */
/* Combinations of keys that change how the guest's screen that has the focus stands, or begin and
 * end a grab for it. */
#pragma once

struct grabs;
struct module_options;
struct weston_binding;
struct weston_compositor;

#define KEYS_BINDINGS 3

struct keys {
	struct weston_binding *bindings[KEYS_BINDINGS]; /* NULL: no keys are for it */
};

void
keys_init(struct keys *keys, struct weston_compositor *compositor,
	  const struct module_options *options, struct grabs *grabs);

void
keys_finish(struct keys *keys);
