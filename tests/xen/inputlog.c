/* SPDX-License-Identifier: MIT */
/*
 * Prints the events of a guest's input devices: each event of each /dev/input/event* as a line
 * "input: NAME TYPE CODE VALUE", and each device that appears as "input: NAME appears". The guest's
 * init sends this to the kernel log. New devices are looked for whenever no event comes for 500 ms.
 */
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICES 16

static struct pollfd polled[DEVICES];
static char names[DEVICES][64];

static void
look_for_devices(void)
{
	for (unsigned i = 0; i < DEVICES; i++) {
		char path[32];
		if (polled[i].fd >= 0)
			continue;
		snprintf(path, sizeof path, "/dev/input/event%u", i);
		polled[i].fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		polled[i].events = POLLIN;
		if (polled[i].fd < 0)
			continue;
		strcpy(names[i], "?");
		ioctl(polled[i].fd, EVIOCGNAME(sizeof names[i]), names[i]);
		for (char *space = names[i]; (space = strchr(space, ' '));)
			*space = '-';
		printf("input: %s appears\n", names[i]);
	}
}

static void
read_events(unsigned i)
{
	struct input_event events[32];
	ssize_t length = read(polled[i].fd, events, sizeof events);
	if (length < 0) {
		printf("input: %s is gone\n", names[i]);
		close(polled[i].fd);
		polled[i].fd = -1;
	}
	for (ssize_t n = 0; n < length / (ssize_t)sizeof events[0]; n++)
		printf("input: %s %d %d %d\n", names[i], events[n].type, events[n].code,
		       events[n].value);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (unsigned i = 0; i < DEVICES; i++)
		polled[i].fd = -1;
	for (;;) {
		if (poll(polled, DEVICES, 500) == 0)
			look_for_devices();
		for (unsigned i = 0; i < DEVICES; i++)
			if (polled[i].fd >= 0 && polled[i].revents)
				read_events(i);
	}
}
