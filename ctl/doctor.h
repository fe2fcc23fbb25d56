/* SPDX-License-Identifier: MIT */
/* What doctor's checks share: findings, and files of the machine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool.h"

enum verdict {
	DOCTOR_OK,
	DOCTOR_WARN,    /* it works, or may, but not as well */
	DOCTOR_FAIL,    /* nothing can be shown before that is mended */
	DOCTOR_UNKNOWN, /* it cannot be seen by this user */
};

struct doctor {
	const struct settings *settings;
	const char *root;  /* of the file system that is looked at: "", or what tests made */
	const char *guest; /* NULL: all guests */
	unsigned failed;
};

/* A line: what it is about, and how it is; where it is not well, what to do. */
void
doctor_tell(struct doctor *doctor, enum verdict verdict, const char *about, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A file below the root. */
void
doctor_path(const struct doctor *doctor, char *path, size_t size, const char *file);

/* Its first line, without the end. False: errno says why. */
bool
doctor_read_line(const struct doctor *doctor, const char *file, char *line, size_t size);

/* That a screen takes, of 32 bits a pixel: a guest draws into one buffer while the other is seen.
 */
uint64_t
doctor_screen_pages(uint32_t width, uint32_t height);

/* Groups of checks. */
void
doctor_check_kernel(struct doctor *doctor);
void
doctor_check_weston(struct doctor *doctor);
void
doctor_check_store(struct doctor *doctor);
