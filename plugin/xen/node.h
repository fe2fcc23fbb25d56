/* SPDX-License-Identifier: MIT */
/*
 * Nodes of xenstore, read and written as what they hold, and what an error means: that a node is
 * not there, that xenstored refuses, or that it cannot be asked any more. One of four files that
 * call libxenstore: store, xenbus and xenbus-device are the others. Lives on the store's thread:
 * every call here waits for xenstored.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/io/xenbus.h>
#include <xenstore.h>

struct nodes {
	struct xs_handle *xs;     /* NULL: no connection at the moment */
	xs_transaction_t look;    /* what is read belongs to; XBT_NULL: each node as it is then */
	uint32_t max_value_bytes; /* longer values are not looked at */
	int lost; /* the error with which xenstore could not be asked, positive; 0: it can */
};

/* xenstored allows each domain but Dom0 only so many nodes, watches and so much in them. error:
 * positive errno. */
bool
node_is_over_quota(int error);

/* After a call of libxenstore that failed: whether xenstored said so, or could not be asked. In the
 * second case nothing that was read holds, until all is read anew. errno tells. */
void
nodes_note_failure(struct nodes *nodes);

/* Between the two nothing is written. false at the end: what was read did not stand in xenstore at
 * one moment, since the tool stack was replacing it meanwhile; it is to be read again. */
void
nodes_begin_look(struct nodes *nodes);

bool
nodes_end_look(struct nodes *nodes);

/* The value of directory/name, to be freed; NULL: absent, or longer than is looked at. */
char *
node_read(struct nodes *nodes, const char *directory, const char *name);

/* A decimal number that fits; -ENOENT: no node; -EINVAL: something else in it. */
int
node_read_number(struct nodes *nodes, const char *directory, const char *name, uint32_t *out);

/* XenbusStateUnknown: no node, or no state in it. */
enum xenbus_state
node_read_state(struct nodes *nodes, const char *directory);

/* Never into a directory that the tool stack has removed meanwhile: a write would make it anew. The
 * look for its node "state" and the write are one transaction. 0 or negative errno. */
int
node_write_beside_state(struct nodes *nodes, const char *directory, const char *name,
			const char *value);

/* 0 or negative errno; one that is there already is none. */
int
node_watch(struct nodes *nodes, const char *path, const char *token);

void
node_unwatch(struct nodes *nodes, const char *path, const char *token);
