/* SPDX-License-Identifier: MIT */
/*
 * Writes the EDID that describes a connector to its guest. Called
 * where GET_EDID is answered. Pure: octets in, octets out; it knows neither
 * rings nor grants, and takes the name from its caller, who has it from the
 * tool stack and not from the guest.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A base block and at most one extension block. */
#define EDID_MAX_OCTETS 256

struct edid_request {
	/* The connector's mode in pixels. 0 counts as 1; beyond 65535 as 65535. */
	uint32_t width;
	uint32_t height;
	/* Refresh rate in thousandths of a hertz; 0 counts as 60000, and what lies
	 * outside 1 Hz to 500 Hz as the nearer end. */
	uint32_t refresh_mhz;
	/* Trusted: the display's product name. NULL or blank: a name of ours. Cut
	 * at 13 octets; an octet that is not printable ASCII becomes '?'. */
	const char *name;
	/* Serial number, so that two connectors differ; 0 when there is none. */
	uint32_t serial;
};

/*
 * Writes an EDID 1.4 whose preferred mode is the request's, and returns its
 * size: 128, or 256 where a DisplayID 1.3 block carries a mode that a detailed
 * timing cannot (more than 4095 pixels a side or 655.35 MHz). Cannot fail. The
 * octets beyond the returned size are zero. The refresh rate written is the
 * nearest that a pixel clock in steps of 10 kHz, up to 167.77 GHz, gives.
 */
size_t
edid_write(uint8_t out[EDID_MAX_OCTETS], const struct edid_request *request);
