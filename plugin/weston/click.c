/* SPDX-License-Identifier: MIT */
/* See click.h. */
#include "weston/click.h"

#include <linux/input-event-codes.h>

#include "base/base.h"
#include "weston/aim.h"
#include "weston/compat.h"
#include "weston/placement-view.h"

static const enum weston_keyboard_modifier no_modifier = 0;

/* view: may be NULL. */
static void
give_keys(struct weston_view *view, struct weston_seat *seat)
{
	const struct placement *placement = view ? placement_of(view->surface) : NULL;

	if (placement && placement->kind == PLACEMENT_OUTPUT && aim_is_open(placement->data))
		weston_view_activate_input(view, seat, WESTON_ACTIVATE_FLAG_CLICKED);
}

static void
handle_button(struct weston_pointer *pointer, const struct timespec *time, uint32_t button,
	      void *data)
{
	/* A click during a drag or a menu is not for the screen. */
	if (pointer->grab == &pointer->default_grab)
		give_keys(pointer->focus, pointer->seat);
}

static void
handle_touch(struct weston_touch *touch, const struct timespec *time, void *data)
{
	if (touch->grab == &touch->default_grab)
		give_keys(touch->focus, touch->seat);
}

void
clicks_init(struct clicks *clicks, struct weston_compositor *compositor)
{
	static const uint32_t buttons[] = {BTN_LEFT, BTN_MIDDLE, BTN_RIGHT};
	unsigned i;

	for (i = 0; i < ARRAY_LENGTH(buttons); i++)
		clicks->bindings[i] = weston_compositor_add_button_binding(
			compositor, buttons[i], no_modifier, handle_button, NULL);
	clicks->bindings[i] =
		weston_compositor_add_touch_binding(compositor, no_modifier, handle_touch, NULL);
}

void
clicks_finish(struct clicks *clicks)
{
	for (unsigned i = 0; i < CLICK_BINDINGS; i++)
		if (clicks->bindings[i])
			weston_binding_destroy(clicks->bindings[i]);
}
