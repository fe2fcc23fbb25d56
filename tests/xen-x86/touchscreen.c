/* SPDX-License-Identifier: MIT */
/*
 * A touch screen of dom0, created by the kernel's uinput and controlled by lines of input: "down
 * FINGER X Y", "move FINGER X Y" or "up FINGER", in pixels of Weston's screen. It ends with its
 * input, and so does the touch screen. QEMU has none that a test could control.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/uinput.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH 1024
#define HEIGHT 768
#define FINGERS 5

static int device = -1;

static int
set_axis(uint16_t code, int last)
{
	struct uinput_abs_setup axis = {.code = code, .absinfo = {.maximum = last}};

	return ioctl(device, UI_SET_ABSBIT, code) < 0 ? -1 : ioctl(device, UI_ABS_SETUP, &axis);
}

static int
make_device(void)
{
	struct uinput_setup setup = {.id = {.bustype = BUS_VIRTUAL}, .name = "rig touch screen"};

	device = open("/dev/uinput", O_WRONLY | O_CLOEXEC);
	if (device < 0 || ioctl(device, UI_SET_EVBIT, EV_KEY) < 0 ||
	    ioctl(device, UI_SET_KEYBIT, BTN_TOUCH) < 0 ||
	    ioctl(device, UI_SET_EVBIT, EV_ABS) < 0 ||
	    ioctl(device, UI_SET_PROPBIT, INPUT_PROP_DIRECT) < 0)
		return -1;
	if (set_axis(ABS_MT_SLOT, FINGERS - 1) < 0 || set_axis(ABS_MT_TRACKING_ID, 65535) < 0 ||
	    set_axis(ABS_MT_POSITION_X, WIDTH - 1) < 0 ||
	    set_axis(ABS_MT_POSITION_Y, HEIGHT - 1) < 0)
		return -1;
	return ioctl(device, UI_DEV_SETUP, &setup) < 0 ? -1 : ioctl(device, UI_DEV_CREATE);
}

static void
put(uint16_t type, uint16_t code, int value)
{
	struct input_event event = {.type = type, .code = code, .value = value};

	if (write(device, &event, sizeof event) != sizeof event)
		fprintf(stderr, "touchscreen: %s\n", strerror(errno));
}

static int
obey(const char *line)
{
	static int fingers, next_id;
	char what[8];
	int finger, x, y;
	int count = sscanf(line, "%7s %d %d %d", what, &finger, &x, &y);

	if (count < 2 || finger < 0 || finger >= FINGERS || (strcmp(what, "up") != 0 && count < 4))
		return -1;
	put(EV_ABS, ABS_MT_SLOT, finger);
	if (strcmp(what, "up") == 0) {
		put(EV_ABS, ABS_MT_TRACKING_ID, -1);
		fingers--;
	} else {
		if (strcmp(what, "down") == 0) {
			put(EV_ABS, ABS_MT_TRACKING_ID, next_id++);
			fingers++;
		}
		put(EV_ABS, ABS_MT_POSITION_X, x);
		put(EV_ABS, ABS_MT_POSITION_Y, y);
	}
	put(EV_KEY, BTN_TOUCH, fingers > 0);
	put(EV_SYN, SYN_REPORT, 0);
	return 0;
}

int
main(void)
{
	char line[80];

	if (make_device() < 0) {
		fprintf(stderr, "touchscreen: cannot create the device: %s\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof line, stdin))
		if (obey(line) < 0)
			fprintf(stderr, "touchscreen: invalid line: %s", line);
	return 0;
}
