/* SPDX-License-Identifier: MIT */
/*
 * The guest's program: drives every screen of every xen-drm-front device by KMS, as a small
 * compositor would, and draws the pictures of tests/pattern.h.
 *
 * It reads commands, one per line, and answers each with "kmsguest: TAG ok" or "kmsguest: TAG
 * failed: REASON":
 *
 *   TAG show PICTURE   by a page flip
 *   TAG draw PICTURE   into the buffer on screen, without a call to the kernel
 *   TAG flip COUNT
 *   TAG remake COUNT   destroys its buffers, also the one on screen, and creates new ones
 *   TAG format N       the same, once, in the Nth format of the table below
 *   TAG reset PICTURE  a mode set with the same mode and a new framebuffer, as after a splash
 *   TAG share PICTURE  all screens of a device show the first one's framebuffer
 *   TAG off            by DPMS
 *   TAG on
 *   TAG list
 *
 * guest-init runs it; checks.py sends the commands. A device that goes is closed, and one that
 * comes shows the last picture, without a command. Knows nothing of Xen.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#include "pattern.h"

#define MAX_DEVICES 4
#define MAX_SCREENS 4
#define SCAN_MS 300
/* How often a device must be found unplugged before it is closed: xen-drm-front frees the same
 * lists at the last close as at unplugging, without a lock. A delay avoids that race. */
#define SCANS_TO_CLOSE 3
/* More than xen-drm-front's own 3.1 s, so that the driver gives up first. */
#define FLIP_MS 6000
/* Added to the picture's number for the second buffer, while "flip" alternates. */
#define OTHER_PICTURE 32

/* The argument of "format" is an index of this table; stage.py has the same. */
static const uint32_t formats[] = {
	PATTERN_XRGB8888, PATTERN_ARGB8888, PATTERN_RGB888,   PATTERN_RGB565, PATTERN_XRGB4444,
	PATTERN_ARGB4444, PATTERN_XRGB1555, PATTERN_ARGB1555, PATTERN_YUYV,
};
#define FORMATS (int)(sizeof formats / sizeof formats[0])

static uint32_t format = PATTERN_XRGB8888; /* of new buffers */

struct buffer {
	uint32_t handle, framebuffer, pitch;
	void *pixels; /* NULL: not mapped */
	uint64_t size;
};

struct screen {
	uint32_t connector, crtc, dpms_property;
	drmModeModeInfo mode;
	struct buffer buffers[2];
	int shown; /* index of the buffer on screen, -1 for none */
	bool flipping;
};

struct device {
	int number; /* of vdispl */
	int fd;     /* -1: this slot is free */
	int gone;   /* how often it was found unplugged */
	int count;
	struct screen screens[MAX_SCREENS];
};

static struct device devices[MAX_DEVICES] = {{.fd = -1}, {.fd = -1}, {.fd = -1}, {.fd = -1}};
static int picture = -1; /* what the screens show, -1 for nothing yet */

static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
	char text[200];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	/* Each write becomes one line of the kernel's log. */
	printf("kmsguest: %s\n", text);
	fflush(stdout);
}

static double
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Each screen has pictures of its own, so that mixed-up screens are noticed. */
static unsigned
screen_picture(const struct device *device, const struct screen *screen, int base)
{
	return (unsigned)base + 4 * (unsigned)device->number + (unsigned)(screen - device->screens);
}

/* The vdispl number of a DRM device node; -1 if it does not belong to xen-drm-front. */
static int
vdispl_number(const char *node)
{
	char path[64], target[256] = {0};
	struct stat status;
	if (stat(node, &status) < 0)
		return -1;
	snprintf(path, sizeof path, "/sys/dev/char/%u:%u/device", major(status.st_rdev),
		 minor(status.st_rdev));
	if (readlink(path, target, sizeof target - 1) < 0)
		return -1;
	const char *name = strrchr(target, '/');
	int number;
	return sscanf(name ? name + 1 : target, "vdispl-%d", &number) == 1 ? number : -1;
}

static int
add_framebuffer(int fd, struct buffer *buffer, const drmModeModeInfo *mode)
{
	uint32_t handles[4] = {buffer->handle}, pitches[4] = {buffer->pitch}, offsets[4] = {0};

	/* The formats of tests/pattern.h are DRM's fourcc codes. */
	return drmModeAddFB2(fd, mode->hdisplay, mode->vdisplay, format, handles, pitches, offsets,
			     &buffer->framebuffer, 0);
}

static int
create_buffer(int fd, struct buffer *buffer, const drmModeModeInfo *mode)
{
	uint64_t offset;
	int error = drmModeCreateDumbBuffer(fd, mode->hdisplay, mode->vdisplay, pattern_bpp(format),
					    0, &buffer->handle, &buffer->pitch, &buffer->size);
	if (error)
		return error;

	error = add_framebuffer(fd, buffer, mode);
	if (error)
		return error;

	error = drmModeMapDumbBuffer(fd, buffer->handle, &offset);
	if (error)
		return error;
	void *pixels =
		mmap(NULL, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
	if (pixels == MAP_FAILED)
		return -errno;
	buffer->pixels = pixels;
	return 0;
}

/* The driver asks the backend to release the pages, and waits for the answer. */
static int
destroy_buffer(int fd, struct buffer *buffer)
{
	int error = drmModeRmFB(fd, buffer->framebuffer);
	if (error)
		return error;
	munmap(buffer->pixels, buffer->size);
	buffer->pixels = NULL;
	return drmModeDestroyDumbBuffer(fd, buffer->handle);
}

static uint32_t
find_property(int fd, const drmModeConnector *connector, const char *name)
{
	uint32_t id = 0;
	for (int i = 0; i < connector->count_props && !id; i++) {
		drmModePropertyRes *property = drmModeGetProperty(fd, connector->props[i]);
		if (property && strcmp(property->name, name) == 0)
			id = property->prop_id;
		drmModeFreeProperty(property);
	}
	return id;
}

static int
init_screen(int fd, struct screen *screen, uint32_t connector_id, uint32_t crtc)
{
	drmModeConnector *connector = drmModeGetConnector(fd, connector_id);
	if (!connector)
		return -errno;

	int error = -ENOENT;
	if (connector->count_modes > 0) {
		*screen = (struct screen){
			.connector = connector_id,
			.crtc = crtc,
			.dpms_property = find_property(fd, connector, "DPMS"),
			.mode = connector->modes[0],
			.shown = -1,
		};
		error = 0;
	}
	drmModeFreeConnector(connector);
	for (int i = 0; i < 2 && !error; i++)
		error = create_buffer(fd, &screen->buffers[i], &screen->mode);
	return error;
}

/* The kernel frees the rest with the file, which lives until its last mapping is gone. */
static void
close_device(struct device *device, const char *why)
{
	say("device %d closed: %s", device->number, why);
	for (int i = 0; i < MAX_SCREENS * 2; i++) {
		struct buffer *buffer = &device->screens[i / 2].buffers[i % 2];
		if (buffer->pixels)
			munmap(buffer->pixels, buffer->size);
	}
	close(device->fd);
	device->fd = -1;
}

static int
draw_and_set(struct device *device, struct screen *screen)
{
	struct buffer *buffer = &screen->buffers[0];
	pattern_fill(buffer->pixels, format, screen_picture(device, screen, picture),
		     screen->mode.hdisplay, screen->mode.vdisplay, buffer->pitch);
	int error = drmModeSetCrtc(device->fd, screen->crtc, buffer->framebuffer, 0, 0,
				   &screen->connector, 1, &screen->mode);
	if (!error)
		screen->shown = 0;
	return error;
}

static int
open_screens(struct device *device)
{
	drmModeRes *resources = drmModeGetResources(device->fd);
	if (!resources)
		return -errno;

	int error = 0;
	for (int i = 0; i < resources->count_connectors && i < MAX_SCREENS && !error; i++) {
		error = init_screen(device->fd, &device->screens[i], resources->connectors[i],
				    resources->crtcs[i]);
		if (!error)
			device->count++;
		if (!error && picture >= 0)
			error = draw_and_set(device, &device->screens[i]);
	}
	drmModeFreeResources(resources);
	return error;
}

static void
open_device(const char *node, int number)
{
	for (int i = 0; i < MAX_DEVICES; i++) {
		struct device *device = &devices[i];
		if (device->fd >= 0)
			continue;

		*device = (struct device){.number = number, .fd = open(node, O_RDWR | O_CLOEXEC)};
		if (device->fd < 0)
			return;
		int error = open_screens(device);
		if (error)
			close_device(device, strerror(-error));
		else
			say("device %d opened: %s, %d screens", number, node, device->count);
		return;
	}
}

static bool
device_is_gone(const struct device *device)
{
	drmModeConnector *connector =
		drmModeGetConnectorCurrent(device->fd, device->screens[0].connector);
	bool gone = !connector;
	drmModeFreeConnector(connector);
	return gone;
}

static bool
is_open(int number)
{
	for (int i = 0; i < MAX_DEVICES; i++)
		if (devices[i].fd >= 0 && devices[i].number == number)
			return true;
	return false;
}

/* Follows hot-plug: without udev, only the device nodes show it. */
static void
scan(void)
{
	for (int i = 0; i < MAX_DEVICES; i++)
		if (devices[i].fd >= 0 && device_is_gone(&devices[i]) &&
		    ++devices[i].gone >= SCANS_TO_CLOSE)
			close_device(&devices[i], "unplugged");

	glob_t nodes;
	if (glob("/dev/dri/card*", 0, NULL, &nodes) != 0)
		return;
	for (size_t i = 0; i < nodes.gl_pathc; i++) {
		int number = vdispl_number(nodes.gl_pathv[i]);
		if (number >= 0 && !is_open(number))
			open_device(nodes.gl_pathv[i], number);
	}
	globfree(&nodes);
}

static void
handle_flip_done(int fd, unsigned sequence, unsigned seconds, unsigned microseconds, void *data)
{
	struct screen *screen = data;
	screen->flipping = false;
}

static int
start_flip(struct device *device, struct screen *screen)
{
	int other = !screen->shown;
	int error = drmModePageFlip(device->fd, screen->crtc, screen->buffers[other].framebuffer,
				    DRM_MODE_PAGE_FLIP_EVENT, screen);
	if (error)
		return error;
	screen->shown = other;
	screen->flipping = true;
	return 0;
}

static int
finish_flip(struct device *device, struct screen *screen)
{
	drmEventContext context = {.version = 2, .page_flip_handler = handle_flip_done};
	while (screen->flipping) {
		struct pollfd readable = {.fd = device->fd, .events = POLLIN};
		if (poll(&readable, 1, FLIP_MS) <= 0)
			return -ETIME;
		if (drmHandleEvent(device->fd, &context) < 0)
			return -errno;
	}
	return 0;
}

/* Calls a function for each screen until one fails. */
static int
for_each_screen(int (*function)(struct device *, struct screen *))
{
	int error = 0;
	for (int i = 0; i < MAX_DEVICES; i++)
		for (int j = 0; devices[i].fd >= 0 && j < devices[i].count && !error; j++)
			error = function(&devices[i], &devices[i].screens[j]);
	return error;
}

static int
prepare_next(struct device *device, struct screen *screen, int base)
{
	if (screen->shown < 0)
		return -ENODATA;
	struct buffer *next = &screen->buffers[!screen->shown];
	pattern_fill(next->pixels, format, screen_picture(device, screen, base),
		     screen->mode.hdisplay, screen->mode.vdisplay, next->pitch);
	return 0;
}

static int
prepare_other(struct device *device, struct screen *screen)
{
	return prepare_next(device, screen, picture + OTHER_PICTURE);
}

static int
show_on(struct device *device, struct screen *screen)
{
	if (screen->shown < 0)
		return draw_and_set(device, screen);
	int error = prepare_next(device, screen, picture);
	if (!error)
		error = start_flip(device, screen);
	return error ? error : finish_flip(device, screen);
}

static int
draw_on(struct device *device, struct screen *screen)
{
	if (screen->shown < 0)
		return -ENODATA;
	struct buffer *shown = &screen->buffers[screen->shown];
	pattern_fill(shown->pixels, format, screen_picture(device, screen, picture),
		     screen->mode.hdisplay, screen->mode.vdisplay, shown->pitch);
	return 0;
}

static int
flip(int count)
{
	int error = for_each_screen(prepare_other);
	double start = now_ms(), longest = 0;
	for (int i = 0; i < count && !error; i++) {
		double before = now_ms();
		error = for_each_screen(start_flip);
		if (!error)
			error = for_each_screen(finish_flip);
		double took = now_ms() - before;
		longest = took > longest ? took : longest;
	}
	if (!error)
		say("%d flips in %.0f ms, the longest %.0f ms", count, now_ms() - start, longest);
	return error;
}

/* The buffer on screen is destroyed last: the kernel then takes it off the screen. */
static int
drop_buffers(struct device *device, struct screen *screen)
{
	int shown = screen->shown;
	if (shown < 0)
		return -ENODATA;
	screen->shown = -1;
	int error = destroy_buffer(device->fd, &screen->buffers[!shown]);
	return error ? error : destroy_buffer(device->fd, &screen->buffers[shown]);
}

static int
make_buffers(struct device *device, struct screen *screen)
{
	int error = 0;
	for (int i = 0; i < 2 && !error; i++)
		error = create_buffer(device->fd, &screen->buffers[i], &screen->mode);
	return error ? error : draw_and_set(device, screen);
}

static int
remake(int count)
{
	int error = 0;
	double start = now_ms(), longest = 0;
	for (int i = 0; i < count && !error; i++) {
		double before = now_ms();
		error = for_each_screen(drop_buffers);
		double took = now_ms() - before;
		longest = took > longest ? took : longest;
		if (!error)
			error = for_each_screen(make_buffers);
	}
	if (!error)
		say("buffers remade %d times in %.0f ms, the longest drop %.0f ms", count,
		    now_ms() - start, longest);
	return error;
}

static int
change_format(int number)
{
	if (number < 0 || number >= FORMATS)
		return -EINVAL;
	int error = for_each_screen(drop_buffers);
	format = formats[number];
	return error ? error : for_each_screen(make_buffers);
}

static int
set_framebuffer(struct device *device, const struct screen *screen, uint32_t framebuffer)
{
	drmModeModeInfo mode = screen->mode;
	uint32_t connector = screen->connector;

	return drmModeSetCrtc(device->fd, screen->crtc, framebuffer, 0, 0, &connector, 1, &mode);
}

/* To the kernel this is a mode set, to the backend a flip to a framebuffer not shown before. */
static int
reset_screen(struct device *device, struct screen *screen)
{
	int error = prepare_next(device, screen, picture);
	if (error)
		return error;
	struct buffer *next = &screen->buffers[!screen->shown];
	error = drmModeRmFB(device->fd, next->framebuffer);
	if (!error)
		error = add_framebuffer(device->fd, next, &screen->mode);
	if (!error)
		error = set_framebuffer(device, screen, next->framebuffer);
	if (!error)
		screen->shown = !screen->shown;
	return error;
}

/* From then on, drawing into the first screen's framebuffer shows on all. */
static int
share_first(struct device *device, struct screen *screen)
{
	const struct screen *first = &device->screens[0];

	if (first->shown < 0)
		return -ENODATA;
	return set_framebuffer(device, screen, first->buffers[first->shown].framebuffer);
}

static int
set_dpms(struct device *device, const struct screen *screen, uint64_t value)
{
	return drmModeConnectorSetProperty(device->fd, screen->connector, screen->dpms_property,
					   value);
}

static int
switch_off(struct device *device, struct screen *screen)
{
	return set_dpms(device, screen, DRM_MODE_DPMS_OFF);
}

static int
switch_on(struct device *device, struct screen *screen)
{
	return set_dpms(device, screen, DRM_MODE_DPMS_ON);
}

static int
list_screen(struct device *device, struct screen *screen)
{
	drmModeConnector *connector = drmModeGetConnector(device->fd, screen->connector);
	if (!connector)
		return -errno;
	say("screen %d.%d %ux%u %s", device->number, (int)(screen - device->screens),
	    screen->mode.hdisplay, screen->mode.vdisplay,
	    connector->connection == DRM_MODE_CONNECTED ? "connected" : "unplugged");
	drmModeFreeConnector(connector);
	return 0;
}

static int
execute(const char *verb, int argument)
{
	if (strcmp(verb, "show") == 0) {
		picture = argument;
		return for_each_screen(show_on);
	}
	if (strcmp(verb, "draw") == 0) {
		picture = argument;
		return for_each_screen(draw_on);
	}
	if (strcmp(verb, "flip") == 0)
		return flip(argument);
	if (strcmp(verb, "remake") == 0)
		return remake(argument);
	if (strcmp(verb, "format") == 0)
		return change_format(argument);
	if (strcmp(verb, "reset") == 0) {
		picture = argument;
		return for_each_screen(reset_screen);
	}
	if (strcmp(verb, "share") == 0) {
		picture = argument;
		int error = for_each_screen(reset_screen);
		return error ? error : for_each_screen(share_first);
	}
	if (strcmp(verb, "off") == 0)
		return for_each_screen(switch_off);
	if (strcmp(verb, "on") == 0)
		return for_each_screen(switch_on);
	if (strcmp(verb, "list") == 0)
		return for_each_screen(list_screen);
	return -EINVAL;
}

static void
handle_line(const char *line)
{
	char tag[16], verb[16];
	int argument = 0;
	if (sscanf(line, "%15s %15s %d", tag, verb, &argument) < 2)
		return;
	int error = execute(verb, argument);
	if (error)
		say("%s failed: %s", tag, strerror(-error));
	else
		say("%s ok", tag);
}

int
main(void)
{
	char line[128];
	say("ready");
	for (;;) {
		struct pollfd readable = {.fd = STDIN_FILENO, .events = POLLIN};
		scan();
		if (poll(&readable, 1, SCAN_MS) <= 0)
			continue;
		/* The console is raw, but a read returns whole lines: each is written at once. */
		ssize_t length = read(STDIN_FILENO, line, sizeof line - 1);
		if (length <= 0)
			return 1;
		line[length] = '\0';
		handle_line(line);
	}
}
