/* SPDX-License-Identifier: MIT */
/*
 * Checks weston.ini.example against the table of options: every key is documented in the example as
 * in the table, every key in the example is known, and every line can be used as it is.
 */
#include "test.h"

#include "describe.h"
#include "pure/option-text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINES 1000

static char *lines[MAX_LINES];
static size_t lines_size;

static void
read_example(void)
{
	FILE *file = fopen(SOURCE_ROOT "/weston.ini.example", "re");
	char line[256];

	check(file);
	while (fgets(line, sizeof(line), file)) {
		size_t length = strlen(line);

		test_case("line %zu", lines_size + 1);
		check(length > 0 && line[length - 1] == '\n');
		check(length <= 100);
		check(lines_size < MAX_LINES);
		line[length - 1] = '\0';
		lines[lines_size++] = strdup(line);
	}
	fclose(file);
	test_case("%s", "");
	check(lines_size > 100);
}

static void
free_example(void)
{
	while (lines_size > 0)
		free(lines[--lines_size]);
}

/* "#key=value" is a key with its default, "# ..." is prose or a complete example. */
static bool
is_setting(const char *line)
{
	return line[0] == '#' && line[1] >= 'a' && line[1] <= 'z' && strchr(line, '=');
}

/* The number of the line that sets a key, commented out or not; 0 if there is none. */
static size_t
find_setting(const char *section, const char *key)
{
	bool here = false;
	char header[64];

	snprintf(header, sizeof(header), "[%s]", section);
	for (size_t i = 0; i < lines_size; i++) {
		if (lines[i][0] == '[')
			here = strcmp(lines[i], header) == 0;
		if (here && is_setting(lines[i]) && strncmp(lines[i] + 1, key, strlen(key)) == 0 &&
		    lines[i][1 + strlen(key)] == '=')
			return i;
	}
	return 0;
}

TEST(every_key_is_documented_as_the_table_has_it)
{
	struct option_description description;

	read_example();
	for (size_t i = 0; options_describe(i, &description); i++) {
		bool has_unit = description.unit[0] != '\0';
		char help[160], allowed[256];

		test_case("[%s] %s", description.section, description.key);
		size_t at = find_setting(description.section, description.key);
		check(at > 2);
		snprintf(help, sizeof(help), "# %s", description.help);
		check_string(lines[at - 2], help);
		snprintf(allowed, sizeof(allowed), "# Allowed: %s%s%s%s. Default: %s",
			 description.allowed, has_unit ? " (" : "", description.unit,
			 has_unit ? ")" : "", description.value[0] ? description.value : "none");
		check_string(lines[at - 1], allowed);
		if (description.value[0] != '\0')
			check_string(strchr(lines[at], '=') + 1, description.value);
	}
	free_example();
}

static char text[64 * 1024];

static void
print_complaint(void *data, const char *sentence)
{
	unsigned *complaints = data;

	fprintf(stderr, "%s\n", sentence);
	++*complaints;
}

/* Uncomments: lines that set a key lose their "#", those of a complete example their "# ". */
static void
use_everything(void)
{
	size_t used = 0;

	for (size_t i = 0; i < lines_size; i++) {
		const char *line = lines[i];
		const char *equals = strchr(line, '=');

		if (is_setting(line))
			line += 1;
		else if (strncmp(line, "# [", 3) == 0 ||
			 (strncmp(line, "# ", 2) == 0 && equals &&
			  !memchr(line + 2, ' ', (size_t)(equals - line) - 2)))
			line += 2;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\n", line);
		check(used < sizeof(text));
	}
}

TEST(every_key_is_known)
{
	unsigned complaints = 0;

	read_example();
	use_everything();
	struct options *options = options_create();

	check_int(options_read_text(options, text, strlen(text), print_complaint, &complaints), 0);
	check_int(complaints, 0);
	options_destroy(options);
	free_example();
}

/* Feeds every setting of the text, as Weston's parser would split it. */
static unsigned
feed(struct options *options)
{
	unsigned settings = 0;
	bool ours = false;
	char error[1024];

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *equals = strchr(line, '=');

		test_case("%s", line);
		if (line[0] == '#')
			continue;
		if (line[0] == '[') {
			check(line[strlen(line) - 1] == ']');
			line[strlen(line) - 1] = '\0';
			ours = options_begin_section(options, line + 1) == 0;
			check(ours || strcmp(line, "[core") == 0);
			continue;
		}
		check(equals);
		*equals = '\0';
		if (!ours)
			continue;
		settings++;
		if (options_set(options, line, equals + 1, error, sizeof(error)) < 0)
			test_fail(__FILE__, __LINE__, "%s", error);
	}
	return settings;
}

TEST(every_line_can_be_used)
{
	struct option_description description;
	struct options *options = options_create();
	unsigned keys = 0;

	read_example();
	use_everything();
	while (options_describe(keys, &description))
		keys++;
	check(feed(options) >= keys + 9);

	/* The complete example does what it says. */
	const struct connector_options *corner =
		options_find_connector(options, "cluster", NULL, "", 0, 1);
	check_string(corner->output, "HDMI-A-2");
	check_int(corner->width, 480);
	check_int(corner->z, 1);
	options_destroy(options);
	free_example();
}

/* Used unchanged, the example sets nothing. */
TEST(the_example_as_it_is_keeps_all_defaults)
{
	struct options *options = options_create();
	size_t used = 0;

	read_example();
	for (size_t i = 0; i < lines_size; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\n", lines[i]);
	check_int(feed(options), 0);
	options_destroy(options);
	free_example();
}
