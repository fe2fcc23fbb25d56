/* SPDX-License-Identifier: MIT */
/* reload: makes Weston read weston.ini again. */
#include <stdio.h>

#include "json.h"
#include "session.h"

struct outcome {
	const struct settings *settings;
	unsigned changes;
	bool came, applied;
};

static const char *
word_of(uint32_t effect)
{
	switch (effect) {
	case XEN_DISPLAY_RELOAD_V1_EFFECT_NOW:
		return "now";
	case XEN_DISPLAY_RELOAD_V1_EFFECT_BUFFERS:
		return "new buffers";
	case XEN_DISPLAY_RELOAD_V1_EFFECT_RESTART:
		return "restart";
	case XEN_DISPLAY_RELOAD_V1_EFFECT_CONNECT:
		return "connect";
	}
	return "?";
}

static void
handle_complaint(void *data, struct xen_display_reload_v1 *reload, uint32_t severity,
		 const char *text)
{
	const struct outcome *outcome = data;
	const char *word = severity == XEN_DISPLAY_RELOAD_V1_SEVERITY_ERROR ? "error" : "warning";

	if (!outcome->settings->json) {
		complain("%s: %s", word, text);
		return;
	}
	json_begin_object(NULL);
	json_string("event", word);
	json_string("text", text);
	json_end_object();
	json_end_line();
}

static void
handle_change(void *data, struct xen_display_reload_v1 *reload, const char *section,
	      const char *key, uint32_t effect)
{
	struct outcome *outcome = data;

	outcome->changes++;
	if (outcome->settings->json) {
		json_begin_object(NULL);
		json_string("event", "change");
		json_string("section", section);
		json_string("key", key);
		json_string("effect", word_of(effect));
		json_end_object();
		json_end_line();
	} else if (!outcome->settings->quiet) {
		printf("%-11s  [%s] %s\n", word_of(effect), section,
		       key[0] != '\0' ? key : "sections came or went");
	}
}

static void
handle_done(void *data, struct xen_display_reload_v1 *reload, uint32_t applied)
{
	struct outcome *outcome = data;

	outcome->came = true;
	outcome->applied = applied;
}

static const struct xen_display_reload_v1_listener listener = {
	.complaint = handle_complaint,
	.change = handle_change,
	.done = handle_done,
};

int
command_reload(const struct settings *settings, char **arguments)
{
	struct outcome outcome = {.settings = settings};
	struct session session;
	int code = session_open(&session, settings, false);

	if (code == 0) {
		struct xen_display_reload_v1 *reload =
			xen_display_manager_v1_reload(session.manager);

		xen_display_reload_v1_add_listener(reload, &listener, &outcome);
		while (code == 0 && !outcome.came)
			code = session_dispatch(&session, -1);
		xen_display_reload_v1_destroy(reload);
	}
	if (code == 0 && !outcome.applied) {
		bool may = session.capabilities & XEN_DISPLAY_MANAGER_V1_CAPABILITY_RELOAD;

		if (!settings->json)
			complain("nothing was changed");
		code = may ? EXIT_FAILED : EXIT_NOT_PERMITTED;
	} else if (code == 0 && outcome.changes == 0 && !settings->json && !settings->quiet) {
		puts("nothing has changed");
	}
	session_close(&session);
	return code;
}
