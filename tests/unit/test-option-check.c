/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/option-check.c: each rule that can have no effect is reported once, with the
 * reason and a remedy, and no other rule is.
 */
#include "test.h"

#include "pure/options.h"

#include <stdio.h>
#include <string.h>

static char said[8][512];
static size_t said_count;

static void
note(void *data, const char *sentence)
{
	check(said_count < 8);
	snprintf(said[said_count++], sizeof(said[0]), "%s", sentence);
}

/* Sections and keys, as in weston.ini. */
static struct options *
read_text(const char *text)
{
	struct options *options = options_create();
	char line[256], error[512];

	said_count = 0;
	for (; *text; text += strcspn(text, "\n") + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
		char *mark = strchr(line, line[0] == '[' ? ']' : '=');

		check(mark);
		*mark = '\0';
		if (line[0] == '[')
			check_int(options_begin_section(options, line + 1), 0);
		else
			check_int(options_set(options, line, mark + 1, error, sizeof(error)), 0);
	}
	return options;
}

static void
expect(const char *text, const char *wanted)
{
	struct options *options = read_text(text);

	test_case("%s", text);
	check_int(options_check_rules(options, note, NULL), wanted ? 1 : 0);
	check_int(said_count, wanted ? 1 : 0);
	if (wanted)
		check_string(said[0], wanted);
	options_destroy(options);
}

TEST(rules_that_are_right)
{
	expect("", NULL);
	expect("[xen-guest]\nname=a\n[xen-guest]\nname=b\n[xen-guest]\n", NULL);
	expect("[xen-connector]\nguest=a\n[xen-connector]\nguest=a\nconnector=1\n[xen-connector]\n",
	       NULL);
	/* A lone quote character is part of a name. */
	expect("[xen-guest]\nname=\"\n[xen-guest]\nname=a#b\n[xen-connector]\noutput=X'\n", NULL);
}

TEST(quotes)
{
	expect("[xen-guest]\n[xen-connector]\nguest=a\n[xen-connector]\nguest=\"g1\"\n",
	       "[xen-connector] number 2 (guest=\"g1\"): guest=\"g1\": Weston takes the quotes as a part "
	       "of the value; leave them out");
	expect("[xen-guest]\nname='g1'\n",
	       "[xen-guest] number 1 (name='g1'): name='g1': Weston takes the "
	       "quotes as a part of the value; leave them out");
	expect("[xen-connector]\nid=\"left\"\n",
	       "[xen-connector] number 1 (guest=*, id=\"left\"): id=\"left\": Weston takes the quotes as a "
	       "part of the value; leave them out");
	expect("[xen-connector]\noutput=\"DP-1\"\n",
	       "[xen-connector] number 1 (guest=*): output=\"DP-1\": Weston takes the quotes as a part of "
	       "the value; leave them out");
}

TEST(comments_behind_values)
{
	expect("[xen-connector]\nguest=g\ndevice=*\noutput=DP-1 # left\n",
	       "[xen-connector] number 1 (guest=g, device=*): output=DP-1 # left: Weston takes all of the "
	       "line as the value; a comment needs a line of its own");
	expect("[xen-guest]\nname=g1\t#mine\n",
	       "[xen-guest] number 1 (name=g1?#mine): name=g1?#mine: Weston takes all of the line as the "
	       "value; a comment needs a line of its own");
}

/* Also for values that are refused. */
TEST(refused_values_have_the_hint)
{
	struct options *options = options_create();
	char error[512];

	options_begin_section(options, "xen-connector");
	options_set(options, "fit", "fill # all of it", error, sizeof(error));
	check_string(
		error,
		"[xen-connector] fit=fill # all of it: allowed is fit, fill, center, stretch; "
		"Weston takes all of the line as the value; a comment needs a line of its own");
	options_set(options, "x", "\"1\"", error, sizeof(error));
	check_string(error,
		     "[xen-connector] x=\"1\": allowed is -65536 to 65536; Weston takes the quotes "
		     "as a part of the value; leave them out");
	options_set(options, "x", "one", error, sizeof(error));
	check_string(error, "[xen-connector] x=one: allowed is -65536 to 65536");
	options_destroy(options);
}

#define COVERED(number, rule, before)                                                              \
	"[xen-connector] number " number " (" rule "): it has no effect, because [xen-connector] " \
	"number 1 (" before ") before it matches all that it matches"

TEST(rules_behind_others)
{
	expect("[xen-connector]\nguest=*\n[xen-connector]\nguest=g\n",
	       COVERED("2", "guest=g", "guest=*"));
	expect("[xen-connector]\nguest=g\n[xen-connector]\nguest=h\n[xen-connector]\nguest=g\nconnector=0\n",
	       COVERED("3", "guest=g, connector=0", "guest=g"));
	expect("[xen-connector]\nconnector=*\ndevice=*\n[xen-connector]\nid=left\n",
	       COVERED("2", "guest=*, id=left", "guest=*, device=*, connector=*"));
	expect("[xen-connector]\nid=left\n[xen-connector]\nid=left\nguest=g\nconnector=3\n",
	       COVERED("2", "guest=g, id=left, connector=3", "guest=*, id=left"));
	expect("[xen-guest]\nname=g\n[xen-guest]\nname=g\nuuid=01234567-89ab-cdef-0123-456789abcdef\n",
	       "[xen-guest] number 2 (name=g, uuid=01234567-89ab-cdef-0123-456789abcdef): it has no effect, "
	       "because [xen-guest] number 1 (name=g) before it matches all that it matches");
	/* These match something that no earlier rule covers. */
	expect("[xen-connector]\n[xen-connector]\nid=left\n", NULL);
	expect("[xen-connector]\nid=left\nconnector=1\n[xen-connector]\nid=left\n", NULL);
	expect("[xen-connector]\nid=left\n[xen-connector]\nid=right\n", NULL);
	expect("[xen-connector]\nguest=g\n[xen-connector]\n", NULL);
	expect("[xen-guest]\nuuid=01234567-89ab-cdef-0123-456789abcdef\n[xen-guest]\nname=g\n",
	       NULL);
}

TEST(connectors_that_no_device_may_have)
{
	expect("[xen-connector]\nconnector=4\n",
	       "[xen-connector] number 1 (guest=*, connector=4): no "
	       "device may have that connector: max-connectors is 4");
	expect("[xen-connector]\nconnector=4\n[xen-display]\nmax-connectors=5\n", NULL);
	expect("[xen-connector]\nconnector=3\n", NULL);
}

TEST(surfaces_of_ivi_shell_need_a_number)
{
	expect("[xen-connector]\nguest=g\nshow-as=ivi\n",
	       "[xen-connector] number 1 (guest=g): show-as=ivi needs ivi-id=, the number of its surface; "
	       "its screens are placed on outputs");
	expect("[xen-connector]\nguest=g\nivi-id=7\n",
	       "[xen-connector] number 1 (guest=g): ivi-id= has no effect without show-as=ivi");
	expect("[xen-connector]\nguest=g\nshow-as=ivi\nivi-id=7\n", NULL);
}

static void
expect_outputs(const char *text, size_t count, const char *wanted)
{
	static const char *const outputs[] = {"HDMI-A-1", "DP-2"};
	struct options *options = read_text(text);

	test_case("%s", text);
	check_int(options_check_outputs(options, outputs, count, note, NULL), wanted ? 1 : 0);
	check_int(said_count, wanted ? 1 : 0);
	if (wanted)
		check_string(said[0], wanted);
	options_destroy(options);
}

TEST(outputs_that_are_not_there)
{
	static const char text[] =
		"[xen-connector]\noutput=DP-2\n[xen-connector]\nguest=g\noutput=HDMI-1\n";

	expect_outputs(text, 2,
		       "[xen-connector] number 2 (guest=g): its screens stay dark until an output "
		       "HDMI-1 is plugged in; there are HDMI-A-1, DP-2");
	expect_outputs("[xen-connector]\nguest=g\noutput=DP-2\n[xen-connector]\n", 2, NULL);
	expect_outputs(
		"[xen-connector]\noutput=DP-2\n", 0,
		"[xen-connector] number 1 (guest=*): its screens stay dark until an output DP-2 is "
		"plugged in; there is none at the moment");
}
