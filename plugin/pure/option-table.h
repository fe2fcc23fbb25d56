/* SPDX-License-Identifier: MIT */
/*
 * The table of keys, the storage of their values, and the sentences that say what is wrong with a
 * line of weston.ini. Included only by options.c and option-*.c; others use options.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/limits.h"
#include "pure/options.h"

#define OPTION_ANY_INDEX (-1)
#define OPTION_MAX_STRING_BYTES 255
/* As much as is read of a connector's id. */
#define OPTION_MAX_ID_BYTES 63
#define OPTION_SENTENCE_BYTES 768

enum option_section {
	SECTION_MODULE,
	SECTION_GUEST,
	SECTION_CONNECTOR,
	SECTION_NONE,
};

extern const char *const option_section_names[];

/* A [xen-guest] or [xen-connector]; members that belong only to the other keep their initial
 * values. */
struct option_rule {
	struct option_rule *next;
	char *name; /* the guest's, or in [xen-connector] also its UUID; "*" or NULL: any */
	char *uuid; /* NULL: any */
	char *id;   /* the connector's unique-id; NULL: any */
	int32_t device, connector;      /* or OPTION_ANY_INDEX */
	bool has_device, has_connector; /* false: any, if id is given */
	bool has_resample_rate;
	struct guest_options guest;
	struct connector_options options; /* owns output */
};

struct option_rules {
	struct option_rule standard; /* if no rule matches */
	struct option_rule *first, **end;
};

struct options {
	struct module_options module;
	struct option_rules rules[SECTION_NONE]; /* by section; none of SECTION_MODULE */
	enum option_section section;             /* the one whose keys options_set() sets */
	struct option_rule *rule;                /* the current one, except in SECTION_MODULE */
};

/* Whether a pattern matches every name. */
bool
option_is_any(const char *pattern);

enum option_kind {
	KIND_BOOL,      /* bool */
	KIND_UINT,      /* uint32_t */
	KIND_INT,       /* int32_t */
	KIND_INDEX,     /* int32_t, OPTION_ANY_INDEX for "*" */
	KIND_FIT,       /* enum fit */
	KIND_DMABUF,    /* enum dmabuf_mode */
	KIND_INPUT,     /* enum input_rule */
	KIND_CONTROL,   /* enum control_mode */
	KIND_SHOW_AS,   /* enum show_as */
	KIND_FRAME,     /* enum frame_rule */
	KIND_CLOSE,     /* enum close_rule */
	KIND_COLOR,     /* uint32_t, 0xrrggbb */
	KIND_SHORTCUT,  /* struct shortcut */
	KIND_STRING,    /* char *, owned, of at most `maximum` bytes */
	KIND_UUID,      /* char *, owned */
	KIND_ALLOCATOR, /* char *, owned: a device's path; the last one */
};

struct option_entry {
	enum option_section section;
	const char *key;
	enum option_effect effect;
	enum option_kind kind;
	size_t offset; /* in module_options or option_rule */
	size_t given;  /* offset of a bool that is set with the key; 0: none */
	int32_t minimum, maximum;
	const char *value; /* the default as in weston.ini; "": none */
	const char *unit;
	const char *help;
};

extern const struct option_entry option_table[];
extern const size_t option_table_size;
/* Upper bound on rows: option-text.c has a bit of 64 for each key. */
#define OPTION_MOST_ROWS 64

/* Whether the value is a char *, owned. */
bool
option_is_text(enum option_kind kind);

/* The words that a key of this kind may have, up to NULL; a word's index is its value. NULL: a kind
 * without words. */
const char *const *
option_words(enum option_kind kind);

/* A bounded buffer for text, always terminated, to which text is appended. */
struct sentence {
	char *text;
	size_t size, used;
};

void
sentence_say(struct sentence *sentence, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends text from a file in a form fit for a terminal: short, and without control characters. */
void
sentence_say_quoted(struct sentence *sentence, const char *text, size_t size);

/* Appends what is allowed for a key, as in "20 to 2000". */
void
sentence_say_allowed(struct sentence *sentence, const struct option_entry *entry);
void
sentence_say_unknown_key(struct sentence *sentence, enum option_section section, const char *name,
			 size_t size);

/* False, and appends nothing: the section is one of ours, or not meant for us. */
bool
sentence_say_unknown_section(struct sentence *sentence, const char *name, size_t size);

/* The section of a name without brackets; SECTION_NONE: not one of ours. */
enum option_section
option_find_section(const char *name, size_t size);

/* NULL: the section has no such key. */
const struct option_entry *
option_find_entry(enum option_section section, const char *key);

/* A hint about a value in quotes or with a comment after it: Weston's parser takes everything after
 * "=" literally. NULL: the value has neither. */
const char *
option_literal_hint(const char *value);
