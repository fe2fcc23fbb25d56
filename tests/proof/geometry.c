/* SPDX-License-Identifier: MIT */
/* The visible part of a framebuffer, for all numbers that a guest can write: it is inside the
 * framebuffer. */
#include "proof.h"

#include "pure/geometry.h"

/* The inequality that wl_shm and linux-dmabuf check: all rows of a picture are inside its buffer.
 */
void
fits_means_inside(void)
{
	uint64_t size, data_ofs, pitch;
	uint32_t height;

	if (geometry_fits(size, data_ofs, pitch, height))
		prove(pitch <= UINT32_MAX && data_ofs + (uint64_t)(uint32_t)pitch * height <= size);
	end_of_proof();
}

/* The pitch is the number of bytes that hold all bits of a row. */
void
pitch_holds_a_row(void)
{
	uint32_t width, bits_per_pixel;
	uint64_t pitch = geometry_pitch(width, bits_per_pixel);

	prove(pitch * 8 >= (uint64_t)width * bits_per_pixel);
	prove(pitch * 8 - (uint64_t)width * bits_per_pixel < 8);
	end_of_proof();
}

/* What is shown of a framebuffer lies inside of it. */
void
source_is_inside(void)
{
	uint32_t width, height, x, y, w, h, resolution_width, resolution_height;
	struct rectangle source;

	if (geometry_source(&source, width, height, x, y, w, h, resolution_width,
			    resolution_height)) {
		prove(source.x >= 0 && source.y >= 0 && source.width >= 1 && source.height >= 1);
		prove((uint64_t)source.x + (uint64_t)source.width <= width);
		prove((uint64_t)source.y + (uint64_t)source.height <= height);
		prove((uint32_t)source.width <= resolution_width);
		prove((uint32_t)source.height <= resolution_height);
	}
	end_of_proof();
}

void
pages_hold_all(void)
{
	uint64_t bytes;
	uint64_t pages = geometry_pages(bytes);

	assume(bytes <= UINT64_MAX - 4096);
	prove(pages * 4096 >= bytes && pages * 4096 - bytes < 4096);
	end_of_proof();
}
