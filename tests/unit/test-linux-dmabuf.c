/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/linux-dmabuf.c against a minimal compositor made of libwayland's server at
 * the other end of a socket pair: the exact requests, and the effect of each answer.
 */
#include "test.h"

#include "weston/linux-dmabuf.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "linux-dmabuf-unstable-v1-server-protocol.h"
#include "weston-direct-display-server-protocol.h"

#define ORDERS 4

/* The compositor */

struct offered {
	uint32_t fourcc;
	uint64_t modifier;
};

static struct {
	struct wl_display *display;
	struct wl_client *client;
	const struct offered *offered; /* ends with a fourcc of 0 */
	uint32_t bound_version;        /* 0: not bound */
	char asked[512];               /* all requests, in order */
	struct stat dmabuf;            /* the last one received */
	struct wl_resource *params[ORDERS];
	unsigned params_count, params_alive, buffers_alive;
} compositor;

static void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	size_t length = strlen(compositor.asked);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(compositor.asked + length, sizeof(compositor.asked) - length, format, arguments);
	va_end(arguments);
}

static void
destroy_resource(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static void
add_plane(struct wl_client *client, struct wl_resource *params, int32_t fd, uint32_t plane,
	  uint32_t offset, uint32_t pitch, uint32_t modifier_hi, uint32_t modifier_lo)
{
	check_int(fstat(fd, &compositor.dmabuf), 0);
	close(fd);
	note("add plane %u offset %u pitch %u modifier %08x%08x; ", plane, offset, pitch,
	     modifier_hi, modifier_lo);
}

static void
create(struct wl_client *client, struct wl_resource *params, int32_t width, int32_t height,
       uint32_t fourcc, uint32_t flags)
{
	note("create %dx%d %.4s flags %u; ", width, height, (const char *)&fourcc, flags);
}

static void
create_immed(struct wl_client *client, struct wl_resource *params, uint32_t id, int32_t width,
	     int32_t height, uint32_t fourcc, uint32_t flags)
{
	note("create_immed; ");
}

static const struct zwp_linux_buffer_params_v1_interface params_requests = {
	.destroy = destroy_resource,
	.add = add_plane,
	.create = create,
	.create_immed = create_immed,
};

static void
forget_params(struct wl_resource *params)
{
	compositor.params_alive--;
}

static void
create_params(struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
	struct wl_resource *params =
		wl_resource_create(client, &zwp_linux_buffer_params_v1_interface,
				   wl_resource_get_version(resource), id);

	check(compositor.params_count < ORDERS);
	wl_resource_set_implementation(params, &params_requests, NULL, forget_params);
	compositor.params[compositor.params_count++] = params;
	compositor.params_alive++;
}

static const struct zwp_linux_dmabuf_v1_interface dmabuf_requests = {
	.destroy = destroy_resource,
	.create_params = create_params,
};

static void
bind_dmabuf(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	struct wl_resource *resource =
		wl_resource_create(client, &zwp_linux_dmabuf_v1_interface, (int)version, id);

	compositor.bound_version = version;
	wl_resource_set_implementation(resource, &dmabuf_requests, NULL, NULL);
	for (const struct offered *one = compositor.offered; one->fourcc; one++) {
		zwp_linux_dmabuf_v1_send_format(resource, one->fourcc);
		zwp_linux_dmabuf_v1_send_modifier(resource, one->fourcc,
						  (uint32_t)(one->modifier >> 32),
						  (uint32_t)one->modifier);
	}
}

static void
enable_direct(struct wl_client *client, struct wl_resource *resource, struct wl_resource *params)
{
	check(params == compositor.params[compositor.params_count - 1]);
	note("enable direct display; ");
}

static const struct weston_direct_display_v1_interface direct_requests = {
	.enable = enable_direct,
	.destroy = destroy_resource,
};

static void
bind_direct(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	struct wl_resource *resource =
		wl_resource_create(client, &weston_direct_display_v1_interface, (int)version, id);

	wl_resource_set_implementation(resource, &direct_requests, NULL, NULL);
}

static const struct wl_buffer_interface buffer_requests = {
	.destroy = destroy_resource,
};

static void
forget_buffer(struct wl_resource *buffer)
{
	compositor.buffers_alive--;
}

static void
answer_created(unsigned order)
{
	struct wl_resource *buffer =
		wl_resource_create(compositor.client, &wl_buffer_interface, 1, 0);

	wl_resource_set_implementation(buffer, &buffer_requests, NULL, forget_buffer);
	compositor.buffers_alive++;
	zwp_linux_buffer_params_v1_send_created(compositor.params[order], buffer);
}

static void
answer_failed(unsigned order)
{
	zwp_linux_buffer_params_v1_send_failed(compositor.params[order]);
}

/* The client */

static struct wl_display *display;
static struct wl_registry *registry;
static struct linux_dmabuf dmabuf;
static int picture_fd;

static void
handle_global(void *data, struct wl_registry *which, uint32_t name, const char *interface,
	      uint32_t version)
{
	linux_dmabuf_handle_global(&dmabuf, which, name, interface, version);
}

static void
handle_global_remove(void *data, struct wl_registry *which, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = handle_global,
	.global_remove = handle_global_remove,
};

static void
handle_done(void *data, struct wl_callback *callback, uint32_t serial)
{
	wl_callback_destroy(callback);
	*(bool *)data = true;
}

static const struct wl_callback_listener done_listener = {
	.done = handle_done,
};

static void
read_events(void)
{
	struct pollfd pollfd = {.fd = wl_display_get_fd(display), .events = POLLIN};

	while (wl_display_prepare_read(display) != 0)
		check(wl_display_dispatch_pending(display) >= 0);
	if (poll(&pollfd, 1, 0) == 1)
		check_int(wl_display_read_events(display), 0);
	else
		wl_display_cancel_read(display);
	check(wl_display_dispatch_pending(display) >= 0);
}

/* Until each side has handled what the other one had sent. */
static void
exchange(void)
{
	bool done = false;

	wl_callback_add_listener(wl_display_sync(display), &done_listener, &done);
	while (!done) {
		check(wl_display_flush(display) >= 0);
		wl_event_loop_dispatch(wl_display_get_event_loop(compositor.display), 0);
		wl_display_flush_clients(compositor.display);
		read_events();
	}
}

/* The same, and also what they sent in response. */
static void
settle(void)
{
	exchange();
	exchange();
}

static const struct offered linear_xrgb[] = {
	{DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR},
	{0, 0},
};

/* version 0: the compositor has no linux-dmabuf. */
static void
connect_to(uint32_t version, const struct offered *offered, bool direct_display)
{
	int sockets[2];

	check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	compositor.display = wl_display_create();
	compositor.client = wl_client_create(compositor.display, sockets[0]);
	compositor.offered = offered;
	if (version > 0)
		wl_global_create(compositor.display, &zwp_linux_dmabuf_v1_interface, (int)version,
				 NULL, bind_dmabuf);
	if (direct_display)
		wl_global_create(compositor.display, &weston_direct_display_v1_interface, 1, NULL,
				 bind_direct);
	display = wl_display_connect_to_fd(sockets[1]);
	linux_dmabuf_init(&dmabuf);
	registry = wl_display_get_registry(display);
	wl_registry_add_listener(registry, &registry_listener, NULL);
	settle();
	picture_fd = memfd_create("picture", MFD_CLOEXEC);
}

static void
disconnect(void)
{
	linux_dmabuf_finish(&dmabuf);
	settle();
	check_int(compositor.params_alive, 0);
	check_int(compositor.buffers_alive, 0);
	wl_registry_destroy(registry);
	wl_display_disconnect(display);
	wl_display_destroy_clients(compositor.display);
	wl_display_destroy(compositor.display);
	memset(&compositor, 0, sizeof(compositor));
	close(picture_fd);
}

struct outcome {
	unsigned calls;
	struct wl_buffer *wl_buffer;
};

static void
handle_outcome(void *data, struct wl_buffer *wl_buffer)
{
	struct outcome *outcome = data;

	outcome->calls++;
	outcome->wl_buffer = wl_buffer;
}

static struct dmabuf_order *
order(struct outcome *outcome, bool direct)
{
	const struct dmabuf_picture picture = {
		.fd = picture_fd,
		.offset = 4160,
		.pitch = 1408,
		.width = 320,
		.height = 240,
		.fourcc = DRM_FORMAT_XRGB8888,
		.direct = direct,
	};
	struct dmabuf_order *made = linux_dmabuf_order(&dmabuf, &picture, handle_outcome, outcome);

	check(made);
	settle();
	return made;
}

/* Versions */

TEST(the_version_that_is_offered_is_recorded_and_3_is_bound)
{
	static const struct {
		uint32_t offered, bound;
	} cases[] = {{0, 0}, {1, 0}, {2, 0}, {3, 3}, {4, 3}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("version %u", cases[i].offered);
		connect_to(cases[i].offered, linear_xrgb, false);
		check_int(dmabuf.version, cases[i].offered);
		check_int(compositor.bound_version, cases[i].bound);
		check_int(linux_dmabuf_has_format(&dmabuf, DRM_FORMAT_XRGB8888),
			  cases[i].bound > 0);
		check(!dmabuf.direct_display);
		disconnect();
	}
}

TEST(direct_display_is_found_without_linux_dmabuf)
{
	connect_to(0, linear_xrgb, true);
	check(dmabuf.direct_display);
	check_int(dmabuf.version, 0);
	disconnect();
}

/* Modifiers */

static void
check_modifier(const char *name, const struct offered *offered, const char *modifier)
{
	struct outcome outcome = {0};
	char part[64];

	test_case("%s", name);
	connect_to(4, offered, false);
	order(&outcome, false);
	snprintf(part, sizeof(part), "modifier %s;", modifier);
	check_contains(compositor.asked, part);
	answer_failed(0);
	settle();
	disconnect();
}

TEST(linear_is_said_where_it_is_offered)
{
	const struct offered alone[] = {{DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR}, {0, 0}};
	const struct offered first[] = {{DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR},
					{DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED},
					{DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID},
					{0, 0}};
	const struct offered last[] = {{DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID},
				       {DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_INVALID},
				       {DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED},
				       {DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR},
				       {0, 0}};

	check_modifier("alone", alone, "0000000000000000");
	check_modifier("first", first, "0000000000000000");
	check_modifier("last", last, "0000000000000000");
}

/* Another format's modifier means nothing. */
TEST(no_modifier_is_said_where_linear_is_not_offered)
{
	const struct offered alone[] = {{DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID}, {0, 0}};
	const struct offered others[] = {{DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR},
					 {DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED},
					 {DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID},
					 {DRM_FORMAT_RGB565, DRM_FORMAT_MOD_LINEAR},
					 {0, 0}};

	check_modifier("alone", alone, "00ffffffffffffff");
	check_modifier("among others", others, "00ffffffffffffff");
}

TEST(a_format_that_is_tiled_only_is_not_taken)
{
	const struct offered tiled[] = {{DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED},
					{DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR},
					{0, 0}};

	connect_to(4, tiled, false);
	check(!linux_dmabuf_has_format(&dmabuf, DRM_FORMAT_XRGB8888));
	check(linux_dmabuf_has_format(&dmabuf, DRM_FORMAT_ARGB8888));
	check(!linux_dmabuf_has_format(&dmabuf, DRM_FORMAT_YUYV));
	disconnect();
}

/* Creating wl_buffers */

#define ASKED                                                                                      \
	"add plane 0 offset 4160 pitch 1408 modifier 0000000000000000; create 320x240 XR24 flags " \
	"0; "

TEST(one_plane_is_described_and_created_so_that_it_may_fail)
{
	struct outcome outcome = {0};
	struct stat own;

	connect_to(3, linear_xrgb, true);
	order(&outcome, false);
	check_string(compositor.asked, ASKED);
	check_int(fstat(picture_fd, &own), 0);
	check_int(compositor.dmabuf.st_ino, own.st_ino);
	check_int(outcome.calls, 0);
	answer_created(0);
	settle();
	check_int(outcome.calls, 1);
	check(outcome.wl_buffer);
	check_int(compositor.params_alive, 0);
	check_int(compositor.buffers_alive, 1);
	wl_buffer_destroy(outcome.wl_buffer);
	disconnect();
}

TEST(what_cannot_be_imported_is_no_buffer)
{
	struct outcome outcome = {.wl_buffer = (void *)&outcome};

	connect_to(3, linear_xrgb, false);
	order(&outcome, false);
	answer_failed(0);
	settle();
	check_int(outcome.calls, 1);
	check(!outcome.wl_buffer);
	check_int(compositor.params_alive, 0);
	disconnect();
}

TEST(direct_display_is_enabled_before_anything_is_said)
{
	struct outcome outcome = {0};

	connect_to(3, linear_xrgb, true);
	order(&outcome, true);
	check_string(compositor.asked, "enable direct display; " ASKED);
	answer_failed(0);
	settle();
	disconnect();
}

TEST(each_order_has_its_own_answer)
{
	struct outcome outcomes[3] = {{0}};

	connect_to(3, linear_xrgb, false);
	for (unsigned i = 0; i < 3; i++)
		order(&outcomes[i], false);
	answer_failed(1);
	settle();
	check_int(outcomes[0].calls + outcomes[2].calls, 0);
	check_int(outcomes[1].calls, 1);
	answer_created(2);
	answer_created(0);
	settle();
	check(!outcomes[1].wl_buffer && outcomes[0].wl_buffer && outcomes[2].wl_buffer);
	check(outcomes[0].wl_buffer != outcomes[2].wl_buffer);
	for (unsigned i = 0; i < 3; i++)
		check_int(outcomes[i].calls, 1);
	wl_buffer_destroy(outcomes[0].wl_buffer);
	wl_buffer_destroy(outcomes[2].wl_buffer);
	disconnect();
}

/* The compositor creates the object before it learns of the cancellation: the next object must
 * still have the id that both sides expect. */
TEST(a_cancelled_order_tells_nobody_and_leaves_no_buffer)
{
	struct outcome cancelled = {0}, next = {0};

	connect_to(3, linear_xrgb, false);
	linux_dmabuf_cancel(NULL);
	struct dmabuf_order *made = order(&cancelled, false);
	answer_created(0);
	check_int(compositor.buffers_alive, 1);
	linux_dmabuf_cancel(made);
	settle();
	check_int(cancelled.calls, 0);
	check_int(compositor.buffers_alive, 0);
	check_int(compositor.params_alive, 0);
	order(&next, false);
	answer_created(1);
	settle();
	check_int(next.calls, 1);
	wl_buffer_destroy(next.wl_buffer);
	disconnect();
}

TEST(a_cancelled_order_may_fail)
{
	struct outcome outcome = {0};

	connect_to(3, linear_xrgb, false);
	linux_dmabuf_cancel(order(&outcome, false));
	answer_failed(0);
	settle();
	check_int(outcome.calls, 0);
	check_int(compositor.params_alive, 0);
	disconnect();
}

TEST(open_orders_end_with_the_client)
{
	struct outcome outcome = {0};

	connect_to(3, linear_xrgb, true);
	order(&outcome, false);
	linux_dmabuf_cancel(order(&outcome, true));
	check_int(compositor.params_alive, 2);
	disconnect();
	check_int(outcome.calls, 0);
}
