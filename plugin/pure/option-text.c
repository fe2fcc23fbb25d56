/* SPDX-License-Identifier: MIT */
/* See option-text.h. */
#include "pure/option-text.h"

#include "pure/option-table.h"

#include <errno.h>
#include <string.h>

/* Size of the line buffer in Weston's parser. */
/* Weston reads lines by fgets() with 512 bytes: with the end of the line and a terminator. */
#define MOST_LINE_BYTES 510

struct reader {
	struct options *options;
	options_report_func_t report;
	void *data;
	int found;
	unsigned number; /* of the line */
	bool in_section; /* any, even one that is not ours */
	enum option_section section;
	uint64_t given; /* a bit for each key set in this section, by its row */
};

static void
complain(struct reader *reader, const char *text)
{
	char line[OPTION_SENTENCE_BYTES];
	struct sentence sentence = {.text = line, .size = sizeof(line)};

	sentence_say(&sentence, "line %u: %s", reader->number, text);
	reader->report(reader->data, line);
	reader->found++;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int
begin_section(struct reader *reader, const char *name, size_t size)
{
	char text[OPTION_SENTENCE_BYTES];
	struct sentence sentence = {.text = text, .size = sizeof(text)};

	reader->in_section = true;
	reader->given = 0;
	reader->section = option_find_section(name, size);
	if (reader->section != SECTION_NONE)
		return options_begin_section(reader->options,
					     option_section_names[reader->section]);
	if (sentence_say_unknown_section(&sentence, name, size))
		complain(reader, text);
	return 0;
}

static int
set(struct reader *reader, const char *key, const char *value)
{
	const struct option_entry *entry = option_find_entry(reader->section, key);
	char text[OPTION_SENTENCE_BYTES];
	struct sentence sentence = {.text = text, .size = sizeof(text)};
	uint64_t bit = entry ? UINT64_C(1) << (entry - option_table) : 0;

	if (reader->given & bit) {
		sentence_say(&sentence, "[%s] %s= is set for the second time; the first counts",
			     option_section_names[reader->section], key);
		complain(reader, text);
		return 0;
	}
	reader->given |= bit;
	int ret = options_set(reader->options, key, value, text, sizeof(text));
	if (ret < 0 && ret != -ENOMEM)
		complain(reader, text);
	return ret == -ENOMEM ? ret : 0;
}

static int
read_key(struct reader *reader, char *line)
{
	char *equals = strchr(line, '=');

	if (!equals || equals == line || !reader->in_section) {
		complain(reader, "neither a section, nor a key with its value in one, nor a "
				 "comment; Weston does not start with it");
		return 0;
	}
	*equals = '\0';
	const char *value = equals + 1;
	while (is_blank(*value))
		value++;
	return reader->section == SECTION_NONE ? 0 : set(reader, line, value);
}

/* The line is terminated, without its newline. */
static int
read_line(struct reader *reader, char *line, size_t length)
{
	if (length == 0 || line[0] == '#')
		return 0;
	if (line[0] == '[') {
		const char *end = strchr(line, ']');

		if (end)
			return begin_section(reader, line + 1, (size_t)(end - line) - 1);
		complain(reader, "a section without \"]\"; Weston does not start with it");
		return 0;
	}
	while (length > 0 && is_blank(line[length - 1]))
		line[--length] = '\0';
	return read_key(reader, line);
}

int
options_read_text(struct options *options, const char *text, size_t size,
		  options_report_func_t report, void *data)
{
	struct reader reader = {
		.options = options, .report = report, .data = data, .section = SECTION_NONE};

	for (size_t start = 0, length; start < size; start += length + 1) {
		const char *end = memchr(text + start, '\n', size - start);
		char line[MOST_LINE_BYTES + 1];

		length = end ? (size_t)(end - (text + start)) : size - start;
		reader.number++;
		if (length >= sizeof(line)) {
			complain(&reader, "longer than the 510 bytes that Weston takes of a line");
			continue;
		}
		memcpy(line, text + start, length);
		line[length] = '\0';
		int ret = read_line(&reader, line, length);
		if (ret < 0)
			return ret;
	}
	return reader.found;
}
