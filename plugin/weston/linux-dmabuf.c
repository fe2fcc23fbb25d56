/* SPDX-License-Identifier: MIT */
/* See linux-dmabuf.h. */
#include "weston/linux-dmabuf.h"

#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "pure/dmabuf-policy.h"
#include "linux-dmabuf-unstable-v1-client-protocol.h"
#include "weston-direct-display-client-protocol.h"

struct dmabuf_format {
	uint32_t fourcc;
	uint64_t modifier; /* DRM_FORMAT_MOD_LINEAR, else DRM_FORMAT_MOD_INVALID */
};

struct dmabuf_order {
	struct wl_list link; /* linux_dmabuf.orders */
	struct zwp_linux_buffer_params_v1 *params;
	void (*handle)(void *data, struct wl_buffer *wl_buffer); /* NULL: cancelled */
	void *data;
};

/* Formats */

static struct dmabuf_format *
find_format(const struct linux_dmabuf *dmabuf, uint32_t fourcc)
{
	struct dmabuf_format *format;

	wl_array_for_each(format, &dmabuf->formats)
		if (format->fourcc == fourcc)
			return format;
	return NULL;
}

static void
handle_format(void *data, struct zwp_linux_dmabuf_v1 *proxy, uint32_t fourcc)
{
	/* Version 3 sends all of them again, with modifiers. */
}

static void
handle_modifier(void *data, struct zwp_linux_dmabuf_v1 *proxy, uint32_t fourcc,
		uint32_t modifier_hi, uint32_t modifier_lo)
{
	struct linux_dmabuf *dmabuf = data;
	uint64_t modifier = (uint64_t)modifier_hi << 32 | modifier_lo;
	struct dmabuf_format *format = find_format(dmabuf, fourcc);

	if (modifier != DRM_FORMAT_MOD_LINEAR && modifier != DRM_FORMAT_MOD_INVALID)
		return;
	if (!format) {
		format = wl_array_add(&dmabuf->formats, sizeof(*format));
		if (format)
			*format = (struct dmabuf_format){fourcc, modifier};
	} else if (modifier == DRM_FORMAT_MOD_LINEAR) {
		format->modifier = modifier;
	}
}

static const struct zwp_linux_dmabuf_v1_listener dmabuf_listener = {
	.format = handle_format,
	.modifier = handle_modifier,
};

bool
linux_dmabuf_has_format(const struct linux_dmabuf *dmabuf, uint32_t fourcc)
{
	return find_format(dmabuf, fourcc) != NULL;
}

/* Orders */

static void
order_free(struct dmabuf_order *order)
{
	wl_list_remove(&order->link);
	zwp_linux_buffer_params_v1_destroy(order->params);
	free(order);
}

static void
finish_order(struct dmabuf_order *order, struct wl_buffer *wl_buffer)
{
	void (*handle)(void *data, struct wl_buffer *wl_buffer) = order->handle;
	void *data = order->data;

	order_free(order);
	if (handle)
		handle(data, wl_buffer);
	else if (wl_buffer)
		wl_buffer_destroy(wl_buffer);
}

static void
handle_created(void *data, struct zwp_linux_buffer_params_v1 *params, struct wl_buffer *wl_buffer)
{
	finish_order(data, wl_buffer);
}

static void
handle_failed(void *data, struct zwp_linux_buffer_params_v1 *params)
{
	finish_order(data, NULL);
}

static const struct zwp_linux_buffer_params_v1_listener params_listener = {
	.created = handle_created,
	.failed = handle_failed,
};

struct dmabuf_order *
linux_dmabuf_order(struct linux_dmabuf *dmabuf, const struct dmabuf_picture *picture,
		   void (*handle)(void *data, struct wl_buffer *wl_buffer), void *data)
{
	const struct dmabuf_format *format = find_format(dmabuf, picture->fourcc);
	struct dmabuf_order *order = format ? calloc(1, sizeof(*order)) : NULL;

	if (order)
		order->params = zwp_linux_dmabuf_v1_create_params(dmabuf->proxy);
	if (!order || !order->params) {
		free(order);
		return NULL;
	}
	order->handle = handle;
	order->data = data;
	wl_list_insert(&dmabuf->orders, &order->link);
	zwp_linux_buffer_params_v1_add_listener(order->params, &params_listener, order);
	if (picture->direct)
		weston_direct_display_v1_enable(dmabuf->direct_display, order->params);
	zwp_linux_buffer_params_v1_add(order->params, picture->fd, 0, picture->offset,
				       picture->pitch, (uint32_t)(format->modifier >> 32),
				       (uint32_t)format->modifier);
	zwp_linux_buffer_params_v1_create(order->params, picture->width, picture->height,
					  picture->fourcc, 0);
	return order;
}

void
linux_dmabuf_cancel(struct dmabuf_order *order)
{
	/* The compositor may have created the wl_buffer already. Its event must still be handled,
	 * or the server's next object ID would not match. */
	if (order)
		order->handle = NULL;
}

/* The whole */

void
linux_dmabuf_init(struct linux_dmabuf *dmabuf)
{
	memset(dmabuf, 0, sizeof(*dmabuf));
	wl_array_init(&dmabuf->formats);
	wl_list_init(&dmabuf->orders);
}

void
linux_dmabuf_handle_global(struct linux_dmabuf *dmabuf, struct wl_registry *registry, uint32_t name,
			   const char *interface, uint32_t version)
{
	if (strcmp(interface, weston_direct_display_v1_interface.name) == 0) {
		dmabuf->direct_display =
			wl_registry_bind(registry, name, &weston_direct_display_v1_interface, 1);
		return;
	}
	if (strcmp(interface, zwp_linux_dmabuf_v1_interface.name) != 0)
		return;
	dmabuf->version = version;
	if (version < DMABUF_VERSION_USED)
		return;
	dmabuf->proxy = wl_registry_bind(registry, name, &zwp_linux_dmabuf_v1_interface,
					 DMABUF_VERSION_USED);
	if (dmabuf->proxy)
		zwp_linux_dmabuf_v1_add_listener(dmabuf->proxy, &dmabuf_listener, dmabuf);
}

void
linux_dmabuf_finish(struct linux_dmabuf *dmabuf)
{
	struct dmabuf_order *order, *next;

	wl_list_for_each_safe(order, next, &dmabuf->orders, link)
		order_free(order);
	if (dmabuf->direct_display)
		weston_direct_display_v1_destroy(dmabuf->direct_display);
	if (dmabuf->proxy)
		zwp_linux_dmabuf_v1_destroy(dmabuf->proxy);
	wl_array_release(&dmabuf->formats);
}
