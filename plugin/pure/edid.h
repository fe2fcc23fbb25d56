/* SPDX-License-Identifier: MIT */
/*
 * Writes the EDID that describes a connector to its guest, to answer GET_EDID. Bytes in, bytes out:
 * knows neither rings nor grants. The caller passes the name, which comes from the tool stack and
 * not from the guest.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define EDID_BYTES 128

struct edid_request {
	/* The connector's mode in pixels. 0 counts as 1; beyond 65535 as 65535. */
	uint32_t width;
	uint32_t height;
	/* Trusted: the display's product name. NULL or blank: a default name. Truncated to 13
	 * bytes; bytes that are not printable ASCII become '?'. */
	const char *name;
	/* Serial number, so that two connectors differ; 0: none. */
	uint32_t serial;
};

/*
 * Writes an EDID 1.4 whose preferred mode is the request's, or, if that exceeds a detailed timing
 * (4095 pixels a side, 655.35 MHz), a smaller mode of the same shape. The refresh rate is the
 * nearest to 60 Hz that a pixel clock in steps of 10 kHz allows. Cannot fail.
 */
void
edid_write(uint8_t out[EDID_BYTES], const struct edid_request *request);
