/* SPDX-License-Identifier: MIT */
/* The state table, for all contents of xenstore: it never connects twice, and never releases what
 * it does not hold. */
#include "proof.h"

#include "pure/xenbus-step.h"

void
steps(void)
{
	struct xenbus_view view;
	int64_t wait_ms;

	assume(view.offered_for_ms >= 0);
	enum xenbus_step step = xenbus_next_step(&view, &wait_ms);

	prove(step >= XENBUS_WAIT && step <= XENBUS_FORGET);
	prove(wait_ms == -1 || step == XENBUS_WAIT);
	prove(wait_ms >= -1 && wait_ms <= XENBUS_OFFER_MS);
	if (step == XENBUS_CONNECT)
		prove(view.exists && view.online && !view.attached && !view.failed);
	if (step == XENBUS_DETACH)
		prove(view.attached);
	if (step == XENBUS_FORGET)
		prove(!view.exists && !view.attached);
	if (step == XENBUS_REMOVE)
		prove(view.driver_domain && !view.attached);
	if (step == XENBUS_OFFER || step == XENBUS_CLOSE)
		prove(!view.attached);
	end_of_proof();
}
