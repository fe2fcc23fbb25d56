/* SPDX-License-Identifier: MIT */
/* See xenbus-step.h. */
#include "pure/xenbus-step.h"

/* The tool stack removes the device: go to Closed and stay there. */
static enum xenbus_step
step_going_away(const struct xenbus_view *view)
{
	if (view->attached)
		return XENBUS_DETACH;
	if (view->backend != XenbusStateClosed)
		return XENBUS_CLOSE;
	if (view->driver_domain && view->frontend == XenbusStateUnknown)
		return XENBUS_REMOVE;
	return XENBUS_WAIT;
}

/* The frontend has rings for us. */
static enum xenbus_step
step_initialised(const struct xenbus_view *view, int64_t *wait_ms)
{
	if (view->attached && view->published_anew)
		return XENBUS_DETACH;
	if (view->attached)
		return view->backend == XenbusStateConnected ? XENBUS_WAIT : XENBUS_TELL;
	/* Write Closed, if that was impossible when it failed. */
	if (view->failed)
		return view->backend == XenbusStateInitWait ? XENBUS_CLOSE : XENBUS_WAIT;
	/* The frontend was quicker than we were: InitWait has not been written yet. */
	if (view->backend == XenbusStateInitialising || view->backend == XenbusStateUnknown)
		return XENBUS_OFFER;
	if (view->offered && view->offered_for_ms < XENBUS_OFFER_MS) {
		*wait_ms = XENBUS_OFFER_MS - view->offered_for_ms;
		return XENBUS_WAIT;
	}
	return XENBUS_CONNECT;
}

/* The frontend is Connected, or believes so. */
static enum xenbus_step
step_connected(const struct xenbus_view *view)
{
	if (view->attached)
		return view->published_anew ? XENBUS_DETACH : XENBUS_WAIT;
	if (view->backend == XenbusStateClosed)
		return XENBUS_OFFER;
	/* Left by an earlier backend, however that ended: Closed and then InitWait make the
	 * frontend tear down and start again. */
	return view->offered && view->backend == XenbusStateInitWait ? XENBUS_WAIT : XENBUS_CLOSE;
}

/* The frontend has no rings for us: it is Initialising, or Closing or Closed after a connection. */
static enum xenbus_step
step_not_ready(const struct xenbus_view *view)
{
	if (view->attached)
		return XENBUS_DETACH;
	if (view->backend == XenbusStateInitWait) {
		/* Writing the same state again fires its watch, for a frontend that missed the
		 * first one. */
		bool again = view->frontend == XenbusStateInitialising && !view->offer_seen;

		return view->offered && !again ? XENBUS_WAIT : XENBUS_OFFER;
	}
	/* Closed first, then InitWait: a driver that is being unloaded polls for that. */
	if (view->backend == XenbusStateConnected)
		return XENBUS_CLOSE;
	return XENBUS_OFFER;
}

bool
xenbus_is_ending(const struct xenbus_view *view, enum xenbus_step *step)
{
	if (!view->exists)
		*step = view->attached ? XENBUS_DETACH : XENBUS_FORGET;
	else if (!view->online || view->backend == XenbusStateClosing)
		*step = step_going_away(view);
	else if (view->frontend == XenbusStateUnknown)
		/* The frontend's directory is gone: the tool stack is destroying the domain. */
		*step = view->attached ? XENBUS_DETACH : XENBUS_WAIT;
	else
		return false;
	return true;
}

enum xenbus_step
xenbus_next_step(const struct xenbus_view *view, int64_t *wait_ms)
{
	enum xenbus_step step;

	*wait_ms = -1;
	if (xenbus_is_ending(view, &step))
		return step;
	if (view->frontend == XenbusStateInitialised)
		return step_initialised(view, wait_ms);
	if (view->frontend == XenbusStateConnected)
		return step_connected(view);
	return step_not_ready(view);
}
