/* SPDX-License-Identifier: MIT */
/* See input-step.h. */
#include "pure/input-step.h"

/* The frontend has a page for us, whether it has seen our InitWait or not. */
static enum xenbus_step
step_published(const struct xenbus_view *view)
{
	if (view->attached && view->published_anew)
		return XENBUS_DETACH;
	if (view->attached)
		return view->backend == XenbusStateConnected ? XENBUS_WAIT : XENBUS_TELL;
	/* Write Closed, if that was impossible when it failed. */
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
	/* The InitWait of an earlier backend is written again, which fires the watch on it. */
	if (view->backend == XenbusStateInitWait)
		return view->offered ? XENBUS_WAIT : XENBUS_OFFER;
	return view->backend == XenbusStateConnected ? XENBUS_CLOSE : XENBUS_OFFER;
}

enum xenbus_step
input_next_step(const struct xenbus_view *view)
{
	enum xenbus_step step;

	if (xenbus_is_ending(view, &step))
		return step;
	if (view->frontend == XenbusStateInitialised || view->frontend == XenbusStateConnected)
		return step_published(view);
	return step_not_ready(view);
}
