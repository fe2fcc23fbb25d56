/* SPDX-License-Identifier: MIT */
/* A folder of a test's own for real files. Made at its first use. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

/* A path below the folder, "." for the folder. Valid until the fourth call after this one. */
const char *
at(const char *name);

/* Empty, mode 0600. */
void
make_file(const char *name);

/* Mode 0700. */
void
make_folder(const char *name);

/* Removes the folder with all in it, closed folders too. The next use makes another. */
void
remove_all(void);

#endif
