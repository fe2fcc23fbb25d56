/* SPDX-License-Identifier: MIT */
/* xen-displayctl: shows and controls the screens of Xen guests in a running Weston. */
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

void
complain(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("xen-displayctl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* Long options without a letter. */
enum {
	OPTION_OUTPUT = 256,
	OPTION_RECT,
	OPTION_FIT,
	OPTION_Z,
	OPTION_PROMETHEUS,
	OPTION_RELEASE,
};

struct command {
	const char *name, *arguments, *help;
	int minimum, maximum; /* of arguments */
	const int *allowed;   /* its options, ended by 0; NULL: none */
	int (*run)(const struct settings *settings, char **arguments);
};

static const int of_stats[] = {'w', OPTION_PROMETHEUS, 0};
static const int of_monitor[] = {'r', 0};
static const int of_place[] = {OPTION_OUTPUT, OPTION_RECT, OPTION_FIT, OPTION_Z, 'n', 0};
static const int of_changes[] = {'n', 0};
static const int of_grab[] = {OPTION_RELEASE, 'n', 0};

static const struct command commands[] = {
	{"list", "", "list all guests' screens, one per line", 0, 0, NULL, command_list},
	{"info", "SCREEN", "show everything known about a screen", 1, 1, NULL, command_info},
	{"stats", "[-w SECONDS] [--prometheus] [SCREEN]", "show counters and latencies", 0, 1,
	 of_stats, command_stats},
	{"monitor", "[-r]", "print a line for each change, until interrupted", 0, 0, of_monitor,
	 command_monitor},
	{"place", "SCREEN [--output NAME] [--rect X,Y,WxH] [--fit FIT] [--z N] [-n]",
	 "place a screen elsewhere", 1, 1, of_place, command_place},
	{"hide", "SCREEN [-n]", "hide screens", 1, 1, of_changes, command_hide},
	{"show", "SCREEN [-n]", "show hidden screens again", 1, 1, of_changes, command_show},
	{"fullscreen", "SCREEN [off] [-n]", "cover all of its output; off: return to its place", 1,
	 2, of_changes, command_fullscreen},
	{"grab", "SCREEN [--release] [-n]", "give it all keys and the pointer, or release them", 1,
	 1, of_grab, command_grab},
	{"reset", "SCREEN [-n]", "return to the place given by weston.ini", 1, 1, of_changes,
	 command_reset},
	{"screenshot", "SCREEN FILE", "save the guest's picture as a PNG file; -: standard output",
	 2, 2, NULL, command_screenshot},
	{"config", "check [FILE] | print",
	 "check weston.ini; print the current places as its sections", 1, 2, NULL, command_config},
	{"trace", "SCREEN FILE",
	 "save the last flips for chrome://tracing or Perfetto; -: standard output", 2, 2, NULL,
	 command_trace},
	{"reload", "", "make Weston read its weston.ini again", 0, 0, NULL, command_reload},
	{"doctor", "[GUEST]", "find out why guests' screens are not shown, and what to do", 0, 1,
	 NULL, command_doctor},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct option long_options[] = {
	{"json", no_argument, NULL, 'j'},
	{"socket", required_argument, NULL, 's'},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{"watch", required_argument, NULL, 'w'},
	{"reconnect", no_argument, NULL, 'r'},
	{"dry-run", no_argument, NULL, 'n'},
	{"output", required_argument, NULL, OPTION_OUTPUT},
	{"rect", required_argument, NULL, OPTION_RECT},
	{"fit", required_argument, NULL, OPTION_FIT},
	{"z", required_argument, NULL, OPTION_Z},
	{"prometheus", no_argument, NULL, OPTION_PROMETHEUS},
	{"release", no_argument, NULL, OPTION_RELEASE},
	{NULL, 0, NULL, 0},
};

static void
print_help(void)
{
	puts("usage: xen-displayctl [OPTION...] COMMAND [ARGUMENT...]\n"
	     "Shows and controls the screens of Xen guests in a running Weston.\n\n"
	     "Commands:");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %s %s\n          %s\n", commands[i].name, commands[i].arguments,
		       commands[i].help);
	puts("\nA SCREEN is GUEST[:DEVICE[.CONNECTOR]]; GUEST is its name, UUID or domain number.\n\n"
	     "Options:\n"
	     "  -j, --json             JSON, for machines\n"
	     "  -s, --socket PATH      the control socket, if it is not found automatically\n"
	     "  -q, --quiet            say nothing but errors\n"
	     "  -v, --verbose          say on standard error what it is connected to\n"
	     "  -w, --watch SECONDS    report again and again, with rates instead of totals\n"
	     "      --prometheus       a text for Prometheus\n"
	     "  -r, --reconnect        wait for another Weston when this one ends\n"
	     "  -n, --dry-run          only say whether it would succeed\n"
	     "      --output NAME      the output, as Weston calls it\n"
	     "      --rect X,Y,WxH     the rectangle on it; 0 for W or H: to the output's edge\n"
	     "      --fit FIT          fit, fill, center or stretch\n"
	     "      --z N              higher is in front\n"
	     "      --release          the keys are the desktop's again\n"
	     "  -V, --version          the version of this program\n"
	     "  -h, --help             this text\n\n"
	     "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no Weston, module or control,\n"
	     "4 no such screen, 5 not permitted.");
}

static bool
read_seconds(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	if (end != text && *end == '\0' && isfinite(*seconds) && *seconds >= 0.1 &&
	    *seconds <= 86400)
		return true;
	complain("--watch is to be from 0.1 to 86400 seconds, not %s", text);
	return false;
}

/* False: the error was reported. */
static bool
take_option(struct settings *settings, int option)
{
	switch (option) {
	case 'j':
		settings->json = true;
		return true;
	case 's':
		settings->socket = optarg;
		return true;
	case 'q':
		settings->quiet = true;
		return true;
	case 'v':
		settings->verbose = true;
		return true;
	case 'w':
		return read_seconds(optarg, &settings->watch_s);
	case 'r':
		settings->reconnect = true;
		return true;
	case 'n':
		settings->dry_run = true;
		return true;
	case OPTION_OUTPUT:
		settings->output = optarg;
		return true;
	case OPTION_RECT:
		settings->rectangle = optarg;
		return true;
	case OPTION_FIT:
		settings->fit = optarg;
		return true;
	case OPTION_Z:
		settings->z = optarg;
		return true;
	case OPTION_PROMETHEUS:
		settings->prometheus = true;
		return true;
	case OPTION_RELEASE:
		settings->release = true;
		return true;
	}
	return false;
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	fprintf(stderr, "xen-displayctl: no command %s; there are:", name);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(stderr, "%s %s", i == 0 ? "" : ",", commands[i].name);
	fputc('\n', stderr);
	return NULL;
}

static bool
is_general(int option)
{
	return strchr("jsqv", option) != NULL;
}

/* Rejects options of other commands, which would have no effect. */
static bool
allows(const struct command *command, const int *given, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const int *allowed = command->allowed;

		if (given[i] < 256 && is_general(given[i]))
			continue;
		while (allowed && *allowed != 0 && *allowed != given[i])
			allowed++;
		if (allowed && *allowed != 0)
			continue;
		for (const struct option *option = long_options; option->name; option++)
			if (option->val == given[i])
				complain("%s has no option --%s; see --help", command->name,
					 option->name);
		return false;
	}
	return true;
}

static int
run(const struct settings *settings, const int *given, unsigned count, char **arguments,
    int argument_count)
{
	if (argument_count == 0) {
		complain("say a command; --help names all");
		return EXIT_USAGE;
	}
	const struct command *command = find_command(arguments[0]);
	if (!command || !allows(command, given, count))
		return EXIT_USAGE;
	if (argument_count - 1 < command->minimum || argument_count - 1 > command->maximum) {
		complain("usage: xen-displayctl %s %s", command->name, command->arguments);
		return EXIT_USAGE;
	}
	return command->run(settings, arguments + 1);
}

int
main(int argc, char **argv)
{
	struct settings settings = {.socket = NULL};
	int given[64], option;
	unsigned count = 0;

	while ((option = getopt_long(argc, argv, "js:qvw:rnVh", long_options, NULL)) >= 0) {
		if (option == 'h') {
			print_help();
			return 0;
		}
		if (option == 'V') {
			puts("xen-displayctl " PACKAGE_VERSION);
			return 0;
		}
		if (!take_option(&settings, option))
			return EXIT_USAGE;
		if (count < 64)
			given[count++] = option;
	}
	return run(&settings, given, count, argv + optind, argc - optind);
}
