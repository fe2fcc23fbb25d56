/* SPDX-License-Identifier: MIT */
/* See seat-keyboard.h. */
#include "weston/seat-keyboard.h"

#include <unistd.h>

#include <wayland-client.h>

#include "weston/aim.h"
#include "weston/surface.h"

static void
handle_keymap(void *data, struct wl_keyboard *proxy, uint32_t format, int32_t fd, uint32_t size)
{
	/* Guests have their own layouts. */
	close(fd);
}

/* The surface has gained or is losing the focus. */
static void
tell_focus(const struct seat_keyboard *keyboard)
{
	if (keyboard->surface)
		placements_tell_change(keyboard->surface->placement.placements);
}

/* Ignores keys that are down already: they were pressed elsewhere. */
static void
handle_enter(void *data, struct wl_keyboard *proxy, uint32_t serial, struct wl_surface *wl_surface,
	     struct wl_array *keys)
{
	struct seat_keyboard *keyboard = data;

	hold_end(&keyboard->hold);
	keyboard->surface = aim_surface(wl_surface);
	tell_focus(keyboard);
	/* A press on a frame gave it the focus; pass it on to the guest's surface. */
	struct surface *framed = aim_framed(wl_surface);
	if (framed)
		aim_pass_keys(framed, keyboard->base->client, keyboard->base->wl_seat);
}

static void
handle_leave(void *data, struct wl_keyboard *proxy, uint32_t serial, struct wl_surface *wl_surface)
{
	struct seat_keyboard *keyboard = data;

	hold_end(&keyboard->hold);
	tell_focus(keyboard);
	keyboard->surface = NULL;
}

static void
handle_key(void *data, struct wl_keyboard *proxy, uint32_t serial, uint32_t time, uint32_t key,
	   uint32_t state)
{
	struct seat_keyboard *keyboard = data;

	seat_base_wait(keyboard->base, keyboard->surface, time);
	if (state == WL_KEYBOARD_KEY_STATE_RELEASED) {
		hold_release(&keyboard->hold, key);
		return;
	}
	struct input *input = aim_input(keyboard->surface, INPUT_KEYBOARD);
	if (input && state == WL_KEYBOARD_KEY_STATE_PRESSED && !kbdif_is_button(key))
		hold_press(&keyboard->hold, &keyboard->surface->placement.holds, input, key);
}

static void
handle_modifiers(void *data, struct wl_keyboard *proxy, uint32_t serial, uint32_t depressed,
		 uint32_t latched, uint32_t locked, uint32_t group)
{
}

static void
handle_repeat_info(void *data, struct wl_keyboard *proxy, int32_t rate, int32_t delay)
{
}

static const struct wl_keyboard_listener listener = {
	.keymap = handle_keymap,
	.enter = handle_enter,
	.leave = handle_leave,
	.key = handle_key,
	.modifiers = handle_modifiers,
	.repeat_info = handle_repeat_info,
};

void
seat_keyboard_plug(struct seat_keyboard *keyboard, struct seat_base *base)
{
	if (keyboard->proxy)
		return;
	keyboard->base = base;
	keyboard->proxy = wl_seat_get_keyboard(base->wl_seat);
	if (keyboard->proxy)
		wl_keyboard_add_listener(keyboard->proxy, &listener, keyboard);
}

void
seat_keyboard_unplug(struct seat_keyboard *keyboard)
{
	if (!keyboard->proxy)
		return;
	hold_end(&keyboard->hold);
	keyboard->surface = NULL;
	wl_keyboard_release(keyboard->proxy);
	keyboard->proxy = NULL;
}
