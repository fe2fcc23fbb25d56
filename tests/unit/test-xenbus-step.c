/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/xenbus-step.c: single decisions, and whole lives of a device against a small
 * model of xenstore and of Linux's frontend.
 */
#include "test.h"

#include "pure/xenbus-step.h"

#include <stdio.h>
#include <string.h>

static const char *
step_name(enum xenbus_step step)
{
	static const char *const names[] = {
		[XENBUS_WAIT] = "wait",     [XENBUS_OFFER] = "offer", [XENBUS_CONNECT] = "connect",
		[XENBUS_DETACH] = "detach", [XENBUS_CLOSE] = "close", [XENBUS_REMOVE] = "remove",
		[XENBUS_FORGET] = "forget", [XENBUS_TELL] = "tell",
	};

	return names[step];
}

static const struct xenbus_view quiet = {.exists = true,
					 .online = true,
					 .backend = XenbusStateInitialising,
					 .frontend = XenbusStateInitialising};

static int64_t wait_ms;

static void
check_step_at(int line, const struct xenbus_view *view, enum xenbus_step expected)
{
	wait_ms = -77;
	enum xenbus_step step = xenbus_next_step(view, &wait_ms);
	if (step != expected)
		test_fail(__FILE__, line, "step is %s, not %s", step_name(step),
			  step_name(expected));
	check(wait_ms == -1 || (step == XENBUS_WAIT && wait_ms > 0));
}
#define check_step(view, expected) check_step_at(__LINE__, view, expected)

/* Single decisions */

TEST(new_device_is_offered)
{
	struct xenbus_view view = quiet;

	check_step(&view, XENBUS_OFFER);
	/* also if our state was never written, and if an earlier backend closed */
	view.backend = XenbusStateUnknown;
	check_step(&view, XENBUS_OFFER);
	view.backend = XenbusStateClosed;
	check_step(&view, XENBUS_OFFER);
}

TEST(offer_stays_until_the_tool_stack_saw_it)
{
	struct xenbus_view view = quiet;

	view.backend = XenbusStateInitWait;
	view.offered = view.offer_seen = true;
	check_step(&view, XENBUS_WAIT);
	check_int(wait_ms, -1);

	view.frontend = XenbusStateInitialised;
	view.offered_for_ms = 0;
	check_step(&view, XENBUS_WAIT);
	check_int(wait_ms, 250);
	view.offered_for_ms = 249;
	check_step(&view, XENBUS_WAIT);
	check_int(wait_ms, 1);
	view.offered_for_ms = 250;
	check_step(&view, XENBUS_CONNECT);
}

/* A hot-plugged frontend can be at 3 before we first look. */
TEST(front_that_is_quicker)
{
	struct xenbus_view view = quiet;

	view.frontend = XenbusStateInitialised;
	check_step(&view, XENBUS_OFFER);
	view.backend = XenbusStateUnknown;
	check_step(&view, XENBUS_OFFER);
}

/* xenstored was not available when the outcome was to be written. */
TEST(outcome_is_written_until_it_stands_there)
{
	struct xenbus_view view = quiet;

	view.backend = XenbusStateInitWait;
	view.frontend = XenbusStateInitialised;
	view.attached = true;
	check_step(&view, XENBUS_TELL);
	view.attached = false;
	view.failed = true;
	check_step(&view, XENBUS_CLOSE);
}

TEST(connection_is_tried_once)
{
	struct xenbus_view view = quiet;

	view.backend = XenbusStateInitWait;
	view.frontend = XenbusStateInitialised;
	check_step(&view, XENBUS_CONNECT);
	view.attached = true;
	view.backend = XenbusStateConnected;
	check_step(&view, XENBUS_WAIT);
	view.attached = false;
	view.failed = true;
	view.backend = XenbusStateClosed;
	check_step(&view, XENBUS_WAIT);
	check_int(wait_ms, -1);
}

TEST(connected_and_content)
{
	struct xenbus_view view = quiet;

	view.backend = view.frontend = XenbusStateConnected;
	view.attached = view.offered = true;
	check_step(&view, XENBUS_WAIT);
	view.frontend = XenbusStateInitialised;
	check_step(&view, XENBUS_WAIT);
}

/* It went through Closed and Initialising between two looks: its old rings are invalid. */
TEST(front_that_published_anew_unseen)
{
	struct xenbus_view view = quiet;

	view.backend = XenbusStateConnected;
	view.frontend = XenbusStateInitialised;
	view.attached = view.offered = view.published_anew = true;
	view.offered_for_ms = 250;
	check_step(&view, XENBUS_DETACH);
	view.attached = view.published_anew = false;
	check_step(&view, XENBUS_CONNECT);
	/* It relies on our Connected, which was for the earlier rings. */
	view.frontend = XenbusStateConnected;
	view.attached = view.published_anew = true;
	check_step(&view, XENBUS_DETACH);
	view.attached = view.published_anew = false;
	check_step(&view, XENBUS_CLOSE);
}

/* The frontend's driver restarted without closing, or its device is in use. */
TEST(front_that_let_go)
{
	static const enum xenbus_state fronts[] = {XenbusStateInitialising, XenbusStateInitWait,
						   XenbusStateReconfiguring,
						   XenbusStateReconfigured};

	for (unsigned i = 0; i < 4; i++) {
		struct xenbus_view view = quiet;

		test_case("front at %d", fronts[i]);
		view.frontend = fronts[i];
		view.backend = XenbusStateConnected;
		view.attached = view.offered = true;
		check_step(&view, XENBUS_DETACH);
		view.attached = false;
		check_step(&view, XENBUS_CLOSE);
		view.backend = XenbusStateClosed;
		check_step(&view, XENBUS_OFFER);
	}
}

/* Connected, but to no backend: it is offered a connection, after a close if necessary. */
TEST(front_that_believes_in_a_connection)
{
	struct xenbus_view view = quiet;

	view.frontend = XenbusStateConnected;
	view.backend = XenbusStateConnected;
	check_step(&view, XENBUS_CLOSE);
	view.backend = XenbusStateClosed;
	check_step(&view, XENBUS_OFFER);
	view.backend = XenbusStateInitWait;
	view.offered = true;
	check_step(&view, XENBUS_WAIT);
	/* 2 was written by an earlier backend: the frontend has seen no change. */
	view.offered = false;
	check_step(&view, XENBUS_CLOSE);
}

TEST(front_that_closes)
{
	static const enum xenbus_state closing[] = {XenbusStateClosing, XenbusStateClosed};

	for (unsigned i = 0; i < 2; i++) {
		struct xenbus_view view = quiet;

		view.frontend = closing[i];
		view.backend = XenbusStateConnected;
		view.attached = view.offered = true;
		check_step(&view, XENBUS_DETACH);
		view.attached = false;
		check_step(&view, XENBUS_CLOSE);
		view.backend = XenbusStateClosed;
		check_step(&view, XENBUS_OFFER);
		view.backend = XenbusStateInitWait;
		check_step(&view, XENBUS_WAIT);
	}
}

/* "online" 0 and our state 5, as libxl writes them to detach a device. */
TEST(detached_by_the_tool_stack)
{
	for (int front = XenbusStateUnknown; front <= XenbusStateReconfigured; front++) {
		struct xenbus_view view = quiet;

		test_case("front at %d", front);
		view.online = false;
		view.backend = XenbusStateClosing;
		view.frontend = (enum xenbus_state)front;
		view.attached = view.offered = true;
		check_step(&view, XENBUS_DETACH);
		view.attached = false;
		check_step(&view, XENBUS_CLOSE);
		view.backend = XenbusStateClosed;
		check_step(&view, XENBUS_WAIT);
	}
}

/* The two nodes may be seen in either order. */
TEST(detached_in_two_looks)
{
	struct xenbus_view view = quiet;

	view.backend = XenbusStateClosing;
	view.frontend = XenbusStateConnected;
	view.attached = true;
	check_step(&view, XENBUS_DETACH);
	view.backend = XenbusStateConnected;
	view.online = false;
	check_step(&view, XENBUS_DETACH);
	view.attached = false;
	check_step(&view, XENBUS_CLOSE);
}

TEST(removal_in_a_driver_domain)
{
	struct xenbus_view view = quiet;

	view.online = false;
	view.backend = XenbusStateClosed;
	view.frontend = XenbusStateUnknown;
	check_step(&view, XENBUS_WAIT);
	view.driver_domain = true;
	check_step(&view, XENBUS_REMOVE);
	/* not while the frontend is still there, nor while we hold anything */
	view.frontend = XenbusStateClosing;
	check_step(&view, XENBUS_WAIT);
	view.frontend = XenbusStateUnknown;
	view.attached = true;
	check_step(&view, XENBUS_DETACH);
}

TEST(directory_that_is_gone)
{
	for (int backend = 0; backend <= XenbusStateReconfigured; backend++) {
		struct xenbus_view view = {.backend = (enum xenbus_state)backend, .attached = true};

		check_step(&view, XENBUS_DETACH);
		view.attached = false;
		check_step(&view, XENBUS_FORGET);
	}
}

TEST(front_directory_that_went_first)
{
	struct xenbus_view view = quiet;

	view.frontend = XenbusStateUnknown;
	view.backend = XenbusStateConnected;
	view.attached = true;
	check_step(&view, XENBUS_DETACH);
	view.attached = false;
	check_step(&view, XENBUS_WAIT);
}

/* A reconfiguring frontend (7) ignores us; nothing is written meanwhile. */
TEST(front_that_reconfigures)
{
	struct xenbus_view view = quiet;

	view.frontend = XenbusStateReconfiguring;
	view.backend = XenbusStateInitWait;
	view.offered = true;
	check_step(&view, XENBUS_WAIT);
	check_int(wait_ms, -1);
	/* Back at 1, it waits for a watch to fire: the same state is written again, once. */
	view.frontend = XenbusStateInitialising;
	check_step(&view, XENBUS_OFFER);
	view.offer_seen = true;
	check_step(&view, XENBUS_WAIT);
}

/* Every possible view: a decision never contradicts itself. */
TEST(all_views)
{
	unsigned views = 0;

	for (unsigned bits = 0; bits < 256; bits++)
		for (int backend = 0; backend <= XenbusStateReconfigured + 1; backend++)
			for (int front = 0; front <= XenbusStateReconfigured + 1; front++) {
				struct xenbus_view view = {
					.exists = bits & 1,
					.online = bits & 2,
					.attached = bits & 4,
					.failed = bits & 8,
					.offered = bits & 16,
					.offer_seen = bits & 32,
					.driver_domain = bits & 64,
					.offered_for_ms = bits & 128 ? 1000 : 0,
					.backend = (enum xenbus_state)backend,
					.frontend = (enum xenbus_state)front,
				};

				test_case("bits %02x, backend %d, front %d", bits, backend, front);
				enum xenbus_step step = xenbus_next_step(&view, &wait_ms);
				views++;
				check(step >= XENBUS_WAIT && step <= XENBUS_FORGET);
				/* What we hold is released before anything is written. */
				if (view.attached)
					check(step == XENBUS_WAIT || step == XENBUS_DETACH ||
					      step == XENBUS_TELL);
				else
					check(step != XENBUS_DETACH);
				if (step == XENBUS_TELL)
					check(view.attached && view.online &&
					      backend != XenbusStateConnected);
				if (step == XENBUS_FORGET)
					check(!view.exists);
				if (!view.exists)
					check(step == XENBUS_FORGET || step == XENBUS_DETACH);
				if (step == XENBUS_CONNECT)
					check(view.online && front == XenbusStateInitialised &&
					      !view.failed);
				/* A device removed by the tool stack is not offered again. */
				if (!view.online)
					check(step != XENBUS_OFFER && step != XENBUS_CONNECT);
				if (step == XENBUS_REMOVE)
					check(view.driver_domain && !view.online);
				if (step == XENBUS_CLOSE)
					check(backend != XenbusStateClosed);
				check(wait_ms == -1 || step == XENBUS_WAIT);
			}
	check_int(views, 256 * 10 * 10);
}

/* Whole lives */

/*
 * xenstore's nodes, the backend's knowledge, and Linux's xen-drm-front as far as the protocol is
 * concerned. A call of settle() stands for a watch of ours that fires.
 */
struct world {
	struct xenbus_view view;
	int64_t now_ms, offered_at_ms;
	bool busy;         /* the frontend's device is in use, so it reconfigures */
	bool front_asleep; /* the frontend does not act */
	unsigned offers, connects, detaches, closes;
	bool removed;
	char states[256]; /* the states that we wrote, in order */
};

static void
front_acts(struct world *world)
{
	struct xenbus_view *view = &world->view;

	if (world->front_asleep || !view->exists)
		return;
	switch (view->backend) {
	case XenbusStateInitWait:
		if (view->frontend == XenbusStateInitialising)
			view->frontend = XenbusStateInitialised;
		break;
	case XenbusStateConnected:
		if (view->frontend == XenbusStateInitialised)
			view->frontend = XenbusStateConnected;
		break;
	case XenbusStateClosing:
	case XenbusStateClosed:
		if (view->frontend == XenbusStateConnected)
			view->frontend =
				world->busy ? XenbusStateReconfiguring : XenbusStateInitialising;
		else if (view->frontend == XenbusStateInitialised)
			view->frontend = XenbusStateInitialising;
		break;
	default:
		break;
	}
}

static void
write_state(struct world *world, enum xenbus_state state)
{
	size_t length = strlen(world->states);

	world->view.backend = state;
	check(length + 2 < sizeof(world->states));
	world->states[length] = (char)('0' + state);
}

static void
take(struct world *world, enum xenbus_step step)
{
	struct xenbus_view *view = &world->view;

	switch (step) {
	case XENBUS_WAIT:
	case XENBUS_FORGET:
		return;
	case XENBUS_OFFER:
		world->offers++;
		if (!view->offered)
			world->offered_at_ms = world->now_ms;
		view->offered = true;
		view->offer_seen = view->frontend == XenbusStateInitialising;
		view->failed = false;
		write_state(world, XenbusStateInitWait);
		return;
	case XENBUS_TELL:
		write_state(world, XenbusStateConnected);
		return;
	case XENBUS_CONNECT:
		world->connects++;
		view->attached = true;
		write_state(world, XenbusStateConnected);
		return;
	case XENBUS_DETACH:
		world->detaches++;
		view->attached = false;
		return;
	case XENBUS_CLOSE:
		world->closes++;
		write_state(world, XenbusStateClosed);
		return;
	case XENBUS_REMOVE:
		world->removed = true;
		view->exists = false;
		return;
	}
}

/* Runs until neither side has anything to do; fails if that does not happen. */
static void
settle(struct world *world)
{
	for (unsigned i = 0; i < 100; i++) {
		struct xenbus_view *view = &world->view;

		view->offered_for_ms = world->now_ms - world->offered_at_ms;
		enum xenbus_step step = xenbus_next_step(view, &wait_ms);
		take(world, step);
		if (step == XENBUS_FORGET)
			return;
		enum xenbus_state front = view->frontend;
		front_acts(world);
		if (step != XENBUS_WAIT || view->frontend != front)
			continue;
		if (wait_ms < 0)
			return;
		world->now_ms += wait_ms;
	}
	test_fail(__FILE__, __LINE__, "no rest: wrote %s", world->states);
}

static void
check_connected(const struct world *world)
{
	check_int(world->view.backend, XenbusStateConnected);
	check_int(world->view.frontend, XenbusStateConnected);
	check(world->view.attached);
}

TEST(life_of_a_device)
{
	struct world world = {.view = quiet};

	settle(&world);
	check_connected(&world);
	check_string(world.states, "24");
	check(world.now_ms >= 250);

	world.view.online = false;
	world.view.backend = XenbusStateClosing;
	settle(&world);
	check_string(world.states, "246");
	check_int(world.detaches, 1);
	world.view.exists = false;
	settle(&world);
	check_int(world.connects, 1);
}

TEST(guest_that_is_destroyed)
{
	struct world world = {.view = quiet};

	settle(&world);
	world.view.frontend = XenbusStateUnknown;
	settle(&world);
	check(!world.view.attached);
	world.view.exists = false;
	settle(&world);
	check_string(world.states, "24");
}

TEST(driver_that_is_unloaded_and_loaded)
{
	struct world world = {.view = quiet};

	settle(&world);
	for (unsigned i = 2; i < 5; i++) {
		world.front_asleep = true;
		world.view.frontend = XenbusStateClosing;
		settle(&world);
		/* Linux polls for 2 until it gives up. */
		check_int(world.view.backend, XenbusStateInitWait);
		check(!world.view.attached);
		world.view.frontend = XenbusStateClosed;
		settle(&world);
		world.view.frontend = XenbusStateInitialising;
		world.front_asleep = false;
		settle(&world);
		check_connected(&world);
		check_int(world.connects, i);
	}
}

/* A new backend finds a frontend in any state, and what an earlier backend wrote. */
static void
check_adoption(enum xenbus_state backend, enum xenbus_state front, const char *states)
{
	struct world world = {.view = quiet};

	test_case("found backend %d, front %d", backend, front);
	world.view.backend = backend;
	world.view.frontend = front;
	settle(&world);
	check_connected(&world);
	check_string(world.states, states);
	check_int(world.connects, 1);
}

TEST(front_found_at_our_start)
{
	check_adoption(XenbusStateInitialising, XenbusStateInitialising, "24");
	check_adoption(XenbusStateInitWait, XenbusStateInitialising, "24");
	check_adoption(XenbusStateConnected, XenbusStateInitialising, "624");
	check_adoption(XenbusStateClosed, XenbusStateInitialising, "24");

	/* Its rings are valid, and it only waits for 4. */
	check_adoption(XenbusStateInitWait, XenbusStateInitialised, "4");
	check_adoption(XenbusStateConnected, XenbusStateInitialised, "4");
	check_adoption(XenbusStateInitialising, XenbusStateInitialised, "24");

	/* It relies on the connection to the backend that is gone. */
	check_adoption(XenbusStateConnected, XenbusStateConnected, "624");
	check_adoption(XenbusStateInitWait, XenbusStateConnected, "624");
}

TEST(busy_front_found_at_our_start)
{
	struct world world = {.view = quiet, .busy = true};

	world.view.backend = world.view.frontend = XenbusStateConnected;
	settle(&world);
	check_int(world.view.frontend, XenbusStateReconfiguring);
	check_string(world.states, "62");
	/* However long it takes, we wait; nothing is written meanwhile. */
	world.now_ms += 3600000;
	settle(&world);
	check_string(world.states, "62");
	/* Its last client went away: it is back at 1, and 2 has to be written again. */
	world.view.frontend = XenbusStateInitialising;
	world.front_asleep = true;
	settle(&world);
	check_string(world.states, "622");
	world.front_asleep = false;
	settle(&world);
	check_connected(&world);
	check_string(world.states, "6224");
}

TEST(front_found_reconfiguring)
{
	static const enum xenbus_state backends[] = {XenbusStateConnected, XenbusStateClosed,
						     XenbusStateInitWait};

	for (unsigned i = 0; i < 3; i++) {
		struct world world = {.view = quiet};

		test_case("backend %d", backends[i]);
		world.view.backend = backends[i];
		world.view.frontend = XenbusStateReconfiguring;
		settle(&world);
		check_int(world.view.backend, XenbusStateInitWait);
		world.view.frontend = XenbusStateInitialising;
		settle(&world);
		check_connected(&world);
	}
}

TEST(front_found_closed)
{
	static const enum xenbus_state fronts[] = {XenbusStateClosing, XenbusStateClosed};

	for (unsigned i = 0; i < 2; i++)
		for (int backend = 0; backend <= XenbusStateClosed; backend++) {
			struct world world = {.view = quiet};

			if (backend == XenbusStateClosing)
				continue;
			test_case("backend %d, front %d", backend, fronts[i]);
			world.view.backend = (enum xenbus_state)backend;
			world.view.frontend = fronts[i];
			settle(&world);
			check_int(world.view.backend, XenbusStateInitWait);
			check_int(world.connects, 0);
		}
}

/* From any state of both sides, a detach ends at 6 and stays there. */
TEST(detach_in_any_state)
{
	for (int backend = 0; backend <= XenbusStateReconfigured; backend++)
		for (int front = 0; front <= XenbusStateReconfigured; front++)
			for (int attached = 0; attached < 2; attached++) {
				struct world world = {.view = quiet, .front_asleep = true};

				test_case("backend %d, front %d", backend, front);
				world.view.backend = (enum xenbus_state)backend;
				world.view.frontend = (enum xenbus_state)front;
				world.view.attached = attached;
				world.view.online = false;
				settle(&world);
				check_int(world.view.backend, XenbusStateClosed);
				check(!world.view.attached);
				check_int(world.connects, 0);
				check_int(world.offers, 0);
			}
}

TEST(driver_domain_removes_its_directory)
{
	struct world world = {.view = quiet};

	world.view.driver_domain = true;
	settle(&world);
	check_connected(&world);
	check(!world.removed);
	world.view.online = false;
	world.view.frontend = XenbusStateUnknown;
	settle(&world);
	check(world.removed);
	check_string(world.states, "246");
}

/* With a frontend that writes random states, every sequence comes to an end. */
TEST(random_front)
{
	uint64_t random = 1;
	struct world world = {.view = quiet};

	for (unsigned i = 0; i < 100000; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		memset(world.states, 0, sizeof(world.states));
		world.front_asleep = random >> 60 & 1;
		world.view.frontend = (enum xenbus_state)((random >> 40) % 10);
		if ((random >> 33) % 50 == 0)
			world.view.online = !world.view.online;
		settle(&world);
	}
	check(world.connects > 100);
}
