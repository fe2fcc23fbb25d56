/* SPDX-License-Identifier: MIT */
/*
 * Input of the desktop for a guest that writes anything into its page meanwhile: no event that its
 * device lacks a bit for, none written over an unread one, and in the end, for a guest that reads,
 * nothing is pressed.
 */
#include "fuzz.h"

#include "pure/kbdif.h"
#include "xen/input-ring.h"

static union {
	uint8_t bytes[4096];
	struct xenkbd_page page;
} shared;

/* The guest driver's state. */
static bool keys[KBDIF_CODES];
static bool contacts[KBDIF_CONTACTS];
static bool open_frame;

static void
believe_touch(const struct kbdif *kbdif, const struct xenkbd_mtouch *touch)
{
	const struct kbdif_features *features = &kbdif->features;

	PROPERTY(features->touch && touch->event_type <= XENKBD_MT_EV_SYN);
	open_frame = touch->event_type != XENKBD_MT_EV_SYN;
	if (!open_frame)
		return;
	PROPERTY(touch->contact_id < features->contacts && touch->contact_id < KBDIF_CONTACTS);
	PROPERTY(touch->u.pos.abs_x >= 0 && touch->u.pos.abs_y >= 0);
	PROPERTY(touch->event_type == XENKBD_MT_EV_UP || features->touch_width == 0 ||
		 (uint32_t)touch->u.pos.abs_x < features->touch_width);
	if (touch->event_type == XENKBD_MT_EV_DOWN)
		PROPERTY(!contacts[touch->contact_id]);
	if (touch->event_type == XENKBD_MT_EV_MOTION)
		PROPERTY(contacts[touch->contact_id]);
	contacts[touch->contact_id] = touch->event_type != XENKBD_MT_EV_UP;
}

static void
believe(const struct kbdif *kbdif, const union xenkbd_in_event *event)
{
	const struct kbdif_features *features = &kbdif->features;

	switch (event->type) {
	case XENKBD_TYPE_KEY:
		PROPERTY(event->key.keycode < KBDIF_CODES && event->key.pressed <= 1);
		PROPERTY(kbdif_has_code(kbdif, event->key.keycode));
		/* Only transitions; but an adopted driver may get a release twice. */
		PROPERTY(!event->key.pressed || !keys[event->key.keycode]);
		keys[event->key.keycode] = event->key.pressed;
		break;
	case XENKBD_TYPE_POS:
		PROPERTY(features->pointer && features->absolute);
		PROPERTY(event->pos.abs_x >= 0 && event->pos.abs_y >= 0);
		PROPERTY(features->width == 0 || (uint32_t)event->pos.abs_x < features->width);
		break;
	case XENKBD_TYPE_MOTION:
		PROPERTY(features->pointer && !features->absolute);
		break;
	case XENKBD_TYPE_MTOUCH:
		believe_touch(kbdif, &event->mtouch);
		break;
	default:
		PROPERTY(false);
	}
}

static void
send(struct kbdif *kbdif, struct input_ring *ring)
{
	union xenkbd_in_event event;

	for (unsigned sent = 0; !input_ring_full(ring) && kbdif_next(kbdif, &event); sent++) {
		uint32_t index = ring->producer;

		PROPERTY(index - shared.page.in_cons < XENKBD_IN_RING_LEN);
		believe(kbdif, &event);
		input_ring_put(ring, &event);
		PROPERTY(memcmp(&XENKBD_IN_RING_REF(&shared, index), &event, sizeof(event)) == 0);
		PROPERTY(sent < XENKBD_IN_RING_LEN);
	}
	input_ring_publish(ring);
}

static void
do_something(struct kbdif *kbdif, struct input *input)
{
	static const char owners[2];
	uint8_t what = input_byte(input), id = input_byte(input) % 32;
	const void *owner = &owners[what >> 7];
	uint16_t code;
	double x, y;

	input_take(input, &code, sizeof(code));
	input_take(input, &x, sizeof(x));
	y = input_byte(input) / 200.0;
	switch (what % 9) {
	case 0:
	case 1:
		if (kbdif_press(kbdif, code % 0x400))
			PROPERTY(kbdif_has_code(kbdif, code % 0x400));
		break;
	case 2:
		kbdif_release(kbdif, code);
		break;
	case 3:
		kbdif_move_to(kbdif, x, y);
		break;
	case 4:
		kbdif_move_by(kbdif, x, y);
		kbdif_wheel(kbdif, (int16_t)code);
		break;
	case 5:
		kbdif_touch(kbdif, owner, id, x, y);
		break;
	case 6:
		kbdif_drag(kbdif, owner, id, x, y);
		break;
	case 7:
		kbdif_lift(kbdif, owner, id);
		break;
	case 8:
		if (id == 0)
			kbdif_release_all(kbdif);
		if (id == 1)
			kbdif_lift_all(kbdif, owner);
		break;
	}
}

static void
scribble(struct input *input)
{
	uint16_t where;
	uint8_t byte = input_byte(input);

	input_take(input, &where, sizeof(where));
	/* Indices, mostly. */
	shared.bytes[where & 0x8000 ? where % 16 : where % sizeof(shared.bytes)] = byte;
}

/* The guest reads all events until no more come. */
static void
end(struct kbdif *kbdif, struct input_ring *ring)
{
	kbdif_release_all(kbdif);
	for (unsigned i = 0; !kbdif_is_empty(kbdif); i++) {
		PROPERTY(i < 100);
		shared.page.in_cons = ring->producer;
		send(kbdif, ring);
	}
	for (unsigned i = 0; i < KBDIF_CODES; i++)
		PROPERTY(!keys[i] && kbdif->pressed[i] == 0);
	for (unsigned i = 0; i < KBDIF_CONTACTS; i++)
		PROPERTY(!contacts[i] && !kbdif->contacts[i].owner);
	PROPERTY(!open_frame);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct kbdif_features features = {0};
	struct input_ring ring;
	struct kbdif kbdif;
	uint8_t flags = input_byte(&input);

	features.keyboard = flags & 1;
	features.pointer = flags & 2;
	features.touch = flags & 4;
	features.absolute = flags & 8;
	input_take(&input, &features.width, 2);
	input_take(&input, &features.touch_width, sizeof(features.touch_width));
	features.height = features.touch_height = 600;
	features.contacts = input_byte(&input);
	memset(&shared, 0, sizeof(shared));
	memset(keys, 0, sizeof(keys));
	memset(contacts, 0, sizeof(contacts));
	open_frame = false;
	shared.page.in_prod = shared.page.in_cons = flags & 16 ? UINT32_MAX - 20 : 0;
	kbdif_init(&kbdif, &features);
	input_ring_init(&ring, &shared);
	if (flags & 32)
		kbdif_adopt(&kbdif);
	while (input.left > 0) {
		switch (input_byte(&input) % 8) {
		case 0:
			scribble(&input);
			break;
		case 1:
			shared.page.in_cons = shared.page.in_prod;
			break;
		case 2:
			send(&kbdif, &ring);
			break;
		default:
			do_something(&kbdif, &input);
			break;
		}
	}
	end(&kbdif, &ring);
	return 0;
}
