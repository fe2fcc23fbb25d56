/* SPDX-License-Identifier: MIT */
/*
 * Tests that Weston's own parser accepts weston.ini.example, and that it and our parser find the
 * same sections, keys and values in a file.
 */
#include "test.h"

#include "pure/option-change.h"
#include "pure/option-table.h"
#include "pure/option-text.h"

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

static unsigned complaints;

static void
note_complaint(void *data, const char *sentence)
{
	fprintf(stderr, "%s\n", sentence);
	complaints++;
}

static void
note_change(void *data, const char *section, const char *key, enum option_effect effect)
{
	fprintf(stderr, "[%s] %s\n", section, key);
}

/* The options found by Weston's parser, key by key. */
static struct options *
read_by_weston(struct weston_config *config)
{
	struct options *options = options_create();
	struct weston_config_section *section = NULL;
	char error[OPTION_SENTENCE_BYTES];
	const char *name;

	while (weston_config_next_section(config, &section, &name)) {
		if (options_begin_section(options, name) < 0)
			continue;
		for (size_t i = 0; i < option_table_size; i++) {
			char *value = NULL;

			if (strcmp(option_section_names[option_table[i].section], name) != 0)
				continue;
			weston_config_section_get_string(section, option_table[i].key, &value,
							 NULL);
			if (value)
				options_set(options, option_table[i].key, value, error,
					    sizeof(error));
			free(value);
		}
	}
	return options;
}

/* The options found by our parser, which must be the same. */
static struct options *
read_ini(const char *ini)
{
	struct options *options = options_create();
	struct weston_config *config = parse(ini);

	check(config);
	struct options *other = read_by_weston(config);

	options_read_text(options, ini, strlen(ini), note_complaint, NULL);
	check_int(options_list_changes(other, options, note_change, NULL), 0);
	weston_config_destroy(config);
	options_destroy(other);
	return options;
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
	load_example();
	options_destroy(read_ini(text));
	check_int(complaints, 0);
}

TEST(example_with_all_settings_is_parsed)
{
	load_example();
	use_settings();
	struct options *options = read_ini(text);
	check_int(complaints, 0);
	check_string(options_find_connector(options, "any", NULL, "left", 0, 0)->output,
		     "HDMI-A-1");
	options_destroy(options);
}

/* Each line has one trap; what Weston does not find is complained of. */
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
	struct options *options = read_ini(ini);

	check_int(complaints, 3);
	check(!options_find_guest(options, "g1", NULL)->alpha);
	check_int(options_find_connector(options, "g1", NULL, "", 0, 0)->z, 7);
	check(!options_find_connector(options, "g1", NULL, "", 0, 0)->has_x);
	options_destroy(options);
}

/* Weston's parser knows neither quotes nor comments after a value. */
TEST(quotes_and_comments_are_told)
{
	static const char ini[] = "[xen-connector]\n"
				  "guest=\"g1\"\n"
				  "fit=fill # all of it\n"
				  "output=DP-1 # the left one\n";
	struct options *options = read_ini(ini);

	check_int(complaints, 1);
	check_string(options_find_connector(options, "\"g1\"", NULL, "", 0, 0)->output,
		     "DP-1 # the left one");
	check_int(options_check_rules(options, note_complaint, NULL), 2);
	options_destroy(options);
}

TEST(bad_values_are_reported_and_the_rest_works)
{
	static const char ini[] = "[xen-display]\n"
				  "flip-deadline=soon\n"
				  "resample-rate=20\n"
				  "max-buffers=0\n";
	struct options *options = read_ini(ini);

	check_int(complaints, 2);
	check_int(options_module(options)->flip_deadline_ms, 300);
	check_int(options_module(options)->resample_rate_hz, 20);
	check_int(options_module(options)->limits.buffers, 64);
	options_destroy(options);
}
