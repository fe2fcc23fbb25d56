/* SPDX-License-Identifier: MIT */
/*
 * The simulated guest's display buffers, page directories and framebuffers, and their requests,
 * which all go through connector 0's ring, as in xen-drm-front.
 */
#include "guest-display.h"
#include "guest-private.h"
#include "machine.h"
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REFS_PER_PAGE (MACHINE_PAGE / sizeof(grant_ref_t) - 1)
#define STALE_REF 5 /* reserved by Xen, never granted here */

static struct guest_dbuf *dbufs;
static struct guest_fb *fbs;

struct guest_dbuf *
guest_dbuf_find(struct guest_device *device, uint64_t cookie)
{
	for (struct guest_dbuf *dbuf = dbufs; dbuf; dbuf = dbuf->next)
		if (dbuf->device == device && dbuf->cookie == cookie)
			return dbuf;
	return NULL;
}

struct guest_fb *
guest_fb_find(struct guest_device *device, uint64_t cookie)
{
	for (struct guest_fb *fb = fbs; fb; fb = fb->next)
		if (fb->device == device && fb->cookie == cookie)
			return fb;
	return NULL;
}

static int
ask(struct guest_connector *connector, struct xendispl_req *request)
{
	int error = guest_request(connector, request, true);
	return error ? error : connector->response.status;
}

/* One page of a directory: the next page's reference, then those of the buffer. */
static void
write_directory_page(const struct guest_pages *directory, uint32_t index,
		     const struct guest_pages *pages)
{
	struct xendispl_page_directory *page = guest_page(directory, index);
	uint32_t first = index * (uint32_t)REFS_PER_PAGE;
	page->gref_dir_next_page = index + 1 < directory->count ? directory->refs[index + 1] : 0;
	for (uint32_t i = 0; i < REFS_PER_PAGE && first + i < pages->count; i++)
		page->gref[i] = pages->refs[first + i];
}

/* be-alloc: chained pages for the backend to fill in. */
static int
make_empty_directory(struct guest_pages *directory, uint32_t page_count, uint16_t backend)
{
	const struct guest_pages none = {0};
	uint32_t count = (page_count + (uint32_t)REFS_PER_PAGE - 1) / (uint32_t)REFS_PER_PAGE;
	int error = guest_pages_create(directory, count, backend, false);
	for (uint32_t i = 0; !error && i < count; i++)
		write_directory_page(directory, i, &none);
	return error;
}

static int
map_offered(struct guest_dbuf *dbuf)
{
	uint32_t count = (uint32_t)((dbuf->size + MACHINE_PAGE - 1) / MACHINE_PAGE);
	uint32_t *refs = calloc(count, sizeof *refs);
	for (uint32_t i = 0; i < count; i++) {
		struct xendispl_page_directory *page =
			guest_page(&dbuf->directory, i / (uint32_t)REFS_PER_PAGE);
		refs[i] = page->gref[i % REFS_PER_PAGE];
	}
	int error = guest_foreign_map(&dbuf->foreign, dbuf->device->backend_domid, refs, count);
	free(refs);
	return error;
}

static int
make_directory(struct guest_pages *directory, const struct guest_pages *pages)
{
	uint32_t count = (pages->count + (uint32_t)REFS_PER_PAGE - 1) / (uint32_t)REFS_PER_PAGE;
	int error = guest_pages_create(directory, count, pages->to_domid, false);
	for (uint32_t i = 0; !error && i < count; i++)
		write_directory_page(directory, i, pages);
	return error;
}

static void
spoil_directory(struct guest_dbuf *dbuf, const struct guest_dbuf_options *options)
{
	struct xendispl_page_directory *first = guest_page(&dbuf->directory, 0);
	uint32_t last = dbuf->pages.count < REFS_PER_PAGE ? dbuf->pages.count : REFS_PER_PAGE;
	switch (options->directory) {
	case DIRECTORY_SHORT:
		first->gref_dir_next_page = 0;
		break;
	case DIRECTORY_LOOP:
		first->gref_dir_next_page = dbuf->directory.refs[0];
		break;
	case DIRECTORY_ZERO:
		first->gref[last / 2] = 0;
		break;
	case DIRECTORY_STALE:
		first->gref[last / 2] = STALE_REF;
		break;
	case DIRECTORY_GOOD:
		break;
	}
}

static uint32_t
free_dbuf(struct guest_dbuf *dbuf)
{
	struct guest_dbuf **at = &dbufs;
	while (*at != dbuf)
		at = &(*at)->next;
	*at = dbuf->next;
	guest_foreign_unmap(&dbuf->foreign);
	uint32_t mapped = guest_pages_destroy(&dbuf->pages);
	mapped += guest_pages_destroy(&dbuf->directory);
	for (struct guest_fb *fb = fbs; fb; fb = fb->next)
		if (fb->dbuf == dbuf)
			fb->dbuf = NULL;
	free(dbuf);
	return mapped;
}

static void
free_fb(struct guest_fb *fb)
{
	struct guest_fb **at = &fbs;
	while (*at != fb)
		at = &(*at)->next;
	*at = fb->next;
	free(fb);
}

uint32_t
guest_buffers_free(struct guest_device *device)
{
	uint32_t mapped = 0;
	for (struct guest_fb *fb = fbs, *next; fb; fb = next) {
		next = fb->next;
		if (fb->device == device)
			free_fb(fb);
	}
	for (struct guest_dbuf *dbuf = dbufs, *next; dbuf; dbuf = next) {
		next = dbuf->next;
		if (dbuf->device == device)
			mapped += free_dbuf(dbuf);
	}
	return mapped;
}

static int
make_dbuf(struct guest_dbuf *dbuf, const struct guest_dbuf_options *options)
{
	uint16_t backend = dbuf->device->backend_domid;
	size_t pitch = ((size_t)dbuf->width * dbuf->bpp + 7) / 8;
	dbuf->size = options->data_ofs + pitch * dbuf->height;
	uint32_t count = (uint32_t)((dbuf->size + MACHINE_PAGE - 1) / MACHINE_PAGE);
	int error;
	if (options->flags & XENDISPL_DBUF_FLG_REQ_ALLOC) {
		error = make_empty_directory(&dbuf->directory, count, backend);
	} else {
		error = guest_pages_create(&dbuf->pages, count, backend, options->read_only);
		error = error ? error : make_directory(&dbuf->directory, &dbuf->pages);
	}
	if (!error)
		spoil_directory(dbuf, options);
	return error;
}

int
guest_dbuf_create(struct guest_device *device, uint64_t cookie, unsigned width, unsigned height,
		  unsigned bpp, const struct guest_dbuf_options *options)
{
	struct guest_dbuf *dbuf = calloc(1, sizeof *dbuf);
	*dbuf = (struct guest_dbuf){.next = dbufs,
				    .device = device,
				    .cookie = cookie,
				    .width = width,
				    .height = height,
				    .bpp = bpp,
				    .data_ofs = options->data_ofs};
	dbufs = dbuf;
	int status = make_dbuf(dbuf, options);
	bool zero = options->zero_geometry;
	struct xendispl_req request = {
		.operation = XENDISPL_OP_DBUF_CREATE,
		.op.dbuf_create =
			{
				.dbuf_cookie = cookie,
				.width = zero ? 0 : width,
				.height = zero ? 0 : height,
				.bpp = zero ? 0 : bpp,
				.buffer_sz = (uint32_t)(options->claimed_size >= 0
								? options->claimed_size
								: (int64_t)dbuf->size),
				.flags = options->flags,
				.gref_directory = status ? 0 : dbuf->directory.refs[0],
				.data_ofs = options->data_ofs,
			},
	};
	status = status ? status : ask(&device->connector[0], &request);
	if (!status && options->flags & XENDISPL_DBUF_FLG_REQ_ALLOC && map_offered(dbuf) < 0)
		guest_event("be-alloc-not-mapped dev=%u", device->id);
	/* The directory is not needed after the answer, as in xen-drm-front. */
	if (guest_pages_destroy(&dbuf->directory))
		guest_event("directory-still-mapped dev=%u", device->id);
	if (status)
		free_dbuf(dbuf);
	return status;
}

int
guest_dbuf_destroy(struct guest_device *device, uint64_t cookie, uint32_t *mapped_pages)
{
	struct guest_dbuf *dbuf = guest_dbuf_find(device, cookie);
	struct xendispl_req request = {.operation = XENDISPL_OP_DBUF_DESTROY,
				       .op.dbuf_destroy.dbuf_cookie = cookie};
	/* As in xen-drm-front, the backend's pages are unmapped first. */
	if (dbuf)
		guest_foreign_unmap(&dbuf->foreign);
	int status = ask(&device->connector[0], &request);
	*mapped_pages = 0;
	if (dbuf && status == 0)
		*mapped_pages = free_dbuf(dbuf);
	return status;
}

int
guest_fb_attach(struct guest_device *device, uint64_t dbuf, uint64_t cookie, unsigned width,
		unsigned height, uint32_t fourcc)
{
	struct xendispl_req request = {
		.operation = XENDISPL_OP_FB_ATTACH,
		.op.fb_attach = {.dbuf_cookie = dbuf,
				 .fb_cookie = cookie,
				 .width = width,
				 .height = height,
				 .pixel_format = fourcc},
	};
	int status = ask(&device->connector[0], &request);
	if (status)
		return status;
	struct guest_fb *fb = calloc(1, sizeof *fb);
	*fb = (struct guest_fb){.next = fbs,
				.device = device,
				.cookie = cookie,
				.dbuf = guest_dbuf_find(device, dbuf),
				.width = width,
				.height = height,
				.fourcc = fourcc};
	fbs = fb;
	return 0;
}

int
guest_fb_detach(struct guest_device *device, uint64_t cookie)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_FB_DETACH,
				       .op.fb_detach.fb_cookie = cookie};
	struct guest_fb *fb = guest_fb_find(device, cookie);
	int status = ask(&device->connector[0], &request);
	if (fb && status == 0)
		free_fb(fb);
	return status;
}

int
guest_set_config(struct guest_connector *connector, uint64_t fb, unsigned x, unsigned y,
		 unsigned width, unsigned height, unsigned bpp)
{
	struct xendispl_req request = {
		.operation = XENDISPL_OP_SET_CONFIG,
		.op.set_config = {.fb_cookie = fb,
				  .x = x,
				  .y = y,
				  .width = width,
				  .height = height,
				  .bpp = bpp},
	};
	return ask(connector, &request);
}

int
guest_flip(struct guest_connector *connector, uint64_t fb)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_PG_FLIP,
				       .op.pg_flip.fb_cookie = fb};
	return ask(connector, &request);
}

int
guest_get_edid(struct guest_connector *connector, void *edid, uint32_t size, uint32_t *got)
{
	struct guest_pages pages, directory = {0};
	uint32_t count = (size + MACHINE_PAGE - 1) / MACHINE_PAGE;
	uint16_t backend = connector->device->backend_domid;
	int status = guest_pages_create(&pages, count ? count : 1, backend, false);
	status = status ? status : make_directory(&directory, &pages);
	struct xendispl_req request = {
		.operation = XENDISPL_OP_GET_EDID,
		.op.get_edid = {.buffer_sz = size,
				.gref_directory = status ? 0 : directory.refs[0]},
	};
	status = status ? status : ask(connector, &request);
	*got = connector->response.op.get_edid.edid_sz;
	if (status == 0)
		guest_pages_read(&pages, 0, edid, *got < size ? *got : size);
	uint32_t mapped = guest_pages_destroy(&pages) + guest_pages_destroy(&directory);
	if (mapped)
		guest_event("edid-still-mapped pages=%u", mapped);
	return status;
}

bool
guest_fb_fill(struct guest_fb *fb, unsigned picture)
{
	if (!fb->dbuf)
		return false;
	size_t pitch = pattern_pitch(fb->fourcc, fb->dbuf->width);
	size_t size = pitch * fb->height;
	char *pixels = calloc(1, size ? size : 1);
	bool drawn = pattern_fill(pixels, fb->fourcc, picture, fb->width, fb->height, pitch);
	if (drawn && fb->dbuf->foreign.address)
		memcpy(fb->dbuf->foreign.address + fb->dbuf->data_ofs, pixels, size);
	else if (drawn)
		drawn = guest_pages_write(&fb->dbuf->pages, fb->dbuf->data_ofs, pixels, size);
	free(pixels);
	return drawn;
}
