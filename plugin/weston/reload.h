/* SPDX-License-Identifier: MIT */
/*
 * weston.ini read again while guests run: all that can be changed then is, from the rules to the
 * keys; what needs a restart stays and is told. A file with an error changes nothing.
 */
#pragma once

#include <stdbool.h>

#include "pure/option-change.h"

struct display_host;
struct presenter;
struct weston_compositor;

struct reload_handler {
	/* Something is wrong, in a sentence; is_error: nothing is applied because of it. */
	void (*complain)(void *data, bool is_error, const char *sentence);
	/* See options_list_changes(). */
	void (*changed)(void *data, const char *section, const char *key,
			enum option_effect effect);
	void *data;
};

/* True: it is applied. */
bool
reload(struct weston_compositor *compositor, struct presenter *presenter, struct display_host *host,
       const struct reload_handler *handler);
