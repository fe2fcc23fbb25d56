/* SPDX-License-Identifier: MIT */
/* See input-table.h. */
#include "pure/input-table.h"

/* The tool stack wants the device away: Closed, and Closed it stays. */
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

/* The frontend has a page for us, whether it has seen our InitWait or not. */
static enum xenbus_step
step_published(const struct xenbus_view *view)
{
	if (view->attached && view->published_anew)
		return XENBUS_DETACH;
	if (view->attached)
		return view->backend == XenbusStateConnected ? XENBUS_WAIT : XENBUS_TELL;
	/* Closed, if that could not be written when it failed. */
	if (view->failed)
		return view->backend == XenbusStateClosed ? XENBUS_WAIT : XENBUS_CLOSE;
	if (view->backend == XenbusStateInitWait || view->backend == XenbusStateConnected)
		return XENBUS_CONNECT;
	return XENBUS_OFFER;
}

/* The frontend has no page for us (any more), or waits for a backend after another one has ended.
 */
static enum xenbus_step
step_not_ready(const struct xenbus_view *view)
{
	if (view->attached)
		return XENBUS_DETACH;
	/* That of an earlier backend is written again, which fires its watch. */
	if (view->backend == XenbusStateInitWait)
		return view->offered ? XENBUS_WAIT : XENBUS_OFFER;
	return view->backend == XenbusStateConnected ? XENBUS_CLOSE : XENBUS_OFFER;
}

enum xenbus_step
input_next_step(const struct xenbus_view *view)
{
	if (!view->exists)
		return view->attached ? XENBUS_DETACH : XENBUS_FORGET;
	if (!view->online || view->backend == XenbusStateClosing)
		return step_going_away(view);

	switch (view->frontend) {
	case XenbusStateUnknown:
		/* Its directory went first: the tool stack is destroying the domain. */
		return view->attached ? XENBUS_DETACH : XENBUS_WAIT;
	case XenbusStateInitialised:
	case XenbusStateConnected:
		return step_published(view);
	case XenbusStateClosing:
	case XenbusStateClosed:
	case XenbusStateInitialising:
	case XenbusStateInitWait:
	case XenbusStateReconfiguring:
	case XenbusStateReconfigured:
		break;
	}
	return step_not_ready(view);
}
