/* SPDX-License-Identifier: MIT */
/*
 * Hides all differences between libweston 10 and 16. The only file that checks Weston's version.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <libweston/config-parser.h>
#include <libweston/libweston.h>
#include <libweston/version.h>
#include <libweston/weston-log.h>

/* Exported by Weston's frontend for modules, but not all distributions install its header. */
struct weston_config *
wet_get_config(struct weston_compositor *compositor);

/* Arguments of weston_surface::committed. */
#if WESTON_VERSION_MAJOR >= 12
#define COMPAT_COMMITTED_ARGS struct weston_surface *surface, struct weston_coord_surface origin
#else
#define COMPAT_COMMITTED_ARGS struct weston_surface *surface, int32_t x, int32_t y
#endif

/* key, and :: Arguments of weston_keyboard_grab_interface::key, and those to pass on to
 * weston_keyboard_send_key() or another grab. */
#if WESTON_VERSION_MAJOR >= 16
#define COMPAT_GRAB_KEY_ARGS                                                                       \
	struct weston_keyboard_grab *weston_grab, const struct weston_key_event *event
#define COMPAT_GRAB_KEY event
#else
#define COMPAT_GRAB_KEY_ARGS                                                                       \
	struct weston_keyboard_grab *weston_grab, const struct timespec *time, uint32_t key,       \
		uint32_t state
#define COMPAT_GRAB_KEY time, key, state
#endif

/* Whether renderers decode YUV as BT.601, which is what guests send. Since surfaces can have a
 * colour representation, those without one are decoded as BT.709. */
static inline bool
compat_yuv_is_bt601(void)
{
	return WESTON_VERSION_MAJOR < 15;
}

/* Whether the GL renderer's textures of wl_shm buffers are as wide as the stride instead of the
 * buffer's width. */
static inline bool
compat_texture_has_stride(void)
{
	return WESTON_VERSION_MAJOR < 14;
}

/* Top left corner of an output in the compositor's global space. */
static inline void
compat_output_position(const struct weston_output *output, int32_t *x, int32_t *y)
{
#if WESTON_VERSION_MAJOR >= 13
	*x = (int32_t)output->pos.c.x;
	*y = (int32_t)output->pos.c.y;
#else
	*x = output->x;
	*y = output->y;
#endif
}

/* Whether the output mirrors another one, in the same place. */
static inline bool
compat_output_is_mirror(const struct weston_output *output)
{
#if WESTON_VERSION_MAJOR >= 14
	return output->mirror_of != NULL;
#else
	return false;
#endif
}

static inline void
compat_view_set_position(struct weston_view *view, int32_t x, int32_t y)
{
#if WESTON_VERSION_MAJOR >= 13
	struct weston_coord_global position = {.c = weston_coord(x, y)};

	weston_view_set_position(view, position);
#else
	weston_view_set_position(view, (float)x, (float)y);
#endif
}

/* Shows the view behind `above`, a layer's list head or another view's layer_link. */
static inline void
compat_view_map(struct weston_view *view, struct weston_layer_entry *above)
{
#if WESTON_VERSION_MAJOR >= 11
	weston_surface_map(view->surface);
#else
	view->surface->is_mapped = true;
#endif
#if WESTON_VERSION_MAJOR >= 13
	weston_view_move_to_layer(view, above);
#else
	weston_layer_entry_insert(above, &view->layer_link);
	view->is_mapped = true;
	weston_view_geometry_dirty(view);
	weston_view_update_transform(view);
	weston_surface_damage(view->surface);
#endif
}

static inline bool
compat_surface_has_content(struct weston_surface *surface)
{
#if WESTON_VERSION_MAJOR >= 11
	return weston_surface_has_content(surface);
#else
	return surface->width > 0 && surface->height > 0;
#endif
}

/* A surface of the compositor's own. NULL: no memory. */
static inline struct weston_surface *
compat_surface_create(struct weston_compositor *compositor)
{
#if WESTON_VERSION_MAJOR >= 16
	return weston_surface_create(compositor, NULL);
#else
	return weston_surface_create(compositor);
#endif
}

/* The last reference destroys the surface and its views. */
static inline void
compat_surface_unref(struct weston_surface *surface)
{
#if WESTON_VERSION_MAJOR >= 11
	weston_surface_unref(surface);
#else
	weston_surface_destroy(surface);
#endif
}

/* Content for surfaces of one colour, 0xrrggbb. Before Weston 11 none is needed: NULL. */
static inline struct weston_buffer_reference *
compat_solid_create(struct weston_compositor *compositor, uint32_t color)
{
#if WESTON_VERSION_MAJOR >= 11
	return weston_buffer_create_solid_rgba(compositor, (float)(color >> 16 & 0xff) / 255,
					       (float)(color >> 8 & 0xff) / 255,
					       (float)(color & 0xff) / 255, 1);
#else
	return NULL;
#endif
}

/* Must be called after its surfaces are gone. Takes NULL. */
static inline void
compat_solid_destroy(struct weston_buffer_reference *solid)
{
#if WESTON_VERSION_MAJOR >= 11
	if (solid)
		weston_buffer_destroy_solid(solid);
#endif
}

/* Makes a surface without a client show one colour. */
static inline void
compat_surface_set_solid(struct weston_surface *surface, struct weston_buffer_reference *solid,
			 uint32_t color, int32_t width, int32_t height)
{
#if WESTON_VERSION_MAJOR >= 11
	weston_surface_attach_solid(surface, solid, width, height);
#else
	weston_surface_set_color(surface, (float)(color >> 16 & 0xff) / 255,
				 (float)(color >> 8 & 0xff) / 255, (float)(color & 0xff) / 255, 1);
	weston_surface_set_size(surface, width, height);
	pixman_region32_fini(&surface->opaque);
	pixman_region32_init_rect(&surface->opaque, 0, 0, (unsigned)width, (unsigned)height);
#endif
}

#define COMPAT_SURFACE_LABEL "guest screen"

#if WESTON_VERSION_MAJOR >= 16
static inline void
compat_surface_set_label(struct weston_surface *surface)
{
	weston_surface_set_label_static(surface, COMPAT_SURFACE_LABEL);
}
#else
static inline int
compat_get_label(struct weston_surface *surface, char *buffer, size_t size)
{
	return snprintf(buffer, size, COMPAT_SURFACE_LABEL);
}

static inline void
compat_surface_set_label(struct weston_surface *surface)
{
	weston_surface_set_label_func(surface, compat_get_label);
}
#endif
