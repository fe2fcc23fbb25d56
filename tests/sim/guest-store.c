/* SPDX-License-Identifier: MIT */
/*
 * Copies libxenstore's bytes between a socket and the domain's ring, on a thread of its own, as the
 * kernel's xenbus driver does; and has small helpers to read and write nodes.
 */
#include "guest-store.h"
#include "guest-memory.h"
#include "machine.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

static struct {
	struct xenstore_domain_interface *ring;
	int events_fd;
	int handle;
	uint32_t port;
	uint16_t domid;
	int listener;
	char path[108];
} bridge;

/* How many of the available bytes are contiguous in the ring from index. */
static uint32_t
run_length(uint32_t index, uint32_t available)
{
	uint32_t to_end = XENSTORE_RING_SIZE - MASK_XENSTORE_IDX(index);
	return available < to_end ? available : to_end;
}

static bool
send_requests(int connection)
{
	struct xenstore_domain_interface *ring = bridge.ring;
	uint32_t space = XENSTORE_RING_SIZE - (ring->req_prod - ring->req_cons);
	if (space == 0)
		return true;
	ssize_t length = recv(connection, ring->req + MASK_XENSTORE_IDX(ring->req_prod),
			      run_length(ring->req_prod, space), MSG_DONTWAIT);
	if (length < 0)
		return errno == EAGAIN;
	__atomic_store_n(&ring->req_prod, ring->req_prod + (uint32_t)length, __ATOMIC_SEQ_CST);
	evtchn_notify(machine_get(), bridge.handle, bridge.port);
	return length > 0;
}

static bool
receive_responses(int connection)
{
	struct xenstore_domain_interface *ring = bridge.ring;
	bool any = false;
	uint32_t available;
	while ((available = __atomic_load_n(&ring->rsp_prod, __ATOMIC_SEQ_CST) - ring->rsp_cons)) {
		ssize_t length = send(connection, ring->rsp + MASK_XENSTORE_IDX(ring->rsp_cons),
				      run_length(ring->rsp_cons, available), MSG_NOSIGNAL);
		if (length <= 0)
			return false;
		ring->rsp_cons += (uint32_t)length;
		any = true;
	}
	if (any)
		evtchn_notify(machine_get(), bridge.handle, bridge.port);
	return true;
}

static void
carry(int connection)
{
	bool up = true;
	while (up) {
		struct xenstore_domain_interface *ring = bridge.ring;
		bool full = ring->req_prod - ring->req_cons == XENSTORE_RING_SIZE;
		struct pollfd polled[2] = {
			{.fd = bridge.events_fd, .events = POLLIN},
			{.fd = connection, .events = full ? 0 : POLLIN},
		};
		poll(polled, 2, -1);
		uint32_t port;
		if (read(bridge.events_fd, &port, sizeof port) == sizeof port)
			evtchn_unmask(machine_get(), bridge.handle, port);
		up = send_requests(connection) && receive_responses(connection);
	}
}

/* Serves one connection after the other; the watches of an earlier one are not removed. */
static void *
run_bridge(void *nothing)
{
	int connection;
	/* xenstored empties the ring when the domain is introduced. */
	machine_domain_wait_unpaused(machine_get(), bridge.domid);
	while ((connection = accept4(bridge.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		carry(connection);
		close(connection);
	}
	return NULL;
}

static int
listen_for_library(uint16_t domid)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(bridge.path, sizeof bridge.path, "%s/xenbus.%u", machine_directory(), domid);
	strcpy(address.sun_path, bridge.path);
	unlink(bridge.path);
	bridge.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(bridge.listener, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(bridge.listener, 1) < 0)
		return -errno;
	return 0;
}

int
guest_store_init(uint16_t domid)
{
	struct machine *machine = machine_get();
	pthread_t thread;
	bridge.ring = guest_store_page();
	bridge.handle = evtchn_handle_open(machine, domid, true, &bridge.events_fd);
	if (!bridge.ring || bridge.handle < 0)
		return -EIO;
	int port = evtchn_bind_unbound(machine, bridge.handle, domid, 0);
	if (port < 0)
		return port;
	bridge.port = (uint32_t)port;
	bridge.domid = domid;
	int error = listen_for_library(domid);
	if (!error)
		error = -pthread_create(&thread, NULL, run_bridge, NULL);
	return error ? error : port;
}

struct xs_handle *
guest_store_open(void)
{
	setenv("XENSTORED_PATH", bridge.path, 1);
	return xs_open(0);
}

static void
join_path(char *path, size_t size, const char *directory, const char *name)
{
	snprintf(path, size, "%s/%s", directory, name);
}

char *
guest_store_string(struct xs_handle *store, const char *directory, const char *name)
{
	char path[256];
	unsigned length;
	join_path(path, sizeof path, directory, name);
	return xs_read(store, XBT_NULL, path, &length);
}

long
guest_store_number(struct xs_handle *store, const char *directory, const char *name, long otherwise)
{
	char *text = guest_store_string(store, directory, name);
	long number = text ? atol(text) : otherwise;
	free(text);
	return number;
}

bool
guest_store_write(struct xs_handle *store, xs_transaction_t transaction, const char *directory,
		  const char *name, const char *value)
{
	char path[256];
	join_path(path, sizeof path, directory, name);
	return xs_write(store, transaction, path, value, (unsigned)strlen(value));
}

bool
guest_store_write_number(struct xs_handle *store, xs_transaction_t transaction,
			 const char *directory, const char *name, long value)
{
	char text[24];
	snprintf(text, sizeof text, "%ld", value);
	return guest_store_write(store, transaction, directory, name, text);
}
