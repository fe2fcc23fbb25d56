/* SPDX-License-Identifier: MIT */
/*
 * A simulated guest: a process with its own domid and a paravirtual display, driven by one command
 * per line on standard input. Each gets one reply line, "ok ..." or "error ..."; lines that begin
 * with "event" report what happened meanwhile. The commands are in guest-commands.c; "help" lists
 * them. The tool stack must have created the domain and its nodes.
 */
#include "guest-commands.h"
#include "guest-display.h"
#include "guest-input.h"
#include "guest-store.h"
#include "machine.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char input[65536];
static size_t input_length;

void
guest_event(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	printf("event ");
	vprintf(format, arguments);
	printf("\n");
	fflush(stdout);
	va_end(arguments);
}

/* Returns false at the end of the input. */
static bool
read_commands(void)
{
	ssize_t length = read(0, input + input_length, sizeof input - input_length - 1);
	if (length <= 0)
		return false;
	input_length += (size_t)length;
	input[input_length] = 0;
	char *line = input, *end;
	while ((end = strchr(line, '\n'))) {
		*end = 0;
		guest_command(line);
		line = end + 1;
	}
	input_length = strlen(line);
	memmove(input, line, input_length + 1);
	return true;
}

static void
run(struct xs_handle *store)
{
	bool reading = true;
	while (reading || getenv("GUEST_STAYS")) {
		struct pollfd polled[4] = {
			{.fd = reading ? 0 : -1, .events = POLLIN},
			{.fd = guest_display_fd(), .events = POLLIN},
			{.fd = xs_fileno(store), .events = POLLIN},
			{.fd = guest_input_fd(), .events = POLLIN},
		};
		poll(polled, 4, 500);
		guest_display_dispatch();
		guest_input_dispatch();
		char **watch;
		while ((watch = xs_check_watch(store))) {
			guest_display_watch_fired(watch[XS_WATCH_TOKEN]);
			free(watch);
		}
		guest_display_tick();
		if (reading && polled[0].revents)
			reading = read_commands();
	}
}

static int
fail(const char *what, int error)
{
	fprintf(stderr, "guest: %s: %s\n", what, strerror(-error));
	return 1;
}

int
main(int argc, char **argv)
{
	if (argc < 2 || !machine_get()) {
		fprintf(stderr, "usage: SIMXEN=/directory guest DOMID [COMMAND ARGUMENTS...]\n");
		return 2;
	}
	uint16_t domid = (uint16_t)atoi(argv[1]);
	int error = guest_memory_init(domid);
	if (error)
		return fail("memory", error);
	int port = guest_store_init(domid);
	if (port < 0)
		return fail("store", port);
	printf("booted %u store-port %d\n", domid, port);
	fflush(stdout);
	if (argc > 2 && strcmp(argv[2], "serve") == 0) {
		/* The domain's programs run elsewhere: this one only carries their xenstore. */
		while (read(0, input, sizeof input) > 0)
			;
		return 0;
	}
	struct xs_handle *store = guest_store_open();
	if (!store)
		return fail("xs_open", -errno);
	error = guest_display_init(domid, store);
	if (error)
		return fail("display", error);
	error = guest_input_init(domid, store);
	if (error)
		return fail("input", error);
	guest_commands_init(domid, store);
	char line[256] = "";
	for (int i = 2; i < argc; i++) {
		strncat(line, argv[i], sizeof line - strlen(line) - 2);
		strcat(line, " ");
	}
	if (argc > 2)
		guest_command(line);
	run(store);
	return 0;
}
