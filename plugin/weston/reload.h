/* SPDX-License-Identifier: MIT */
/*
 * Reads weston.ini again while guests run: applies everything that can change at run time, from the
 * rules to the keys, and reports what needs a restart. A file with an error changes nothing.
 */
#pragma once

#include <stdbool.h>

#include "pure/option-change.h"

struct display_host;
struct presenter;
struct weston_compositor;

struct reload_handler {
	/* A complaint, as a sentence; is_error: it prevents the reload. */
	void (*complain)(void *data, bool is_error, const char *sentence);
	/* See options_list_changes(). */
	void (*changed)(void *data, const char *section, const char *key,
			enum option_effect effect);
	void *data;
};

/* Returns true if the file was applied. */
bool
reload(struct weston_compositor *compositor, struct presenter *presenter, struct display_host *host,
       const struct reload_handler *handler);
