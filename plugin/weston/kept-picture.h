/* SPDX-License-Identifier: MIT */
/*
 * The last pictures of guests that are gone, if weston.ini keeps them: they stay on the screens,
 * and only the pages they show are kept, until the guest returns. Called by presenter.c.
 */
#pragma once

#include <stdbool.h>

struct device;
struct screens;
struct presenter;

/* The device is about to be destroyed: keeps its surfaces and what they show, charged to the host.
 * False: there is nothing to keep. */
bool
kept_picture_take(struct screens *screens);

/* Removes the picture from the screens and gives its pages back. */
void
kept_picture_forget(struct screens *screens);

/* The guest has returned: forgets the pictures that it left for this device. */
void
kept_pictures_forget(struct presenter *presenter, const struct device *device);
