/* SPDX-License-Identifier: MIT */
/* doctor: Weston, its weston.ini, and the module. */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config-file.h"

#define MODULE "xen-display.so"

/* -1: Weston cannot be run. */
static int
weston_version(void)
{
	FILE *weston = popen("weston --version 2>/dev/null", "re");
	char line[256];
	int major = -1;

	while (weston && fgets(line, sizeof(line), weston))
		if (major < 0)
			sscanf(line, "weston %d", &major);
	if (weston)
		pclose(weston);
	return major;
}

/* The version of the libweston that the module was linked with; -1: unknown. */
static int
module_version(const char *path)
{
	static const char name[] = "libweston-";
	size_t size, left;
	char *text = config_file_read(path, &size);
	int version = -1;

	for (const char *at = text; at && version < 0; at++) {
		left = size - (size_t)(at - text);
		at = memmem(at, left, name, sizeof(name) - 1);
		if (!at)
			break;
		sscanf(at + sizeof(name) - 1, "%d.so", &version);
	}
	free(text);
	return version;
}

/* A minimal version of Weston's parser: finds the first modules= in [core]. False: none. */
static bool
find_modules(const char *text, size_t size, char *modules, size_t modules_size)
{
	bool in_core = false;

	for (size_t start = 0, length; start < size; start += length + 1) {
		const char *line = text + start, *end = memchr(line, '\n', size - start);

		length = end ? (size_t)(end - line) : size - start;
		if (line[0] == '[')
			in_core = length >= 6 && memcmp(line, "[core]", 6) == 0;
		if (in_core && length > 8 && memcmp(line, "modules=", 8) == 0) {
			snprintf(modules, modules_size, "%.*s", (int)length - 8, line + 8);
			return true;
		}
	}
	return false;
}

/* Finds our module in a list like "a.so,/b/xen-display.so"; a bare name means the installed one.
 * False: not in the list. */
static bool
find_module(const struct doctor *doctor, char *modules, char *path, size_t size)
{
	char *module, *rest = modules;

	while ((module = strsep(&rest, ","))) {
		size_t length = strlen(module), own = strlen(MODULE);

		if (length < own || strcmp(module + length - own, MODULE) != 0)
			continue;
		if (module[0] == '/')
			doctor_path(doctor, path, size, module);
		else
			doctor_path(doctor, path, size, MODULE_DIR "/" MODULE);
		return true;
	}
	return false;
}

/* Checks that weston.ini loads the module; path: the module's path, in either case. */
static void
check_ini(struct doctor *doctor, char *path, size_t size)
{
	char file[4096], tried[8192], modules[512] = "";
	size_t text_size;

	doctor_path(doctor, path, size, MODULE_DIR "/" MODULE);
	if (!config_file_find(file, sizeof(file), tried, sizeof(tried))) {
		doctor_tell(doctor, DOCTOR_FAIL, "weston.ini",
			    "there is none: write [core] and modules=" MODULE
			    " into one of %s (this user's; Weston may run as another)",
			    tried);
		return;
	}
	char *text = config_file_read(file, &text_size);
	if (!text)
		doctor_tell(doctor, DOCTOR_UNKNOWN, "weston.ini", "%s: %s", file, strerror(errno));
	else if (!find_modules(text, text_size, modules, sizeof(modules)) ||
		 !find_module(doctor, modules, path, size))
		doctor_tell(doctor, DOCTOR_FAIL, "weston.ini",
			    "%s does not load the module: add modules=" MODULE " to its [core]",
			    file);
	else
		doctor_tell(doctor, DOCTOR_OK, "weston.ini", "%s loads the module", file);
	free(text);
}

void
doctor_check_weston(struct doctor *doctor)
{
	char path[1024];
	int weston = weston_version();

	check_ini(doctor, path, sizeof(path));
	int module = module_version(path);
	if (weston < 0)
		doctor_tell(doctor, DOCTOR_FAIL, "Weston", "it is not installed, or not in PATH");
	else if (module < 0)
		doctor_tell(doctor, DOCTOR_FAIL, "Weston",
			    "%d is installed, but no module at %s: build and install it", weston,
			    path);
	else if (module != weston)
		doctor_tell(doctor, DOCTOR_FAIL, "Weston",
			    "%d is installed, but %s was built for %d: build it anew, with "
			    "-Dlibweston=%d",
			    weston, path, module, weston);
	else
		doctor_tell(doctor, DOCTOR_OK, "Weston", "%d, and the module is for it", weston);
}
