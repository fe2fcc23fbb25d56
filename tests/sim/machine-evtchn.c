/* SPDX-License-Identifier: MIT */
/*
 * Event channels of the simulated machine, with the rules of Xen and of Linux's evtchn device: a
 * bound port is reported once, as four bytes in the listener's pipe, then masked until unmasked,
 * so a pipe never holds more than one entry per port.
 *
 * Called by the simulated device and by simulated guests.
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Writing ends that this process has open, by handle index; id: the handle's when it was opened. */
static struct {
	uint32_t id;
	int fd;
} senders[MACHINE_HANDLES];

static void
pipe_path(char *path, size_t size, uint32_t id)
{
	snprintf(path, size, "%s/ev/%u", machine_directory(), id);
}

/* Opened for both directions, so that neither end blocks or is signalled when the other one dies.
 */
static int
open_pipe(uint32_t id, bool nonblock)
{
	char path[256];
	pipe_path(path, sizeof path, id);
	int flags = O_RDWR | O_CLOEXEC | (nonblock ? O_NONBLOCK : 0);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);
	return fd < 0 ? -errno : fd;
}

static void
forget_sender(int handle)
{
	if (senders[handle].id)
		syscall(SYS_close, senders[handle].fd);
	senders[handle].id = 0;
}

static void
deliver(struct machine *machine, const struct port *port, uint32_t number)
{
	if (!port->handle)
		return;
	int handle = (int)port->handle - 1;
	uint32_t id = machine->handles[handle].id;
	if (senders[handle].id != id) {
		forget_sender(handle);
		int fd = open_pipe(id, true);
		if (fd < 0)
			return;
		senders[handle].id = id;
		senders[handle].fd = fd;
	}
	syscall(SYS_write, senders[handle].fd, &number, sizeof number);
}

static void
raise_port(struct machine *machine, struct port *port, uint32_t number)
{
	if (port->masked) {
		port->pending = true;
		return;
	}
	port->masked = true;
	deliver(machine, port, number);
}

int
evtchn_handle_open(struct machine *machine, uint16_t domid, bool nonblock, int *fd)
{
	int index = -EMFILE;
	machine_lock(machine);
	for (int i = 0; i < MACHINE_HANDLES && index < 0; i++)
		if (machine->handles[i].id == 0)
			index = i;
	if (index >= 0) {
		struct handle *handle = &machine->handles[index];
		*handle = (struct handle){.id = machine->next_handle_id++, .domid = domid};
		process_self(&handle->process);
		char path[256];
		pipe_path(path, sizeof path, handle->id);
		int opened = mkfifo(path, 0666) < 0 ? -errno : open_pipe(handle->id, nonblock);
		if (opened < 0) {
			handle->id = 0;
			index = opened;
		} else {
			*fd = opened;
		}
	}
	machine_unlock(machine);
	return index;
}

void
evtchn_handle_close_locked(struct machine *machine, int index)
{
	struct handle *handle = &machine->handles[index];
	struct domain *domain = machine_domain_locked(machine, handle->domid);
	for (uint32_t port = 1; domain && port < MACHINE_PORTS; port++)
		if (domain->ports[port].handle == (uint32_t)index + 1)
			evtchn_close_port_locked(machine, domain, port);
	char path[256];
	pipe_path(path, sizeof path, handle->id);
	unlink(path);
	forget_sender(index);
	handle->id = 0;
}

void
evtchn_handle_close(struct machine *machine, int index)
{
	machine_lock(machine);
	evtchn_handle_close_locked(machine, index);
	machine_unlock(machine);
}

static struct port *
own_port(struct machine *machine, int handle, uint32_t port)
{
	struct domain *domain = machine_domain_locked(machine, machine->handles[handle].domid);
	if (!domain || port == 0 || port >= MACHINE_PORTS ||
	    domain->ports[port].state == PORT_FREE ||
	    domain->ports[port].handle != (uint32_t)handle + 1)
		return NULL;
	return &domain->ports[port];
}

static int
take_port(struct domain *domain, int handle, struct port content)
{
	/* Linux's evtchn device never returns 0; low numbers are the kernel's own. */
	for (uint32_t port = 8; port < MACHINE_PORTS; port++) {
		if (domain->ports[port].state != PORT_FREE)
			continue;
		domain->ports[port] = content;
		domain->ports[port].handle = (uint32_t)(handle + 1);
		return (int)port;
	}
	return -ENOSPC;
}

int
evtchn_bind_unbound(struct machine *machine, int handle, uint16_t domid, uint16_t remote_domid)
{
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, domid);
	int port = -ESRCH;
	if (domain && domain->state == DOMAIN_ALIVE)
		port = take_port(
			domain, handle,
			(struct port){.state = PORT_UNBOUND, .remote_domid = remote_domid});
	machine_unlock(machine);
	return port;
}

int
evtchn_bind_interdomain(struct machine *machine, int handle, uint16_t remote_domid,
			uint32_t remote_port)
{
	machine_reap(machine);
	machine_lock(machine);
	uint16_t domid = machine->handles[handle].domid;
	struct domain *local = machine_domain_locked(machine, domid);
	struct domain *remote = machine_domain_locked(machine, remote_domid);
	int port = -ESRCH;
	if (local && remote && remote->state == DOMAIN_ALIVE) {
		struct port *other =
			remote_port < MACHINE_PORTS ? &remote->ports[remote_port] : NULL;
		port = -EINVAL;
		if (other && other->state == PORT_UNBOUND && other->remote_domid == domid)
			port = take_port(local, handle,
					 (struct port){.state = PORT_INTERDOMAIN,
						       .remote_domid = remote_domid,
						       .remote_port = remote_port});
		if (port >= 0) {
			other->state = PORT_INTERDOMAIN;
			other->remote_port = (uint32_t)port;
			/* As in Xen: events sent to the unbound port may have been lost. */
			raise_port(machine, &local->ports[port], (uint32_t)port);
		}
	}
	machine_unlock(machine);
	return port;
}

int
evtchn_bind_virq(struct machine *machine, int handle, uint32_t virq)
{
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, machine->handles[handle].domid);
	int port =
		take_port(domain, handle, (struct port){.state = PORT_VIRQ, .remote_port = virq});
	machine_unlock(machine);
	return port;
}

void
evtchn_close_port_locked(struct machine *machine, struct domain *domain, uint32_t number)
{
	struct port port = domain->ports[number];
	memset(&domain->ports[number], 0, sizeof port);
	if (port.state != PORT_INTERDOMAIN)
		return;
	struct domain *remote = machine_domain_locked(machine, port.remote_domid);
	if (remote) {
		remote->ports[port.remote_port].state = PORT_UNBOUND;
		remote->ports[port.remote_port].remote_port = 0;
	}
}

int
evtchn_unbind(struct machine *machine, int handle, uint32_t number)
{
	int error = -ENOTCONN;
	machine_lock(machine);
	if (own_port(machine, handle, number)) {
		struct domain *domain =
			machine_domain_locked(machine, machine->handles[handle].domid);
		evtchn_close_port_locked(machine, domain, number);
		error = 0;
	}
	machine_unlock(machine);
	return error;
}

int
evtchn_notify(struct machine *machine, int handle, uint32_t number)
{
	int error = -ENOTCONN;
	machine_lock(machine);
	struct port *port = own_port(machine, handle, number);
	if (port) {
		error = 0;
		struct domain *remote = machine_domain_locked(machine, port->remote_domid);
		if (port->state == PORT_INTERDOMAIN && remote)
			raise_port(machine, &remote->ports[port->remote_port], port->remote_port);
	}
	machine_unlock(machine);
	return error;
}

int
evtchn_unmask(struct machine *machine, int handle, uint32_t number)
{
	int error = -ENOTCONN;
	machine_lock(machine);
	struct port *port = own_port(machine, handle, number);
	if (port) {
		error = 0;
		port->masked = false;
		if (port->pending) {
			port->pending = false;
			raise_port(machine, port, number);
		}
	}
	machine_unlock(machine);
	return error;
}

void
evtchn_raise_virq_locked(struct machine *machine, uint32_t virq)
{
	struct domain *domain = &machine->domains[0];
	for (uint32_t i = 1; i < MACHINE_PORTS; i++)
		if (domain->ports[i].state == PORT_VIRQ && domain->ports[i].remote_port == virq)
			raise_port(machine, &domain->ports[i], i);
}
