/* SPDX-License-Identifier: MIT */
/*
 * What weston.ini says about guests' screens, checked and found again
 * by guest and connector. Fed by option-text.c, which reads its text; asked
 * by whoever places, shows or bounds. Knows nothing of Weston or Xen. The table
 * of keys in option-table.c is the only place in the code that has a key, its range and its
 * default, and says when a change of it takes effect.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/dmabuf-policy.h"
#include "pure/limits.h"
#include "pure/shortcut.h"

/* Devices that buffers for guests may be allocated from lie in these folders. */
#define OPTION_HEAP_FOLDER "/dev/dma_heap/"
#define OPTION_DRM_FOLDER "/dev/dri/"

/* How a connector's picture fills its rectangle. */
enum fit {
	FIT_FIT,     /* as large as fits, aspect kept */
	FIT_FILL,    /* covers the rectangle, aspect kept, the rest cut off */
	FIT_CENTER,  /* in the middle, one of its pixels on one of the output's */
	FIT_STRETCH, /* exactly the rectangle, aspect lost */
};
/* The values are those of the control protocol. */
#define FIT_COUNT (FIT_STRETCH + 1)

/* Which of the desktop's devices reach the guest by a screen. */
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
	SHOW_AS_IVI,    /* a surface of ivi-shell, which has ivi_id; elsewhere as SHOW_AS_OUTPUT */
};

/* What is drawn around a guest's window. */
enum frame_rule {
	FRAME_FULL,   /* title and border */
	FRAME_BORDER, /* a border alone */
	FRAME_NONE,
};

/* What the close button of a window does. */
enum close_rule {
	CLOSE_HIDE,     /* the window goes, until the guest sets a mode */
	CLOSE_SHUTDOWN, /* the guest is asked to shut down */
	CLOSE_NOTHING,
};

struct connector_options {
	char *output; /* NULL: one that is free; the rule's */
	enum fit fit;
	bool has_x;            /* false: the rectangle starts at the output's left edge, x is 0 */
	bool has_y;            /* false: ... at the top edge, y is 0 */
	int32_t x, y;          /* relative to the output, in its logical pixels */
	int32_t width, height; /* likewise; 0 = as far as the output's edge */
	int32_t z;             /* higher is in front */
	uint32_t resample_rate_hz; /* the module's where the rule has none; 0 = never */
	enum input_rule input;
	bool keep_awake; /* the session does not fall idle while it shows something new */
	enum show_as show_as;
	uint32_t ivi_id; /* 0: none */
	enum frame_rule frame;
	enum close_rule close;
};

struct guest_options {
	bool alpha;        /* show the transparency of ARGB formats */
	bool be_alloc;     /* it may ask for buffers that are allocated here */
	bool keep_picture; /* what it showed last stays when it goes */
	bool has_color;    /* false: one that follows from who it is */
	uint32_t color;    /* of its windows' frames, 0xrrggbb */
};

struct module_options {
	bool require_xen; /* a host without Xen is an error */
	uint32_t flip_deadline_ms;
	uint32_t resample_rate_hz; /* 0 = never */
	uint32_t hidden_after_ms;
	uint32_t hidden_rate_hz; /* never 0 */
	enum dmabuf_mode dmabuf;
	char *allocator; /* path of a device, for be-alloc */
	struct shortcut grab_key, fullscreen_key, natural_size_key;
	enum control_mode control;
	bool status_card;     /* words stand where a picture is missing */
	char *control_group;  /* who may use it beside Weston's user and root; NULL: nobody */
	bool control_capture; /* its clients may take pictures of guests' screens */
	struct limits limits; /* as configured: limits_resolve() is the caller's */
};

/* When a key of weston.ini that has changed takes effect. */
enum option_effect {
	EFFECT_NOW,
	EFFECT_BUFFERS, /* for buffers that guests create from now on */
	EFFECT_RESTART, /* of Weston */
	EFFECT_CONNECT, /* for windows of guests that connect from now on */
};

struct options;

/* All defaults and no rules. NULL when out of memory. */
struct options *
options_create(void);

/* Takes NULL. Every pointer got from the functions below ends here. */
void
options_destroy(struct options *options);

/*
 * Feeding: begin a section for each that weston.ini has, in its order, then set
 * its keys. Pointers got earlier from options_find_*() are void after this.
 * Returns 0; -ENOENT: not a section of ours, keys that follow are refused;
 * -ENOMEM likewise.
 */
int
options_begin_section(struct options *options, const char *section);

/*
 * Sets a key of the section begun last. Returns 0; -ENOENT: no such key there;
 * -EINVAL: a bad value, the default (or the value before) is kept; -ENOMEM. On
 * an error a sentence that names section, key, value and what is allowed is
 * written to error (terminated, cut at size, strange characters replaced).
 */
int
options_set(struct options *options, const char *key, const char *value, char *error, size_t size);

/* One complaint for the user: a sentence without a line end. */
typedef void (*options_report_func_t)(void *data, const char *sentence);

/*
 * Looks for rules that can have no effect, or another one than was meant: values in quotes or
 * with a comment behind them, rules behind one that matches all that they match, connectors
 * that no device may have. Each is reported, with the rule's number and what it matches.
 * Returns how many.
 */
size_t
options_check_rules(const struct options *options, options_report_func_t report, void *data);

/* The same for rules that name an output that is not among these. */
size_t
options_check_outputs(const struct options *options, const char *const outputs[], size_t count,
		      options_report_func_t report, void *data);

const struct module_options *
options_module(const struct options *options);

/*
 * The first [xen-guest] that matches the tool stack's name and UUID of a guest
 * (each may be NULL: unknown), or the defaults. Never NULL.
 */
const struct guest_options *
options_find_guest(const struct options *options, const char *name, const char *uuid);

/*
 * The first [xen-connector] that matches, or the defaults. Never NULL. name and uuid as
 * above; id is the connector's unique-id ("": none), which is the guest's claim: it is good
 * for these options, and for nothing in guest_options.
 */
const struct connector_options *
options_find_connector(const struct options *options, const char *name, const char *uuid,
		       const char *id, unsigned devid, unsigned connector);

/* Whether that was found by a rule of weston.ini, and not the defaults. */
bool
options_is_rule(const struct options *options, const struct connector_options *found);

/* The first key whose number is beyond what weston.ini allows; NULL: all are within. */
const char *
options_find_excess(const struct connector_options *options, int32_t *minimum, int32_t *maximum);

/* What kind of desktop Weston's shell makes. */
enum shell {
	SHELL_UNKNOWN,
	SHELL_DESKTOP, /* windows are its main thing */
	SHELL_OTHER,   /* it has windows */
	SHELL_IVI,     /* a controller places surfaces by their numbers */
	SHELL_BARE,    /* it has none */
};

/* Whether a connector with these options is a window. */
bool
options_is_window(const struct connector_options *options, enum shell shell);
