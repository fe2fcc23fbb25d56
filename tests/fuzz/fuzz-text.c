/* SPDX-License-Identifier: MIT */
/* Text from xenstore and weston.ini: resolutions, names in log lines and in an EDID, settings. */
#include "fuzz.h"

#include "describe.h"

#include "base/log.h"
#include "pure/displif-decode.h"
#include "pure/edid.h"
#include "pure/option-text.h"

#include <errno.h>

static void
check_resolution(const char *text)
{
	uint32_t width = 0, height = 0;
	char again[64];
	int ret = displif_parse_resolution(text, &width, &height);

	PROPERTY(ret == 0 || ret == -EINVAL);
	if (ret < 0)
		return;
	PROPERTY(width > 0 && height > 0);
	/* Decimal and nothing else: but for zeros in front, it is what is written. */
	snprintf(again, sizeof(again), "%ux%u", width, height);
	PROPERTY(strlen(text) >= strlen(again));
}

static void
check_name(const char *text, uint8_t room)
{
	char out[256];
	size_t size = 1 + room % sizeof(out);

	memset(out, '#', sizeof(out));
	log_escape(out, size, text);
	PROPERTY(memchr(out, '\0', size));
	for (const char *c = out; *c; c++)
		PROPERTY(*c >= ' ' && *c <= '~');
	PROPERTY(size == sizeof(out) || out[size] == '#');
}

static void
check_edid(struct input *input, const char *name)
{
	struct edid_request request = {.name = name};
	uint8_t edid[EDID_BYTES];

	input_take(input, &request.width, 4);
	input_take(input, &request.height, 4);
	edid_write(edid, &request);
	uint8_t sum = 0;

	for (size_t i = 0; i < EDID_BYTES; i++)
		sum = (uint8_t)(sum + edid[i]);
	PROPERTY(sum == 0);
}

static void
report(void *data, const char *sentence)
{
	PROPERTY(strlen(sentence) < 1024);
	for (const char *c = sentence; *c; c++)
		PROPERTY(*c >= ' ' && *c <= '~');
	++*(size_t *)data;
}

static void
check_settings(const char *text, size_t size, uint8_t which)
{
	struct option_description description;
	struct options *options = options_create();
	char error[1024] = "";
	size_t reported = 0;

	if (!options)
		return;
	int found = options_read_text(options, text, size, report, &reported);
	PROPERTY(found >= 0 && (size_t)found == reported);
	if (!options_describe(which, &description))
		options_describe(0, &description);
	PROPERTY(options_begin_section(options, description.section) == 0);
	int ret = options_set(options, description.key, text, error, sizeof(error));
	PROPERTY(ret == 0 || ret == -EINVAL);
	if (ret < 0)
		report(&reported, error);
	options_destroy(options);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	uint8_t which = input_byte(&input), room = input_byte(&input);
	char text[512];
	size_t length = input.left < sizeof(text) - 1 ? input.left : sizeof(text) - 1;

	input_take(&input, text, length);
	text[length] = '\0';
	check_resolution(text);
	check_name(text, room);
	check_settings(text, length, which);
	input = (struct input){data, size};
	check_edid(&input, text);
	return 0;
}
