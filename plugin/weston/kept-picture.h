/* SPDX-License-Identifier: MIT */
/*
 * The last pictures of guests that went, where weston.ini wants them
 * kept: they stay on the screens, with what they show and nothing else, until
 * the guest comes again. Called by presenter.c.
 */
#pragma once

#include <stdbool.h>

struct device;
struct presented_device;
struct presenter;

/* The device is about to go: keeps its surfaces and what they show, charged to the host. False:
 * nothing is to be kept. */
bool
kept_picture_take(struct presented_device *presented);

/* It leaves the screens, and its pages are given back. */
void
kept_picture_forget(struct presented_device *presented);

/* The guest has come again: those that it left on the screens of this device go. */
void
kept_pictures_forget(struct presenter *presenter, const struct device *device);
