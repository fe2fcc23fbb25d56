/* SPDX-License-Identifier: MIT */
/* See probe.h. */
#include "weston/probe.h"

#include "base/log.h"
#include "weston/client.h"
#include "weston/presenter.h"

static enum shell
shell_of(const struct client *client)
{
	if (client->ivi && client->subcompositor)
		return SHELL_IVI;
	if (!client->wm_base || !client->subcompositor)
		return SHELL_BARE;
	return client->has_desktop ? SHELL_DESKTOP : SHELL_OTHER;
}

void
probe_learn(struct presenter *presenter, const struct client *client)
{
	presenter->dmabuf.linux_dmabuf_version = client->dmabuf.version;
	presenter->dmabuf.has_direct_display = client->dmabuf.direct_display != NULL;
	placements_learn_shell(&presenter->placements, shell_of(client));
}

static void
tell_dmabuf(const struct dmabuf_host *host)
{
	const char *compositor = dmabuf_reason_compositor(host);
	const char *kernel = dmabuf_reason_kernel(host);

	if (host->mode == DMABUF_NEVER)
		kernel = NULL;
	if (compositor || kernel)
		log_line("dma-buf: off: %s%s%s", compositor ? compositor : "",
			 compositor && kernel ? "; " : "", kernel ? kernel : "");
	else
		log_line("dma-buf: on: Weston gets guests' buffers as dma-bufs%s, made by %s",
			 host->mode == DMABUF_DIRECT_DISPLAY ? ", for scan-out alone" : "",
			 dmabuf_exporter(host));
}

void
probe_end(struct presenter *presenter)
{
	if (presenter->probe_end_source)
		wl_event_source_remove(presenter->probe_end_source);
	presenter->probe_end_source = NULL;
	client_destroy(presenter->probe);
	presenter->probe = NULL;
}

static void
handle_probe_idle(void *data)
{
	struct presenter *presenter = data;

	presenter->probe_end_source = NULL;
	probe_end(presenter);
}

static void
handle_probe_ready(void *data)
{
	struct presenter *presenter = data;

	probe_learn(presenter, presenter->probe);
	tell_dmabuf(&presenter->dmabuf);
	/* Deferred: this is called from within the client. */
	presenter->probe_end_source = wl_event_loop_add_idle(
		wl_display_get_event_loop(presenter->server), handle_probe_idle, presenter);
}

static void
handle_probe_lost(void *data)
{
	probe_end(data);
}

static const struct client_handler probe_handler = {
	.ready = handle_probe_ready,
	.lost = handle_probe_lost,
};

void
probe_begin(struct presenter *presenter)
{
	presenter->probe = client_create(presenter->server, &probe_handler, presenter);
}
