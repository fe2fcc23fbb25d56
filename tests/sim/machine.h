/* SPDX-License-Identifier: MIT */
/*
 * The state of one simulated Xen machine: domains, event channels, grant tables, mapped grants and
 * injected faults. It lives in a file that every process of the simulation maps.
 *
 * Used by libsimxen.so (the backend's side), by the simulated guest and by simctl.
 * Knows nothing of files under /dev or of any display protocol.
 *
 * All functions return 0 or a negative errno unless they say otherwise. They take the machine's
 * lock themselves, except those named _locked.
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MACHINE_DOMAINS 80
#define MACHINE_PORTS 512
#define MACHINE_GRANTS 65536
#define MACHINE_HANDLES 1024
#define MACHINE_MAPPINGS 16384
#define MACHINE_MAPTRACK 262144 /* dom0's default, in pages */
#define MACHINE_FAULTS 32
#define MACHINE_PAGE 4096

enum domain_state {
	DOMAIN_FREE,
	DOMAIN_ALIVE,
	DOMAIN_DYING, /* destroyed, but its pages are still mapped */
};

enum port_state {
	PORT_FREE,
	PORT_UNBOUND,
	PORT_INTERDOMAIN,
	PORT_VIRQ,
};

/* A process, distinguished from a later one with the same pid. */
struct process {
	int32_t pid;
	uint64_t start;
	char comm[16];
};

struct port {
	uint8_t state;
	bool masked;
	bool pending;
	uint16_t remote_domid;
	uint32_t remote_port; /* or the number of the virtual interrupt */
	uint32_t handle;      /* index + 1; 0: nobody listens */
};

struct grant {
	bool used;
	bool read_only;
	bool ends; /* with its last mapping */
	uint16_t to_domid;
	uint32_t frame;
	uint32_t mapped; /* how often */
	int32_t pid, fd; /* where the page's memory is; pid 0: the domain's own memory */
};

struct domain {
	uint8_t state;
	uint16_t domid;
	bool paused;            /* not yet introduced to xenstored */
	struct process process; /* which plays the domain; pid 0: none yet */
	int memory_fd;          /* in that process */
	uint32_t mapped_pages;  /* mapped by others */
	uint32_t grant_count;
	struct port ports[MACHINE_PORTS];
	struct grant grants[MACHINE_GRANTS];
};

/* An open /dev/xen/evtchn. Its events arrive in the pipe <directory>/ev/<id>. */
struct handle {
	uint32_t id; /* 0: free */
	uint16_t domid;
	struct process process;
};

/* A live mapping of grants in some process. */
struct mapping {
	bool used;
	struct process process;
	uint16_t domid; /* whose pages */
	uint32_t pages;
	uint32_t first_track; /* index + 1 */
};

struct track {
	uint32_t next; /* index + 1 */
	uint32_t ref;
};

struct fault {
	bool used;
	char call[32];
	char comm[16];  /* empty: any process */
	uint32_t calls; /* seen so far */
	uint32_t first; /* the first call affected, from 1 */
	uint32_t times; /* how many in a row; 0: all from there on */
	uint32_t hits;
	int32_t error; /* 0: only a delay */
	uint32_t delay_ms;
};

struct machine {
	uint64_t magic;
	pthread_mutex_t lock;
	uint16_t next_domid;
	uint32_t next_handle_id;
	uint32_t fault_count;
	uint32_t free_track; /* index + 1 */
	uint32_t fresh_track;
	uint32_t used_tracks;
	struct fault faults[MACHINE_FAULTS];
	struct handle handles[MACHINE_HANDLES];
	struct mapping mappings[MACHINE_MAPPINGS];
	struct track tracks[MACHINE_MAPTRACK];
	struct domain domains[MACHINE_DOMAINS];
};

/* Returns the machine in $SIMXEN, mapped at the first call; NULL if there is none. */
struct machine *
machine_get(void);

/* The directory $SIMXEN. */
const char *
machine_directory(void);

/* The domain that this process belongs to: $SIMXEN_DOMID, else 0. */
uint16_t
machine_own_domid(void);

/* Creates the files of a new machine in an existing empty directory. */
int
machine_init(const char *directory, const char *guest_type);

void
machine_lock(struct machine *machine);

void
machine_unlock(struct machine *machine);

/* Finds a domain, also a dying one; NULL if there is none. */
struct domain *
machine_domain_locked(struct machine *machine, uint16_t domid);

/* Returns the id of the new domain, which is paused, or a negative errno. */
int
machine_domain_create(struct machine *machine);

/* Call when the tool stack has introduced the domain to xenstored. */
int
machine_domain_unpause(struct machine *machine, uint16_t domid);

/* Waits until the domain is unpaused. */
void
machine_domain_wait_unpaused(struct machine *machine, uint16_t domid);

/* This process becomes the domain; memory_fd holds its pages and must stay open. */
int
machine_domain_play(struct machine *machine, uint16_t domid, int memory_fd);

/* The hypervisor's part of a domain's destruction: closes ports, ends grants, raises VIRQ_DOM_EXC.
 */
int
machine_domain_destroy(struct machine *machine, uint16_t domid);

/* Releases what terminated processes held, and destroys domains whose process has terminated. */
void
machine_reap(struct machine *machine);

void
process_self(struct process *process);

bool
process_is_self(const struct process *process);

/* Event channels. A handle is an index into machine->handles; fd (may be NULL) is the reading end.
 */
int
evtchn_handle_open(struct machine *machine, uint16_t domid, bool nonblock, int *fd);

void
evtchn_handle_close(struct machine *machine, int handle);

void
evtchn_handle_close_locked(struct machine *machine, int handle);

/* These three return the new local port or a negative errno. handle -1: nobody listens. */
int
evtchn_bind_unbound(struct machine *machine, int handle, uint16_t domid, uint16_t remote_domid);

int
evtchn_bind_interdomain(struct machine *machine, int handle, uint16_t remote_domid,
			uint32_t remote_port);

int
evtchn_bind_virq(struct machine *machine, int handle, uint32_t virq);

int
evtchn_unbind(struct machine *machine, int handle, uint32_t port);

int
evtchn_notify(struct machine *machine, int handle, uint32_t port);

/* As in Linux, a reported port is not reported again until it is unmasked. */
int
evtchn_unmask(struct machine *machine, int handle, uint32_t port);

void
evtchn_raise_virq_locked(struct machine *machine, uint32_t virq);

void
evtchn_close_port_locked(struct machine *machine, struct domain *domain, uint32_t port);

/* Grants, the granting domain's side. Returns the reference, or a negative errno. */
int
grant_create(struct machine *machine, uint16_t domid, uint16_t to_domid, uint32_t frame,
	     bool read_only);

/* The same with a chosen reference. */
int
grant_create_at(struct machine *machine, uint16_t domid, uint32_t ref, uint16_t to_domid,
		uint32_t frame, bool read_only);

/* The same for a page of a file of this process, which must keep the descriptor open. */
int
grant_create_of(struct machine *machine, uint16_t domid, uint16_t to_domid, uint32_t frame, int fd);

/* -EBUSY while it is mapped. */
int
grant_end(struct machine *machine, uint16_t domid, uint32_t ref);

/* The same, but deferred while it is mapped, as Linux does for memory that it takes back. */
void
grant_end_later(struct machine *machine, uint16_t domid, uint32_t ref);

/*
 * The mapping domain's side. Maps count references of one domain, all or none, and stores their
 * page frames. Opens the domain's memory as *memory_fd. Returns the mapping's index.
 */
int
grant_map(struct machine *machine, uint16_t domid, const uint32_t *refs, uint32_t count,
	  bool writable, uint32_t *frames, int *memory_fd);

void
grant_unmap(struct machine *machine, int mapping);

void
grant_unmap_locked(struct machine *machine, struct mapping *mapping);

/*
 * Counts a call of the named function for the injected faults: sleeps for a fault's delay, then
 * returns 0 or the errno (positive) to fail with.
 */
int
fault_check(const char *call);

/* Returns the fault's index, or a negative errno. */
int
fault_add(struct machine *machine, const struct fault *fault);

void
fault_clear(struct machine *machine);

#endif
