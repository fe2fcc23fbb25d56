/* SPDX-License-Identifier: MIT */
/*
 * Grant tables of the simulated machine: each guest's grants, and who maps them. A batch is mapped
 * whole or not at all, and the pages of a destroyed domain stay valid until they are unmapped.
 *
 * Called by the simulated gntdev and by simulated guests. Does not touch the pages themselves.
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xen/xen.h>

static struct grant *
find_grant(struct domain *domain, uint32_t ref)
{
	if (!domain || ref >= MACHINE_GRANTS || !domain->grants[ref].used)
		return NULL;
	return &domain->grants[ref];
}

int
grant_create_at(struct machine *machine, uint16_t domid, uint32_t ref, uint16_t to_domid,
		uint32_t frame, bool read_only)
{
	int error = -EINVAL;
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, domid);
	if (domain && ref < MACHINE_GRANTS && !domain->grants[ref].used) {
		domain->grants[ref] = (struct grant){
			.used = true, .read_only = read_only, .to_domid = to_domid, .frame = frame};
		domain->grant_count++;
		error = (int)ref;
	}
	machine_unlock(machine);
	return error;
}

int
grant_create(struct machine *machine, uint16_t domid, uint16_t to_domid, uint32_t frame,
	     bool read_only)
{
	/* References are unrelated to the pages' places; 0 to 7 are reserved. */
	static uint32_t seed = 1;
	seed = seed * 1664525 + 1013904223;
	uint32_t ref = seed >> 16;
	for (uint32_t tries = 0; tries < MACHINE_GRANTS;
	     tries++, ref = (ref + 1) % MACHINE_GRANTS) {
		if (ref < 8)
			continue;
		int made = grant_create_at(machine, domid, ref, to_domid, frame, read_only);
		if (made >= 0)
			return made;
	}
	return -ENOSPC;
}

int
grant_create_of(struct machine *machine, uint16_t domid, uint16_t to_domid, uint32_t frame, int fd)
{
	int ref = grant_create(machine, domid, to_domid, frame, false);
	if (ref < 0)
		return ref;
	machine_lock(machine);
	struct grant *grant = find_grant(machine_domain_locked(machine, domid), (uint32_t)ref);
	grant->pid = getpid();
	grant->fd = fd;
	machine_unlock(machine);
	return ref;
}

/* Ends the grant at once, or, if later is set, with its last mapping. */
static int
end_grant(struct machine *machine, uint16_t domid, uint32_t ref, bool later)
{
	int error = -EINVAL;
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, domid);
	struct grant *grant = find_grant(domain, ref);
	if (grant && grant->mapped) {
		grant->ends = later;
		error = -EBUSY;
	} else if (grant) {
		grant->used = false;
		domain->grant_count--;
		error = 0;
	}
	machine_unlock(machine);
	return error;
}

int
grant_end(struct machine *machine, uint16_t domid, uint32_t ref)
{
	return end_grant(machine, domid, ref, false);
}

void
grant_end_later(struct machine *machine, uint16_t domid, uint32_t ref)
{
	end_grant(machine, domid, ref, true);
}

static void
drop_mapping(struct domain *domain, uint32_t ref)
{
	struct grant *grant = &domain->grants[ref];
	domain->mapped_pages--;
	if (--grant->mapped > 0 || !grant->ends)
		return;
	grant->used = false;
	domain->grant_count--;
}

static uint32_t
take_track(struct machine *machine)
{
	uint32_t track = machine->free_track;
	if (track)
		machine->free_track = machine->tracks[track - 1].next;
	else if (machine->fresh_track < MACHINE_MAPTRACK)
		track = ++machine->fresh_track;
	if (track)
		machine->used_tracks++;
	return track;
}

/* Opens the memory that holds a grant's page; all pages of a batch are in the same memory. */
static int
open_memory(const struct domain *domain, const struct grant *grant)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/fd/%d",
		 (int)(grant->pid ? grant->pid : domain->process.pid),
		 grant->pid ? grant->fd : domain->memory_fd);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	return fd < 0 ? -EINVAL : fd;
}

static bool
may_map(struct domain *domain, uint32_t ref, bool writable)
{
	struct grant *grant = find_grant(domain, ref);
	return grant && grant->to_domid == machine_own_domid() && !(writable && grant->read_only);
}

static struct mapping *
free_mapping(struct machine *machine)
{
	for (int i = 0; i < MACHINE_MAPPINGS; i++)
		if (!machine->mappings[i].used)
			return &machine->mappings[i];
	return NULL;
}

/* Adds a page to the mapping; false if the host's maptrack table is full. */
static bool
claim_page(struct machine *machine, struct domain *domain, struct mapping *mapping, uint32_t ref)
{
	uint32_t track = take_track(machine);
	if (!track)
		return false;
	machine->tracks[track - 1] = (struct track){.next = mapping->first_track, .ref = ref};
	mapping->first_track = track;
	mapping->pages++;
	domain->grants[ref].mapped++;
	domain->mapped_pages++;
	return true;
}

static int
map_locked(struct machine *machine, uint16_t domid, const uint32_t *refs, uint32_t count,
	   bool writable, uint32_t *frames, int *memory_fd)
{
	struct domain *domain = machine_domain_locked(machine, domid);
	struct mapping *mapping = free_mapping(machine);
	if (!domain || domain->state != DOMAIN_ALIVE || count == 0)
		return -EINVAL;
	if (!mapping)
		return -ENOSPC;
	for (uint32_t i = 0; i < count; i++)
		if (!may_map(domain, refs[i], writable))
			return -EINVAL;
	const struct grant *first = find_grant(domain, refs[0]);
	if (domain->process.pid == 0 && first->pid == 0)
		return -EINVAL;
	int fd = open_memory(domain, first);
	if (fd < 0)
		return fd;
	*mapping = (struct mapping){.used = true, .domid = domid};
	process_self(&mapping->process);
	for (uint32_t i = 0; i < count; i++) {
		if (!claim_page(machine, domain, mapping, refs[i])) {
			grant_unmap_locked(machine, mapping);
			syscall(SYS_close, fd);
			return -ENOSPC;
		}
		frames[i] = domain->grants[refs[i]].frame;
	}
	*memory_fd = fd;
	return (int)(mapping - machine->mappings);
}

int
grant_map(struct machine *machine, uint16_t domid, const uint32_t *refs, uint32_t count,
	  bool writable, uint32_t *frames, int *memory_fd)
{
	machine_lock(machine);
	int mapping = map_locked(machine, domid, refs, count, writable, frames, memory_fd);
	machine_unlock(machine);
	return mapping;
}

void
grant_unmap_locked(struct machine *machine, struct mapping *mapping)
{
	struct domain *domain = machine_domain_locked(machine, mapping->domid);
	uint32_t track = mapping->first_track;
	while (track) {
		struct track *entry = &machine->tracks[track - 1];
		uint32_t next = entry->next;
		if (domain)
			drop_mapping(domain, entry->ref);
		entry->next = machine->free_track;
		machine->free_track = track;
		machine->used_tracks--;
		track = next;
	}
	mapping->used = false;
	if (domain && domain->state == DOMAIN_DYING && domain->mapped_pages == 0) {
		domain->state = DOMAIN_FREE;
		evtchn_raise_virq_locked(machine, VIRQ_DOM_EXC);
	}
}

void
grant_unmap(struct machine *machine, int mapping)
{
	machine_lock(machine);
	grant_unmap_locked(machine, &machine->mappings[mapping]);
	machine_unlock(machine);
}
