/* SPDX-License-Identifier: MIT */
/*
 * When a guest is answered and notified, and when its screen is checked for changes: a guest that
 * takes a buffer or framebuffer back while the screens still hold it, and one whose event channel
 * fails once. The device layer over a Xen in memory, with a clock that only the test moves and a
 * presenter that delays its events.
 */
#include "test.h"

#include "one-device.h"

#include "base/worker.h"
#include "device/request.h"
#include "device/serve.h"
#include "xen/channel.h"

#include <drm_fourcc.h>
#include <xen/errno.h>

#define PITCH (WIDTH * 4)

static void
run_worker(void)
{
	while (host_run_job())
		;
	worker_dispatch(NULL);
}

static void
set_up(void)
{
	start_host();
	moved_pass(12345);
	connect_device();
	run_worker();
	check_int(attached, 1);
}

static void
tear_down(void)
{
	device_destroy(device);
	run_worker();
	check_int(detached, 1);
	stop_host();
}

/* The guest */

static unsigned
answers(void)
{
	const xen_displif_sring_t *ring = memory_xen_page(RING);

	return ring->rsp_prod;
}

static void
check_answered(int status)
{
	const xen_displif_sring_t *ring = memory_xen_page(RING);

	check_int(answers(), ring->req_prod);
	const struct xendispl_resp *last = &ring->ring[(answers() - 1) % RING_SLOTS].rsp;
	check_int(last->id, answers() - 1);
	check_int(last->status, status);
}

static void
ask_to_create(uint64_t cookie)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_DBUF_CREATE};

	request.op.dbuf_create = (struct xendispl_dbuf_create_req){.dbuf_cookie = cookie,
								   .width = WIDTH,
								   .height = HEIGHT,
								   .bpp = 32,
								   .buffer_sz = PITCH * HEIGHT,
								   .gref_directory = DIRECTORY};
	ask(request);
}

static void
create_buffer(uint64_t cookie)
{
	ask_to_create(cookie);
	run_worker();
	check_answered(0);
}

static void
ask_to_attach(uint64_t cookie)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_FB_ATTACH};

	request.op.fb_attach = (struct xendispl_fb_attach_req){.dbuf_cookie = cookie,
							       .fb_cookie = cookie,
							       .width = WIDTH,
							       .height = HEIGHT,
							       .pixel_format = DRM_FORMAT_XRGB8888};
	ask(request);
}

static void
attach_framebuffer(uint64_t cookie)
{
	ask_to_attach(cookie);
	check_answered(0);
}

static void
show(uint64_t cookie)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_SET_CONFIG};

	request.op.set_config = (struct xendispl_set_config_req){
		.fb_cookie = cookie, .width = WIDTH, .height = HEIGHT, .bpp = 32};
	ask(request);
	check_answered(0);
}

static void
flip_to(uint64_t cookie)
{
	ask((struct xendispl_req){.operation = XENDISPL_OP_PG_FLIP,
				  .op.pg_flip.fb_cookie = cookie});
}

static void
detach_framebuffer(uint64_t cookie)
{
	ask((struct xendispl_req){.operation = XENDISPL_OP_FB_DETACH,
				  .op.fb_detach.fb_cookie = cookie});
}

static void
destroy_buffer(uint64_t cookie)
{
	ask((struct xendispl_req){.operation = XENDISPL_OP_DBUF_DESTROY,
				  .op.dbuf_destroy.dbuf_cookie = cookie});
}

TEST(a_buffer_that_nobody_holds_is_gone_at_once)
{
	set_up();
	create_buffer(1);
	destroy_buffer(1);
	check_answered(0);
	tear_down();
}

TEST(destroy_waits_for_the_release)
{
	set_up();
	create_buffer(1);
	attach_framebuffer(1);
	unsigned before = answers();
	destroy_buffer(1);
	check_int(answers(), before);
	check(host.mapped_pages > 0);
	moved_pass(40);
	check_int(answers(), before);
	host_answer_release(0);
	check_answered(0);
	check_int(host.mapped_pages, 0);
	tear_down();
}

TEST(destroy_waits_no_longer_than_100_ms)
{
	set_up();
	create_buffer(1);
	attach_framebuffer(1);
	show(1);
	unsigned before = answers();
	destroy_buffer(1);
	moved_pass(99);
	check_int(answers(), before);
	moved_pass(1);
	check_answered(0);
	/* Answered, but not yet released: the pages still count. */
	check(host.mapped_pages > 0);
	moved_pass(10000);
	check(host.mapped_pages > 0);
	host_answer_release(0);
	check_int(host.mapped_pages, 0);
	check_answered(0);
	tear_down();
}

TEST(what_comes_behind_a_destroy_waits_no_longer_either)
{
	set_up();
	for (uint64_t cookie = 1; cookie <= 3; cookie++) {
		create_buffer(cookie);
		attach_framebuffer(cookie);
	}
	show(1);
	unsigned before = answers();
	destroy_buffer(2);
	flip_to(3);
	detach_framebuffer(1);
	moved_pass(99);
	check_int(answers(), before);
	/* The ring is processed again in the next iteration of the loop. */
	moved_pass(2);
	check_answered(0);
	check_int(answers(), before + 3);
	host_answer_release(0);
	tear_down();
}

TEST(detach_is_answered_at_once)
{
	set_up();
	for (uint64_t cookie = 1; cookie <= 2; cookie++) {
		create_buffer(cookie);
		attach_framebuffer(cookie);
	}
	show(1);
	/* It is shown, its flip is pending, and the previous one is still read. */
	host_mood |= HOST_HOLDS_PREVIOUS;
	flip_to(2);
	check_answered(0);
	int64_t then = moved_clock_ms;
	detach_framebuffer(2);
	check_answered(0);
	detach_framebuffer(1);
	check_answered(0);
	check_int(moved_clock_ms, then);
	tear_down();
}

/* The import takes longer than the guest may wait. */
TEST(detach_of_what_is_not_ready_is_answered_at_once)
{
	set_up();
	create_buffer(1);
	host_mood = 0;
	unsigned before = answers();
	ask_to_attach(1);
	moved_pass(99);
	check_int(answers(), before);
	moved_pass(1);
	check_answered(0);
	moved_pass(1);
	int64_t then = moved_clock_ms;
	detach_framebuffer(1);
	check_answered(0);
	check_int(moved_clock_ms, then);
	tear_down();
}

/* The host is so slow that the page directory is still unread when the wait times out. */
TEST(a_buffer_that_was_refused_too_late_is_none)
{
	set_up();
	unsigned before = answers();
	ask_to_create(1);
	moved_pass(DIRECTORY_READ_WITHIN_MS - 1);
	check_int(answers(), before);
	moved_pass(1);
	check_answered(-XEN_EIO);
	/* The cookie is free at once, the pages when the worker has released them. */
	moved_pass(1);
	ask_to_create(1);
	run_worker();
	check_answered(0);
	check_int(host.mapped_pages, geometry_pages(PITCH * HEIGHT));
	destroy_buffer(1);
	check_answered(0);
	check_int(host.mapped_pages, 0);
	tear_down();
}

/* As a frontend that sleeps until it is notified. */
static void
sleep_until_answered(void)
{
	xen_displif_sring_t *ring = memory_xen_page(RING);

	ring->rsp_event = ring->rsp_prod + 1;
}

TEST(an_answer_that_could_not_be_notified_is_notified_again)
{
	set_up();
	sleep_until_answered();
	memory_xen_fail(MEMORY_XEN_NOTIFY, 1);
	create_buffer(1);
	check_int(memory_xen_notified(REQUEST_PORT), 0);
	moved_pass(17);
	check_int(memory_xen_notified(REQUEST_PORT), 1);
	check_int(memory_xen_notified(EVENT_PORT), 0);
	moved_pass(10000);
	check_int(memory_xen_notified(REQUEST_PORT), 1);
	tear_down();
}

TEST(a_flip_that_could_not_be_notified_is_notified_again)
{
	set_up();
	create_buffer(1);
	attach_framebuffer(1);
	show(1);
	memory_xen_fail(MEMORY_XEN_NOTIFY, 1);
	flip_to(1);
	connector_frame_presented(&device->connectors[0], device->connectors[0].frame, 17, false);
	check_int(memory_xen_notified(EVENT_PORT), 0);
	moved_pass(17);
	check_int(memory_xen_notified(EVENT_PORT), 1);
	moved_pass(10000);
	check_int(memory_xen_notified(EVENT_PORT), 1);
	host_answer_release(0);
	tear_down();
}

TEST(a_host_that_goes_on_refusing_is_asked_ever_less_often)
{
	set_up();
	sleep_until_answered();
	memory_xen_fail(MEMORY_XEN_NOTIFY, 1);
	create_buffer(1);
	for (int wait = 17; wait < 1000; wait *= 2) {
		memory_xen_fail(MEMORY_XEN_NOTIFY, 2);
		moved_pass(wait - 1);
		memory_xen_fail(MEMORY_XEN_NOTIFY, 1);
		moved_pass(1);
		check_int(memory_xen_notified(REQUEST_PORT), 0);
	}
	moved_pass(999);
	check_int(memory_xen_notified(REQUEST_PORT), 0);
	moved_pass(1);
	check_int(memory_xen_notified(REQUEST_PORT), 1);
	tear_down();
}

TEST(a_port_that_could_not_be_unmasked_is_heard_again)
{
	set_up();
	create_buffer(1);
	memory_xen_fire(REQUEST_PORT);
	int port = channel_set_next(device->channels);
	memory_xen_fail(MEMORY_XEN_UNMASK, 1);
	serve_notified(&device->connectors[0], port);
	memory_xen_fire(REQUEST_PORT);
	check(channel_set_next(device->channels) < 0);
	moved_pass(17);
	check_int(channel_set_next(device->channels), port);
	tear_down();
}

/* Checks for drawing without flips; the timing of in-place.h has its own test. */

static struct connector *
connector(void)
{
	return &device->connectors[0];
}

static void
present(bool scanned_out)
{
	connector_frame_presented(connector(), connector()->frame, 16, scanned_out);
}

/* Two framebuffers, of which the first was shown, presented and checked once. */
static void
set_up_screen(void)
{
	set_up();
	host_mood = HOST_READY_AT_ONCE | HOST_READS;
	for (uint64_t cookie = 1; cookie <= 2; cookie++) {
		create_buffer(cookie);
		attach_framebuffer(cookie);
	}
	show(1);
	present(false);
	host_looks = 0;
}

/* How often it is checked in ten seconds; each check has this result, and whatever is shown is
 * presented. */
static unsigned
looks_in_ten_seconds(uint64_t sum)
{
	unsigned before = host_looks, looks = host_looks;
	uint32_t frame = connector()->frame;

	for (int64_t end = moved_clock_ms + 10000; moved_clock_ms < end;) {
		moved_pass(10);
		if (host_looks > looks) {
			looks = host_looks;
			connector_frame_looked(connector(), connector()->frame, sum);
		}
		if (connector()->frame != frame) {
			frame = connector()->frame;
			present(false);
		}
	}
	return host_looks - before;
}

/* While its frames are not visible, they are never drawn with. */
TEST(guest_is_slow_while_it_is_seen)
{
	set_up_screen();
	flip_to(2);
	present(false);
	check(!connector_is_slow(connector()));
	moved_pass(12);
	flip_to(1);
	check(connector_is_slow(connector()));
	moved_pass(300);
	check(!connector()->flip.pending);
	check(!connector_is_slow(connector()));
	flip_to(2);
	check(!connector_is_slow(connector()));
	present(false);
	check(connector_is_slow(connector()));
	tear_down();
}

TEST(frame_that_is_drawn_and_not_followed_counts_as_presented)
{
	set_up_screen();
	uint64_t presented = connector()->count.presented;
	const struct histogram measured = connector()->measured.flip;
	struct histogram_summary since;

	flip_to(2);
	connector_frame_drawn(connector(), connector()->frame - 1, true);
	check_int(connector()->count.presented, presented);
	connector_frame_drawn(connector(), connector()->frame, true);
	check_int(connector()->count.presented, presented + 1);
	/* Its duration is unknown, and showing it again after a check is no flip. */
	present(false);
	histogram_summarise(&connector()->measured.flip, &measured, &since);
	check_int(since.count, 0);
	check_int(connector()->count.timed, 0);
	tear_down();
}

TEST(frame_that_is_drawn_and_not_followed_is_looked_at)
{
	set_up_screen();
	flip_to(2);
	connector_frame_drawn(connector(), connector()->frame, true);
	check(looks_in_ten_seconds(1) >= 90);
	tear_down();
}

TEST(frame_that_is_followed_is_looked_at_when_it_is_presented)
{
	set_up_screen();
	flip_to(2);
	connector_frame_drawn(connector(), connector()->frame, false);
	check_int(looks_in_ten_seconds(1), 0);
	present(false);
	check(looks_in_ten_seconds(1) >= 90);
	tear_down();
}

TEST(mode_set_is_looked_at_with_the_full_rate)
{
	set_up_screen();
	unsigned looks = looks_in_ten_seconds(1);
	check(looks >= 90 && looks <= 101);
	check_int(connector()->count.resampled, 1);
	tear_down();
}

TEST(flips_between_known_framebuffers_are_looked_at_once_a_second)
{
	set_up_screen();
	/* The second framebuffer is new to this connector: it might be a mode set. */
	flip_to(2);
	present(false);
	check(looks_in_ten_seconds(1) >= 90);
	flip_to(1);
	present(false);
	uint64_t resampled = connector()->count.resampled;
	unsigned looks = looks_in_ten_seconds(1);
	check(looks >= 9 && looks <= 11);
	check_int(connector()->count.resampled, resampled + 1);
	tear_down();
}

TEST(what_the_display_scans_out_is_not_looked_at)
{
	set_up_screen();
	flip_to(2);
	present(true);
	moved_pass(10000);
	check_int(host_looks, 0);
	check_int(moved_armed(), 0);
	tear_down();
}

TEST(what_is_dark_is_not_looked_at)
{
	set_up_screen();
	detach_framebuffer(1);
	moved_pass(10000);
	check_int(host_looks, 0);
	check_int(moved_armed(), 0);
	tear_down();
}

/* For instance while the screen sleeps: checks go on when something is presented. */
TEST(what_cannot_be_shown_is_looked_at_no_more)
{
	set_up_screen();
	host_mood |= HOST_CANNOT_SHOW;
	moved_pass(10000);
	check_int(host_looks, 0);
	check_int(moved_armed(), 0);
	host_mood &= ~(unsigned)HOST_CANNOT_SHOW;
	present(false);
	check(looks_in_ten_seconds(1) >= 90);
	tear_down();
}

TEST(what_cannot_be_read_is_shown_anew)
{
	set_up_screen();
	host_mood = HOST_READY_AT_ONCE;
	looks_in_ten_seconds(0);
	check(connector()->count.resampled >= 90 && connector()->count.resampled <= 101);
	tear_down();
}

/* A check's result for an earlier frame says nothing of the current one. */
TEST(look_at_an_older_frame_is_ignored)
{
	set_up_screen();
	uint32_t older = connector()->frame;
	flip_to(2);
	connector_frame_looked(connector(), older, 1);
	check_int(connector()->count.resampled, 0);
	tear_down();
}
