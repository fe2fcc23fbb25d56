/* SPDX-License-Identifier: MIT */
/*
 * The device layer on a real worker, over a Xen in memory: the guest sends requests while the
 * worker maps, and the device is removed while jobs are running. Meant for ThreadSanitizer, but
 * also a test without it.
 */
#include "test.h"

#include "one-device.h"

#include <poll.h>

#define EDID_DIRECTORY 14u
#define ROUNDS 200

static void
turn_loop(void)
{
	struct pollfd poll_fd = {.fd = worker_fd(host.worker), .events = POLLIN};

	check_int(poll(&poll_fd, 1, 10000), 1);
	worker_dispatch(host.worker);
}

static void
ask_for_buffer(uint64_t cookie)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_DBUF_CREATE};

	request.op.dbuf_create = (struct xendispl_dbuf_create_req){
		.dbuf_cookie = cookie, .buffer_sz = 64 * 4096, .gref_directory = DIRECTORY};
	ask(request);
}

static void
ask_for_edid(void)
{
	struct xendispl_req request = {.operation = XENDISPL_OP_GET_EDID};

	request.op.get_edid =
		(struct xendispl_get_edid_req){.buffer_sz = 4096, .gref_directory = EDID_DIRECTORY};
	ask(request);
}

TEST(devices_come_and_go_while_the_worker_maps)
{
	start_host();
	host.limits.requests_per_second = 1000000;
	host.worker = worker_create();
	((uint32_t *)memory_xen_page(EDID_DIRECTORY))[1] = 15;
	for (unsigned round = 0; round < ROUNDS; round++) {
		connect_device();
		while (attached <= round)
			turn_loop();
		xen_displif_sring_t *ring = memory_xen_page(RING);
		for (uint64_t cookie = 1; cookie <= 4; cookie++)
			ask_for_buffer(cookie);
		ask_for_edid();
		/* In some rounds all is answered; in others the device goes while jobs run. */
		while (round % 3 == 0 && ring->rsp_prod < 5) {
			turn_loop();
			moved_pass(1 + round % 30);
		}
		/* Long enough to check whether a directory has been read. */
		for (unsigned i = 0; i < 5; i++)
			moved_pass(40);
		device_destroy(device);
		while (detached <= round)
			turn_loop();
	}
	check(worker_destroy(host.worker, 10000));
	stop_host();
}
