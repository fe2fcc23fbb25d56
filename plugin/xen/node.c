/* SPDX-License-Identifier: MIT */
/* See node.h. */
#include "xen/node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/decimal.h"

#define TRANSACTION_TRIES 16

bool
node_is_over_quota(int error)
{
	return error == E2BIG || error == ENOSPC || error == EDQUOT;
}

void
nodes_note_failure(struct nodes *nodes)
{
	if (errno != ENOENT && errno != EACCES && errno != EPERM && errno != EEXIST &&
	    errno != EINVAL && !node_is_over_quota(errno) && nodes->lost == 0)
		nodes->lost = errno ? errno : EIO;
}

void
nodes_begin_look(struct nodes *nodes)
{
	nodes->look = nodes->xs ? xs_transaction_start(nodes->xs) : XBT_NULL;
	if (nodes->xs && nodes->look == XBT_NULL)
		nodes_note_failure(nodes);
}

/* xenstored reports a conflict when a transaction is committed, even if it has only read. */
bool
nodes_end_look(struct nodes *nodes)
{
	xs_transaction_t look = nodes->look;

	nodes->look = XBT_NULL;
	if (look == XBT_NULL || xs_transaction_end(nodes->xs, look, false))
		return true;
	if (errno == EAGAIN)
		return false;
	nodes_note_failure(nodes);
	return true;
}

char *
node_read(struct nodes *nodes, const char *directory, const char *name)
{
	char path[XENSTORE_ABS_PATH_MAX];
	unsigned int size;

	if (!nodes->xs ||
	    snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return NULL;
	char *value = xs_read(nodes->xs, nodes->look, path, &size);
	if (!value)
		nodes_note_failure(nodes);
	if (value && size > nodes->max_value_bytes) {
		free(value);
		return NULL;
	}
	return value;
}

int
node_read_number(struct nodes *nodes, const char *directory, const char *name, uint32_t *out)
{
	_autofree_ char *untrusted_text = node_read(nodes, directory, name);
	uint32_t value;

	if (!untrusted_text)
		return -ENOENT;
	const char *end = decimal_read(untrusted_text, UINT32_MAX, &value);
	if (!end || *end != '\0')
		return -EINVAL;
	*out = value;
	return 0;
}

enum xenbus_state
node_read_state(struct nodes *nodes, const char *directory)
{
	uint32_t state;

	if (node_read_number(nodes, directory, "state", &state) < 0 ||
	    state > XenbusStateReconfigured)
		return XenbusStateUnknown;
	return (enum xenbus_state)state;
}

/* 0; -EAGAIN: it conflicted with another transaction and must be repeated; other negative errno. */
static int
try_to_write(struct nodes *nodes, const char *directory, const char *name, const char *value)
{
	char path[XENSTORE_ABS_PATH_MAX], state[XENSTORE_ABS_PATH_MAX];
	unsigned int size;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	snprintf(state, sizeof(state), "%s/state", directory);
	xs_transaction_t transaction = xs_transaction_start(nodes->xs);
	if (transaction == XBT_NULL) {
		nodes_note_failure(nodes);
		return -errno;
	}
	_autofree_ char *before = xs_read(nodes->xs, transaction, state, &size);
	bool written =
		before && xs_write(nodes->xs, transaction, path, value, (unsigned)strlen(value));
	int error = written ? 0 : errno;
	if (!written)
		nodes_note_failure(nodes);
	if (xs_transaction_end(nodes->xs, transaction, !written))
		return -error;
	if (errno != EAGAIN)
		nodes_note_failure(nodes);
	return -errno;
}

int
node_write_beside_state(struct nodes *nodes, const char *directory, const char *name,
			const char *value)
{
	int ret = -EAGAIN;

	for (int tries = 0; nodes->xs && ret == -EAGAIN && tries < TRANSACTION_TRIES; tries++)
		ret = try_to_write(nodes, directory, name, value);
	if (nodes->xs && ret == -EAGAIN)
		nodes_note_failure(nodes);
	return ret;
}

int
node_watch(struct nodes *nodes, const char *path, const char *token)
{
	if (!nodes->xs)
		return -ENOTCONN;
	if (xs_watch(nodes->xs, path, token) || errno == EEXIST)
		return 0;
	int error = errno;
	nodes_note_failure(nodes);
	return -error;
}

void
node_unwatch(struct nodes *nodes, const char *path, const char *token)
{
	if (nodes->xs)
		xs_unwatch(nodes->xs, path, token);
}
