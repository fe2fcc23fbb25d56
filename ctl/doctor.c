/* SPDX-License-Identifier: MIT */
/* doctor: finds why guests' screens are not shown; checks everything from the hypervisor to the
 * devices. */
#include "doctor.h"

#include <errno.h>
#include <inttypes.h>
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

uint64_t
doctor_screen_pages(uint32_t width, uint32_t height)
{
	return 2 * (((uint64_t)width * height * 4 + 4095) / 4096);
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

static void
check_map_track(struct doctor *doctor, const struct session *session)
{
	const struct screen *screen;
	uint64_t needed = 0;

	wl_list_for_each(screen, &session->screens, link)
		needed += doctor_screen_pages(screen->width, screen->height);
	if (needed > session->max_host_pages)
		doctor_tell(doctor, DOCTOR_WARN, "map track",
			    "all screens need about %" PRIu64 " pages for two buffers each, and "
			    "%u may be mapped: raise gnttab_max_maptrack_frames on Xen's command "
			    "line, then max-host-pages in weston.ini",
			    needed, session->max_host_pages);
	else
		doctor_tell(doctor, DOCTOR_OK, "map track",
			    "all screens need about %" PRIu64 " pages for two buffers each, of %u",
			    needed, session->max_host_pages);
}

static void
check_renderer(struct doctor *doctor, const struct session *session)
{
	uint32_t largest = session->largest_texture;
	const struct screen *screen;

	wl_list_for_each(screen, &session->screens, link)
		if (largest > 0 && (screen->width > largest || screen->height > largest))
			doctor_tell(doctor, DOCTOR_WARN, screen->name,
				    "its mode of %ux%u is larger than the renderer's textures, %u "
				    "pixels: use a smaller mode, or Weston's pixman renderer",
				    screen->width, screen->height, largest);
	if (largest > 0)
		doctor_tell(doctor, DOCTOR_OK, "renderer", "%s, textures up to %u pixels",
			    session->renderer, largest);
	else
		doctor_tell(doctor, DOCTOR_OK, "renderer",
			    "%s: the CPU draws, and reads guests' pages in place",
			    session->renderer);
}

/* Checks the module itself, if it runs. */
static void
check_control(struct doctor *doctor)
{
	struct session session;

	if (session_open(&session, doctor->settings, true) == 0) {
		doctor_tell(doctor, DOCTOR_OK, "module",
			    "%s serves %d screens in Weston %s; %u of %u pages are mapped",
			    session.module, wl_list_length(&session.screens), session.weston,
			    session.host_pages, session.max_host_pages);
		check_map_track(doctor, &session);
		check_renderer(doctor, &session);
	} else {
		doctor_tell(doctor, DOCTOR_WARN, "module",
			    "no Weston of this user runs with it, or it has not found Xen: start "
			    "Weston and see its log");
	}
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
