/* SPDX-License-Identifier: MIT */
/*
 * The simulated guest's access to xenstore: a kernel's ring and event channel, behind a socket that
 * libxenstore connects to, so that xenstored enforces the domain's permissions.
 */
#ifndef SIM_GUEST_STORE_H
#define SIM_GUEST_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <xenstore.h>

/* Creates the ring and its channel. Returns the port for the tool stack, or a negative errno. */
int
guest_store_init(uint16_t domid);

/* NULL on failure. */
struct xs_handle *
guest_store_open(void);

/* The decimal number in directory/name, or otherwise if there is none. */
long
guest_store_number(struct xs_handle *store, const char *directory, const char *name,
		   long otherwise);

/* Returns a copy of the string in directory/name, owned by the caller; NULL if there is none. */
char *
guest_store_string(struct xs_handle *store, const char *directory, const char *name);

bool
guest_store_write(struct xs_handle *store, xs_transaction_t transaction, const char *directory,
		  const char *name, const char *value);

bool
guest_store_write_number(struct xs_handle *store, xs_transaction_t transaction,
			 const char *directory, const char *name, long value);

#endif
