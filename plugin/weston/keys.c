/* SPDX-License-Identifier: MIT */
/* See keys.h. */
#include "weston/keys.h"

#include "pure/options.h"
#include "weston/compat.h"
#include "weston/grab.h"
#include "weston/placement-view.h"
#include "weston/window.h"

/* The placement that has the keyboard's focus, if it may receive input; else NULL. */
static struct placement *
find_placement(const struct weston_keyboard *keyboard)
{
	struct placement *placement = keyboard->focus ? placement_of(keyboard->focus) : NULL;

	return placement && placement_takes_input(placement) ? placement : NULL;
}

static void
handle_fullscreen(struct weston_keyboard *keyboard, const struct timespec *time, uint32_t key,
		  void *data)
{
	struct placement *placement = find_placement(keyboard);

	if (placement)
		placement_steer(placement, &placement->command, !placement->fullscreen);
}

static void
handle_natural(struct weston_keyboard *keyboard, const struct timespec *time, uint32_t key,
	       void *data)
{
	const struct placement *placement = find_placement(keyboard);

	if (placement && placement->kind == PLACEMENT_WINDOW)
		window_reset_size(placement->window);
}

static void
handle_grab(struct weston_keyboard *keyboard, const struct timespec *time, uint32_t key, void *data)
{
	grabs_toggle(data, keyboard);
}

void
keys_init(struct keys *keys, struct weston_compositor *compositor,
	  const struct module_options *options, struct grabs *grabs)
{
	const struct {
		struct shortcut shortcut;
		weston_key_binding_handler_t handle;
	} all[KEYS_BINDINGS] = {
		{options->fullscreen_key, handle_fullscreen},
		{options->natural_size_key, handle_natural},
		{options->grab_key, handle_grab},
	};

	for (unsigned i = 0; i < KEYS_BINDINGS; i++) {
		const struct shortcut *shortcut = &all[i].shortcut;

		keys->bindings[i] = NULL;
		if (shortcut->code != 0)
			keys->bindings[i] = weston_compositor_add_key_binding(
				compositor, shortcut->code,
				(enum weston_keyboard_modifier)shortcut->modifiers, all[i].handle,
				grabs);
	}
}

void
keys_finish(struct keys *keys)
{
	for (unsigned i = 0; i < KEYS_BINDINGS; i++)
		if (keys->bindings[i])
			weston_binding_destroy(keys->bindings[i]);
}
