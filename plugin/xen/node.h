/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes nodes of xenstore by their type, and tells errors apart: a missing node, a
 * refusal by xenstored, or a lost connection. One of four files that call libxenstore; the others
 * are store, xenbus and xenbus-device. Runs on the store's thread: every call waits for xenstored.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/io/xenbus.h>
#include <xenstore.h>

struct nodes {
	struct xs_handle *xs;     /* NULL: no connection at present */
	xs_transaction_t look;    /* transaction for reads; XBT_NULL: none */
	uint32_t max_value_bytes; /* longer values are ignored */
	int lost; /* positive errno of the failure that lost the connection; 0: none */
};

/* Whether a quota of xenstore is used up: each domain but Dom0 may have only so many nodes and
 * watches, and values of a limited size. error: positive errno. */
bool
node_is_over_quota(int error);

/* Call after libxenstore has failed, with its errno: decides whether xenstored refused or could not
 * be reached. In the latter case sets nodes->lost, and nothing read before is valid until all is
 * read again. */
void
nodes_note_failure(struct nodes *nodes);

/* Write nothing between these two calls. False at the end: the reads were no consistent snapshot,
 * since the tool stack was replacing the nodes meanwhile; they must be repeated. */
void
nodes_begin_look(struct nodes *nodes);

bool
nodes_end_look(struct nodes *nodes);

/* The value of directory/name, to be freed; NULL: absent, or longer than max_value_bytes. */
char *
node_read(struct nodes *nodes, const char *directory, const char *name);

/* A decimal number that fits into *out; -ENOENT: no node; -EINVAL: not such a number. */
int
node_read_number(struct nodes *nodes, const char *directory, const char *name, uint32_t *out);

/* XenbusStateUnknown: no node, or not a state. */
enum xenbus_state
node_read_state(struct nodes *nodes, const char *directory);

/* Writes a node, but not into a directory that the tool stack has removed meanwhile, which the
 * write would create again: checks for its node "state" and writes in one transaction. 0 or
 * negative errno. */
int
node_write_beside_state(struct nodes *nodes, const char *directory, const char *name,
			const char *value);

/* 0 or negative errno; a watch that exists already is no error. */
int
node_watch(struct nodes *nodes, const char *path, const char *token);

void
node_unwatch(struct nodes *nodes, const char *path, const char *token);
