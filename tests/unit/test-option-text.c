/* SPDX-License-Identifier: MIT */
/* weston.ini as text: what it sets, and complaints with their line numbers. */
#include "test.h"

#include "pure/option-text.h"

#include <stdio.h>
#include <string.h>

static char told[4096];

static void
note(void *data, const char *sentence)
{
	size_t used = strlen(told);

	snprintf(told + used, sizeof(told) - used, "%s\n", sentence);
}

/* Parses it. Returns the options; complaints are in told. */
static struct options *
read_text(const char *text, int complaints)
{
	struct options *options = options_create();

	told[0] = '\0';
	check_int(options_read_text(options, text, strlen(text), note, NULL), complaints);
	return options;
}

TEST(what_it_says_is_set)
{
	struct options *options = read_text("# a comment\n"
					    "[core]\n"
					    "modules=xen-display.so\n"
					    "[xen-display]\n"
					    "flip-deadline= 500 \t\n"
					    "\n"
					    "[xen-connector]\n"
					    "guest=g1\n"
					    "output=HDMI-A-1\n"
					    "x=-3",
					    0);
	const struct connector_options *found =
		options_find_connector(options, "g1", NULL, "", 0, 0);

	check_int(options_module(options)->flip_deadline_ms, 500);
	check_string(found->output, "HDMI-A-1");
	check_int(found->x, -3);
	options_destroy(options);
}

TEST(complaints_have_their_lines)
{
	options_destroy(read_text("[xen-display]\n"
				  "flip-deadline=1\n"
				  "nonsense=1\n"
				  "[xen-conector]\n"
				  "[output]\n"
				  "nonsense=1\n",
				  3));
	check(strstr(told, "line 2: [xen-display] flip-deadline=1: allowed is 50 to 2000"));
	check(strstr(told, "line 3: [xen-display] has no key \"nonsense\""));
	check(strstr(told, "line 4: there is no section [xen-conector]"));
}

TEST(what_keeps_weston_from_starting)
{
	options_destroy(read_text("key=before any section\n"
				  "[core\n"
				  "[core]\n"
				  "neither this nor that\n"
				  "=value\n",
				  4));
	check(strstr(told, "line 1: neither a section"));
	check(strstr(told, "line 2: a section without \"]\""));
	check(strstr(told, "line 4: neither"));
	check(strstr(told, "line 5: neither"));
}

TEST(the_first_of_two_counts)
{
	struct options *options = read_text("[xen-display]\nhidden-rate=20\nhidden-rate=30\n", 1);

	check_int(options_module(options)->hidden_rate_hz, 20);
	check(strstr(told, "line 3: [xen-display] hidden-rate= is set for the second time"));
	options_destroy(options);
}

TEST(each_section_is_a_rule_of_its_own)
{
	struct options *options = read_text("[xen-connector]\nguest=a\nz=1\n"
					    "[xen-connector]\nguest=b\nz=2\n",
					    0);

	check_int(options_find_connector(options, "a", NULL, "", 0, 0)->z, 1);
	check_int(options_find_connector(options, "b", NULL, "", 0, 0)->z, 2);
	options_destroy(options);
}

TEST(lines_longer_than_westons)
{
	static const unsigned lengths[] = {510, 511, 600};

	for (unsigned i = 0; i < 3; i++) {
		char text[1024] = "[xen-guest]\n#";

		test_case("%u bytes", lengths[i]);
		memset(text + strlen(text), 'a', lengths[i] - 1);
		strcat(text, "\n");
		told[0] = '\0';
		options_destroy(read_text(text, i > 0));
		check((strstr(told, "line 2: longer than") != NULL) == (i > 0));
	}
}
