/* SPDX-License-Identifier: MIT */
/*
 * Writes the EDID that describes a connector to its guest. Called
 * where GET_EDID is answered. Pure: bytes in, bytes out; it knows neither
 * rings nor grants, and takes the name from its caller, who has it from the
 * tool stack and not from the guest.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define EDID_BYTES 128

struct edid_request {
	/* The connector's mode in pixels. 0 counts as 1; beyond 65535 as 65535. */
	uint32_t width;
	uint32_t height;
	/* Refresh rate in thousandths of a hertz; 0 counts as 60000, and what lies
	 * outside 1 Hz to 500 Hz as the nearer end. */
	uint32_t refresh_mhz;
	/* Trusted: the display's product name. NULL or blank: a name of ours. Cut at 13 bytes; a
	 * byte that is not printable ASCII becomes '?'. */
	const char *name;
	/* Serial number, so that two connectors differ; 0 when there is none. */
	uint32_t serial;
};

/*
 * Writes an EDID 1.4 whose preferred mode is the request's, or where a detailed timing cannot say
 * that (more than 4095 pixels a side or 655.35 MHz), one of the same shape and at most 60 Hz.
 * Cannot fail. The refresh rate written is the nearest that a pixel clock in steps of 10 kHz gives.
 */
void
edid_write(uint8_t out[EDID_BYTES], const struct edid_request *request);
