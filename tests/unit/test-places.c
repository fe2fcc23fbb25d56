/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/places.c: each sentence of its rule, and all of them together for every
 * order in which screens can come, and in long random sequences.
 */
#include "test.h"

#include "pure/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 5

static struct places places;
static struct screen screens[MOST];
static const char *const names[] = {"DP-1", "HDMI-A-1", "HDMI-A-2", "eDP-1", "VGA-1"};
static struct places_output outputs[MOST];
static bool plugged[MOST];

/* Outputs are placed from left to right in the order of their names, but plugged in in reverse. */
static void
begin(unsigned output_count)
{
	memset(&places, 0, sizeof(places));
	memset(screens, 0, sizeof(screens));
	for (unsigned i = 0; i < MOST; i++)
		plugged[i] = i < output_count;
}

static void
choose(void)
{
	unsigned count = 0;

	for (unsigned i = MOST; i-- > 0;)
		if (plugged[i])
			outputs[count++] = (struct places_output){
				names[i], (int32_t)i * 1920 - 1920, 0, false};
	places_choose(&places, outputs, count);
}

static struct screen *
come_as(unsigned i, const char *guest, uint16_t domid, uint32_t devid, unsigned connector)
{
	struct screen *screen = &screens[i];

	*screen = (struct screen){
		.guest = guest, .domid = domid, .devid = devid, .connector = connector};
	places_add(&places, screen);
	choose();
	return screen;
}

/* A screen with a guest of its own. */
static struct screen *
come(unsigned i)
{
	static const char *const guests[MOST] = {"a", "b", "c", "d", "e"};

	return come_as(i, guests[i], (uint16_t)(10 + i), 0, 0);
}

static void
go(unsigned i)
{
	places_remove(&places, &screens[i]);
	choose();
}

static void
show(unsigned i)
{
	screens[i].stands = true;
}

static void
plug(unsigned output, bool in)
{
	plugged[output] = in;
	choose();
}

static const char *
where(const struct screen *screen)
{
	return screen->output < 0 ? "" : outputs[screen->output].name;
}

static void
check_where(unsigned i, const char *name)
{
	test_case("screen %u", i);
	check_string(where(&screens[i]), name);
}

TEST(outputs_are_taken_by_position)
{
	begin(3);
	for (unsigned i = 0; i < 3; i++)
		come(i);
	for (unsigned i = 0; i < 3; i++)
		check_where(i, names[i]);
	/* Ordered by x first, then y, then the name. */
	static const struct places_output four[] = {{"D", 0, 1080, false},
						    {"C", 0, 0, false},
						    {"B", -1, 5000, false},
						    {"A", 0, 1080, false}};

	begin(0);
	for (unsigned i = 0; i < 4; i++)
		come(i);
	places_choose(&places, four, 4);
	check_int(screens[0].output, 2);
	check_int(screens[1].output, 1);
	check_int(screens[2].output, 3);
	check_int(screens[3].output, 0);
}

TEST(age_then_device_then_connector)
{
	begin(4);
	come_as(0, "b", 7, 0, 0);
	come_as(1, "a", 5, 1, 0);
	come_as(2, "a", 5, 0, 1);
	come_as(3, "a", 5, 0, 0);
	check_where(3, names[0]);
	check_where(2, names[1]);
	check_where(1, names[2]);
	check_where(0, names[3]);
}

TEST(who_stands_is_not_moved_by_who_comes)
{
	begin(2);
	come(1);
	check_where(1, names[0]);
	show(1);
	come(0);
	check_where(1, names[0]);
	check_where(0, names[1]);
}

TEST(where_none_is_free_they_share)
{
	begin(2);
	for (unsigned i = 0; i < 4; i++)
		come(i);
	for (unsigned i = 0; i < 4; i++)
		check_where(i, names[i % 2]);
	for (unsigned i = 0; i < 4; i++)
		show(i);
	/* One goes: the screen that shared its output is alone there, and stays. */
	go(1);
	check_where(0, names[0]);
	check_where(2, names[0]);
	check_where(3, names[1]);
	plug(2, true);
	check_where(2, names[2]);
	plug(2, false);
	check_where(2, names[0]);
	plug(2, true);
	check_where(2, names[2]);
}

TEST(a_screen_returns_to_its_output)
{
	begin(2);
	for (unsigned i = 0; i < 2; i++) {
		come(i);
		show(i);
	}
	plug(0, false);
	check_where(0, names[1]);
	check_where(1, names[1]);
	plug(0, true);
	check_where(0, names[0]);
	check_where(1, names[1]);
	/* All go, and others come for a while. */
	plug(0, false);
	plug(1, false);
	check_where(0, "");
	check_where(1, "");
	plug(3, true);
	check_where(0, names[3]);
	check_where(1, names[3]);
	plug(2, true);
	check_where(0, names[3]);
	check_where(1, names[2]);
	plug(1, true);
	check_where(0, names[3]);
	check_where(1, names[1]);
	plug(0, true);
	check_where(0, names[0]);
	check_where(1, names[1]);
}

TEST(a_guest_returns_to_its_output)
{
	begin(3);
	for (unsigned i = 0; i < 3; i++) {
		come(i);
		show(i);
	}
	go(0);
	go(1);
	/* After a reboot, the second one comes first. */
	come_as(1, "b", 20, 0, 0);
	check_where(1, names[1]);
	show(1);
	come_as(0, "a", 21, 0, 0);
	check_where(0, names[0]);
	/* Nothing is remembered for another device or connector. */
	go(0);
	go(1);
	come_as(1, "b", 30, 1, 0);
	check_where(1, names[0]);
	come_as(0, "b", 30, 0, 1);
	check_where(0, names[0]);
	check_where(1, names[1]);
}

TEST(memory_is_bounded)
{
	begin(3);
	come(0);
	show(0);
	come(1);
	show(1);
	go(1);
	for (unsigned i = 0; i < 2 * PLACES_MEMORIES; i++) {
		come_as(2, "other", (uint16_t)(100 + i), i, 0);
		show(2);
		go(2);
	}
	plug(0, false);
	plug(0, true);
	come(1);
	check_where(1, names[1]);
	check(places.next_memory < PLACES_MEMORIES);
}

TEST(rules_and_names_come_first)
{
	begin(3);
	come(0);
	show(0);
	check_where(0, names[0]);
	screens[1] = (struct screen){.guest = "r", .domid = 3, .rule = names[0]};
	places_add(&places, &screens[1]);
	screens[2] = (struct screen){.guest = "i", .domid = 4, .id = names[1]};
	places_add(&places, &screens[2]);
	come(3);
	/* An output named by a rule is shared, and does not count as free. */
	check_where(0, names[0]);
	check_where(1, names[0]);
	check_where(2, names[1]);
	check_where(3, names[2]);
	/* A screen with a rule waits for its output; one that is only named after it does not. */
	for (unsigned i = 0; i < 4; i++)
		show(i);
	plug(0, false);
	plug(1, false);
	check_where(1, "");
	check_where(2, names[2]);
	plug(1, true);
	check_where(2, names[1]);
	check_where(1, "");
	/* If both are there, the rule counts. */
	go(3);
	screens[3] = (struct screen){.guest = "b", .domid = 9, .rule = names[2], .id = names[1]};
	places_add(&places, &screens[3]);
	choose();
	check_where(3, names[2]);
}

/* A mirror of another output is only used by rules that name it. */
TEST(mirrors)
{
	static const struct places_output two[] = {{"mirror", 0, 0, true}, {"first", 0, 0, false}};

	begin(0);
	come(0);
	come(1);
	screens[2] = (struct screen){.guest = "r", .domid = 3, .rule = "mirror"};
	places_add(&places, &screens[2]);
	places_choose(&places, two, 2);
	check_int(screens[0].output, 1);
	check_int(screens[1].output, 1);
	check_int(screens[2].output, 0);
	places_choose(&places, two, 1);
	check_int(screens[0].output, -1);
	check_int(screens[2].output, 0);
}

TEST(more_outputs_than_there_can_be)
{
	static struct places_output many[40];
	static char many_names[40][8];

	begin(0);
	for (int i = 0; i < 40; i++) {
		snprintf(many_names[i], sizeof(many_names[i]), "O%d", i);
		many[i] = (struct places_output){many_names[i], -i, 0, false};
	}
	come(0);
	places_choose(&places, many, 40);
	check_int(screens[0].output, PLACES_MAX_OUTPUTS - 1);
}

/* A name that is too long works like any other. */
TEST(long_names)
{
	static const char name[] =
		"0123456789012345678901234567890123456789012345678901234567890123456789";
	static const struct places_output two[] = {{"short", 5, 0, false}, {name, 0, 0, false}};

	begin(0);
	come(0);
	places_choose(&places, two, 2);
	check_int(screens[0].output, 1);
	show(0);
	places_choose(&places, two, 1);
	check_int(screens[0].output, 0);
	places_choose(&places, two, 2);
	check_int(screens[0].output, 1);
}

/* At any time, a screen without a rule is on some output, and none shares one while another is
 * empty. */
static void
check_all_placed(void)
{
	unsigned on[MOST] = {0}, count = 0, sharing = 0, empty = 0;
	struct screen *screen, *last = NULL;

	for (unsigned i = 0; i < MOST; i++)
		count += plugged[i];
	for (screen = places.first; screen; last = screen, screen = screen->next) {
		check(!last || last->domid < screen->domid);
		check((screen->output >= 0) == (count > 0));
		check(screen->output < (int)count);
		if (screen->output >= 0)
			sharing += on[screen->output]++ > 0;
	}
	for (unsigned i = 0; i < count; i++)
		empty += on[i] == 0;
	check(sharing == 0 || empty == 0);
}

static bool
is_plugged(const char *name)
{
	for (unsigned i = 0; i < MOST; i++)
		if (plugged[i] && strcmp(names[i], name) == 0)
			return true;
	return false;
}

TEST(every_order_of_coming_ends_alike)
{
	for (unsigned output_count = 1; output_count <= MOST; output_count++)
		for (unsigned order = 0; order < MOST * MOST * MOST * MOST * MOST; order++) {
			unsigned rest = order, seen = 0;

			begin(output_count);
			test_case("%u outputs, order %u", output_count, order);
			for (unsigned i = 0; i < MOST; i++, rest /= MOST)
				if (!(seen & 1u << rest % MOST)) {
					seen |= 1u << rest % MOST;
					come(rest % MOST);
				}
			if (seen != (1u << MOST) - 1)
				continue;
			check_all_placed();
			for (unsigned i = 0; i < MOST; i++)
				check_string(where(&screens[i]), names[i % output_count]);
		}
}

static unsigned
number(unsigned below)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return (state >> 16) % below;
}

/* One step: a screen comes, goes or is seen, or an output comes or goes. */
static void
step(bool here[MOST])
{
	unsigned i = number(MOST);
	char before[MOST][PLACES_NAME_BYTES];

	for (unsigned j = 0; j < MOST; j++)
		snprintf(before[j], sizeof(before[j]), "%s", here[j] ? where(&screens[j]) : "");
	switch (number(4)) {
	case 0:
		if (here[i])
			return;
		here[i] = true;
		come(i);
		/* A placed screen stays. */
		for (unsigned j = 0; j < MOST; j++)
			if (here[j] && screens[j].stands)
				check_string(where(&screens[j]), before[j]);
		break;
	case 1:
		if (here[i])
			go(i);
		here[i] = false;
		break;
	case 2:
		if (here[i] && screens[i].output >= 0)
			show(i);
		break;
	default:
		plug(i, !plugged[i]);
		/* A screen alone on its output stays, unless it can return to its own. */
		for (unsigned j = 0; j < MOST; j++)
			if (here[j] && screens[j].stands && before[j][0] && is_plugged(before[j]) &&
			    !is_plugged(screens[j].home)) {
				bool alone = true;

				for (unsigned k = 0; k < MOST; k++)
					if (k != j && strcmp(before[k], before[j]) == 0)
						alone = false;
				if (alone && plugged[i] == false)
					check_string(where(&screens[j]), before[j]);
			}
	}
}

TEST(long_lives)
{
	for (unsigned life = 0; life < 2000; life++) {
		bool here[MOST] = {false};

		begin(number(MOST + 1));
		for (unsigned i = 0; i < 100; i++) {
			test_case("life %u, step %u", life, i);
			step(here);
			check_all_placed();
			for (unsigned j = 0; j < MOST; j++)
				if (here[j] && screens[j].stands && is_plugged(screens[j].home))
					check_string(where(&screens[j]), screens[j].home);
		}
	}
}
