/* SPDX-License-Identifier: MIT */
/*
 * The device layer on a real worker, over a Xen in memory: the guest asks for
 * more while the worker maps, and the device goes while jobs are under way. For
 * ThreadSanitizer, but true without it too.
 */
#include "test.h"

#include "base.h"
#include "device-host.h"
#include "memory-xen.h"

#include <poll.h>
#include <string.h>

#define ROUNDS 200

static struct display_host host;
static struct device *device;
static unsigned attached, detached;

static void
handle_attached(void *data, struct device *which, int error)
{
	check_int(error, 0);
	attached++;
}

static void
handle_detached(void *data, uint32_t serial)
{
	detached++;
}

static void
handle_broken(void *data, struct device *which)
{
	test_fail(__FILE__, __LINE__, "broken");
}

static const struct device_handler handler = {handle_attached, handle_detached, handle_broken};

static void
ignore_line(const char *line)
{
}

static void
set_up(void)
{
	uint32_t *directory = memory_xen_page(13);

	log_set_sink(ignore_line);
	host.limits = limits_default;
	limits_resolve(&host.limits, false, 1024);
	host.limits.requests_per_second = 1000000;
	host.flip_rules = (struct flip_rules){300, 2000, 100};
	host.options = options_create();
	host.worker = worker_create();
	host.grants = grants_create();
	host.presenter = &host_presenter_ops;
	host.loop = &host_loop_ops;
	host.now_ms = host_now_ms;
	host_mood = HOST_READY_AT_ONCE;
	wl_list_init(&host.devices);
	wl_list_init(&host.accounts);
	for (unsigned i = 1; i < PAGE_OCTETS / 4; i++)
		directory[i] = 40;
	((uint32_t *)memory_xen_page(14))[1] = 15;
}

static void
turn_loop(void)
{
	struct pollfd poll_fd = {.fd = worker_fd(host.worker), .events = POLLIN};

	check_int(poll(&poll_fd, 1, 10000), 1);
	worker_dispatch(host.worker);
}

static void
connect_device(void)
{
	struct store_device setup = {.serial = 1, .subject.domid = 1, .connector_count = 1};

	setup.connectors[0] = (struct store_connector){
		.width = 64, .height = 32, .request_ref = 1, .event_ref = 2, .event_port = 1};
	memset(memory_xen_page(1), 0, PAGE_OCTETS);
	memset(memory_xen_page(2), 0, PAGE_OCTETS);
	check_int(device_create(&host, &setup, &handler, NULL), 0);
	device = wl_container_of(host.devices.next, device, link);
	for (unsigned before = attached; attached == before;)
		turn_loop();
}

static void
ask(const struct xendispl_req *request)
{
	xen_displif_sring_t *ring = memory_xen_page(1);

	ring->ring[ring->req_prod % 32].req = *request;
	ring->req_prod++;
	connector_notified(&device->connectors[0], device->connectors[0].request_end.port);
}

static void
ask_for_buffer(uint64_t cookie)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_DBUF_CREATE};

	request.op.dbuf_create = (struct xendispl_dbuf_create_req){
		.dbuf_cookie = cookie, .buffer_sz = 64 * 4096, .gref_directory = 13};
	ask(&request);
}

static void
ask_for_edid(void)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_GET_EDID};

	request.op.get_edid =
		(struct xendispl_get_edid_req){.buffer_sz = 4096, .gref_directory = 14};
	ask(&request);
}

TEST(devices_come_and_go_while_the_worker_maps)
{
	set_up();
	for (unsigned round = 0; round < ROUNDS; round++) {
		connect_device();
		xen_displif_sring_t *ring = memory_xen_page(1);
		for (uint64_t cookie = 1; cookie <= 4; cookie++)
			ask_for_buffer(cookie);
		ask_for_edid();
		/* In some rounds all is answered, in others it goes while jobs run. */
		while (round % 3 == 0 && ring->rsp_prod < 5) {
			turn_loop();
			host_pass_time(1 + round % 30);
		}
		/* Long enough that it is asked whether a directory is read yet. */
		for (unsigned i = 0; i < 5; i++)
			host_pass_time(40);
		device_destroy(device);
		while (detached <= round)
			turn_loop();
	}
	check(worker_destroy(host.worker, 10000));
	grants_destroy(host.grants);
	options_destroy(host.options);
	struct memory_xen_count held = memory_xen_held(), nothing = {0};
	check_octets(&held, &nothing, sizeof(held));
	check_int(host.mapped_pages, 0);
	check(wl_list_empty(&host.accounts));
	check_int(host_timers + host_sources + host_presented(), 0);
}
