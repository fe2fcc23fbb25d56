/* SPDX-License-Identifier: MIT */
/*
 * Event channels of one device; the only file that uses libxenevtchn. Ports are local to this
 * domain. None of these calls blocks.
 */
#pragma once

#include <stdint.h>

struct channel_set;

/* NULL with errno: no event channels on this machine, or no descriptor left. */
struct channel_set *
channel_set_create(void);

/* Unbinds what is still bound. */
void
channel_set_destroy(struct channel_set *set);

int
channel_set_fd(struct channel_set *set);

/* Binds to the remote port that a frontend published. Returns a local port or negative errno. */
int
channel_bind(struct channel_set *set, uint16_t domid, uint32_t remote_port);

void
channel_unbind(struct channel_set *set, int port);

/* 0, or negative errno if the host refused. A closed remote end is no error. */
int
channel_notify(struct channel_set *set, int port);

/* The port that fired; it stays masked until channel_unmask(). Negative errno if none did, -EAGAIN
 * after a spurious wake-up. */
int
channel_set_next(struct channel_set *set);

/* Lets a port fire again, at once if it was notified meanwhile. 0 or negative errno: it stays
 * masked. */
int
channel_unmask(struct channel_set *set, int port);
