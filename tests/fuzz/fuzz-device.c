/* SPDX-License-Identifier: MIT */
/*
 * The whole life of devices in any order: an input is a sequence of steps of
 * guests, the worker, the presenter and the clock, played on the real device
 * layer over a Xen in memory. After each step: one answer for each request
 * taken, nothing but the answer in it, one event for each flip, all counts
 * within the limits, no pending thing beyond its deadline. At the end all is
 * given back.
 */
#include "fuzz.h"

#include "base/base.h"
#include "device-host.h"
#include "base/worker.h"
#include "device/request.h"
#include "device/serve.h"
#include "pure/options.h"
#include "xen/grants.h"
#include "memory-xen.h"
#include "default-limits.h"

#include <drm_fourcc.h>
#include <errno.h>

#define DEVICES 2
#define CONNECTORS 2
#define RING_SLOTS 32
#define FIRST_DIRECTORY 13u

/* The guest's side of a connector, and what was seen of the backend's. */
struct frontend {
	struct xendispl_req taken[2 * RING_SLOTS]; /* by their index */
	bool known[2 * RING_SLOTS]; /* not overwritten by an answer before it was taken */
	uint32_t seen_taken, seen_answered, seen_events;
};

struct slot {
	struct device *device; /* NULL: none, or gone */
	struct frontend frontends[CONNECTORS];
};

static struct display_host host;
static struct slot slots[DEVICES];
static uint32_t next_serial;
static unsigned alive;
static uint8_t before[MEMORY_XEN_PAGES][PAGE_BYTES];

static void
forget(uint32_t serial)
{
	for (unsigned i = 0; i < DEVICES; i++)
		if (slots[i].device && slots[i].device->serial == serial)
			slots[i].device = NULL;
}

void
host_device_attached(struct device *device, int error)
{
	if (error == 0)
		return;
	forget(device->serial);
	device_destroy(device);
}

void
host_detached(struct display_host *which, uint32_t serial)
{
	PROPERTY(alive > 0);
	alive--;
}

static uint32_t
ring_ref(unsigned slot, unsigned connector)
{
	return 1 + (slot * CONNECTORS + connector) * 2;
}

static void
ignore_line(const char *line)
{
}

static void
set_up(void)
{
	char error[256];

	host.limits = default_limits();
	host.limits.buffers = 4;
	host.limits.framebuffers = 4;
	host.limits.buffer_pages = 64;
	host.limits.guest_pages = 100;
	host.limits.guest_descriptors = 20;
	host.limits.host_pages = 150;
	host.limits.requests_per_second = 60;
	host.flip_rules = (struct flip_rules){300, 2000, 100};
	host.repaint_window_ms = 7;
	host.options = options_create();
	PROPERTY(options_begin_section(host.options, "xen-guest") == 0);
	PROPERTY(options_set(host.options, "name", "g0", error, sizeof(error)) == 0);
	PROPERTY(options_set(host.options, "be-alloc", "true", error, sizeof(error)) == 0);
	wl_list_init(&host.devices);
	wl_list_init(&host.guests);
	log_set_sink(ignore_line);
}

/* Steps */

static void
connect_device(unsigned slot, struct input *input)
{
	struct store_device setup = {.serial = ++next_serial};
	uint8_t how = input_byte(input);

	if (slots[slot].device)
		return;
	setup.connector_count = 1 + (how & 1);
	setup.subject.domid = 1 + (how >> 1 & 1 ? slot : 0);
	setup.subject.guest[0] = 'g';
	setup.subject.guest[1] = (char)('0' + (how >> 2 & 1));
	memcpy(setup.subject.name, setup.subject.guest, sizeof(setup.subject.guest));
	for (unsigned i = 0; i < setup.connector_count; i++) {
		uint32_t ref = ring_ref(slot, i);
		uint32_t port = (slot * CONNECTORS + i) * 2;

		setup.connectors[i] = (struct store_connector){
			.width = 64,
			.height = 32,
			.request_ref = how & 0x80 ? 0x7fffffff : ref,
			.event_ref = ref + 1,
			.request_port = port,
			.event_port = how & 0x40 ? MEMORY_XEN_PORTS : port + 1,
		};
		if (how & 0x20)
			continue;
		memset(memory_xen_page(ref), 0, PAGE_BYTES);
		memset(memory_xen_page(ref + 1), 0, PAGE_BYTES);
	}
	memset(slots[slot].frontends, 0, sizeof(slots[slot].frontends));
	if (device_create(&host, &setup) < 0)
		return;
	alive++;
	slots[slot].device = wl_container_of(host.devices.next, slots[slot].device, link);
}

static void
disconnect_device(unsigned slot)
{
	struct device *device = slots[slot].device;

	slots[slot].device = NULL;
	if (device)
		device_destroy(device);
}

/* Makes a plausible request from few bytes, so that sequences get far. */
static void
compose(struct xendispl_req *request, struct input *input)
{
	static const uint32_t formats[] = {DRM_FORMAT_XRGB8888, DRM_FORMAT_RGB565,
					   DRM_FORMAT_ARGB8888, DRM_FORMAT_YUYV};
	uint8_t cookies = input_byte(input), shape = input_byte(input);
	uint64_t buffer = cookies % 7, framebuffer = 16 + cookies / 7 % 7;
	uint32_t width = shape & 1 ? 64 : 40, height = shape & 2 ? 32 : 20;
	uint32_t bits = shape & 4 ? 16 : 32;

	request->operation %= XENDISPL_OP_GET_EDID + 2;
	switch (request->operation) {
	case XENDISPL_OP_DBUF_CREATE:
		request->op.dbuf_create = (struct xendispl_dbuf_create_req){
			.dbuf_cookie = buffer,
			.width = shape & 8 ? 0 : width,
			.height = shape & 8 ? 0 : height,
			.bpp = shape & 8 ? 0 : bits,
			.buffer_sz = width * height * bits / 8 * (1 + (shape >> 4 & 7)),
			.flags = shape >> 7,
			.gref_directory = FIRST_DIRECTORY + cookies / 49 % 4,
		};
		break;
	case XENDISPL_OP_FB_ATTACH:
		request->op.fb_attach = (struct xendispl_fb_attach_req){
			.dbuf_cookie = buffer,
			.fb_cookie = framebuffer,
			.width = width,
			.height = height,
			.pixel_format = formats[shape >> 3 & 3],
		};
		break;
	case XENDISPL_OP_SET_CONFIG:
		if (shape & 8)
			break;
		request->op.set_config = (struct xendispl_set_config_req){
			.fb_cookie = framebuffer,
			.x = shape >> 4,
			.width = width,
			.height = height,
			.bpp = bits,
		};
		break;
	case XENDISPL_OP_DBUF_DESTROY:
		request->op.dbuf_destroy.dbuf_cookie = buffer;
		break;
	case XENDISPL_OP_FB_DETACH:
	case XENDISPL_OP_PG_FLIP:
		request->op.pg_flip.fb_cookie = framebuffer;
		break;
	case XENDISPL_OP_GET_EDID:
		request->op.get_edid.gref_directory = FIRST_DIRECTORY + cookies % 4;
		request->op.get_edid.buffer_sz = 128u << (shape & 7);
		break;
	}
}

static void
put_request(unsigned slot, unsigned connector, struct input *input, bool raw)
{
	xen_displif_sring_t *ring = memory_xen_page(ring_ref(slot, connector));
	struct xendispl_req request = {0};

	if (raw) {
		input_take(input, &request, sizeof(request));
	} else {
		request.operation = input_byte(input);
		request.id = (uint16_t)(request.operation * 257 + ring->req_prod);
		compose(&request, input);
	}
	ring->ring[ring->req_prod % RING_SLOTS].req = request;
	ring->req_prod++;
	ring->rsp_event = ring->rsp_prod + 1;
}

static void
write_directory(struct input *input)
{
	uint8_t which = input_byte(input), kind = input_byte(input);
	uint32_t *words = memory_xen_page(FIRST_DIRECTORY + which % 4);
	uint32_t first = (uint32_t[]){40, 17, 205, 300}[kind & 3];

	words[0] = (which >> 2) % 8 ? FIRST_DIRECTORY + (which >> 2) % 8 : 0;
	for (unsigned i = 1; i < PAGE_BYTES / 4; i++)
		words[i] = i > (kind >> 2) * 2u ? 0 : first + i % 8;
	if (first == 17) /* one page, which can be written */
		words[1] = 17;
}

static void
write_index(unsigned slot, unsigned connector, struct input *input)
{
	uint32_t *ring = memory_xen_page(ring_ref(slot, connector));
	uint32_t *events = memory_xen_page(ring_ref(slot, connector) + 1);
	uint8_t which = input_byte(input);
	uint32_t value = which & 0x80 ? input_byte(input) * 0x01010101u : (which >> 2 & 31) - 8u;

	if ((which & 3) < 3)
		ring[which & 3] += value; /* req_prod, req_event, rsp_prod */
	else
		events[0] += value;
}

static void
acknowledge(unsigned slot, unsigned connector)
{
	struct xendispl_event_page *page = memory_xen_page(ring_ref(slot, connector) + 1);

	page->in_cons = page->in_prod;
}

/* Records the rings' contents, for comparison with what a step takes from them. */
static void
remember_rings(void)
{
	for (uint32_t ref = 1; ref < FIRST_DIRECTORY; ref += 2)
		memcpy(before[ref - 1], memory_xen_page(ref), PAGE_BYTES);
}

static void
wake_up(unsigned slot, unsigned connector, bool event_port)
{
	struct device *device = slots[slot].device;

	if (!device || connector >= device->connector_count || !device->channel_source)
		return;
	const struct connector *of = &device->connectors[connector];
	remember_rings();
	serve_notified(&device->connectors[connector],
		       event_port ? of->wire.event_end.port : of->wire.request_end.port);
}

static void
tell_of_frame(unsigned slot, unsigned connector, uint8_t what)
{
	struct device *device = slots[slot].device;

	if (!device || connector >= device->connector_count || !device->screens)
		return;
	struct connector *of = &device->connectors[connector];
	uint32_t frame = of->frame - (what >> 2 & 3);
	if (of->frame < (what >> 2 & 3) + 1u)
		return;
	switch (what & 3) {
	case 0:
		connector_frame_applied(of, frame);
		break;
	case 1:
		connector_frame_released(of);
		break;
	case 2:
		connector_frame_presented(of, frame, what >> 4, what >> 5 & 1);
		break;
	default:
		connector_frame_drawn(of, frame, what >> 4 & 1);
	}
}

static void
settle(void)
{
	while (host_run_job())
		;
	worker_dispatch(NULL);
}

static void
take_step(uint8_t byte, struct input *input)
{
	unsigned slot = byte >> 6 & 1, connector = byte >> 7;

	switch (byte & 31) {
	case 0:
		connect_device(slot, input);
		break;
	case 1:
		disconnect_device(slot);
		break;
	case 2:
		put_request(slot, connector, input, true);
		break;
	case 3:
		wake_up(slot, connector, true);
		break;
	case 4:
		write_directory(input);
		break;
	case 5:
		write_index(slot, connector, input);
		break;
	case 6:
		acknowledge(slot, connector);
		break;
	case 7:
		host_run_job();
		break;
	case 8:
		worker_dispatch(NULL);
		break;
	case 9:
		moved_pass(input_byte(input));
		break;
	case 10:
		moved_pass(input_byte(input) * 20);
		break;
	case 11:
		host_answer_framebuffer(slot, connector ? -ENOMEM : 0);
		break;
	case 12:
		host_answer_release(slot);
		break;
	case 13:
		host_mood = input_byte(input);
		break;
	case 14:
		memory_xen_fail(input_byte(input) % MEMORY_XEN_CALLS, 1 + slot);
		break;
	case 15:
		host_refuse_memory = true;
		break;
	case 16 ... 19:
		tell_of_frame(slot, connector, input_byte(input));
		break;
	case 20 ... 22:
		settle();
		break;
	case 23 ... 26:
		put_request(slot, connector, input, false);
		break;
	default:
		put_request(slot, connector, input, false);
		wake_up(slot, connector, false);
	}
}

/* Properties that must hold after each step */

static bool
is_zero(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size > 0 && *at == 0)
		at++, size--;
	return size == 0;
}

static void
check_answer(const struct xendispl_req *request, const struct xendispl_resp *answer)
{
	size_t told = 0;

	PROPERTY(answer->id == request->id && answer->operation == request->operation);
	PROPERTY(answer->reserved == 0 && answer->status <= 0);
	if (answer->operation == XENDISPL_OP_GET_EDID && answer->status == 0)
		told = sizeof(answer->op.get_edid);
	PROPERTY(is_zero((const uint8_t *)&answer->op + told, sizeof(answer->op) - told));
}

static void
check_requests(struct frontend *frontend, const struct connector *connector, uint32_t ref)
{
	const xen_displif_back_ring_t *back = &connector->wire.requests.back;
	const xen_displif_sring_t *then = (const void *)before[ref - 1];
	const xen_displif_sring_t *now = memory_xen_page(ref);

	PROPERTY(back->req_cons - frontend->seen_taken <= RING_SLOTS);
	for (; frontend->seen_taken != back->req_cons; frontend->seen_taken++) {
		unsigned slot = frontend->seen_taken % RING_SLOTS;

		frontend->taken[frontend->seen_taken % (2 * RING_SLOTS)] = then->ring[slot].req;
		frontend->known[frontend->seen_taken % (2 * RING_SLOTS)] =
			frontend->seen_taken - frontend->seen_answered < RING_SLOTS;
	}
	/* One that waited, and a ring that its guest had announced as fuller than full. */
	PROPERTY(back->rsp_prod_pvt - frontend->seen_answered <= RING_SLOTS + 1);
	if (back->rsp_prod_pvt - frontend->seen_answered > RING_SLOTS)
		frontend->seen_answered++;
	for (; frontend->seen_answered != back->rsp_prod_pvt; frontend->seen_answered++) {
		unsigned slot = frontend->seen_answered % RING_SLOTS;
		unsigned index = frontend->seen_answered % (2 * RING_SLOTS);

		if (frontend->known[index])
			check_answer(&frontend->taken[index], &now->ring[slot].rsp);
		PROPERTY(now->rsp_prod == back->rsp_prod_pvt);
	}
	/* Exactly one answer for each request, except the one that waits for its outcome. */
	PROPERTY(back->req_cons - back->rsp_prod_pvt == (connector->held.active ? 1 : 0));
}

static void
check_events(struct frontend *frontend, const struct connector *connector, uint32_t ref)
{
	const struct xendispl_event_page *page = memory_xen_page(ref);
	const struct event_ring *ring = &connector->wire.events;

	for (; frontend->seen_events != ring->next_id; frontend->seen_events++) {
		uint32_t index = ring->producer - ring->next_id + frontend->seen_events;
		const struct xendispl_evt *event = &XENDISPL_IN_RING_REF(page, index);

		PROPERTY(event->id == frontend->seen_events);
		PROPERTY(event->type == XENDISPL_EVT_PG_FLIP && event->op.pg_flip.fb_cookie != 0);
		PROPERTY(is_zero(event->reserved, sizeof(event->reserved)));
		PROPERTY(is_zero(event->op.reserved + 8, sizeof(event->op.reserved) - 8));
	}
	/* One event for each flip. */
	PROPERTY(connector->wire.owed_count <= 2);
	PROPERTY(connector->count.flips ==
		 ring->next_id + connector->wire.owed_count + connector->flip.pending);
}

static void
check_connector(const struct connector *connector)
{
	const struct flip *flip = &connector->flip;
	const struct framebuffer *framebuffer;
	bool found = !connector->current;

	wl_list_for_each(framebuffer, &connector->device->framebuffers, link)
		found = found || framebuffer == connector->current;
	PROPERTY(found);
	/* Nothing is pending beyond its deadline. */
	PROPERTY(!flip->pending ||
		 moved_clock_ms <= flip->submitted_ms + host.flip_rules.deadline_ms);
	PROPERTY(!connector->held.active ||
		 moved_clock_ms <= connector->held.since_ms + DIRECTORY_READ_WITHIN_MS);
	for (unsigned i = 0; i < CLOCK_DEADLINES; i++)
		PROPERTY(connector->clock.due_ms[i] < 0 || connector->clock.fires_ms >= 0);
}

static uint64_t
pages_of(const struct wl_list *buffers)
{
	const struct display_buffer *buffer;
	uint64_t pages = 0;

	wl_list_for_each(buffer, buffers, link)
		pages += buffer->geometry.pages;
	return pages;
}

/* Descriptors and pages are counted for all devices of a guest. */
static void
check_guest(const struct guest *guest)
{
	const struct device *device;
	uint32_t wanted = 0;
	uint64_t pages = 0;

	wl_list_for_each(device, &host.devices, link) {
		if (device->guest != guest)
			continue;
		wanted += BUFFER_DESCRIPTORS * (uint32_t)(wl_list_length(&device->buffers) +
							  wl_list_length(&device->leaving)) +
			  device->framebuffer_count * device->connector_count;
		pages += pages_of(&device->buffers) + pages_of(&device->leaving);
	}
	PROPERTY(guest->descriptors == wanted && wanted <= host.limits.guest_descriptors);
	PROPERTY(guest->mapped_pages == pages && pages <= host.limits.guest_pages);
}

static void
check_device(const struct device *device)
{
	const struct framebuffer *framebuffer, *other;

	PROPERTY(device->buffer_count == (uint32_t)wl_list_length(&device->buffers));
	PROPERTY(device->buffer_count <= host.limits.buffers);
	PROPERTY(device->framebuffer_count == (uint32_t)wl_list_length(&device->framebuffers));
	PROPERTY(device->framebuffer_count <= host.limits.framebuffers);
	wl_list_for_each(framebuffer, &device->framebuffers, link) {
		PROPERTY(!framebuffer->buffer->destroyed);
		wl_list_for_each(other, &device->framebuffers, link)
			PROPERTY(other == framebuffer || other->cookie != framebuffer->cookie);
	}
}

static void
check_all(void)
{
	const struct guest *guest;
	const struct device *device;
	uint64_t pages = 0;

	wl_list_for_each(device, &host.devices, link)
		check_device(device);
	wl_list_for_each(guest, &host.guests, link) {
		check_guest(guest);
		pages += guest->mapped_pages;
	}
	PROPERTY(pages == host.mapped_pages && pages <= host.limits.host_pages);
	for (unsigned i = 0; i < DEVICES; i++) {
		device = slots[i].device;
		for (unsigned j = 0;
		     device && device->channel_source && j < device->connector_count; j++) {
			struct frontend *frontend = &slots[i].frontends[j];

			check_connector(&device->connectors[j]);
			check_requests(frontend, &device->connectors[j], ring_ref(i, j));
			check_events(frontend, &device->connectors[j], ring_ref(i, j) + 1);
		}
	}
}

static void
end(void)
{
	for (unsigned i = 0; i < DEVICES; i++)
		disconnect_device(i);
	settle();
	settle();
	grants_destroy(host.grants);
	struct memory_xen_count held = memory_xen_held();
	PROPERTY(is_zero(&held, sizeof(held)));
	PROPERTY(alive == 0 && wl_list_empty(&host.devices) && host.mapped_pages == 0);
	PROPERTY(wl_list_empty(&host.guests));
	PROPERTY(host_presented() == 0 && moved_timers == 0 && moved_sources == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	if (!host.options)
		set_up();
	memory_xen_reset();
	host.grants = grants_create();
	moved_clock_ms = 1000;
	host_mood = HOST_READY_AT_ONCE;
	host_refuse_memory = false;
	/* A directory of pages without contents, so that buffers can be created at once. */
	for (unsigned i = 1; i < PAGE_BYTES / 4; i++)
		((uint32_t *)memory_xen_page(FIRST_DIRECTORY))[i] = 40;
	while (input.left > 0) {
		remember_rings();
		take_step(input_byte(&input), &input);
		check_all();
	}
	end();
	return 0;
}
