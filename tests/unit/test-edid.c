/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/edid.c: each EDID is read back field by field and, if the program
 * edid-decode is installed, checked by it.
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
	uint32_t width, height;
};

static const struct mode modes[] = {
	{1, 1},         {2, 1},         {320, 200},   {640, 480},
	{799, 601},     {800, 600},     {1024, 768},  {1280, 1024},
	{1366, 768},    {1365, 767},    {1920, 1080}, {1080, 1920},
	{1920, 1200},   {2560, 1440},   {3840, 2160}, {2160, 3840},
	{4095, 2047},   {4095, 4095},   {4095, 1},    {1, 4095},
	{4096, 2160},   {1, 4096},      {5120, 2880}, {7680, 4320},
	{4320, 7680},   {10240, 4320},  {65535, 1},   {1, 65535},
	{65535, 65535}, {65536, 65536}, {0, 0},       {UINT32_MAX, UINT32_MAX},
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
	struct edid_request request = {
		.width = mode->width, .height = mode->height, .name = name, .serial = 1};

	memset(out, 0x55, EDID_BYTES);
	edid_write(out, &request);
}

TEST(golden_1920x1080)
{
	uint8_t edid[EDID_BYTES];

	write_mode(edid, &(struct mode){1920, 1080}, "guest1");
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

/* Whether a detailed timing can describe the mode, by the limits in edid.h. */
static bool
fits(const struct mode *mode)
{
	return mode->width <= 4095 && mode->height <= 4095 &&
	       (uint64_t)(mode->width + 160) * mode->height * 60 / 10000 < 64000;
}

/* The preferred mode has the requested pixels, if possible. */
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
		test_case("%ux%u", modes[i].width, modes[i].height);
		write_mode(edid, &modes[i], "guest");
		struct read_timing timing = read_detailed(edid + 54);
		double difference = refresh_hz(&timing) - 60;
		check(difference < 0.06 && difference > -0.06);
	}
}

/* CVT: the width of the vertical sync encodes the aspect ratio, and blanks take 460 us. */
TEST(blanks)
{
	static const struct {
		uint32_t width, height, v_sync;
	} cases[] = {{640, 480, 4},  {1920, 1080, 5}, {1920, 1200, 6},  {1280, 1024, 7},
		     {1280, 768, 7}, {1366, 768, 10}, {1080, 1920, 10}, {800, 800, 10}};
	uint8_t edid[EDID_BYTES];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%ux%u", cases[i].width, cases[i].height);
		write_mode(edid, &(struct mode){cases[i].width, cases[i].height}, "guest");
		struct read_timing timing = read_detailed(edid + 54);
		double line_us = (timing.h_active + timing.h_blank) / (timing.clock / 100.0);

		check_int(timing.v_sync, cases[i].v_sync);
		check_int(timing.v_front, 3);
		check_int(timing.h_blank, 160);
		check(timing.v_blank * line_us >= 459 && (timing.v_blank - 2) * line_us < 460);
	}

	/* Low pictures get just the minimum back porch, small ones just the minimum clock. */
	write_mode(edid, &(struct mode){4000, 100}, "guest");
	struct read_timing low = read_detailed(edid + 54);
	check_int(low.v_blank, 3 + 10 + 6);
	write_mode(edid, &(struct mode){1, 1}, "guest");
	struct read_timing small = read_detailed(edid + 54);
	check(small.clock >= 1000 && small.clock < 1010);
}

/* A mode that does not fit is replaced by a smaller one of the same aspect ratio. */
TEST(fallback_keeps_the_shape)
{
	uint8_t edid[EDID_BYTES];

	write_mode(edid, &(struct mode){5120, 2880}, "guest");
	check_int(read_detailed(edid + 54).h_active, 2560);
	check_int(read_detailed(edid + 54).v_active, 1440);
	write_mode(edid, &(struct mode){65535, 1}, "guest");
	check_int(read_detailed(edid + 54).h_active, 4095);
	check_int(read_detailed(edid + 54).v_active, 1);
}

static bool
is_native(uint32_t width, uint32_t height)
{
	uint8_t edid[EDID_BYTES];

	write_mode(edid, &(struct mode){width, height}, "guest");
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
	write_mode(edid, &(struct mode){width, height}, "guest");
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
	/* Beyond 255 cm both sides shrink in proportion. */
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
	write_mode(edid, &(struct mode){640, 480}, name);
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
	struct edid_request request = {640, 480, "guest", 0x89abcdef};
	static const uint8_t written[4] = {0xef, 0xcd, 0xab, 0x89};
	uint8_t edid[EDID_BYTES];

	edid_write(edid, &request);
	check_bytes(edid + 12, written, 4);
}

static const uint8_t dummy_descriptor[18] = {[3] = 0x10};

/* The range limits include the mode. */
static void
check_range_limits(const struct mode *mode)
{
	uint8_t edid[EDID_BYTES];

	test_case("%ux%u", mode->width, mode->height);
	write_mode(edid, mode, "thirteen char");
	const uint8_t *d = edid + 90;
	struct read_timing timing = read_detailed(edid + 54);
	double v = refresh_hz(&timing);
	double h = v * (timing.v_active + timing.v_blank) / 1000;

	check_bytes(edid + 108, dummy_descriptor, 18);
	check_int(d[3], 0xfd);
	check_int(d[4], 0);
	check(d[5] > 0 && d[7] > 0);
	const double least = 1e-6;
	check(d[5] <= v + least && d[5] > v - 1.1 && d[6] >= v && d[6] < v + 2);
	check(d[7] <= h + least && d[7] > h - 1.1 && d[8] >= h && d[8] < h + 2);
	check(d[9] * 1000u >= timing.clock && d[9] * 1000u <= timing.clock + 1000u);
	check_int(d[10], 0x01);
}

TEST(range_limits)
{
	for (size_t i = 0; i < MODES; i++)
		check_range_limits(&modes[i]);
	for (uint32_t side = 1; side < 5000; side += 7)
		check_range_limits(&(struct mode){side, side});
	for (uint32_t height = 3; height < 20000; height = height * 17 / 16 + 1)
		check_range_limits(&(struct mode){64, height});
	for (uint32_t width = 1; width < 65536; width = width * 17 / 16 + 1)
		check_range_limits(&(struct mode){width, 2400});
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

	test_case("%ux%u, name \"%s\"", mode->width, mode->height, name);
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
		check_conformity(&(struct mode){1920, 1080}, names[i]);
}

/* edid-decode really checks: it finds a wrong checksum. */
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
