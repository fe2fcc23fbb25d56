/* SPDX-License-Identifier: MIT */
/*
 * The nodes of an input device in xenstore: the tool stack's configuration, in the backend's
 * directory, and what the frontend requests and publishes. Runs on the store's thread.
 */
#pragma once

#include "xen/node.h"
#include "xen/store.h"

/* xl's name for these devices in the backend's path; the frontend's path has vkbd. */
#define INPUT_DRIVER_NAME "vinput"

/* Reads the tool stack's configuration, which a frontend reads when it is created, and relies
 * on from then on. Missing or malformed nodes get the defaults of Linux's frontend. */
void
input_nodes_read_configuration(struct nodes *nodes, const char *backend, struct store_input *out);

/* Reads the frontend's page and event channel, and what it requests of what is offered. 0, -ENOENT
 * or -EINVAL: then *wrong is the node that is missing or not a number. */
int
input_nodes_read_page(struct nodes *nodes, const char *frontend, struct store_input *out,
		      const char **wrong);
