/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/presenter.c and import.c: what happens to a device's imports and
 * wl_buffers, in sequences of events that are rare in a real Weston. Weston, the worker and the
 * device layer are stand-ins that act when the test says so; wl_buffers are opaque pointers.
 */
#include "presenter-stage.h"

TEST(picture_is_kept_while_a_buffer_is_still_ordered)
{
	struct display_buffer buffer;
	struct framebuffer framebuffer;

	show_one(&buffer, &framebuffer);
	const struct picture *picture = framebuffer.picture;
	const struct slot *shown = &picture->slots[0];
	check_int(shown->dmabuf_fd, EXPORTED_FD);
	presenter_device_destroy(device.screens);
	run_jobs();
	check(shown->wl_buffer == a_buffer);
	/* The import has closed the descriptor: its number may be reused. */
	check_int(shown->dmabuf_fd, -1);
	check_int(host.mapped_pages, 1);
	/* Its framebuffer is gone. */
	check_int(open_orders(), 0);
	stop_host();
}

/* Nothing is destroyed at once: the caller that needs pages may be using it. */
TEST(oldest_picture_gives_way_a_moment_later)
{
	struct display_buffer buffer;
	struct framebuffer framebuffer;

	show_one(&buffer, &framebuffer);
	presenter_device_destroy(device.screens);
	run_jobs();
	check_int(host.mapped_pages, 1);
	check(client != NULL);
	check(presenter_reclaim(&presenter));
	check_int(host.mapped_pages, 0);
	check(client != NULL);
	check(!presenter_reclaim(&presenter));
	wl_event_loop_dispatch_idle(wl_display_get_event_loop(compositor->wl_display));
	check(client == NULL);
	stop_host();
}

/* Returns how long there is no client. */
static int64_t
lose_client(void)
{
	int64_t begin = moved_clock_ms;

	client->handler->lost(client->data);
	while (!client)
		moved_pass(10);
	client->handler->ready(client->data);
	return moved_clock_ms - begin;
}

TEST(clients_that_are_lost_again_and_again_are_waited_for)
{
	int64_t wait = 0, before = 0;

	start_host();
	connect_device();
	for (unsigned i = 0; i < 3; i++)
		check_int(lose_client(), 0);
	for (unsigned i = 0; i < 20; i++) {
		before = wait;
		wait = lose_client();
		check(wait >= before);
	}
	check(wait >= 30000 && wait <= 60000);
	moved_pass(61000);
	check_int(lose_client(), 0);
	presenter_device_destroy(device.screens);
	stop_host();
}

TEST(device_goes_while_it_waits_for_a_client)
{
	start_host();
	connect_device();
	for (unsigned i = 0; i < 5; i++)
		client->handler->lost(client->data);
	check(!client);
	presenter_device_destroy(device.screens);
	moved_pass(61000);
	check(!client);
	stop_host();
}

TEST(framebuffers_of_pages_that_cannot_be_mapped_are_all_told)
{
	struct display_buffer buffer;
	struct framebuffer framebuffers[3];

	start_host();
	connect_device();
	buffer = buffer_of_pages(3);
	buffer.backing.writable = false;
	for (unsigned i = 0; i < ARRAY_LENGTH(framebuffers); i++) {
		attach(&framebuffers[i], &buffer);
		run_jobs();
		check_int(framebuffers[i].state, OBJECT_FAILED);
		check_int(framebuffer_error, -EINVAL);
		check_int(framebuffers_settled, i + 1);
	}
	/* Mapping them for conversion was charged once. */
	check_int(guest.mapped_until_us,
		  moved_clock_ms * 1000 +
			  3 * LIMITS_REFRESH_MS * 1000 / host.limits.pages_per_refresh);
	presenter_device_destroy(device.screens);
	run_jobs();
	stop_host();
}

/* Answers all orders until no more follow, or only after this time. */
static unsigned
answer_all(unsigned refreshes)
{
	unsigned portions = 0;

	for (unsigned i = 0; i < refreshes; i++) {
		do {
			check(open_orders() <= 32);
			while (open_orders() > 0)
				answer_order(a_buffer);
			portions++;
		} while (answer_sync());
		moved_pass(16);
	}
	return portions;
}

/* More than a socket takes, at least of descriptors, would end the next client too. */
TEST(wl_buffers_are_ordered_in_portions)
{
	static struct framebuffer framebuffers[1000];
	struct display_buffer buffer;
	unsigned portions = 0;

	start_host();
	connect_device();
	buffer = buffer_of_pages(1);
	for (unsigned i = 0; i < ARRAY_LENGTH(framebuffers); i++)
		attach(&framebuffers[i], &buffer);
	run_jobs();
	for (unsigned round = 0; round < 2; round++) {
		framebuffers_settled = 0;
		portions = answer_all(100);
		check_int(framebuffers_settled, ARRAY_LENGTH(framebuffers));
		check(portions >= 2 * ARRAY_LENGTH(framebuffers) / 32 && portions <= 400);
		check_int(lose_client(), 0);
	}
	/* Everything is ordered again, except what was pending when the client went. */
	check(answer_sync());
	int ordered = open_orders();
	lose_client();
	framebuffers_settled = 0;
	answer_all(100);
	check(ordered > 0);
	check_int(framebuffers_settled, (int)ARRAY_LENGTH(framebuffers) - ordered);
	for (unsigned i = 0; i < 5; i++)
		lose_client();
	presenter_device_destroy(device.screens);
	run_jobs();
	stop_host();
}
