/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/input-step.c: single decisions, and whole lives of a device against a small
 * model of xen-kbdfront.
 */
#include "test.h"

#include "pure/input-step.h"

static const struct xenbus_view quiet = {.exists = true,
					 .online = true,
					 .backend = XenbusStateInitialising,
					 .frontend = XenbusStateInitialising};

TEST(new_device_is_offered)
{
	struct xenbus_view view = quiet;

	check_int(input_next_step(&view), XENBUS_OFFER);
	view.backend = XenbusStateUnknown;
	check_int(input_next_step(&view), XENBUS_OFFER);
	view.backend = XenbusStateInitWait;
	check_int(input_next_step(&view), XENBUS_OFFER);
	view.offered = true;
	check_int(input_next_step(&view), XENBUS_WAIT);
}

TEST(page_is_taken_in_either_state)
{
	struct xenbus_view view = quiet;

	for (view.frontend = XenbusStateInitialised; view.frontend <= XenbusStateConnected;
	     view.frontend++) {
		view.backend = XenbusStateInitialising;
		check_int(input_next_step(&view), XENBUS_OFFER);
		view.backend = XenbusStateInitWait;
		check_int(input_next_step(&view), XENBUS_CONNECT);
		/* The state left by a backend that was killed. */
		view.backend = XenbusStateConnected;
		check_int(input_next_step(&view), XENBUS_CONNECT);
	}
}

TEST(attached_device_rests)
{
	struct xenbus_view view = quiet;

	view.attached = true;
	view.frontend = XenbusStateConnected;
	view.backend = XenbusStateConnected;
	check_int(input_next_step(&view), XENBUS_WAIT);
	view.backend = XenbusStateInitWait;
	check_int(input_next_step(&view), XENBUS_TELL);
	view.published_anew = true;
	check_int(input_next_step(&view), XENBUS_DETACH);
}

TEST(page_that_cannot_be_taken)
{
	struct xenbus_view view = quiet;

	view.failed = true;
	view.frontend = XenbusStateConnected;
	view.backend = XenbusStateConnected;
	check_int(input_next_step(&view), XENBUS_CLOSE);
	view.backend = XenbusStateClosed;
	check_int(input_next_step(&view), XENBUS_WAIT);
}

TEST(removal)
{
	struct xenbus_view view = quiet;

	view.frontend = XenbusStateConnected;
	view.backend = XenbusStateClosing;
	view.attached = true;
	check_int(input_next_step(&view), XENBUS_DETACH);
	view.attached = false;
	check_int(input_next_step(&view), XENBUS_CLOSE);
	view.backend = XenbusStateClosed;
	view.online = false;
	check_int(input_next_step(&view), XENBUS_WAIT);
	view.driver_domain = true;
	check_int(input_next_step(&view), XENBUS_WAIT);
	view.frontend = XenbusStateUnknown;
	check_int(input_next_step(&view), XENBUS_REMOVE);
}

TEST(destroyed_domain)
{
	struct xenbus_view view = quiet;

	view.attached = true;
	view.frontend = XenbusStateUnknown;
	view.backend = XenbusStateConnected;
	check_int(input_next_step(&view), XENBUS_DETACH);
	view.attached = false;
	check_int(input_next_step(&view), XENBUS_WAIT);
	view.exists = false;
	check_int(input_next_step(&view), XENBUS_FORGET);
	view.attached = true;
	check_int(input_next_step(&view), XENBUS_DETACH);
}

TEST(driver_that_goes_and_comes)
{
	struct xenbus_view view = quiet;

	view.attached = true;
	view.backend = XenbusStateConnected;
	view.frontend = XenbusStateClosed;
	check_int(input_next_step(&view), XENBUS_DETACH);
	view.attached = false;
	check_int(input_next_step(&view), XENBUS_CLOSE);
	view.backend = XenbusStateClosed;
	check_int(input_next_step(&view), XENBUS_OFFER);
	view.backend = XenbusStateInitWait;
	view.offered = true;
	check_int(input_next_step(&view), XENBUS_WAIT);
	view.frontend = XenbusStateInitialised;
	check_int(input_next_step(&view), XENBUS_CONNECT);
}

/* The model */

static void
follow_as_linux(struct xenbus_view *view)
{
	if (view->frontend == XenbusStateInitialising)
		return;
	if (view->backend == XenbusStateInitWait || view->backend == XenbusStateConnected)
		view->frontend = XenbusStateConnected;
	else if (view->backend == XenbusStateClosing || view->backend == XenbusStateClosed)
		view->frontend = XenbusStateClosed;
}

static bool
take_step(struct xenbus_view *view)
{
	switch (input_next_step(view)) {
	case XENBUS_OFFER:
		view->backend = XenbusStateInitWait;
		view->offered = true;
		break;
	case XENBUS_CONNECT:
		check(!view->attached);
		view->attached = true;
		view->backend = XenbusStateConnected;
		break;
	case XENBUS_TELL:
		view->backend = XenbusStateConnected;
		break;
	case XENBUS_DETACH:
		view->attached = false;
		break;
	case XENBUS_CLOSE:
		view->backend = XenbusStateClosed;
		break;
	default:
		return false;
	}
	follow_as_linux(view);
	return true;
}

/* Whatever an earlier backend has left, the frontend's page is ours after a few steps. */
TEST(every_state_left_by_an_earlier_backend)
{
	static const enum xenbus_state fronts[] = {XenbusStateInitialised, XenbusStateConnected,
						   XenbusStateClosed};

	for (unsigned i = 0; i < 3; i++) {
		for (enum xenbus_state back = XenbusStateUnknown; back <= XenbusStateReconfigured;
		     back++) {
			struct xenbus_view view = quiet;
			unsigned steps = 0;

			test_case("front %d, back %d", fronts[i], back);
			view.frontend = fronts[i];
			view.backend = back;
			while (take_step(&view))
				check(++steps < 8);
			check(view.attached && view.backend == XenbusStateConnected);
			check_int(view.frontend, XenbusStateConnected);
		}
	}
}

/* Takes a step, with a frontend that does nothing. False: there is none to take. */
static bool
take_step_alone(struct xenbus_view *view)
{
	enum xenbus_step step = input_next_step(view);

	check(view->exists || step == XENBUS_DETACH || step == XENBUS_FORGET);
	if (step == XENBUS_WAIT || step == XENBUS_FORGET)
		return false;
	if (step == XENBUS_REMOVE)
		view->exists = false;
	else if (step == XENBUS_DETACH)
		view->attached = view->published_anew = false;
	else if (step == XENBUS_CONNECT)
		view->attached = true;
	if (step == XENBUS_CONNECT || step == XENBUS_TELL)
		view->backend = XenbusStateConnected;
	if (step == XENBUS_OFFER) {
		view->backend = XenbusStateInitWait;
		view->offered = true;
	}
	if (step == XENBUS_CLOSE)
		view->backend = XenbusStateClosed;
	return true;
}

TEST(every_view_comes_to_rest)
{
	for (unsigned flags = 0; flags < 64; flags++) {
		for (unsigned states = 0; states < 81; states++) {
			struct xenbus_view view = {
				.exists = flags & 1,
				.online = flags & 2,
				.attached = flags & 4,
				.published_anew = flags & 8,
				.failed = flags & 16,
				.driver_domain = flags & 32,
				.backend = states / 9,
				.frontend = states % 9,
			};
			unsigned steps = 0;

			test_case("flags %u, back %u, front %u", flags, states / 9, states % 9);
			while (take_step_alone(&view))
				check(++steps < 8);
			check(!view.attached || (view.exists && view.online));
		}
	}
}
