/* SPDX-License-Identifier: MIT */
/* list, info and monitor: show screens, and follow their changes. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "session.h"
#include "words.h"

/* Interval between attempts to connect while Weston does not run. */
#define RECONNECT_MS 1000

/* "1280x720+20+20"; "*" for a size of 0, which extends to the output's edge. */
static void
describe_place(const struct screen *screen, char *text, size_t size)
{
	char width[16] = "*", height[16] = "*";

	if (screen->place_width > 0)
		snprintf(width, sizeof(width), "%d", screen->place_width);
	if (screen->place_height > 0)
		snprintf(height, sizeof(height), "%d", screen->place_height);
	if (screen->fullscreen)
		snprintf(text, size, "fullscreen");
	else if (screen->x == 0 && screen->y == 0 && screen->place_width == 0 &&
		 screen->place_height == 0)
		snprintf(text, size, "whole");
	else
		snprintf(text, size, "%sx%s%+d%+d", width, height, screen->x, screen->y);
}

static const char *
or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static void
put_screen(const char *key, const struct screen *screen)
{
	json_begin_object(key);
	json_string("screen", screen->name);
	json_string("guest", screen->guest);
	json_string("uuid", screen->uuid);
	json_number("domid", screen->domid);
	json_number("device", screen->device);
	json_number("connector", screen->connector);
	json_string("unique-id", screen->unique_id);
	json_number("width", screen->width);
	json_number("height", screen->height);
	json_string("state", words_state(screen->state));
	json_string("visibility", words_visibility(screen->visibility));
	json_begin_object("placement");
	json_string("output", screen->output);
	json_number("x", screen->x);
	json_number("y", screen->y);
	json_number("width", screen->place_width);
	json_number("height", screen->place_height);
	json_string("fit", words_fit(screen->fit));
	json_number("z", screen->z);
	json_boolean("fullscreen", screen->fullscreen);
	json_string("from", words_source(screen->source));
	json_end_object();
	json_string("path", screen->path);
	json_string("path-reason", screen->reason);
	json_begin_object("input");
	json_boolean("keyboard", screen->devices & XEN_DISPLAY_SCREEN_V1_DEVICE_KEYBOARD);
	json_boolean("pointer", screen->devices & XEN_DISPLAY_SCREEN_V1_DEVICE_POINTER);
	json_boolean("touch", screen->devices & XEN_DISPLAY_SCREEN_V1_DEVICE_TOUCH);
	json_boolean("focus", screen->focus);
	json_boolean("grab", screen->grab);
	json_end_object();
	json_end_object();
}

/* list */

static int
name_width(const struct session *session)
{
	const struct screen *screen;
	int width = (int)strlen("SCREEN");

	wl_list_for_each(screen, &session->screens, link)
		if ((int)strlen(screen->name) > width)
			width = (int)strlen(screen->name);
	return width;
}

static void
print_list(const struct session *session)
{
	int width = name_width(session);
	const struct screen *screen;

	if (wl_list_empty(&session->screens)) {
		puts("no guest has a screen at the moment");
		return;
	}
	printf("%-*s  %-9s  %-9s  %-10s  %-15s  %-9s  %s\n", width, "SCREEN", "MODE", "STATE",
	       "OUTPUT", "PLACE", "SEEN", "PATH");
	wl_list_for_each(screen, &session->screens, link) {
		char mode[32], place[64];

		snprintf(mode, sizeof(mode), "%ux%u", screen->width, screen->height);
		describe_place(screen, place, sizeof(place));
		printf("%-*s  %-9s  %-9s  %-10s  %-15s  %-9s  %s\n", width, screen->name, mode,
		       words_state(screen->state), or_dash(screen->output), place,
		       words_visibility(screen->visibility), or_dash(screen->path));
	}
}

int
command_list(const struct settings *settings, char **arguments)
{
	struct session session;
	const struct screen *screen;
	int code = session_open(&session, settings, false);

	if (code == 0 && settings->json) {
		json_begin_array(NULL);
		wl_list_for_each(screen, &session.screens, link)
			put_screen(NULL, screen);
		json_end_array();
		json_end_line();
	} else if (code == 0 && !settings->quiet) {
		print_list(&session);
	}
	session_close(&session);
	return code;
}

/* info */

static void
print_info(const struct screen *screen)
{
	char place[64], devices[64];

	describe_place(screen, place, sizeof(place));
	words_devices(screen->devices, devices, sizeof(devices));
	printf("%s\n", screen->name);
	printf("  guest       %s, domain %u\n", screen->guest, screen->domid);
	printf("  uuid        %s\n", or_dash(screen->uuid));
	printf("  unique-id   %s\n", or_dash(screen->unique_id));
	printf("  mode        %ux%u, %s\n", screen->width, screen->height,
	       words_state(screen->state));
	printf("  place       %s, %s, %s, z=%d (from: %s)\n", or_dash(screen->output), place,
	       words_fit(screen->fit), screen->z, words_source(screen->source));
	printf("  seen        %s\n", words_visibility(screen->visibility));
	printf("  path        %s%s%s\n", or_dash(screen->path), screen->reason[0] ? ": " : "",
	       screen->reason);
	printf("  input       %s%s%s\n", devices, screen->focus ? "; has the keys" : "",
	       screen->grab ? ", all of them" : "");
}

int
command_info(const struct settings *settings, char **arguments)
{
	struct session session;
	const struct screen *screen;
	unsigned found = 0;
	int code = session_open(&session, settings, false);

	if (code == 0 && settings->json)
		json_begin_array(NULL);
	wl_list_for_each(screen, &session.screens, link) {
		if (code != 0 || !screen_matches(screen, arguments[0]))
			continue;
		if (settings->json)
			put_screen(NULL, screen);
		else if (!settings->quiet)
			print_info(screen);
		found++;
	}
	if (code == 0 && settings->json) {
		json_end_array();
		json_end_line();
	}
	if (code == 0 && found == 0)
		code = session_complain_of_screen(&session, arguments[0]);
	session_close(&session);
	return code;
}

/* monitor */

static const char *
event_of(const struct screen *screen)
{
	if (screen->gone)
		return screen->is_new ? NULL : "gone";
	if (screen->is_new)
		return "new";
	return screen->has_changed ? "changed" : NULL;
}

static void
tell(const struct settings *settings, const struct screen *screen, const char *event)
{
	char place[64];

	if (settings->json) {
		json_begin_object(NULL);
		json_string("event", event);
		put_screen("screen", screen);
		json_end_object();
		json_end_line();
		return;
	}
	describe_place(screen, place, sizeof(place));
	printf("%-7s  %s  %ux%u  %s  %s %s  %s  %s%s\n", event, screen->name, screen->width,
	       screen->height, words_state(screen->state), or_dash(screen->output), place,
	       words_visibility(screen->visibility), or_dash(screen->path),
	       screen->focus ? "  keys" : "");
	fflush(stdout);
}

static void
tell_connection(const struct settings *settings, const char *event, const struct session *session)
{
	if (settings->json) {
		json_begin_object(NULL);
		json_string("event", event);
		json_string("socket", session->socket);
		json_end_object();
		json_end_line();
		return;
	}
	printf("%s %s\n", event, session->socket);
	fflush(stdout);
}

/* Prints changes until the connection ends; returns an exit code. */
static int
follow(struct session *session, const struct settings *settings)
{
	unsigned told = 0;
	int code = 0;

	while (code == 0) {
		const struct screen *screen;

		if (session->batches != told) {
			told = session->batches;
			wl_list_for_each(screen, &session->screens, link)
				if (event_of(screen))
					tell(settings, screen, event_of(screen));
			session_settle(session);
		}
		code = session_dispatch(session, -1);
	}
	return code;
}

static void
pause_ms(int ms)
{
	const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&time, NULL);
}

int
command_monitor(const struct settings *settings, char **arguments)
{
	struct session session;
	bool was_there = false;

	for (;;) {
		int code = session_open(&session, settings, was_there);

		if (code == 0) {
			was_there = true;
			tell_connection(settings, "connected", &session);
			code = follow(&session, settings);
			tell_connection(settings, "disconnected", &session);
		}
		session_close(&session);
		if (!settings->reconnect || code == EXIT_NOT_PERMITTED)
			return code;
		was_there = true;
		pause_ms(RECONNECT_MS);
	}
}
