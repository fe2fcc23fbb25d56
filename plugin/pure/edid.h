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
	/* Trusted: the display's product name. NULL or blank: a name of ours. Cut at 13 bytes; a
	 * byte that is not printable ASCII becomes '?'. */
	const char *name;
	/* Serial number, so that two connectors differ; 0 when there is none. */
	uint32_t serial;
};

/*
 * Writes an EDID 1.4 whose preferred mode is the request's, or where a detailed timing cannot say
 * that (more than 4095 pixels a side or 655.35 MHz), one of the same shape. The refresh rate is the
 * nearest to 60 Hz that a pixel clock in steps of 10 kHz gives. Cannot fail.
 */
void
edid_write(uint8_t out[EDID_BYTES], const struct edid_request *request);
