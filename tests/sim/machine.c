/* SPDX-License-Identifier: MIT */
/*
 * The simulated machine itself: its file, its lock, and the creation and destruction of domains.
 *
 * Called by everything in this directory; event channels and grants are in files of their own.
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <xen/xen.h>

static const uint64_t machine_magic = 0x73696d78656e3031;

static struct process self;

const char *
machine_directory(void)
{
	const char *directory = getenv("SIMXEN");
	return directory && directory[0] == '/' ? directory : NULL;
}

uint16_t
machine_own_domid(void)
{
	const char *domid = getenv("SIMXEN_DOMID");
	return domid ? (uint16_t)atoi(domid) : 0;
}

static int
open_in(const char *directory, const char *name, int flags)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : fd;
}

static struct machine *
map_machine(int fd)
{
	void *at = (void *)syscall(SYS_mmap, NULL, sizeof(struct machine), PROT_READ | PROT_WRITE,
				   MAP_SHARED, fd, 0);
	return at == MAP_FAILED ? NULL : at;
}

static struct machine *
attach(void)
{
	const char *directory = machine_directory();
	if (!directory)
		return NULL;
	int fd = open_in(directory, "machine", O_RDWR);
	if (fd < 0)
		return NULL;
	struct machine *machine = map_machine(fd);
	syscall(SYS_close, fd);
	return machine && machine->magic == machine_magic ? machine : NULL;
}

struct machine *
machine_get(void)
{
	static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
	static struct machine *machine;
	struct machine *found = __atomic_load_n(&machine, __ATOMIC_ACQUIRE);
	if (found)
		return found;
	pthread_mutex_lock(&once);
	if (!machine)
		__atomic_store_n(&machine, attach(), __ATOMIC_RELEASE);
	found = machine;
	pthread_mutex_unlock(&once);
	return found;
}

static int
write_text(const char *directory, const char *name, const char *text, size_t length)
{
	int fd = open_in(directory, name, O_RDWR | O_CREAT | O_TRUNC);
	if (fd < 0)
		return fd;
	bool whole = syscall(SYS_write, fd, text, length) == (ssize_t)length;
	syscall(SYS_close, fd);
	return whole ? 0 : -EIO;
}

static int
make_files(const char *directory, const char *guest_type)
{
	static const char *const directories[] = {
		"ev", "proc", "proc/xen", "sys", "sys/hypervisor", "dev", "xenstored"};
	static const char zeroes[MACHINE_PAGE];
	char line[64];
	for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
		char path[256];
		snprintf(path, sizeof path, "%s/%s", directory, directories[i]);
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			return -errno;
	}
	snprintf(line, sizeof line, "%s\n", guest_type);
	int error = write_text(directory, "sys/hypervisor/type", "xen\n", 4);
	error = error ? error
		      : write_text(directory, "sys/hypervisor/guest_type", line, strlen(line));
	error = error ? error : write_text(directory, "proc/xen/capabilities", "control_d\n", 10);
	error = error ? error : write_text(directory, "proc/xen/xsd_port", "1", 1);
	error = error ? error : write_text(directory, "proc/xen/xsd_kva", zeroes, sizeof zeroes);
	error = error ? error : write_text(directory, "dev/evtchn", "", 0);
	return error ? error : write_text(directory, "dev/gntdev", "", 0);
}

static void
init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
}

int
machine_init(const char *directory, const char *guest_type)
{
	int error = make_files(directory, guest_type);
	if (error)
		return error;
	int fd = open_in(directory, "machine", O_RDWR | O_CREAT | O_EXCL);
	if (fd < 0)
		return fd;
	struct machine *machine = NULL;
	if (ftruncate(fd, sizeof *machine) == 0)
		machine = map_machine(fd);
	syscall(SYS_close, fd);
	if (!machine)
		return -ENOMEM;
	init_lock(&machine->lock);
	machine->next_domid = 1;
	machine->next_handle_id = 1;
	machine->domains[0].state = DOMAIN_ALIVE;
	/* The kernel's own channel to xenstored; nobody listens at its other end. */
	machine->domains[0].ports[1].state = PORT_UNBOUND;
	machine->magic = machine_magic;
	munmap(machine, sizeof *machine);
	return 0;
}

/* A process killed between its wake-up and taking a robust lock loses the wake-up for the others,
 * so waiters retry regularly. */
void
machine_lock(struct machine *machine)
{
	int result;
	do {
		struct timespec end;
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_nsec += 50000000;
		end.tv_sec += end.tv_nsec / 1000000000;
		end.tv_nsec %= 1000000000;
		result = pthread_mutex_clocklock(&machine->lock, CLOCK_MONOTONIC, &end);
	} while (result == ETIMEDOUT);
	if (result == EOWNERDEAD)
		pthread_mutex_consistent(&machine->lock);
}

void
machine_unlock(struct machine *machine)
{
	pthread_mutex_unlock(&machine->lock);
}

/* Reads a process's identity; false if it does not run. */
static bool
read_process(int32_t pid, struct process *process)
{
	char path[64], text[512];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t length = read(fd, text, sizeof text - 1);
	syscall(SYS_close, fd);
	if (length <= 0)
		return false;
	text[length] = 0;
	char *comm = strchr(text, '(');
	char *end = strrchr(text, ')');
	char state = 0;
	unsigned long long start = 0;
	if (!comm || !end ||
	    sscanf(end + 1,
		   " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
		   "%*d %llu",
		   &state, &start) != 2)
		return false;
	*process = (struct process){.pid = pid, .start = start};
	*end = 0;
	snprintf(process->comm, sizeof process->comm, "%.15s", comm + 1);
	return state != 'Z' && state != 'X';
}

void
process_self(struct process *process)
{
	if (self.pid != getpid()) {
		read_process(getpid(), &self);
		/* Under valgrind the kernel has another name for it. */
		snprintf(self.comm, sizeof self.comm, "%.15s", program_invocation_short_name);
	}
	*process = self;
}

bool
process_is_self(const struct process *process)
{
	return process->pid == getpid();
}

static bool
process_runs(const struct process *process)
{
	struct process now;
	return read_process(process->pid, &now) && now.start == process->start;
}

struct domain *
machine_domain_locked(struct machine *machine, uint16_t domid)
{
	for (int i = 0; i < MACHINE_DOMAINS; i++)
		if (machine->domains[i].state != DOMAIN_FREE && machine->domains[i].domid == domid)
			return &machine->domains[i];
	return NULL;
}

int
machine_domain_create(struct machine *machine)
{
	int domid = -ENOSPC;
	machine_lock(machine);
	for (int i = 1; i < MACHINE_DOMAINS && domid < 0; i++) {
		struct domain *domain = &machine->domains[i];
		if (domain->state != DOMAIN_FREE)
			continue;
		memset(domain, 0, sizeof *domain);
		domid = machine->next_domid++;
		domain->domid = (uint16_t)domid;
		domain->state = DOMAIN_ALIVE;
		domain->paused = true;
	}
	machine_unlock(machine);
	return domid;
}

int
machine_domain_unpause(struct machine *machine, uint16_t domid)
{
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, domid);
	if (domain)
		domain->paused = false;
	machine_unlock(machine);
	return domain ? 0 : -ESRCH;
}

void
machine_domain_wait_unpaused(struct machine *machine, uint16_t domid)
{
	static const struct timespec while_it_lasts = {.tv_nsec = 1000000};
	bool paused = true;
	while (paused) {
		machine_lock(machine);
		struct domain *domain = machine_domain_locked(machine, domid);
		paused = domain && domain->paused;
		machine_unlock(machine);
		if (paused)
			nanosleep(&while_it_lasts, NULL);
	}
}

int
machine_domain_play(struct machine *machine, uint16_t domid, int memory_fd)
{
	int error = -ESRCH;
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, domid);
	if (domain && domain->state == DOMAIN_ALIVE) {
		error = domain->process.pid ? -EBUSY : 0;
		if (!error) {
			process_self(&domain->process);
			domain->memory_fd = memory_fd;
		}
	}
	machine_unlock(machine);
	return error;
}

static void
destroy_domain_locked(struct machine *machine, struct domain *domain)
{
	for (uint32_t port = 1; port < MACHINE_PORTS; port++)
		evtchn_close_port_locked(machine, domain, port);
	domain->state = domain->mapped_pages ? DOMAIN_DYING : DOMAIN_FREE;
	evtchn_raise_virq_locked(machine, VIRQ_DOM_EXC);
}

int
machine_domain_destroy(struct machine *machine, uint16_t domid)
{
	int error = -ESRCH;
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, domid);
	if (domain && domid != 0 && domain->state == DOMAIN_ALIVE) {
		int32_t pid = domain->process.pid;
		if (pid && !process_is_self(&domain->process) && process_runs(&domain->process))
			kill(pid, SIGKILL);
		destroy_domain_locked(machine, domain);
		error = 0;
	}
	machine_unlock(machine);
	return error;
}

void
machine_reap(struct machine *machine)
{
	machine_lock(machine);
	for (int i = 0; i < MACHINE_HANDLES; i++)
		if (machine->handles[i].id && !process_runs(&machine->handles[i].process))
			evtchn_handle_close_locked(machine, i);
	for (int i = 0; i < MACHINE_MAPPINGS; i++)
		if (machine->mappings[i].used && !process_runs(&machine->mappings[i].process))
			grant_unmap_locked(machine, &machine->mappings[i]);
	for (int i = 1; i < MACHINE_DOMAINS; i++) {
		struct domain *domain = &machine->domains[i];
		if (domain->state == DOMAIN_ALIVE && domain->process.pid &&
		    !process_runs(&domain->process))
			destroy_domain_locked(machine, domain);
	}
	machine_unlock(machine);
}

int
fault_add(struct machine *machine, const struct fault *fault)
{
	int index = -ENOSPC;
	machine_lock(machine);
	for (int i = 0; i < MACHINE_FAULTS && index < 0; i++) {
		if (machine->faults[i].used)
			continue;
		machine->faults[i] = *fault;
		machine->faults[i].used = true;
		machine->fault_count++;
		index = i;
	}
	machine_unlock(machine);
	return index;
}

void
fault_clear(struct machine *machine)
{
	machine_lock(machine);
	memset(machine->faults, 0, sizeof machine->faults);
	machine->fault_count = 0;
	machine_unlock(machine);
}

static bool
fault_applies(struct fault *fault, const char *call)
{
	if (!fault->used || strcmp(fault->call, call) != 0)
		return false;
	struct process process;
	process_self(&process);
	if (fault->comm[0] && strcmp(fault->comm, process.comm) != 0)
		return false;
	fault->calls++;
	return fault->calls >= fault->first &&
	       (fault->times == 0 || fault->calls - fault->first < fault->times);
}

int
fault_check(const char *call)
{
	struct machine *machine = machine_get();
	if (!machine || __atomic_load_n(&machine->fault_count, __ATOMIC_RELAXED) == 0)
		return 0;
	int error = 0;
	unsigned delay_ms = 0;
	machine_lock(machine);
	for (int i = 0; i < MACHINE_FAULTS; i++) {
		struct fault *fault = &machine->faults[i];
		if (!fault_applies(fault, call))
			continue;
		fault->hits++;
		error = fault->error ? fault->error : error;
		delay_ms += fault->delay_ms;
	}
	machine_unlock(machine);
	if (delay_ms) {
		struct timespec time = {delay_ms / 1000, (long)(delay_ms % 1000) * 1000000};
		nanosleep(&time, NULL);
	}
	return error;
}
