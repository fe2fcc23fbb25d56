/* SPDX-License-Identifier: MIT */
/*
 * Queues input for a guest's para-virtual input device (xen/io/kbdif.h): keys, buttons, pointer
 * motion and touches go in as they happen; events for the ring come out as it has room. Queued
 * motion is merged into one event, however much of it there was. A press that finds no room is
 * dropped together with its release; a release of a press that the guest received is kept until it
 * is sent.
 *
 * xen-kbdfront dereferences a device that it has not created if no other has the key or button,
 * which crashes the guest's kernel. So only codes for which the device has a bit are encoded. Reads
 * and writes its arguments only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/kbdif.h>

/* Linux's keyboard has bits only for codes below this; far larger codes make its kernel read beyond
 * the bitmap. */
#define KBDIF_CODES 0x2ff
#define KBDIF_CODE_WORDS ((KBDIF_CODES + 31) / 32)
/* Simultaneous touches; a device configured for more does not use the rest. */
#define KBDIF_CONTACTS 16
/* Events queued for the ring. A power of two. */
#define KBDIF_QUEUE 64

/* As the tool stack offers them and the frontend requests them. */
struct kbdif_features {
	bool keyboard, pointer, touch;
	bool absolute;          /* the pointer reports positions instead of motion */
	uint32_t width, height; /* exclusive limits of its positions */
	uint32_t touch_width, touch_height;
	uint32_t contacts;
};

enum kbdif_kind {
	KBDIF_PRESS,
	KBDIF_RELEASE,
	KBDIF_MOVE, /* pointer and wheel */
	KBDIF_DOWN,
	KBDIF_DRAG,
	KBDIF_UP,
};

struct kbdif_event {
	enum kbdif_kind kind;
	uint32_t number; /* code, or index of the contact */
	int32_t x, y, wheel;
};

struct kbdif_contact {
	const void *owner; /* NULL: free */
	int32_t id;
	bool dragged, lifted; /* still to be sent, outside the queue */
	int32_t x, y;
};

struct kbdif {
	struct kbdif_features features;
	uint8_t pressed[KBDIF_CODES]; /* how often: several seats can press the same */
	struct kbdif_contact contacts[KBDIF_CONTACTS];

	struct kbdif_event queue[KBDIF_QUEUE];
	unsigned first, count;
	/* Sent after the queue, for what found no room in it. */
	bool full;
	struct kbdif_event late; /* KBDIF_MOVE, if has_late */
	bool has_late;
	uint32_t owed[KBDIF_CODE_WORDS]; /* releases to be sent, a bit for each code */

	struct kbdif_event ahead; /* taken out of the queue, not encoded yet, if has_ahead */
	bool has_ahead;
	uint32_t frame;        /* a bit for each contact with an event since the last SYN */
	int32_t x, y;          /* the last position */
	double rest_x, rest_y; /* fractions of motion, not queued yet */
};

/* Starts with nothing pressed and nothing queued. */
void
kbdif_init(struct kbdif *kbdif, const struct kbdif_features *features);

/* An earlier backend may have left keys pressed and touches down: sends a release of each key and
 * button, and the end of each touch. */
void
kbdif_adopt(struct kbdif *kbdif);

/* Whether the code belongs to the pointer, not to the keyboard. */
bool
kbdif_is_button(uint32_t code);

/* Whether the device has a bit for this key or button. */
bool
kbdif_has_code(const struct kbdif *kbdif, uint32_t code);

/* True: the press counts, and needs a release of its own. */
bool
kbdif_press(struct kbdif *kbdif, uint32_t code);

void
kbdif_release(struct kbdif *kbdif, uint32_t code);

/* Moves an absolute pointer to a fraction of the device's area, from 0 to 1 on each axis. */
void
kbdif_move_to(struct kbdif *kbdif, double x, double y);

/* Moves a relative pointer; fractions add up. */
void
kbdif_move_by(struct kbdif *kbdif, double dx, double dy);

/* Detents, down is positive. */
void
kbdif_wheel(struct kbdif *kbdif, int32_t steps);

/* A new touch, identified by owner and id until it is lifted. True: it got a contact. */
bool
kbdif_touch(struct kbdif *kbdif, const void *owner, int32_t id, double x, double y);

void
kbdif_drag(struct kbdif *kbdif, const void *owner, int32_t id, double x, double y);

/* True: the touch had a contact. */
bool
kbdif_lift(struct kbdif *kbdif, const void *owner, int32_t id);

/* Lifts all touches of an owner. */
void
kbdif_lift_all(struct kbdif *kbdif, const void *owner);

/* Releases all keys and buttons and lifts all touches, whoever made them. */
void
kbdif_release_all(struct kbdif *kbdif);

/* Takes the next event for the ring, which must then be sent. False: there is none. */
bool
kbdif_next(struct kbdif *kbdif, union xenkbd_in_event *out);

/* Whether nothing is left to be sent. */
bool
kbdif_is_empty(const struct kbdif *kbdif);
