/* SPDX-License-Identifier: MIT */
/*
 * fault-points.so, a Weston module for tests, loaded after the module under test: intercepts that
 * module's calls to other libraries. The simulation's table of faults can make each fail, and a
 * test can record the stack of each call of a function.
 *
 * It replaces entries of the module's global offset table: other callers of the same functions in
 * Weston are not affected, and AddressSanitizer may come first. Commands at the socket
 * $FAULT_CONTROL cut the module's connections.
 */
#include "machine.h"
#include "weston-commands.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pixman.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <libweston/libweston.h>
#include <wayland-client-core.h>
#include <wayland-server-core.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>

int
wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

/* Places */

#define CALLS 64
#define RECORDED 1024
#define STACK_DEPTH 16

/* How often the module has made each call, and the stacks of the one that is recorded. */
static struct {
	const char *name;
	uint64_t count;
} calls[CALLS];
static struct {
	char call[40];
	uint32_t stacks[RECORDED]; /* a hash of the return addresses */
	unsigned count;
} record;
static pthread_mutex_t calls_lock = PTHREAD_MUTEX_INITIALIZER;

static uint32_t
hash_stack(void)
{
	void *frames[STACK_DEPTH];
	int depth = backtrace(frames, STACK_DEPTH);
	uint64_t hash = 0;
	for (int i = 0; i < depth; i++)
		hash = (hash ^ (uintptr_t)frames[i]) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(hash >> 32);
}

static void
count_call(const char *name)
{
	pthread_mutex_lock(&calls_lock);
	for (unsigned i = 0; i < CALLS; i++) {
		if (calls[i].name && strcmp(calls[i].name, name) != 0)
			continue;
		calls[i].name = name;
		calls[i].count++;
		break;
	}
	if (strcmp(record.call, name) == 0 && record.count < RECORDED)
		record.stacks[record.count++] = hash_stack();
	pthread_mutex_unlock(&calls_lock);
}

/* How often the module has made that call. */
static uint64_t
calls_of(const char *name)
{
	uint64_t count = 0;
	pthread_mutex_lock(&calls_lock);
	for (unsigned i = 0; i < CALLS && calls[i].name; i++)
		if (strcmp(calls[i].name, name) == 0)
			count = calls[i].count;
	pthread_mutex_unlock(&calls_lock);
	return count;
}

static int
begin_record(const char *call)
{
	pthread_mutex_lock(&calls_lock);
	snprintf(record.call, sizeof record.call, "%s", call);
	record.count = 0;
	pthread_mutex_unlock(&calls_lock);
	return 0;
}

/* Ends the record and prints its stacks in the order of the calls. */
static void
tell_record(int connection)
{
	pthread_mutex_lock(&calls_lock);
	record.call[0] = 0;
	for (unsigned i = 0; i < record.count; i++)
		dprintf(connection, "%08x ", (unsigned)record.stacks[i]);
	pthread_mutex_unlock(&calls_lock);
}

/* Calls */

/* Defines replace_NAME, which counts and, if failing is set, fails by the table of faults. */
#define REPLACE(type, name, failure, parameters, arguments)                                        \
	static type replace_##name parameters                                                      \
	{                                                                                          \
		count_call(#name);                                                                 \
		int error = fault_check(#name);                                                    \
		if (error)                                                                         \
			return errno = error, failure;                                             \
		return name arguments;                                                             \
	}

#define COUNT(type, name, parameters, arguments)                                                   \
	static type replace_##name parameters                                                      \
	{                                                                                          \
		count_call(#name);                                                                 \
		return name arguments;                                                             \
	}

/* Memory that the module holds; memory allocated by others, as in xs_read(), is not counted. */

#define HELD 65536 /* a power of two, far more than the module ever has */

static void *held[HELD];
static unsigned held_count;
static pthread_mutex_t held_lock = PTHREAD_MUTEX_INITIALIZER;

static void *
take_held(void *memory)
{
	size_t at = ((uintptr_t)memory >> 4) % HELD;
	if (!memory)
		return NULL;
	pthread_mutex_lock(&held_lock);
	while (held[at] && held[at] != (void *)-1)
		at = (at + 1) % HELD;
	held[at] = memory;
	held_count++;
	pthread_mutex_unlock(&held_lock);
	return memory;
}

static void
give_held(void *memory)
{
	size_t at = ((uintptr_t)memory >> 4) % HELD;
	pthread_mutex_lock(&held_lock);
	for (unsigned i = 0; i < HELD && held[at] && held[at] != memory; i++)
		at = (at + 1) % HELD;
	if (memory && held[at] == memory) {
		held[at] = (void *)-1;
		held_count--;
	}
	pthread_mutex_unlock(&held_lock);
}

static void *
replace_calloc(size_t number, size_t size)
{
	count_call("calloc");
	int error = fault_check("calloc");
	if (error)
		return errno = error, NULL;
	return take_held(calloc(number, size));
}

static void
replace_free(void *memory)
{
	give_held(memory);
	free(memory);
}

/* These fail here. */
REPLACE(int, ftruncate64, -1, (int fd, off64_t length), (fd, length))
REPLACE(int, eventfd, -1, (unsigned value, int flags), (value, flags))
REPLACE(void *, wl_array_add, NULL, (struct wl_array * array, size_t size), (array, size))
REPLACE(struct wl_event_source *, wl_event_loop_add_fd, NULL,
	(struct wl_event_loop * loop, int fd, uint32_t mask, wl_event_loop_fd_func_t func,
	 void *data),
	(loop, fd, mask, func, data))
REPLACE(struct wl_event_source *, wl_event_loop_add_idle, NULL,
	(struct wl_event_loop * loop, wl_event_loop_idle_func_t func, void *data),
	(loop, func, data))
REPLACE(struct wl_event_source *, wl_event_loop_add_timer, NULL,
	(struct wl_event_loop * loop, wl_event_loop_timer_func_t func, void *data),
	(loop, func, data))
REPLACE(int, wl_event_source_fd_update, -1, (struct wl_event_source * source, uint32_t mask),
	(source, mask))
REPLACE(int, wl_event_source_timer_update, -1, (struct wl_event_source * source, int delay),
	(source, delay))
REPLACE(struct wl_resource *, wl_client_get_object, NULL, (struct wl_client * client, uint32_t id),
	(client, id))
REPLACE(struct weston_view *, weston_view_create, NULL, (struct weston_surface * surface),
	(surface))
REPLACE(pixman_image_t *, pixman_image_create_bits_no_clear, NULL,
	(pixman_format_code_t format, int width, int height, uint32_t *bits, int stride),
	(format, width, height, bits, stride))
REPLACE(int, xenevtchn_unbind, -1, (xenevtchn_handle * handle, evtchn_port_t port), (handle, port))

/* Shortens the module's long timeouts. */
static int
replace_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	count_call("poll");
	return poll(fds, count, timeout < 0 || timeout > 1500 ? 1500 : timeout);
}
REPLACE(char **, xs_check_watch, NULL, (struct xs_handle * handle), (handle))

static void *
replace_mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
	count_call("mmap64");
	int error = fault_check("mmap64");
	if (error)
		return errno = error, MAP_FAILED;
	return mmap64(address, length, protection, flags, fd, offset);
}

static int
replace_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
		       void *data)
{
	count_call("pthread_create");
	int error = fault_check("pthread_create");
	return error ? error : pthread_create(thread, attributes, run, data);
}

/* Closes the descriptor when it fails, as the real one does. */
static struct wl_display *
replace_wl_display_connect_to_fd(int fd)
{
	count_call("wl_display_connect_to_fd");
	int error = fault_check("wl_display_connect_to_fd");
	if (!error)
		return wl_display_connect_to_fd(fd);
	close(fd);
	return errno = error, NULL;
}

/* Whatever its outcome, the transaction is over. */
static bool
replace_xs_transaction_end(struct xs_handle *handle, xs_transaction_t transaction, bool abort)
{
	count_call("xs_transaction_end");
	int error = fault_check("xs_transaction_end");
	if (!error)
		return xs_transaction_end(handle, transaction, abort);
	xs_transaction_end(handle, transaction, true);
	return errno = error, false;
}

/* The module's connections to Weston. */

#define CLIENTS 64

static struct {
	struct wl_client *client; /* NULL: free */
	struct wl_listener destroyed;
} clients[CLIENTS];

static void
forget_client(struct wl_listener *listener, void *data)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		if (listener == &clients[i].destroyed)
			clients[i].client = NULL;
}

static struct wl_client *
replace_wl_client_create(struct wl_display *display, int fd)
{
	count_call("wl_client_create");
	int error = fault_check("module.wl_client_create");
	if (error)
		return errno = error, NULL;
	struct wl_client *client = wl_client_create(display, fd);
	for (unsigned i = 0; client && i < CLIENTS; i++) {
		if (clients[i].client)
			continue;
		clients[i].client = client;
		clients[i].destroyed.notify = forget_client;
		wl_client_add_destroy_listener(client, &clients[i].destroyed);
		break;
	}
	return client;
}

/* These fail below, in libsimxen.so. */
COUNT(int, memfd_create, (const char *name, unsigned flags), (name, flags))
COUNT(int, socketpair, (int domain, int type, int protocol, int fds[2]),
      (domain, type, protocol, fds))
COUNT(xengnttab_handle *, xengnttab_open, (struct xentoollog_logger * logger, unsigned flags),
      (logger, flags))
COUNT(void *, xengnttab_map_domain_grant_refs,
      (xengnttab_handle * handle, uint32_t count, uint32_t domid, uint32_t *refs, int protection),
      (handle, count, domid, refs, protection))
COUNT(int, xengnttab_unmap, (xengnttab_handle * handle, void *start, uint32_t count),
      (handle, start, count))
COUNT(xenevtchn_handle *, xenevtchn_open, (struct xentoollog_logger * logger, unsigned flags),
      (logger, flags))
COUNT(xenevtchn_port_or_error_t, xenevtchn_bind_interdomain,
      (xenevtchn_handle * handle, uint32_t domid, evtchn_port_t port), (handle, domid, port))
COUNT(int, xenevtchn_notify, (xenevtchn_handle * handle, evtchn_port_t port), (handle, port))
COUNT(int, xenevtchn_unmask, (xenevtchn_handle * handle, evtchn_port_t port), (handle, port))
COUNT(struct xs_handle *, xs_open, (unsigned long flags), (flags))
COUNT(void *, xs_read,
      (struct xs_handle * handle, xs_transaction_t transaction, const char *path, unsigned *length),
      (handle, transaction, path, length))
COUNT(bool, xs_write,
      (struct xs_handle * handle, xs_transaction_t transaction, const char *path, const void *data,
       unsigned length),
      (handle, transaction, path, data, length))
COUNT(bool, xs_rm, (struct xs_handle * handle, xs_transaction_t transaction, const char *path),
      (handle, transaction, path))
COUNT(char **, xs_directory,
      (struct xs_handle * handle, xs_transaction_t transaction, const char *path, unsigned *count),
      (handle, transaction, path, count))
COUNT(bool, xs_watch, (struct xs_handle * handle, const char *path, const char *token),
      (handle, path, token))
COUNT(xs_transaction_t, xs_transaction_start, (struct xs_handle * handle), (handle))

#define REPLACED(name)                                                                             \
	{                                                                                          \
#name, (void *)replace_##name                                                      \
	}

struct replacement {
	const char *name;
	void *function;
};

static const struct replacement of_module[] = {
	REPLACED(calloc),
	REPLACED(free),
	REPLACED(ftruncate64),
	REPLACED(eventfd),
	REPLACED(wl_array_add),
	REPLACED(wl_event_loop_add_fd),
	REPLACED(wl_event_loop_add_idle),
	REPLACED(wl_event_loop_add_timer),
	REPLACED(wl_event_source_fd_update),
	REPLACED(wl_event_source_timer_update),
	REPLACED(wl_client_get_object),
	REPLACED(weston_view_create),
	REPLACED(pixman_image_create_bits_no_clear),
	REPLACED(xenevtchn_unbind),
	REPLACED(xs_check_watch),
	REPLACED(poll),
	REPLACED(mmap64),
	REPLACED(pthread_create),
	REPLACED(wl_display_connect_to_fd),
	REPLACED(xs_transaction_end),
	REPLACED(memfd_create),
	REPLACED(socketpair),
	REPLACED(wl_client_create),
	REPLACED(xengnttab_open),
	REPLACED(xengnttab_map_domain_grant_refs),
	REPLACED(xengnttab_unmap),
	REPLACED(xenevtchn_open),
	REPLACED(xenevtchn_bind_interdomain),
	REPLACED(xenevtchn_notify),
	REPLACED(xenevtchn_unmask),
	REPLACED(xs_open),
	REPLACED(xs_read),
	REPLACED(xs_write),
	REPLACED(xs_rm),
	REPLACED(xs_directory),
	REPLACED(xs_watch),
	REPLACED(xs_transaction_start),
	{NULL, NULL},
};

/* What the module's Wayland connections need memory for: only the module uses this library. */
static void *
allocate_proxy(size_t number, size_t size)
{
	int error = fault_check("wl_proxy");
	return error ? (errno = error, NULL) : calloc(number, size);
}

/* A descriptor that is put into a message. */
static int
duplicate(int fd, int command, long argument)
{
	int error = command == F_DUPFD_CLOEXEC ? fault_check("wl_dup") : 0;
	return error ? (errno = error, -1) : fcntl(fd, command, argument);
}

static const struct replacement of_wayland_client[] = {
	{"fcntl64", (void *)duplicate},
	{"calloc", (void *)allocate_proxy},
	{NULL, NULL},
};

/* Weston's own mapping of a pool of pixels that the module converted. */
static void *
map_pool(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	char link[64], target[64] = "";
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t got = fd >= 0 ? readlink(link, target, sizeof target - 1) : -1;
	bool ours = got > 0 && strncmp(target, "/memfd:xen-display", 18) == 0;
	int error = ours ? fault_check("pool.mmap") : 0;
	if (error)
		return errno = error, MAP_FAILED;
	return mmap(address, length, protection, flags, fd, offset);
}

static const struct replacement of_wayland_server[] = {
	{"mmap", (void *)map_pool},
	{"mmap64", (void *)map_pool},
	{NULL, NULL},
};

/* The global offset table */

/* A loaded object's dynamic section, and what we look for in it. */
struct object {
	uintptr_t base;
	const ElfW(Sym) * symbols;
	const char *strings;
	const ElfW(Rela) * tables[2];
	size_t sizes[2];
};

static void
read_object(const struct dl_phdr_info *info, struct object *object)
{
	const ElfW(Dyn) *dynamic = NULL;
	*object = (struct object){.base = info->dlpi_addr};
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
		const void *there = (const void *)dynamic->d_un.d_ptr;
		if (dynamic->d_tag == DT_SYMTAB)
			object->symbols = there;
		else if (dynamic->d_tag == DT_STRTAB)
			object->strings = there;
		else if (dynamic->d_tag == DT_JMPREL)
			object->tables[0] = there;
		else if (dynamic->d_tag == DT_PLTRELSZ)
			object->sizes[0] = dynamic->d_un.d_val;
		else if (dynamic->d_tag == DT_RELA)
			object->tables[1] = there;
		else if (dynamic->d_tag == DT_RELASZ)
			object->sizes[1] = dynamic->d_un.d_val;
	}
}

static const char *
name_of(const struct object *object, const ElfW(Rela) * relocation)
{
	return object->strings + object->symbols[ELF64_R_SYM((uint64_t)relocation->r_info)].st_name;
}

static void
set_entry(const struct object *object, const ElfW(Rela) * relocation, void *function)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	void **entry = (void **)(object->base + relocation->r_offset);
	uintptr_t begin = (uintptr_t)entry & ~(page - 1);
	if (mprotect((void *)begin, page, PROT_READ | PROT_WRITE) == 0)
		*entry = function;
}

/* Replaces the object's imported names that are in the list. Returns their number. */
static unsigned
replace(const struct object *object, const struct replacement *list)
{
	unsigned count = 0;
	for (int table = 0; table < 2; table++) {
		size_t entries = object->sizes[table] / sizeof(ElfW(Rela));
		for (size_t i = 0; i < entries; i++) {
			const ElfW(Rela) *relocation = &object->tables[table][i];
			const char *name = name_of(object, relocation);
			for (const struct replacement *at = list; at->name; at++) {
				if (strcmp(at->name, name) != 0)
					continue;
				set_entry(object, relocation, at->function);
				count++;
			}
		}
	}
	return count;
}

static bool
imports(const struct object *object, const char *wanted)
{
	size_t entries = object->sizes[0] / sizeof(ElfW(Rela));
	for (size_t i = 0; i < entries; i++)
		if (strcmp(name_of(object, &object->tables[0][i]), wanted) == 0)
			return true;
	return false;
}

static int
look_at_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct object object;
	read_object(info, &object);
	if (!object.symbols || !object.strings || info->dlpi_name[0] == 0)
		return 0;
	if (strstr(info->dlpi_name, "/libwayland-client.so"))
		replace(&object, of_wayland_client);
	else if (strstr(info->dlpi_name, "/libwayland-server.so"))
		replace(&object, of_wayland_server);
	else if (!strstr(info->dlpi_name, "fault-points") && imports(&object, "wl_client_create") &&
		 imports(&object, "xs_directory")) {
		*(unsigned *)data = replace(&object, of_module);
	}
	return 0;
}

/* Commands */

static struct weston_compositor *compositor;

/* Cuts this process's connections to xenstored. Returns their number. */
static int
cut_xenstore(void)
{
	int cut = 0;
	for (int fd = 3; fd < 1024; fd++) {
		struct sockaddr_un peer = {0};
		socklen_t length = sizeof peer - 1;
		if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0 &&
		    peer.sun_family == AF_UNIX && strstr(peer.sun_path, "xenstored/socket"))
			cut += shutdown(fd, SHUT_RDWR) == 0;
	}
	return cut;
}

/* Makes Weston end the module's connections. Returns their number. */
static int
hurt_clients(bool error)
{
	int count = 0;
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (!clients[i].client)
			continue;
		count++;
		if (error)
			wl_client_post_implementation_error(clients[i].client, "a test says so");
		else
			wl_client_destroy(clients[i].client);
	}
	return count;
}

static int
run(const char *line)
{
	if (strncmp(line, "cut-xenstore", 12) == 0)
		return cut_xenstore();
	if (strncmp(line, "protocol-error", 14) == 0)
		return hurt_clients(true);
	if (strncmp(line, "destroy-clients", 15) == 0)
		return hurt_clients(false);
	if (strncmp(line, "calls ", 6) == 0)
		return (int)calls_of(line + 6);
	if (strncmp(line, "record ", 7) == 0)
		return begin_record(line + 7);
	if (strncmp(line, "held", 4) == 0)
		return (int)__atomic_load_n(&held_count, __ATOMIC_RELAXED);
	return -1;
}

static void
run_line(char *line, int connection)
{
	if (strncmp(line, "recorded", 8) == 0)
		tell_record(connection);
	else
		dprintf(connection, "%d\n", run(line));
}

__attribute__((visibility("default"))) int
wet_module_init(struct weston_compositor *loading, int *argc, char *argv[])
{
	unsigned replaced = 0;
	compositor = loading;
	dl_iterate_phdr(look_at_object, &replaced);
	weston_log("fault-points: %u calls of the module are looked at\n", replaced);
	return weston_commands_listen(compositor, "FAULT_CONTROL", run_line);
}
