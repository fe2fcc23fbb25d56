/* SPDX-License-Identifier: MIT */
/*
 * Tests that Weston's own parser takes weston.ini.example, and that it and the
 * search for unknown keys see the same sections and keys in a file.
 */
#include "test.h"

#include "pure/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libweston/config-parser.h>

static char path[] = "/tmp/xen-display-ini-XXXXXX";

static struct weston_config *
parse(const char *text)
{
	int fd = mkstemp(path);

	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	struct weston_config *config = weston_config_parse(path);
	unlink(path);
	return config;
}

static char *
get_string(void *data, const char *key)
{
	char *value = NULL;

	weston_config_section_get_string(data, key, &value, NULL);
	return value;
}

static unsigned complaints;

static void
note_complaint(void *data, const char *sentence)
{
	fprintf(stderr, "%s\n", sentence);
	complaints++;
}

/* Reads all sections of ours; how many there were. */
static unsigned
read_all(struct options *options, struct weston_config *config)
{
	struct weston_config_section *section = NULL;
	const char *name;
	unsigned ours = 0;

	while (weston_config_next_section(config, &section, &name))
		ours += options_read_section(options, name, get_string, section, note_complaint) ==
			0;
	return ours;
}

static char text[64 * 1024];

static void
load_example(void)
{
	FILE *file = fopen(SOURCE_ROOT "/weston.ini.example", "re");

	check(file);
	size_t size = fread(text, 1, sizeof(text) - 1, file);
	check(size > 1000 && size < sizeof(text) - 1);
	fclose(file);
}

/* "#key=value" becomes "key=value". */
static void
use_settings(void)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != '#' || (from > text && from[-1] != '\n') || from[1] < 'a' ||
		    from[1] > 'z')
			*to++ = *from;
	*to = '\0';
}

TEST(example_is_parsed)
{
	struct options *options = options_create();

	load_example();
	struct weston_config *config = parse(text);
	check(config);
	check_int(read_all(options, config), 3);
	check_int(complaints, 0);
	weston_config_destroy(config);
	options_destroy(options);
}

TEST(example_with_all_settings_is_parsed)
{
	struct options *options = options_create();

	load_example();
	use_settings();
	struct weston_config *config = parse(text);
	check(config);
	check_int(read_all(options, config), 3);
	check_int(complaints, 0);
	check_string(options_find_connector(options, "any", NULL, "left", 0, 0)->output,
		     "HDMI-A-1");
	weston_config_destroy(config);
	options_destroy(options);
}

/* What Weston does not see, the search has to find: each line has one trap. */
TEST(traps)
{
	static const char ini[] = "[xen-guest]\n"
				  "name=g1\n"
				  "alpha =true\n"
				  "[xen-conector]\n"
				  "guest=g1\n"
				  "[xen-connector]\n"
				  "guest=g1\n"
				  "z=  7  \n"
				  "# x=1\n"
				  "Z=8\n";
	struct options *options = options_create();
	struct weston_config *config = parse(ini);

	check(config);
	check_int(read_all(options, config), 2);
	check_int(complaints, 0);
	check(!options_find_guest(options, "g1", NULL)->alpha);
	check_int(options_find_connector(options, "g1", NULL, "", 0, 0)->z, 7);
	check(!options_find_connector(options, "g1", NULL, "", 0, 0)->has_x);
	weston_config_destroy(config);
	options_destroy(options);
	check_int(options_scan_text(ini, strlen(ini), note_complaint, NULL), 3);
	check_int(complaints, 3);
}

/* Weston's parser knows neither quotes nor comments behind a value. */
TEST(quotes_and_comments_are_told)
{
	static const char ini[] = "[xen-connector]\n"
				  "guest=\"g1\"\n"
				  "fit=fill # all of it\n"
				  "output=DP-1 # the left one\n";
	struct options *options = options_create();
	struct weston_config *config = parse(ini);

	check_int(read_all(options, config), 1);
	check_int(complaints, 1);
	check_string(options_find_connector(options, "\"g1\"", NULL, "", 0, 0)->output,
		     "DP-1 # the left one");
	check_int(options_check_rules(options, note_complaint, NULL), 2);
	weston_config_destroy(config);
	options_destroy(options);
}

TEST(bad_values_are_reported_and_the_rest_works)
{
	static const char ini[] = "[xen-display]\n"
				  "flip-deadline=soon\n"
				  "resample-rate=20\n"
				  "max-buffers=0\n";
	struct options *options = options_create();
	struct weston_config *config = parse(ini);

	check_int(read_all(options, config), 1);
	check_int(complaints, 2);
	check_int(options_module(options)->flip_deadline_ms, 300);
	check_int(options_module(options)->resample_rate_hz, 20);
	check_int(options_module(options)->limits.buffers, 64);
	weston_config_destroy(config);
	options_destroy(options);
}
