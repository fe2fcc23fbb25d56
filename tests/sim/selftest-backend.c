/* SPDX-License-Identifier: MIT */
/*
 * Checks of the simulated kernel by an ordinary program, linked with the real libxengnttab and
 * libxenevtchn: it maps, gets refusals and exchanges events as on a real machine.
 *
 * selftest-backend CHECK DOMID REF... is run by selftest.py, which starts the guest that granted
 * the references: page i begins with the number i. Exit status 0 if all checks pass.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xen-dmabuf.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xen/sys/gntdev.h>

#define PAGE 4096

static uint32_t domid;
static uint32_t refs[4096];
static uint32_t count;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: not true: %s (errno %s)\n", __LINE__,            \
				#condition, strerror(errno));                                      \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* Inserts references. Returns the index, or -1. */
static int64_t
insert(int fd, uint32_t number, const uint32_t *from)
{
	size_t size = sizeof(struct ioctl_gntdev_map_grant_ref) +
		      number * sizeof(struct ioctl_gntdev_grant_ref);
	struct ioctl_gntdev_map_grant_ref *map = calloc(1, size);
	map->count = number;
	for (uint32_t i = 0; i < number; i++)
		map->refs[i] = (struct ioctl_gntdev_grant_ref){domid, from ? from[i] : 0};
	int result = ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, map);
	int64_t index = result < 0 ? -1 : (int64_t)map->index;
	free(map);
	return index;
}

static char *
map_whole(int fd, uint32_t pages, int64_t index)
{
	char *at = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, index);
	return at == MAP_FAILED ? NULL : at;
}

static int
open_gntdev(int flags)
{
	int fd = open("/dev/xen/gntdev", flags | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

static bool
in_order(const char *pages)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number;
		memcpy(&number, pages + (size_t)i * PAGE, sizeof number);
		if (number != i)
			return false;
	}
	return true;
}

/* Whether reading the address kills a child with SIGSEGV. */
static bool
faults(const char *address)
{
	pid_t child = fork();
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		volatile char byte = *(volatile const char *)address;
		_exit(byte & 0);
	}
	int status;
	waitpid(child, &status, 0);
	return WIFSIGNALED(status);
}

static void
check_library(void)
{
	xengnttab_handle *gnttab = xengnttab_open(NULL, 0);
	CHECK(gnttab);
	CHECK(xengnttab_set_max_grants(gnttab, 128) == 0);
	char *pages =
		xengnttab_map_domain_grant_refs(gnttab, count, domid, refs, PROT_READ | PROT_WRITE);
	CHECK(pages && in_order(pages));
	char *one = xengnttab_map_grant_ref(gnttab, domid, refs[count / 2], PROT_READ);
	CHECK(one && memcmp(one, pages + count / 2 * PAGE, PAGE) == 0);
	strcpy(pages + count / 2 * PAGE + 100, "written");
	CHECK(strcmp(one + 100, "written") == 0);
	CHECK(xengnttab_unmap(gnttab, one, 1) == 0);
	CHECK(xengnttab_unmap(gnttab, pages, count) == 0);
	uint32_t fd;
	CHECK(xengnttab_dmabuf_exp_from_refs(gnttab, domid, 0, count, refs, &fd) < 0);
	CHECK(errno == EINVAL); /* a PV domain */
	CHECK(xengnttab_close(gnttab) == 0);
}

/* In a domain that may export. */
static void
check_dmabuf(void)
{
	xengnttab_handle *gnttab = xengnttab_open(NULL, 0);
	uint32_t fd, bad[2] = {refs[0], 6};
	CHECK(xengnttab_dmabuf_exp_from_refs(gnttab, domid, 0, 0, refs, &fd) < 0);
	CHECK(errno == EINVAL);
	CHECK(xengnttab_dmabuf_exp_from_refs(gnttab, domid, 0, 2, bad, &fd) < 0);
	CHECK(errno == EINVAL);
	CHECK(xengnttab_dmabuf_exp_from_refs(gnttab, domid, 0, count, refs, &fd) == 0);
	CHECK(lseek((int)fd, 0, SEEK_END) == (off_t)count * PAGE);
	struct pollfd pollfd = {.fd = (int)fd, .events = POLLOUT};
	CHECK(poll(&pollfd, 1, 0) == 1 && pollfd.revents == POLLOUT);

	/* A mapping alone holds the dma-buf, and so does a copy of the descriptor. */
	size_t size = (size_t)count * PAGE;
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	CHECK(pages != MAP_FAILED && in_order(pages));
	int copy = dup((int)fd);
	CHECK(close((int)fd) == 0 && close(copy) == 0);
	CHECK(xengnttab_dmabuf_exp_wait_released(gnttab, fd, 0) < 0 && errno == ETIMEDOUT);
	CHECK(munmap(pages, size) == 0);
	CHECK(xengnttab_dmabuf_exp_wait_released(gnttab, fd, 0) == 0 || errno == ENOENT);
	CHECK(xengnttab_close(gnttab) == 0);
}

/* The device of the kernel module, in a PV domain. */
static void
check_module(void)
{
	int device = open("/dev/xen/dmabuf", O_RDWR | O_CLOEXEC), event = eventfd(0, EFD_NONBLOCK);
	struct xen_dmabuf_export call = {
		.domid = domid, .count = count, .eventfd = event, .refs = (uintptr_t)refs};
	uint64_t told = 0;
	CHECK(device >= 0 && event >= 0);
	call.flags = 2;
	CHECK(ioctl(device, XEN_DMABUF_EXPORT, &call) < 0 && errno == EINVAL);
	call.flags = 0;
	int fd = ioctl(device, XEN_DMABUF_EXPORT, &call);
	CHECK(fd >= 0 && close(device) == 0);

	size_t size = (size_t)count * PAGE;
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(pages != MAP_FAILED && in_order(pages));
	CHECK(close(fd) == 0);
	CHECK(read(event, &told, sizeof told) < 0 && errno == EAGAIN);
	CHECK(munmap(pages, size) == 0);
	CHECK(read(event, &told, sizeof told) == sizeof told && told == 1);
}

/* Read-only grants, on the same device. */
static void
check_module_read_only(void)
{
	int device = open("/dev/xen/dmabuf", O_RDWR | O_CLOEXEC);
	struct xen_dmabuf_export call = {
		.domid = domid, .count = count, .eventfd = -1, .refs = (uintptr_t)refs};
	CHECK(ioctl(device, XEN_DMABUF_EXPORT, &call) < 0 && errno == EINVAL);
	call.flags = XEN_DMABUF_READONLY;
	int fd = ioctl(device, XEN_DMABUF_EXPORT, &call);
	CHECK(fd >= 0);
	CHECK(close(fd) == 0 && close(device) == 0);
}

static void
check_refusals(void)
{
	int fd = open_gntdev(O_RDWR);
	static uint32_t stale[4096];
	CHECK(insert(fd, 0, refs) < 0 && errno == EINVAL);
	CHECK(insert(fd, 65537, NULL) < 0 && errno == EINVAL);

	/* A bad reference is only detected by mmap, and fails the whole batch. */
	memcpy(stale, refs, sizeof stale);
	stale[count - 1] = 5;
	int64_t bad = insert(fd, count, stale);
	CHECK(bad >= 0);
	CHECK(!map_whole(fd, count, bad) && errno == EINVAL);

	int64_t good = insert(fd, count, refs);
	CHECK(good == (int64_t)count * PAGE);
	CHECK(!map_whole(fd, count - 1, good) && errno == EINVAL);
	CHECK(!map_whole(fd, count + 1, good) && errno == EINVAL);
	CHECK(mmap(NULL, (size_t)count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, good) ==
	      MAP_FAILED);
	char *pages = map_whole(fd, count, good);
	CHECK(pages && in_order(pages));
	CHECK(faults(pages + (size_t)count * PAGE));
	CHECK(!map_whole(fd, count, good) && errno == EINVAL);
	CHECK(mremap(pages, (size_t)count * PAGE, (size_t)(count + 1) * PAGE, MREMAP_MAYMOVE) ==
	      MAP_FAILED);
	CHECK(munmap(pages, PAGE) < 0);
	CHECK(munmap(pages, (size_t)count * PAGE) == 0);
	CHECK(!map_whole(fd, count, good) && errno == EINVAL); /* once ever */

	struct ioctl_gntdev_unmap_grant_ref unmap = {.index = (uint64_t)good, .count = count};
	CHECK(ioctl(fd, IOCTL_GNTDEV_UNMAP_GRANT_REF, &unmap) == 0);
	CHECK(ioctl(fd, IOCTL_GNTDEV_UNMAP_GRANT_REF, &unmap) < 0 && errno == ENOENT);
	close(fd);

	fd = open_gntdev(O_RDONLY);
	int64_t index = insert(fd, count, refs);
	CHECK(index == 0);
	CHECK(!map_whole(fd, count, index) && errno == EACCES);
	close(fd);
}

/* The granted pages are read-only. */
static void
check_read_only(void)
{
	int fd = open_gntdev(O_RDWR);
	int64_t index = insert(fd, count, refs);
	CHECK(!map_whole(fd, count, index) && errno == EINVAL);
	index = insert(fd, count, refs);
	char *pages = mmap(NULL, (size_t)count * PAGE, PROT_READ, MAP_SHARED, fd, index);
	CHECK(pages != MAP_FAILED && in_order(pages));
}

/* Hardly any pages are adjacent: each is in a memory area of its own. */
static void
check_scattered(void)
{
	int fd = open_gntdev(O_RDWR);
	char *pages = map_whole(fd, count, insert(fd, count, refs));
	CHECK(pages && in_order(pages));
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	uint32_t areas = 0;
	while (fgets(line, sizeof line, maps))
		areas += strstr(line, "guest-memory") != NULL;
	fclose(maps);
	fprintf(stderr, "%u pages in %u areas\n", count, areas);
	CHECK(areas > count * 9 / 10);
}

/* A descriptor received over a socket is the same gntdev. */
static void
check_passing(void)
{
	int fds[2], fd = open_gntdev(O_RDWR);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	CHECK(insert(fd, count, refs) == 0);
	char control[CMSG_SPACE(sizeof fd)] = {0}, byte = 0;
	struct iovec vector = {&byte, 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	if (fork() == 0) {
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(header), &fd, sizeof fd);
		_exit(sendmsg(fds[1], &message, 0) != 1);
	}
	CHECK(recvmsg(fds[0], &message, 0) == 1);
	int passed;
	memcpy(&passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof passed);
	close(fd);
	char *pages = map_whole(passed, count, 0);
	CHECK(pages && in_order(pages));
	wait(NULL);
}

/* Maps and reports it, then checks again and unmaps on command. */
static void
check_outliving(void)
{
	int fd = open_gntdev(O_RDWR);
	char *pages = map_whole(fd, count, insert(fd, count, refs));
	CHECK(pages);
	close(fd);
	printf("mapped\n");
	fflush(stdout);
	CHECK(getchar() != EOF);
	CHECK(in_order(pages));
	fd = open_gntdev(O_RDWR);
	CHECK(!map_whole(fd, count, insert(fd, count, refs)) && errno == EINVAL);
	munmap(pages, (size_t)count * PAGE);
	printf("unmapped\n");
	fflush(stdout);
	CHECK(getchar() != EOF);
}

static int
next_port(xenevtchn_handle *events, int timeout_ms)
{
	struct pollfd polled = {.fd = xenevtchn_fd(events), .events = POLLIN};
	return poll(&polled, 1, timeout_ms) == 1 ? xenevtchn_pending(events) : -1;
}

/* The guest's side: returns every event until the other side is gone. */
static void
echo(int port_pipe)
{
	char text[16];
	snprintf(text, sizeof text, "%u", domid);
	setenv("SIMXEN_DOMID", text, 1);
	xenevtchn_handle *events = xenevtchn_open(NULL, 0);
	int port = xenevtchn_bind_unbound_port(events, 0);
	if (write(port_pipe, &port, sizeof port) < 0)
		_exit(1);
	while (next_port(events, 2000) == port) {
		xenevtchn_unmask(events, (evtchn_port_t)port);
		xenevtchn_notify(events, (evtchn_port_t)port);
	}
	_exit(0);
}

static void
check_events(void)
{
	int pipes[2], remote;
	CHECK(pipe(pipes) == 0);
	if (fork() == 0)
		echo(pipes[1]);
	CHECK(read(pipes[0], &remote, sizeof remote) == sizeof remote);
	xenevtchn_handle *events = xenevtchn_open(NULL, 0);
	CHECK(xenevtchn_bind_interdomain(events, domid, 400) < 0);
	CHECK(xenevtchn_bind_interdomain(events, 7777, (evtchn_port_t)remote) < 0);
	int port = xenevtchn_bind_interdomain(events, domid, (evtchn_port_t)remote);
	CHECK(port > 0);
	CHECK(xenevtchn_bind_interdomain(events, domid, (evtchn_port_t)remote) < 0);
	CHECK(next_port(events, 2000) == port); /* Xen's own initial event */
	xenevtchn_unmask(events, (evtchn_port_t)port);

	for (int i = 0; i < 1000; i++) {
		CHECK(xenevtchn_notify(events, (evtchn_port_t)port) == 0);
		CHECK(next_port(events, 2000) == port);
		CHECK(next_port(events, 0) == -1); /* masked */
		xenevtchn_unmask(events, (evtchn_port_t)port);
	}

	/* While masked, any number of events is one, reported when unmasked. */
	CHECK(xenevtchn_notify(events, (evtchn_port_t)port) == 0);
	CHECK(next_port(events, 2000) == port);
	for (int i = 0; i < 100; i++)
		CHECK(xenevtchn_notify(events, (evtchn_port_t)port) == 0);
	CHECK(next_port(events, 100) == -1);
	xenevtchn_unmask(events, (evtchn_port_t)port);
	CHECK(next_port(events, 2000) == port);
	CHECK(xenevtchn_unbind(events, (evtchn_port_t)port) == 0);
	CHECK(xenevtchn_notify(events, (evtchn_port_t)port) < 0);
	CHECK(xenevtchn_close(events) == 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} checks[] = {
	{"library", check_library},     {"refusals", check_refusals},
	{"read-only", check_read_only}, {"scattered", check_scattered},
	{"passing", check_passing},     {"outliving", check_outliving},
	{"events", check_events},       {"dmabuf", check_dmabuf},
	{"module", check_module},       {"module-read-only", check_module_read_only},
};

int
main(int argc, char **argv)
{
	domid = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;
	for (int i = 3; i < argc && count < 4096; i++)
		refs[count++] = (uint32_t)strtoul(argv[i], NULL, 0);
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		if (argc > 1 && strcmp(argv[1], checks[i].name) == 0) {
			checks[i].run();
			return 0;
		}
	}
	fprintf(stderr, "usage: selftest-backend CHECK DOMID REF...\n");
	return 2;
}
