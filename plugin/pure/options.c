/* SPDX-License-Identifier: MIT */
/*
 * The rules of weston.ini for guests and connectors: checked, stored and looked up. Called by
 * option-text.c, and by everyone who needs a rule later. Knows nothing of outputs. The host's owner
 * wrote all of it, so the checks only help the owner: the first error does not stop the rest.
 */
#include "pure/options.h"

#include "base/decimal.h"
#include "pure/option-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Decimal digits, optionally after a minus sign; nothing else. */
static bool
parse_integer(const char *text, int64_t minimum, int64_t maximum, int64_t *value)
{
	bool negative = *text == '-';
	uint32_t magnitude;
	const char *end = decimal_read(negative ? text + 1 : text, UINT32_MAX, &magnitude);

	if (!end || *end != '\0')
		return false;
	*value = negative ? -(int64_t)magnitude : magnitude;
	return *value >= minimum && *value <= maximum;
}

static bool
parse_bool(const char *text, bool *value)
{
	*value = strcmp(text, "true") == 0;
	return *value || strcmp(text, "false") == 0;
}

static bool
parse_word(const char *text, const char *const *words, unsigned *value)
{
	for (*value = 0; words[*value]; ++*value)
		if (strcmp(text, words[*value]) == 0)
			return true;
	return false;
}

/* As "#3366cc". */
static bool
parse_color(const char *text, uint32_t *value)
{
	if (text[0] != '#' || strlen(text + 1) != 6 ||
	    strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	*value = (uint32_t)strtoul(text + 1, NULL, 16);
	return true;
}

/* Whether the path names a device in the folder itself, not in a subfolder. */
static bool
is_in_folder(const char *path, const char *folder)
{
	size_t size = strlen(folder);

	return strncmp(path, folder, size) == 0 && path[size] != '\0' && !strchr(path + size, '/');
}

static bool
is_uuid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		if (shape[i] == '-' ? text[i] != '-' : !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	}
	return true;
}

static int
store_string(char **member, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*member);
	*member = copy;
	return 0;
}

static int
store_integer(const struct option_entry *entry, char *member, const char *value)
{
	int64_t number;

	if (entry->kind == KIND_INDEX && strcmp(value, "*") == 0)
		number = OPTION_ANY_INDEX;
	else if (!parse_integer(value, entry->minimum, entry->maximum, &number))
		return -EINVAL;

	/* int32_t and uint32_t of the same non-negative number have the same bytes. */
	int32_t narrow = (int32_t)number;
	memcpy(member, &narrow, sizeof(narrow));
	return 0;
}

static int
store_value(const struct option_entry *entry, char *base, const char *value)
{
	char *member = base + entry->offset;
	struct shortcut shortcut;
	uint32_t color;
	unsigned word;
	bool truth;

	_Static_assert(sizeof(word) == sizeof(enum fit) &&
			       sizeof(word) == sizeof(enum dmabuf_mode) &&
			       sizeof(word) == sizeof(enum input_rule) &&
			       sizeof(word) == sizeof(enum control_mode) &&
			       sizeof(word) == sizeof(enum show_as) &&
			       sizeof(word) == sizeof(enum frame_rule) &&
			       sizeof(word) == sizeof(enum close_rule),
		       "enums are stored as their number");

	switch (entry->kind) {
	case KIND_BOOL:
		if (!parse_bool(value, &truth))
			return -EINVAL;
		memcpy(member, &truth, sizeof(truth));
		return 0;
	case KIND_FIT:
	case KIND_DMABUF:
	case KIND_INPUT:
	case KIND_CONTROL:
	case KIND_SHOW_AS:
	case KIND_FRAME:
	case KIND_CLOSE:
		if (!parse_word(value, option_words(entry->kind), &word))
			return -EINVAL;
		memcpy(member, &word, sizeof(word));
		return 0;
	case KIND_SHORTCUT:
		if (!shortcut_parse(value, &shortcut))
			return -EINVAL;
		memcpy(member, &shortcut, sizeof(shortcut));
		return 0;
	case KIND_COLOR:
		if (!parse_color(value, &color))
			return -EINVAL;
		memcpy(member, &color, sizeof(color));
		return 0;
	case KIND_STRING:
		if (*value == '\0' || strlen(value) > (size_t)entry->maximum)
			return -EINVAL;
		return store_string((char **)(void *)member, value);
	case KIND_UUID:
		return is_uuid(value) ? store_string((char **)(void *)member, value) : -EINVAL;
	case KIND_ALLOCATOR:
		if (!is_in_folder(value, OPTION_HEAP_FOLDER) &&
		    !is_in_folder(value, OPTION_DRM_FOLDER))
			return -EINVAL;
		return store_string((char **)(void *)member, value);
	case KIND_UINT:
	case KIND_INT:
	case KIND_INDEX:
		return store_integer(entry, member, value);
	}
	return -EINVAL;
}

static int
store_entry(const struct option_entry *entry, void *base, const char *value)
{
	int result = store_value(entry, base, value);

	if (result == 0 && entry->given != 0)
		*((bool *)base + entry->given) = true;
	return result;
}

static int
store_defaults(enum option_section section, void *base)
{
	for (size_t i = 0; i < option_table_size; i++) {
		if (option_table[i].section != section || *option_table[i].value == '\0')
			continue;
		int result = store_value(&option_table[i], base, option_table[i].value);
		if (result < 0)
			return result;
	}
	return 0;
}

/* Sections come in any order, so a rule may precede the rate that it inherits. */
static void
inherit_resample_rate(struct options *options)
{
	struct option_rules *rules = &options->rules[SECTION_CONNECTOR];

	rules->standard.options.resample_rate_hz = options->module.resample_rate_hz;
	for (struct option_rule *rule = rules->first; rule; rule = rule->next)
		if (!rule->has_resample_rate)
			rule->options.resample_rate_hz = options->module.resample_rate_hz;
}

static void
free_texts(enum option_section section, void *base)
{
	for (size_t i = 0; i < option_table_size; i++) {
		const struct option_entry *entry = &option_table[i];

		if (entry->section == section && option_is_text(entry->kind))
			free(*(char **)(void *)((char *)base + entry->offset));
	}
}

struct options *
options_create(void)
{
	struct options *options = calloc(1, sizeof(*options));

	if (!options)
		return NULL;
	options->section = SECTION_NONE;
	int ret = store_defaults(SECTION_MODULE, &options->module);
	for (enum option_section i = SECTION_GUEST; ret == 0 && i < SECTION_NONE; i++) {
		options->rules[i].end = &options->rules[i].first;
		ret = store_defaults(i, &options->rules[i].standard);
	}
	if (ret < 0) {
		options_destroy(options);
		return NULL;
	}
	inherit_resample_rate(options);
	return options;
}

void
options_destroy(struct options *options)
{
	if (!options)
		return;
	for (enum option_section i = SECTION_GUEST; i < SECTION_NONE; i++) {
		struct option_rule *rule = options->rules[i].first, *next;

		for (; rule; rule = next) {
			next = rule->next;
			free_texts(i, rule);
			free(rule);
		}
		free_texts(i, &options->rules[i].standard);
	}
	free_texts(SECTION_MODULE, &options->module);
	free(options);
}

static int
add_rule(struct options *options, enum option_section section)
{
	struct option_rules *rules = &options->rules[section];
	struct option_rule *rule = calloc(1, sizeof(*rule));

	if (!rule)
		return -ENOMEM;
	if (store_defaults(section, rule) < 0) {
		free_texts(section, rule);
		free(rule);
		return -ENOMEM;
	}
	rule->options.resample_rate_hz = options->module.resample_rate_hz;
	options->rule = rule;
	*rules->end = rule;
	rules->end = &rule->next;
	return 0;
}

int
options_begin_section(struct options *options, const char *section)
{
	enum option_section wanted = option_find_section(section, strlen(section));

	options->section = SECTION_NONE;
	if (wanted == SECTION_NONE)
		return -ENOENT;
	int result = wanted == SECTION_MODULE ? 0 : add_rule(options, wanted);
	if (result == 0)
		options->section = wanted;
	return result;
}

static void
say_refusal(struct sentence *sentence, enum option_section section, const char *key,
	    const char *value, int result)
{
	const struct option_entry *entry = option_find_entry(section, key);

	if (section == SECTION_NONE) {
		sentence_say(sentence, "key \"");
		sentence_say_quoted(sentence, key, strlen(key));
		sentence_say(sentence, "\" is not in a section of this module");
		return;
	}
	if (result == -ENOENT) {
		sentence_say_unknown_key(sentence, section, key, strlen(key));
		return;
	}
	sentence_say(sentence, "[%s] %s=", option_section_names[section], key);
	sentence_say_quoted(sentence, value, strlen(value));
	sentence_say(sentence, result == -ENOMEM ? ": out of memory" : ": allowed is ");
	if (result == -ENOMEM)
		return;
	sentence_say_allowed(sentence, entry);
	const char *hint = option_literal_hint(value);
	if (hint)
		sentence_say(sentence, "; %s", hint);
}

int
options_set(struct options *options, const char *key, const char *value, char *error, size_t size)
{
	const struct option_entry *entry = option_find_entry(options->section, key);
	bool is_rule = options->section != SECTION_MODULE;
	void *base = is_rule ? (void *)options->rule : &options->module;
	int result = entry ? store_entry(entry, base, value) : -ENOENT;

	if (result == 0) {
		inherit_resample_rate(options);
	} else {
		struct sentence sentence = {.text = error, .size = size};

		say_refusal(&sentence, options->section, key, value, result);
	}
	return result;
}

const struct module_options *
options_module(const struct options *options)
{
	return &options->module;
}

static bool
matches_name(const char *pattern, const char *name)
{
	return option_is_any(pattern) || (name && strcmp(pattern, name) == 0);
}

static bool
matches_uuid(const char *pattern, const char *uuid)
{
	return option_is_any(pattern) || (uuid && strcasecmp(pattern, uuid) == 0);
}

static bool
matches_index(int32_t pattern, unsigned index)
{
	return pattern == OPTION_ANY_INDEX || (unsigned)pattern == index;
}

const struct guest_options *
options_find_guest(const struct options *options, const char *name, const char *uuid)
{
	const struct option_rules *rules = &options->rules[SECTION_GUEST];

	for (const struct option_rule *rule = rules->first; rule; rule = rule->next)
		if (matches_name(rule->name, name) && matches_uuid(rule->uuid, uuid))
			return &rule->guest;
	return &rules->standard.guest;
}

/* A rule with an id matches any number for the keys device and connector that it does not give. */
static bool
matches_connector(const struct option_rule *rule, const char *id, unsigned devid,
		  unsigned connector)
{
	if (rule->id && strcmp(rule->id, id) != 0)
		return false;
	return (matches_index(rule->device, devid) || (rule->id && !rule->has_device)) &&
	       (matches_index(rule->connector, connector) || (rule->id && !rule->has_connector));
}

const struct connector_options *
options_find_connector(const struct options *options, const char *name, const char *uuid,
		       const char *id, unsigned devid, unsigned connector)
{
	const struct option_rules *rules = &options->rules[SECTION_CONNECTOR];

	for (const struct option_rule *rule = rules->first; rule; rule = rule->next) {
		if ((matches_name(rule->name, name) || matches_uuid(rule->name, uuid)) &&
		    matches_connector(rule, id, devid, connector))
			return &rule->options;
	}
	return &rules->standard.options;
}

bool
options_is_rule(const struct options *options, const struct connector_options *found)
{
	return found != &options->rules[SECTION_CONNECTOR].standard.options;
}

const char *
options_find_excess(const struct connector_options *options, int32_t *minimum, int32_t *maximum)
{
	const struct option_rule rule = {.options = *options};

	for (size_t i = 0; i < option_table_size; i++) {
		const struct option_entry *entry = &option_table[i];
		int32_t value;

		if (entry->section != SECTION_CONNECTOR || entry->kind != KIND_INT)
			continue;
		memcpy(&value, (const char *)&rule + entry->offset, sizeof(value));
		if (value >= entry->minimum && value <= entry->maximum)
			continue;
		*minimum = entry->minimum;
		*maximum = entry->maximum;
		return entry->key;
	}
	return NULL;
}

bool
options_is_window(const struct connector_options *options, enum shell shell)
{
	bool has_place = options->output || options->has_x || options->has_y ||
			 options->width > 0 || options->height > 0;

	if (shell == SHELL_IVI)
		return options->show_as == SHOW_AS_IVI && options->ivi_id > 0;
	if (shell != SHELL_DESKTOP && shell != SHELL_OTHER)
		return false;
	if (options->show_as == SHOW_AS_AUTO)
		return shell == SHELL_DESKTOP && !has_place;
	return options->show_as == SHOW_AS_WINDOW;
}
