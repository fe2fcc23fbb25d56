/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/edid.c: each EDID is read back field by field and, where the
 * program edid-decode is installed, judged by it.
 */
#include "test.h"

#include "pure/edid.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const uint8_t golden_1080p[128] = {
	0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x31, 0xd8, 0x44, 0x58, 0x01, 0x00, 0x00,
	0x00, 0xff, 0x23, 0x01, 0x04, 0xa0, 0x33, 0x1d, 0x78, 0x06, 0xee, 0x91, 0xa3, 0x54, 0x4c,
	0x99, 0x26, 0x0f, 0x50, 0x54, 0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
	0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x29, 0x36, 0x80, 0xa0, 0x70, 0x38,
	0x1f, 0x40, 0x30, 0x20, 0x35, 0x00, 0xfc, 0x1e, 0x11, 0x00, 0x00, 0x1a, 0x00, 0x00, 0x00,
	0xfc, 0x00, 0x67, 0x75, 0x65, 0x73, 0x74, 0x31, 0x0a, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
	0x00, 0x00, 0x00, 0xfd, 0x00, 0x3b, 0x3c, 0x42, 0x43, 0x0e, 0x01, 0x0a, 0x20, 0x20, 0x20,
	0x20, 0x20, 0x20, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x36,
};

struct mode {
	uint32_t width, height, refresh_mhz;
};

static const struct mode modes[] = {
	{1, 1, 60000},
	{2, 1, 60000},
	{1, 1, 1000},
	{320, 200, 70000},
	{640, 480, 60000},
	{799, 601, 60000},
	{800, 600, 59940},
	{1024, 768, 60000},
	{1280, 1024, 75000},
	{1366, 768, 60000},
	{1365, 767, 60000},
	{1920, 1080, 60000},
	{1080, 1920, 60000},
	{1920, 1080, 23976},
	{1920, 1080, 240000},
	{1920, 1200, 60000},
	{2560, 1440, 144000},
	{3840, 2160, 30000},
	{3840, 2160, 60000},
	{2160, 3840, 60000},
	{3840, 2160, 120000},
	{4095, 2047, 60000},
	{4095, 4095, 1000},
	{4095, 1, 60000},
	{1, 4095, 60000},
	{4096, 2160, 60000},
	{4096, 2160, 24000},
	{1, 4096, 60000},
	{5120, 2880, 60000},
	{7680, 4320, 60000},
	{4320, 7680, 60000},
	{10240, 4320, 60000},
	{65535, 1, 60000},
	{1, 65535, 60000},
	{65535, 65535, 60000},
	{65535, 65535, 1000},
	{65536, 65536, 60000},
	{1920, 1080, 500000},
	{1920, 1080, 1000},
	{0, 0, 0},
	{UINT32_MAX, UINT32_MAX, UINT32_MAX},
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

struct read_timing {
	uint32_t clock, h_active, h_blank, h_front, h_sync, v_active, v_blank, v_front, v_sync;
};

static uint32_t
get_16(const uint8_t *bytes)
{
	return (uint32_t)(bytes[0] | bytes[1] << 8);
}

static struct read_timing
read_detailed(const uint8_t *d)
{
	return (struct read_timing){
		.clock = get_16(d),
		.h_active = d[2] | (d[4] & 0xf0u) << 4,
		.h_blank = d[3] | (d[4] & 0x0fu) << 8,
		.v_active = d[5] | (d[7] & 0xf0u) << 4,
		.v_blank = d[6] | (d[7] & 0x0fu) << 8,
		.h_front = d[8] | (d[11] & 0xc0u) << 2,
		.h_sync = d[9] | (d[11] & 0x30u) << 4,
		.v_front = (uint32_t)(d[10] >> 4) | (d[11] & 0x0cu) << 2,
		.v_sync = (d[10] & 0x0fu) | (d[11] & 0x03u) << 4,
	};
}

static void
check_timing(const struct read_timing *timing)
{
	check(timing->clock >= 1000);
	check(timing->h_active > 0 && timing->v_active > 0);
	check(timing->h_front > 0 && timing->h_sync > 0);
	check(timing->v_front > 0 && timing->v_sync > 0);
	check(timing->h_front + timing->h_sync < timing->h_blank);
	check(timing->v_front + timing->v_sync < timing->v_blank);
}

static double
refresh_hz(const struct read_timing *timing)
{
	return timing->clock * 10000.0 / (timing->h_active + timing->h_blank) /
	       (timing->v_active + timing->v_blank);
}

static uint8_t
sum(const uint8_t *bytes, size_t count)
{
	unsigned total = 0;

	for (size_t i = 0; i < count; i++)
		total += bytes[i];
	return (uint8_t)total;
}

static void
write_mode(uint8_t out[EDID_BYTES], const struct mode *mode, const char *name)
{
	struct edid_request request = {.width = mode->width,
				       .height = mode->height,
				       .refresh_mhz = mode->refresh_mhz,
				       .name = name,
				       .serial = 1};

	memset(out, 0x55, EDID_BYTES);
	edid_write(out, &request);
}

TEST(golden_1920x1080)
{
	uint8_t edid[EDID_BYTES];

	write_mode(edid, &(struct mode){1920, 1080, 60000}, "guest1");
	check_bytes(edid, golden_1080p, 128);
}

TEST(blocks_and_checksums)
{
	uint8_t edid[EDID_BYTES];

	for (size_t i = 0; i < MODES; i++) {
		test_case("%ux%u", modes[i].width, modes[i].height);
		write_mode(edid, &modes[i], "guest");
		check_int(edid[126], 0);
		check_int(sum(edid, 128), 0);
		check_int(edid[18], 1);
		check_int(edid[19], 4);
	}
}

/* Whether a detailed timing can say it, as edid.h has it. */
static bool
fits(const struct mode *mode)
{
	return mode->width <= 4095 && mode->height <= 4095 &&
	       (uint64_t)(mode->width + 160) * mode->height * mode->refresh_mhz / 10000000 <
		       64000 &&
	       mode->refresh_mhz <= 240000;
}

/* Pixels that come back are those that were asked for, where they can. */
TEST(preferred_mode)
{
	uint8_t edid[EDID_BYTES];

	for (size_t i = 0; i < MODES; i++) {
		const struct mode *mode = &modes[i];

		test_case("%ux%u", mode->width, mode->height);
		write_mode(edid, mode, "guest");
		struct read_timing timing = read_detailed(edid + 54);
		/* "the preferred mode is the native one" */
		bool is_native = edid[24] & 0x02;
		check_timing(&timing);
		check(!fits(mode) || is_native);
		if (!is_native)
			continue;
		check_int(timing.h_active, mode->width ? mode->width : 1);
		check_int(timing.v_active, mode->height ? mode->height : 1);
	}
}

TEST(refresh_rate)
{
	uint8_t edid[EDID_BYTES];

	for (size_t i = 0; i < MODES; i++) {
		double wanted = modes[i].refresh_mhz / 1000.0;

		test_case("%ux%u at %f", modes[i].width, modes[i].height, wanted);
		write_mode(edid, &modes[i], "guest");
		struct read_timing timing = read_detailed(edid + 54);
		if (!(edid[24] & 0x02) && wanted > 60)
			wanted = 60;
		double difference = refresh_hz(&timing) - wanted;
		if (modes[i].refresh_mhz != 0)
			check(difference < 0.06 && difference > -0.06);
	}
}

TEST(refresh_rate_out_of_range)
{
	static const struct {
		uint32_t given, counts_as;
	} cases[] = {{0, 60000}, {1, 1000}, {999, 1000}, {500001, 500000}, {UINT32_MAX, 500000}};

	for (size_t i = 0; i < 5; i++) {
		uint8_t edid[EDID_BYTES], expected[EDID_BYTES];

		write_mode(edid, &(struct mode){4000, 3000, cases[i].given}, "guest");
		write_mode(expected, &(struct mode){4000, 3000, cases[i].counts_as}, "guest");
		check_bytes(edid, expected, EDID_BYTES);
	}

	uint8_t slowest[EDID_BYTES];
	write_mode(slowest, &(struct mode){4095, 4095, 1}, "guest");
	struct read_timing timing = read_detailed(slowest + 54);
	check(refresh_hz(&timing) > 0.9995 && refresh_hz(&timing) < 1.0005);
}

/* CVT: the width of the vertical sync tells the shape, and blanks take 460 us. */
TEST(blanks)
{
	static const struct {
		uint32_t width, height, v_sync;
	} cases[] = {{640, 480, 4},  {1920, 1080, 5}, {1920, 1200, 6},  {1280, 1024, 7},
		     {1280, 768, 7}, {1366, 768, 10}, {1080, 1920, 10}, {800, 800, 10}};
	uint8_t edid[EDID_BYTES];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%ux%u", cases[i].width, cases[i].height);
		write_mode(edid, &(struct mode){cases[i].width, cases[i].height, 60000}, "guest");
		struct read_timing timing = read_detailed(edid + 54);
		double line_us = (timing.h_active + timing.h_blank) / (timing.clock / 100.0);

		check_int(timing.v_sync, cases[i].v_sync);
		check_int(timing.v_front, 3);
		check_int(timing.h_blank, 160);
		check(timing.v_blank * line_us >= 459 && (timing.v_blank - 2) * line_us < 460);
	}

	/* Low pictures get the least back porch, small ones the least clock, and no more. */
	write_mode(edid, &(struct mode){4000, 100, 60000}, "guest");
	struct read_timing low = read_detailed(edid + 54);
	check_int(low.v_blank, 3 + 10 + 6);
	write_mode(edid, &(struct mode){1, 1, 60000}, "guest");
	struct read_timing small = read_detailed(edid + 54);
	check(small.clock >= 1000 && small.clock < 1010);
	write_mode(edid, &(struct mode){1, 1, 1000}, "guest");
	small = read_detailed(edid + 54);
	check(small.clock >= 1000 && small.clock < 1010);
}

/* A mode that does not fit is written in the same shape, smaller. */
TEST(fallback_keeps_the_shape)
{
	uint8_t edid[EDID_BYTES];

	write_mode(edid, &(struct mode){5120, 2880, 60000}, "guest");
	check_int(read_detailed(edid + 54).h_active, 2560);
	check_int(read_detailed(edid + 54).v_active, 1440);
	write_mode(edid, &(struct mode){65535, 1, 60000}, "guest");
	check_int(read_detailed(edid + 54).h_active, 4095);
	check_int(read_detailed(edid + 54).v_active, 1);
	/* The size fits, the rate does not. */
	write_mode(edid, &(struct mode){3840, 2160, 120000}, "guest");
	check_int(read_detailed(edid + 54).h_active, 3840);
	struct read_timing base = read_detailed(edid + 54);
	check(refresh_hz(&base) > 59.9 && refresh_hz(&base) < 60.1);
}

static bool
is_native(uint32_t width, uint32_t height)
{
	uint8_t edid[EDID_BYTES];

	write_mode(edid, &(struct mode){width, height, 60000}, "guest");
	return edid[24] & 0x02;
}

TEST(the_mode_itself_as_long_as_it_fits)
{
	check(is_native(4095, 2047));
	check(!is_native(4096, 2047));
	check(is_native(100, 4095));
	check(!is_native(100, 4096));
}

static void
check_physical_size(uint32_t width, uint32_t height, int cm_width, int cm_height)
{
	uint8_t edid[EDID_BYTES];

	test_case("%ux%u", width, height);
	write_mode(edid, &(struct mode){width, height, 60000}, "guest");
	check_int(edid[21], cm_width);
	check_int(edid[22], cm_height);
	int mm_width = edid[66] | (edid[68] & 0xf0) << 4;
	int mm_height = edid[67] | (edid[68] & 0x0f) << 8;
	check(mm_width > cm_width * 10 - 10 && mm_width <= cm_width * 10);
	check(mm_height > cm_height * 10 - 10 && mm_height <= cm_height * 10);
}

TEST(physical_size_is_96_dpi)
{
	check_physical_size(1920, 1080, 51, 29);
	check_physical_size(1080, 1920, 29, 51);
	check_physical_size(960, 96, 26, 3);
	check_physical_size(1, 1, 1, 1);
	check_physical_size(378, 378, 10, 10);
	check_physical_size(9637, 9637, 255, 255);
	/* Beyond 255 cm both sides shrink alike. */
	check_physical_size(20000, 10000, 255, 128);
	check_physical_size(10000, 20000, 128, 255);
	check_physical_size(65535, 65535, 255, 255);
	check_physical_size(65535, 1, 255, 1);
}

static void
check_name(const char *name, const char *written)
{
	uint8_t edid[EDID_BYTES];
	static const uint8_t head[5] = {0, 0, 0, 0xfc, 0};

	test_case("%s", name ? name : "NULL");
	write_mode(edid, &(struct mode){640, 480, 60000}, name);
	check_bytes(edid + 72, head, 5);
	check_bytes(edid + 77, written, 13);
}

TEST(name_is_the_product_name)
{
	check_name("g", "g\n           ");
	check_name("twelve chars", "twelve chars\n");
	check_name("thirteen char", "thirteen char");
	check_name("fourteen chars", "fourteen char");
	check_name("tw\xc3\xb6lf", "tw??lf\n      ");
	check_name("a\nb\033[c\177d", "a?b?[c?d\n    ");
	check_name(" ~", " ~\n          ");
	check_name("spaces   ", "spaces\n      ");
	check_name("cut between  words", "cut between\n ");
	check_name("", "Xen display\n ");
	check_name("   ", "Xen display\n ");
	check_name(NULL, "Xen display\n ");
}

TEST(serial_number)
{
	struct edid_request request = {640, 480, 60000, "guest", 0x89abcdef};
	static const uint8_t written[4] = {0xef, 0xcd, 0xab, 0x89};
	uint8_t edid[EDID_BYTES];

	edid_write(edid, &request);
	check_bytes(edid + 12, written, 4);
}

static const uint8_t dummy_descriptor[18] = {[3] = 0x10};

/* Range limits hold the mode; a descriptor that cannot is left out. */
static void
check_range_limits(const struct mode *mode)
{
	uint8_t edid[EDID_BYTES];

	test_case("%ux%u at %u", mode->width, mode->height, mode->refresh_mhz);
	write_mode(edid, mode, "thirteen char");
	const uint8_t *d = edid + 90;
	struct read_timing timing = read_detailed(edid + 54);
	double v = refresh_hz(&timing);
	double h = v * (timing.v_active + timing.v_blank) / 1000;

	check_bytes(edid + 108, dummy_descriptor, 18);
	if (d[3] == 0x10) {
		check_bytes(d, dummy_descriptor, 18);
		check(v < 1 || v > 508 || h < 1 || h > 508 || timing.clock >= 254000);
		return;
	}
	uint32_t limits[] = {
		d[5] + (d[4] & 0x02 && d[4] & 0x01 ? 255u : 0), d[6] + (d[4] & 0x02 ? 255u : 0),
		d[7] + (d[4] & 0x08 && d[4] & 0x04 ? 255u : 0), d[8] + (d[4] & 0x08 ? 255u : 0)};
	check_int(d[3], 0xfd);
	/* 255 is added to a minimum only where it is to the maximum, and 0 is no limit. */
	check(!(d[4] & 0x01) || d[4] & 0x02);
	check(!(d[4] & 0x04) || d[4] & 0x08);
	check(d[5] > 0 && d[6] > 0 && d[7] > 0 && d[8] > 0);
	const double least = 1e-6;
	check(limits[0] <= v + least && limits[1] >= v && limits[1] < v + 2);
	check(limits[2] <= h + least && limits[3] >= h && limits[3] < h + 2);
	check(limits[0] > v - 1.1 && limits[2] > h - 1.1);
	check(d[9] * 1000u >= timing.clock && d[9] * 1000u <= timing.clock + 1000u);
	check_int(d[10], 0x01);
}

TEST(range_limits)
{
	for (size_t i = 0; i < MODES; i++)
		check_range_limits(&modes[i]);
	for (uint32_t mhz = 1000; mhz <= 500000; mhz += 499)
		check_range_limits(&(struct mode){320, 200, mhz});
	for (uint32_t height = 3; height < 20000; height = height * 17 / 16 + 1)
		check_range_limits(&(struct mode){64, height, 60000});
	for (uint32_t width = 1; width < 65536; width = width * 17 / 16 + 1)
		check_range_limits(&(struct mode){width, 2400, 60000});
}

/* Runs "edid-decode --check"; false when it is not installed. */
static bool
run_edid_decode(const uint8_t *edid, size_t size, char *output, size_t output_size)
{
	char path[] = "/tmp/xen-display-edid-XXXXXX";
	char *arguments[] = {"edid-decode", "--check", path, NULL};
	posix_spawn_file_actions_t actions;
	int from[2], file = mkstemp(path), status;
	size_t used = 0;
	ssize_t got;
	pid_t child;

	check(file >= 0);
	check_int(write(file, edid, size), size);
	close(file);
	check_int(pipe2(from, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	int result = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(from[1]);
	while (result == 0 && (got = read(from[0], output + used, output_size - 1 - used)) > 0)
		used += (size_t)got;
	output[used] = '\0';
	close(from[0]);
	unlink(path);
	if (result != 0)
		return false;
	check_int(waitpid(child, &status, 0), child);
	return true;
}

static void
check_conformity(const struct mode *mode, const char *name)
{
	static char output[64 * 1024];
	uint8_t edid[EDID_BYTES];
	char resolution[32];

	write_mode(edid, mode, name);

	test_case("%ux%u at %u, name \"%s\"", mode->width, mode->height, mode->refresh_mhz, name);
	if (!run_edid_decode(edid, sizeof(edid), output, sizeof(output)))
		test_skip("edid-decode is not installed");
	if (strstr(output, "Failures:") || !strstr(output, "EDID conformity: PASS"))
		test_fail(__FILE__, __LINE__, "edid-decode says:\n%s", output);
	if (mode->width > 0 && fits(mode)) {
		snprintf(resolution, sizeof(resolution), " %ux%u ", mode->width, mode->height);
		check_contains(output, resolution);
	}
}

TEST(edid_decode_finds_no_failure_in_any_mode)
{
	for (size_t i = 0; i < MODES; i++)
		check_conformity(&modes[i], "guest");
}

TEST(edid_decode_finds_no_failure_in_any_name)
{
	static const char *const names[] = {"",
					    " ",
					    "a",
					    "a b ",
					    " a",
					    "thirteen char",
					    "a longer name",
					    "\t\n",
					    "na\xc3\xafve",
					    "\\\"'%s"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check_conformity(&(struct mode){1920, 1080, 60000}, names[i]);
}

/* The judge is awake: it finds a checksum that is wrong. */
TEST(edid_decode_finds_failures)
{
	static char output[64 * 1024];
	uint8_t edid[EDID_BYTES];

	memcpy(edid, golden_1080p, 128);
	edid[127]++;
	if (!run_edid_decode(edid, 128, output, sizeof(output)))
		test_skip("edid-decode is not installed");
	check_contains(output, "EDID conformity: FAIL");
}
