/* SPDX-License-Identifier: MIT */
/* config check and config print: checks weston.ini, and prints the current places as its
 * sections. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config-file.h"
#include "json.h"
#include "pure/option-text.h"
#include "session.h"
#include "words.h"

#define OUTPUTS 64

struct check {
	const struct settings *settings;
	unsigned found;
};

static void
report(void *data, const char *sentence)
{
	struct check *check = data;

	check->found++;
	if (check->settings->json)
		json_string(NULL, sentence);
	else
		puts(sentence);
}

/* Outputs are only known while Weston runs; if none runs, they are not checked. */
static void
check_outputs(struct check *check, const struct options *options)
{
	const char *names[OUTPUTS];
	struct session session;
	const struct output *output;
	size_t count = 0;

	if (session_open(&session, check->settings, true) == 0) {
		wl_list_for_each(output, &session.outputs, link)
			if (count < OUTPUTS)
				names[count++] = output->name;
		options_check_outputs(options, names, count, report, check);
	}
	session_close(&session);
}

/* Returns an exit code. */
static int
check_text(const struct settings *settings, const char *path, const char *text, size_t size)
{
	struct check check = {.settings = settings};
	struct options *options = options_create();

	if (settings->json)
		json_begin_array(NULL);
	if (!options || options_read_text(options, text, size, report, &check) < 0) {
		complain("out of memory");
		options_destroy(options);
		return EXIT_FAILED;
	}
	options_check_rules(options, report, &check);
	check_outputs(&check, options);
	options_destroy(options);
	if (settings->json) {
		json_end_array();
		json_end_line();
	} else if (check.found == 0 && !settings->quiet) {
		printf("%s: nothing is wrong\n", path);
	}
	return check.found == 0 ? 0 : EXIT_FAILED;
}

static int
check_file(const struct settings *settings, const char *given)
{
	char found[4096], tried[8192];
	const char *path = given ? given : found;
	size_t size;

	if (!given && !config_file_find(found, sizeof(found), tried, sizeof(tried))) {
		complain("there is no weston.ini; Weston would look for %s", tried);
		return EXIT_FAILED;
	}
	char *text = config_file_read(path, &size);
	if (!text) {
		complain("%s: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	int code = check_text(settings, path, text, size);
	free(text);
	return code;
}

/* Unusual characters of a name arrive as "?", and such a name would match no rule. */
static const char *
guest_of(const struct screen *screen)
{
	return strchr(screen->guest, '?') && screen->uuid[0] != '\0' ? screen->uuid : screen->guest;
}

static void
print_number(const char *key, int32_t value)
{
	if (value != 0)
		printf("%s=%d\n", key, value);
}

static void
print_screen(const struct screen *screen)
{
	printf("[xen-connector]\n# %s, %s%s\n", screen->name, words_visibility(screen->visibility),
	       screen->fullscreen ? ", fullscreen" : "");
	printf("guest=%s\ndevice=%u\nconnector=%u\n", guest_of(screen), screen->device,
	       screen->connector);
	if (screen->output[0] != '\0')
		printf("output=%s\n", screen->output);
	print_number("x", screen->x);
	print_number("y", screen->y);
	print_number("width", screen->place_width);
	print_number("height", screen->place_height);
	print_number("z", screen->z);
	if (screen->fit != XEN_DISPLAY_SCREEN_V1_FIT_FIT)
		printf("fit=%s\n", words_fit(screen->fit));
	putchar('\n');
}

static int
print_places(const struct settings *settings)
{
	struct session session;
	const struct screen *screen;
	int code = session_open(&session, settings, false);

	wl_list_for_each(screen, &session.screens, link)
		if (code == 0)
			print_screen(screen);
	session_close(&session);
	return code;
}

int
command_config(const struct settings *settings, char **arguments)
{
	if (strcmp(arguments[0], "check") == 0)
		return check_file(settings, arguments[1]);
	if (strcmp(arguments[0], "print") == 0 && !arguments[1])
		return print_places(settings);
	complain("usage: xen-displayctl config check [FILE], or config print");
	return EXIT_USAGE;
}
