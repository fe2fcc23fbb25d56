/* SPDX-License-Identifier: MIT */
/*
 * /dev/xen/evtchn: a pipe to read events from; the other calls change the machine.
 *
 * Called by simxen.c. The rules of event channels are in machine-evtchn.c.
 */
#include "device.h"
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <xen/xen.h>
#include <xen/sys/evtchn.h>

#define MAX_FD 4096

/* Index + 1 of the handle behind a file descriptor. These files are not passed between processes.
 */
static uint16_t handle_of_fd[MAX_FD];

int
evtchn_device_open(int flags)
{
	struct machine *machine = machine_get();
	int fd = -1;
	int handle = evtchn_handle_open(machine, machine_own_domid(), flags & O_NONBLOCK, &fd);
	if (handle < 0) {
		errno = -handle;
		return -1;
	}
	if (fd >= MAX_FD) {
		evtchn_handle_close(machine, handle);
		close(fd);
		errno = EMFILE;
		return -1;
	}
	handle_of_fd[fd] = (uint16_t)(handle + 1);
	return fd;
}

bool
evtchn_device_is(int fd)
{
	return fd >= 0 && fd < MAX_FD && handle_of_fd[fd] != 0;
}

static int
result(int value)
{
	if (value >= 0)
		return value;
	errno = -value;
	return -1;
}

static int
fault(const char *call)
{
	return -fault_check(call);
}

int
evtchn_device_ioctl(int fd, unsigned long request, void *argument)
{
	struct machine *machine = machine_get();
	int handle = handle_of_fd[fd] - 1;
	int error = 0;
	switch (request) {
	case IOCTL_EVTCHN_BIND_VIRQ: {
		struct ioctl_evtchn_bind_virq *bind = argument;
		error = fault("evtchn.bind-virq");
		return result(error ? error : evtchn_bind_virq(machine, handle, bind->virq));
	}
	case IOCTL_EVTCHN_BIND_INTERDOMAIN: {
		struct ioctl_evtchn_bind_interdomain *bind = argument;
		error = fault("evtchn.bind-interdomain");
		return result(error ? error
				    : evtchn_bind_interdomain(machine, handle,
							      (uint16_t)bind->remote_domain,
							      bind->remote_port));
	}
	case IOCTL_EVTCHN_BIND_UNBOUND_PORT: {
		struct ioctl_evtchn_bind_unbound_port *bind = argument;
		error = fault("evtchn.bind-unbound");
		return result(error ? error
				    : evtchn_bind_unbound(machine, handle, machine_own_domid(),
							  (uint16_t)bind->remote_domain));
	}
	case IOCTL_EVTCHN_UNBIND: {
		struct ioctl_evtchn_unbind *unbind = argument;
		return result(evtchn_unbind(machine, handle, unbind->port));
	}
	case IOCTL_EVTCHN_NOTIFY: {
		struct ioctl_evtchn_notify *notify = argument;
		error = fault("evtchn.notify");
		return result(error ? error : evtchn_notify(machine, handle, notify->port));
	}
	case IOCTL_EVTCHN_RESET:
	case IOCTL_EVTCHN_RESTRICT_DOMID:
		return 0;
	default:
		errno = ENOTTY;
		return -1;
	}
}

ssize_t
evtchn_device_write(int fd, const void *ports, size_t size)
{
	const uint32_t *port = ports;
	int error = fault("evtchn.unmask");
	if (error)
		return result(error);
	for (size_t i = 0; i < size / sizeof *port; i++)
		evtchn_unmask(machine_get(), handle_of_fd[fd] - 1, port[i]);
	return (ssize_t)(size - size % sizeof *port);
}

void
evtchn_device_close(int fd)
{
	struct machine *machine = machine_get();
	int handle = handle_of_fd[fd] - 1;
	handle_of_fd[fd] = 0;
	/* A child that closes inherited descriptors does not close its parent's channels. */
	if (process_is_self(&machine->handles[handle].process))
		evtchn_handle_close(machine, handle);
}
