/* SPDX-License-Identifier: MIT */
/*
 * See session-lock.h. The lock is checked when the compositor wakes up, at commits and input, and
 * while locked also at each repaint of an output.
 */
#include "weston/session-lock.h"

#include <stdlib.h>

#include "weston/listen.h"

struct watched_output {
	struct wl_list link; /* session_lock.watched */
	struct session_lock *lock;
	struct wl_listener repainted, destroyed;
};

static bool
has_lock_layer(struct weston_compositor *compositor)
{
	struct weston_layer *layer;

	wl_list_for_each(layer, &compositor->layer_list, link)
		if (layer->position == WESTON_LAYER_POSITION_LOCK)
			return true;
	return false;
}

static void
unwatch(struct watched_output *watched)
{
	wl_list_remove(&watched->repainted.link);
	wl_list_remove(&watched->destroyed.link);
	wl_list_remove(&watched->link);
	free(watched);
}

static void
unwatch_all(struct session_lock *lock)
{
	struct watched_output *watched, *next;

	wl_list_for_each_safe(watched, next, &lock->watched, link)
		unwatch(watched);
}

static void
handle_look(void *data)
{
	struct session_lock *lock = data;

	lock->look_source = NULL;
	session_lock_check(lock);
}

static void
handle_repainted(struct wl_listener *listener, void *data)
{
	struct watched_output *watched = wl_container_of(listener, watched, repainted);
	struct session_lock *lock = watched->lock;

	/* Views must not change during a repaint. */
	if (lock->look_source || has_lock_layer(lock->compositor))
		return;
	lock->look_source = wl_event_loop_add_idle(
		wl_display_get_event_loop(lock->compositor->wl_display), handle_look, lock);
}

static void
handle_output_destroyed(struct wl_listener *listener, void *data)
{
	struct watched_output *watched = wl_container_of(listener, watched, destroyed);

	unwatch(watched);
}

static void
watch(struct session_lock *lock, struct weston_output *output)
{
	struct watched_output *watched = calloc(1, sizeof(*watched));

	if (!watched)
		return;
	watched->lock = lock;
	listen_to(&output->frame_signal, &watched->repainted, handle_repainted);
	listen_to(&output->destroy_signal, &watched->destroyed, handle_output_destroyed);
	wl_list_insert(&lock->watched, &watched->link);
}

static void
watch_all(struct session_lock *lock)
{
	struct weston_output *output;

	wl_list_for_each(output, &lock->compositor->output_list, link)
		watch(lock, output);
}

/* This output may be the only one left whose repaints reveal the unlock. */
static void
handle_output_created(struct wl_listener *listener, void *data)
{
	struct session_lock *lock = wl_container_of(listener, lock, output_created);

	if (lock->locked)
		watch(lock, data);
}

static void
handle_woke(struct wl_listener *listener, void *data)
{
	struct session_lock *lock = wl_container_of(listener, lock, woke);

	session_lock_check(lock);
}

void
session_lock_init(struct session_lock *lock, struct weston_compositor *compositor,
		  void (*changed)(void *data), void *data)
{
	lock->compositor = compositor;
	lock->changed = changed;
	lock->data = data;
	wl_list_init(&lock->watched);
	listen_to(&compositor->wake_signal, &lock->woke, handle_woke);
	listen_to(&compositor->output_created_signal, &lock->output_created, handle_output_created);
	lock->locked = has_lock_layer(compositor);
	if (lock->locked)
		watch_all(lock);
}

void
session_lock_finish(struct session_lock *lock)
{
	wl_list_remove(&lock->woke.link);
	wl_list_remove(&lock->output_created.link);
	if (lock->look_source)
		wl_event_source_remove(lock->look_source);
	unwatch_all(lock);
}

bool
session_lock_check(struct session_lock *lock)
{
	bool locked = has_lock_layer(lock->compositor);

	if (locked == lock->locked)
		return locked;
	lock->locked = locked;
	if (locked)
		watch_all(lock);
	else
		unwatch_all(lock);
	lock->changed(lock->data);
	return locked;
}
