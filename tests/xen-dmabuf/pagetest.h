/* SPDX-License-Identifier: MIT */
/* Shared by the files of pagetest: the device, the guest's pages, and checks of results. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../../kernel/xen-dmabuf.h"
#include "grantor.h"

#define RELEASE_MS 20000

/* The device; the guest that granted the pages, their references, number and total size. */
extern int device;
extern uint32_t domid, refs[65536], count;
extern size_t bytes;
/* Pages held by others, such as Weston. */
extern long others_pages;
/* Whether this domain is a PV one. */
extern bool is_pv;

/* Prints "ok WHAT", or "not ok WHAT: WHY", where WHY is the text of errno. */
__attribute__((format(printf, 2, 3))) bool
check(bool good, const char *format, ...);
/* Checks that a call has failed with this error. Closes the descriptor if it succeeded. */
void
refused(int result, int error, const char *what);

double
now_ms(void);
long
parameter(const char *name);
void
set_parameter(const char *name, long value);
/* Pages held now, except those of others. */
long
pages_held(void);
int
open_device(void);

int
export_of(uint32_t domain, const uint32_t *list, uint32_t pages, uint32_t flags, int event);
int
export_all(uint32_t flags, int event);
/* NULL on failure. */
void *
map(int fd, size_t length, int protection, off_t offset);
/* The number of words in these pages that differ from what the guest wrote; ignores the counter. */
unsigned
wrong_words(const volatile uint32_t *words, uint32_t first, uint32_t pages);
/* Whether an export's eventfd reports within this time that its pages were released. */
bool
is_released(int event, int ms);

/* pagetest-map.c; the argument is NUMBER of the command line, if a test uses it. */
void
test_basic(long number);
void
test_readonly(long number);
void
test_granted_readonly(long number);
void
test_mappings(long number);
void
test_hold(long seconds);
void
test_threads(long seconds);

/* pagetest-call.c */
void
test_gntdev(long number);
void
test_bad(long number);
void
test_rounds(long rounds);
void
test_killed(long rounds);
void
test_quotas(long number);

/* pagetest-offer.c */
void
test_offer(long number);
void
test_bad_offer(long number);

/* pagetest-dma.c */
void
test_dma(long number);

/* pagetest-compare.c */
void
test_compare(long rounds);
