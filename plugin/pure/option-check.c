/* SPDX-License-Identifier: MIT */
/*
 * Warns about rules in weston.ini that are valid but have no effect, or not the intended one.
 * Called at start, by config.c and placement.c; all that is found is only told.
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

/* What a check needs to tell something. */
struct check {
	options_report_func_t report;
	void *data;
	size_t found;
	char text[OPTION_SENTENCE_BYTES];
	struct sentence sentence;
};

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
say_guest_rule(struct sentence *sentence, const struct guest_rule *rule, unsigned number)
{
	const char *before = " (";

	sentence_say(sentence, "[%s] number %u", option_section_names[SECTION_GUEST], number);
	say_pattern(sentence, &before, "name", rule->name);
	say_pattern(sentence, &before, "uuid", rule->uuid);
	sentence_say(sentence, ")");
}

static void
say_connector_rule(struct sentence *sentence, const struct connector_rule *rule, unsigned number)
{
	const char *before = " (";

	sentence_say(sentence, "[%s] number %u", option_section_names[SECTION_CONNECTOR], number);
	say_pattern(sentence, &before, "guest", rule->guest);
	say_pattern(sentence, &before, "id", rule->id);
	say_index(sentence, &before, "device", rule->device, rule->has_device);
	say_index(sentence, &before, "connector", rule->connector, rule->has_connector);
	sentence_say(sentence, ")");
}

static struct sentence *
begin_guest(struct check *check, const struct guest_rule *rule, unsigned number)
{
	check->sentence = (struct sentence){.text = check->text, .size = sizeof(check->text)};
	say_guest_rule(&check->sentence, rule, number);
	return &check->sentence;
}

static struct sentence *
begin_connector(struct check *check, const struct connector_rule *rule, unsigned number)
{
	check->sentence = (struct sentence){.text = check->text, .size = sizeof(check->text)};
	say_connector_rule(&check->sentence, rule, number);
	return &check->sentence;
}

static void
end(struct check *check)
{
	check->found++;
	check->report(check->data, check->text);
}

/* False: nothing is to be said of that value. */
static bool
say_hint(struct sentence *sentence, const char *key, const char *value)
{
	const char *hint = value ? option_literal_hint(value) : NULL;

	if (!hint)
		return false;
	sentence_say(sentence, ": %s=", key);
	sentence_say_quoted(sentence, value, strlen(value));
	sentence_say(sentence, ": %s", hint);
	return true;
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

/* The indices that a rule matches. */
static int32_t
index_of(const struct connector_rule *rule, int32_t index, bool given)
{
	return rule->id && !given ? OPTION_ANY_INDEX : index;
}

static bool
covers_index(int32_t index, int32_t other)
{
	return index == OPTION_ANY_INDEX || index == other;
}

static bool
covers_connector(const struct connector_rule *rule, const struct connector_rule *other)
{
	return covers_name(rule->guest, other->guest) &&
	       (!rule->id || (other->id && strcmp(rule->id, other->id) == 0)) &&
	       covers_index(index_of(rule, rule->device, rule->has_device),
			    index_of(other, other->device, other->has_device)) &&
	       covers_index(index_of(rule, rule->connector, rule->has_connector),
			    index_of(other, other->connector, other->has_connector));
}

static void
check_guest_values(struct check *check, const struct guest_rule *rule, unsigned number)
{
	if (say_hint(begin_guest(check, rule, number), "name", rule->name))
		end(check);
}

static void
check_connector_values(struct check *check, const struct connector_rule *rule, unsigned number,
		       uint32_t most_connectors)
{
	if (say_hint(begin_connector(check, rule, number), "guest", rule->guest))
		end(check);
	if (say_hint(begin_connector(check, rule, number), "id", rule->id))
		end(check);
	if (say_hint(begin_connector(check, rule, number), "output", rule->options.output))
		end(check);
	bool is_ivi = rule->options.show_as == SHOW_AS_IVI;
	if (is_ivi != (rule->options.ivi_id > 0)) {
		sentence_say(begin_connector(check, rule, number),
			     is_ivi ? ": show-as=ivi needs ivi-id=, the number of its surface; its "
				      "screens are placed on outputs"
				    : ": ivi-id= has no effect without show-as=ivi");
		end(check);
	}
	if (rule->connector < 0 || (uint32_t)rule->connector < most_connectors)
		return;
	sentence_say(begin_connector(check, rule, number),
		     ": no device may have that connector: max-connectors is %u", most_connectors);
	end(check);
}

/* Only the first rule that matches counts. */
static void
check_guest_order(struct check *check, const struct guest_rule *first,
		  const struct guest_rule *rule, unsigned number)
{
	unsigned before = 1;

	for (const struct guest_rule *other = first; other != rule; other = other->next, before++) {
		if (!covers_name(other->name, rule->name) || !covers_uuid(other->uuid, rule->uuid))
			continue;
		sentence_say(begin_guest(check, rule, number), ": it has no effect, because ");
		say_guest_rule(&check->sentence, other, before);
		sentence_say(&check->sentence, " before it matches all that it matches");
		end(check);
		return;
	}
}

static void
check_connector_order(struct check *check, const struct connector_rule *first,
		      const struct connector_rule *rule, unsigned number)
{
	unsigned before = 1;

	for (const struct connector_rule *other = first; other != rule;
	     other = other->next, before++) {
		if (!covers_connector(other, rule))
			continue;
		sentence_say(begin_connector(check, rule, number), ": it has no effect, because ");
		say_connector_rule(&check->sentence, other, before);
		sentence_say(&check->sentence, " before it matches all that it matches");
		end(check);
		return;
	}
}

size_t
options_check_rules(const struct options *options, options_report_func_t report, void *data)
{
	struct check check = {.report = report, .data = data};
	unsigned number = 1;

	for (const struct guest_rule *rule = options->guests; rule; rule = rule->next, number++) {
		check_guest_values(&check, rule, number);
		check_guest_order(&check, options->guests, rule, number);
	}
	number = 1;
	for (const struct connector_rule *rule = options->connectors; rule;
	     rule = rule->next, number++) {
		check_connector_values(&check, rule, number, options->module.limits.connectors);
		check_connector_order(&check, options->connectors, rule, number);
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
	struct check check = {.report = report, .data = data};
	unsigned number = 1;

	for (const struct connector_rule *rule = options->connectors; rule;
	     rule = rule->next, number++) {
		const char *output = rule->options.output;

		if (!output || is_among(output, outputs, count))
			continue;
		struct sentence *sentence = begin_connector(&check, rule, number);
		sentence_say(sentence, ": its screens stay dark until an output ");
		sentence_say_quoted(sentence, output, strlen(output));
		sentence_say(sentence, " is plugged in; ");
		say_outputs(sentence, outputs, count);
		end(&check);
	}
	return check.found;
}
