/* SPDX-License-Identifier: MIT */
/*
 * What stands in xenstore about an input device: how the tool stack configured it, in the backend's
 * directory, and what its frontend asks for and publishes. Lives on the store's thread.
 */
#pragma once

#include "xen/node.h"
#include "xen/store.h"

/* xl's name for them; the frontend's directory says vkbd. */
#define INPUT_DRIVER_NAME "vinput"

/* The tool stack's part. A frontend takes it for granted when it is made, so that it holds for as
 * long as that stands. What is missing or no number is what Linux's frontend takes then. */
void
input_nodes_read_configuration(struct nodes *nodes, const char *backend, struct store_input *out);

/* The frontend's page and event channel, and what it asks for of what it is offered. -ENOENT,
 * -EINVAL: *wrong, where it is not NULL, is the node that is no number. */
int
input_nodes_read_page(struct nodes *nodes, const char *frontend, struct store_input *out,
		      const char **wrong);
