/* SPDX-License-Identifier: MIT */
/* See input-nodes.h. */
#include "xen/input-nodes.h"

#include <string.h>

#include <xen/io/kbdif.h>

#include "base/base.h"
#include "base/log.h"

#define DEFAULT_WIDTH 800
#define DEFAULT_HEIGHT 600
/* Raw positions lie below this. */
#define RAW_RANGE 0x8000

static uint32_t
read_or(struct nodes *nodes, const char *directory, const char *name, uint32_t otherwise)
{
	uint32_t value;

	return node_read_number(nodes, directory, name, &value) == 0 ? value : otherwise;
}

static bool
is_set(struct nodes *nodes, const char *directory, const char *name)
{
	return read_or(nodes, directory, name, 0) != 0;
}

void
input_nodes_read_configuration(struct nodes *nodes, const char *backend, struct store_input *out)
{
	struct kbdif_features *features = &out->offered;

	memset(out, 0, sizeof(*out));
	features->keyboard = !is_set(nodes, backend, XENKBD_FIELD_FEAT_DSBL_KEYBRD);
	features->pointer = !is_set(nodes, backend, XENKBD_FIELD_FEAT_DSBL_POINTER);
	features->absolute = is_set(nodes, backend, XENKBD_FIELD_FEAT_ABS_POINTER);
	features->width = read_or(nodes, backend, XENKBD_FIELD_WIDTH, DEFAULT_WIDTH);
	features->height = read_or(nodes, backend, XENKBD_FIELD_HEIGHT, DEFAULT_HEIGHT);
	features->touch = is_set(nodes, backend, XENKBD_FIELD_FEAT_MTOUCH);
	features->touch_width = read_or(nodes, backend, XENKBD_FIELD_MT_WIDTH, DEFAULT_WIDTH);
	features->touch_height = read_or(nodes, backend, XENKBD_FIELD_MT_HEIGHT, DEFAULT_HEIGHT);
	features->contacts = read_or(nodes, backend, XENKBD_FIELD_MT_NUM_CONTACTS, 1);
	out->raw_offered = is_set(nodes, backend, XENKBD_FIELD_FEAT_RAW_POINTER);
	_autofree_ char *unique_id = node_read(nodes, backend, XENKBD_FIELD_UNIQUE_ID);
	log_escape(out->unique_id, sizeof(out->unique_id), unique_id ? unique_id : "");
}

/* A frontend that does not request positions has created a relative pointer. */
static void
read_requests(struct nodes *nodes, const char *frontend, struct store_input *out)
{
	struct kbdif_features *features = &out->features;

	*features = out->offered;
	features->absolute =
		features->absolute && is_set(nodes, frontend, XENKBD_FIELD_REQ_ABS_POINTER);
	features->touch = features->touch && is_set(nodes, frontend, XENKBD_FIELD_REQ_MTOUCH);
	if (features->absolute && out->raw_offered &&
	    is_set(nodes, frontend, XENKBD_FIELD_REQ_RAW_POINTER))
		features->width = features->height = RAW_RANGE;
}

int
input_nodes_read_page(struct nodes *nodes, const char *frontend, struct store_input *out,
		      const char **wrong)
{
	read_requests(nodes, frontend, out);
	*wrong = XENKBD_FIELD_RING_GREF;
	int ret = node_read_number(nodes, frontend, XENKBD_FIELD_RING_GREF, &out->page_ref);
	if (ret < 0)
		return ret;
	*wrong = XENKBD_FIELD_EVT_CHANNEL;
	return node_read_number(nodes, frontend, XENKBD_FIELD_EVT_CHANNEL, &out->port);
}
