/* SPDX-License-Identifier: MIT */
/*
 * The simulated guest's input driver: the frontend of kbdif as in xen-kbdfront. What would crash
 * that driver is reported as an event "oops".
 *
 * Events: "key", "pos", "rel", "touch", "syn", each with dev= and its values; "oops" with why=.
 */
#ifndef SIM_GUEST_INPUT_H
#define SIM_GUEST_INPUT_H

#include <stdint.h>
#include <xenstore.h>

#define GUEST_INPUT_TOKEN "kbd/"
#define GUEST_INPUT_COMMANDS                                                                                      \
	"DEV connect [wait] [gref=N] [port=N] | resume | remove | deaf 0|1 | read | held | state N | notify N | " \
	"poke OFFSET HEX | peek OFFSET LENGTH | scribble SECONDS"

/* 0 or a negative errno. */
int
guest_input_init(uint16_t domid, struct xs_handle *store);

/* To be polled for reading, then handed to guest_input_dispatch. */
int
guest_input_fd(void);

void
guest_input_dispatch(void);

/* A watch with a token that begins with GUEST_INPUT_TOKEN fired. */
void
guest_input_watch_fired(const char *token);

/* The words of one of GUEST_INPUT_COMMANDS; prints its reply. */
void
guest_input_command(unsigned count, char *const *words);

#endif
