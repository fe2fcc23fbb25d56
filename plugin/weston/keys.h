/* SPDX-License-Identifier: MIT */
/* Combinations of keys that change how the guest's screen that has the focus stands. */
#pragma once

struct module_options;
struct weston_binding;
struct weston_compositor;

struct keys {
	struct weston_binding *fullscreen; /* NULL: no keys are for it */
	struct weston_binding *natural;    /* likewise */
};

void
keys_init(struct keys *keys, struct weston_compositor *compositor,
	  const struct module_options *options);

void
keys_finish(struct keys *keys);
