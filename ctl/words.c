/* SPDX-License-Identifier: MIT */
/* See words.h. */
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xen-display-control-v1-client-protocol.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *
word(const char *const words[], size_t count, uint32_t number)
{
	return number < count && words[number] ? words[number] : "?";
}

static const char *const states[] = {
	[XEN_DISPLAY_SCREEN_V1_STATE_OFF] = "off",
	[XEN_DISPLAY_SCREEN_V1_STATE_ON] = "on",
	[XEN_DISPLAY_SCREEN_V1_STATE_THROTTLED] = "throttled",
	[XEN_DISPLAY_SCREEN_V1_STATE_CONNECTING] = "connecting",
	[XEN_DISPLAY_SCREEN_V1_STATE_FROZEN] = "frozen",
	[XEN_DISPLAY_SCREEN_V1_STATE_CLOSED] = "closed",
	[XEN_DISPLAY_SCREEN_V1_STATE_NO_DRIVER] = "no-driver",
};

static const char *const visibilities[] = {
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_SHOWN] = "shown",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_HIDDEN] = "hidden",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_NO_OUTPUT] = "no output",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_DARK] = "dark",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_LOCKED] = "locked",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_ASLEEP] = "asleep",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_MINIMISED] = "minimised",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_COVERED] = "covered",
};

static const char *const fits[] = {
	[XEN_DISPLAY_SCREEN_V1_FIT_FIT] = "fit",
	[XEN_DISPLAY_SCREEN_V1_FIT_FILL] = "fill",
	[XEN_DISPLAY_SCREEN_V1_FIT_CENTER] = "center",
	[XEN_DISPLAY_SCREEN_V1_FIT_STRETCH] = "stretch",
};

static const char *const sources[] = {
	[XEN_DISPLAY_SCREEN_V1_SOURCE_DEFAULT] = "default",
	[XEN_DISPLAY_SCREEN_V1_SOURCE_RULE] = "rule",
	[XEN_DISPLAY_SCREEN_V1_SOURCE_COMMAND] = "command",
};

const char *
words_state(uint32_t state)
{
	return word(states, LENGTH(states), state);
}

const char *
words_visibility(uint32_t visibility)
{
	return word(visibilities, LENGTH(visibilities), visibility);
}

const char *
words_fit(uint32_t fit)
{
	return word(fits, LENGTH(fits), fit);
}

const char *
words_source(uint32_t source)
{
	return word(sources, LENGTH(sources), source);
}

bool
words_find_fit(const char *wanted, uint32_t *fit, const char **all)
{
	static char known[64];

	for (uint32_t i = 0; i < LENGTH(fits); i++) {
		if (strcmp(fits[i], wanted) == 0) {
			*fit = i;
			return true;
		}
	}
	known[0] = '\0';
	for (uint32_t i = 0; i < LENGTH(fits); i++)
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
			 i == 0 ? "" : ", ", fits[i]);
	*all = known;
	return false;
}

void
words_devices(uint32_t devices, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s",
		 devices & XEN_DISPLAY_SCREEN_V1_DEVICE_KEYBOARD ? ", keyboard" : "",
		 devices & XEN_DISPLAY_SCREEN_V1_DEVICE_POINTER ? ", pointer" : "",
		 devices & XEN_DISPLAY_SCREEN_V1_DEVICE_TOUCH ? ", touch" : "");
	if (text[0] == '\0')
		snprintf(text, size, "none");
	else
		memmove(text, text + 2, strlen(text + 2) + 1);
}

const char *
words_error(uint32_t error)
{
	static const struct {
		uint32_t error;
		const char *name;
	} errors[] = {
		{ENOENT, "ENOENT"}, {EEXIST, "EEXIST"}, {EINVAL, "EINVAL"},
		{ENOSPC, "ENOSPC"}, {ENOMEM, "ENOMEM"}, {EOPNOTSUPP, "EOPNOTSUPP"},
		{EIO, "EIO"},       {EBUSY, "EBUSY"},
	};

	for (size_t i = 0; i < LENGTH(errors); i++)
		if (errors[i].error == error)
			return errors[i].name;
	return "other";
}
