/* SPDX-License-Identifier: MIT */
/*
 * The options of weston.ini for guests and their screens: checked, stored, and looked up by guest
 * and connector. Filled by option-text.c, which reads the text; used by all code that places, shows
 * or limits. Knows nothing of Weston or Xen. The table in option-table.c is the only place in the
 * code that has a key, its range, its default, and when a change of it takes effect.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/dmabuf-policy.h"
#include "pure/limits.h"
#include "pure/shortcut.h"

/* Folders with the devices from which buffers for guests may be allocated. */
#define OPTION_HEAP_FOLDER "/dev/dma_heap/"
#define OPTION_DRM_FOLDER "/dev/dri/"

/* How a connector's picture fills its rectangle. */
enum fit {
	FIT_FIT,     /* as large as fits, aspect kept */
	FIT_FILL,    /* covers the rectangle, aspect kept, the rest cut off */
	FIT_CENTER,  /* centred, one pixel of it per pixel of the output */
	FIT_STRETCH, /* exactly the rectangle, aspect lost */
};
/* The values are those of the control protocol. */
#define FIT_COUNT (FIT_STRETCH + 1)

/* Which input devices of the desktop reach the guest through a screen. */
enum input_rule {
	INPUT_ALL,
	INPUT_ONLY_KEYBOARD,
	INPUT_ONLY_POINTER, /* and touch */
	INPUT_NONE,
};

/* What clients of the control socket may do. */
enum control_mode {
	CONTROL_OFF, /* there is no socket */
	CONTROL_OBSERVE,
	CONTROL_FULL,
};

/* How a connector stands on the desktop. */
enum show_as {
	SHOW_AS_AUTO,   /* a window if the shell has windows and the rule gives no place */
	SHOW_AS_OUTPUT, /* over an output, or a rectangle of one */
	SHOW_AS_WINDOW, /* a window of the desktop */
	SHOW_AS_IVI,    /* a surface of ivi-shell with ivi_id; in other shells as SHOW_AS_OUTPUT */
};

/* What is drawn around a guest's window. */
enum frame_rule {
	FRAME_FULL,   /* title and border */
	FRAME_BORDER, /* only a border */
	FRAME_NONE,
};

/* What the close button of a window does. */
enum close_rule {
	CLOSE_HIDE,     /* hides the window until the guest sets a mode */
	CLOSE_SHUTDOWN, /* asks the guest to shut down */
	CLOSE_NOTHING,
};

struct connector_options {
	char *output; /* NULL: any free one; owned by the rule */
	enum fit fit;
	bool has_x;   /* false: the rectangle starts at the output's left edge, and x is 0 */
	bool has_y;   /* false: ... at its top edge, and y is 0 */
	int32_t x, y; /* relative to the output, in its logical pixels */
	int32_t width, height;     /* likewise; 0 = up to the output's edge */
	int32_t z;                 /* higher is in front */
	uint32_t resample_rate_hz; /* the module's if the rule has none; 0 = never */
	enum input_rule input;
	bool keep_awake; /* the session does not go idle while the connector shows something new */
	enum show_as show_as;
	uint32_t ivi_id; /* 0: none */
	enum frame_rule frame;
	enum close_rule close;
};

struct guest_options {
	bool alpha;        /* show the transparency of ARGB formats */
	bool be_alloc;     /* the guest may request buffers that are allocated here */
	bool keep_picture; /* its last picture stays when the guest is gone */
	bool has_color;    /* false: derived from the guest's identity */
	uint32_t color;    /* of the frames of its windows, 0xrrggbb */
};

struct module_options {
	bool require_xen; /* refuse to start on a host without Xen */
	uint32_t flip_deadline_ms;
	uint32_t resample_rate_hz; /* 0 = never */
	uint32_t hidden_after_ms;
	uint32_t hidden_rate_hz; /* never 0 */
	enum dmabuf_mode dmabuf;
	char *allocator; /* path of a device, for be-alloc */
	struct shortcut grab_key, fullscreen_key, natural_size_key;
	enum control_mode control;
	bool status_card;     /* show a text where a picture is missing */
	char *control_group;  /* may use the socket, besides Weston's user and root; NULL: nobody */
	bool control_capture; /* clients may capture guests' screens */
	struct limits limits; /* as configured; the caller applies limits_resolve() */
};

/* When a key of weston.ini that has changed takes effect. */
enum option_effect {
	EFFECT_NOW,
	EFFECT_BUFFERS, /* for buffers that guests create from now on */
	EFFECT_RESTART, /* of Weston */
	EFFECT_CONNECT, /* for windows of guests that connect from now on */
};

struct options;

/* All defaults and no rules. NULL: out of memory. */
struct options *
options_create(void);

/* Takes NULL. Invalidates every pointer returned by the functions below. */
void
options_destroy(struct options *options);

/*
 * Call for each section of weston.ini, in its order, and then options_set() for each of its keys.
 * Invalidates the pointers that options_find_*() returned before. Returns 0; -ENOENT: not a section
 * of this module, and its keys are refused; -ENOMEM likewise.
 */
int
options_begin_section(struct options *options, const char *section);

/*
 * Sets a key of the section begun last. Returns 0; -ENOENT: no such key there; -EINVAL: a bad
 * value, the default (or the value before) is kept; -ENOMEM. On an error, writes a sentence to
 * `error` that names section, key, value and what is allowed (terminated, truncated to size,
 * unusual characters replaced).
 */
int
options_set(struct options *options, const char *key, const char *value, char *error, size_t size);

/* One complaint for the user: a sentence without a line end. */
typedef void (*options_report_func_t)(void *data, const char *sentence);

/*
 * Looks for rules that have no effect, or not the intended one: values in quotes or followed by a
 * comment, rules after one that matches all that they match, connectors that no device may have,
 * ivi-id without show-as=ivi or the reverse. Reports each with the rule's number and what it
 * matches. Returns how many.
 */
size_t
options_check_rules(const struct options *options, options_report_func_t report, void *data);

/* The same for rules that name an output that is not in the list. */
size_t
options_check_outputs(const struct options *options, const char *const outputs[], size_t count,
		      options_report_func_t report, void *data);

const struct module_options *
options_module(const struct options *options);

/*
 * The first [xen-guest] that matches a guest's name and UUID, as the tool stack knows them (each
 * may be NULL: unknown), or the defaults. Never NULL.
 */
const struct guest_options *
options_find_guest(const struct options *options, const char *name, const char *uuid);

/*
 * The first [xen-connector] that matches, or the defaults. Never NULL. name and uuid as above; id
 * is the connector's unique-id ("": none). The id is the guest's claim, so it may decide these
 * options, but nothing in guest_options.
 */
const struct connector_options *
options_find_connector(const struct options *options, const char *name, const char *uuid,
		       const char *id, unsigned devid, unsigned connector);

/* Whether the options come from a rule of weston.ini, not from the defaults. */
bool
options_is_rule(const struct options *options, const struct connector_options *found);

/* The first key whose number is outside the range that weston.ini allows, and that range; NULL: all
 * are inside. */
const char *
options_find_excess(const struct connector_options *options, int32_t *minimum, int32_t *maximum);

/* The kind of Weston's shell. */
enum shell {
	SHELL_UNKNOWN,
	SHELL_DESKTOP, /* made for windows */
	SHELL_OTHER,   /* can show windows */
	SHELL_IVI,     /* a controller places surfaces by their numbers */
	SHELL_BARE,    /* has no windows */
};

/* Whether a connector with these options is a window. */
bool
options_is_window(const struct connector_options *options, enum shell shell);
