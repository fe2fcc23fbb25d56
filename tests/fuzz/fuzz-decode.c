/* SPDX-License-Identifier: MIT */
/* A guest's requests: whatever is accepted is within its buffer, computed with enough bits not to
 * wrap. */
#include "fuzz.h"

#include "pure/displif-decode.h"
#include "default-limits.h"

#include <errno.h>

static void
check_buffer(const struct displif_dbuf_create *buffer, const struct limits *limits)
{
	unsigned __int128 bytes = (unsigned __int128)buffer->pages * 4096;

	PROPERTY(buffer->cookie != 0 && buffer->directory_ref != 0);
	PROPERTY(buffer->size >= 1 && buffer->size <= bytes && bytes - buffer->size < 4096);
	PROPERTY(buffer->pages <= limits->buffer_pages);
	PROPERTY(buffer->data_ofs <= buffer->size);
}

static void
check_framebuffer(const struct displif_dbuf_create *buffer, const struct displif_fb_attach *request)
{
	uint32_t pitch = 0;

	PROPERTY(request->dbuf_cookie != 0 && request->fb_cookie != 0 && request->format);
	PROPERTY(request->width >= 1 && request->width <= DISPLIF_MAX_PIXELS);
	PROPERTY(request->height >= 1 && request->height <= DISPLIF_MAX_PIXELS);
	int ret = displif_check_framebuffer(buffer, request, &pitch);
	PROPERTY(ret == 0 || ret == -EINVAL);
	if (ret < 0)
		return;
	unsigned __int128 end =
		(unsigned __int128)buffer->data_ofs + (unsigned __int128)pitch * request->height;
	PROPERTY(end <= buffer->size && end <= INT32_MAX);
	PROPERTY((uint64_t)pitch * 8 >= (uint64_t)request->width * request->format->bits_per_pixel);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct displif_dbuf_create buffer = {.size = 4096, .pages = 1};
	struct limits limits = default_limits();
	struct xendispl_req untrusted;

	limits_resolve(&limits, input_byte(&input) & 1, UINT64_MAX, 1024);
	while (input_take(&input, &untrusted, sizeof(untrusted))) {
		struct displif_request request, again;
		int ret = displif_decode(&request, &untrusted, &limits);

		memset(&again, 0xa5, sizeof(again));
		PROPERTY(displif_decode(&again, &untrusted, &limits) == ret);
		PROPERTY(ret == 0 || ret == -EINVAL || ret == -ENOSPC || ret == -EOPNOTSUPP);
		PROPERTY(request.id == untrusted.id && request.operation == untrusted.operation);
		PROPERTY(displif_status(ret) <= 0 && (displif_status(ret) == 0) == (ret == 0));
		PROPERTY(displif_operation_name(untrusted.operation)[0] != '\0');
		if (ret < 0)
			continue;
		if (request.operation == XENDISPL_OP_DBUF_CREATE) {
			buffer = request.dbuf_create;
			check_buffer(&buffer, &limits);
		} else if (request.operation == XENDISPL_OP_FB_ATTACH) {
			check_framebuffer(&buffer, &request.fb_attach);
		}
	}
	return 0;
}
