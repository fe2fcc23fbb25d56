/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/geometry.c: arithmetic that could wrap, the visible part of a framebuffer,
 * and the four fits, for sizes that a guest may choose.
 */
#include "test.h"

#include "pure/geometry.h"

TEST(pitch)
{
	check_int(geometry_pitch(1366, 32), 5464);
	check_int(geometry_pitch(1, 24), 3);
	check_int(geometry_pitch(799, 16), 1598);
	check_int(geometry_pitch(1, 1), 1);
	check_int(geometry_pitch(8, 1), 1);
	check_int(geometry_pitch(9, 1), 2);
	check_int(geometry_pitch(0, 32), 0);
	check_int(geometry_pitch(UINT32_MAX, 32), 17179869180);
	check_int(geometry_pitch(UINT32_MAX, UINT32_MAX), 2305843008139952129);
}

TEST(pages)
{
	check_int(geometry_pages(0), 0);
	check_int(geometry_pages(1), 1);
	check_int(geometry_pages(4096), 1);
	check_int(geometry_pages(4097), 2);
	check_int(geometry_pages(UINT32_MAX), 1048576);
	check_int(geometry_pages(UINT64_MAX), 4503599627370496);
}

TEST(fits_in_size)
{
	check(geometry_fits(400, 0, 40, 10));
	check(!geometry_fits(399, 0, 40, 10));
	check(geometry_fits(401, 1, 40, 10));
	check(!geometry_fits(400, 1, 40, 10));
	check(geometry_fits(1, 0, 1, 1));
	check(!geometry_fits(0, 0, 1, 1));
	check(!geometry_fits(100, 0, 0, 1));
	check(!geometry_fits(100, 0, 1, 0));
	check(!geometry_fits(100, 100, 1, 1));
	check(geometry_fits(100, 99, 1, 1));
	check(!geometry_fits(100, 101, 1, 1));
	check(!geometry_fits(100, UINT64_MAX, 1, 1));
}

TEST(fits_in_a_pool)
{
	check(geometry_fits(INT32_MAX, 0, 1, INT32_MAX));
	check(!geometry_fits((uint64_t)INT32_MAX + 1, 0, 1, 1));
	check(!geometry_fits(UINT64_MAX, 0, 1, 1));
}

TEST(offset_in_a_smaller_framebuffer)
{
	check_int(geometry_offset(640, 640, 1280), 640);
	check_int(geometry_offset(640, 640, 2000), 640);
	check_int(geometry_offset(640, 640, 640), 0);
	check_int(geometry_offset(640, 640, 800), 160);
	check_int(geometry_offset(640, 640, 320), 0);
	check_int(geometry_offset(0, 640, 640), 0);
	check_int(geometry_offset(UINT32_MAX, 1, 1), 0);
	check_int(geometry_offset(UINT32_MAX, 1, UINT32_MAX), UINT32_MAX - 1);
	check_int(geometry_offset(10, UINT32_MAX, 20), 0);
}

static struct rectangle
part(const struct layout *layout, int32_t x, int32_t y, int32_t width, int32_t height)
{
	const struct rectangle source = {x, y, width, height};
	struct rectangle found;

	geometry_part(&found, &source, layout);
	/* Requirements of renderers and libwayland. */
	uint64_t offset = layout->data_ofs + (uint64_t)found.y * layout->pitch +
			  (uint64_t)found.x * layout->bytes_per_pixel;
	check_int(offset % 4, 0);
	check(offset + (uint64_t)found.height * layout->pitch <= layout->pool_bytes);
	check(found.x >= 0 && found.x <= x && found.x + found.width >= x + width);
	check(found.x + found.width <= layout->width);
	check_int(found.y, y);
	check_int(found.height, height);
	return found;
}

/* As long as the rows end within the pool, the part begins at its exact place. */
TEST(part_of_a_framebuffer)
{
	const struct layout layout = {
		.pool_bytes = 4096 * 800, .pitch = 6400, .bytes_per_pixel = 4, .width = 1600};

	check_int(part(&layout, 0, 0, 800, 512).x, 0);
	check_int(part(&layout, 0, 0, 800, 512).width, 800);
	check_int(part(&layout, 800, 0, 800, 511).x, 800);
	check_int(part(&layout, 800, 0, 800, 511).width, 800);
	check_int(part(&layout, 801, 3, 1, 1).x, 801);
	/* The last row ends with the pool. */
	check_int(part(&layout, 800, 0, 800, 512).x, 0);
	check_int(part(&layout, 800, 0, 800, 512).width, 1600);
}

TEST(part_of_a_framebuffer_with_room_behind_it)
{
	const struct layout layout = {.pool_bytes = 4096 * 2,
				      .data_ofs = 8,
				      .pitch = 400,
				      .bytes_per_pixel = 2,
				      .width = 200};

	/* 8192 - 8 - 20 * 400 are 184 bytes, or 92 pixels. */
	check_int(part(&layout, 90, 0, 10, 20).x, 90);
	check_int(part(&layout, 150, 0, 10, 20).x, 92);
	check_int(part(&layout, 91, 0, 10, 20).x, 90);
	check_int(part(&layout, 91, 0, 10, 20).width, 12);
	check_int(part(&layout, 150, 0, 50, 19).x, 150);
}

TEST(parts_of_all_sizes)
{
	for (uint32_t cpp = 1; cpp <= 4; cpp++) {
		const struct layout layout = {.pool_bytes = 4096,
					      .data_ofs = 4 * cpp,
					      .pitch = 12 * cpp,
					      .bytes_per_pixel = cpp,
					      .width = 12};

		for (int32_t x = 0; x < 12; x++)
			for (int32_t width = 1; x + width <= 12; width++)
				part(&layout, x, 3, width, 20);
	}
}

/* pitch * height or data_ofs + pitch * height are small modulo 2^32 or 2^64. */
TEST(fits_without_wrapping)
{
	check(!geometry_fits(4096, 0, 0x10000, 0x10000));
	check(!geometry_fits(4096, 0, UINT64_C(1) << 32, UINT32_MAX));
	check(!geometry_fits(4096, 0, UINT64_C(1) << 63, 2));
	check(!geometry_fits(4096, 4095, UINT64_MAX, 1));
	check(!geometry_fits(4096, 1, UINT64_MAX, UINT32_MAX));
	check(!geometry_fits(4096, 4096, UINT64_MAX, 1));
}

struct source_case {
	uint32_t framebuffer[2], at[2], size[2], resolution[2];
	struct rectangle expected;
};

static void
check_source(const struct source_case *c, bool visible)
{
	struct rectangle out = {-1, -1, -1, -1};

	test_case("framebuffer %ux%u, (%u, %u) %ux%u, resolution %ux%u", c->framebuffer[0],
		  c->framebuffer[1], c->at[0], c->at[1], c->size[0], c->size[1], c->resolution[0],
		  c->resolution[1]);
	check_int(geometry_source(&out, c->framebuffer[0], c->framebuffer[1], c->at[0], c->at[1],
				  c->size[0], c->size[1], c->resolution[0], c->resolution[1]),
		  visible);
	if (!visible)
		return;
	check_int(out.x, c->expected.x);
	check_int(out.y, c->expected.y);
	check_int(out.width, c->expected.width);
	check_int(out.height, c->expected.height);
}

TEST(source)
{
	static const struct source_case cases[] = {
		/* the ordinary case */
		{{800, 600}, {0, 0}, {800, 600}, {800, 600}, {0, 0, 800, 600}},
		/* one wide framebuffer over two connectors */
		{{1600, 600}, {0, 0}, {1600, 600}, {800, 600}, {0, 0, 800, 600}},
		{{1600, 600}, {800, 0}, {1600, 600}, {800, 600}, {800, 0, 800, 600}},
		/* smaller framebuffer, smaller request, smaller resolution */
		{{640, 480}, {0, 0}, {800, 600}, {800, 600}, {0, 0, 640, 480}},
		{{800, 600}, {0, 0}, {320, 200}, {800, 600}, {0, 0, 320, 200}},
		{{800, 600}, {0, 0}, {800, 600}, {640, 480}, {0, 0, 640, 480}},
		/* the last pixel */
		{{800, 600}, {799, 599}, {800, 600}, {800, 600}, {799, 599, 1, 1}},
		/* extremes that must not wrap */
		{{32767, 32767},
		 {1, 1},
		 {UINT32_MAX, UINT32_MAX},
		 {UINT32_MAX, UINT32_MAX},
		 {1, 1, 32766, 32766}},
		{{UINT32_MAX, UINT32_MAX},
		 {INT32_MAX, INT32_MAX},
		 {INT32_MAX, INT32_MAX},
		 {UINT32_MAX, UINT32_MAX},
		 {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX}},
		{{UINT32_MAX, UINT32_MAX},
		 {1, 1},
		 {100, 200},
		 {UINT32_MAX, UINT32_MAX},
		 {1, 1, 100, 200}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_source(&cases[i], true);
}

TEST(source_that_shows_nothing)
{
	static const struct source_case cases[] = {
		{{800, 600}, {800, 0}, {800, 600}, {800, 600}, {0, 0, 0, 0}},
		{{800, 600}, {0, 600}, {800, 600}, {800, 600}, {0, 0, 0, 0}},
		{{800, 600}, {801, 0}, {800, 600}, {800, 600}, {0, 0, 0, 0}},
		{{800, 600}, {0, 601}, {800, 600}, {800, 600}, {0, 0, 0, 0}},
		{{800, 600}, {UINT32_MAX, 0}, {800, 600}, {800, 600}, {0, 0, 0, 0}},
		{{800, 600}, {0, UINT32_MAX}, {2, 600}, {800, 600}, {0, 0, 0, 0}},
		{{0, 600}, {0, 0}, {800, 600}, {800, 600}, {0, 0, 0, 0}},
		{{800, 600}, {0, 0}, {0, 600}, {800, 600}, {0, 0, 0, 0}},
		{{800, 600}, {0, 0}, {800, 0}, {800, 600}, {0, 0, 0, 0}},
		{{800, 600}, {0, 0}, {800, 600}, {0, 600}, {0, 0, 0, 0}},
		/* beyond what a rectangle can hold */
		{{UINT32_MAX, 1}, {0x80000000, 0}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
		{{UINT32_MAX, 1}, {0, 0}, {UINT32_MAX, 1}, {UINT32_MAX, 1}, {0, 0, 0, 0}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_source(&cases[i], false);
}

/* On an output of that size and scale. */
static struct fitted
fit_at(enum fit how, struct rectangle source, struct rectangle area, int width, int height,
       int scale, bool visible)
{
	struct fitted out;
	struct place place = {area, width, height, scale};

	test_case("fit %d, %dx%d at (%d, %d) into %dx%d at (%d, %d) of %dx%d at scale %d", how,
		  source.width, source.height, source.x, source.y, area.width, area.height, area.x,
		  area.y, width, height, scale);
	check_int(geometry_fit(&out, how, &source, &place), visible);
	return out;
}

/* On an output that cuts nothing off. */
static struct fitted
fit(enum fit how, struct rectangle source, struct rectangle area)
{
	return fit_at(how, source, area, area.x + area.width, area.y + area.height, 1, true);
}

static void
check_destination(const struct fitted *fitted, int x, int y, int width, int height)
{
	check_int(fitted->destination.x, x);
	check_int(fitted->destination.y, y);
	check_int(fitted->destination.width, width);
	check_int(fitted->destination.height, height);
}

static bool
near(double a, double b)
{
	return a - b < 1e-6 && b - a < 1e-6;
}

static void
check_fitted_source(const struct fitted *fitted, double x, double y, double width, double height)
{
	check(near(fitted->source_x, x));
	check(near(fitted->source_y, y));
	check(near(fitted->source_width, width));
	check(near(fitted->source_height, height));
}

static const struct rectangle vga = {0, 0, 640, 480};
static const struct rectangle full_hd = {0, 0, 1920, 1080};

TEST(stretch)
{
	struct fitted fitted = fit(FIT_STRETCH, vga, (struct rectangle){10, 20, 1920, 1080});

	check_destination(&fitted, 10, 20, 1920, 1080);
	check_fitted_source(&fitted, 0, 0, 640, 480);
}

TEST(fit_keeps_the_aspect)
{
	struct fitted fitted = fit(FIT_FIT, vga, full_hd);

	check_destination(&fitted, 240, 0, 1440, 1080);
	check_fitted_source(&fitted, 0, 0, 640, 480);
	fitted = fit(FIT_FIT, full_hd, (struct rectangle){100, 50, 640, 480});
	check_destination(&fitted, 100, 110, 640, 360);
	fitted = fit(FIT_FIT, vga, vga);
	check_destination(&fitted, 0, 0, 640, 480);
}

TEST(fill_keeps_the_aspect)
{
	struct fitted fitted = fit(FIT_FILL, vga, full_hd);

	check_destination(&fitted, 0, 0, 1920, 1080);
	check_fitted_source(&fitted, 0, 60, 640, 360);
	fitted = fit(FIT_FILL, full_hd, (struct rectangle){100, 50, 640, 480});
	check_destination(&fitted, 100, 50, 640, 480);
	check_fitted_source(&fitted, 240, 0, 1440, 1080);
	/* The source need not begin at 0. */
	fitted = fit(FIT_FILL, (struct rectangle){640, 100, 640, 480}, full_hd);
	check_fitted_source(&fitted, 640, 160, 640, 360);
}

TEST(center_is_pixel_for_pixel)
{
	struct fitted fitted = fit(FIT_CENTER, vga, full_hd);

	check_destination(&fitted, 640, 300, 640, 480);
	check_fitted_source(&fitted, 0, 0, 640, 480);
	fitted = fit(FIT_CENTER, full_hd, vga);
	check_destination(&fitted, 0, 0, 640, 480);
	check_fitted_source(&fitted, 640, 300, 640, 480);
	/* wider, but not as high; odd remainders */
	fitted = fit(FIT_CENTER, (struct rectangle){0, 0, 801, 101},
		     (struct rectangle){0, 0, 640, 480});
	check_destination(&fitted, 0, 189, 640, 101);
	check_fitted_source(&fitted, 80, 0, 640, 101);
}

/* A picture that ends within a pixel of an edge is extended to the edge. */
TEST(fit_takes_edges_that_are_near)
{
	struct fitted fitted = fit(FIT_FIT, (struct rectangle){0, 0, 1366, 768}, full_hd);

	check_destination(&fitted, 0, 0, 1920, 1080);
	check_fitted_source(&fitted, 0, 0, 1366, 768);
	fitted = fit(FIT_FIT, (struct rectangle){0, 0, 1080, 1918},
		     (struct rectangle){5, 7, 1080, 1920});
	check_destination(&fitted, 5, 7, 1080, 1920);
	/* margins of two pixels on each side, or of one and two */
	fitted = fit(FIT_FIT, (struct rectangle){0, 0, 1080, 1916},
		     (struct rectangle){5, 7, 1080, 1920});
	check_destination(&fitted, 5, 9, 1080, 1916);
	fitted = fit(FIT_FIT, (struct rectangle){0, 0, 1080, 1917},
		     (struct rectangle){5, 7, 1080, 1920});
	check_destination(&fitted, 5, 8, 1080, 1917);
	/* Pixels map to whole pixels. */
	fitted = fit(FIT_CENTER, (struct rectangle){0, 0, 1919, 1078}, full_hd);
	check_destination(&fitted, 0, 1, 1919, 1078);
}

TEST(center_at_scale)
{
	const struct rectangle half = {0, 0, 960, 540};
	struct fitted fitted = fit_at(FIT_CENTER, vga, half, 960, 540, 2, true);

	check_destination(&fitted, 320, 150, 320, 240);
	check_fitted_source(&fitted, 0, 0, 640, 480);
	/* What does not fit is cut off on both sides. */
	fitted = fit_at(FIT_CENTER, (struct rectangle){3, 5, 2000, 1200}, half, 960, 540, 2, true);
	check_destination(&fitted, 0, 0, 960, 540);
	check_fitted_source(&fitted, 43, 65, 1920, 1080);
	/* A surface has whole coordinates: odd remainders are dropped. */
	fitted = fit_at(FIT_CENTER, (struct rectangle){0, 0, 801, 599}, half, 960, 540, 2, true);
	check_destination(&fitted, 280, 120, 400, 299);
	check_fitted_source(&fitted, 0, 0, 800, 598);
	fitted = fit_at(FIT_CENTER, (struct rectangle){0, 0, 1921, 101}, half, 960, 540, 3, true);
	check_destination(&fitted, 160, 253, 640, 33);
	check_fitted_source(&fitted, 0, 0, 1920, 99);
	/* Smaller than one coordinate: still shown. */
	fitted = fit_at(FIT_CENTER, (struct rectangle){0, 0, 1, 2}, half, 960, 540, 3, true);
	check_destination(&fitted, 479, 269, 1, 1);
	check_fitted_source(&fitted, 0, 0, 1, 2);
}

TEST(what_lies_beside_the_output_is_cut_off)
{
	/* half of it is beyond the left edge, a quarter below the bottom */
	struct fitted fitted = fit_at(FIT_STRETCH, vga, (struct rectangle){-320, 360, 640, 480},
				      1920, 720, 1, true);

	check_destination(&fitted, 0, 360, 320, 360);
	check_fitted_source(&fitted, 320, 0, 320, 360);
	/* scaled, and with a source that does not begin at 0 */
	fitted = fit_at(FIT_STRETCH, (struct rectangle){100, 200, 640, 480},
			(struct rectangle){1600, -40, 1280, 960}, 1920, 1080, 1, true);
	check_destination(&fitted, 1600, 0, 320, 920);
	check_fitted_source(&fitted, 100, 220, 160, 460);
	/* fitted into the rectangle first */
	fitted = fit_at(FIT_FIT, vga, (struct rectangle){1280, 0, 1280, 480}, 1920, 1080, 1, true);
	check_destination(&fitted, 1600, 0, 320, 480);
	check_fitted_source(&fitted, 0, 0, 320, 480);
	/* pixels map to whole pixels, at scale 2 */
	fitted = fit_at(FIT_CENTER, vga, (struct rectangle){800, 440, 320, 240}, 960, 540, 2, true);
	check_destination(&fitted, 800, 440, 160, 100);
	check_fitted_source(&fitted, 0, 0, 320, 200);
	fitted =
		fit_at(FIT_FILL, vga, (struct rectangle){-960, 0, 1920, 1080}, 1920, 1080, 1, true);
	check_destination(&fitted, 0, 0, 960, 1080);
	check_fitted_source(&fitted, 320, 60, 320, 360);
}

TEST(what_lies_beside_the_output_alone_is_not_shown)
{
	fit_at(FIT_STRETCH, vga, (struct rectangle){1920, 0, 640, 480}, 1920, 1080, 1, false);
	fit_at(FIT_STRETCH, vga, (struct rectangle){0, 1080, 640, 480}, 1920, 1080, 1, false);
	fit_at(FIT_STRETCH, vga, (struct rectangle){-640, 0, 640, 480}, 1920, 1080, 1, false);
	fit_at(FIT_STRETCH, vga, (struct rectangle){0, -480, 640, 480}, 1920, 1080, 1, false);
	/* the rectangle is on the output, but the picture in its middle is not */
	fit_at(FIT_CENTER, vga, (struct rectangle){1800, 0, 1280, 480}, 1920, 1080, 1, false);
	/* a single pixel is visible, and is shown */
	fit_at(FIT_STRETCH, vga, (struct rectangle){1919, 1079, 640, 480}, 1920, 1080, 1, true);
}

static const int32_t sides[] = {1, 2, 3, 7, 480, 599, 640, 1023, 1366, 4095, 32767, 65536};
#define SIDES (sizeof(sides) / sizeof(sides[0]))

/* Source and target are within bounds and never empty, not even in a viewport's fixed point. */
static void
check_legal(const struct fitted *fitted, const struct rectangle *source, const struct place *place)
{
	const struct rectangle *area = &place->area, *to = &fitted->destination;

	check(fitted->source_width >= 1.0 / 256 && fitted->source_height >= 1.0 / 256);
	check(fitted->source_x >= source->x - 1e-6 && fitted->source_y >= source->y - 1e-6);
	check(fitted->source_x + fitted->source_width <= source->x + source->width + 1e-6);
	check(fitted->source_y + fitted->source_height <= source->y + source->height + 1e-6);
	check(to->width > 0 && to->height > 0);
	check(to->x >= area->x && to->y >= area->y && to->x >= 0 && to->y >= 0);
	check(to->x + to->width <= area->x + area->width && to->x + to->width <= place->width);
	check(to->y + to->height <= area->y + area->height && to->y + to->height <= place->height);
}

TEST(every_fit_is_legal_at_every_size)
{
	for (enum fit how = FIT_FIT; how < FIT_COUNT; how++)
		for (size_t i = 0; i < SIDES * SIDES; i++)
			for (size_t j = 0; j < SIDES * SIDES; j++) {
				struct rectangle source = {3, 5, sides[i % SIDES],
							   sides[i / SIDES]};
				struct place place = {
					.area = {-7, 11, sides[j % SIDES], sides[j / SIDES]},
					.width = 1000,
					.height = 700,
					.scale = 1 + (int32_t)(j % 3)};
				struct fitted fitted;

				test_case("fit %d, %dx%d into %dx%d", how, source.width,
					  source.height, place.area.width, place.area.height);
				if (geometry_fit(&fitted, how, &source, &place))
					check_legal(&fitted, &source, &place);
				else
					check(place.area.width <= 7 || how == FIT_FIT ||
					      how == FIT_CENTER);
			}
}
