/* SPDX-License-Identifier: MIT */
/*
 * The event loop, on which everything but a few threads runs, and its clock. Implemented by
 * weston/loop.c with the compositor's loop; tests have their own implementation.
 */
#pragma once

#include <stdint.h>

struct loop_source;
struct loop_timer;
struct wl_event_loop;

/* Calls handle whenever the descriptor is readable. If the descriptor fails, handle is called once
 * more and then never again. NULL: out of memory. */
struct loop_source *
loop_add_fd(struct wl_event_loop *loop, int fd, void (*handle)(void *arg), void *arg);

/* NULL is allowed. The caller keeps the descriptor. */
void
loop_remove_fd(struct loop_source *source);

/* Not armed yet. NULL: out of memory. */
struct loop_timer *
loop_add_timer(struct wl_event_loop *loop, void (*handle)(void *arg), void *arg);

/* Fires once, after ms; 0 disarms. */
void
loop_arm_timer(struct loop_timer *timer, int ms);

/* NULL is allowed. */
void
loop_remove_timer(struct loop_timer *timer);

/* Monotonic, in whole milliseconds. */
int64_t
loop_now_ms(void);

/* The same clock in microseconds. */
int64_t
loop_now_us(void);
