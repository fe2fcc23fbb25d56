/* SPDX-License-Identifier: MIT */
/* A test's own folder for real files, created at its first use. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

/* A path in the folder, "." for the folder itself. Valid until the fourth call after this one. */
const char *
at(const char *name);

/* Creates an empty file, mode 0600. */
void
make_file(const char *name);

/* Creates a folder, mode 0700. */
void
make_folder(const char *name);

/* Removes the folder with its contents, even without permissions. The next use makes another. */
void
remove_all(void);

#endif
