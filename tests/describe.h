/* SPDX-License-Identifier: MIT */
/* A key of weston.ini, described for documentation. */
#pragma once

#include "pure/option-table.h"

struct option_description {
	const char *section;
	const char *key;
	char value[48];   /* the default as written in weston.ini; "" = no value */
	char allowed[96]; /* such as "20 to 2000" or "true or false" */
	const char *unit; /* "" = none */
	const char *help;
};

/* The index-th key of all sections; false beyond the last. */
static inline bool
options_describe(size_t index, struct option_description *out)
{
	struct sentence value = {.text = out->value, .size = sizeof(out->value)};
	struct sentence allowed = {.text = out->allowed, .size = sizeof(out->allowed)};

	if (index >= option_table_size)
		return false;
	const struct option_entry *entry = &option_table[index];

	*out = (struct option_description){
		.section = option_section_names[entry->section],
		.key = entry->key,
		.unit = entry->unit,
		.help = entry->help,
	};
	sentence_say(&value, "%s", entry->value);
	sentence_say_allowed(&allowed, entry);
	return true;
}
