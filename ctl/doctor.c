/* SPDX-License-Identifier: MIT */
/* doctor: why guests' screens are not shown, checked from the hypervisor up to each device. */
#include "doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "session.h"

static const char *const verdicts[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_WARN] = "warn",
	[DOCTOR_FAIL] = "FAIL",
	[DOCTOR_UNKNOWN] = "?",
};

void
doctor_tell(struct doctor *doctor, enum verdict verdict, const char *about, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (verdict == DOCTOR_FAIL)
		doctor->failed++;
	if (doctor->settings->json) {
		json_begin_object(NULL);
		json_string("verdict", verdicts[verdict]);
		json_string("about", about);
		json_string("text", text);
		json_end_object();
		json_end_line();
	} else if (!doctor->settings->quiet || verdict == DOCTOR_FAIL) {
		printf("%-4s  %s: %s\n", verdicts[verdict], about, text);
		fflush(stdout);
	}
}

void
doctor_path(const struct doctor *doctor, char *path, size_t size, const char *file)
{
	snprintf(path, size, "%s%s", doctor->root, file);
}

bool
doctor_read_line(const struct doctor *doctor, const char *file, char *line, size_t size)
{
	char path[512];

	doctor_path(doctor, path, sizeof(path), file);
	FILE *opened = fopen(path, "re");
	bool found = opened && fgets(line, (int)size, opened);
	if (found)
		line[strcspn(line, "\n")] = '\0';
	if (opened)
		fclose(opened);
	return found;
}

/* The module itself, if it runs. */
static void
check_control(struct doctor *doctor)
{
	struct session session;

	if (session_open(&session, doctor->settings, true) == 0)
		doctor_tell(doctor, DOCTOR_OK, "module",
			    "%s serves %d screens in Weston %s; %u of %u pages are mapped",
			    session.module, wl_list_length(&session.screens), session.weston,
			    session.host_pages, session.max_host_pages);
	else
		doctor_tell(doctor, DOCTOR_WARN, "module",
			    "no Weston of this user runs with it, or has found Xen: start it, then "
			    "look into its log");
	session_close(&session);
}

int
command_doctor(const struct settings *settings, char **arguments)
{
	const char *root = getenv("XEN_DISPLAYCTL_ROOT");
	struct doctor doctor = {
		.settings = settings, .root = root ? root : "", .guest = arguments[0]};

	doctor_check_kernel(&doctor);
	doctor_check_weston(&doctor);
	check_control(&doctor);
	doctor_check_store(&doctor);
	return doctor.failed == 0 ? 0 : EXIT_FAILED;
}
