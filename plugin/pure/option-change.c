/* SPDX-License-Identifier: MIT */
/* See option-change.h. */
#include "pure/option-change.h"

#include "pure/option-table.h"

#include <string.h>

static bool
is_text(const struct option_entry *entry)
{
	return entry->kind == KIND_STRING || entry->kind == KIND_UUID ||
	       entry->kind == KIND_ALLOCATOR;
}

static size_t
size_of(const struct option_entry *entry)
{
	if (is_text(entry))
		return sizeof(char *);
	if (entry->kind == KIND_BOOL)
		return sizeof(bool);
	return entry->kind == KIND_SHORTCUT ? sizeof(struct shortcut) : sizeof(uint32_t);
}

static bool
is_same(const struct option_entry *entry, const void *before, const void *after)
{
	const char *old = (const char *)before + entry->offset;
	const char *new = (const char *)after + entry->offset;

	if (entry->given != 0 &&
	    *((const bool *)before + entry->given) != *((const bool *)after + entry->given))
		return false;
	if (!is_text(entry))
		return memcmp(old, new, size_of(entry)) == 0;
	const char *old_text, *new_text;
	memcpy(&old_text, old, sizeof(old_text));
	memcpy(&new_text, new, sizeof(new_text));
	return old_text && new_text ? strcmp(old_text, new_text) == 0 : old_text == new_text;
}

static enum option_effect
effect_of(const struct option_entry *entry)
{
	static const char *const now[] = {
		"flip-deadline", "resample-rate",  "hidden-after", "hidden-rate",
		"grab-key",      "fullscreen-key", "status-card",
	};

	/* The frame of a window is made with it. */
	if (strcmp(entry->key, "frame") == 0 || strcmp(entry->key, "color") == 0)
		return EFFECT_CONNECT;
	if (entry->section == SECTION_CONNECTOR)
		return EFFECT_NOW;
	if (entry->section == SECTION_GUEST)
		return strcmp(entry->key, "keep-picture") == 0 ? EFFECT_NOW : EFFECT_BUFFERS;
	for (size_t i = 0; i < sizeof(now) / sizeof(now[0]); i++)
		if (strcmp(entry->key, now[i]) == 0)
			return EFFECT_NOW;
	return EFFECT_RESTART;
}

/* Two rules of a kind, by their place among the rules. */
struct pair {
	const void *before, *after; /* NULL: there are no more */
};

static struct pair
first_pair(const struct options *before, const struct options *after, enum option_section section)
{
	switch (section) {
	case SECTION_MODULE:
		return (struct pair){&before->module, &after->module};
	case SECTION_GUEST:
		return (struct pair){before->guests, after->guests};
	case SECTION_CONNECTOR:
		return (struct pair){before->connectors, after->connectors};
	case SECTION_NONE:
		break;
	}
	return (struct pair){NULL, NULL};
}

static struct pair
next_pair(struct pair pair, enum option_section section)
{
	const struct guest_rule *old_guest = pair.before, *new_guest = pair.after;
	const struct connector_rule *old_rule = pair.before, *new_rule = pair.after;

	if (section == SECTION_GUEST)
		return (struct pair){old_guest->next, new_guest->next};
	if (section == SECTION_CONNECTOR)
		return (struct pair){old_rule->next, new_rule->next};
	return (struct pair){NULL, NULL};
}

/* Whether the key differs in any pair of rules. */
static bool
differs(const struct option_entry *entry, struct pair pair)
{
	for (; pair.before && pair.after; pair = next_pair(pair, entry->section))
		if (!is_same(entry, pair.before, pair.after))
			return true;
	return false;
}

static bool
has_other_count(struct pair pair, enum option_section section)
{
	while (pair.before && pair.after)
		pair = next_pair(pair, section);
	return pair.before || pair.after;
}

size_t
options_list_changes(const struct options *before, const struct options *after,
		     void (*handle)(void *data, const char *section, const char *key,
				    enum option_effect effect),
		     void *data)
{
	size_t found = 0;

	for (size_t i = 0; i < option_table_size; i++) {
		const struct option_entry *entry = &option_table[i];

		if (!differs(entry, first_pair(before, after, entry->section)))
			continue;
		handle(data, option_section_names[entry->section], entry->key, effect_of(entry));
		found++;
	}
	for (enum option_section section = SECTION_GUEST; section <= SECTION_CONNECTOR; section++) {
		if (!has_other_count(first_pair(before, after, section), section))
			continue;
		handle(data, option_section_names[section], "",
		       section == SECTION_GUEST ? EFFECT_BUFFERS : EFFECT_NOW);
		found++;
	}
	return found;
}

void
options_keep_fixed(struct options *before, struct options *after)
{
	for (size_t i = 0; i < option_table_size; i++) {
		const struct option_entry *entry = &option_table[i];
		char *old = (char *)&before->module + entry->offset;
		char *new = (char *)&after->module + entry->offset;
		char between[sizeof(struct shortcut) + sizeof(uint64_t)];

		if (entry->section != SECTION_MODULE || effect_of(entry) != EFFECT_RESTART)
			continue;
		memcpy(between, old, size_of(entry));
		memcpy(old, new, size_of(entry));
		memcpy(new, between, size_of(entry));
	}
}
