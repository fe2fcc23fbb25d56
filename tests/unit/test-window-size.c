/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/window-size.c: how large guests' windows are. */
#include "test.h"

#include "pure/window-size.h"

#define EDGES (WINDOW_EDGE_TOP | WINDOW_EDGE_BOTTOM | WINDOW_EDGE_LEFT | WINDOW_EDGE_RIGHT)

static void
check_size(struct size size, int32_t width, int32_t height)
{
	check_int(size.width, width);
	check_int(size.height, height);
}

static void
check_natural(int32_t width, int32_t height, int32_t scale, int32_t room_width, int32_t room_height,
	      int32_t wanted_width, int32_t wanted_height)
{
	const struct size picture = {width, height}, room = {room_width, room_height};

	test_case("%dx%d at %d in %dx%d", width, height, scale, room_width, room_height);
	check_size(window_size_natural(&picture, scale, &room), wanted_width, wanted_height);
}

TEST(natural_is_one_to_one_or_what_fits)
{
	check_natural(640, 480, 1, 1920, 1080, 640, 480);
	check_natural(640, 480, 2, 1920, 1080, 320, 240);
	check_natural(1920, 1080, 1, 1912, 1046, 1860, 1046);
	check_natural(1000, 4000, 1, 1912, 1000, 250, 1000);
	check_natural(640, 480, 1, 0, 0, 640, 480);
	check_natural(16, 16, 1, 1920, 1080, WINDOW_MIN_WIDTH, WINDOW_MIN_HEIGHT);
}

static void
check_dragged(int32_t width, int32_t height, uint32_t edges, int32_t wanted_width,
	      int32_t wanted_height)
{
	const struct size picture = {400, 300}, asked = {width, height};

	test_case("%dx%d by %x", width, height, edges);
	check_size(window_size_dragged(&picture, &asked, edges), wanted_width, wanted_height);
}

TEST(what_is_dragged_leads)
{
	check_dragged(800, 300, WINDOW_EDGE_RIGHT, 800, 600);
	check_dragged(200, 300, WINDOW_EDGE_LEFT, 200, 150);
	check_dragged(400, 600, WINDOW_EDGE_BOTTOM, 800, 600);
	check_dragged(400, 150, WINDOW_EDGE_TOP, 200, 150);
	check_dragged(800, 450, WINDOW_EDGE_RIGHT | WINDOW_EDGE_BOTTOM, 600, 450);
	check_dragged(600, 600, WINDOW_EDGE_LEFT | WINDOW_EDGE_TOP, 600, 450);
	check_dragged(800, 450, 0, 600, 450);
}

TEST(nothing_is_too_small_or_too_large)
{
	static const int32_t lengths[] = {INT32_MIN, -1, 0, 1, 2, 31, 4000, 65536, INT32_MAX};

	for (unsigned i = 0; i < 9; i++)
		for (unsigned j = 0; j < 9; j++)
			for (uint32_t edges = 0; edges <= EDGES; edges++) {
				const struct size asked = {lengths[i], lengths[j]};
				const struct size flat = {65536, 1}, high = {1, 65536};
				struct size a = window_size_dragged(&flat, &asked, edges);
				struct size b = window_size_dragged(&high, &asked, edges);

				test_case("%dx%d by %x", asked.width, asked.height, edges);
				check(a.width >= WINDOW_MIN_WIDTH && a.height >= WINDOW_MIN_HEIGHT);
				check(b.width >= WINDOW_MIN_WIDTH && b.height >= WINDOW_MIN_HEIGHT);
			}
}
