/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/kbdif.c: the events sent to a guest for keys, pointer and touches, also
 * while its ring is full for long.
 */
#include "test.h"

#include "base/base.h"
#include "pure/kbdif.h"

#include <linux/input-event-codes.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct kbdif_features everything = {
	.keyboard = true,
	.pointer = true,
	.touch = true,
	.absolute = true,
	.width = 1000,
	.height = 700,
	.touch_width = 800,
	.touch_height = 600,
	.contacts = 5,
};
static const struct kbdif_features relative = {.keyboard = true, .pointer = true};

static struct kbdif kbdif;

static void
begin(const struct kbdif_features *features)
{
	kbdif_init(&kbdif, features);
	check(kbdif_is_empty(&kbdif));
}

static void
tell_touch(const union xenkbd_in_event *event, char *out, size_t size)
{
	int id = event->mtouch.contact_id, x = event->mtouch.u.pos.abs_x;
	int y = event->mtouch.u.pos.abs_y;

	switch (event->mtouch.event_type) {
	case XENKBD_MT_EV_DOWN:
		snprintf(out, size, "down%d@%d,%d", id, x, y);
		break;
	case XENKBD_MT_EV_MOTION:
		snprintf(out, size, "drag%d@%d,%d", id, x, y);
		break;
	case XENKBD_MT_EV_UP:
		snprintf(out, size, "up%d", id);
		break;
	case XENKBD_MT_EV_SYN:
		snprintf(out, size, "syn");
		break;
	default:
		test_fail(__FILE__, __LINE__, "touch %d", event->mtouch.event_type);
	}
}

static void
tell(const union xenkbd_in_event *event, char *out, size_t size)
{
	switch (event->type) {
	case XENKBD_TYPE_KEY:
		snprintf(out, size, "%c%u", event->key.pressed ? '+' : '-', event->key.keycode);
		break;
	case XENKBD_TYPE_POS:
		snprintf(out, size, "@%d,%d/%d", event->pos.abs_x, event->pos.abs_y,
			 event->pos.rel_z);
		break;
	case XENKBD_TYPE_MOTION:
		snprintf(out, size, "by%d,%d/%d", event->motion.rel_x, event->motion.rel_y,
			 event->motion.rel_z);
		break;
	case XENKBD_TYPE_MTOUCH:
		tell_touch(event, out, size);
		break;
	default:
		test_fail(__FILE__, __LINE__, "an event of type %d", event->type);
	}
}

/* All events that are sent now, one word each. */
static const char *
taken(void)
{
	static char text[32768];
	union xenkbd_in_event event;
	size_t used = 0;

	text[0] = '\0';
	while (kbdif_next(&kbdif, &event)) {
		check(used + 64 < sizeof(text));
		if (used > 0)
			text[used++] = ' ';
		tell(&event, text + used, sizeof(text) - used);
		used += strlen(text + used);
	}
	check(kbdif_is_empty(&kbdif));
	return text;
}

/* Presses and releases until the ring is full. */
static void
fill(void)
{
	for (unsigned i = 0; i < KBDIF_QUEUE / 2; i++) {
		check(kbdif_press(&kbdif, KEY_Q));
		kbdif_release(&kbdif, KEY_Q);
	}
}

TEST(keys_and_buttons)
{
	begin(&everything);
	check(kbdif_press(&kbdif, KEY_A));
	check(kbdif_press(&kbdif, BTN_LEFT));
	kbdif_release(&kbdif, KEY_A);
	kbdif_release(&kbdif, BTN_LEFT);
	check_string(taken(), "+30 +272 -30 -272");
}

TEST(release_of_what_was_not_pressed)
{
	begin(&everything);
	kbdif_release(&kbdif, KEY_A);
	kbdif_release(&kbdif, KBDIF_CODES);
	kbdif_release(&kbdif, UINT32_MAX);
	check_string(taken(), "");
}

TEST(two_seats_press_the_same)
{
	begin(&everything);
	check(kbdif_press(&kbdif, KEY_A));
	check(kbdif_press(&kbdif, KEY_A));
	kbdif_release(&kbdif, KEY_A);
	check_string(taken(), "+30");
	kbdif_release(&kbdif, KEY_A);
	check_string(taken(), "-30");
}

TEST(more_seats_than_can_be_counted)
{
	begin(&everything);
	for (unsigned i = 0; i < UINT8_MAX; i++)
		check(kbdif_press(&kbdif, KEY_A));
	check(!kbdif_press(&kbdif, KEY_A));
	for (unsigned i = 0; i < UINT8_MAX; i++)
		kbdif_release(&kbdif, KEY_A);
	check_string(taken(), "+30 -30");
}

/* Checks which codes a device with these features takes: the first, the last and how many. */
static void
check_codes(const struct kbdif_features *features, unsigned first, unsigned last, unsigned count)
{
	unsigned found = 0, lowest = 0, highest = 0;

	begin(features);
	for (uint32_t code = 0; code < 0x1000; code++) {
		check(kbdif_press(&kbdif, code) == kbdif_has_code(&kbdif, code));
		taken();
		if (!kbdif_has_code(&kbdif, code))
			continue;
		lowest = found++ == 0 ? code : lowest;
		highest = code;
	}
	check(!kbdif_press(&kbdif, UINT32_MAX));
	check_int(found, count);
	check_int(lowest, first);
	check_int(highest, last);
}

TEST(codes_are_those_of_the_frontend)
{
	struct kbdif_features features = everything;

	/* 654 keys and eight buttons. */
	check_codes(&features, KEY_ESC, 0x2fe, 662);
	features.keyboard = false;
	check_codes(&features, BTN_LEFT, BTN_TASK, 8);
	features.keyboard = true;
	features.pointer = false;
	check_codes(&features, 0, 0, 0);
}

TEST(nothing_for_what_is_not_there)
{
	const struct kbdif_features none = {.absolute = true,
					    .width = 100,
					    .height = 100,
					    .touch_width = 100,
					    .touch_height = 100,
					    .contacts = 5};

	begin(&none);
	kbdif_move_to(&kbdif, 0.5, 0.5);
	kbdif_move_by(&kbdif, 5, 5);
	kbdif_wheel(&kbdif, 1);
	check(!kbdif_touch(&kbdif, &none, 0, 0.5, 0.5));
	kbdif_drag(&kbdif, &none, 0, 0.6, 0.6);
	kbdif_lift(&kbdif, &none, 0);
	kbdif_adopt(&kbdif);
	check_string(taken(), "");
}

TEST(positions_lie_in_the_range)
{
	begin(&everything);
	kbdif_move_to(&kbdif, 0, 0);
	check_string(taken(), "@0,0/0");
	kbdif_move_to(&kbdif, 0.5, 0.5);
	check_string(taken(), "@500,350/0");
	kbdif_move_to(&kbdif, 0.9999, 0.9999);
	check_string(taken(), "@999,699/0");
	kbdif_move_to(&kbdif, 1, 1);
	check_string(taken(), "@999,699/0");
	kbdif_move_to(&kbdif, 1e300, -1e300);
	check_string(taken(), "@999,0/0");
	kbdif_move_to(&kbdif, NAN, INFINITY);
	check_string(taken(), "@0,699/0");
}

TEST(each_pixel_is_told_as_itself)
{
	static const uint32_t widths[] = {800, 1232, 1366, 1920, 3840};
	struct kbdif_features features = everything;

	for (unsigned i = 0; i < ARRAY_LENGTH(widths); i++) {
		features.width = widths[i];
		begin(&features);
		for (uint32_t x = 0; x < widths[i]; x++) {
			char wanted[32];

			kbdif_move_to(&kbdif, (double)x / widths[i], 0);
			snprintf(wanted, sizeof(wanted), "@%" PRIu32 ",0/0", x);
			check_string(taken(), wanted);
		}
	}
}

TEST(ranges_without_sense)
{
	struct kbdif_features features = everything;

	features.width = 0;
	features.height = UINT32_MAX;
	begin(&features);
	kbdif_move_to(&kbdif, 1, 1);
	check_string(taken(), "@0,2147483646/0");
}

TEST(motion_is_merged)
{
	begin(&everything);
	kbdif_move_to(&kbdif, 0.1, 0.1);
	kbdif_move_to(&kbdif, 0.2, 0.2);
	kbdif_press(&kbdif, BTN_LEFT);
	kbdif_move_to(&kbdif, 0.3, 0.3);
	kbdif_move_to(&kbdif, 0.4, 0.4);
	check_string(taken(), "@200,140/0 +272 @400,280/0");
}

TEST(relative_motion_adds_up)
{
	begin(&relative);
	kbdif_move_by(&kbdif, 3, -2);
	kbdif_move_by(&kbdif, 4, -5);
	kbdif_move_to(&kbdif, 0.5, 0.5);
	check_string(taken(), "by7,-7/0");
	/* Fractions of a step are kept. */
	kbdif_move_by(&kbdif, 0.4, -0.4);
	check_string(taken(), "");
	kbdif_move_by(&kbdif, 0.4, -0.4);
	kbdif_move_by(&kbdif, 0.4, -0.4);
	check_string(taken(), "by1,-1/0");
	kbdif_move_by(&kbdif, NAN, 1e300);
	check_string(taken(), "");
	for (unsigned i = 0; i < 5000; i++)
		kbdif_move_by(&kbdif, 900000, -900000);
	check_string(taken(), "by2147483647,-2147483648/0");
}

TEST(wheel_turns_where_the_pointer_is)
{
	begin(&everything);
	kbdif_move_to(&kbdif, 0.1, 0.1);
	kbdif_wheel(&kbdif, 1);
	kbdif_wheel(&kbdif, 2);
	kbdif_move_to(&kbdif, 0.2, 0.2);
	check_string(taken(), "@100,70/3 @200,140/0");
	kbdif_wheel(&kbdif, -1);
	check_string(taken(), "@200,140/-1");
	kbdif_wheel(&kbdif, 0);
	check_string(taken(), "");

	begin(&relative);
	kbdif_move_by(&kbdif, 1, 1);
	kbdif_wheel(&kbdif, 1);
	kbdif_move_by(&kbdif, 1, 1);
	kbdif_wheel(&kbdif, INT32_MAX);
	kbdif_wheel(&kbdif, INT32_MAX);
	check_string(taken(), "by1,1/1 by1,1/2147483647");
}

static const char one_seat, other_seat;

TEST(touches_have_a_contact_each)
{
	begin(&everything);
	check(kbdif_touch(&kbdif, &one_seat, 70, 0, 0));
	check(kbdif_touch(&kbdif, &other_seat, 70, 0.5, 0.5));
	kbdif_drag(&kbdif, &other_seat, 70, 0.25, 0.25);
	check_string(taken(), "down0@0,0 down1@400,300 syn drag1@200,150 syn");
	kbdif_lift(&kbdif, &one_seat, 70);
	check_string(taken(), "up0 syn");
	/* A finger that is gone does nothing. */
	kbdif_drag(&kbdif, &one_seat, 70, 0.5, 0.5);
	kbdif_lift(&kbdif, &one_seat, 70);
	check_string(taken(), "");
	check(!kbdif_touch(&kbdif, &other_seat, 70, 0, 0));
	kbdif_lift_all(&kbdif, &one_seat);
	check_string(taken(), "");
	kbdif_lift_all(&kbdif, &other_seat);
	check_string(taken(), "up1 syn");
}

TEST(tap_within_one_look_is_seen)
{
	begin(&everything);
	check(kbdif_touch(&kbdif, &one_seat, 0, 0, 0));
	kbdif_lift(&kbdif, &one_seat, 0);
	check(kbdif_touch(&kbdif, &one_seat, 0, 0.5, 0.5));
	kbdif_press(&kbdif, KEY_A);
	check_string(taken(), "down0@0,0 syn up0 syn down0@400,300 syn +30");
}

TEST(drags_of_several_fingers_are_merged)
{
	begin(&everything);
	check(kbdif_touch(&kbdif, &one_seat, 0, 0, 0));
	check(kbdif_touch(&kbdif, &one_seat, 1, 0, 0));
	taken();
	for (unsigned i = 1; i <= 5; i++) {
		kbdif_drag(&kbdif, &one_seat, 0, i / 10.0, 0);
		kbdif_drag(&kbdif, &one_seat, 1, 0, i / 10.0);
	}
	check_string(taken(), "drag0@400,0 drag1@0,300 syn");
}

TEST(more_fingers_than_contacts)
{
	struct kbdif_features features = everything;

	features.contacts = 1000;
	begin(&features);
	for (int i = 0; i < KBDIF_CONTACTS; i++)
		check(kbdif_touch(&kbdif, &one_seat, i, 0, 0));
	check(!kbdif_touch(&kbdif, &one_seat, KBDIF_CONTACTS, 0, 0));
	kbdif_drag(&kbdif, &one_seat, KBDIF_CONTACTS, 0, 0);
	kbdif_lift(&kbdif, &one_seat, KBDIF_CONTACTS);
	taken();
	kbdif_release_all(&kbdif);
	check_contains(taken(), "up15 syn");
}

TEST(release_that_has_no_room_is_owed)
{
	begin(&everything);
	check(kbdif_press(&kbdif, KEY_A));
	check(kbdif_touch(&kbdif, &one_seat, 0, 0, 0));
	taken();
	fill();
	kbdif_release(&kbdif, KEY_A);
	kbdif_lift(&kbdif, &one_seat, 0);
	check(!kbdif_is_empty(&kbdif));
	const char *text = taken();
	check_contains(text, "+16 -16 -30 up0 syn");
	check_string(taken(), "");
}

TEST(press_that_has_no_room_goes_with_its_release)
{
	begin(&everything);
	fill();
	check(!kbdif_press(&kbdif, KEY_A));
	check(!kbdif_touch(&kbdif, &one_seat, 0, 0, 0));
	kbdif_release(&kbdif, KEY_A);
	kbdif_drag(&kbdif, &one_seat, 0, 0.5, 0.5);
	kbdif_lift(&kbdif, &one_seat, 0);
	check(!strstr(taken(), "30"));
	check(kbdif_press(&kbdif, KEY_A));
	check_string(taken(), "+30");
}

/* A new event waits for those that are owed. */
TEST(nothing_overtakes_what_is_owed)
{
	union xenkbd_in_event event;

	begin(&everything);
	check(kbdif_press(&kbdif, KEY_A));
	taken();
	fill();
	kbdif_release(&kbdif, KEY_A);
	check(kbdif_next(&kbdif, &event));
	check(kbdif_next(&kbdif, &event));
	check(!kbdif_press(&kbdif, KEY_A));
	check_contains(taken(), "-16 -30");
	check(kbdif_press(&kbdif, KEY_A));
}

TEST(motion_without_room_is_merged)
{
	begin(&everything);
	check(kbdif_touch(&kbdif, &one_seat, 0, 0, 0));
	taken();
	fill();
	for (unsigned i = 0; i <= 10000; i++) {
		kbdif_move_to(&kbdif, i / 10000.0, 0);
		kbdif_drag(&kbdif, &one_seat, 0, i / 10000.0, 0);
	}
	kbdif_wheel(&kbdif, 2);
	check_contains(taken(), "-16 @999,0/2 drag0@799,0 syn");

	begin(&relative);
	fill();
	for (unsigned i = 0; i < 100; i++)
		kbdif_move_by(&kbdif, 1, 2);
	check_contains(taken(), "-16 by100,200/0");
}

TEST(release_all)
{
	begin(&everything);
	check(kbdif_press(&kbdif, KEY_A));
	check(kbdif_press(&kbdif, KEY_A));
	check(kbdif_press(&kbdif, BTN_RIGHT));
	check(kbdif_touch(&kbdif, &one_seat, 3, 0, 0));
	taken();
	kbdif_release_all(&kbdif);
	check_string(taken(), "-30 -273 up0 syn");
	kbdif_release(&kbdif, KEY_A);
	kbdif_lift(&kbdif, &one_seat, 3);
	kbdif_release_all(&kbdif);
	check_string(taken(), "");
}

TEST(adopted_frontend_is_told_that_nothing_is_pressed)
{
	static bool released[KBDIF_CODES];
	union xenkbd_in_event event;
	unsigned releases = 0, ups = 0;

	begin(&everything);
	kbdif_adopt(&kbdif);
	/* The release owed comes before a new press of the key. */
	check(kbdif_press(&kbdif, KEY_A));
	check(kbdif_next(&kbdif, &event) && event.key.keycode == KEY_A && !event.key.pressed);
	check(kbdif_next(&kbdif, &event) && event.key.keycode == KEY_A && event.key.pressed);
	while (kbdif_next(&kbdif, &event)) {
		if (event.type == XENKBD_TYPE_KEY) {
			check(!event.key.pressed && event.key.keycode != KEY_A);
			check(!released[event.key.keycode]);
			released[event.key.keycode] = true;
			releases++;
		} else if (event.mtouch.event_type != XENKBD_MT_EV_SYN) {
			check_int(event.mtouch.event_type, XENKBD_MT_EV_UP);
			ups++;
		}
	}
	check_int(releases, 661);
	check_int(ups, 5);
	check(kbdif_is_empty(&kbdif));
	check(kbdif_touch(&kbdif, &one_seat, 3, 0, 0));
	check_string(taken(), "down0@0,0 syn");
}

TEST(reserved_bytes_are_zero)
{
	union xenkbd_in_event event;
	static const union xenkbd_in_event nothing;

	begin(&everything);
	kbdif_press(&kbdif, KEY_A);
	memset(&event, 0xa5, sizeof(event));
	check(kbdif_next(&kbdif, &event));
	event.key = (struct xenkbd_key){0};
	check_bytes(&event, &nothing, sizeof(event));
	memset(&event, 0xa5, sizeof(event));
	check(!kbdif_next(&kbdif, &event));
	check_bytes(&event, &nothing, sizeof(event));
}
