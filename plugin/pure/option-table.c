/* SPDX-License-Identifier: MIT */
/*
 * The table of keys of weston.ini, and the messages that follow from it. HACKING.md tells what else
 * a new key needs.
 */
#include "pure/option-table.h"

#include "base/base.h"
#include "pure/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_SHOWN_BYTES 64

const char *const option_section_names[] = {
	[SECTION_MODULE] = "xen-display",
	[SECTION_GUEST] = "xen-guest",
	[SECTION_CONNECTOR] = "xen-connector",
};

#define IN_MODULE(member) offsetof(struct module_options, member)
#define IN_RULE(member) offsetof(struct option_rule, member)

#define LIMIT(key, member, minimum, maximum, value, help)                                          \
	{                                                                                          \
		SECTION_MODULE, key, EFFECT_RESTART, KIND_UINT, IN_MODULE(limits.member), 0,       \
			minimum, maximum, value, "", help                                          \
	}
#define ANY_PAGES 16777216

/* Section, key, when a change takes effect, kind, where it is stored, where it is noted that it was
 * given, minimum and maximum, default, unit, help (the same as in weston.ini.example). */
const struct option_entry option_table[] = {
	{SECTION_MODULE, "require-xen", EFFECT_RESTART, KIND_BOOL, IN_MODULE(require_xen), 0, 0, 0,
	 "false", "", "refuse to start on a host without Xen"},
	{SECTION_MODULE, "flip-deadline", EFFECT_NOW, KIND_UINT, IN_MODULE(flip_deadline_ms), 0, 50,
	 2000, "300", "ms",
	 "complete a flip after this long even if its frame was never presented"},
	{SECTION_MODULE, "resample-rate", EFFECT_NOW, KIND_UINT, IN_MODULE(resample_rate_hz), 0, 0,
	 240, "10", "Hz",
	 "how often to re-read a screen whose guest draws without flipping; 0 = never"},
	{SECTION_MODULE, "hidden-after", EFFECT_NOW, KIND_UINT, IN_MODULE(hidden_after_ms), 0, 0,
	 3600000, "5000", "ms",
	 "how long a guest's screen must be invisible before its flips are slowed down"},
	{SECTION_MODULE, "hidden-rate", EFFECT_NOW, KIND_UINT, IN_MODULE(hidden_rate_hz), 0, 1, 240,
	 "10", "Hz",
	 "flip rate of a screen invisible for hidden-after; flip-deadline still applies"},
	{SECTION_MODULE, "dmabuf", EFFECT_RESTART, KIND_DMABUF, IN_MODULE(dmabuf), 0, 0, 0, "auto",
	 "", "whether Weston gets guests' buffers as dma-bufs; auto = if its renderer uses a GPU"},
	{SECTION_MODULE, "allocator", EFFECT_RESTART, KIND_ALLOCATOR, IN_MODULE(allocator), 0, 0, 0,
	 "/dev/dma_heap/system", "",
	 "where be-alloc buffers come from: a dma-heap or a DRM device"},
	{SECTION_MODULE, "grab-key", EFFECT_NOW, KIND_SHORTCUT, IN_MODULE(grab_key), 0, 0, 0,
	 "ctrl+alt+g", "",
	 "grabs all keys and the pointer for the guest that has the focus, or ends the grab"},
	{SECTION_MODULE, "fullscreen-key", EFFECT_NOW, KIND_SHORTCUT, IN_MODULE(fullscreen_key), 0,
	 0, 0, "ctrl+alt+f", "",
	 "shows the screen that has the focus over its whole output, or back in its place"},
	{SECTION_MODULE, "control", EFFECT_RESTART, KIND_CONTROL, IN_MODULE(control), 0, 0, 0,
	 "full", "", "what xen-displayctl may do when run by Weston's user or by root"},
	{SECTION_MODULE, "control-group", EFFECT_RESTART, KIND_STRING, IN_MODULE(control_group), 0,
	 1, OPTION_MAX_STRING_BYTES, "", "",
	 "a group whose members may run xen-displayctl, too; absent = none, see below"},
	{SECTION_MODULE, "control-capture", EFFECT_RESTART, KIND_BOOL, IN_MODULE(control_capture),
	 0, 0, 0, "false", "", "whether xen-displayctl may take pictures of guests' screens"},
	{SECTION_MODULE, "status-card", EFFECT_NOW, KIND_BOOL, IN_MODULE(status_card), 0, 0, 0,
	 "true", "",
	 "whether a card explains why a screen shows nothing, or nothing new, see below"},
	{SECTION_MODULE, "natural-size-key", EFFECT_NOW, KIND_SHORTCUT, IN_MODULE(natural_size_key),
	 0, 0, 0, "ctrl+alt+0", "",
	 "resizes the window that has the focus to one guest pixel per output pixel"},

	{SECTION_GUEST, "name", EFFECT_BUFFERS, KIND_STRING, IN_RULE(name), 0, 1,
	 OPTION_MAX_STRING_BYTES, "*", "", "the guest's name as in its xl config; * = any"},
	{SECTION_GUEST, "uuid", EFFECT_BUFFERS, KIND_UUID, IN_RULE(uuid), 0, 0, 0, "", "",
	 "the guest's UUID; absent = any"},
	{SECTION_GUEST, "alpha", EFFECT_BUFFERS, KIND_BOOL, IN_RULE(guest.alpha), 0, 0, 0, "false",
	 "", "whether ARGB pictures are transparent, and show what is behind them"},
	{SECTION_GUEST, "be-alloc", EFFECT_BUFFERS, KIND_BOOL, IN_RULE(guest.be_alloc), 0, 0, 0,
	 "false", "",
	 "whether it may request buffers in this domain's memory; for trusted guests only"},
	{SECTION_GUEST, "keep-picture", EFFECT_NOW, KIND_BOOL, IN_RULE(guest.keep_picture), 0, 0, 0,
	 "false", "",
	 "whether to keep the guest's last picture after it shuts down, until it starts again"},
	{SECTION_GUEST, "color", EFFECT_CONNECT, KIND_COLOR, IN_RULE(guest.color),
	 IN_RULE(guest.has_color), 0, 0, "", "",
	 "the color of its windows' frames; absent = derived from its UUID"},

	{SECTION_CONNECTOR, "guest", EFFECT_NOW, KIND_STRING, IN_RULE(name), 0, 1,
	 OPTION_MAX_STRING_BYTES, "*", "", "the guest's name or UUID; * = any"},
	{SECTION_CONNECTOR, "id", EFFECT_NOW, KIND_STRING, IN_RULE(id), 0, 1, OPTION_MAX_ID_BYTES,
	 "", "", "the connector's id as in the guest's xl config; absent = any"},
	{SECTION_CONNECTOR, "device", EFFECT_NOW, KIND_INDEX, IN_RULE(device), IN_RULE(has_device),
	 0, 65535, "0", "",
	 "number of the guest's vdispl device; * = any, which is the default with id="},
	{SECTION_CONNECTOR, "connector", EFFECT_NOW, KIND_INDEX, IN_RULE(connector),
	 IN_RULE(has_connector), 0, 255, "0", "",
	 "number of the connector in that device; * = any, which is the default with id="},
	{SECTION_CONNECTOR, "output", EFFECT_NOW, KIND_STRING, IN_RULE(options.output), 0, 1,
	 OPTION_MAX_STRING_BYTES, "", "",
	 "Weston's name of the output; absent = any free one, see below"},
	{SECTION_CONNECTOR, "fit", EFFECT_NOW, KIND_FIT, IN_RULE(options.fit), 0, 0, 0, "fit", "",
	 "how the picture fills its rectangle, see below"},
	{SECTION_CONNECTOR, "x", EFFECT_NOW, KIND_INT, IN_RULE(options.x), IN_RULE(options.has_x),
	 -65536, 65536, "", "logical pixels",
	 "left edge of the rectangle on the output; absent = 0"},
	{SECTION_CONNECTOR, "y", EFFECT_NOW, KIND_INT, IN_RULE(options.y), IN_RULE(options.has_y),
	 -65536, 65536, "", "logical pixels",
	 "top edge of the rectangle on the output; absent = 0"},
	{SECTION_CONNECTOR, "width", EFFECT_NOW, KIND_INT, IN_RULE(options.width), 0, 0, 65536, "0",
	 "logical pixels", "width of the rectangle; 0 = up to the output's right edge"},
	{SECTION_CONNECTOR, "height", EFFECT_NOW, KIND_INT, IN_RULE(options.height), 0, 0, 65536,
	 "0", "logical pixels", "height of the rectangle; 0 = up to the output's bottom edge"},
	{SECTION_CONNECTOR, "z", EFFECT_NOW, KIND_INT, IN_RULE(options.z), 0, -1000000, 1000000,
	 "0", "", "order of screens that overlap: higher is in front; if equal, see below"},
	{SECTION_CONNECTOR, "resample-rate", EFFECT_NOW, KIND_UINT,
	 IN_RULE(options.resample_rate_hz), IN_RULE(has_resample_rate), 0, 240, "", "Hz",
	 "overrides [xen-display] for this screen; absent = inherit"},
	{SECTION_CONNECTOR, "input", EFFECT_NOW, KIND_INPUT, IN_RULE(options.input), 0, 0, 0, "all",
	 "", "which input of the desktop reaches the guest through this screen, see below"},
	{SECTION_CONNECTOR, "keep-awake", EFFECT_NOW, KIND_BOOL, IN_RULE(options.keep_awake), 0, 0,
	 0, "false", "", "whether Weston stays awake while this screen changes"},
	{SECTION_CONNECTOR, "show-as", EFFECT_NOW, KIND_SHOW_AS, IN_RULE(options.show_as), 0, 0, 0,
	 "auto", "",
	 "how it is shown: on an output, as a window, or as a surface of ivi-shell, see below"},
	{SECTION_CONNECTOR, "ivi-id", EFFECT_NOW, KIND_UINT, IN_RULE(options.ivi_id), 0, 0,
	 INT32_MAX, "0", "", "the number of its surface in ivi-shell, with show-as=ivi; 0 = none"},
	{SECTION_CONNECTOR, "frame", EFFECT_CONNECT, KIND_FRAME, IN_RULE(options.frame), 0, 0, 0,
	 "full", "", "what is drawn around its window, see below"},
	{SECTION_CONNECTOR, "close", EFFECT_NOW, KIND_CLOSE, IN_RULE(options.close), 0, 0, 0,
	 "hide", "", "what the close button of its window does, see below"},

	/* Limits, in the order of struct limits. */
	LIMIT("max-connectors", connectors, 1, 16, "4", "connectors of one vdispl device"),
	LIMIT("max-buffers", buffers, 1, 4096, "64", "display buffers of one device at a time"),
	LIMIT("max-framebuffers", framebuffers, 1, 4096, "64",
	      "framebuffers of one device at a time"),
	LIMIT("max-buffer-pages", buffer_pages, 1, 65536, "65536", "pages of one display buffer"),
	LIMIT("max-guest-pages", guest_pages, 0, ANY_PAGES, "0",
	      "pages of one guest, mapped or converted; 0 = a third of max-host-pages"),
	LIMIT("max-host-pages", host_pages, 0, ANY_PAGES, "0",
	      "mapped pages of all guests; 0 = 90 % of what Xen allows, or half of this domain's memory"),
	LIMIT("guaranteed-guest-pages", guaranteed_pages, 0, ANY_PAGES, "2048",
	      "pages each guest gets whatever others hold, from a quarter of max-host-pages"),
	LIMIT("max-guest-descriptors", guest_descriptors, 0, 1000000, "0",
	      "descriptors for buffers of one guest; 0 = a quarter of Weston's open-file limit"),
	LIMIT("max-requests-per-second", requests_per_second, 10, 1000000, "1000",
	      "requests of one guest per second; excess requests are delayed, never rejected"),
	LIMIT("max-reconnects-per-minute", reconnects_per_minute, 1, 600, "10",
	      "how often a device may connect per minute before it has to wait"),
	LIMIT("max-log-lines-per-second", log_lines_per_second, 1, 1000, "1",
	      "log lines that one guest can cause per second"),
	LIMIT("max-pages-per-refresh", pages_per_refresh, 256, ANY_PAGES, "16384",
	      "pages of the largest buffer mapped whole; each refresh works on an eighth of it"),
	LIMIT("max-xenstore-value", xenstore_value_bytes, 64, 4096, "4096",
	      "longest xenstore value accepted, in bytes"),
};
const size_t option_table_size = ARRAY_LENGTH(option_table);
_Static_assert(ARRAY_LENGTH(option_table) <= OPTION_MOST_ROWS, "more keys than have a bit");

/* A word's index is its value; the highest one comes last. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const *const words[KIND_ALLOCATOR + 1] = {
	[KIND_FIT] = WORDS([FIT_FIT] = "fit", [FIT_FILL] = "fill", [FIT_CENTER] = "center",
			   [FIT_STRETCH] = "stretch"),
	[KIND_DMABUF] = WORDS([DMABUF_AUTO] = "auto", [DMABUF_NEVER] = "never",
			      [DMABUF_FORCE] = "force", [DMABUF_DIRECT_DISPLAY] = "direct-display"),
	[KIND_INPUT] = WORDS([INPUT_ALL] = "all", [INPUT_ONLY_KEYBOARD] = "keyboard",
			     [INPUT_ONLY_POINTER] = "pointer", [INPUT_NONE] = "none"),
	[KIND_CONTROL] = WORDS([CONTROL_OFF] = "off", [CONTROL_OBSERVE] = "observe",
			       [CONTROL_FULL] = "full"),
	[KIND_SHOW_AS] = WORDS([SHOW_AS_AUTO] = "auto", [SHOW_AS_OUTPUT] = "output",
			       [SHOW_AS_WINDOW] = "window", [SHOW_AS_IVI] = "ivi"),
	[KIND_FRAME] =
		WORDS([FRAME_FULL] = "full", [FRAME_BORDER] = "border", [FRAME_NONE] = "none"),
	[KIND_CLOSE] = WORDS([CLOSE_HIDE] = "hide", [CLOSE_SHUTDOWN] = "shutdown",
			     [CLOSE_NOTHING] = "nothing"),
};

bool
option_is_text(enum option_kind kind)
{
	return kind == KIND_STRING || kind == KIND_UUID || kind == KIND_ALLOCATOR;
}

const char *const *
option_words(enum option_kind kind)
{
	return words[kind];
}

void
sentence_say(struct sentence *sentence, const char *format, ...)
{
	va_list arguments;

	if (sentence->used >= sentence->size)
		return;
	size_t room = sentence->size - sentence->used;
	va_start(arguments, format);
	int length = vsnprintf(sentence->text + sentence->used, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		sentence->used += (size_t)length < room ? (size_t)length : room - 1;
}

void
sentence_say_quoted(struct sentence *sentence, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (i == MAX_SHOWN_BYTES) {
			sentence_say(sentence, "...");
			return;
		}
		sentence_say(sentence, "%c", text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	}
}

enum option_section
option_find_section(const char *name, size_t size)
{
	for (size_t i = 0; i < SECTION_NONE; i++)
		if (strlen(option_section_names[i]) == size &&
		    memcmp(option_section_names[i], name, size) == 0)
			return (enum option_section)i;
	return SECTION_NONE;
}

const struct option_entry *
option_find_entry(enum option_section section, const char *key)
{
	for (size_t i = 0; i < option_table_size; i++)
		if (option_table[i].section == section && strcmp(option_table[i].key, key) == 0)
			return &option_table[i];
	return NULL;
}

void
sentence_say_unknown_key(struct sentence *sentence, enum option_section section, const char *name,
			 size_t size)
{
	const char *separator = "";

	sentence_say(sentence, "[%s] has no key \"", option_section_names[section]);
	sentence_say_quoted(sentence, name, size);
	sentence_say(sentence, "\"; its keys are ");
	for (size_t i = 0; i < option_table_size; i++) {
		if (option_table[i].section != section)
			continue;
		sentence_say(sentence, "%s%s", separator, option_table[i].key);
		separator = ", ";
	}
}

void
sentence_say_allowed(struct sentence *sentence, const struct option_entry *entry)
{
	switch (entry->kind) {
	case KIND_BOOL:
		sentence_say(sentence, "true or false");
		break;
	case KIND_UINT:
	case KIND_INT:
		sentence_say(sentence, "%d to %d", entry->minimum, entry->maximum);
		break;
	case KIND_INDEX:
		sentence_say(sentence, "%d to %d, or *", entry->minimum, entry->maximum);
		break;
	case KIND_FIT:
	case KIND_DMABUF:
	case KIND_INPUT:
	case KIND_CONTROL:
	case KIND_SHOW_AS:
	case KIND_FRAME:
	case KIND_CLOSE:
		for (const char *const *word = words[entry->kind]; *word; word++)
			sentence_say(sentence, "%s%s", word == words[entry->kind] ? "" : ", ",
				     *word);
		break;
	case KIND_SHORTCUT:
		sentence_say(sentence, "%s", SHORTCUT_ALLOWED);
		break;
	case KIND_STRING:
		sentence_say(sentence, "%d to %d bytes", entry->minimum, entry->maximum);
		break;
	case KIND_COLOR:
		sentence_say(sentence, "a color such as #3366cc");
		break;
	case KIND_UUID:
		sentence_say(sentence, "a UUID such as 01234567-89ab-cdef-0123-456789abcdef");
		break;
	case KIND_ALLOCATOR:
		sentence_say(sentence, "a device in %s or %s", OPTION_HEAP_FOLDER,
			     OPTION_DRM_FOLDER);
		break;
	}
}

bool
sentence_say_unknown_section(struct sentence *sentence, const char *name, size_t size)
{
	static const char prefix[] = "xen-";

	if (size < sizeof(prefix) - 1 || memcmp(name, prefix, sizeof(prefix) - 1) != 0 ||
	    option_find_section(name, size) != SECTION_NONE)
		return false;
	sentence_say(sentence, "there is no section [");
	sentence_say_quoted(sentence, name, size);
	sentence_say(sentence, "]; the sections are");
	for (size_t i = 0; i < SECTION_NONE; i++)
		sentence_say(sentence, "%s [%s]", i == 0 ? "" : ",", option_section_names[i]);
	return true;
}
