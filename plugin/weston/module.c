/* SPDX-License-Identifier: MIT */
/*
 * The module's entry point and its end. It connects the parts and owns what all devices share. Log
 * lines of other threads reach Weston's log through here, because weston_log() may only be called
 * on the compositor's thread.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include <libweston/plugin-registry.h>

#include "base/base.h"
#include "base/mailbox.h"
#include "base/worker.h"
#include "device/device.h"
#include "device/input.h"
#include "device/loop.h"
#include "pure/options.h"
#include "weston/api.h"
#include "weston/compat.h"
#include "weston/config.h"
#include "weston/control.h"
#include "weston/presenter.h"
#include "weston/scope.h"
#include "xen/channel.h"
#include "xen/grants.h"
#include "xen/host-check.h"
#include "xen/path-watch.h"

/* How long the module's end waits for the worker's jobs and for xenstored. */
#define LAST_JOBS_MS 300
#define LAST_STATES_MS 300
/* No desktop needs more, and the hard limit may be a billion. */
#define OPEN_FILES 65536

struct module {
	struct weston_compositor *compositor;
	struct wl_listener compositor_destroyed;
	struct presenter presenter;
	struct control *control; /* NULL: none */
	struct scope *scope;     /* the same */
	struct api_changes changes;
	struct display_host host;
	struct loop_source *store_source, *worker_source, *log_source;
	bool serving;
	struct path_watch *devices; /* Xen's device nodes, while missing; NULL: not waited for */
	char missing[512];          /* why, as last logged */
	struct loop_source *devices_source;
};

/* The log */

struct late_line {
	struct wl_list link; /* late_lines.members */
	char text[LOG_LINE_BYTES];
};

static pthread_t compositor_thread;
static struct mailbox late_lines;

static void
write_line(const char *text)
{
	if (pthread_equal(pthread_self(), compositor_thread)) {
		weston_log("%s", text);
		return;
	}
	struct late_line *line = calloc(1, sizeof(*line));
	if (!line)
		return;
	snprintf(line->text, sizeof(line->text), "%s", text);
	mailbox_post(&late_lines, &line->link);
}

static void
handle_late_lines(void *data)
{
	struct late_line *line, *next;
	struct wl_list lines;

	mailbox_take(&late_lines, &lines);
	wl_list_for_each_safe(line, next, &lines, link) {
		weston_log("%s", line->text);
		free(line);
	}
}

/* Start and end */

static void
handle_store(void *data)
{
	struct module *module = data;

	host_take_store_events(&module->host);
}

static void
handle_worker(void *data)
{
	struct module *module = data;

	worker_dispatch(module->host.worker);
}

static void
free_shared(struct module *module)
{
	options_destroy(module->host.options);
	grants_destroy(module->host.grants);
	log_set_sink(NULL);
	handle_late_lines(NULL);
	mailbox_finish(&late_lines);
	free(module);
}

static void
stop_waiting(struct module *module)
{
	loop_remove_fd(module->devices_source);
	module->devices_source = NULL;
	path_watch_destroy(module->devices);
	module->devices = NULL;
}

static void
module_end(struct module *module)
{
	struct device *device;
	struct input *input;

	wl_list_remove(&module->compositor_destroyed.link);
	stop_waiting(module);
	loop_remove_fd(module->store_source);
	loop_remove_fd(module->worker_source);
	loop_remove_fd(module->log_source);
	control_destroy(module->control);
	scope_destroy(module->scope);
	api_changes_finish(&module->changes);
	wl_list_for_each(device, &module->host.devices, link)
		device_destroy(device);
	wl_list_for_each(input, &module->host.inputs, link)
		input_destroy(input);
	if (module->serving)
		presenter_finish(&module->presenter);
	/* A job stuck in the kernel or a wait for xenstored is left to the end of the process; what
	 * those threads use must not be freed. */
	bool idle = worker_destroy(module->host.worker, LAST_JOBS_MS);
	bool told;
	bool closed = store_destroy(module->host.store, LAST_STATES_MS, &told);
	if (!told)
		log_line("xen: xenstored does not answer, so guests cannot be told that their "
			 "screens are closed");
	if (idle && closed)
		free_shared(module);
	else
		handle_late_lines(NULL);
}

static void
handle_compositor_destroyed(struct wl_listener *listener, void *data)
{
	struct module *module = wl_container_of(listener, module, compositor_destroyed);

	module_end(module);
}

/* NULL: the module has ended. */
static struct module *
find_module(struct weston_compositor *compositor)
{
	struct wl_listener *listener =
		wl_signal_get(&compositor->destroy_signal, handle_compositor_destroyed);
	struct module *module;

	return listener ? wl_container_of(listener, module, compositor_destroyed) : NULL;
}

static void
for_each_connector(struct weston_compositor *compositor,
		   void (*handle)(void *data, const struct xen_display_connector *connector),
		   void *data)
{
	struct module *module = find_module(compositor);

	if (module)
		api_for_each_connector(&module->host, handle, data);
}

static void
add_change_listener(struct weston_compositor *compositor, struct wl_listener *listener)
{
	struct module *module = find_module(compositor);

	if (module)
		wl_signal_add(&module->changes.signal, listener);
	else
		wl_list_init(&listener->link);
}

static const struct xen_display_api api = {
	.for_each_connector = for_each_connector,
	.add_change_listener = add_change_listener,
};

/* False: a device node of Xen cannot be used; `reason` says why. */
static bool
find_devices(struct module *module, char *reason, size_t size)
{
	struct channel_set *channels = channel_set_create();

	if (!channels) {
		host_describe(reason, size, "event channels", HOST_EVTCHN, errno);
		return false;
	}
	channel_set_destroy(channels);
	if (!module->host.grants)
		module->host.grants = grants_create();
	if (!module->host.grants)
		host_describe(reason, size, "grant device", HOST_GNTDEV, errno);
	return module->host.grants;
}

/* Each dma-buf takes a descriptor; the usual limit of 1024 is soon exhausted. */
static uint32_t
raise_open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1024;
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max < OPEN_FILES ? limit.rlim_max : OPEN_FILES;
	if (before < limit.rlim_cur && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return (uint32_t)limit.rlim_cur;
	return (uint32_t)min_u64(before, OPEN_FILES);
}

static uint64_t
memory_pages(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);

	return pages > 0 && bytes > 0 ? (uint64_t)pages * (uint64_t)bytes / PAGE_BYTES : UINT64_MAX;
}

/* Weston repaints this long before each refresh; a later frame waits for the next one. */
static uint32_t
repaint_window_ms(const struct weston_compositor *compositor)
{
	return compositor->repaint_msec > 0 ? (uint32_t)compositor->repaint_msec : 0;
}

static void
init_host(struct module *module)
{
	struct display_host *host = &module->host;
	const struct module_options *options = options_module(host->options);

	host->limits = options->limits;
	limits_resolve(&host->limits, grants_domain_is_pv(), memory_pages(), raise_open_files());
	host->flip_rules = (struct flip_rules){
		.deadline_ms = options->flip_deadline_ms,
		.hidden_after_ms = options->hidden_after_ms,
		.hidden_period_ms = 1000 / options->hidden_rate_hz,
	};
	host->repaint_window_ms = repaint_window_ms(module->compositor);
	host->presenter = &module->presenter;
	host->loop = wl_display_get_event_loop(module->compositor->wl_display);
	wl_list_init(&host->devices);
	wl_list_init(&host->inputs);
	wl_list_init(&host->guests);
}

/* The kernel's capabilities are known once its devices exist, perhaps long after the start. */
static void
probe_dmabuf(struct display_host *host)
{
	host->dmabuf = (struct dmabuf_host){
		.mode = options_module(host->options)->dmabuf,
		.module_error = grants_probe_module(),
		.export_error = grants_probe_export(),
		.domain_is_pv = grants_domain_is_pv(),
	};
}

static bool
listen_to_threads(struct module *module)
{
	struct display_host *host = &module->host;

	module->store_source =
		loop_add_fd(host->loop, store_fd(module->host.store), handle_store, module);
	module->worker_source =
		loop_add_fd(host->loop, worker_fd(host->worker), handle_worker, module);
	return module->store_source && module->worker_source;
}

static struct module *
module_create(struct weston_compositor *compositor)
{
	struct module *module = calloc(1, sizeof(*module));

	if (!module)
		return NULL;
	module->compositor = compositor;
	compositor_thread = pthread_self();
	if (mailbox_init(&late_lines) < 0) {
		free(module);
		return NULL;
	}
	log_set_sink(write_line);
	module->host.options = config_read(compositor);
	if (!module->host.options) {
		free_shared(module);
		return NULL;
	}
	init_host(module);
	api_changes_init(&module->changes, compositor);
	/* First in the list: shells free the layers and views that our surfaces use. */
	module->compositor_destroyed.notify = handle_compositor_destroyed;
	wl_list_insert(&compositor->destroy_signal.listener_list,
		       &module->compositor_destroyed.link);
	return module;
}

/* Xen's devices are open. store_error: see store_create(). Returns -1 if out of memory, threads or
 * descriptors. */
static int
serve(struct module *module, int *store_error)
{
	struct display_host *host = &module->host;

	probe_dmabuf(host);
	host->worker = worker_create();
	if (!host->worker || store_create(&module->host.store, &host->limits, store_error) < 0 ||
	    !listen_to_threads(module) ||
	    presenter_init(&module->presenter, module->compositor, host) < 0) {
		log_line("cannot start: out of memory, threads or file descriptors; no guest's "
			 "screen will be shown");
		return -1;
	}
	module->serving = true;
	module->control = control_create(module->compositor, &module->presenter, host);
	module->scope = scope_create(module->compositor, host);
	api_changes_follow(&module->changes, &module->presenter.placements);
	module->log_source =
		loop_add_fd(host->loop, late_lines.event_fd, handle_late_lines, module);
	log_line("serving guests' screens; at most %u pages of guests mapped, %u of one guest",
		 host->limits.host_pages, host->limits.guest_pages);
	return 0;
}

/* Logs each new reason: one device may appear before the other, or be inaccessible. */
static void
tell_missing(struct module *module, const char *reason)
{
	if (strcmp(module->missing, reason) == 0)
		return;
	snprintf(module->missing, sizeof(module->missing), "%s", reason);
	log_line("no Xen here: %s; guests' screens are served once Xen is available", reason);
}

/* Serving could not be started: stops the threads so that no more devices are reported. */
static void
stop_threads(struct module *module)
{
	loop_remove_fd(module->store_source);
	loop_remove_fd(module->worker_source);
	module->store_source = NULL;
	module->worker_source = NULL;
	worker_destroy(module->host.worker, LAST_JOBS_MS);
	module->host.worker = NULL;
	store_destroy(module->host.store, LAST_STATES_MS, &(bool){false});
	module->host.store = NULL;
}

static void
handle_devices(void *data)
{
	struct module *module = data;
	char reason[512];

	if (!path_watch_read(module->devices))
		return;
	if (!find_devices(module, reason, sizeof(reason))) {
		tell_missing(module, reason);
		return;
	}
	stop_waiting(module);
	if (serve(module, NULL) < 0)
		stop_threads(module);
}

/* Xen's drivers may be loaded later, or the nodes' permissions changed. */
static void
watch_devices(struct module *module)
{
	const char *const paths[] = {HOST_EVTCHN, HOST_GNTDEV};

	module->devices = path_watch_create(paths, ARRAY_LENGTH(paths));
	if (module->devices)
		module->devices_source = loop_add_fd(
			module->host.loop, path_watch_fd(module->devices), handle_devices, module);
}

/* Returns 0 if serving, or waiting for Xen's devices or xenstored; negative if Weston must exit. */
static int
module_start(struct module *module)
{
	bool required = options_module(module->host.options)->require_xen;
	char reason[512];
	int store_error = 0;

	/* Watch before checking, or a device that appears in between would be missed. */
	watch_devices(module);
	if (find_devices(module, reason, sizeof(reason))) {
		stop_waiting(module);
		if (serve(module, &store_error) < 0)
			return -1;
		if (store_error == 0 || !required)
			return 0;
		log_line("require-xen=true in weston.ini: Weston exits");
		return -1;
	}
	if (required) {
		log_line("no Xen here: %s; require-xen=true in weston.ini: Weston ends here",
			 reason);
		return -1;
	}
	tell_missing(module, reason);
	if (!module->devices_source)
		log_line("Xen's devices cannot be watched, since inotify has no memory or no "
			 "instances left: start Weston again when they are there");
	return 0;
}

/* Only the stable part of libweston may be used before this check: its version and its log. */
static bool
is_built_for_this_weston(void)
{
	int major, minor, micro;

	weston_version(&major, &minor, &micro);
	if (major == WESTON_VERSION_MAJOR)
		return true;
	weston_log(
		"xen-display: this module was built for Weston %d and cannot be used in Weston "
		"%d.%d.%d: install the build for Weston %d, or remove xen-display.so from modules= "
		"in weston.ini. Weston exits.\n",
		WESTON_VERSION_MAJOR, major, minor, micro, major);
	return false;
}

__attribute__((visibility("default"))) int
wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

int
wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	if (!is_built_for_this_weston())
		return -1;
	if (weston_plugin_api_get(compositor, XEN_DISPLAY_API_NAME, sizeof(api))) {
		weston_log("xen-display: loaded already; this one stays idle. Is it named twice in "
			   "modules= of weston.ini?\n");
		return 0;
	}
	struct module *module = module_create(compositor);
	if (!module)
		return -1;
	if (weston_plugin_api_register(compositor, XEN_DISPLAY_API_NAME, &api, sizeof(api)) < 0)
		log_line("weston: other modules cannot ask about guests' screens");
	int ret = module_start(module);
	if (ret < 0)
		module_end(module);
	return ret;
}
