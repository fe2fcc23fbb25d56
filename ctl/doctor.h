/* SPDX-License-Identifier: MIT */
/* Shared by doctor's checks: findings, and access to the machine's files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool.h"

enum verdict {
	DOCTOR_OK,
	DOCTOR_WARN,    /* it works, or may work, but not as well */
	DOCTOR_FAIL,    /* nothing can be shown until this is fixed */
	DOCTOR_UNKNOWN, /* this user cannot check it */
};

struct doctor {
	const struct settings *settings;
	const char *root;  /* root of the examined file system: "", or a tree made by tests */
	const char *guest; /* NULL: all guests */
	unsigned failed;
};

/* Prints a finding: its subject, and its state; if that is not OK, what to do. */
void
doctor_tell(struct doctor *doctor, enum verdict verdict, const char *about, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Writes the path of a file below the root to `path`. */
void
doctor_path(const struct doctor *doctor, char *path, size_t size, const char *file);

/* Reads a file's first line, without the newline. False: errno says why. */
bool
doctor_read_line(const struct doctor *doctor, const char *file, char *line, size_t size);

/* Number of pages that a screen's two buffers take at 32 bits per pixel: the guest draws into one
 * while the other is shown. */
uint64_t
doctor_screen_pages(uint32_t width, uint32_t height);

/* Groups of checks. */
void
doctor_check_kernel(struct doctor *doctor);
void
doctor_check_weston(struct doctor *doctor);
void
doctor_check_store(struct doctor *doctor);
