/* SPDX-License-Identifier: MIT */
/* place, hide, show, fullscreen, grab and reset: one change object for each command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "words.h"

/* How often to try again after a cancelled change: others may be placing screens as well. */
#define TRIES 5

struct answer {
	bool came, cancelled;
	int code;
};

static void
handle_succeeded(void *data, struct xen_display_change_v1 *change)
{
	struct answer *answer = data;

	answer->came = true;
}

static int
code_for(uint32_t reason)
{
	switch (reason) {
	case XEN_DISPLAY_CHANGE_V1_REASON_GONE:
		return EXIT_NO_SCREEN;
	case XEN_DISPLAY_CHANGE_V1_REASON_NOT_PERMITTED:
		return EXIT_NOT_PERMITTED;
	}
	return EXIT_FAILED;
}

static void
handle_failed(void *data, struct xen_display_change_v1 *change, uint32_t reason,
	      struct xen_display_screen_v1 *proxy, const char *text)
{
	struct answer *answer = data;
	const struct screen *screen = proxy ? xen_display_screen_v1_get_user_data(proxy) : NULL;

	answer->came = true;
	answer->code = code_for(reason);
	complain("%s%s%s", screen ? screen->name : "", screen ? ": " : "", text);
}

static void
handle_cancelled(void *data, struct xen_display_change_v1 *change)
{
	struct answer *answer = data;

	answer->came = true;
	answer->cancelled = true;
}

static const struct xen_display_change_v1_listener listener = {
	.succeeded = handle_succeeded,
	.failed = handle_failed,
	.cancelled = handle_cancelled,
};

/* The changes requested for a screen. */
struct wish {
	const struct settings *settings; /* for place: output, rectangle, fit, z; already checked */
	int32_t x, y, width, height, z;
	uint32_t fit;
	int visible, fullscreen, grab; /* -1: unchanged */
	bool place, reset;
	bool only_one; /* the command takes a single screen */
};

static void
ask(struct xen_display_change_v1 *change, struct xen_display_screen_v1 *screen,
    const struct wish *wish)
{
	const struct settings *settings = wish->settings;

	if (wish->reset)
		xen_display_change_v1_reset(change, screen);
	if (wish->visible >= 0)
		xen_display_change_v1_set_visible(change, screen, (uint32_t)wish->visible);
	if (wish->fullscreen >= 0)
		xen_display_change_v1_set_fullscreen(change, screen, (uint32_t)wish->fullscreen);
	if (wish->grab >= 0)
		xen_display_change_v1_set_grab(change, screen, (uint32_t)wish->grab);
	if (wish->place && settings->output)
		xen_display_change_v1_set_output(change, screen, settings->output);
	if (wish->place && settings->rectangle)
		xen_display_change_v1_set_rectangle(change, screen, wish->x, wish->y, wish->width,
						    wish->height);
	if (wish->place && settings->fit)
		xen_display_change_v1_set_fit(change, screen, wish->fit);
	if (wish->place && settings->z)
		xen_display_change_v1_set_z(change, screen, wish->z);
}

/* Returns the number of matching screens, or a negative exit code. */
static int
count_matches(const struct session *session, const char *pattern, bool only_one)
{
	const struct screen *screen;
	char text[1024] = "";
	size_t used = 0;
	int found = 0;

	wl_list_for_each(screen, &session->screens, link) {
		if (screen->gone || !screen_matches(screen, pattern))
			continue;
		found++;
		if (used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used == 0 ? "" : ", ", screen->name);
	}
	if (found == 0)
		return -session_complain_of_screen(session, pattern);
	if (found > 1 && only_one) {
		complain("%s has several screens, say which: %s", pattern, text);
		return -EXIT_NO_SCREEN;
	}
	return found;
}

/* Returns 0 or an exit code; answer->cancelled: try again. */
static int
try(struct session *session, const struct settings *settings, const char *pattern,
    const struct wish *wish, struct answer *answer)
{
	int found = count_matches(session, pattern, wish->only_one);
	const struct screen *screen;
	int code = 0;

	if (found < 0)
		return -found;
	struct xen_display_change_v1 *change =
		xen_display_manager_v1_create_change(session->manager, session->serial);
	xen_display_change_v1_add_listener(change, &listener, answer);
	wl_list_for_each(screen, &session->screens, link)
		if (!screen->gone && screen_matches(screen, pattern))
			ask(change, screen->proxy, wish);
	if (settings->dry_run)
		xen_display_change_v1_test(change);
	else
		xen_display_change_v1_apply(change);
	while (code == 0 && !answer->came)
		code = session_dispatch(session, -1);
	xen_display_change_v1_destroy(change);
	return code != 0 ? code : answer->code;
}

static int
steer(const struct settings *settings, const char *pattern, const struct wish *wish)
{
	struct session session;
	struct answer answer = {.cancelled = true};
	int code = session_open(&session, settings, false);

	for (unsigned i = 0; code == 0 && answer.cancelled && i < TRIES; i++) {
		answer = (struct answer){.came = false};
		code = try(&session, settings, pattern, wish, &answer);
	}
	if (code == 0 && answer.cancelled) {
		complain("the screens keep changing; nothing was changed");
		code = EXIT_FAILED;
	}
	if (code == 0 && settings->dry_run && !settings->quiet)
		puts("it would succeed; nothing was changed");
	session_close(&session);
	return code;
}

/* Command line */

static bool
read_integer(const char *text, int32_t *value)
{
	char *end;
	long number = strtol(text, &end, 10);

	*value = (int32_t)number;
	return end != text && *end == '\0' && number == *value;
}

/* X,Y,WxH */
static bool
read_rectangle(const char *text, struct wish *wish)
{
	int used = -1;

	return sscanf(text, "%d,%d,%dx%d%n", &wish->x, &wish->y, &wish->width, &wish->height,
		      &used) == 4 &&
	       used >= 0 && text[used] == '\0';
}

/* Returns a wish that changes nothing. */
static struct wish
wish_nothing(const struct settings *settings)
{
	return (struct wish){.settings = settings, .visible = -1, .fullscreen = -1, .grab = -1};
}

int
command_place(const struct settings *settings, char **arguments)
{
	struct wish wish = wish_nothing(settings);
	const char *fits;

	wish.place = true;
	wish.only_one = true;
	if (!settings->output && !settings->rectangle && !settings->fit && !settings->z) {
		complain("place: say where: --output, --rect, --fit or --z");
		return EXIT_USAGE;
	}
	if (settings->rectangle && !read_rectangle(settings->rectangle, &wish)) {
		complain("place: --rect is to be X,Y,WIDTHxHEIGHT, such as 0,0,640x480, not %s",
			 settings->rectangle);
		return EXIT_USAGE;
	}
	if (settings->fit && !words_find_fit(settings->fit, &wish.fit, &fits)) {
		complain("place: no fit %s; there are: %s", settings->fit, fits);
		return EXIT_USAGE;
	}
	if (settings->z && !read_integer(settings->z, &wish.z)) {
		complain("place: --z is to be a number, not %s", settings->z);
		return EXIT_USAGE;
	}
	return steer(settings, arguments[0], &wish);
}

int
command_hide(const struct settings *settings, char **arguments)
{
	struct wish wish = wish_nothing(settings);

	wish.visible = 0;
	return steer(settings, arguments[0], &wish);
}

int
command_show(const struct settings *settings, char **arguments)
{
	struct wish wish = wish_nothing(settings);

	wish.visible = 1;
	return steer(settings, arguments[0], &wish);
}

int
command_fullscreen(const struct settings *settings, char **arguments)
{
	struct wish wish = wish_nothing(settings);

	wish.only_one = true;
	if (arguments[1] && strcmp(arguments[1], "off") != 0) {
		complain("fullscreen: after the screen there may be \"off\", not %s", arguments[1]);
		return EXIT_USAGE;
	}
	wish.fullscreen = !arguments[1];
	return steer(settings, arguments[0], &wish);
}

int
command_grab(const struct settings *settings, char **arguments)
{
	struct wish wish = wish_nothing(settings);

	wish.grab = !settings->release;
	wish.only_one = true;
	return steer(settings, arguments[0], &wish);
}

int
command_reset(const struct settings *settings, char **arguments)
{
	struct wish wish = wish_nothing(settings);

	wish.reset = true;
	return steer(settings, arguments[0], &wish);
}
