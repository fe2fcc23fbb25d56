/* SPDX-License-Identifier: MIT */
/*
 * The simulated guest's access to xenstore: the ring and event channel that a kernel has, behind a
 * socket that libxenstore connects to, so that xenstored enforces the domain's permissions.
 */
#ifndef SIM_GUEST_STORE_H
#define SIM_GUEST_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <xenstore.h>

/* Makes the ring and its channel. Returns the port for the tool stack, or a negative errno. */
int
guest_store_init(uint16_t domid);

/* NULL if it failed. */
struct xs_handle *
guest_store_open(void);

/* The decimal number in directory/name, or otherwise if there is none. */
long
guest_store_number(struct xs_handle *store, const char *directory, const char *name,
		   long otherwise);

/* A copy of the string in directory/name for the caller to free; NULL if there is none. */
char *
guest_store_string(struct xs_handle *store, const char *directory, const char *name);

bool
guest_store_write(struct xs_handle *store, xs_transaction_t transaction, const char *directory,
		  const char *name, const char *value);

bool
guest_store_write_number(struct xs_handle *store, xs_transaction_t transaction,
			 const char *directory, const char *name, long value);

#endif
