/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/displif-decode.c: every field of every request at its extremes and around
 * its limits, and the error for each.
 */
#include "test.h"

#include "pure/displif-decode.h"
#include "default-limits.h"

#include <errno.h>
#include <string.h>

#include <drm_fourcc.h>
#include <xen/errno.h>

static int
decode(struct displif_request *out, const struct xendispl_req *request)
{
	/* Earlier contents of the memory must not show. */
	memset(out, 0xa5, sizeof(*out));
	struct limits limits = default_limits();
	int result = displif_decode(out, request, &limits);
	check_int(out->id, request->id);
	check_int(out->operation, request->operation);
	return result;
}

static int
outcome(const struct xendispl_req *request)
{
	struct displif_request out;

	return decode(&out, request);
}

/* A valid request, to be made invalid. */
static struct xendispl_req
make_dbuf_create(uint32_t width, uint32_t height, uint32_t bpp, uint32_t size)
{
	struct xendispl_req request = {.id = 0xfffe, .operation = XENDISPL_OP_DBUF_CREATE};

	request.op.dbuf_create.dbuf_cookie = 1;
	request.op.dbuf_create.width = width;
	request.op.dbuf_create.height = height;
	request.op.dbuf_create.bpp = bpp;
	request.op.dbuf_create.buffer_sz = size;
	request.op.dbuf_create.gref_directory = 1;
	return request;
}

static int
create_outcome(uint32_t width, uint32_t height, uint32_t bpp, uint32_t size)
{
	struct xendispl_req request = make_dbuf_create(width, height, bpp, size);

	test_case("%ux%u at %u in %u", width, height, bpp, size);
	return outcome(&request);
}

TEST(dbuf_create_is_copied)
{
	struct xendispl_req request = make_dbuf_create(799, 601, 16, 960400);
	struct displif_request out;

	request.op.dbuf_create.dbuf_cookie = UINT64_MAX;
	request.op.dbuf_create.gref_directory = UINT32_MAX;
	request.op.dbuf_create.data_ofs = 2;
	request.op.dbuf_create.flags = XENDISPL_DBUF_FLG_REQ_ALLOC;
	check_int(decode(&out, &request), 0);
	check(out.dbuf_create.cookie == UINT64_MAX);
	check_int(out.dbuf_create.width, 799);
	check_int(out.dbuf_create.height, 601);
	check_int(out.dbuf_create.bits_per_pixel, 16);
	check_int(out.dbuf_create.size, 960400);
	check_int(out.dbuf_create.pages, 235);
	check_int(out.dbuf_create.data_ofs, 2);
	check_int(out.dbuf_create.directory_ref, UINT32_MAX);
	check(out.dbuf_create.be_alloc);

	request.op.dbuf_create.flags = 0;
	check_int(decode(&out, &request), 0);
	check(!out.dbuf_create.be_alloc);
}

TEST(dbuf_create_without_geometry)
{
	struct displif_request out;
	struct xendispl_req request = make_dbuf_create(0, 0, 0, 1);

	check_int(decode(&out, &request), 0);
	check_int(out.dbuf_create.width, 0);
	check_int(out.dbuf_create.pages, 1);

	/* All three or none. */
	check_int(create_outcome(1, 0, 0, 4096), -EINVAL);
	check_int(create_outcome(0, 1, 0, 4096), -EINVAL);
	check_int(create_outcome(0, 0, 32, 4096), -EINVAL);
	check_int(create_outcome(1, 1, 0, 4096), -EINVAL);
	check_int(create_outcome(1, 0, 32, 4096), -EINVAL);
	check_int(create_outcome(0, 1, 32, 4096), -EINVAL);
}

TEST(dbuf_create_wants_cookie_directory_and_size)
{
	struct xendispl_req request = make_dbuf_create(1, 1, 32, 4096);

	check_int(outcome(&request), 0);
	request.op.dbuf_create.dbuf_cookie = 0;
	check_int(outcome(&request), -EINVAL);
	request.op.dbuf_create.dbuf_cookie = UINT64_C(1) << 63;
	check_int(outcome(&request), 0);
	request.op.dbuf_create.gref_directory = 0;
	check_int(outcome(&request), -EINVAL);
	check_int(create_outcome(1, 1, 32, 0), -EINVAL);
	check_int(create_outcome(0, 0, 0, 0), -EINVAL);
}

TEST(dbuf_create_flags)
{
	struct xendispl_req request = make_dbuf_create(1, 1, 32, 4096);

	for (unsigned bit = 0; bit < 32; bit++) {
		test_case("bit %u", bit);
		request.op.dbuf_create.flags = UINT32_C(1) << bit;
		bool known = request.op.dbuf_create.flags == XENDISPL_DBUF_FLG_REQ_ALLOC;
		check_int(outcome(&request), known ? 0 : -EINVAL);
		request.op.dbuf_create.flags |= XENDISPL_DBUF_FLG_REQ_ALLOC;
		check_int(outcome(&request), known ? 0 : -EINVAL);
	}
	request.op.dbuf_create.flags = UINT32_MAX;
	check_int(outcome(&request), -EINVAL);
}

TEST(dbuf_create_depths)
{
	for (uint32_t bpp = 1; bpp < 300; bpp++)
		check_int(create_outcome(8, 8, bpp, 8192),
			  bpp == 16 || bpp == 24 || bpp == 32 ? 0 : -EINVAL);
	check_int(create_outcome(8, 8, 0x80000000, 8192), -EINVAL);
	check_int(create_outcome(8, 8, UINT32_MAX, 8192), -EINVAL);
}

TEST(dbuf_create_holds_its_picture_exactly)
{
	static const struct {
		uint32_t width, height, bpp, size;
	} cases[] = {
		{1, 1, 16, 2},
		{1, 1, 24, 3},
		{1, 1, 32, 4},
		{799, 601, 24, 799 * 601 * 3},
		{1366, 768, 32, 1366 * 768 * 4},
		{1365, 767, 16, 1365 * 767 * 2},
		{4095, 2047, 32, 4095 * 2047 * 4},
		{67108864, 1, 32, 268435456},
		{1, 67108864, 32, 268435456},
		{8192, 8192, 32, 268435456},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t w = cases[i].width, h = cases[i].height, bpp = cases[i].bpp;

		check_int(create_outcome(w, h, bpp, cases[i].size), 0);
		check_int(create_outcome(w, h, bpp, cases[i].size - 1), -EINVAL);
		check_int(create_outcome(w + 1, h, bpp, cases[i].size), -EINVAL);
		check_int(create_outcome(w, h + 1, bpp, cases[i].size), -EINVAL);
	}
}

/* Products that wrap to small values in 32 or 64 bits. */
TEST(dbuf_create_arithmetic_that_wraps)
{
	static const uint32_t sides[] = {0x4000,     0x8000,     0x10000,    0x10001,
					 0x40000000, 0x40000001, 0x80000000, 0x80000001,
					 0xfffffffe, 0xffffffff};
	static const uint32_t depths[] = {16, 24, 32};
	static const uint32_t sizes[] = {1, 4096, 65536, 268435456};
	const size_t count = sizeof(sides) / sizeof(sides[0]);

	for (size_t w = 0; w < count; w++)
		for (size_t h = 0; h < count; h++)
			for (size_t d = 0; d < 3; d++)
				for (size_t s = 0; s < 4; s++) {
					unsigned __int128 needs = (unsigned __int128)sides[w] *
								  sides[h] * (depths[d] / 8);
					int result = create_outcome(sides[w], sides[h], depths[d],
								    sizes[s]);
					check_int(result, needs <= sizes[s] ? 0 : -EINVAL);
				}
	/* 2 * 2^31 * 2 bytes are 0 modulo 2^32 */
	check_int(create_outcome(0x80000000, 1, 16, 4096), -EINVAL);
	check_int(create_outcome(0x80000000, 2, 16, 4096), -EINVAL);
	check_int(create_outcome(0x40000000, 1, 32, 4096), -EINVAL);
}

TEST(dbuf_create_data_offset)
{
	struct xendispl_req request = make_dbuf_create(10, 10, 32, 4096);
	uint32_t *data_ofs = &request.op.dbuf_create.data_ofs;

	for (*data_ofs = 0; *data_ofs < 4200; ++*data_ofs) {
		test_case("data_ofs %u", *data_ofs);
		check_int(outcome(&request), *data_ofs <= 4096 - 400 ? 0 : -EINVAL);
	}
	*data_ofs = UINT32_MAX;
	check_int(outcome(&request), -EINVAL);
	/* data_ofs + 400 is small in 32 bits */
	*data_ofs = UINT32_MAX - 398;
	check_int(outcome(&request), -EINVAL);

	request = make_dbuf_create(0, 0, 0, 4096);
	*data_ofs = 4095;
	check_int(outcome(&request), 0);
	*data_ofs = 4096;
	check_int(outcome(&request), -EINVAL);
}

TEST(dbuf_create_over_the_limit_of_pages)
{
	struct limits limits = default_limits();
	struct xendispl_req request = make_dbuf_create(0, 0, 0, 10 * 4096);
	struct displif_request out;

	limits.buffer_pages = 10;
	check_int(displif_decode(&out, &request, &limits), 0);
	check_int(out.dbuf_create.pages, 10);
	request.op.dbuf_create.buffer_sz++;
	check_int(displif_decode(&out, &request, &limits), -ENOSPC);

	/* With and without a geometry. */
	request = make_dbuf_create(1024, 10, 32, 10 * 4096);
	check_int(displif_decode(&out, &request, &limits), 0);
	request.op.dbuf_create.height = 11;
	request.op.dbuf_create.buffer_sz = 11 * 4096;
	check_int(displif_decode(&out, &request, &limits), -ENOSPC);

	/* In 32 bits (size + 4095) / 4096 is 0 here. */
	check_int(create_outcome(0, 0, 0, UINT32_MAX), -ENOSPC);
	check_int(create_outcome(16384, 16384, 32, 0x40000000), -ENOSPC);
	check_int(create_outcome(16384, 32768, 32, 0x80000000), -ENOSPC);
	check_int(create_outcome(16384, 49152, 32, 0xc0000000), -ENOSPC);
}

/* Whatever the limit says, a wl_shm pool cannot be larger than an int32_t. */
TEST(dbuf_create_beyond_a_pool)
{
	struct limits limits = default_limits();
	struct xendispl_req request = make_dbuf_create(0, 0, 0, 0x7ffff000);
	struct displif_request out;

	limits.buffer_pages = UINT32_MAX;
	check_int(displif_decode(&out, &request, &limits), 0);
	request.op.dbuf_create.buffer_sz++;
	check_int(displif_decode(&out, &request, &limits), -ENOSPC);
	request.op.dbuf_create.buffer_sz = UINT32_MAX;
	check_int(displif_decode(&out, &request, &limits), -ENOSPC);
}

static struct xendispl_req
make_cookie_request(uint8_t operation, uint64_t cookie)
{
	struct xendispl_req request = {.id = 7, .operation = operation};

	/* In these three, the cookie is the only field. */
	request.op.dbuf_destroy.dbuf_cookie = cookie;
	return request;
}

TEST(requests_of_one_cookie)
{
	static const uint8_t operations[] = {XENDISPL_OP_DBUF_DESTROY, XENDISPL_OP_FB_DETACH,
					     XENDISPL_OP_PG_FLIP};
	struct displif_request out;

	for (size_t i = 0; i < 3; i++) {
		struct xendispl_req request = make_cookie_request(operations[i], 1);

		test_case("operation %u", operations[i]);
		check_int(decode(&out, &request), 0);
		check_int(out.cookie, 1);
		request = make_cookie_request(operations[i], UINT64_C(0xfedcba9876543210));
		check_int(decode(&out, &request), 0);
		check(out.cookie == UINT64_C(0xfedcba9876543210));
		request = make_cookie_request(operations[i], 0);
		check_int(decode(&out, &request), -EINVAL);
	}
}

static struct xendispl_req
make_fb_attach(uint32_t width, uint32_t height, uint32_t fourcc)
{
	struct xendispl_req request = {.id = 0xffff, .operation = XENDISPL_OP_FB_ATTACH};

	request.op.fb_attach.dbuf_cookie = 1;
	request.op.fb_attach.fb_cookie = 2;
	request.op.fb_attach.width = width;
	request.op.fb_attach.height = height;
	request.op.fb_attach.pixel_format = fourcc;
	return request;
}

TEST(fb_attach_is_copied)
{
	struct xendispl_req request = make_fb_attach(1, DISPLIF_MAX_PIXELS, DRM_FORMAT_YUYV);
	struct displif_request out;

	request.op.fb_attach.dbuf_cookie = UINT64_MAX;
	request.op.fb_attach.fb_cookie = UINT64_MAX - 1;
	check_int(decode(&out, &request), 0);
	check(out.fb_attach.dbuf_cookie == UINT64_MAX);
	check(out.fb_attach.fb_cookie == UINT64_MAX - 1);
	check_int(out.fb_attach.width, 1);
	check_int(out.fb_attach.height, DISPLIF_MAX_PIXELS);
	check(out.fb_attach.format == format_find(DRM_FORMAT_YUYV));
}

TEST(fb_attach_extremes)
{
	struct xendispl_req request;

	request = make_fb_attach(0, 1, DRM_FORMAT_XRGB8888);
	check_int(outcome(&request), -EINVAL);
	request = make_fb_attach(1, 0, DRM_FORMAT_XRGB8888);
	check_int(outcome(&request), -EINVAL);
	request = make_fb_attach(DISPLIF_MAX_PIXELS, 1, DRM_FORMAT_XRGB8888);
	check_int(outcome(&request), 0);
	request = make_fb_attach(DISPLIF_MAX_PIXELS + 1, 1, DRM_FORMAT_XRGB8888);
	check_int(outcome(&request), -EINVAL);
	request = make_fb_attach(1, DISPLIF_MAX_PIXELS + 1, DRM_FORMAT_XRGB8888);
	check_int(outcome(&request), -EINVAL);
	request = make_fb_attach(UINT32_MAX, UINT32_MAX, DRM_FORMAT_XRGB8888);
	check_int(outcome(&request), -EINVAL);
	request = make_fb_attach(1, 1, DRM_FORMAT_XRGB8888);
	request.op.fb_attach.dbuf_cookie = 0;
	check_int(outcome(&request), -EINVAL);
	request = make_fb_attach(1, 1, DRM_FORMAT_XRGB8888);
	request.op.fb_attach.fb_cookie = 0;
	check_int(outcome(&request), -EINVAL);
}

TEST(fb_attach_formats)
{
	static const uint32_t refused[] = {0, UINT32_MAX, DRM_FORMAT_XBGR8888, DRM_FORMAT_NV12,
					   DRM_FORMAT_XRGB8888 | DRM_FORMAT_BIG_ENDIAN};
	struct xendispl_req request;

	for (unsigned i = 0; format_at(i); i++) {
		request = make_fb_attach(1, 1, format_at(i)->fourcc);
		check_int(outcome(&request), 0);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		request = make_fb_attach(1, 1, refused[i]);
		check_int(outcome(&request), -EINVAL);
	}
}

static struct xendispl_req
make_set_config(uint64_t cookie, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
		uint32_t bpp)
{
	struct xendispl_req request = {.id = 0, .operation = XENDISPL_OP_SET_CONFIG};

	request.op.set_config.fb_cookie = cookie;
	request.op.set_config.x = x;
	request.op.set_config.y = y;
	request.op.set_config.width = width;
	request.op.set_config.height = height;
	request.op.set_config.bpp = bpp;
	test_case("%u, %u, %ux%u at %u", x, y, width, height, bpp);
	return request;
}

TEST(set_config_is_copied)
{
	struct xendispl_req request =
		make_set_config(UINT64_MAX, UINT32_MAX, UINT32_MAX - 1, UINT32_MAX - 2, 1, 24);
	struct displif_request out;

	/* geometry_source() checks sizes against the framebuffer later. */
	check_int(decode(&out, &request), 0);
	check(out.set_config.fb_cookie == UINT64_MAX);
	check_int(out.set_config.x, UINT32_MAX);
	check_int(out.set_config.y, UINT32_MAX - 1);
	check_int(out.set_config.width, UINT32_MAX - 2);
	check_int(out.set_config.height, 1);
	check_int(out.set_config.bits_per_pixel, 24);
}

TEST(set_config_off_is_all_zeros)
{
	struct xendispl_req request = make_set_config(0, 0, 0, 0, 0, 0);
	struct displif_request out;

	check_int(decode(&out, &request), 0);
	check_int(out.set_config.fb_cookie, 0);
	check_int(out.set_config.x, 0);
	check_int(out.set_config.y, 0);
	check_int(out.set_config.width, 0);
	check_int(out.set_config.height, 0);
	check_int(out.set_config.bits_per_pixel, 0);

	for (unsigned field = 0; field < 5; field++) {
		request = make_set_config(0, field == 0, field == 1, field == 2, field == 3,
					  field == 4);
		check_int(outcome(&request), -EINVAL);
	}
}

TEST(set_config_on_wants_size_and_depth)
{
	struct xendispl_req request;

	request = make_set_config(1, 0, 0, 0, 1, 32);
	check_int(outcome(&request), -EINVAL);
	request = make_set_config(1, 0, 0, 1, 0, 32);
	check_int(outcome(&request), -EINVAL);
	for (uint32_t bpp = 0; bpp < 70; bpp++) {
		request = make_set_config(1, 0, 0, 1, 1, bpp);
		check_int(outcome(&request), bpp == 16 || bpp == 24 || bpp == 32 ? 0 : -EINVAL);
	}
	request = make_set_config(1, 0, 0, 1, 1, UINT32_MAX);
	check_int(outcome(&request), -EINVAL);
}

TEST(get_edid)
{
	struct xendispl_req request = {.id = 3, .operation = XENDISPL_OP_GET_EDID};
	struct displif_request out;

	request.op.get_edid.gref_directory = UINT32_MAX;
	request.op.get_edid.buffer_sz = XENDISPL_EDID_MAX_SIZE;
	check_int(decode(&out, &request), 0);
	check_int(out.directory_ref, UINT32_MAX);

	request.op.get_edid.buffer_sz = UINT32_MAX;
	check_int(decode(&out, &request), 0);
	request.op.get_edid.buffer_sz = XENDISPL_EDID_BLOCK_SIZE;
	check_int(decode(&out, &request), 0);
	request.op.get_edid.buffer_sz = XENDISPL_EDID_BLOCK_SIZE - 1;
	check_int(decode(&out, &request), -EINVAL);
	request.op.get_edid.buffer_sz = 0;
	check_int(decode(&out, &request), -EINVAL);
	request.op.get_edid.buffer_sz = XENDISPL_EDID_MAX_SIZE;
	request.op.get_edid.gref_directory = 0;
	check_int(decode(&out, &request), -EINVAL);
}

static bool
is_known(unsigned operation)
{
	return operation == XENDISPL_OP_DBUF_CREATE || operation == XENDISPL_OP_DBUF_DESTROY ||
	       operation == XENDISPL_OP_FB_ATTACH || operation == XENDISPL_OP_FB_DETACH ||
	       operation == XENDISPL_OP_SET_CONFIG || operation == XENDISPL_OP_PG_FLIP ||
	       operation == XENDISPL_OP_GET_EDID;
}

TEST(unknown_operations)
{
	for (unsigned operation = 0; operation < 256; operation++) {
		struct xendispl_req request;

		test_case("operation %u", operation);
		memset(&request, 0xff, sizeof(request));
		request.operation = (uint8_t)operation;
		if (is_known(operation))
			check(strcmp(displif_operation_name((uint8_t)operation),
				     "unknown operation") != 0);
		else
			check_string(displif_operation_name((uint8_t)operation),
				     "unknown operation");
		check((outcome(&request) == -EOPNOTSUPP) == !is_known(operation));
	}
}

/* Any bytes at all give an answer, with no other effect. */
TEST(random_requests)
{
	uint64_t state = 0x9e3779b97f4a7c15;

	for (unsigned i = 0; i < 200000; i++) {
		struct xendispl_req request;
		uint8_t *bytes = (uint8_t *)&request;

		for (size_t j = 0; j < sizeof(request); j++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			bytes[j] = (uint8_t)(state >> 56);
			if (state >> 40 & 1)
				bytes[j] = 0;
		}
		request.operation = (uint8_t)(request.operation % 0x12);
		test_case("request %u, operation %u", i, request.operation);
		int result = outcome(&request);
		check(result == 0 || result == -EINVAL || result == -ENOSPC ||
		      result == -EOPNOTSUPP);
	}
}

TEST(statuses)
{
	static const struct {
		int error, status;
	} cases[] = {
		{0, 0},
		{-EINVAL, -XEN_EINVAL},
		{-ENOENT, -XEN_ENOENT},
		{-EEXIST, -XEN_EEXIST},
		{-ENOSPC, -XEN_ENOSPC},
		{-ENOMEM, -XEN_ENOMEM},
		{-EOPNOTSUPP, -XEN_EOPNOTSUPP},
		{-EBUSY, -XEN_EBUSY},
		{-EACCES, -XEN_EACCES},
		{-EPERM, -XEN_EACCES},
		/* Any other errno becomes an error too. */
		{-EIO, -XEN_EIO},
		{-EMFILE, -XEN_EIO},
		{-EAGAIN, -XEN_EIO},
		{-1000, -XEN_EIO},
		{1, -XEN_EIO},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%d", cases[i].error);
		check_int(displif_status(cases[i].error), cases[i].status);
	}
}

static int
check_framebuffer(const struct displif_dbuf_create *buffer, uint32_t width, uint32_t height,
		  uint32_t fourcc, uint32_t *pitch)
{
	struct displif_fb_attach framebuffer = {.dbuf_cookie = 1,
						.fb_cookie = 2,
						.width = width,
						.height = height,
						.format = format_find(fourcc)};

	test_case("%ux%u", width, height);
	*pitch = 0xa5a5a5a5;
	return displif_check_framebuffer(buffer, &framebuffer, pitch);
}

TEST(framebuffer_in_a_buffer_with_geometry)
{
	struct displif_dbuf_create buffer = {
		.width = 1366, .height = 768, .bits_per_pixel = 32, .size = 1366 * 768 * 4};
	uint32_t pitch;

	check_int(check_framebuffer(&buffer, 1366, 768, DRM_FORMAT_XRGB8888, &pitch), 0);
	check_int(pitch, 5464);
	/* The pitch is the buffer's, however narrow the framebuffer. */
	check_int(check_framebuffer(&buffer, 1, 1, DRM_FORMAT_XRGB8888, &pitch), 0);
	check_int(pitch, 5464);
	check_int(check_framebuffer(&buffer, 1367, 768, DRM_FORMAT_XRGB8888, &pitch), -EINVAL);
	check_int(check_framebuffer(&buffer, 1366, 769, DRM_FORMAT_XRGB8888, &pitch), -EINVAL);
	check_int(check_framebuffer(&buffer, 1366, 768, DRM_FORMAT_RGB565, &pitch), -EINVAL);
	check_int(check_framebuffer(&buffer, 1366, 768, DRM_FORMAT_RGB888, &pitch), -EINVAL);
	/* Even if the buffer had room for one more row. */
	buffer.size += 5464;
	check_int(check_framebuffer(&buffer, 1366, 769, DRM_FORMAT_XRGB8888, &pitch), -EINVAL);
}

TEST(framebuffer_in_a_buffer_without_geometry)
{
	struct displif_dbuf_create buffer = {.size = 640 * 480 * 2 + 100, .data_ofs = 100};
	uint32_t pitch;

	check_int(check_framebuffer(&buffer, 640, 480, DRM_FORMAT_RGB565, &pitch), 0);
	check_int(pitch, 1280);
	check_int(check_framebuffer(&buffer, 641, 480, DRM_FORMAT_RGB565, &pitch), -EINVAL);
	check_int(check_framebuffer(&buffer, 640, 481, DRM_FORMAT_RGB565, &pitch), -EINVAL);
	check_int(check_framebuffer(&buffer, 640, 480, DRM_FORMAT_RGB888, &pitch), -EINVAL);
	buffer.data_ofs++;
	check_int(check_framebuffer(&buffer, 640, 480, DRM_FORMAT_RGB565, &pitch), -EINVAL);
	check_int(check_framebuffer(&buffer, 640, 479, DRM_FORMAT_RGB565, &pitch), 0);
	check_int(check_framebuffer(&buffer, INT32_MAX, INT32_MAX, DRM_FORMAT_XRGB8888, &pitch),
		  -EINVAL);
	check_int(check_framebuffer(&buffer, 1 << 30, 4, DRM_FORMAT_XRGB8888, &pitch), -EINVAL);
}

static int
parse(const char *text)
{
	uint32_t width = 77, height = 88;
	int result = displif_parse_resolution(text, &width, &height);

	test_case("%s", text);
	check(result == 0 || (width == 77 && height == 88));
	return result;
}

TEST(resolutions)
{
	static const char *const refused[] = {
		"",
		"x",
		"1920",
		"1920x",
		"x1080",
		"0x1080",
		"1920x0",
		" 1920x1",
		"1920 x1",
		"1920x 1",
		"1920x1 ",
		"1920X1",
		"-1x1",
		"1x-1",
		"+1x1",
		"1x+1",
		"1x1x1",
		"1x1\n",
		"0x10x10",
		"2147483648x1",
		"1x2147483648",
		"4294967297x1",
		"1x18446744073709551617",
		"1x99999999999999999999999999999999999999",
		"\xd9\xa1x1",
		"1920*1080",
	};
	uint32_t width, height;

	check_int(displif_parse_resolution("1920x1080", &width, &height), 0);
	check_int(width, 1920);
	check_int(height, 1080);
	check_int(displif_parse_resolution("1x2147483647", &width, &height), 0);
	check_int(width, 1);
	check_int(height, 2147483647);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check_int(parse(refused[i]), -EINVAL);
}
