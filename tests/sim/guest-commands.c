/* SPDX-License-Identifier: MIT */
/*
 * The simulated guest's command language. Devices, connectors and cookies are numbers of the
 * caller's choice; every command that sends a request answers with the backend's status.
 */
#include "guest-commands.h"
#include "guest-attack.h"
#include "guest-display.h"
#include "guest-input.h"
#include "guest-store.h"
#include "machine.h"
#include "pattern.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_WORDS 32

struct words {
	char *word[MAX_WORDS];
	unsigned count;
};

struct command {
	const char *name;
	unsigned least; /* words after the name */
	const char *arguments;
	void (*run)(const struct words *words);
};

static struct xs_handle *store;
static uint16_t own_domid;

void
guest_commands_init(uint16_t domid, struct xs_handle *opened_store)
{
	own_domid = domid;
	store = opened_store;
}

static void
reply_error(const char *what)
{
	printf("error %s\n", what);
}

static void
reply_result(int error)
{
	if (error < 0)
		reply_error(strerror(-error));
	else
		printf("ok\n");
}

/* Replies with the backend's status; no answer at all is an error. */
static void
reply_status(int status)
{
	if (status == -ETIMEDOUT || status == -ENOTCONN || status == -EAGAIN)
		reply_error(strerror(-status));
	else
		printf("ok status=%d\n", status);
}

static uint64_t
number(const struct words *words, unsigned index)
{
	return index < words->count ? strtoull(words->word[index], NULL, 0) : 0;
}

/* Returns the value of an option key=value, "" for a bare key, NULL without the option. */
static const char *
option(const struct words *words, const char *key)
{
	size_t length = strlen(key);
	for (unsigned i = 1; i < words->count; i++) {
		if (strncmp(words->word[i], key, length) != 0)
			continue;
		if (words->word[i][length] == '=')
			return words->word[i] + length + 1;
		if (words->word[i][length] == 0)
			return "";
	}
	return NULL;
}

static uint64_t
option_number(const struct words *words, const char *key, uint64_t otherwise)
{
	const char *value = option(words, key);
	return value ? strtoull(value, NULL, 0) : otherwise;
}

static void
pair(const struct words *words, unsigned index, unsigned *first, unsigned *second)
{
	*first = *second = 0;
	if (index < words->count)
		sscanf(words->word[index], "%u%*[x,]%u", first, second);
}

/* Returns the device of word 1; NULL if there is none, having replied. */
static struct guest_device *
device(const struct words *words)
{
	struct guest_device *found = guest_device_get((unsigned)number(words, 1));
	if (!found)
		reply_error("no such device");
	return found;
}

/* Returns the connector of words 1 and 2; NULL if there is none, having replied. */
static struct guest_connector *
connector(const struct words *words)
{
	struct guest_device *found = device(words);
	unsigned index = (unsigned)number(words, 2);
	if (found && index < found->connectors)
		return &found->connector[index];
	if (found)
		reply_error("no such connector");
	return NULL;
}

static struct guest_fb *
framebuffer(const struct words *words, unsigned index)
{
	struct guest_device *found = device(words);
	struct guest_fb *fb = found ? guest_fb_find(found, number(words, index)) : NULL;
	if (found && !fb)
		reply_error("no such framebuffer");
	return fb;
}

static void
print_hex(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%02x", data[i]);
}

/* Returns the number of bytes. */
static size_t
parse_hex(const char *text, uint8_t *data, size_t size)
{
	size_t length = 0;
	unsigned byte;
	while (length < size && sscanf(text + 2 * length, "%2x", &byte) == 1)
		data[length++] = (uint8_t)byte;
	return length;
}

static void
run_connect(const struct words *words)
{
	struct guest_device *found = device(words);
	if (!found)
		return;
	found->follows = option(words, "auto");
	if (option(words, "version"))
		guest_store_write(store, XBT_NULL, found->front, "version",
				  option(words, "version"));
	reply_result(guest_device_connect(found, option(words, "publish")));
}

static void
run_follow(const struct words *words)
{
	struct guest_device *found = device(words);
	if (!found)
		return;
	found->follows = number(words, 2);
	if (option(words, "now"))
		guest_device_look(found);
	printf("ok\n");
}

static void
run_close(const struct words *words)
{
	struct guest_device *found = device(words);
	if (found)
		reply_result(guest_device_close(found));
}

static void
run_forget(const struct words *words)
{
	struct guest_device *found = device(words);
	if (!found)
		return;
	printf("ok mapped=%u\n", guest_device_free(found));
	found->used = false;
}

static void
run_state(const struct words *words)
{
	struct guest_device *found = device(words);
	if (!found)
		return;
	guest_device_set_state(found, (int)number(words, 2));
	printf("ok\n");
}

static void
run_wait_backend(const struct words *words)
{
	struct guest_device *found = device(words);
	if (!found)
		return;
	int timeout_ms = words->count > 3 ? (int)number(words, 3) : 5000;
	bool reached = guest_device_wait(found, (int)number(words, 2), timeout_ms);
	reply_result(reached ? 0 : -ETIMEDOUT);
}

static void
run_dbuf_create(const struct words *words)
{
	static const char *const spoilt[] = {"good", "short", "zero", "stale", "loop"};
	struct guest_device *found = device(words);
	unsigned width, height;
	pair(words, 3, &width, &height);
	struct guest_dbuf_options options = {
		.data_ofs = (uint32_t)option_number(words, "ofs", 0),
		.zero_geometry = option(words, "zero-geometry"),
		.read_only = option(words, "readonly"),
		.claimed_size = (int64_t)option_number(words, "size", (uint64_t)-1),
		.flags = (uint32_t)option_number(words, "flags", 0),
	};
	const char *directory = option(words, "directory");
	for (unsigned i = 0; directory && i < 5; i++)
		if (strcmp(directory, spoilt[i]) == 0)
			options.directory = i;
	if (found)
		reply_status(guest_dbuf_create(found, number(words, 2), width, height,
					       (unsigned)number(words, 4), &options));
}

static void
run_dbuf_destroy(const struct words *words)
{
	struct guest_device *found = device(words);
	uint32_t mapped = 0;
	if (!found)
		return;
	int status = guest_dbuf_destroy(found, number(words, 2), &mapped);
	if (status == -ETIMEDOUT)
		reply_status(status);
	else
		printf("ok status=%d mapped=%u\n", status, mapped);
}

static uint32_t
format_word(const struct words *words, unsigned index)
{
	if (index >= words->count)
		return PATTERN_XRGB8888;
	uint32_t fourcc = pattern_format_from_name(words->word[index]);
	return fourcc ? fourcc : (uint32_t)strtoul(words->word[index], NULL, 0);
}

static void
run_fb_attach(const struct words *words)
{
	struct guest_device *found = device(words);
	unsigned width, height;
	pair(words, 4, &width, &height);
	if (found)
		reply_status(guest_fb_attach(found, number(words, 2), number(words, 3), width,
					     height, format_word(words, 5)));
}

static void
run_fb_detach(const struct words *words)
{
	struct guest_device *found = device(words);
	if (found)
		reply_status(guest_fb_detach(found, number(words, 2)));
}

static void
run_fill(const struct words *words)
{
	struct guest_fb *fb = framebuffer(words, 2);
	if (fb)
		reply_result(guest_fb_fill(fb, (unsigned)number(words, 3)) ? 0 : -EINVAL);
}

static void
run_set_config(const struct words *words)
{
	struct guest_connector *found = connector(words);
	unsigned x, y, width, height;
	pair(words, 4, &x, &y);
	pair(words, 5, &width, &height);
	if (found)
		reply_status(guest_set_config(found, number(words, 3), x, y, width, height,
					      (unsigned)number(words, 6)));
}

static void
run_config_off(const struct words *words)
{
	struct guest_connector *found = connector(words);
	if (found)
		reply_status(guest_set_config(found, 0, 0, 0, 0, 0, 0));
}

static void
run_flip(const struct words *words)
{
	struct guest_connector *found = connector(words);
	if (!found)
		return;
	int status = guest_flip(found, number(words, 3));
	if (status == 0)
		printf("ok status=0 requested_us=%llu\n", (unsigned long long)found->requested_us);
	else
		reply_status(status);
}

static void
run_animate(const struct words *words)
{
	struct guest_connector *found = connector(words);
	uint64_t cookies[4];
	unsigned buffers = 0;
	for (unsigned i = 4; i < words->count && buffers < 4; i++)
		if (strcmp(words->word[i], "draw") != 0 && !strchr(words->word[i], '='))
			cookies[buffers++] = number(words, i);
	if (found)
		reply_result(guest_animate(found, (unsigned)number(words, 3), option(words, "draw"),
					   (unsigned)option_number(words, "busy", 0), cookies,
					   buffers));
}

static void
run_animation_state(const struct words *words)
{
	struct guest_connector *found = connector(words);
	if (!found)
		return;
	printf("ok running=%d flips=%u\n", found->animation.running, found->animation.shown);
	if (option(words, "stop"))
		found->animation.running = false;
}

static void
run_edid(const struct words *words)
{
	static uint8_t edid[XENDISPL_EDID_MAX_SIZE];
	struct guest_connector *found = connector(words);
	uint32_t size = words->count > 3 ? (uint32_t)number(words, 3) : sizeof edid, got = 0;
	if (!found)
		return;
	if (size > sizeof edid) {
		reply_error("size");
		return;
	}
	int status = guest_get_edid(found, edid, size, &got);
	if (status) {
		reply_status(status);
		return;
	}
	printf("ok status=0 size=%u edid=", got);
	print_hex(edid, got < size ? got : size);
	printf("\n");
}

/* Sends 64 bytes unchanged except for the id, which is the guest's counter. */
static void
send_raw(const struct words *words, bool wait)
{
	struct guest_connector *found = connector(words);
	struct xendispl_req request;
	memset(&request, 0, sizeof request);
	if (!found)
		return;
	parse_hex(words->word[3], (uint8_t *)&request, sizeof request);
	int error = guest_request(found, &request, wait);
	if (error < 0 || !wait) {
		reply_result(error);
		return;
	}
	printf("ok status=%d response=", found->response.status);
	print_hex((const uint8_t *)&found->response, sizeof found->response);
	printf("\n");
}

static void
run_request(const struct words *words)
{
	send_raw(words, true);
}

static void
run_submit(const struct words *words)
{
	send_raw(words, false);
}

static struct guest_pages granted;

static void
run_flood(const struct words *words)
{
	struct guest_connector *found = connector(words);
	struct xendispl_req request;
	memset(&request, 0, sizeof request);
	if (!found)
		return;
	parse_hex(words->word[4], (uint8_t *)&request, sizeof request);
	uint64_t begin = guest_now_ms();
	uint64_t answered = guest_flood(found, &request, number(words, 3));
	printf("ok answered=%llu ms=%llu\n", (unsigned long long)answered,
	       (unsigned long long)(guest_now_ms() - begin));
}

/* Returns the pages named by "req:CONN", "evt:CONN", "dbuf:COOKIE" or "granted"; NULL if there are
 * none, having replied. */
static const struct guest_pages *
area(const struct words *words)
{
	struct guest_device *found = device(words);
	if (!found)
		return NULL;
	const char *name = words->word[2];
	if (strcmp(name, "granted") == 0)
		return &granted;
	const char *colon = strchr(name, ':');
	uint64_t which = colon ? strtoull(colon + 1, NULL, 0) : 0;
	if (strncmp(name, "dbuf:", 5) == 0) {
		struct guest_dbuf *dbuf = guest_dbuf_find(found, which);
		if (dbuf)
			return &dbuf->pages;
	} else if (which < found->connectors && strncmp(name, "req:", 4) == 0) {
		return &found->connector[which].request.page;
	} else if (which < found->connectors && strncmp(name, "evt:", 4) == 0) {
		return &found->connector[which].event.page;
	}
	reply_error("no such pages");
	return NULL;
}

static void
run_poke(const struct words *words)
{
	uint8_t data[4096];
	const struct guest_pages *pages = area(words);
	size_t length = parse_hex(words->word[4], data, sizeof data);
	if (pages)
		reply_result(guest_pages_write(pages, number(words, 3), data, length) ? 0
										      : -EINVAL);
}

static void
run_peek(const struct words *words)
{
	uint8_t data[4096];
	const struct guest_pages *pages = area(words);
	size_t length = number(words, 4);
	if (!pages)
		return;
	if (length > sizeof data || !guest_pages_read(pages, number(words, 3), data, length)) {
		reply_error("out of range");
		return;
	}
	printf("ok data=");
	print_hex(data, length);
	printf("\n");
}

static void
run_notify(const struct words *words)
{
	struct guest_connector *found = connector(words);
	if (!found)
		return;
	guest_notify(strcmp(words->word[3], "evt") == 0 ? &found->event : &found->request);
	printf("ok\n");
}

static void
run_deaf(const struct words *words)
{
	struct guest_device *found = device(words);
	if (!found)
		return;
	found->deaf = number(words, 2);
	guest_device_read_events(found);
	printf("ok\n");
}

static void
run_scribble(const struct words *words)
{
	struct attack_pattern patterns[ATTACK_PATTERNS] = {0};
	const struct guest_pages *pages = area(words);
	for (unsigned i = 0; i < ATTACK_PATTERNS && 4 + i < words->count; i++) {
		struct attack_pattern *pattern = &patterns[i];
		unsigned size;
		pattern->random = sscanf(words->word[4 + i], "random%u", &size) == 1;
		if (pattern->random)
			pattern->size = size < sizeof pattern->bytes ? size : sizeof pattern->bytes;
		else
			pattern->size = parse_hex(words->word[4 + i], pattern->bytes,
						  sizeof pattern->bytes);
	}
	if (pages)
		reply_result(guest_attack_scribble(pages, number(words, 3), patterns,
						   (uint32_t)(own_domid * 7919u)));
}

static void
run_storm(const struct words *words)
{
	struct guest_connector *found = connector(words);
	if (found)
		reply_result(guest_attack_storm(
			strcmp(words->word[3], "evt") == 0 ? &found->event : &found->request));
}

static void
run_attack_end(const struct words *words)
{
	printf("ok rounds=%llu\n", (unsigned long long)guest_attack_end());
}

static void
run_mapped(const struct words *words)
{
	struct guest_device *found = device(words);
	struct guest_dbuf *dbuf = found ? guest_dbuf_find(found, number(words, 2)) : NULL;
	if (dbuf)
		printf("ok mapped=%u pages=%u\n", guest_pages_mapped(&dbuf->pages),
		       dbuf->pages.count);
	else if (found)
		reply_error("no such buffer");
}

/* Grants pages without a device: page i begins with the number i. */
static void
run_grant(const struct words *words)
{
	int error = guest_pages_create(&granted, (uint32_t)number(words, 1), 0,
				       option(words, "readonly"));
	if (error) {
		reply_result(error);
		return;
	}
	printf("ok refs=");
	for (uint32_t i = 0; i < granted.count; i++) {
		memcpy(guest_page(&granted, i), &i, sizeof i);
		printf("%s%u", i ? "," : "", granted.refs[i]);
	}
	printf("\n");
}

static void
run_ungrant(const struct words *words)
{
	printf("ok mapped=%u\n", guest_pages_destroy(&granted));
}

static void
run_xs_read(const struct words *words)
{
	unsigned length;
	char *value = xs_read(store, XBT_NULL, words->word[1], &length);
	if (value)
		printf("ok value=%s\n", value);
	else
		reply_error(strerror(errno));
	free(value);
}

static void
run_xs_write(const struct words *words)
{
	bool written = xs_write(store, XBT_NULL, words->word[1], words->word[2],
				(unsigned)strlen(words->word[2]));
	reply_result(written ? 0 : -errno);
}

/* Writes bytes that no word can hold. */
static void
run_xs_hex(const struct words *words)
{
	uint8_t value[4096];
	size_t length = parse_hex(words->word[2], value, sizeof value);
	bool written = xs_write(store, XBT_NULL, words->word[1], value, (unsigned)length);
	reply_result(written ? 0 : -errno);
}

static void
run_xs_flood(const struct words *words)
{
	uint64_t count = number(words, 2), written = 0;
	unsigned values = words->count - 3;
	for (uint64_t i = 0; i < count; i++) {
		const char *value = words->word[3 + i % values];
		written +=
			xs_write(store, XBT_NULL, words->word[1], value, (unsigned)strlen(value));
	}
	printf("ok written=%llu\n", (unsigned long long)written);
}

static void
run_xs_rm(const struct words *words)
{
	reply_result(xs_rm(store, XBT_NULL, words->word[1]) ? 0 : -errno);
}

/* Connects the first device and makes two framebuffers for each connector, 1+10n and 2+10n. */
static struct guest_device *
set_up_screens(uint32_t fourcc)
{
	static const struct guest_dbuf_options plain = {.claimed_size = -1};
	struct guest_device *found = guest_device_get(0);
	int error = found ? guest_device_connect(found, false) : -ENODEV;
	for (unsigned i = 0; !error && i < 2 * found->connectors; i++) {
		struct guest_connector *screen = &found->connector[i / 2];
		uint64_t cookie = 1 + i % 2 + 10 * (i / 2);
		error = guest_dbuf_create(found, cookie, screen->width, screen->height,
					  pattern_bpp(fourcc), &plain);
		error = error ? error
			      : guest_fb_attach(found, cookie, cookie, screen->width,
						screen->height, fourcc);
		if (!error)
			guest_fb_fill(guest_fb_find(found, cookie), own_domid + i);
	}
	for (unsigned i = 0; !error && i < found->connectors; i++)
		error = guest_set_config(&found->connector[i], 1 + 10 * i, 0, 0,
					 found->connector[i].width, found->connector[i].height,
					 pattern_bpp(fourcc));
	if (!error)
		return found;
	reply_error(strerror(-error));
	return NULL;
}

static void
run_picture(const struct words *words)
{
	if (set_up_screens(format_word(words, 1)))
		printf("ok\n");
}

static void
run_animation(const struct words *words)
{
	struct guest_device *found = set_up_screens(format_word(words, 1));
	if (!found)
		return;
	for (unsigned i = 0; i < found->connectors; i++) {
		uint64_t cookies[2] = {1 + 10 * i, 2 + 10 * i};
		guest_animate(&found->connector[i], 0, true, 0, cookies, 2);
	}
	printf("ok\n");
}

static void
run_kbd(const struct words *words)
{
	guest_input_command(words->count - 1, words->word + 1);
}

static void
run_die(const struct words *words)
{
	machine_domain_destroy(machine_get(), own_domid);
	_exit(0);
}

static void
run_quit(const struct words *words)
{
	exit(0);
}

static void
run_help(const struct words *words);

#define AREAS "req:CONN|evt:CONN|dbuf:COOKIE|granted"

static const struct command commands[] = {
	{"connect", 1, "DEV [auto] [publish] [version=N]", run_connect},
	{"follow", 2, "DEV 0|1 [now]", run_follow},
	{"close", 1, "DEV", run_close},
	{"forget", 1, "DEV", run_forget},
	{"state", 2, "DEV STATE", run_state},
	{"wait-backend", 2, "DEV STATE [MS]", run_wait_backend},
	{"dbuf-create", 4,
	 "DEV DBUF WxH BPP [ofs=N] [zero-geometry] [readonly] [size=N] [flags=N] "
	 "[directory=short|zero|stale|loop]",
	 run_dbuf_create},
	{"dbuf-destroy", 2, "DEV DBUF", run_dbuf_destroy},
	{"fb-attach", 4, "DEV DBUF FB WxH [FORMAT]", run_fb_attach},
	{"fb-detach", 2, "DEV FB", run_fb_detach},
	{"fill", 3, "DEV FB PICTURE", run_fill},
	{"set-config", 6, "DEV CONN FB X,Y WxH BPP", run_set_config},
	{"config-off", 2, "DEV CONN", run_config_off},
	{"flip", 3, "DEV CONN FB", run_flip},
	{"animate", 4, "DEV CONN COUNT|0 FB... [draw] [busy=MS]", run_animate},
	{"animation", 2, "DEV CONN [stop]", run_animation_state},
	{"edid", 2, "DEV CONN [SIZE]", run_edid},
	{"request", 3, "DEV CONN HEX", run_request},
	{"submit", 3, "DEV CONN HEX", run_submit},
	{"flood", 4, "DEV CONN COUNT HEX", run_flood},
	{"poke", 4, "DEV " AREAS " OFFSET HEX", run_poke},
	{"peek", 4, "DEV " AREAS " OFFSET LENGTH", run_peek},
	{"scribble", 4, "DEV " AREAS " OFFSET HEX|randomN...", run_scribble},
	{"storm", 3, "DEV CONN req|evt", run_storm},
	{"attack-end", 0, "", run_attack_end},
	{"notify", 3, "DEV CONN req|evt", run_notify},
	{"deaf", 2, "DEV 0|1", run_deaf},
	{"mapped", 2, "DEV DBUF", run_mapped},
	{"grant", 1, "PAGES [readonly]", run_grant},
	{"ungrant", 0, "", run_ungrant},
	{"kbd", 2, GUEST_INPUT_COMMANDS, run_kbd},
	{"xs-read", 1, "PATH", run_xs_read},
	{"xs-write", 2, "PATH VALUE", run_xs_write},
	{"xs-hex", 2, "PATH HEX", run_xs_hex},
	{"xs-flood", 3, "PATH COUNT VALUE...", run_xs_flood},
	{"xs-rm", 1, "PATH", run_xs_rm},
	{"show-picture", 0, "[FORMAT]", run_picture},
	{"show-animation", 0, "[FORMAT]", run_animation},
	{"die", 0, "", run_die},
	{"quit", 0, "", run_quit},
	{"help", 0, "", run_help},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void
run_help(const struct words *words)
{
	for (size_t i = 0; i < COMMANDS; i++)
		printf("event help %s %s\n", commands[i].name, commands[i].arguments);
	printf("ok\n");
}

static void
run_words(const struct words *words)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(words->word[0], commands[i].name) != 0)
			continue;
		if (words->count - 1 < commands[i].least)
			reply_error(commands[i].arguments);
		else
			commands[i].run(words);
		return;
	}
	reply_error("unknown command");
}

void
guest_command(char *line)
{
	struct words words = {.count = 0};
	char *rest;
	for (char *word = strtok_r(line, " \t\r\n", &rest); word && words.count < MAX_WORDS;
	     word = strtok_r(NULL, " \t\r\n", &rest))
		words.word[words.count++] = word;
	if (words.count > 0)
		run_words(&words);
	fflush(stdout);
}
