/* SPDX-License-Identifier: MIT */
/* See control-change.h. */
#include "weston/control-change.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "weston/control-client.h"
#include "weston/control-screen.h"
#include "weston/screens.h"
#include "xen-display-control-v1-server-protocol.h"

#define REASON(word) XEN_DISPLAY_CHANGE_V1_REASON_##word
#define TEXT_BYTES 512

/* The changes requested for one screen. */
struct wish {
	struct wl_list link; /* control_change.wishes */
	uint32_t serial;     /* as in control_screen, which may go away */
	unsigned index;
	struct placement_command command;
	bool fullscreen;
	bool places; /* the members above were set */
	bool sets_grab, grab;
};

struct control_change {
	struct control_client *client;
	struct control_screens *screens;
	const struct control_change_handler *handler;
	struct wl_resource *resource;
	uint32_t serial;
	struct wl_list wishes; /* wish.link, in the order of the requests */
	bool used;             /* test or apply was requested */
	bool names_gone;       /* a request named a screen that was gone */
	bool out_of_memory;
};

static struct surface *
surface_at(const struct control_screen *screen)
{
	const struct connector *connector =
		screen_find_connector(screen->screens->host, screen->serial, screen->index);

	return connector ? surface_of(connector) : NULL;
}

static struct placement *
placement_at(const struct control_screen *screen)
{
	struct surface *surface = surface_at(screen);

	return surface ? &surface->placement : NULL;
}

static struct wish *
find_wish(struct control_change *change, const struct control_screen *screen)
{
	struct wish *wish;

	wl_list_for_each(wish, &change->wishes, link)
		if (wish->serial == screen->serial && wish->index == screen->index)
			return wish;
	return NULL;
}

static void
begin_with_rule(struct placement_command *command, const struct placement *placement)
{
	const char *output = placement->rule->output;

	command->options = *placement->rule;
	snprintf(command->output, sizeof(command->output), "%s", output ? output : "");
}

/* Starts from the screen's current placement. */
static struct wish *
add_wish(struct control_change *change, const struct control_screen *screen,
	 const struct placement *placement)
{
	struct wish *wish = calloc(1, sizeof(*wish));

	if (!wish) {
		change->out_of_memory = true;
		return NULL;
	}
	wish->serial = screen->serial;
	wish->index = screen->index;
	wish->command = placement->command;
	if (!wish->command.given)
		begin_with_rule(&wish->command, placement);
	wish->fullscreen = placement->fullscreen;
	wl_list_insert(change->wishes.prev, &wish->link);
	return wish;
}

/* Returns NULL if the request has no effect; the reason is recorded or posted as an error. */
static struct wish *
take_wish(struct wl_resource *resource, struct wl_resource *screen_resource)
{
	struct control_change *change = wl_resource_get_user_data(resource);
	const struct control_screen *screen = control_screen_of(screen_resource);
	const struct placement *placement = screen ? placement_at(screen) : NULL;

	if (change->used) {
		wl_resource_post_error(resource, XEN_DISPLAY_CHANGE_V1_ERROR_ALREADY_USED,
				       "a request after test or apply");
		return NULL;
	}
	if (!placement) {
		change->names_gone = true;
		return NULL;
	}
	struct wish *wish = find_wish(change, screen);
	return wish ? wish : add_wish(change, screen, placement);
}

/* As take_wish(), for a request about placement. */
static struct wish *
take_place(struct wl_resource *resource, struct wl_resource *screen_resource)
{
	struct wish *wish = take_wish(resource, screen_resource);

	if (wish)
		wish->places = true;
	return wish;
}

static bool
is_flag(struct wl_resource *resource, uint32_t value)
{
	if (value <= 1)
		return true;
	wl_resource_post_error(resource, XEN_DISPLAY_CHANGE_V1_ERROR_INVALID_VALUE,
			       "%u is neither 0 nor 1", value);
	return false;
}

/* Requests */

static void
handle_set_output(struct wl_client *client, struct wl_resource *resource,
		  struct wl_resource *screen_resource, const char *output)
{
	struct wish *wish = take_place(resource, screen_resource);

	if (!wish)
		return;
	wish->command.given = true;
	/* No output's name is long enough to be truncated. */
	snprintf(wish->command.output, sizeof(wish->command.output), "%s", output);
	wish->command.options.output = wish->command.output;
}

static void
handle_set_rectangle(struct wl_client *client, struct wl_resource *resource,
		     struct wl_resource *screen_resource, int32_t x, int32_t y, int32_t width,
		     int32_t height)
{
	struct wish *wish = take_place(resource, screen_resource);

	if (!wish)
		return;
	wish->command.given = true;
	wish->command.options.has_x = wish->command.options.has_y = true;
	wish->command.options.x = x;
	wish->command.options.y = y;
	wish->command.options.width = width;
	wish->command.options.height = height;
}

static void
handle_set_fit(struct wl_client *client, struct wl_resource *resource,
	       struct wl_resource *screen_resource, uint32_t fit)
{
	if (fit >= FIT_COUNT) {
		wl_resource_post_error(resource, XEN_DISPLAY_CHANGE_V1_ERROR_INVALID_VALUE,
				       "there is no fit %u", fit);
		return;
	}
	struct wish *wish = take_place(resource, screen_resource);
	if (!wish)
		return;
	wish->command.given = true;
	wish->command.options.fit = (enum fit)fit;
}

static void
handle_set_z(struct wl_client *client, struct wl_resource *resource,
	     struct wl_resource *screen_resource, int32_t z)
{
	struct wish *wish = take_place(resource, screen_resource);

	if (!wish)
		return;
	wish->command.given = true;
	wish->command.options.z = z;
}

static void
handle_set_visible(struct wl_client *client, struct wl_resource *resource,
		   struct wl_resource *screen_resource, uint32_t visible)
{
	struct wish *wish =
		is_flag(resource, visible) ? take_place(resource, screen_resource) : NULL;

	if (wish)
		wish->command.hidden = visible == 0;
}

static void
handle_set_fullscreen(struct wl_client *client, struct wl_resource *resource,
		      struct wl_resource *screen_resource, uint32_t fullscreen)
{
	struct wish *wish =
		is_flag(resource, fullscreen) ? take_place(resource, screen_resource) : NULL;

	if (wish)
		wish->fullscreen = fullscreen == 1;
}

static void
handle_reset(struct wl_client *client, struct wl_resource *resource,
	     struct wl_resource *screen_resource)
{
	struct wish *wish = take_place(resource, screen_resource);
	const struct placement *placement =
		wish ? placement_at(control_screen_of(screen_resource)) : NULL;

	if (!placement)
		return;
	wish->command = (struct placement_command){.given = false};
	begin_with_rule(&wish->command, placement);
	wish->fullscreen = false;
}

static void
handle_set_grab(struct wl_client *client, struct wl_resource *resource,
		struct wl_resource *screen_resource, uint32_t grab)
{
	struct wish *wish = is_flag(resource, grab) ? take_wish(resource, screen_resource) : NULL;

	if (!wish)
		return;
	wish->sets_grab = true;
	wish->grab = grab == 1;
}

/* The answer */

static void
fail(struct control_change *change, enum xen_display_change_v1_reason reason,
     const struct control_screen *screen, const char *text)
{
	struct wl_resource *resource =
		screen ? control_screen_resource(screen, change->client) : NULL;

	xen_display_change_v1_send_failed(change->resource, reason, resource, text);
}

/* "no output HDMI-A-9; there are: HDMI-A-1, HDMI-A-2" */
static void
say_outputs(const struct placements *placements, const char *wanted, char text[TEXT_BYTES])
{
	const struct weston_output *output;
	const char *between = "; there are: ";
	char name[PLACES_NAME_BYTES];

	log_escape(name, sizeof(name), wanted);
	size_t used = (size_t)snprintf(text, TEXT_BYTES, "no output %s", name);
	if (wl_list_empty(&placements->compositor->output_list))
		snprintf(text + used, TEXT_BYTES - used, "; there is none at the moment");
	wl_list_for_each(output, &placements->compositor->output_list, link) {
		log_escape(name, sizeof(name), output->name);
		used += (size_t)snprintf(text + used, TEXT_BYTES - used, "%s%s", between, name);
		if (used >= TEXT_BYTES)
			return;
		between = ", ";
	}
}

static const struct weston_output *
find_output(const struct placements *placements, const char *name)
{
	const struct weston_output *output;

	wl_list_for_each(output, &placements->compositor->output_list, link)
		if (strncmp(output->name, name, PLACES_NAME_BYTES - 1) == 0)
			return output;
	return NULL;
}

/* Whether a part of the rectangle lies on the output. */
static bool
lies_on(const struct weston_output *output, const struct connector_options *options)
{
	return options->x < output->width && options->y < output->height &&
	       (options->width == 0 || options->x + options->width > 0) &&
	       (options->height == 0 || options->y + options->height > 0);
}

/* As check_wish(), for the grab. */
static bool
check_grab(struct control_change *change, const struct control_screen *screen,
	   const struct wish *wish)
{
	const char *obstacle = NULL;

	if (wish->grab && wish->command.hidden)
		obstacle = "a hidden screen gets no keys";
	else if (wish->grab)
		obstacle = grabs_find_obstacle(surface_at(screen));

	if (obstacle)
		fail(change, REASON(NO_KEYBOARD), screen, obstacle);
	return !obstacle;
}

/* False: the wish cannot be granted, and the client was sent the reason. */
static bool
check_wish(struct control_change *change, const struct control_screen *screen,
	   const struct placement *placement, const struct wish *wish)
{
	const struct connector_options *options = &wish->command.options;
	const struct weston_output *output = placement->output;
	int32_t minimum, maximum;
	char text[TEXT_BYTES];
	const char *key;

	if (!wish->command.given)
		return true;
	key = options_find_excess(options, &minimum, &maximum);
	if (key) {
		snprintf(text, sizeof(text), "%s is to be from %d to %d", key, minimum, maximum);
		fail(change, REASON(OUT_OF_RANGE), screen, text);
		return false;
	}
	if (options->output)
		output = find_output(placement->placements, wish->command.output);
	if (options->output && !output) {
		say_outputs(placement->placements, wish->command.output, text);
		fail(change, REASON(NO_OUTPUT), screen, text);
		return false;
	}
	if (output && !lies_on(output, options)) {
		snprintf(text, sizeof(text),
			 "nothing of it would lie on the output, which is %dx%d", output->width,
			 output->height);
		fail(change, REASON(BAD_PLACE), screen, text);
		return false;
	}
	return true;
}

/* False: some wish cannot be granted, and the client was sent the reason. */
static bool
check(struct control_change *change)
{
	struct wish *wish;

	if (!change->client->may_place)
		fail(change, REASON(NOT_PERMITTED), NULL,
		     "control=observe in weston.ini does not allow placing screens");
	else if (change->out_of_memory)
		fail(change, REASON(NO_MEMORY), NULL, "Weston is out of memory");
	else if (change->names_gone)
		fail(change, REASON(GONE), NULL, "the screen is not there any more");
	else {
		wl_list_for_each(wish, &change->wishes, link) {
			const struct control_screen *screen =
				control_screens_find(change->screens, wish->serial, wish->index);
			const struct placement *placement = screen ? placement_at(screen) : NULL;

			if (!placement) {
				fail(change, REASON(GONE), NULL,
				     "the screen is not there any more");
				return false;
			}
			if (!check_wish(change, screen, placement, wish) ||
			    !check_grab(change, screen, wish))
				return false;
		}
		return true;
	}
	return false;
}

/* False: the client has its answer already, an event or an error. */
static bool
begin_answer(struct control_change *change)
{
	if (change->used) {
		wl_resource_post_error(change->resource, XEN_DISPLAY_CHANGE_V1_ERROR_ALREADY_USED,
				       "test or apply was requested already");
		return false;
	}
	change->used = true;
	change->handler->update(change->handler->data);
	if (change->serial != change->screens->serial) {
		xen_display_change_v1_send_cancelled(change->resource);
		return false;
	}
	return check(change);
}

static void
handle_test(struct wl_client *client, struct wl_resource *resource)
{
	struct control_change *change = wl_resource_get_user_data(resource);

	if (begin_answer(change))
		xen_display_change_v1_send_succeeded(resource);
}

static void
handle_apply(struct wl_client *client, struct wl_resource *resource)
{
	struct control_change *change = wl_resource_get_user_data(resource);
	struct wish *wish;

	if (!begin_answer(change))
		return;
	wl_list_for_each(wish, &change->wishes, link) {
		struct control_screen *screen =
			control_screens_find(change->screens, wish->serial, wish->index);

		if (wish->places)
			placement_steer(placement_at(screen), &wish->command, wish->fullscreen);
		if (wish->sets_grab)
			grabs_set(&change->screens->presenter->grabs, surface_at(screen),
				  wish->grab);
	}
	change->handler->update(change->handler->data);
	xen_display_change_v1_send_succeeded(resource);
}

static const struct xen_display_change_v1_interface interface = {
	.destroy = control_client_handle_destroy,
	.set_output = handle_set_output,
	.set_rectangle = handle_set_rectangle,
	.set_fit = handle_set_fit,
	.set_z = handle_set_z,
	.set_visible = handle_set_visible,
	.set_fullscreen = handle_set_fullscreen,
	.reset = handle_reset,
	.test = handle_test,
	.apply = handle_apply,
	.set_grab = handle_set_grab,
};

static void
handle_destroyed(struct wl_resource *resource)
{
	struct control_change *change = wl_resource_get_user_data(resource);
	struct wish *wish, *next;

	wl_list_for_each_safe(wish, next, &change->wishes, link)
		free(wish);
	control_client_give(change->client, &change->client->changes);
	free(change);
}

void
control_change_create(struct control_client *client, struct control_screens *screens,
		      const struct control_change_handler *handler, uint32_t id, uint32_t serial)
{
	struct control_change *change = calloc(1, sizeof(*change));
	struct wl_resource *resource = control_client_add(client, &xen_display_change_v1_interface,
							  id, change, &client->changes);

	if (!change || !resource) {
		free(change);
		return;
	}
	change->client = client;
	change->screens = screens;
	change->handler = handler;
	change->resource = resource;
	change->serial = serial;
	wl_list_init(&change->wishes);
	wl_resource_set_implementation(resource, &interface, change, handle_destroyed);
}
