/* SPDX-License-Identifier: MIT */
/*
 * Warns about rules in weston.ini that are valid but have no effect, or not the intended one.
 * Called by config.c and reload.c; changes nothing.
 */
#include "pure/option-table.h"

#include "base/base.h"
#include "pure/options.h"

#include <string.h>
#include <strings.h>

bool
option_is_any(const char *pattern)
{
	return !pattern || strcmp(pattern, "*") == 0;
}

const char *
option_literal_hint(const char *value)
{
	size_t size = strlen(value);

	if (strstr(value, " #") || strstr(value, "\t#"))
		return "Weston takes all of the line as the value; a comment needs a line of its "
		       "own";
	if (size > 1 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0])
		return "Weston takes the quotes as a part of the value; leave them out";
	return NULL;
}

/* The rule that is checked, and how to report about it. */
struct check {
	options_report_func_t report;
	void *data;
	enum option_section section;
	const struct option_rule *rule; /* in that section, at position `number` */
	unsigned number;
	size_t found;
	char text[OPTION_SENTENCE_BYTES];
	struct sentence sentence;
};

static const char *
name_key(enum option_section section)
{
	return section == SECTION_GUEST ? "name" : "guest";
}

static void
say_pattern(struct sentence *sentence, const char **before, const char *key, const char *pattern)
{
	if (!pattern)
		return;
	sentence_say(sentence, "%s%s=", *before, key);
	sentence_say_quoted(sentence, pattern, strlen(pattern));
	*before = ", ";
}

static void
say_index(struct sentence *sentence, const char **before, const char *key, int32_t index,
	  bool given)
{
	if (!given)
		return;
	if (index == OPTION_ANY_INDEX)
		sentence_say(sentence, "%s%s=*", *before, key);
	else
		sentence_say(sentence, "%s%s=%d", *before, key, index);
	*before = ", ";
}

static void
say_rule(struct sentence *sentence, enum option_section section, const struct option_rule *rule,
	 unsigned number)
{
	const char *before = " (";

	sentence_say(sentence, "[%s] number %u", option_section_names[section], number);
	say_pattern(sentence, &before, name_key(section), rule->name);
	say_pattern(sentence, &before, "uuid", rule->uuid);
	say_pattern(sentence, &before, "id", rule->id);
	say_index(sentence, &before, "device", rule->device, rule->has_device);
	say_index(sentence, &before, "connector", rule->connector, rule->has_connector);
	sentence_say(sentence, ")");
}

/* Starts a sentence about check->rule. */
static struct sentence *
begin(struct check *check)
{
	check->sentence = (struct sentence){.text = check->text, .size = sizeof(check->text)};
	say_rule(&check->sentence, check->section, check->rule, check->number);
	return &check->sentence;
}

static void
end(struct check *check)
{
	check->found++;
	check->report(check->data, check->text);
}

static void
check_value(struct check *check, const char *key, const char *value)
{
	const char *hint = value ? option_literal_hint(value) : NULL;

	if (!hint)
		return;
	sentence_say(begin(check), ": %s=", key);
	sentence_say_quoted(&check->sentence, value, strlen(value));
	sentence_say(&check->sentence, ": %s", hint);
	end(check);
}

static bool
covers_name(const char *pattern, const char *other)
{
	return option_is_any(pattern) || (other && strcmp(pattern, other) == 0);
}

static bool
covers_uuid(const char *pattern, const char *other)
{
	return !pattern || (other && strcasecmp(pattern, other) == 0);
}

/* The index that a rule matches, or OPTION_ANY_INDEX. */
static int32_t
index_of(const struct option_rule *rule, int32_t index, bool given)
{
	return rule->id && !given ? OPTION_ANY_INDEX : index;
}

static bool
covers_index(int32_t index, int32_t other)
{
	return index == OPTION_ANY_INDEX || index == other;
}

static bool
covers(const struct option_rule *rule, const struct option_rule *other)
{
	return covers_name(rule->name, other->name) && covers_uuid(rule->uuid, other->uuid) &&
	       (!rule->id || (other->id && strcmp(rule->id, other->id) == 0)) &&
	       covers_index(index_of(rule, rule->device, rule->has_device),
			    index_of(other, other->device, other->has_device)) &&
	       covers_index(index_of(rule, rule->connector, rule->has_connector),
			    index_of(other, other->connector, other->has_connector));
}

static void
check_values(struct check *check, uint32_t most_connectors)
{
	const struct option_rule *rule = check->rule;
	bool is_ivi = rule->options.show_as == SHOW_AS_IVI;

	check_value(check, name_key(check->section), rule->name);
	check_value(check, "id", rule->id);
	check_value(check, "output", rule->options.output);
	if (is_ivi != (rule->options.ivi_id > 0)) {
		sentence_say(begin(check),
			     is_ivi ? ": show-as=ivi needs ivi-id=, the number of its surface; its "
				      "screens are placed on outputs"
				    : ": ivi-id= has no effect without show-as=ivi");
		end(check);
	}
	if (rule->connector < 0 || (uint32_t)rule->connector < most_connectors)
		return;
	sentence_say(begin(check), ": no device may have that connector: max-connectors is %u",
		     most_connectors);
	end(check);
}

/* Only the first rule that matches counts. */
static void
check_order(struct check *check, const struct option_rule *first)
{
	unsigned before = 1;

	for (const struct option_rule *other = first; other != check->rule;
	     other = other->next, before++) {
		if (!covers(other, check->rule))
			continue;
		sentence_say(begin(check), ": it has no effect, because ");
		say_rule(&check->sentence, check->section, other, before);
		sentence_say(&check->sentence, " before it matches all that it matches");
		end(check);
		return;
	}
}

size_t
options_check_rules(const struct options *options, options_report_func_t report, void *data)
{
	struct check check = {.report = report, .data = data};

	for (check.section = SECTION_GUEST; check.section < SECTION_NONE; check.section++) {
		const struct option_rule *first = options->rules[check.section].first;

		check.number = 1;
		for (check.rule = first; check.rule; check.rule = check.rule->next) {
			check_values(&check, options->module.limits.connectors);
			check_order(&check, first);
			check.number++;
		}
	}
	return check.found;
}

static bool
is_among(const char *name, const char *const outputs[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(outputs[i], name) == 0)
			return true;
	return false;
}

static void
say_outputs(struct sentence *sentence, const char *const outputs[], size_t count)
{
	sentence_say(sentence, count == 0 ? "there is none at the moment" : "there are");
	for (size_t i = 0; i < count; i++) {
		sentence_say(sentence, i == 0 ? " " : ", ");
		sentence_say_quoted(sentence, outputs[i], strlen(outputs[i]));
	}
}

size_t
options_check_outputs(const struct options *options, const char *const outputs[], size_t count,
		      options_report_func_t report, void *data)
{
	struct check check = {.report = report, .data = data, .section = SECTION_CONNECTOR};

	for (check.rule = options->rules[SECTION_CONNECTOR].first; check.rule;
	     check.rule = check.rule->next) {
		const char *output = check.rule->options.output;

		check.number++;
		if (!output || is_among(output, outputs, count))
			continue;
		struct sentence *sentence = begin(&check);
		sentence_say(sentence, ": its screens stay dark until an output ");
		sentence_say_quoted(sentence, output, strlen(output));
		sentence_say(sentence, " is plugged in; ");
		say_outputs(sentence, outputs, count);
		end(&check);
	}
	return check.found;
}
