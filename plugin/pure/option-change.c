/* SPDX-License-Identifier: MIT */
/* See option-change.h. */
#include "pure/option-change.h"

#include "pure/option-table.h"

#include <string.h>

static size_t
size_of(const struct option_entry *entry)
{
	if (option_is_text(entry->kind))
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
	if (!option_is_text(entry->kind))
		return memcmp(old, new, size_of(entry)) == 0;
	const char *old_text, *new_text;
	memcpy(&old_text, old, sizeof(old_text));
	memcpy(&new_text, new, sizeof(new_text));
	return old_text && new_text ? strcmp(old_text, new_text) == 0 : old_text == new_text;
}

/* Whether the key differs between two rules at the same position. */
static bool
differs(const struct option_entry *entry, const struct options *before, const struct options *after)
{
	const struct option_rule *old = before->rules[entry->section].first;
	const struct option_rule *new = after->rules[entry->section].first;

	if (entry->section == SECTION_MODULE)
		return !is_same(entry, &before->module, &after->module);
	for (; old && new; old = old->next, new = new->next)
		if (!is_same(entry, old, new))
			return true;
	return false;
}

static size_t
count(const struct option_rules *rules)
{
	size_t count = 0;

	for (const struct option_rule *rule = rules->first; rule; rule = rule->next)
		count++;
	return count;
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

		if (!differs(entry, before, after))
			continue;
		handle(data, option_section_names[entry->section], entry->key, entry->effect);
		found++;
	}
	for (enum option_section section = SECTION_GUEST; section <= SECTION_CONNECTOR; section++) {
		if (count(&before->rules[section]) == count(&after->rules[section]))
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

		if (entry->section != SECTION_MODULE || entry->effect != EFFECT_RESTART)
			continue;
		memcpy(between, old, size_of(entry));
		memcpy(old, new, size_of(entry));
		memcpy(new, between, size_of(entry));
	}
}
