/* SPDX-License-Identifier: MIT */
/* Shared by the files of xen-displayctl: exit codes, settings, error messages. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Exit codes, as in the man page. */
enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_CONTROL = 3, /* no Weston, no module in it, or control=off */
	EXIT_NO_SCREEN = 4,
	EXIT_NOT_PERMITTED = 5,
};

struct settings {
	const char *socket; /* NULL: search for it */
	bool json, quiet, verbose;
	bool dry_run, reconnect, prometheus, release;
	double watch_s;     /* 0: once */
	const char *output; /* NULL: not given, as the following */
	const char *rectangle, *fit, *z;
};

/* Prints a line to standard error: "xen-displayctl: ...". */
void
complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The commands; each returns an exit code. arguments: ended by NULL. */
int
command_list(const struct settings *settings, char **arguments);
int
command_info(const struct settings *settings, char **arguments);
int
command_stats(const struct settings *settings, char **arguments);
int
command_monitor(const struct settings *settings, char **arguments);
int
command_place(const struct settings *settings, char **arguments);
int
command_hide(const struct settings *settings, char **arguments);
int
command_show(const struct settings *settings, char **arguments);
int
command_fullscreen(const struct settings *settings, char **arguments);
int
command_grab(const struct settings *settings, char **arguments);
int
command_reset(const struct settings *settings, char **arguments);
int
command_config(const struct settings *settings, char **arguments);
int
command_doctor(const struct settings *settings, char **arguments);
int
command_screenshot(const struct settings *settings, char **arguments);
int
command_reload(const struct settings *settings, char **arguments);
int
command_trace(const struct settings *settings, char **arguments);
