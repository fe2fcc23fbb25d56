/* SPDX-License-Identifier: MIT */
/*
 * The device of a guest whose driver is not there yet: it has screens, and later connects or is
 * removed.
 */
#include "test.h"

#include "one-device.h"

#include "base/worker.h"

static void
run_worker(void)
{
	while (host_run_job())
		;
	worker_dispatch(NULL);
}

static void
end(void)
{
	device_destroy(device);
	run_worker();
	check_int(detached, 1);
	stop_host();
}

TEST(it_has_screens_and_no_rings)
{
	start_host();
	expect_device();
	check(device && device->screens);
	check(!device->connected);
	check_int(device->connectors[0].setup.width, WIDTH);
	check_int(memory_xen_held().mappings, 0);
	run_worker();
	check_int(attached, 0);
	end();
}

TEST(it_connects_with_the_same_screens)
{
	start_host();
	expect_device();
	const struct screens *screens = device->screens;

	connect_expected();
	check(!device->connected);
	run_worker();
	check_int(attached, 1);
	check(device->connected);
	check(device->screens == screens);
	ask((struct xendispl_req){.operation = XENDISPL_OP_SET_CONFIG});
	check_int(((xen_displif_sring_t *)memory_xen_page(RING))->rsp_prod, 1);
	end();
}

TEST(it_goes_while_it_connects)
{
	start_host();
	expect_device();
	connect_expected();
	end();
	check_int(attached, 0);
}

TEST(a_last_picture_stands_for_it_already)
{
	start_host();
	host_mood |= HOST_KEEPS_PICTURE;
	expect_device();
	check(!device);
	stop_host();
}

TEST(without_screens_there_is_none)
{
	start_host();
	host_mood |= HOST_REFUSES_DEVICES;
	expect_device();
	check(!device);
	stop_host();
}
