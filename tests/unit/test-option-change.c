/* SPDX-License-Identifier: MIT */
/* Comparison of two versions of weston.ini: what changed, when it takes effect, and what stays. */
#include "test.h"

#include "pure/option-change.h"
#include "pure/option-text.h"

#include <stdio.h>
#include <string.h>

static char told[1024];

static void
note(void *data, const char *section, const char *key, enum option_effect effect)
{
	static const char *const effects[] = {"now", "buffers", "restart", "connect"};
	size_t used = strlen(told);

	snprintf(told + used, sizeof(told) - used, "%s %s %s;", section, key, effects[effect]);
}

static void
complain(void *data, const char *sentence)
{
	test_fail(__FILE__, __LINE__, "%s", sentence);
}

static struct options *
read_text(const char *text)
{
	struct options *options = options_create();

	check_int(options_read_text(options, text, strlen(text), complain, NULL), 0);
	return options;
}

static const char *
changes(const char *before, const char *after)
{
	struct options *old = read_text(before), *new = read_text(after);

	told[0] = '\0';
	options_list_changes(old, new, note, NULL);
	options_destroy(old);
	options_destroy(new);
	return told;
}

TEST(the_same_is_no_change)
{
	const char *text = "[xen-display]\nhidden-rate=20\nallocator=/dev/dma_heap/a\n"
			   "[xen-guest]\nname=a\n[xen-connector]\nguest=a\nx=0\n";

	check_string(changes(text, text), "");
}

TEST(each_kind_has_its_effect)
{
	check_string(changes("", "[xen-display]\nhidden-rate=20\nmax-buffers=3\ngrab-key=super+f1\n"
				 "natural-size-key=super+f2\nallocator=/dev/dma_heap/a\n"),
		     "xen-display hidden-rate now;xen-display allocator restart;"
		     "xen-display grab-key now;xen-display natural-size-key now;"
		     "xen-display max-buffers restart;");
	check_string(changes("[xen-guest]\nname=a\n", "[xen-guest]\nname=b\nalpha=true\n"),
		     "xen-guest name buffers;xen-guest alpha buffers;");
	check_string(changes("[xen-connector]\nshow-as=output\n", "[xen-connector]\nframe=none\n"),
		     "xen-connector show-as now;xen-connector frame connect;");
	check_string(changes("[xen-connector]\nfit=fill\n", "[xen-connector]\nx=0\n"),
		     "xen-connector fit now;xen-connector x now;");
}

TEST(rules_that_come_and_go)
{
	check_string(changes("", "[xen-connector]\nz=1\n"), "xen-connector  now;");
	check_string(changes("[xen-guest]\nname=a\n", ""), "xen-guest  buffers;");
	check_string(changes("[xen-connector]\nz=1\n[xen-connector]\nz=2\n",
			     "[xen-connector]\nz=2\n[xen-connector]\nz=3\n"),
		     "xen-connector z now;");
}

TEST(what_needs_a_restart_stays)
{
	struct options *before = read_text("[xen-display]\nmax-buffers=3\n"
					   "allocator=/dev/dma_heap/a\nhidden-rate=7\n");
	struct options *after = read_text("[xen-display]\nmax-buffers=4\n"
					  "allocator=/dev/dma_heap/b\nhidden-rate=8\n");

	options_keep_fixed(before, after);
	check_int(options_module(after)->limits.buffers, 3);
	check_string(options_module(after)->allocator, "/dev/dma_heap/a");
	check_int(options_module(after)->hidden_rate_hz, 8);
	options_destroy(before);
	check_string(options_module(after)->allocator, "/dev/dma_heap/a");
	options_destroy(after);
}
