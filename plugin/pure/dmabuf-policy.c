/* SPDX-License-Identifier: MIT */
/* See dmabuf-policy.h. */
#include "pure/dmabuf-policy.h"

#include <errno.h>
#include <stddef.h>

const char *
dmabuf_reason_compositor(const struct dmabuf_host *host)
{
	if (host->mode == DMABUF_NEVER)
		return "dmabuf=never in weston.ini";
	if (host->linux_dmabuf_version == 0)
		return "Weston offers no linux-dmabuf; its renderer cannot take dma-bufs";
	if (host->linux_dmabuf_version < DMABUF_VERSION_USED)
		return "Weston's linux-dmabuf is older than version 3";
	if (host->mode == DMABUF_DIRECT_DISPLAY && !host->has_direct_display)
		return "Weston offers no weston_direct_display_v1";
	if (host->mode == DMABUF_AUTO && host->linux_dmabuf_version < DMABUF_VERSION_WITH_DEVICE)
		return "Weston's renderer has no GPU (linux-dmabuf below version 4); "
		       "dmabuf=direct-display is only for screens that show nothing but guests";
	return NULL;
}

const char *
dmabuf_reason_kernel(const struct dmabuf_host *host)
{
	if (host->module_error == 0)
		return NULL;
	if (host->domain_is_pv && host->module_error == -ENOENT)
		return "this is a PV domain, where the kernel cannot export guests' pages without "
		       "the module xen_dmabuf";
	if (host->domain_is_pv)
		return "this is a PV domain, and Weston cannot open /dev/xen/dmabuf";
	if (host->export_error == -ENOTTY)
		return "the kernel was built without CONFIG_XEN_GNTDEV_DMABUF";
	if (host->export_error < 0)
		return "the kernel's grant device refuses exports";
	return NULL;
}

const char *
dmabuf_exporter(const struct dmabuf_host *host)
{
	if (host->module_error == 0)
		return "/dev/xen/dmabuf";
	if (host->module_error == -ENOENT)
		return "/dev/xen/gntdev, without the module xen_dmabuf";
	return "/dev/xen/gntdev, since Weston cannot open /dev/xen/dmabuf";
}

bool
dmabuf_takes_readonly(const struct dmabuf_host *host)
{
	return host->module_error == 0 &&
	       (host->mode == DMABUF_DIRECT_DISPLAY ||
		host->linux_dmabuf_version >= DMABUF_VERSION_WITH_DEVICE);
}
