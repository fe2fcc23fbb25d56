/* SPDX-License-Identifier: MIT */
/* See control-client.h. */
#include "weston/control-client.h"

#include <stdlib.h>
#include <unistd.h>

static void
free_unused(struct control_client *client)
{
	if (!client->wl_client && client->objects == 0)
		free(client);
}

static void
handle_destroyed(struct wl_listener *listener, void *data)
{
	struct control_client *client = wl_container_of(listener, client, destroyed);

	wl_list_remove(&client->link);
	wl_list_remove(&client->destroyed.link);
	client->wl_client = NULL;
	/* Its objects are destroyed after this. */
	free_unused(client);
}

struct control_client *
control_client_create(struct wl_display *display, int fd, struct wl_list *clients)
{
	struct control_client *client = calloc(1, sizeof(*client));

	if (client)
		client->wl_client = wl_client_create(display, fd);
	if (!client || !client->wl_client) {
		free(client);
		close(fd);
		return NULL;
	}
	client->destroyed.notify = handle_destroyed;
	wl_client_add_destroy_listener(client->wl_client, &client->destroyed);
	wl_list_insert(clients, &client->link);
	return client;
}

bool
control_client_may(struct wl_resource *resource, unsigned count, unsigned most, uint32_t error,
		   const char *words)
{
	if (count >= most)
		wl_resource_post_error(resource, error, "a client has at most %u %s at a time",
				       most, words);
	return count < most;
}

struct wl_resource *
control_client_add(struct control_client *client, const struct wl_interface *interface, uint32_t id,
		   const void *data, unsigned *count)
{
	struct wl_resource *resource =
		data ? wl_resource_create(client->wl_client, interface, client->version, id) : NULL;

	if (!resource) {
		wl_client_post_no_memory(client->wl_client);
		return NULL;
	}
	client->objects++;
	if (count)
		++*count;
	return resource;
}

void
control_client_handle_destroy(struct wl_client *wl_client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

void
control_client_give(struct control_client *client, unsigned *count)
{
	client->objects--;
	if (count)
		--*count;
	free_unused(client);
}

struct control_client *
control_client_find(const struct wl_list *clients, const struct wl_client *wl_client)
{
	struct control_client *client;

	wl_list_for_each(client, clients, link)
		if (client->wl_client == wl_client)
			return client;
	return NULL;
}
