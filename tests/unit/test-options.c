/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/options.c and option-table.c: values at and beyond their ranges, which rule
 * wins, the texts of complaints, and running out of memory. Linked with calloc and strdup wrapped.
 */
#include "test.h"

#include "base/log.h"
#include "base/base.h"
#include "describe.h"
#include "pure/option-text.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char uuid[] = "01234567-89ab-cdef-0123-456789abcdef";

/* How many allocations succeed before one fails; negative: all. */
static int allocations_left = -1;
static bool ran_out;
/* Allocations not yet freed. */
static int live;

void *
__real_calloc(size_t count, size_t size);
void *
__wrap_calloc(size_t count, size_t size);
char *
__real_strdup(const char *text);
char *
__wrap_strdup(const char *text);
void
__real_free(void *memory);
void
__wrap_free(void *memory);

static bool
allocation_fails(void)
{
	if (allocations_left < 0 || allocations_left-- > 0) {
		live++;
		return false;
	}
	ran_out = true;
	return true;
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __real_calloc(count, size);
}

char *
__wrap_strdup(const char *text)
{
	return allocation_fails() ? NULL : __real_strdup(text);
}

void
__wrap_free(void *memory)
{
	live -= memory != NULL;
	__real_free(memory);
}

void
test_after_each(void)
{
	check_int(live, 0);
}

static char error[1024];

static int
set(struct options *options, const char *key, const char *value)
{
	error[0] = '\0';
	int result = options_set(options, key, value, error, sizeof(error));
	check((result == 0) == (error[0] == '\0'));
	return result;
}

/* Options with one section begun. */
static struct options *
create_in(const char *section)
{
	struct options *options = options_create();

	check(options);
	check_int(options_begin_section(options, section), 0);
	return options;
}

TEST(defaults)
{
	struct options *options = options_create();
	const struct module_options *module = options_module(options);
	const struct connector_options *connector =
		options_find_connector(options, "g1", uuid, "", 0, 0);

	check(!module->require_xen);
	check_int(module->flip_deadline_ms, 300);
	check_int(module->resample_rate_hz, 10);
	check_int(module->hidden_after_ms, 5000);
	check_int(module->hidden_rate_hz, 10);
	check(!options_find_guest(options, "g1", uuid)->alpha);
	check(connector->output == NULL);
	check_int(connector->fit, FIT_FIT);
	check(!connector->has_x && !connector->has_y);
	check_int(connector->x, 0);
	check_int(connector->y, 0);
	check_int(connector->width, 0);
	check_int(connector->height, 0);
	check_int(connector->z, 0);
	check_int(connector->resample_rate_hz, 10);
	options_destroy(options);
}

TEST(destroy_takes_null)
{
	options_destroy(NULL);
}

TEST(sections_of_others_are_refused)
{
	struct options *options = options_create();

	check_int(set(options, "flip-deadline", "100"), -ENOENT);
	check_string(error, "key \"flip-deadline\" is not in a section of this module");
	check_int(options_begin_section(options, "xen-display"), 0);
	check_int(options_begin_section(options, "core"), -ENOENT);
	check_int(set(options, "flip-deadline", "100"), -ENOENT);
	check_int(options_begin_section(options, "xen-displays"), -ENOENT);
	check_int(options_begin_section(options, "xen-displa"), -ENOENT);
	check_int(options_begin_section(options, ""), -ENOENT);
	check_int(options_module(options)->flip_deadline_ms, 300);
	options_destroy(options);
}

TEST(module_keys)
{
	struct options *options = create_in("xen-display");
	const struct module_options *module = options_module(options);

	check_int(set(options, "require-xen", "true"), 0);
	check(module->require_xen);
	check_int(set(options, "require-xen", "false"), 0);
	check(!module->require_xen);
	check_int(set(options, "flip-deadline", "50"), 0);
	check_int(module->flip_deadline_ms, 50);
	check_int(set(options, "resample-rate", "0"), 0);
	check_int(module->resample_rate_hz, 0);
	check_int(set(options, "hidden-after", "3600000"), 0);
	check_int(module->hidden_after_ms, 3600000);
	check_int(set(options, "hidden-rate", "1"), 0);
	check_int(module->hidden_rate_hz, 1);
	options_destroy(options);
}

/* Checks an uint32_t in [xen-display]: its bounds, and the complaint beyond them. */
static void
check_range(const struct option_entry *entry)
{
	struct options *options = create_in("xen-display");
	const char *member = (const char *)options_module(options) + entry->offset;
	uint32_t value;
	char text[32];

	for (int64_t number = entry->minimum; number <= entry->maximum;
	     number += entry->maximum - entry->minimum) {
		snprintf(text, sizeof(text), "%" PRId64, number);
		check_int(set(options, entry->key, text), 0);
		memcpy(&value, member, sizeof(value));
		check_int(value, number);
	}
	snprintf(text, sizeof(text), "%" PRId64, (int64_t)entry->maximum + 1);
	check_int(set(options, entry->key, text), -EINVAL);
	check_contains(error, entry->key);
	snprintf(text, sizeof(text), "%d to %d", entry->minimum, entry->maximum);
	check_contains(error, text);
	if (entry->minimum > 0) {
		snprintf(text, sizeof(text), "%d", entry->minimum - 1);
		check_int(set(options, entry->key, text), -EINVAL);
	}
	memcpy(&value, member, sizeof(value));
	check_int(value, entry->maximum);
	options_destroy(options);
}

TEST(numbers_of_the_module_keep_to_their_range)
{
	unsigned limits = 0;

	for (size_t i = 0; i < option_table_size; i++) {
		const struct option_entry *entry = &option_table[i];

		if (entry->section != SECTION_MODULE || entry->kind != KIND_UINT)
			continue;
		test_case("%s", entry->key);
		check(entry->minimum < entry->maximum);
		check(strlen(entry->help) > 10);
		check_range(entry);
		if (entry->offset < offsetof(struct module_options, limits))
			continue;
		/* Each limit has one row, in the struct's order. */
		check_int(entry->offset,
			  offsetof(struct module_options, limits) + limits * sizeof(uint32_t));
		limits++;
	}
	check_int(limits * sizeof(uint32_t), sizeof(struct limits));
}

TEST(limits_are_keys_of_the_module_alone)
{
	struct options *options = create_in("xen-guest");

	check_int(set(options, "max-connectors", "4"), -ENOENT);
	options_destroy(options);
}

static bool
is_same_module(const struct module_options *a, const struct module_options *b)
{
	struct module_options of_a = *a, of_b = *b;

	if (strcmp(a->allocator, b->allocator) != 0)
		return false;
	of_a.allocator = of_b.allocator = NULL;
	return memcmp(&of_a, &of_b, sizeof(of_a)) == 0;
}

TEST(bad_values_keep_the_value_before)
{
	static const struct {
		const char *section, *key, *value, *allowed;
	} cases[] = {
		{"xen-display", "require-xen", "yes", "true or false"},
		{"xen-display", "require-xen", "True", "true or false"},
		{"xen-display", "require-xen", "", "true or false"},
		{"xen-display", "flip-deadline", "49", "50 to 2000"},
		{"xen-display", "flip-deadline", "2001", "50 to 2000"},
		{"xen-display", "flip-deadline", "-300", "50 to 2000"},
		{"xen-display", "flip-deadline", "", "50 to 2000"},
		{"xen-display", "flip-deadline", "0x100", "50 to 2000"},
		{"xen-display", "flip-deadline", "100ms", "50 to 2000"},
		{"xen-display", "flip-deadline", " 100", "50 to 2000"},
		{"xen-display", "flip-deadline", "+100", "50 to 2000"},
		{"xen-display", "flip-deadline", "4294967396", "50 to 2000"},
		{"xen-display", "flip-deadline", "18446744073709551716", "50 to 2000"},
		{"xen-display", "flip-deadline", "99999999999999999999999999", "50 to 2000"},
		{"xen-display", "hidden-rate", "0", "1 to 240"},
		{"xen-display", "max-buffers", "-1", "1 to 4096"},
		{"xen-display", "max-buffers", "4294967296", "1 to 4096"},
		{"xen-guest", "uuid", "g1", "a UUID such as"},
		{"xen-guest", "uuid", "01234567-89ab-cdef-0123-456789abcdeg", "a UUID such as"},
		{"xen-guest", "uuid", "g1234567-89ab-cdef-0123-456789abcdef", "a UUID such as"},
		{"xen-guest", "uuid", "01234567089ab-cdef-0123-456789abcdef", "a UUID such as"},
		{"xen-guest", "uuid", "01234567-89ab-cdef-0123-456789abcdef0", "a UUID such as"},
		{"xen-guest", "name", "", "1 to 255 bytes"},
		{"xen-connector", "fit", "contain", "fit, fill, center, stretch"},
		{"xen-display", "dmabuf", "always", "auto, never, force, direct-display"},
		{"xen-display", "allocator", "/dev/null",
		 "a device in /dev/dma_heap/ or /dev/dri/"},
		{"xen-display", "allocator", "/dev/dri/", "a device in"},
		{"xen-display", "allocator", "/dev/dri/../mem", "a device in"},
		{"xen-guest", "be-alloc", "yes", "true or false"},
		{"xen-connector", "fit", "", "fit, fill, center, stretch"},
		{"xen-connector", "device", "65536", "0 to 65535, or *"},
		{"xen-connector", "device", "-1", "0 to 65535, or *"},
		{"xen-connector", "connector", "256", "0 to 255, or *"},
		{"xen-connector", "connector", "**", "0 to 255, or *"},
		{"xen-connector", "x", "-65537", "-65536 to 65536"},
		{"xen-connector", "x", "-", "-65536 to 65536"},
		{"xen-connector", "x", "--1", "-65536 to 65536"},
		{"xen-connector", "x", "1a", "-65536 to 65536"},
		{"xen-connector", "x", "1:", "-65536 to 65536"},
		{"xen-connector", "x", "1/", "-65536 to 65536"},
		{"xen-connector", "width", "-1", "0 to 65536"},
		{"xen-connector", "height", "65537", "0 to 65536"},
		{"xen-connector", "z", "1000001", "-1000000 to 1000000"},
		{"xen-connector", "output", "", "1 to 255 bytes"},
		{"xen-connector", "resample-rate", "241", "0 to 240"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options *options = create_in(cases[i].section);
		struct options *untouched = create_in(cases[i].section);
		char start[128];

		test_case("%s=%s", cases[i].key, cases[i].value);
		check_int(set(options, cases[i].key, cases[i].value), -EINVAL);
		snprintf(start, sizeof(start), "[%s] %s=%s: allowed is ", cases[i].section,
			 cases[i].key, cases[i].value);
		check(strncmp(error, start, strlen(start)) == 0);
		check_contains(error, cases[i].allowed);
		check(is_same_module(options_module(options), options_module(untouched)));
		check(memcmp(options_find_guest(options, "g1", uuid),
			     options_find_guest(untouched, "g1", uuid),
			     sizeof(struct guest_options)) == 0);
		check(memcmp(options_find_connector(options, "g1", uuid, "", 0, 0),
			     options_find_connector(untouched, "g1", uuid, "", 0, 0),
			     sizeof(struct connector_options)) == 0);
		options_destroy(options);
		options_destroy(untouched);
	}
}

TEST(unknown_keys_are_told_the_known_ones)
{
	static const char *const sections[] = {"xen-display", "xen-guest", "xen-connector"};

	for (size_t s = 0; s < 3; s++) {
		struct options *options = create_in(sections[s]);
		struct option_description description;
		size_t told = 0;

		test_case("%s", sections[s]);
		check_int(set(options, "colour", "red"), -ENOENT);
		check_contains(error, sections[s]);
		check_contains(error, "no key \"colour\"");
		for (size_t i = 0; options_describe(i, &description); i++) {
			if (strcmp(description.section, sections[s]) != 0)
				continue;
			check_contains(error, description.key);
			told++;
		}
		check(told > 2);
		options_destroy(options);
	}
}

TEST(strange_text_is_shown_harmlessly)
{
	struct options *options = create_in("xen-connector");
	char long_text[300];

	check_int(set(options, "fit", "a\033[31m\n\377b"), -EINVAL);
	check_contains(error, "fit=a?[31m??b:");

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	check_int(set(options, "output", long_text), -EINVAL);
	check_contains(error, "xxx...: allowed");
	check(strlen(error) < 200);
	options_destroy(options);
}

TEST(strings_up_to_255_bytes)
{
	struct options *options = create_in("xen-connector");
	char text[257];

	memset(text, 'x', 256);
	text[256] = '\0';
	check_int(set(options, "output", text), -EINVAL);
	text[255] = '\0';
	check_int(set(options, "output", text), 0);
	check_string(options_find_connector(options, NULL, NULL, "", 0, 0)->output, text);
	options_destroy(options);
}

TEST(short_error_buffers_are_terminated)
{
	struct options *options = create_in("xen-display");

	for (size_t size = 0; size < 64; size++) {
		char buffer[65];

		memset(buffer, '#', sizeof(buffer));
		check_int(options_set(options, "colour", "red", buffer, size), -ENOENT);
		check(buffer[size] == '#');
		check(size == 0 || strlen(buffer) == size - 1);
	}
	options_destroy(options);
}

TEST(connector_keys)
{
	struct options *options = create_in("xen-connector");
	const struct connector_options *connector;

	check_int(set(options, "output", "HDMI-A-1"), 0);
	check_int(set(options, "fit", "stretch"), 0);
	check_int(set(options, "x", "-65536"), 0);
	check_int(set(options, "y", "65536"), 0);
	check_int(set(options, "width", "1"), 0);
	check_int(set(options, "height", "65536"), 0);
	check_int(set(options, "z", "-1000000"), 0);
	check_int(set(options, "resample-rate", "240"), 0);
	connector = options_find_connector(options, "g1", uuid, "", 0, 0);
	check_string(connector->output, "HDMI-A-1");
	check_int(connector->fit, FIT_STRETCH);
	check(connector->has_x && connector->has_y);
	check_int(connector->x, -65536);
	check_int(connector->y, 65536);
	check_int(connector->width, 1);
	check_int(connector->height, 65536);
	check_int(connector->z, -1000000);
	check_int(connector->resample_rate_hz, 240);

	/* The last value counts. */
	check_int(set(options, "output", "DP-1"), 0);
	check_string(options_find_connector(options, "g1", uuid, "", 0, 0)->output, "DP-1");
	options_destroy(options);
}

TEST(dmabuf_modes_and_allocators)
{
	static const struct {
		const char *name;
		enum dmabuf_mode mode;
	} cases[] = {{"auto", DMABUF_AUTO},
		     {"never", DMABUF_NEVER},
		     {"force", DMABUF_FORCE},
		     {"direct-display", DMABUF_DIRECT_DISPLAY}};
	struct options *options = options_create();

	check(options);
	const struct module_options *module = options_module(options);
	check_int(module->dmabuf, DMABUF_AUTO);
	check_string(module->allocator, "/dev/dma_heap/system");
	check_int(options_begin_section(options, "xen-display"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_int(set(options, "dmabuf", cases[i].name), 0);
		check_int(module->dmabuf, cases[i].mode);
	}
	check_int(set(options, "allocator", "/dev/dri/card1"), 0);
	check_string(module->allocator, "/dev/dri/card1");
	check_int(set(options, "allocator", "/dev/dma_heap/linux,cma"), 0);
	check_string(module->allocator, "/dev/dma_heap/linux,cma");

	check(!options_find_guest(options, "g", NULL)->be_alloc);
	check_int(options_begin_section(options, "xen-guest"), 0);
	check_int(set(options, "be-alloc", "true"), 0);
	check(options_find_guest(options, "g", NULL)->be_alloc);
	options_destroy(options);
}

TEST(fits)
{
	static const struct {
		const char *name;
		enum fit fit;
	} cases[] = {{"fit", FIT_FIT},
		     {"fill", FIT_FILL},
		     {"center", FIT_CENTER},
		     {"stretch", FIT_STRETCH}};
	struct options *options = create_in("xen-connector");

	for (size_t i = 0; i < 4; i++) {
		check_int(set(options, "fit", cases[i].name), 0);
		check_int(options_find_connector(options, "g", NULL, "", 0, 0)->fit, cases[i].fit);
	}
	options_destroy(options);
}

TEST(windows_and_their_frames)
{
	struct options *options = create_in("xen-connector");
	const struct connector_options *rule = options_find_connector(options, "g", NULL, "", 0, 0);

	check_int(rule->show_as, SHOW_AS_AUTO);
	check_int(rule->frame, FRAME_FULL);
	check_int(rule->close, CLOSE_HIDE);
	check_int(set(options, "show-as", "window"), 0);
	check_int(set(options, "frame", "border"), 0);
	check_int(set(options, "close", "shutdown"), 0);
	check_int(rule->show_as, SHOW_AS_WINDOW);
	check_int(rule->frame, FRAME_BORDER);
	check_int(rule->close, CLOSE_SHUTDOWN);
	options_destroy(options);
}

TEST(colors)
{
	static const char *const bad[] = {"",         "#",       "336699", "#33669",
					  "#3366999", "#33669g", "red"};
	struct options *options = create_in("xen-guest");
	const struct guest_options *rule = options_find_guest(options, "g", NULL);

	check(!rule->has_color);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		test_case("%s", bad[i]);
		check_int(set(options, "color", bad[i]), -EINVAL);
	}
	check(!rule->has_color);
	check_int(set(options, "color", "#3366Cc"), 0);
	check(rule->has_color);
	check_int(rule->color, 0x3366cc);
	options_destroy(options);
}

TEST(what_is_a_window)
{
	static const char *const places[] = {"output", "x", "y", "width", "height"};
	const struct connector_options none = {0};
	const struct connector_options window = {.show_as = SHOW_AS_WINDOW, .has_x = true};
	const struct connector_options output = {.show_as = SHOW_AS_OUTPUT};
	const struct connector_options ivi = {.show_as = SHOW_AS_IVI, .ivi_id = 7};
	const struct connector_options unnumbered = {.show_as = SHOW_AS_IVI};

	check(options_is_window(&none, SHELL_DESKTOP));
	check(!options_is_window(&none, SHELL_OTHER));
	check(!options_is_window(&none, SHELL_BARE));
	check(options_is_window(&window, SHELL_DESKTOP));
	check(options_is_window(&window, SHELL_OTHER));
	check(!options_is_window(&window, SHELL_BARE));
	check(!options_is_window(&output, SHELL_DESKTOP));
	check(options_is_window(&ivi, SHELL_IVI));
	check(!options_is_window(&unnumbered, SHELL_IVI));
	check(!options_is_window(&window, SHELL_IVI));
	check(!options_is_window(&none, SHELL_IVI));
	check(!options_is_window(&ivi, SHELL_DESKTOP));
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		struct options *options = create_in("xen-connector");

		test_case("%s", places[i]);
		check_int(set(options, places[i], "1"), 0);
		check(!options_is_window(options_find_connector(options, "g", NULL, "", 0, 0),
					 SHELL_DESKTOP));
		options_destroy(options);
	}
}

TEST(x_given_as_0_is_given)
{
	struct options *options = create_in("xen-connector");

	check_int(set(options, "x", "0"), 0);
	check(options_find_connector(options, "g", NULL, "", 0, 0)->has_x);
	check(!options_find_connector(options, "g", NULL, "", 0, 0)->has_y);
	options_destroy(options);
}

TEST(first_guest_rule_wins)
{
	struct options *options = create_in("xen-guest");

	set(options, "name", "g1");
	set(options, "alpha", "true");
	options_begin_section(options, "xen-guest");
	set(options, "name", "g1");
	options_begin_section(options, "xen-guest");
	set(options, "name", "*");

	check(options_find_guest(options, "g1", uuid)->alpha);
	check(options_find_guest(options, "g1", NULL)->alpha);
	check(!options_find_guest(options, "g2", uuid)->alpha);
	check(!options_find_guest(options, "G1", uuid)->alpha);
	check(!options_find_guest(options, "g", uuid)->alpha);
	check(!options_find_guest(options, NULL, NULL)->alpha);
	options_destroy(options);
}

TEST(guest_rule_by_uuid)
{
	struct options *options = create_in("xen-guest");

	check_int(set(options, "uuid", "01234567-89AB-CDEF-0123-456789ABCDEF"), 0);
	check_int(set(options, "alpha", "true"), 0);
	check(options_find_guest(options, "any name", uuid)->alpha);
	check(options_find_guest(options, NULL, uuid)->alpha);
	check(!options_find_guest(options, "g1", NULL)->alpha);
	check(!options_find_guest(options, "g1", "11234567-89ab-cdef-0123-456789abcdef")->alpha);
	options_destroy(options);
}

TEST(guest_rule_by_name_and_uuid_wants_both)
{
	struct options *options = create_in("xen-guest");

	set(options, "name", "g1");
	set(options, "uuid", uuid);
	set(options, "alpha", "true");
	check(options_find_guest(options, "g1", uuid)->alpha);
	check(!options_find_guest(options, "g2", uuid)->alpha);
	check(!options_find_guest(options, "g1", "11234567-89ab-cdef-0123-456789abcdef")->alpha);
	options_destroy(options);
}

static int32_t
z_of(const struct options *options, const char *name, const char *id, unsigned devid,
     unsigned connector)
{
	return options_find_connector(options, name, id, "", devid, connector)->z;
}

TEST(first_connector_rule_wins)
{
	static const struct {
		const char *guest, *device, *connector, *z;
	} rules[] = {
		{"g1", "0", "1", "1"}, {"g1", "1", "0", "2"}, {uuid, "0", "0", "3"},
		{"g1", "0", "1", "4"}, {"g2", "*", "3", "5"}, {"g2", "2", "*", "6"},
		{"*", "7", "0", "7"},  {"g1", "*", "*", "8"}, {"*", "65535", "255", "9"},
	};
	struct options *options = options_create();

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		check_int(options_begin_section(options, "xen-connector"), 0);
		check_int(set(options, "guest", rules[i].guest), 0);
		check_int(set(options, "device", rules[i].device), 0);
		check_int(set(options, "connector", rules[i].connector), 0);
		check_int(set(options, "z", rules[i].z), 0);
	}
	check_int(z_of(options, "g1", NULL, 0, 1), 1);
	check_int(z_of(options, "g1", NULL, 1, 0), 2);
	check_int(z_of(options, "g1", uuid, 0, 0), 3);
	check_int(z_of(options, "g9", uuid, 0, 0), 3);
	check_int(z_of(options, "g2", NULL, 2, 3), 5);
	check_int(z_of(options, "g2", NULL, 65535, 3), 5);
	check_int(z_of(options, "g2", NULL, 2, 4), 6);
	check_int(z_of(options, "g3", NULL, 7, 0), 7);
	check_int(z_of(options, NULL, NULL, 7, 0), 7);
	check_int(z_of(options, "g1", NULL, 9, 9), 8);
	check_int(z_of(options, "g3", NULL, 65535, 255), 9);
	check_int(z_of(options, "g3", NULL, 0, 0), 0);
	check_int(z_of(options, "g3", NULL, UINT32_MAX, UINT32_MAX), 0);
	options_destroy(options);
}

TEST(connector_rule_defaults_to_the_first_screen_of_any_guest)
{
	struct options *options = create_in("xen-connector");

	set(options, "z", "5");
	check_int(z_of(options, "g1", uuid, 0, 0), 5);
	check_int(z_of(options, NULL, NULL, 0, 0), 5);
	check_int(z_of(options, "g1", uuid, 0, 1), 0);
	check_int(z_of(options, "g1", uuid, 1, 0), 0);
	options_destroy(options);
}

static int
z_of_id(const struct options *options, const char *name, const char *id, unsigned devid,
	unsigned connector)
{
	return options_find_connector(options, name, uuid, id, devid, connector)->z;
}

TEST(connector_rule_by_id)
{
	static const struct {
		const char *guest, *id, *device, *connector, *z;
	} rules[] = {
		{NULL, "left", NULL, NULL, "1"}, {"g1", "right", NULL, NULL, "2"},
		{"*", "top", "2", NULL, "3"},    {"*", "top", NULL, "0", "4"},
		{uuid, "bottom", "*", "*", "5"}, {NULL, NULL, NULL, NULL, "6"},
	};
	struct options *options = options_create();

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		check_int(options_begin_section(options, "xen-connector"), 0);
		for (const char *const *value = &rules[i].guest, *const *key =
									 (const char *const[]){
										 "guest", "id",
										 "device",
										 "connector", "z"};
		     value <= &rules[i].z; value++, key++)
			if (*value)
				check_int(set(options, *key, *value), 0);
	}
	/* For any device and connector, unless they are given. */
	check_int(z_of_id(options, "g1", "left", 0, 0), 1);
	check_int(z_of_id(options, "g2", "left", 7, 3), 1);
	check_int(z_of_id(options, "g1", "right", 1, 1), 2);
	check_int(z_of_id(options, "g2", "right", 1, 1), 0);
	check_int(z_of_id(options, "g2", "right", 0, 0), 6);
	check_int(z_of_id(options, "g1", "top", 2, 3), 3);
	check_int(z_of_id(options, "g1", "top", 1, 3), 0);
	check_int(z_of_id(options, "g1", "top", 1, 0), 4);
	check_int(z_of_id(options, "g1", "bottom", 4, 4), 5);
	/* An unknown id, the beginning of one, and none at all. */
	check_int(z_of_id(options, "g1", "lef", 0, 0), 6);
	check_int(z_of_id(options, "g1", "", 0, 0), 6);
	check_int(z_of_id(options, "g1", "*", 0, 1), 0);
	options_destroy(options);
}

TEST(ids_are_as_long_as_guests_can_make_them)
{
	struct options *options = create_in("xen-connector");
	char text[65];

	memset(text, 'a', sizeof(text));
	text[64] = '\0';
	check_int(set(options, "id", text), -EINVAL);
	check_int(set(options, "id", ""), -EINVAL);
	text[63] = '\0';
	check_int(set(options, "id", text), 0);
	set(options, "z", "3");
	check_int(z_of_id(options, "g1", text, 1, 1), 3);
	options_destroy(options);
}

TEST(resample_rate_is_inherited_in_any_order)
{
	struct options *options = create_in("xen-connector");

	set(options, "guest", "g1");
	options_begin_section(options, "xen-connector");
	set(options, "guest", "g2");
	set(options, "resample-rate", "5");
	options_begin_section(options, "xen-display");
	set(options, "resample-rate", "60");
	options_begin_section(options, "xen-connector");
	set(options, "guest", "g3");
	options_begin_section(options, "xen-connector");
	set(options, "guest", "g4");
	set(options, "resample-rate", "0");

	check_int(options_find_connector(options, "g1", NULL, "", 0, 0)->resample_rate_hz, 60);
	check_int(options_find_connector(options, "g2", NULL, "", 0, 0)->resample_rate_hz, 5);
	check_int(options_find_connector(options, "g3", NULL, "", 0, 0)->resample_rate_hz, 60);
	check_int(options_find_connector(options, "g4", NULL, "", 0, 0)->resample_rate_hz, 0);
	check_int(options_find_connector(options, "g5", NULL, "", 0, 0)->resample_rate_hz, 60);
	options_destroy(options);

	/* Also by a rule without keys. */
	options = create_in("xen-display");
	set(options, "resample-rate", "60");
	options_begin_section(options, "xen-connector");
	check_int(options_find_connector(options, "g1", NULL, "", 0, 0)->resample_rate_hz, 60);
	options_destroy(options);
}

/* A section as Weston's parser would hold it, and the complaints. */
struct section {
	unsigned complaints;
	char last_complaint[1024];
};

static void
note_complaint(void *data, const char *sentence)
{
	struct section *section = data;

	section->complaints++;
	snprintf(section->last_complaint, sizeof(section->last_complaint), "%s", sentence);
}

static size_t
scan_bytes(struct section *section, const char *text, size_t size)
{
	struct options *options = options_create();
	int found = options_read_text(options, text, size, note_complaint, section);

	check(found >= 0);
	options_destroy(options);
	return (size_t)found;
}

static size_t
scan(struct section *section, const char *text)
{
	return scan_bytes(section, text, strlen(text));
}

TEST(scan_finds_unknown_keys)
{
	struct section section = {0};

	check_int(scan(&section, "[core]\n"
				 "modules=xen-display.so\n"
				 "\n"
				 "[xen-display]\n"
				 "# a comment=1\n"
				 "flip-deadline=300\n"
				 "flip-dead-line=300\n"),
		  1);
	check_contains(section.last_complaint,
		       "line 7: [xen-display] has no key \"flip-dead-line\"; its keys are "
		       "require-xen, flip-deadline, ");
	check_int(section.complaints, 1);
}

TEST(scan_knows_which_section_it_is_in)
{
	struct section section = {0};

	check_int(scan(&section, "[xen-guest]\nalpha=true\n[xen-connector]\nalpha=true\n"), 1);
	check_contains(section.last_complaint, "line 4: [xen-connector]");
	check_int(scan(&section, "[xen-guest]\nname=a\n[output]\nflip=1\n[shell]\nx=y\n"), 0);
	check_int(scan(&section, "[xen-guest]\nname=a\n[xen-guest]\nname=b\nnam=c\n"), 1);
	check_contains(section.last_complaint, "line 5: [xen-guest]");
}

TEST(scan_finds_misspelt_sections)
{
	struct section section = {0};

	check_int(scan(&section, "[xen-conector]\nguest=a\nfit=b\n"), 1);
	check_contains(section.last_complaint,
		       "line 1: there is no section [xen-conector]; the sections are "
		       "[xen-display], [xen-guest], [xen-connector]");
	check_int(scan(&section, "[xen-]\n"), 1);
	check_int(scan(&section, "[xen]\n[]\n[xwayland]\n"), 0);
}

/* Weston's parser keeps the space before "=", so such a key never works. */
TEST(scan_sees_keys_as_weston_does)
{
	struct section section = {0};

	check_int(scan(&section, "[xen-guest]\nname =a\n"), 1);
	check_contains(section.last_complaint, "no key \"name \"");
	check_int(scan(&section, "[xen-guest]\n name=a\n"), 1);
	check_contains(section.last_complaint, "no key \" name\"");
	check_int(scan(&section, "[xen-guest]\nname= a = b \n"), 0);
}

TEST(scan_survives_broken_files)
{
	static const char *const texts[] = {"",
					    "\n",
					    "[",
					    "[xen-guest",
					    "[xen-guest]",
					    "=",
					    "=\n",
					    "a",
					    "[]",
					    "]",
					    "[=]\n",
					    "#",
					    "\n\n",
					    "[xen-guest]\n=",
					    "[xen-guest]\nname"};
	struct section section = {0};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		/* In memory of its own, so that a sanitizer detects reads beyond it. */
		size_t size = strlen(texts[i]);
		char *copy = malloc(size);

		check(size == 0 || copy);
		memcpy(copy, texts[i], size);
		test_case("text %zu", i);
		scan_bytes(&section, copy, size);
		__real_free(copy);
	}
}

/* Random text of the characters that matter; each complaint is a sentence. */
TEST(scan_random_text)
{
	static const char *const parts[] = {"[",
					    "]",
					    "=",
					    "#",
					    "\n",
					    "\n",
					    " ",
					    "xen-guest",
					    "name",
					    "xen-",
					    "[xen-guest]\n",
					    "fit=fill",
					    "\377",
					    "z=1"};
	const size_t count = sizeof(parts) / sizeof(parts[0]);
	struct section section = {0};
	uint64_t random = 3;
	size_t found = 0;

	for (unsigned i = 0; i < 20000; i++) {
		char buffer[256] = "";
		size_t used = 0;

		for (unsigned j = 0; j < 15; j++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			used += (size_t)snprintf(buffer + used, sizeof(buffer) - used, "%s",
						 parts[(random >> 40) % count]);
		}
		char *copy = malloc(used);
		check(used == 0 || copy);
		memcpy(copy, buffer, used);
		section.last_complaint[0] = '\0';
		size_t complaints = scan_bytes(&section, copy, used);
		check((complaints == 0) == (section.last_complaint[0] == '\0'));
		check(complaints == 0 || strncmp(section.last_complaint, "line ", 5) == 0);
		check(!strchr(section.last_complaint, '\n'));
		found += complaints;
		__real_free(copy);
	}
	check_int(section.complaints, found);
	check(found > 1000);
}

TEST(scan_reports_the_last_line_without_line_end)
{
	struct section section = {0};

	check_int(scan(&section, "[xen-guest]\nnames=a"), 1);
	check_contains(section.last_complaint, "line 2:");
}

TEST(scan_shows_strange_keys_harmlessly)
{
	struct section section = {0};

	check_int(scan(&section, "[xen-guest]\nna\001me\033=a\n"), 1);
	check_contains(section.last_complaint, "no key \"na?me?\"");
}

TEST(complaints_are_never_cut)
{
	struct section section = {0};
	char text[256] = "[xen-display]\n";

	memset(text + 14, 'k', 200);
	strcpy(text + 214, "=1\n");
	check_int(scan(&section, text), 1);
	check_contains(section.last_complaint, "max-xenstore-value");
	/* The log puts "xen-display: weston.ini: " before it. */
	check(strlen(section.last_complaint) < LOG_LINE_BYTES - 32);
}

TEST(describe_ends)
{
	struct option_description description;
	size_t count = 0;

	while (options_describe(count, &description))
		count++;
	check(count == option_table_size);
	check(!options_describe(count + 1, &description));
	check(!options_describe(SIZE_MAX, &description));
}

TEST(defaults_in_the_table_are_allowed)
{
	struct option_description description;

	for (size_t i = 0; options_describe(i, &description); i++) {
		struct options *options = create_in(description.section);

		test_case("[%s] %s", description.section, description.key);
		check(strlen(description.help) > 10 && strlen(description.help) < 90);
		check(description.allowed[0] != '\0');
		check(strlen(description.allowed) < sizeof(description.allowed) - 1);
		if (description.value[0] != '\0')
			check_int(set(options, description.key, description.value), 0);
		options_destroy(options);
	}
}

/* Runs everything that can run out of memory. Returns whether an error was reported. */
static bool
says_it_ran_out(void)
{
	static const char text[] = "[xen-connector]\n"
				   "guest=g1\n"
				   "output=DP-1\n"
				   "[xen-guest]\n"
				   "name=g1\n"
				   "uuid=01234567-89ab-cdef-0123-456789abcdef\n";
	struct section section = {0};
	struct options *options = options_create();

	if (!options)
		return true;
	int ret = options_read_text(options, text, sizeof(text) - 1, note_complaint, &section);
	check(ret == 0 || ret == -ENOMEM);
	/* What exists can be used. */
	check(options_find_connector(options, "g1", uuid, "", 0, 0));
	check(options_find_guest(options, "g1", uuid));
	options_destroy(options);
	return ret < 0;
}

TEST(memory_that_runs_out_is_an_error_and_no_more)
{
	int allowed = 0;

	do {
		test_case("%d allocations", allowed);
		ran_out = false;
		allocations_left = allowed++;
		bool said = says_it_ran_out();
		check_int(said, ran_out);
		check_int(live, 0);
	} while (ran_out);
	check(allowed > 10 && allowed < 30);
}

TEST(numbers_beyond_the_table_are_found)
{
	struct connector_options options = {.x = -65536, .y = 65536, .width = 0, .height = 65536};
	int32_t minimum, maximum;

	check(!options_find_excess(&options, &minimum, &maximum));
	options.z = 1000001;
	check_string(options_find_excess(&options, &minimum, &maximum), "z");
	check_int(minimum, -1000000);
	check_int(maximum, 1000000);
	options.width = -1;
	check_string(options_find_excess(&options, &minimum, &maximum), "width");
}

TEST(rules_are_told_from_defaults)
{
	struct options *options = options_create();
	char error[256];

	check_int(options_begin_section(options, "xen-connector"), 0);
	check_int(options_set(options, "guest", "g1", error, sizeof(error)), 0);
	check(options_is_rule(options, options_find_connector(options, "g1", NULL, "", 0, 0)));
	check(!options_is_rule(options, options_find_connector(options, "g2", NULL, "", 0, 0)));
	options_destroy(options);
}
