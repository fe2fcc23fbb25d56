/* SPDX-License-Identifier: MIT */
/* See kbdif.h. */
#include "pure/kbdif.h"

#include <string.h>

#include <linux/input-event-codes.h>

_Static_assert((KBDIF_QUEUE & (KBDIF_QUEUE - 1)) == 0, "a power of two");
_Static_assert(KBDIF_CONTACTS <= 32, "a bit each in frame");

void
kbdif_init(struct kbdif *kbdif, const struct kbdif_features *features)
{
	memset(kbdif, 0, sizeof(*kbdif));
	kbdif->features = *features;
}

/* Codes */

bool
kbdif_is_button(uint32_t code)
{
	return code >= BTN_LEFT && code <= BTN_TASK;
}

/* The bits that xen-kbdfront sets. It tests its pointer's bits for every code, even if it has no
 * pointer, so nothing can be sent without one. */
bool
kbdif_has_code(const struct kbdif *kbdif, uint32_t code)
{
	const struct kbdif_features *features = &kbdif->features;

	if (!features->pointer)
		return false;
	if (kbdif_is_button(code))
		return true;
	return features->keyboard &&
	       ((code >= KEY_ESC && code < KEY_UNKNOWN) || (code >= KEY_OK && code < KBDIF_CODES));
}

static bool
is_owed(const struct kbdif *kbdif, uint32_t code)
{
	return kbdif->owed[code / 32] & (UINT32_C(1) << code % 32);
}

static void
owe(struct kbdif *kbdif, uint32_t code)
{
	kbdif->owed[code / 32] |= UINT32_C(1) << code % 32;
}

static void
forgive(struct kbdif *kbdif, uint32_t code)
{
	kbdif->owed[code / 32] &= ~(UINT32_C(1) << code % 32);
}

/* The first code whose release is owed; KBDIF_CODES: none. */
static uint32_t
first_owed(const struct kbdif *kbdif)
{
	for (unsigned i = 0; i < KBDIF_CODE_WORDS; i++)
		if (kbdif->owed[i])
			return i * 32 + (uint32_t)__builtin_ctz(kbdif->owed[i]);
	return KBDIF_CODES;
}

/* The queue */

/* The i-th event in the queue. */
static struct kbdif_event *
event_at(struct kbdif *kbdif, unsigned i)
{
	return &kbdif->queue[(kbdif->first + i) % KBDIF_QUEUE];
}

/* NULL: the queue is empty. */
static struct kbdif_event *
last_event(struct kbdif *kbdif)
{
	return kbdif->count > 0 ? event_at(kbdif, kbdif->count - 1) : NULL;
}

/* False: no room. From then on nothing is queued until everything has been taken, so that later
 * events do not overtake those that found no room. */
static bool
push(struct kbdif *kbdif, const struct kbdif_event *event)
{
	if (kbdif->full || kbdif->count == KBDIF_QUEUE) {
		kbdif->full = true;
		return false;
	}
	*event_at(kbdif, kbdif->count) = *event;
	kbdif->count++;
	return true;
}

static bool
push_code(struct kbdif *kbdif, enum kbdif_kind kind, uint32_t code)
{
	return push(kbdif, &(struct kbdif_event){.kind = kind, .number = code});
}

/* Keys and buttons */

bool
kbdif_press(struct kbdif *kbdif, uint32_t code)
{
	if (!kbdif_has_code(kbdif, code) || kbdif->pressed[code] == UINT8_MAX)
		return false;
	if (kbdif->pressed[code] > 0) {
		kbdif->pressed[code]++;
		return true;
	}
	if (is_owed(kbdif, code)) {
		if (!push_code(kbdif, KBDIF_RELEASE, code))
			return false;
		forgive(kbdif, code);
	}
	if (!push_code(kbdif, KBDIF_PRESS, code))
		return false;
	kbdif->pressed[code] = 1;
	return true;
}

void
kbdif_release(struct kbdif *kbdif, uint32_t code)
{
	if (code >= KBDIF_CODES || kbdif->pressed[code] == 0 || --kbdif->pressed[code] > 0)
		return;
	if (!push_code(kbdif, KBDIF_RELEASE, code))
		owe(kbdif, code);
}

/* The pointer */

static int32_t
add(int32_t a, int64_t b)
{
	int64_t sum = a + b;

	if (sum > INT32_MAX)
		return INT32_MAX;
	return sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}

static int32_t
position(double part, uint32_t range)
{
	double limit = range > INT32_MAX ? INT32_MAX : range;

	/* Also catches NaN. */
	if (!(part > 0) || limit < 1)
		return 0;
	/* Rounding can put the product just below the intended pixel. The correction is smaller
	 * than the steps of Weston's coordinates, 1/256. */
	double place = part * limit + 1.0 / 1024;

	return place >= limit ? (int32_t)(limit - 1) : (int32_t)place;
}

static void
merge_move(const struct kbdif *kbdif, struct kbdif_event *into, const struct kbdif_event *event)
{
	if (kbdif->features.absolute) {
		into->x = event->x;
		into->y = event->y;
	} else {
		into->x = add(into->x, event->x);
		into->y = add(into->y, event->y);
	}
	into->wheel = add(into->wheel, event->wheel);
}

/* Wheel steps join the motion queued before them; motion that follows them is an event of its
 * own. */
static void
move(struct kbdif *kbdif, const struct kbdif_event *event)
{
	struct kbdif_event *last = last_event(kbdif);
	bool turned = last && last->wheel != 0 && event->wheel == 0;

	if (!kbdif->full && last && last->kind == KBDIF_MOVE && !turned) {
		merge_move(kbdif, last, event);
		return;
	}
	if (push(kbdif, event))
		return;
	if (!kbdif->has_late)
		kbdif->late = (struct kbdif_event){.kind = KBDIF_MOVE};
	kbdif->has_late = true;
	merge_move(kbdif, &kbdif->late, event);
}

void
kbdif_move_to(struct kbdif *kbdif, double x, double y)
{
	const struct kbdif_features *features = &kbdif->features;

	if (!features->pointer || !features->absolute)
		return;
	kbdif->x = position(x, features->width);
	kbdif->y = position(y, features->height);
	move(kbdif, &(struct kbdif_event){.kind = KBDIF_MOVE, .x = kbdif->x, .y = kbdif->y});
}

/* Returns the whole steps; the fraction is kept for the next call. */
static int32_t
whole_steps(double *rest, double more)
{
	double sum = *rest + more;
	bool sane = sum > -1e6 && sum < 1e6;
	int32_t steps = sane ? (int32_t)sum : 0;

	*rest = sane ? sum - steps : 0;
	return steps;
}

void
kbdif_move_by(struct kbdif *kbdif, double dx, double dy)
{
	if (!kbdif->features.pointer || kbdif->features.absolute)
		return;
	struct kbdif_event event = {.kind = KBDIF_MOVE};

	event.x = whole_steps(&kbdif->rest_x, dx);
	event.y = whole_steps(&kbdif->rest_y, dy);
	if (event.x != 0 || event.y != 0)
		move(kbdif, &event);
}

void
kbdif_wheel(struct kbdif *kbdif, int32_t steps)
{
	struct kbdif_event event = {.kind = KBDIF_MOVE, .wheel = steps};

	if (!kbdif->features.pointer || steps == 0)
		return;
	if (kbdif->features.absolute) {
		event.x = kbdif->x;
		event.y = kbdif->y;
	}
	move(kbdif, &event);
}

/* Touch */

static uint32_t
contact_count(const struct kbdif *kbdif)
{
	const struct kbdif_features *features = &kbdif->features;

	if (!features->touch)
		return 0;
	return features->contacts < KBDIF_CONTACTS ? features->contacts : KBDIF_CONTACTS;
}

/* KBDIF_CONTACTS: none. A contact whose lift is still to be sent no longer matches. */
static uint32_t
find_contact(const struct kbdif *kbdif, const void *owner, int32_t id)
{
	for (uint32_t i = 0; i < contact_count(kbdif); i++) {
		const struct kbdif_contact *contact = &kbdif->contacts[i];

		if (contact->owner == owner && contact->id == id && !contact->lifted)
			return i;
	}
	return KBDIF_CONTACTS;
}

static uint32_t
free_contact(const struct kbdif *kbdif)
{
	for (uint32_t i = 0; i < contact_count(kbdif); i++)
		if (!kbdif->contacts[i].owner)
			return i;
	return KBDIF_CONTACTS;
}

static bool
push_contact(struct kbdif *kbdif, enum kbdif_kind kind, uint32_t i)
{
	const struct kbdif_contact *contact = &kbdif->contacts[i];

	return push(kbdif, &(struct kbdif_event){kind, i, contact->x, contact->y, 0});
}

static void
place_contact(const struct kbdif *kbdif, struct kbdif_contact *contact, double x, double y)
{
	contact->x = position(x, kbdif->features.touch_width);
	contact->y = position(y, kbdif->features.touch_height);
}

bool
kbdif_touch(struct kbdif *kbdif, const void *owner, int32_t id, double x, double y)
{
	uint32_t i = free_contact(kbdif);

	if (i == KBDIF_CONTACTS || find_contact(kbdif, owner, id) != KBDIF_CONTACTS)
		return false;
	struct kbdif_contact contact = {.owner = owner, .id = id};

	place_contact(kbdif, &contact, x, y);
	if (!push(kbdif, &(struct kbdif_event){KBDIF_DOWN, i, contact.x, contact.y, 0}))
		return false;
	kbdif->contacts[i] = contact;
	return true;
}

/* The queued drag of this contact, if nothing but drags of other contacts follows it. NULL:
 * none. */
static struct kbdif_event *
waiting_drag(struct kbdif *kbdif, uint32_t contact)
{
	for (unsigned i = kbdif->count; i > 0; i--) {
		struct kbdif_event *event = event_at(kbdif, i - 1);

		if (event->kind != KBDIF_DRAG)
			return NULL;
		if (event->number == contact)
			return event;
	}
	return NULL;
}

void
kbdif_drag(struct kbdif *kbdif, const void *owner, int32_t id, double x, double y)
{
	uint32_t i = find_contact(kbdif, owner, id);

	if (i == KBDIF_CONTACTS)
		return;
	struct kbdif_contact *contact = &kbdif->contacts[i];
	struct kbdif_event *waiting = kbdif->full ? NULL : waiting_drag(kbdif, i);

	place_contact(kbdif, contact, x, y);
	if (waiting) {
		waiting->x = contact->x;
		waiting->y = contact->y;
	} else if (!push_contact(kbdif, KBDIF_DRAG, i)) {
		contact->dragged = true;
	}
}

static void
lift(struct kbdif *kbdif, uint32_t i)
{
	struct kbdif_contact *contact = &kbdif->contacts[i];

	if (push_contact(kbdif, KBDIF_UP, i))
		memset(contact, 0, sizeof(*contact));
	else
		contact->lifted = true;
}

bool
kbdif_lift(struct kbdif *kbdif, const void *owner, int32_t id)
{
	uint32_t i = find_contact(kbdif, owner, id);

	if (i == KBDIF_CONTACTS)
		return false;
	lift(kbdif, i);
	return true;
}

void
kbdif_lift_all(struct kbdif *kbdif, const void *owner)
{
	for (uint32_t i = 0; i < contact_count(kbdif); i++)
		if (kbdif->contacts[i].owner == owner && !kbdif->contacts[i].lifted)
			lift(kbdif, i);
}

void
kbdif_release_all(struct kbdif *kbdif)
{
	for (uint32_t code = 0; code < KBDIF_CODES; code++) {
		if (kbdif->pressed[code] == 0)
			continue;
		kbdif->pressed[code] = 1;
		kbdif_release(kbdif, code);
	}
	for (uint32_t i = 0; i < contact_count(kbdif); i++)
		if (kbdif->contacts[i].owner && !kbdif->contacts[i].lifted)
			lift(kbdif, i);
}

void
kbdif_adopt(struct kbdif *kbdif)
{
	static const char nobody;

	for (uint32_t code = 0; code < KBDIF_CODES; code++)
		if (kbdif_has_code(kbdif, code))
			owe(kbdif, code);
	for (uint32_t i = 0; i < contact_count(kbdif); i++)
		kbdif->contacts[i] = (struct kbdif_contact){.owner = &nobody, .lifted = true};
}

/* Output */

static bool
take_queued(struct kbdif *kbdif, struct kbdif_event *out)
{
	if (kbdif->count == 0)
		return false;
	*out = *event_at(kbdif, 0);
	kbdif->first++;
	kbdif->count--;
	return true;
}

static bool
take_late(struct kbdif *kbdif, struct kbdif_event *out)
{
	if (!kbdif->has_late)
		return false;
	*out = kbdif->late;
	kbdif->has_late = false;
	return true;
}

static bool
take_owed_code(struct kbdif *kbdif, struct kbdif_event *out)
{
	uint32_t code = first_owed(kbdif);

	if (code == KBDIF_CODES)
		return false;
	forgive(kbdif, code);
	*out = (struct kbdif_event){.kind = KBDIF_RELEASE, .number = code};
	return true;
}

static bool
take_owed_contact(struct kbdif *kbdif, struct kbdif_event *out)
{
	for (uint32_t i = 0; i < contact_count(kbdif); i++) {
		struct kbdif_contact *contact = &kbdif->contacts[i];

		if (!contact->dragged && !contact->lifted)
			continue;
		*out = (struct kbdif_event){contact->dragged ? KBDIF_DRAG : KBDIF_UP, i, contact->x,
					    contact->y, 0};
		if (contact->dragged)
			contact->dragged = false;
		else
			memset(contact, 0, sizeof(*contact));
		return true;
	}
	return false;
}

static bool
take(struct kbdif *kbdif, struct kbdif_event *out)
{
	if (take_queued(kbdif, out) || take_late(kbdif, out) || take_owed_code(kbdif, out) ||
	    take_owed_contact(kbdif, out))
		return true;
	kbdif->full = false;
	return false;
}

static bool
is_of_touch(const struct kbdif_event *event)
{
	return event->kind == KBDIF_DOWN || event->kind == KBDIF_DRAG || event->kind == KBDIF_UP;
}

/* Touch events form a frame, which ends with a SYN and has at most one event for each contact. */
static bool
ends_frame(const struct kbdif *kbdif)
{
	if (kbdif->frame == 0)
		return false;
	return !kbdif->has_ahead || !is_of_touch(&kbdif->ahead) ||
	       kbdif->frame & (UINT32_C(1) << kbdif->ahead.number);
}

static void
encode_move(const struct kbdif *kbdif, const struct kbdif_event *event, union xenkbd_in_event *out)
{
	if (kbdif->features.absolute) {
		out->pos.type = XENKBD_TYPE_POS;
		out->pos.abs_x = event->x;
		out->pos.abs_y = event->y;
		out->pos.rel_z = event->wheel;
	} else {
		out->motion.type = XENKBD_TYPE_MOTION;
		out->motion.rel_x = event->x;
		out->motion.rel_y = event->y;
		out->motion.rel_z = event->wheel;
	}
}

static void
encode_touch(const struct kbdif_event *event, union xenkbd_in_event *out)
{
	static const uint8_t types[] = {
		[KBDIF_DOWN] = XENKBD_MT_EV_DOWN,
		[KBDIF_DRAG] = XENKBD_MT_EV_MOTION,
		[KBDIF_UP] = XENKBD_MT_EV_UP,
	};

	out->mtouch.type = XENKBD_TYPE_MTOUCH;
	out->mtouch.event_type = types[event->kind];
	out->mtouch.contact_id = (uint8_t)event->number;
	if (event->kind == KBDIF_UP)
		return;
	out->mtouch.u.pos.abs_x = event->x;
	out->mtouch.u.pos.abs_y = event->y;
}

static void
encode(struct kbdif *kbdif, const struct kbdif_event *event, union xenkbd_in_event *out)
{
	switch (event->kind) {
	case KBDIF_PRESS:
	case KBDIF_RELEASE:
		out->key.type = XENKBD_TYPE_KEY;
		out->key.pressed = event->kind == KBDIF_PRESS;
		out->key.keycode = event->number;
		break;
	case KBDIF_MOVE:
		encode_move(kbdif, event, out);
		break;
	case KBDIF_DOWN:
	case KBDIF_DRAG:
	case KBDIF_UP:
		kbdif->frame |= UINT32_C(1) << event->number;
		encode_touch(event, out);
		break;
	}
}

bool
kbdif_next(struct kbdif *kbdif, union xenkbd_in_event *out)
{
	memset(out, 0, sizeof(*out));
	if (!kbdif->has_ahead)
		kbdif->has_ahead = take(kbdif, &kbdif->ahead);
	if (ends_frame(kbdif)) {
		kbdif->frame = 0;
		out->mtouch.type = XENKBD_TYPE_MTOUCH;
		out->mtouch.event_type = XENKBD_MT_EV_SYN;
		return true;
	}
	if (!kbdif->has_ahead)
		return false;
	kbdif->has_ahead = false;
	encode(kbdif, &kbdif->ahead, out);
	return true;
}

bool
kbdif_is_empty(const struct kbdif *kbdif)
{
	if (kbdif->count > 0 || kbdif->has_ahead || kbdif->has_late || kbdif->frame != 0 ||
	    first_owed(kbdif) != KBDIF_CODES)
		return false;
	for (uint32_t i = 0; i < KBDIF_CONTACTS; i++)
		if (kbdif->contacts[i].dragged || kbdif->contacts[i].lifted)
			return false;
	return true;
}
