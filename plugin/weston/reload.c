/* SPDX-License-Identifier: MIT */
/* See reload.h. */
#include "weston/reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/device.h"
#include "weston/compat.h"
#include "weston/config.h"
#include "weston/presenter.h"

struct reading {
	const struct reload_handler *handler;
	bool is_error; /* of the current complaints */
};

static void
report(void *data, const char *sentence)
{
	const struct reading *reading = data;

	reading->handler->complain(reading->handler->data, reading->is_error, sentence);
}

/* NULL: the file has an error, which was reported. */
static struct options *
read_options(const char *path, struct reading *reading)
{
	char sentence[512];
	struct options *options = options_create();
	int found = options ? config_read_file(options, path, report, reading) : -ENOMEM;

	if (found == 0) {
		reading->is_error = false;
		options_check_rules(options, report, reading);
		return options;
	}
	if (found < 0) {
		snprintf(sentence, sizeof(sentence), "%s: %s", path, strerror(-found));
		report(reading, sentence);
	}
	options_destroy(options);
	return NULL;
}

/* Compares only the options that decide the place. */
static bool
is_same_place(const struct connector_options *a, const struct connector_options *b)
{
	bool same_output =
		a->output && b->output ? strcmp(a->output, b->output) == 0 : a->output == b->output;

	return same_output && a->show_as == b->show_as && a->ivi_id == b->ivi_id &&
	       a->fit == b->fit && a->has_x == b->has_x && a->has_y == b->has_y && a->x == b->x &&
	       a->y == b->y && a->width == b->width && a->height == b->height && a->z == b->z;
}

/* Finds the placement's rule in the new options. True: the rule is in force and places it elsewhere
 * than before. */
static bool
take_rule(struct placement *placement, const struct options *options)
{
	const struct log_subject *subject = &placement->subject;
	const struct connector_options *before = placement->rule;

	placement->rule =
		options_find_connector(options, subject->name, subject->uuid, placement->unique_id,
				       subject->devid, placement->screen.connector);
	if (placement->command.given)
		return false;
	placement->options = placement->rule;
	placement->screen.rule = placement->rule->output;
	return !is_same_place(before, placement->rule);
}

/* Moving one placement may read the rules of others, so all get their new rules before any
 * moves. */
static void
apply_places(struct placements *placements, const struct options *options, struct placement **moved)
{
	struct placement *placement;
	unsigned count = 0;

	placements->options = options;
	wl_list_for_each(placement, &placements->placements, link)
		if (take_rule(placement, options))
			moved[count++] = placement;
	for (unsigned i = 0; i < count; i++)
		placement_steer(moved[i], &moved[i]->command, moved[i]->fullscreen);
}

static void
apply_devices(struct display_host *host)
{
	const struct module_options *options = options_module(host->options);
	struct device *device;

	host->flip_rules.deadline_ms = options->flip_deadline_ms;
	host->flip_rules.hidden_after_ms = options->hidden_after_ms;
	host->flip_rules.hidden_period_ms = 1000 / options->hidden_rate_hz;
	wl_list_for_each(device, &host->devices, link) {
		device_find_options(device);
		for (unsigned i = 0; i < device->connector_count; i++)
			connector_find_options(&device->connectors[i]);
	}
}

bool
reload(struct weston_compositor *compositor, struct presenter *presenter, struct display_host *host,
       const struct reload_handler *handler)
{
	struct weston_config *config = wet_get_config(compositor);
	struct reading reading = {.handler = handler, .is_error = true};
	struct placements *placements = &presenter->placements;

	if (!config) {
		report(&reading, "Weston was started without a weston.ini");
		return false;
	}
	struct options *before = host->options;
	struct options *after = read_options(weston_config_get_full_path(config), &reading);
	struct placement **moved = calloc((size_t)wl_list_length(&placements->placements) + 1,
					  sizeof(struct placement *));
	if (!after || !moved) {
		if (!moved)
			report(&reading, "Weston is out of memory");
		options_destroy(after);
		free(moved);
		return false;
	}
	options_list_changes(before, after, handler->changed, handler->data);
	options_keep_fixed(before, after);
	host->options = after;
	apply_devices(host);
	apply_places(placements, after, moved);
	if (options_module(before)->status_card != options_module(after)->status_card)
		placements_refit(placements);
	keys_finish(&presenter->keys);
	keys_init(&presenter->keys, compositor, options_module(after), &presenter->grabs);
	options_destroy(before);
	free(moved);
	placements_tell_change(placements);
	return true;
}
