/* SPDX-License-Identifier: MIT */
/* See slot.h. */
#include "weston/slot.h"

#include <poll.h>

#include "weston/linux-dmabuf.h"

static void
forget_fence(struct slot *slot)
{
	if (slot->fence)
		wl_event_source_remove(slot->fence);
	slot->fence = NULL;
}

void
slot_free(struct slot *slot)
{
	forget_fence(slot);
	slot->busy = false;
	slot->handler->freed(slot);
}

static int
handle_fence(int fd, uint32_t mask, void *data)
{
	slot_free(data);
	return 0;
}

bool
slot_wait_for_gpu(struct slot *slot, struct wl_event_loop *loop)
{
	struct pollfd pollfd = {.fd = slot->dmabuf_fd, .events = POLLOUT};

	if (slot->dmabuf_fd < 0 || poll(&pollfd, 1, 0) != 0)
		return false;
	if (!slot->fence)
		slot->fence = wl_event_loop_add_fd(loop, slot->dmabuf_fd, WL_EVENT_WRITABLE,
						   handle_fence, slot);
	return slot->fence != NULL;
}

static void
handle_released(void *data, struct wl_buffer *wl_buffer)
{
	struct slot *slot = data;

	slot->released = true;
	if (slot->dmabuf_fd < 0)
		slot_free(slot);
	else
		slot->handler->released(slot);
}

static const struct wl_buffer_listener slot_listener = {
	.release = handle_released,
};

void
slot_take(struct slot *slot, struct wl_buffer *wl_buffer, int dmabuf_fd)
{
	slot->wl_buffer = wl_buffer;
	slot->busy = false;
	slot->released = false;
	slot->dmabuf_fd = dmabuf_fd;
	if (wl_buffer)
		wl_buffer_add_listener(wl_buffer, &slot_listener, slot);
}

void
slot_lend(struct slot *slot)
{
	forget_fence(slot);
	slot->busy = true;
	slot->released = false;
}

void
slot_drop(struct slot *slot)
{
	linux_dmabuf_cancel(slot->order);
	slot->order = NULL;
	forget_fence(slot);
	if (slot->wl_buffer)
		wl_buffer_destroy(slot->wl_buffer);
	slot->wl_buffer = NULL;
	slot->busy = false;
}

void
slot_keep(struct slot *slot)
{
	forget_fence(slot);
	slot->dmabuf_fd = -1;
}
