/* SPDX-License-Identifier: MIT */
/* See hold.h. */
#include "weston/hold.h"

#include <string.h>

#include "device/input.h"

/* Nothing is held any more, and the guest knows it. */
static void
forget(struct hold *hold)
{
	if (!hold->input)
		return;
	wl_list_remove(&hold->link);
	memset(hold, 0, sizeof(*hold));
}

/* When devices have come or gone, everything has been released, and this one may no longer
 * exist. */
static struct input *
input_of(struct hold *hold)
{
	if (hold->input && hold->host->input_generation != hold->generation)
		forget(hold);
	return hold->input;
}

static void
begin(struct hold *hold, struct wl_list *holds, struct input *input)
{
	if (input_of(hold) && hold->input != input)
		hold_end(hold);
	if (hold->input)
		return;
	hold->input = input;
	hold->host = input->host;
	hold->generation = input->host->input_generation;
	wl_list_insert(holds, &hold->link);
}

static void
count(struct hold *hold, int more)
{
	hold->count += (unsigned)more;
	if (hold->count == 0)
		forget(hold);
}

static bool
is_held(const struct hold *hold, uint32_t code)
{
	return code < KBDIF_CODES && hold->codes[code / 32] & (UINT32_C(1) << code % 32);
}

void
hold_press(struct hold *hold, struct wl_list *holds, struct input *input, uint32_t code)
{
	begin(hold, holds, input);
	if (!is_held(hold, code) && kbdif_press(&input->kbdif, code)) {
		hold->codes[code / 32] |= UINT32_C(1) << code % 32;
		hold->count++;
	}
	count(hold, 0);
}

void
hold_release(struct hold *hold, uint32_t code)
{
	struct input *input = input_of(hold);

	if (!input || !is_held(hold, code))
		return;
	hold->codes[code / 32] &= ~(UINT32_C(1) << code % 32);
	kbdif_release(&input->kbdif, code);
	count(hold, -1);
}

void
hold_touch(struct hold *hold, struct wl_list *holds, struct input *input, int32_t id, double x,
	   double y)
{
	begin(hold, holds, input);
	count(hold, kbdif_touch(&input->kbdif, hold, id, x, y) ? 1 : 0);
}

void
hold_drag(struct hold *hold, int32_t id, double x, double y)
{
	struct input *input = input_of(hold);

	if (input)
		kbdif_drag(&input->kbdif, hold, id, x, y);
}

void
hold_lift(struct hold *hold, int32_t id)
{
	struct input *input = input_of(hold);

	if (input && kbdif_lift(&input->kbdif, hold, id))
		count(hold, -1);
}

void
hold_end(struct hold *hold)
{
	struct input *input = input_of(hold);

	if (!input)
		return;
	for (uint32_t code = 0; code < KBDIF_CODES; code++)
		if (is_held(hold, code))
			kbdif_release(&input->kbdif, code);
	kbdif_lift_all(&input->kbdif, hold);
	forget(hold);
	input_send(input);
}

void
holds_end(struct wl_list *holds)
{
	struct hold *hold, *next;

	wl_list_for_each_safe(hold, next, holds, link)
		hold_end(hold);
}
