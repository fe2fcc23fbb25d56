/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/dmabuf-policy.c: every reason not to use dma-bufs, and its text. */
#include "test.h"

#include "pure/dmabuf-policy.h"

#include <errno.h>

static const struct dmabuf_host with_gpu = {
	.linux_dmabuf_version = 4,
	.has_direct_display = true,
};

TEST(auto_takes_what_a_gpu_offers)
{
	struct dmabuf_host host = with_gpu;

	check(!dmabuf_reason_compositor(&host));
	check(!dmabuf_reason_kernel(&host));
	host.linux_dmabuf_version = 5;
	check(!dmabuf_reason_compositor(&host));
	host.has_direct_display = false;
	check(!dmabuf_reason_compositor(&host));
}

TEST(auto_does_without_where_there_is_no_gpu)
{
	struct dmabuf_host host = with_gpu;

	host.linux_dmabuf_version = 3;
	check_contains(dmabuf_reason_compositor(&host), "no GPU");
	host.linux_dmabuf_version = 0;
	check_contains(dmabuf_reason_compositor(&host), "offers no linux-dmabuf");
}

TEST(never_is_never)
{
	struct dmabuf_host host = with_gpu;

	host.mode = DMABUF_NEVER;
	check_contains(dmabuf_reason_compositor(&host), "dmabuf=never");
}

TEST(force_takes_version_3_but_not_less)
{
	struct dmabuf_host host = with_gpu;

	host.mode = DMABUF_FORCE;
	host.linux_dmabuf_version = 3;
	check(!dmabuf_reason_compositor(&host));
	host.linux_dmabuf_version = 2;
	check_contains(dmabuf_reason_compositor(&host), "older than version 3");
	host.linux_dmabuf_version = 0;
	check_contains(dmabuf_reason_compositor(&host), "offers no linux-dmabuf");
}

TEST(direct_display_needs_its_protocol)
{
	struct dmabuf_host host = with_gpu;

	host.mode = DMABUF_DIRECT_DISPLAY;
	host.linux_dmabuf_version = 3;
	check(!dmabuf_reason_compositor(&host));
	host.has_direct_display = false;
	check_contains(dmabuf_reason_compositor(&host), "weston_direct_display_v1");
}

TEST(the_module_is_enough)
{
	struct dmabuf_host host = with_gpu;

	host.export_error = -ENOTTY;
	host.domain_is_pv = true;
	check(!dmabuf_reason_kernel(&host));
	check_contains(dmabuf_exporter(&host), "/dev/xen/dmabuf");
	host.module_error = -ENOENT;
	check_contains(dmabuf_reason_kernel(&host), "without the module xen_dmabuf");
	host.module_error = -EACCES;
	check_contains(dmabuf_reason_kernel(&host), "cannot open /dev/xen/dmabuf");
	host.domain_is_pv = false;
	host.export_error = 0;
	check(!dmabuf_reason_kernel(&host));
	check_contains(dmabuf_exporter(&host), "since Weston cannot open");
	host.module_error = -ENOENT;
	check_contains(dmabuf_exporter(&host), "gntdev");
}

TEST(pages_for_reading_only_need_the_module_and_a_gpu)
{
	struct dmabuf_host host = with_gpu;

	check(dmabuf_takes_readonly(&host));
	host.module_error = -ENOENT;
	check(!dmabuf_takes_readonly(&host));
	host.module_error = 0;
	/* software GL maps them for writing, and crashes if that fails */
	host.linux_dmabuf_version = 3;
	host.mode = DMABUF_FORCE;
	check(!dmabuf_takes_readonly(&host));
	host.mode = DMABUF_DIRECT_DISPLAY;
	check(dmabuf_takes_readonly(&host));
}

TEST(the_kernel_says_why)
{
	struct dmabuf_host host = with_gpu;

	host.module_error = host.export_error = -ENOTTY;
	check_contains(dmabuf_reason_kernel(&host), "CONFIG_XEN_GNTDEV_DMABUF");
	host.export_error = -EPERM;
	check_contains(dmabuf_reason_kernel(&host), "refuses");
	/* In a PV domain the kernel may have all of it, but still refuses. */
	host.domain_is_pv = true;
	check_contains(dmabuf_reason_kernel(&host), "PV domain");
	host.export_error = 0;
	check_contains(dmabuf_reason_kernel(&host), "PV domain");
	/* Kernel support does not matter to the compositor: be-alloc needs no export. */
	check(!dmabuf_reason_compositor(&host));
}
