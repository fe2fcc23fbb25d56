/* SPDX-License-Identifier: MIT */
/*
 * simctl: inspects and changes the simulated machine in $SIMXEN from outside: creates and destroys
 * domains, counts live objects, injects faults.
 *
 * Used by the harness and by the simxen command. Does only what a hypervisor does; xenstore belongs
 * to the tool stack.
 */
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
	const char *name;
	const char *arguments;
	int (*run)(struct machine *machine, int argc, char **argv);
};

static int
run_create(struct machine *machine, int argc, char **argv)
{
	int domid = machine_domain_create(machine);
	if (domid > 0)
		printf("%d\n", domid);
	return domid;
}

static int
run_destroy(struct machine *machine, int argc, char **argv)
{
	machine_reap(machine);
	return argc == 1 ? machine_domain_destroy(machine, (uint16_t)atoi(argv[0])) : -EINVAL;
}

static int
run_unpause(struct machine *machine, int argc, char **argv)
{
	return argc == 1 ? machine_domain_unpause(machine, (uint16_t)atoi(argv[0])) : -EINVAL;
}

static unsigned
count_ports(const struct domain *domain, int handle)
{
	unsigned count = 0;
	for (int i = 1; i < MACHINE_PORTS; i++)
		count += domain->ports[i].state != PORT_FREE &&
			 (handle < 0 || domain->ports[i].handle == (uint32_t)handle + 1);
	return count;
}

static void
print_domains(struct machine *machine)
{
	const char *comma = "";
	printf("\"domains\": [");
	for (int i = 0; i < MACHINE_DOMAINS; i++) {
		const struct domain *domain = &machine->domains[i];
		if (domain->state == DOMAIN_FREE)
			continue;
		printf("%s\n  {\"domid\": %u, \"state\": \"%s\", \"pid\": %d, \"grants\": %u, "
		       "\"mapped_pages\": %u, \"ports\": %u}",
		       comma, domain->domid, domain->state == DOMAIN_ALIVE ? "alive" : "dying",
		       (int)domain->process.pid, domain->grant_count, domain->mapped_pages,
		       count_ports(domain, -1));
		comma = ",";
	}
	printf("],\n");
}

struct usage {
	struct process process;
	unsigned handles, ports, mappings, pages;
};

static struct usage *
usage_of(struct usage *usages, size_t *count, const struct process *process)
{
	for (size_t i = 0; i < *count; i++)
		if (usages[i].process.pid == process->pid)
			return &usages[i];
	usages[*count].process = *process;
	return &usages[(*count)++];
}

static void
print_processes(struct machine *machine)
{
	static struct usage usages[MACHINE_HANDLES + MACHINE_MAPPINGS];
	size_t count = 0;
	for (int i = 0; i < MACHINE_HANDLES; i++) {
		const struct handle *handle = &machine->handles[i];
		if (!handle->id)
			continue;
		struct usage *usage = usage_of(usages, &count, &handle->process);
		struct domain *domain = machine_domain_locked(machine, handle->domid);
		usage->handles++;
		usage->ports += domain ? count_ports(domain, i) : 0;
	}
	for (int i = 0; i < MACHINE_MAPPINGS; i++) {
		const struct mapping *mapping = &machine->mappings[i];
		if (!mapping->used)
			continue;
		struct usage *usage = usage_of(usages, &count, &mapping->process);
		usage->mappings++;
		usage->pages += mapping->pages;
	}
	printf("\"processes\": [");
	for (size_t i = 0; i < count; i++)
		printf("%s\n  {\"pid\": %d, \"comm\": \"%s\", \"handles\": %u, \"ports\": %u, "
		       "\"mappings\": %u, \"pages\": %u}",
		       i ? "," : "", (int)usages[i].process.pid, usages[i].process.comm,
		       usages[i].handles, usages[i].ports, usages[i].mappings, usages[i].pages);
	printf("],\n");
}

static void
print_faults(struct machine *machine)
{
	const char *comma = "";
	printf("\"faults\": [");
	for (int i = 0; i < MACHINE_FAULTS; i++) {
		const struct fault *fault = &machine->faults[i];
		if (!fault->used)
			continue;
		printf("%s\n  {\"call\": \"%s\", \"calls\": %u, \"hits\": %u}", comma, fault->call,
		       fault->calls, fault->hits);
		comma = ",";
	}
	printf("]\n");
}

static int
run_counters(struct machine *machine, int argc, char **argv)
{
	machine_reap(machine);
	machine_lock(machine);
	printf("{");
	print_domains(machine);
	print_processes(machine);
	printf("\"maptrack\": %u,\n", machine->used_tracks);
	print_faults(machine);
	printf("}\n");
	machine_unlock(machine);
	return 0;
}

static int
error_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {
		{"EINVAL", EINVAL},     {"ENOMEM", ENOMEM}, {"ENOSPC", ENOSPC}, {"EMFILE", EMFILE},
		{"EIO", EIO},           {"ENOENT", ENOENT}, {"EAGAIN", EAGAIN}, {"EACCES", EACCES},
		{"ENOTCONN", ENOTCONN}, {"E2BIG", E2BIG},   {"EDQUOT", EDQUOT},
	};
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	return atoi(name);
}

static int
run_fail(struct machine *machine, int argc, char **argv)
{
	if (argc < 4)
		return -EINVAL;
	struct fault fault = {.first = (uint32_t)atoi(argv[2]),
			      .error = error_number(argv[3]),
			      .times = argc > 4 ? (uint32_t)atoi(argv[4]) : 1};
	snprintf(fault.comm, sizeof fault.comm, "%s", strcmp(argv[0], "any") ? argv[0] : "");
	snprintf(fault.call, sizeof fault.call, "%s", argv[1]);
	int index = fault_add(machine, &fault);
	return index < 0 ? index : 0;
}

static int
run_delay(struct machine *machine, int argc, char **argv)
{
	if (argc != 3)
		return -EINVAL;
	struct fault fault = {.first = 1, .delay_ms = (uint32_t)atoi(argv[2])};
	snprintf(fault.comm, sizeof fault.comm, "%s", strcmp(argv[0], "any") ? argv[0] : "");
	snprintf(fault.call, sizeof fault.call, "%s", argv[1]);
	int index = fault_add(machine, &fault);
	return index < 0 ? index : 0;
}

static int
run_clear(struct machine *machine, int argc, char **argv)
{
	fault_clear(machine);
	return 0;
}

static const struct command commands[] = {
	{"create", "", run_create},
	{"unpause", "DOMID", run_unpause},
	{"destroy", "DOMID", run_destroy},
	{"counters", "", run_counters},
	{"fail", "PROGRAM|any CALL NTH ERRNO [TIMES, 0: for ever]", run_fail},
	{"delay", "PROGRAM|any CALL MS", run_delay},
	{"clear", "", run_clear},
};

static int
usage(void)
{
	fprintf(stderr, "usage: SIMXEN=/directory simctl COMMAND\n  init [PV|PVH]\n");
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		fprintf(stderr, "  %s %s\n", commands[i].name, commands[i].arguments);
	return 2;
}

static int
report(const char *command, int result)
{
	if (result >= 0)
		return 0;
	fprintf(stderr, "simctl %s: %s\n", command, strerror(-result));
	return 1;
}

int
main(int argc, char **argv)
{
	if (argc < 2 || !machine_directory())
		return usage();
	if (strcmp(argv[1], "init") == 0)
		return report(argv[1],
			      machine_init(machine_directory(), argc > 2 ? argv[2] : "PV"));
	struct machine *machine = machine_get();
	if (!machine)
		return report(argv[1], -ENOENT);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return report(argv[1], commands[i].run(machine, argc - 2, argv + 2));
	return usage();
}
