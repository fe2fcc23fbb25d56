/* SPDX-License-Identifier: MIT */
/*
 * What a guest's para-virtual input device (xen/io/kbdif.h) is told: keys, buttons, pointer and
 * touches go in as they happen, events for its ring come out as it has room. What waits is merged:
 * motion costs one event, however much of it there was. Presses that find no room are dropped
 * together with their releases; a release of what the guest was told of is owed until it is sent.
 *
 * xen-kbdfront uses a device that it has not made where a key or button is not for any other: its
 * kernel dies. So nothing is encoded that the device has no bit for. Reads and writes its arguments
 * only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/kbdif.h>

/* Linux's keyboard has no bit for this code, nor for any above; far above them its kernel reads
 * beyond its map. */
#define KBDIF_CODES 0x2ff
#define KBDIF_CODE_WORDS ((KBDIF_CODES + 31) / 32)
/* Fingers at a time; a device that is configured for more has no use of them. */
#define KBDIF_CONTACTS 16
/* Events that wait for room on the ring. A power of two. */
#define KBDIF_QUEUE 64

/* As the tool stack configured the device, and the frontend found it. */
struct kbdif_features {
	bool keyboard, pointer, touch;
	bool absolute;          /* the pointer has a position, and no motion */
	uint32_t width, height; /* its positions are below these */
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
	uint32_t number; /* code, or contact */
	int32_t x, y, wheel;
};

struct kbdif_contact {
	const void *owner; /* NULL: free */
	int32_t id;
	bool dragged, lifted; /* not told yet, for want of room */
	int32_t x, y;
};

struct kbdif {
	struct kbdif_features features;
	uint8_t pressed[KBDIF_CODES]; /* how often, since several seats can press the same */
	struct kbdif_contact contacts[KBDIF_CONTACTS];

	struct kbdif_event queue[KBDIF_QUEUE];
	unsigned first, count;
	/* Behind the queue, where it was full. */
	bool full;
	struct kbdif_event late; /* KBDIF_MOVE, where has_late */
	bool has_late;
	uint32_t owed[KBDIF_CODE_WORDS]; /* releases, a bit for each code */

	struct kbdif_event ahead; /* taken out of the queue, and not encoded yet, where has_ahead */
	bool has_ahead;
	uint32_t frame;        /* a bit for each contact told of since the last SYN */
	int32_t x, y;          /* the last position */
	double rest_x, rest_y; /* of motion, below one */
};

/* Nothing is pressed, and nothing waits. */
void
kbdif_init(struct kbdif *kbdif, const struct kbdif_features *features);

/* The frontend was told of presses by somebody who is gone: a release is owed of each key, and each
 * touch ends. */
void
kbdif_adopt(struct kbdif *kbdif);

/* Of the pointer, not of the keyboard. */
bool
kbdif_is_button(uint32_t code);

/* Whether the device has a bit for this key or button. */
bool
kbdif_has_code(const struct kbdif *kbdif, uint32_t code);

/* True: it was pressed, and is to be released as often. */
bool
kbdif_press(struct kbdif *kbdif, uint32_t code);

void
kbdif_release(struct kbdif *kbdif, uint32_t code);

/* To a part of what the device covers, from 0 to 1 each way. For a pointer with positions. */
void
kbdif_move_to(struct kbdif *kbdif, double x, double y);

/* For a pointer without. */
void
kbdif_move_by(struct kbdif *kbdif, double dx, double dy);

/* Detents, down is positive. */
void
kbdif_wheel(struct kbdif *kbdif, int32_t steps);

/* A finger, which owner and id name until it is lifted. True: there was a contact for it. */
bool
kbdif_touch(struct kbdif *kbdif, const void *owner, int32_t id, double x, double y);

void
kbdif_drag(struct kbdif *kbdif, const void *owner, int32_t id, double x, double y);

/* True: there was one. */
bool
kbdif_lift(struct kbdif *kbdif, const void *owner, int32_t id);

/* All fingers of an owner. */
void
kbdif_lift_all(struct kbdif *kbdif, const void *owner);

/* Everything that is pressed or touched, whoever did. */
void
kbdif_release_all(struct kbdif *kbdif);

/* The next event for the ring; false: there is none. What is taken has to be sent. */
bool
kbdif_next(struct kbdif *kbdif, union xenkbd_in_event *out);

/* Whether nothing waits. */
bool
kbdif_is_empty(const struct kbdif *kbdif);
