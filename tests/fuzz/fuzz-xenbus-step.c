/* SPDX-License-Identifier: MIT */
/*
 * A device's life in xenstore, with any nodes changed at any time, and a backend that takes each
 * step decided: it comes to rest, writes Connected only when it is, serves the frontend's current
 * rings, and releases a device that the tool stack removes.
 */
#include "fuzz.h"

#include "pure/xenbus-step.h"

#define MOST_STEPS 12

/* One step of the backend, as xenbus.c takes it. False: nothing to do. */
static bool
take_step(struct xenbus_view *view, bool connect_fails)
{
	int64_t wait_ms = -77;
	enum xenbus_step step = xenbus_next_step(view, &wait_ms);

	PROPERTY(wait_ms == -1 || (step == XENBUS_WAIT && wait_ms > 0));
	switch (step) {
	case XENBUS_WAIT:
		if (wait_ms > 0)
			view->offered_for_ms += wait_ms;
		return wait_ms > 0;
	case XENBUS_OFFER:
		PROPERTY(view->exists && view->online && !view->attached);
		view->backend = XenbusStateInitWait;
		view->offer_seen = view->offered && view->frontend == XenbusStateInitialising;
		view->offered = true;
		view->failed = false;
		return true;
	case XENBUS_CONNECT:
		PROPERTY(view->exists && view->online && !view->attached && !view->failed);
		PROPERTY(view->frontend == XenbusStateInitialised);
		if (connect_fails) {
			view->failed = true;
			view->backend = XenbusStateClosed;
		} else {
			view->attached = true;
			view->backend = XenbusStateConnected;
		}
		return true;
	case XENBUS_TELL:
		PROPERTY(view->attached && view->backend != XenbusStateConnected);
		view->backend = XenbusStateConnected;
		return true;
	case XENBUS_DETACH:
		PROPERTY(view->attached);
		view->attached = view->published_anew = false;
		return true;
	case XENBUS_CLOSE:
		PROPERTY(!view->attached && view->backend != XenbusStateClosed);
		view->backend = XenbusStateClosed;
		return true;
	case XENBUS_REMOVE:
		PROPERTY(!view->attached && view->driver_domain && !view->online);
		view->exists = false;
		return true;
	case XENBUS_FORGET:
		PROPERTY(!view->attached && !view->exists);
		return false;
	}
	PROPERTY(!"a step that there is not");
	return false;
}

static enum xenbus_state
any_state(struct input *input)
{
	return (enum xenbus_state)(input_byte(input) % (XenbusStateReconfigured + 1));
}

static void
change_node(struct xenbus_view *view, struct input *input)
{
	uint8_t what = input_byte(input);

	switch (what % 9) {
	case 0:
	case 1:
	case 2:
		view->frontend = any_state(input);
		view->failed = false;
		break;
	case 3:
		/* the tool stack closes */
		view->backend = XenbusStateClosing;
		view->online = false;
		break;
	case 4:
		view->exists = !view->exists;
		break;
	case 5:
		view->online = !view->online;
		break;
	case 6:
		view->backend = any_state(input);
		break;
	case 7:
		view->offered_for_ms += what;
		break;
	case 8:
		view->published_anew = view->attached;
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	uint8_t start = input_byte(&input);
	struct xenbus_view view = {
		.exists = true,
		.online = true,
		.backend = any_state(&input),
		.frontend = any_state(&input),
		.driver_domain = start & 1,
	};

	while (input.left > 0) {
		bool connect_fails = input_byte(&input) % 4 == 0;
		unsigned steps = 0;

		while (take_step(&view, connect_fails))
			PROPERTY(++steps < MOST_STEPS);
		PROPERTY(!view.attached || (view.exists && view.online));
		PROPERTY(!view.published_anew);
		if (view.exists && !view.online)
			PROPERTY(view.backend == XenbusStateClosed);
		change_node(&view, &input);
	}
	return 0;
}
