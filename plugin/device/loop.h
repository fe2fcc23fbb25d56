/* SPDX-License-Identifier: MIT */
/*
 * The event loop that everything but a few threads runs on, and its clock. Implemented by
 * weston/loop.c on the compositor's; tests bring their own.
 */
#pragma once

#include <stdint.h>

struct loop_source;
struct loop_timer;
struct wl_event_loop;

/* Calls handle whenever the descriptor can be read. When it fails, once, and then no more. NULL:
 * out of memory. */
struct loop_source *
loop_add_fd(struct wl_event_loop *loop, int fd, void (*handle)(void *arg), void *arg);

/* Takes NULL. The descriptor stays the caller's. */
void
loop_remove_fd(struct loop_source *source);

/* Not armed yet. NULL: out of memory. */
struct loop_timer *
loop_add_timer(struct wl_event_loop *loop, void (*handle)(void *arg), void *arg);

/* Once, after ms; 0: never. */
void
loop_arm_timer(struct loop_timer *timer, int ms);

/* Takes NULL. */
void
loop_remove_timer(struct loop_timer *timer);

/* Monotonic, in whole milliseconds. */
int64_t
loop_now_ms(void);

/* The same clock in microseconds. */
int64_t
loop_now_us(void);
