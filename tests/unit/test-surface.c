/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/surface.c: when a flip's previous buffer counts as no longer read, which
 * commit was applied, and how a conversion is split into turns. Requests go into a socket that
 * nobody reads; events are any that a compositor could send, in any order; a pipe stands for the
 * dma-buf, and is full while a GPU reads it.
 */
#include "surface-stage.h"

TEST(what_is_mapped_is_read_when_it_is_released)
{
	begin_flip(IMPORT_MAPPED);
	release(0);
	check_string(told, "released ");
	check(!surface_previous_held(&surface));
	end();
}

TEST(slow_guest_is_told_of_what_is_mapped_when_it_is_drawn)
{
	begin(IMPORT_MAPPED);
	surface.connector->pace.early = true;
	show(0);
	check(draw(frame));
	check(strncmp(told, "drawn", 5) == 0);
	/* Once per frame, and not for a frame that was replaced. */
	check(!draw(frame));
	show(1);
	show(0);
	check(draw(frame - 1));
	check_string(told, "");
	check(draw(frame));
	check(strncmp(told, "drawn", 5) == 0);
	surface.connector->pace.early = false;
	show(1);
	check(!draw(frame));
	end();
}

TEST(slow_guest_is_told_of_the_presentation_of_one_mapped_frame_in_eight)
{
	unsigned followed = 0;

	begin(IMPORT_MAPPED);
	surface.connector->pace.early = true;
	for (unsigned i = 0; i < 32; i++) {
		show(i % 2);
		bool sample = is_followed(frame);

		check(draw(frame));
		check_string(told, sample ? "drawn " : "drawn-last ");
		if (sample)
			present(frame, TIMER);
		check_string(told, sample ? "drawn presented " : "drawn-last ");
		check(!surface.canvas.on_its_way);
		followed += sample;
	}
	check_int(followed, 4);
	surface.connector->pace.early = false;
	show(0);
	check(is_followed(frame));
	end();
}

TEST(every_dmabuf_of_a_slow_guest_is_followed)
{
	begin(IMPORT_DMABUF);
	surface.connector->pace.early = true;
	for (unsigned i = 0; i < 16; i++) {
		show(i % 2);
		check(is_followed(frame));
		present(frame, HARDWARE);
	}
	surface.connector->pace.early = false;
	end();
}

TEST(slow_guest_is_told_of_a_dmabuf_when_the_gpu_has_read_the_one_before)
{
	begin(IMPORT_DMABUF);
	surface.connector->pace.early = true;
	show(0);
	check(draw(frame));
	show(1);
	release(0);
	check_string(told, "");
	check(draw(frame));
	check_string(told, "released drawn ");
	present(frame, TIMER);

	show(0);
	make_busy();
	release(1);
	check(draw(frame));
	check_string(told, "drawn ");
	check(surface_previous_held(&surface));
	make_idle();
	check_string(told, "drawn released ");
	surface.connector->pace.early = false;
	end();
}

TEST(dmabuf_that_is_drawn_and_not_released_is_still_held)
{
	begin(IMPORT_DMABUF);
	surface.connector->pace.early = true;
	show(0);
	show(1);
	check(draw(frame));
	check_string(told, "drawn ");
	check(surface_previous_held(&surface));
	release(0);
	check_string(told, "drawn released ");
	surface.connector->pace.early = false;
	end();
}

TEST(frames_that_nobody_draws_are_not_asked_for_without_end)
{
	begin(IMPORT_MAPPED);
	surface.connector->pace.early = true;
	for (unsigned i = 0; i < 2 * CANVAS_FEEDBACKS; i++)
		show(i % 2);
	check(!draw(frame));
	surface_hide(&surface);
	surface.connector->pace.early = false;
	end();
}

TEST(released_then_completed_by_hardware)
{
	begin_flip(IMPORT_DMABUF);
	make_busy();
	release(0);
	check_string(told, "");
	check(surface_previous_held(&surface));
	present(frame, HARDWARE);
	check_string(told, "released presented ");
	check(!surface_previous_held(&surface));
	end();
}

TEST(completed_by_hardware_then_released)
{
	begin_flip(IMPORT_DMABUF);
	make_busy();
	present(frame, HARDWARE);
	check_string(told, "presented ");
	check(surface_previous_held(&surface));
	release(0);
	check_string(told, "presented released ");
	end();
}

TEST(released_then_completed_by_a_timer)
{
	begin_flip(IMPORT_DMABUF);
	release(0);
	check_string(told, "");
	present(frame, TIMER);
	check_string(told, "released presented ");
	end();
}

TEST(released_then_completed_by_a_timer_while_the_gpu_reads)
{
	begin_flip(IMPORT_DMABUF);
	make_busy();
	release(0);
	present(frame, TIMER);
	check_string(told, "presented ");
	check(surface_previous_held(&surface));
	make_idle();
	check_string(told, "presented released ");
	end();
}

TEST(completed_by_a_timer_then_released_while_the_gpu_reads)
{
	begin_flip(IMPORT_DMABUF);
	make_busy();
	present(frame, TIMER);
	release(0);
	check_string(told, "presented ");
	make_idle();
	check_string(told, "presented released ");
	end();
}

/* It was on screen before the expected frame was even drawn. */
TEST(older_frame_is_ignored)
{
	begin_flip(IMPORT_DMABUF);
	show(0);
	make_busy();
	release(1);
	present(frame - 1, HARDWARE);
	check_string(told, "presented ");
	check(surface_previous_held(&surface));
	present(frame, HARDWARE);
	check_string(told, "presented released presented ");
	end();
}

TEST(hardware_of_one_output_tells_nothing_of_another)
{
	static const struct {
		uint32_t before, now;
	} cases[] = {{3, 3}, {1, 3}, {3, 1}, {2, 1}, {1, 0}, {0, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("outputs %u, then %u", cases[i].before, cases[i].now);
		begin(IMPORT_DMABUF);
		outputs = cases[i].before;
		show(0);
		present(frame, HARDWARE);
		outputs = cases[i].now;
		show(1);
		make_busy();
		release(0);
		present(frame, HARDWARE);
		check_string(told, "presented ");
		make_idle();
		check_string(told, "presented released ");
		end();
	}
}

/* Only the end of the last use counts. */
TEST(a_buffer_is_shown_again_while_the_gpu_reads)
{
	begin_flip(IMPORT_DMABUF);
	make_busy();
	release(0);
	present(frame, TIMER);
	show(0);
	make_idle();
	check_string(told, "");
	release(1);
	present(frame, TIMER);
	check_string(told, "released presented ");
	show(1);
	check(surface_previous_held(&surface));
	end();
}

TEST(each_release_counts_once)
{
	begin_flip(IMPORT_DMABUF);
	release(0);
	present(frame, HARDWARE);
	show(0);
	release(1);
	present(frame, HARDWARE);
	show(1);
	present(frame, HARDWARE);
	check_string(told, "presented ");
	check(surface_previous_held(&surface));
	release(0);
	check_string(told, "presented released ");
	end();
}

/* For a screen that is read repeatedly: the dma-buf is checked each time, until it is free. */
TEST(what_is_waited_for_may_be_asked_again)
{
	char bytes[4096];

	begin_flip(IMPORT_DMABUF);
	make_busy();
	release(0);
	present(frame, TIMER);
	show(1);
	present(frame, TIMER);
	check_string(told, "presented ");
	while (read(gpu[0], bytes, sizeof(bytes)) > 0)
		;
	show(1);
	present(frame, TIMER);
	check_string(told, "released presented ");
	make_idle();
	check_string(told, "released presented ");
	end();
}

TEST(what_is_hidden_was_not_read_to_its_end)
{
	begin_flip(IMPORT_DMABUF);
	release(0);
	present(frame, HARDWARE);
	told[0] = '\0';
	make_busy();
	surface_hide(&surface);
	release(1);
	check_string(told, "");
	end();
}

/* Weston 14 and later keep a surface's last dma-buf, so the surface is created anew. */
TEST(commits_of_a_surface_before_are_not_counted)
{
	begin(IMPORT_DMABUF);
	show(0);
	surface_forget(&surface, shown[0]);
	check(!surface.canvas.usable);
	/* An event for the old surface. */
	placement_handler->applied(&surface);
	placement_handler->applied(&surface);
	check_string(told, "");
	make_surface();
	show(1);
	placement_handler->applied(&surface);
	check_string(told, "applied ");
	end();
}

TEST(a_surface_that_cannot_be_made_gives_the_connection_up)
{
	begin(IMPORT_MAPPED);
	surface_set_client(&surface, &client);
	told[0] = '\0';
	placement_refuses = true;
	make_surface();
	placement_refuses = false;
	check_string(told, "blamed lost ");
	check(!surface.canvas.usable);
	end();
}

/* Looks */

TEST(look_tells_of_what_is_shown)
{
	begin_flip(IMPORT_MAPPED);
	check(surface_look(&surface));
	run_job();
	check_string(told, "looked ");
	check(!job);
	end();
}

TEST(look_at_what_cannot_be_read)
{
	begin_flip(IMPORT_MAPPED);
	unreadable = true;
	check(!surface_look(&surface));
	unreadable = false;
	check(!job);
	end();
}

/* Anything that hides or replaces the picture ends the look. */
TEST(look_is_over_when_something_else_is_shown)
{
	for (unsigned path = 0; path < 4; path++) {
		begin_flip(IMPORT_MAPPED);
		check(surface_look(&surface));
		if (path == 0)
			show(0);
		else if (path == 1)
			surface_hide(&surface);
		else if (path == 2)
			surface_set_client(&surface, NULL);
		told[0] = '\0';
		if (path == 3)
			end();
		run_job();
		check_string(told, "");
		if (path != 3)
			end();
	}
}

/* Conversions */

#define LARGE_WIDTH 4096
#define LARGE_HEIGHT 4096
#define REFRESH_MS LIMITS_REFRESH_MS

static struct import import;

static void
begin_converting(void)
{
	begin(IMPORT_CONVERTED);
	for (unsigned i = 0; i < 2; i++)
		shown[i]->import = &import;
	converted = 0;
	most_at_once = 0;
}

static void
show_part(unsigned which, int32_t width, int32_t height)
{
	const struct rectangle source = {0, 0, width, height};

	surface_show(&surface, shown[which], &source, ++frame);
}

TEST(what_is_small_is_converted_at_once)
{
	begin_converting();
	show_part(0, 800, 600);
	check_int(converted, 600);
	check(surface.shown == &surface.paint.shadow.slot);
	end();
}

TEST(what_is_large_takes_turns)
{
	begin_converting();
	show_part(0, LARGE_WIDTH, LARGE_HEIGHT);
	for (unsigned refreshes = 1; !surface.shown; refreshes++) {
		/* No more than eight pages' time per page. */
		check(converted * LARGE_WIDTH * 4 <=
		      refreshes * host.limits.pages_per_refresh * (uint64_t)PAGE_BYTES / 8);
		check(refreshes < 100);
		moved_pass(REFRESH_MS);
	}
	check_int(converted, LARGE_HEIGHT);
	check(most_at_once <= host.limits.pages_per_refresh * PAGE_BYTES / 16);
	check(!surface.paint.late);
	moved_pass(1000);
	check_int(converted, LARGE_HEIGHT);
	check_int(moved_armed(), 0);
	end();
}

/* Frames that come faster than they are converted are still shown, the last one completely. */
TEST(what_is_shown_meanwhile_is_converted_whole_in_the_end)
{
	begin_converting();
	show_part(0, LARGE_WIDTH, LARGE_HEIGHT);
	for (unsigned i = 0; !surface.shown; i++) {
		show_part(1, LARGE_WIDTH, LARGE_HEIGHT);
		moved_pass(1);
		check(i < 1000);
	}
	check_int(converted, LARGE_HEIGHT);
	check(surface.paint.late);
	present(frame, HARDWARE);
	moved_pass(1000);
	check_int(converted, 2 * LARGE_HEIGHT);
	check(!surface.paint.late);
	end();
}

TEST(what_is_hidden_meanwhile_is_not_converted_further)
{
	begin_converting();
	show_part(0, LARGE_WIDTH, LARGE_HEIGHT);
	uint64_t before = converted;
	check(before > 0 && before < LARGE_HEIGHT);
	surface_hide(&surface);
	moved_pass(1000);
	check_int(converted, before);
	check(!surface.shown);
	end();
}

/* The pixels shown before are gone by then, so the compositor must drop its copy too. */
TEST(hidden_while_another_size_is_converted)
{
	begin_converting();
	show_part(0, 800, 600);
	present(frame, HARDWARE);
	converted = 0;
	show_part(0, LARGE_WIDTH, LARGE_HEIGHT);
	check(surface.paint.shadow.filling && !surface.shown);
	uint32_t commits = surface.canvas.commits;
	surface_hide(&surface);
	check_int(surface.canvas.commits, commits + 1);
	surface_hide(&surface);
	check_int(surface.canvas.commits, commits + 1);
	end();
}

/* Rows that were not written must not be shown. */
TEST(no_memory_during_conversion)
{
	begin_converting();
	show_part(0, 800, 600);
	present(frame, HARDWARE);
	uint32_t commits = surface.canvas.commits;
	moved_pass(100);
	no_memory_to_convert = true;
	told[0] = '\0';
	show_part(1, 800, 600);
	check_string(told, "blamed ");
	check_int(surface.canvas.commits, commits);
	no_memory_to_convert = false;
	moved_pass(1100);
	check_int(surface.canvas.commits, commits + 1);
	check(!surface.paint.late);
	end();
}

/* Returns the pages that showing it costs the guest, whose earlier debt is paid first. */
static uint64_t
cost_of_showing(struct rows seen)
{
	moved_pass(10000);
	surface.changes.seen = seen;
	show_part(0, 800, 600);
	surface.changes.seen = (struct rows){0, 0};
	return surface.connector->device->guest->owed / LIMITS_REFRESH_MS;
}

TEST(drawing_in_place_costs_the_rows_that_changed)
{
	const struct framebuffer before = framebuffer;

	framebuffer.width = 800;
	framebuffer.height = 600;
	framebuffer.pitch = 3200;
	buffer.geometry.pages = (600 * 3200 + PAGE_BYTES - 1) / PAGE_BYTES;
	begin(IMPORT_MAPPED);
	renderer.uploads = true;
	import.shm.pool = pool;
	shown[0]->import = &import;
	shown[0]->slots[0].picture = shown[0];
	uint64_t all = cost_of_showing((struct rows){0, 0});
	check(all > 100);
	check_int(surface.shown_source.height, 600);
	uint64_t half = cost_of_showing((struct rows){100, 400});
	check(half > all / 2 - all / 20 && half < all / 2 + all / 20);
	uint64_t line = cost_of_showing((struct rows){590, 600});
	check(line > 0 && line < all / 30);
	/* A flip uploads all rows again. */
	check_int(cost_of_showing((struct rows){0, 0}), all);
	renderer.uploads = false;
	end();
	framebuffer = before;
	buffer.geometry.pages = 0;
}

/* Sends wl_surface.enter as a compositor whose wl_output a client of ours has bound. */
static void
send_sync_output(struct wp_presentation_feedback *proxy, struct wl_output *output)
{
	uint32_t event[3] = {wl_proxy_get_id((struct wl_proxy *)proxy), sizeof(event) << 16,
			     wl_proxy_get_id((struct wl_proxy *)output)};

	check_int(write(sockets[1], event, sizeof(event)), sizeof(event));
	check_int(wl_display_dispatch(client.display), 1);
}

TEST(which_output_a_frame_is_in_step_with_changes_nothing)
{
	begin_flip(IMPORT_MAPPED);
	struct wl_output *output = wl_registry_bind(client.registry, 5, &wl_output_interface, 1);
	struct feedback *feedback = surface.canvas.on_its_way;
	check_int(feedback->frame, frame);
	send_sync_output(feedback->proxy, output);
	check_string(told, "");
	check(surface_previous_held(&surface));
	check(feedback->proxy);
	release(0);
	present(frame, HARDWARE);
	check_string(told, "released presented ");
	wl_output_destroy(output);
	end();
}

TEST(another_size_begins_anew)
{
	begin_converting();
	show_part(0, LARGE_WIDTH, LARGE_HEIGHT);
	moved_pass(REFRESH_MS);
	check(!surface.shown);
	converted = 0;
	show_part(0, 800, 600);
	moved_pass(100);
	check_int(converted, 600);
	check(surface.shown == &surface.paint.shadow.slot);
	end();
}
