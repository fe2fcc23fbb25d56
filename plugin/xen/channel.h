/* SPDX-License-Identifier: MIT */
/*
 * Event channels of one device; the only file that uses
 * libxenevtchn. Ports are this domain's local ports. None of these calls
 * blocks.
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

/* Binds to the remote end that a frontend published: a local port, or negative errno. */
int
channel_bind(struct channel_set *set, uint16_t domid, uint32_t remote_port);

void
channel_unbind(struct channel_set *set, int port);

/* Negative errno: the host refused; a remote end that is gone is no error. */
int
channel_notify(struct channel_set *set, int port);

/* The port that fired, which stays masked until channel_unmask(); negative errno when none did,
 * -EAGAIN after a wake-up for nothing. */
int
channel_set_next(struct channel_set *set);

/* Lets a port fire again; at once if it was notified meanwhile. Negative errno: it stays masked. */
int
channel_unmask(struct channel_set *set, int port);
