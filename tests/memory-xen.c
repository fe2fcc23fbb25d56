/* SPDX-License-Identifier: MIT */
/* See memory-xen.h. */
#include "memory-xen.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xenevtchn.h>
#include <xengnttab.h>

#define PAGE 4096u
#define MAPPINGS 4096
#define LOCAL_PORTS 256

struct xengntdev_handle {
	unsigned mappings, offers;
};

struct xenevtchn_handle {
	int event_fd;
	unsigned ports;
};

struct mapping {
	xengnttab_handle *handle;
	void *pages; /* NULL: free */
	uint32_t count;
};

/* A local port; its number is its index in the table plus one. */
struct port {
	xenevtchn_handle *handle; /* NULL: not bound */
	uint32_t remote;
	bool fired, masked;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t memory[MEMORY_XEN_PAGES][PAGE] __attribute__((aligned(PAGE)));
static uint8_t no_contents[PAGE] __attribute__((aligned(PAGE)));
static struct mapping mappings[MAPPINGS];
static struct port ports[LOCAL_PORTS];
static struct memory_xen_count held;
static unsigned fail_in[MEMORY_XEN_CALLS];
static unsigned notified[MEMORY_XEN_PORTS];

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "memory-xen: %s\n", what);
	abort();
}

void
memory_xen_reset(void)
{
	pthread_mutex_lock(&lock);
	if (held.mappings || held.ports || held.grant_handles || held.channel_handles)
		die("reset while something is held");
	memset(memory, 0, sizeof(memory));
	memset(no_contents, 0, sizeof(no_contents));
	memset(fail_in, 0, sizeof(fail_in));
	memset(notified, 0, sizeof(notified));
	pthread_mutex_unlock(&lock);
}

struct memory_xen_count
memory_xen_held(void)
{
	pthread_mutex_lock(&lock);
	struct memory_xen_count now = held;
	pthread_mutex_unlock(&lock);
	return now;
}

void *
memory_xen_page(uint32_t ref)
{
	return ref >= 1 && ref <= MEMORY_XEN_PAGES ? memory[ref - 1] : no_contents;
}

void
memory_xen_fail(enum memory_xen_call call, unsigned n)
{
	pthread_mutex_lock(&lock);
	fail_in[call] = n;
	pthread_mutex_unlock(&lock);
}

/* With the lock held. */
static bool
fails(enum memory_xen_call call)
{
	return fail_in[call] > 0 && --fail_in[call] == 0;
}

/* libxengnttab */

xengnttab_handle *
xengnttab_open(struct xentoollog_logger *logger, unsigned flags)
{
	(void)logger;
	(void)flags;
	xengnttab_handle *handle = calloc(1, sizeof(*handle));

	pthread_mutex_lock(&lock);
	if (fails(MEMORY_XEN_OPEN)) {
		free(handle);
		handle = NULL;
		errno = EMFILE;
	}
	held.grant_handles += handle != NULL;
	pthread_mutex_unlock(&lock);
	return handle;
}

int
xengnttab_close(xengnttab_handle *handle)
{
	pthread_mutex_lock(&lock);
	if (handle->mappings || handle->offers)
		die("a grant handle is closed that still holds something");
	held.grant_handles--;
	pthread_mutex_unlock(&lock);
	free(handle);
	return 0;
}

static bool
all_granted(const uint32_t *refs, uint32_t count, bool writable)
{
	uint32_t end = writable ? MEMORY_XEN_WRITABLE : MEMORY_XEN_READABLE;

	for (uint32_t i = 0; i < count; i++)
		if (refs[i] == 0 || refs[i] >= end)
			return false;
	return true;
}

/* A mapping of several pages is memory that must not be accessed. */
static void *
take_mapping(xengnttab_handle *handle, const uint32_t *refs, uint32_t count)
{
	struct mapping *mapping = mappings;

	while (mapping->pages)
		if (++mapping == mappings + MAPPINGS)
			die("too many mappings");
	mapping->handle = handle;
	mapping->pages = count == 1 ? memory_xen_page(refs[0]) : malloc(1);
	mapping->count = count;
	handle->mappings++;
	held.mappings++;
	held.pages += count;
	return mapping->pages;
}

void *
xengnttab_map_domain_grant_refs(xengnttab_handle *handle, uint32_t count, uint32_t domid,
				uint32_t *refs, int prot)
{
	void *pages = NULL;

	(void)domid;
	pthread_mutex_lock(&lock);
	if (fails(MEMORY_XEN_MAP))
		errno = ENOMEM;
	else if (count == 0 || !all_granted(refs, count, prot & PROT_WRITE))
		errno = EINVAL;
	else
		pages = take_mapping(handle, refs, count);
	pthread_mutex_unlock(&lock);
	return pages;
}

int
xengnttab_unmap(xengnttab_handle *handle, void *pages, uint32_t count)
{
	struct mapping *mapping = mappings;

	pthread_mutex_lock(&lock);
	while (mapping->pages != pages || mapping->handle != handle || mapping->count != count)
		if (++mapping == mappings + MAPPINGS)
			die("unmapped what is not mapped");
	if (count > 1)
		free(mapping->pages);
	mapping->pages = NULL;
	handle->mappings--;
	held.mappings--;
	held.pages -= count;
	pthread_mutex_unlock(&lock);
	return 0;
}

int
xengnttab_dmabuf_imp_to_refs(xengnttab_handle *handle, uint32_t domid, uint32_t fd, uint32_t count,
			     uint32_t *refs)
{
	int ret = 0;

	(void)domid;
	(void)fd;
	pthread_mutex_lock(&lock);
	if (fails(MEMORY_XEN_OFFER)) {
		errno = ENOTTY;
		ret = -1;
	} else {
		handle->offers++;
		held.offers++;
	}
	pthread_mutex_unlock(&lock);
	for (uint32_t i = 0; ret == 0 && i < count; i++)
		refs[i] = 0x10000 + i;
	return ret;
}

int
xengnttab_dmabuf_imp_release(xengnttab_handle *handle, uint32_t fd)
{
	(void)fd;
	pthread_mutex_lock(&lock);
	if (handle->offers == 0)
		die("taken back what was not offered");
	handle->offers--;
	held.offers--;
	pthread_mutex_unlock(&lock);
	return 0;
}

/* libxenevtchn */

xenevtchn_handle *
xenevtchn_open(struct xentoollog_logger *logger, unsigned flags)
{
	(void)logger;
	(void)flags;
	xenevtchn_handle *handle = calloc(1, sizeof(*handle));

	pthread_mutex_lock(&lock);
	if (handle)
		handle->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
	if (handle && (handle->event_fd < 0 || fails(MEMORY_XEN_OPEN))) {
		close(handle->event_fd);
		free(handle);
		handle = NULL;
		errno = EMFILE;
	}
	held.channel_handles += handle != NULL;
	pthread_mutex_unlock(&lock);
	return handle;
}

/* Unbinds the handle's ports too, as the kernel does. */
int
xenevtchn_close(xenevtchn_handle *handle)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < LOCAL_PORTS; i++)
		if (ports[i].handle == handle)
			ports[i].handle = NULL;
	held.ports -= handle->ports;
	held.channel_handles--;
	pthread_mutex_unlock(&lock);
	close(handle->event_fd);
	free(handle);
	return 0;
}

int
xenevtchn_fd(xenevtchn_handle *handle)
{
	return handle->event_fd;
}

xenevtchn_port_or_error_t
xenevtchn_bind_interdomain(xenevtchn_handle *handle, uint32_t domid, evtchn_port_t remote)
{
	int port = -1;

	(void)domid;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; remote < MEMORY_XEN_PORTS && i < LOCAL_PORTS && port < 0; i++)
		if (!ports[i].handle)
			port = (int)i;
	if (port < 0 || fails(MEMORY_XEN_BIND)) {
		port = -1;
		errno = EINVAL;
	} else {
		ports[port] = (struct port){.handle = handle, .remote = remote};
		handle->ports++;
		held.ports++;
	}
	pthread_mutex_unlock(&lock);
	return port < 0 ? -1 : port + 1;
}

/* With the lock held. */
static struct port *
port_of(xenevtchn_handle *handle, evtchn_port_t port)
{
	if (port < 1 || port > LOCAL_PORTS || ports[port - 1].handle != handle)
		die("a port is used that is not bound");
	return &ports[port - 1];
}

int
xenevtchn_unbind(xenevtchn_handle *handle, evtchn_port_t port)
{
	pthread_mutex_lock(&lock);
	port_of(handle, port)->handle = NULL;
	handle->ports--;
	held.ports--;
	pthread_mutex_unlock(&lock);
	return 0;
}

int
xenevtchn_notify(xenevtchn_handle *handle, evtchn_port_t port)
{
	pthread_mutex_lock(&lock);
	uint32_t remote = port_of(handle, port)->remote;
	bool failed = fails(MEMORY_XEN_NOTIFY);

	if (!failed)
		notified[remote]++;
	pthread_mutex_unlock(&lock);
	if (failed)
		errno = EIO;
	return failed ? -1 : 0;
}

xenevtchn_port_or_error_t
xenevtchn_pending(xenevtchn_handle *handle)
{
	uint64_t count;
	int port = 0;

	if (read(handle->event_fd, &count, sizeof(count)) < 0)
		return -1;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < LOCAL_PORTS && port == 0; i++)
		if (ports[i].handle == handle && ports[i].fired && !ports[i].masked) {
			ports[i].fired = false;
			ports[i].masked = true;
			port = (int)i + 1;
		}
	pthread_mutex_unlock(&lock);
	if (port == 0)
		errno = EAGAIN;
	return port == 0 ? -1 : port;
}

/* With the lock held. */
static void
wake_up(const xenevtchn_handle *handle)
{
	uint64_t one = 1;

	if (write(handle->event_fd, &one, sizeof(one)) < 0)
		die("eventfd");
}

int
xenevtchn_unmask(xenevtchn_handle *handle, evtchn_port_t local)
{
	pthread_mutex_lock(&lock);
	struct port *port = port_of(handle, local);
	bool failed = fails(MEMORY_XEN_UNMASK);

	if (!failed && port->masked && port->fired)
		wake_up(handle);
	if (!failed)
		port->masked = false;
	pthread_mutex_unlock(&lock);
	if (failed)
		errno = EIO;
	return failed ? -1 : 0;
}

void
memory_xen_fire(uint32_t remote_port)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < LOCAL_PORTS; i++) {
		if (!ports[i].handle || ports[i].remote != remote_port || ports[i].fired)
			continue;
		ports[i].fired = true;
		if (!ports[i].masked)
			wake_up(ports[i].handle);
	}
	pthread_mutex_unlock(&lock);
}

unsigned
memory_xen_notified(uint32_t remote_port)
{
	pthread_mutex_lock(&lock);
	unsigned count = notified[remote_port];
	pthread_mutex_unlock(&lock);
	return count;
}
