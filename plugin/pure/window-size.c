/* SPDX-License-Identifier: MIT */
/* See window-size.h. */
#include "pure/window-size.h"

/* The largest length that xdg_toplevel can be sent without an overflow. */
#define MAX_LENGTH 65536

static int32_t
at_least(int32_t length, int32_t least)
{
	return length < least ? least : length;
}

/* length * numerator / denominator, rounded, from 1 to MAX_LENGTH. */
static int32_t
scaled(int32_t length, int32_t numerator, int32_t denominator)
{
	int64_t product = (int64_t)length * numerator + denominator / 2;
	int64_t result = product / at_least(denominator, 1);

	if (result > MAX_LENGTH)
		return MAX_LENGTH;
	return result < 1 ? 1 : (int32_t)result;
}

/* The largest size of the picture's aspect that fits into a room. */
static struct size
fit(const struct size *picture, const struct size *room)
{
	struct size by_width = {room->width, scaled(room->width, picture->height, picture->width)};

	if (by_width.height <= room->height)
		return by_width;
	return (struct size){scaled(room->height, picture->width, picture->height), room->height};
}

static struct size
usable(struct size size)
{
	return (struct size){at_least(size.width, WINDOW_MIN_WIDTH),
			     at_least(size.height, WINDOW_MIN_HEIGHT)};
}

struct size
window_size_natural(const struct size *picture, int32_t scale, const struct size *room)
{
	struct size size = {at_least(picture->width / scale, 1),
			    at_least(picture->height / scale, 1)};

	if (room->width > 0 && room->height > 0 &&
	    (size.width > room->width || size.height > room->height))
		size = fit(picture, room);
	return usable(size);
}

struct size
window_size_dragged(const struct size *picture, const struct size *asked, uint32_t edges)
{
	const uint32_t across = WINDOW_EDGE_LEFT | WINDOW_EDGE_RIGHT;
	const uint32_t down = WINDOW_EDGE_TOP | WINDOW_EDGE_BOTTOM;
	struct size size = usable(*asked);

	/* The other direction follows the one that is dragged. */
	if (edges & across && !(edges & down))
		size.height = scaled(size.width, picture->height, picture->width);
	else if (edges & down && !(edges & across))
		size.width = scaled(size.height, picture->width, picture->height);
	else
		size = fit(picture, &size);
	return usable(size);
}
