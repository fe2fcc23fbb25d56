/* SPDX-License-Identifier: MIT */
/*
 * A Weston module for tests: seats whose keyboards, pointers and touch screens are controlled by
 * commands at the socket $WESTON_SEAT. Headless Weston has no seat of its own.
 *
 * One line per connection, with commands separated by ";", all run before the event loop goes on;
 * one line of reply, after that of "dump". Each command begins with the number of a seat, which is
 * created when first named. Built for libweston 10 to 16; differences between them end here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <libweston/libweston.h>
#include "weston-commands.h"

#define SEATS 4

/* Exported by libweston, but missing from its installed headers. */
void
weston_seat_init(struct weston_seat *seat, struct weston_compositor *compositor, const char *name);
void
weston_seat_release(struct weston_seat *seat);
int
weston_seat_init_pointer(struct weston_seat *seat);
int
weston_seat_init_keyboard(struct weston_seat *seat, struct xkb_keymap *keymap);
int
weston_seat_init_touch(struct weston_seat *seat);
void
weston_seat_release_pointer(struct weston_seat *seat);
void
weston_seat_release_keyboard(struct weston_seat *seat);
void
weston_seat_release_touch(struct weston_seat *seat);
void
notify_pointer_frame(struct weston_seat *seat);
void
notify_touch_frame(struct weston_touch_device *device);
void
notify_touch_cancel(struct weston_touch_device *device);
void
notify_keyboard_focus_in(struct weston_seat *seat, struct wl_array *keys,
			 enum weston_key_state_update update);
void
notify_keyboard_focus_out(struct weston_seat *seat);
void
weston_touch_device_destroy(struct weston_touch_device *device);
struct weston_touch_device_ops;
struct weston_point2d_device_normalized;
#if LIBWESTON_VERSION >= 16
void
notify_axis(const struct weston_pointer_axis_event *event);
void
notify_button(const struct weston_pointer_button_event *event);
void
notify_key(const struct weston_key_event *event);
void
notify_motion(const struct weston_pointer_motion_event *event);
void
notify_touch_normalized(const struct weston_touch_event *event,
			const struct weston_point2d_device_normalized *normalized);
struct weston_touch_device *
weston_touch_create_touch_device(struct weston_touch *touch, const char *path, void *data,
				 const struct weston_touch_device_ops *ops, void *set_output);
#else
void
notify_axis(struct weston_seat *seat, const struct timespec *time,
	    struct weston_pointer_axis_event *event);
void
notify_button(struct weston_seat *seat, const struct timespec *time, int32_t button,
	      enum wl_pointer_button_state state);
void
notify_key(struct weston_seat *seat, const struct timespec *time, uint32_t key,
	   enum wl_keyboard_key_state state, enum weston_key_state_update update);
void
notify_motion(struct weston_seat *seat, const struct timespec *time,
	      struct weston_pointer_motion_event *event);
struct weston_touch_device *
weston_touch_create_touch_device(struct weston_touch *touch, const char *path, void *data,
				 const struct weston_touch_device_ops *ops);
#if LIBWESTON_VERSION >= 12
void
notify_touch_normalized(struct weston_touch_device *device, const struct timespec *time, int id,
			const struct weston_coord_global *position,
			const struct weston_point2d_device_normalized *normalized, int type);
#else
void
notify_touch_normalized(struct weston_touch_device *device, const struct timespec *time, int id,
			double x, double y,
			const struct weston_point2d_device_normalized *normalized, int type);
#endif
#endif

int
wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

struct seat {
	struct weston_seat *weston; /* NULL: not created */
	struct weston_touch_device *touch;
	bool pointer, keyboard;
};

static struct weston_compositor *compositor;
static struct wl_listener destroy_listener;
static struct seat seats[SEATS];

static struct timespec
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time;
}

static void
plug_touch(struct seat *seat)
{
	weston_seat_init_touch(seat->weston);
	struct weston_touch *touch = weston_seat_get_touch(seat->weston);
#if LIBWESTON_VERSION >= 16
	seat->touch = weston_touch_create_touch_device(touch, "test", NULL, NULL, NULL);
#else
	seat->touch = weston_touch_create_touch_device(touch, "test", NULL, NULL);
#endif
}

/* Removes the device first, or Weston 10 aborts. */
static void
unplug_touch(struct seat *seat)
{
	if (!seat->touch)
		return;
	weston_touch_device_destroy(seat->touch);
	seat->touch = NULL;
	weston_seat_release_touch(seat->weston);
}

static bool
plug(struct seat *seat, const char *what, bool in)
{
	if (strcmp(what, "pointer") == 0 && in != seat->pointer) {
		seat->pointer = in;
		if (in)
			weston_seat_init_pointer(seat->weston);
		else
			weston_seat_release_pointer(seat->weston);
	} else if (strcmp(what, "keyboard") == 0 && in != seat->keyboard) {
		seat->keyboard = in;
		if (in)
			weston_seat_init_keyboard(seat->weston, NULL);
		else
			weston_seat_release_keyboard(seat->weston);
	} else if (strcmp(what, "touch") == 0 && in != (seat->touch != NULL)) {
		if (in)
			plug_touch(seat);
		else
			unplug_touch(seat);
	} else {
		return false;
	}
	return true;
}

/* NULL: the number is too large. */
static struct seat *
get_seat(unsigned number)
{
	struct seat *seat = number < SEATS ? &seats[number] : NULL;
	char name[16];
	if (!seat || seat->weston)
		return seat;
	snprintf(name, sizeof name, "test-%u", number);
	seat->weston = calloc(1, sizeof *seat->weston);
	weston_seat_init(seat->weston, compositor, name);
	plug(seat, "pointer", true);
	plug(seat, "keyboard", true);
	plug(seat, "touch", true);
	return seat;
}

static void
move(struct seat *seat, bool relative, double x, double y)
{
	struct timespec time = now();
#if LIBWESTON_VERSION >= 16
	struct weston_pointer_motion_event event = {.base = {.ts = time, .seat = seat->weston}};
#else
	struct weston_pointer_motion_event event = {.time = time};
#endif
	event.mask = relative ? WESTON_POINTER_MOTION_REL | WESTON_POINTER_MOTION_REL_UNACCEL
			      : WESTON_POINTER_MOTION_ABS;
#if LIBWESTON_VERSION >= 12
	if (relative)
		event.rel = event.rel_unaccel = weston_coord(x, y);
	else
		event.abs.c = weston_coord(x, y);
#else
	if (relative) {
		event.dx = event.dx_unaccel = x;
		event.dy = event.dy_unaccel = y;
	} else {
		event.x = x;
		event.y = y;
	}
#endif
#if LIBWESTON_VERSION >= 16
	notify_motion(&event);
#else
	notify_motion(seat->weston, &time, &event);
#endif
	notify_pointer_frame(seat->weston);
}

static void
press_button(struct seat *seat, uint32_t button, bool pressed)
{
	struct timespec time = now();
#if LIBWESTON_VERSION >= 16
	struct weston_pointer_button_event event = {
		.base = {.ts = time, .seat = seat->weston},
		.button = button,
		.button_state = pressed,
	};
	notify_button(&event);
#else
	notify_button(seat->weston, &time, (int32_t)button, pressed);
#endif
	notify_pointer_frame(seat->weston);
}

/* steps 0: a touchpad's scrolling, not a wheel. */
static void
turn(struct seat *seat, uint32_t axis, double value, int steps)
{
	struct timespec time = now();
	struct weston_pointer_axis_event event = {
		.axis = axis, .value = value, .has_discrete = steps != 0, .discrete = steps};
#if LIBWESTON_VERSION >= 16
	event.base.ts = time;
	event.base.seat = seat->weston;
	notify_axis(&event);
#else
	notify_axis(seat->weston, &time, &event);
#endif
	notify_pointer_frame(seat->weston);
}

static void
press_key(struct seat *seat, uint32_t key, bool pressed)
{
	struct timespec time = now();
#if LIBWESTON_VERSION >= 16
	struct weston_key_event event = {
		.base = {.ts = time, .seat = seat->weston},
		.key = key,
		.key_state = pressed,
		.key_update_state = STATE_UPDATE_AUTOMATIC,
	};
	notify_key(&event);
#else
	notify_key(seat->weston, &time, key, pressed, STATE_UPDATE_AUTOMATIC);
#endif
}

static void
touch(struct seat *seat, int id, int type, double x, double y)
{
	struct timespec time = now();
#if LIBWESTON_VERSION >= 16
	struct weston_touch_event event = {
		.base = {.ts = time, .seat = seat->weston},
		.device = seat->touch,
		.touch_type = type,
		.touch_id = id,
	};
	event.pos.c = weston_coord(x, y);
	notify_touch_normalized(&event, NULL);
#elif LIBWESTON_VERSION >= 12
	struct weston_coord_global position = {.c = weston_coord(x, y)};
	notify_touch_normalized(seat->touch, &time, id, type == WL_TOUCH_UP ? NULL : &position,
				NULL, type);
#else
	notify_touch_normalized(seat->touch, &time, id, x, y, NULL, type);
#endif
	notify_touch_frame(seat->touch);
}

/* As when the user switches to another virtual terminal, and back. */
static void
switch_session(struct seat *seat, bool active)
{
	struct wl_array keys;
	compositor->session_active = active;
	wl_signal_emit(&compositor->session_signal, compositor);
	wl_array_init(&keys);
	if (active)
		notify_keyboard_focus_in(seat->weston, &keys, STATE_UPDATE_AUTOMATIC);
	else
		notify_keyboard_focus_out(seat->weston);
	wl_array_release(&keys);
}

static void
get_label(struct weston_surface *surface, char *label, size_t size)
{
	snprintf(label, size, "-");
	if (!surface)
		return;
#if LIBWESTON_VERSION >= 16
	snprintf(label, size, "%s", surface->label ? surface->label : "?");
#else
	if (surface->get_label)
		surface->get_label(surface, label, size);
#endif
	for (char *space = label; (space = strchr(space, ' '));)
		*space = '-';
}

static void
dump(struct seat *seat, int connection)
{
	struct weston_pointer *pointer = weston_seat_get_pointer(seat->weston);
	struct weston_keyboard *keyboard = weston_seat_get_keyboard(seat->weston);
	char pointed[64], typed[64];
	get_label(pointer && pointer->focus ? pointer->focus->surface : NULL, pointed,
		  sizeof pointed);
	get_label(keyboard ? keyboard->focus : NULL, typed, sizeof typed);
	bool cursor = pointer && pointer->sprite && weston_view_is_mapped(pointer->sprite);
	dprintf(connection, "pointer=%s keyboard=%s cursor=%d pointer-grab=%d keyboard-grab=%d\n",
		pointed, typed, cursor, pointer && pointer->grab != &pointer->default_grab,
		keyboard && keyboard->grab != &keyboard->default_grab);
}

static bool
run(char *command, int connection)
{
	char word[32] = "", what[32] = "";
	unsigned number = SEATS;
	double a = 0, b = 0, c = 0;
	sscanf(command, "%u %31s %31s", &number, word, what);
	sscanf(command, "%*u %*s %lf %lf %lf", &a, &b, &c);
	struct seat *seat = get_seat(number);
	if (!seat)
		return false;
	if (strcmp(word, "plug") == 0)
		return plug(seat, what, true);
	if (strcmp(word, "unplug") == 0)
		return plug(seat, what, false);
	if (strcmp(word, "at") == 0)
		move(seat, false, a, b);
	else if (strcmp(word, "by") == 0)
		move(seat, true, a, b);
	else if (strcmp(word, "button") == 0)
		press_button(seat, (uint32_t)a, b != 0);
	else if (strcmp(word, "key") == 0)
		press_key(seat, (uint32_t)a, b != 0);
	else if (strcmp(word, "wheel") == 0)
		turn(seat, WL_POINTER_AXIS_VERTICAL_SCROLL, a * 10, (int)a);
	else if (strcmp(word, "stroke") == 0)
		turn(seat, WL_POINTER_AXIS_VERTICAL_SCROLL, a, 0);
	else if (strcmp(word, "down") == 0)
		touch(seat, (int)a, WL_TOUCH_DOWN, b, c);
	else if (strcmp(word, "drag") == 0)
		touch(seat, (int)a, WL_TOUCH_MOTION, b, c);
	else if (strcmp(word, "up") == 0)
		touch(seat, (int)a, WL_TOUCH_UP, 0, 0);
	else if (strcmp(word, "cancel") == 0)
		notify_touch_cancel(seat->touch);
	else if (strcmp(word, "away") == 0 || strcmp(word, "back") == 0)
		switch_session(seat, strcmp(word, "back") == 0);
	else if (strcmp(word, "dump") == 0)
		dump(seat, connection);
	else
		return strcmp(word, "make") == 0;
	return true;
}

/* Runs all commands, even if one fails. */
static void
run_line(char *line, int connection)
{
	char *command;
	bool done = true;
	while ((command = strsep(&line, ";")))
		done = run(command, connection) && done;
	dprintf(connection, done ? "ok\n" : "error\n");
}

static void
handle_destroy(struct wl_listener *listener, void *data)
{
	wl_list_remove(&destroy_listener.link);
	for (unsigned i = 0; i < SEATS; i++) {
		if (!seats[i].weston)
			continue;
		unplug_touch(&seats[i]);
		weston_seat_release(seats[i].weston);
		free(seats[i].weston);
	}
}

__attribute__((visibility("default"))) int
wet_module_init(struct weston_compositor *loading, int *argc, char *argv[])
{
	compositor = loading;
	destroy_listener.notify = handle_destroy;
	wl_signal_add(&compositor->destroy_signal, &destroy_listener);
	return weston_commands_listen(compositor, "WESTON_SEAT", run_line);
}
