/* SPDX-License-Identifier: MIT */
/*
 * The simulated guest's command language, one line at a time.
 */
#ifndef SIM_GUEST_COMMANDS_H
#define SIM_GUEST_COMMANDS_H

#include <stdint.h>
#include <xenstore.h>

void
guest_commands_init(uint16_t domid, struct xs_handle *store);

/* Runs one command and prints its reply. Modifies the line. */
void
guest_command(char *line);

#endif
