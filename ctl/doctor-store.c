/* SPDX-License-Identifier: MIT */
/*
 * doctor: xenstored, and the guests' devices. libxenstore waits for the daemon without a timeout,
 * so a child process does the queries, and is killed after some seconds.
 */
#include "doctor.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <xenstore.h>

#define WAIT_MS 5000
#define STEP_MS 20

/* Entries per frame of a guest's grant table, the default size of a table, and the entries that its
 * other devices need. */
#define GRANTS_PER_FRAME 512
#define DEFAULT_GRANTS (64 * GRANTS_PER_FRAME)
#define SPARE_GRANTS 4096

/* As in xen/io/xenbus.h. */
enum { INITIALISING = 1, INIT_WAIT, INITIALISED, CONNECTED, CLOSING, CLOSED };

static const char *const state_names[] = {
	"absent", "Initialising", "InitWait", "Initialised", "Connected", "Closing", "Closed",
};

struct store {
	struct doctor *doctor;
	struct xs_handle *xs;
	unsigned domid; /* this domain's */
	unsigned devices;
};

/* Returns a node's value, to be freed. NULL: absent, or not readable. */
static char *
read_node(const struct store *store, const char *folder, const char *name)
{
	char path[512];
	unsigned size;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return xs_read(store->xs, XBT_NULL, path, &size);
}

static int
read_number(const struct store *store, const char *folder, const char *name, int absent)
{
	char *text = read_node(store, folder, name);
	int number = text ? atoi(text) : absent;

	free(text);
	return number;
}

static const char *
name_of(int state)
{
	return state >= 0 && state <= CLOSED ? state_names[state] : "of no meaning";
}

/* Reports which side has to act, by the states of both. */
static void
tell_states(struct store *store, const char *about, int front, int back)
{
	struct doctor *doctor = store->doctor;

	if (front == CONNECTED && back == CONNECTED)
		doctor_tell(doctor, DOCTOR_OK, about, "connected");
	else if (back == 0 || back == INITIALISING)
		doctor_tell(doctor, DOCTOR_FAIL, about,
			    "the backend has not started (it is %s): is Weston with the module "
			    "running in this domain?",
			    name_of(back));
	else if (front == INITIALISING || front == INIT_WAIT || front == 0)
		doctor_tell(doctor, DOCTOR_WARN, about,
			    "the backend waits for the guest's driver (it is %s): does its kernel "
			    "have xen-drm-front, or xen-kbdfront, and is it loaded?",
			    name_of(front));
	else if (front == INITIALISED || front == CONNECTED)
		doctor_tell(doctor, DOCTOR_WARN, about,
			    "the guest waits for the backend, which is %s: Weston's log says why",
			    name_of(back));
	else
		doctor_tell(
			doctor, DOCTOR_WARN, about,
			"closed (guest %s, backend %s): the guest's driver has ended, or Weston "
			"refuses it and its log says why",
			name_of(front), name_of(back));
}

static void
check_device(struct store *store, const char *guest, const char *folder, const char *kind,
	     const char *number)
{
	struct doctor *doctor = store->doctor;
	char front[256], about[128];

	snprintf(front, sizeof(front), "%s/%s", folder, number);
	snprintf(about, sizeof(about), "%s %s %s", guest, kind, number);
	unsigned backend = (unsigned)read_number(store, front, "backend-id", 0);
	char *back = read_node(store, front, "backend");
	store->devices++;
	if (backend != store->domid)
		doctor_tell(doctor, DOCTOR_WARN, about,
			    "its backend is domain %u, and this is domain %u: set backend= in the "
			    "guest's configuration to the domain that Weston runs in",
			    backend, store->domid);
	else if (!back)
		doctor_tell(doctor, DOCTOR_FAIL, about,
			    "it has no backend: attach the device anew with xl");
	else
		tell_states(store, about, read_number(store, front, "state", 0),
			    read_number(store, back, "state", 0));
	free(back);
}

/* From a connector's resolution, WIDTHxHEIGHT; 0: it has none. */
static uint64_t
grants_of_connector(const struct store *store, const char *device, const char *connector)
{
	char folder[384];
	unsigned width = 0, height = 0;

	snprintf(folder, sizeof(folder), "%s/%s", device, connector);
	char *text = read_node(store, folder, "resolution");
	if (!text || sscanf(text, "%ux%u", &width, &height) != 2)
		width = height = 0;
	free(text);
	return doctor_screen_pages(width, height);
}

/* Number of pages that a guest grants for its screens; 0 for buffers allocated by the backend. */
static uint64_t
grants_of_device(const struct store *store, const char *device)
{
	uint64_t grants = 0;
	unsigned count;

	if (read_number(store, device, "be-alloc", 0) == 1)
		return 0;
	char **names = xs_directory(store->xs, XBT_NULL, device, &count);
	for (unsigned i = 0; names && i < count; i++)
		grants += grants_of_connector(store, device, names[i]);
	free(names);
	return grants;
}

static void
check_grants(struct store *store, const char *domain, const char *guest)
{
	char folder[128], device[256], about[128];
	uint64_t grants = 0;
	unsigned count;

	snprintf(folder, sizeof(folder), "/local/domain/%s/device/vdispl", domain);
	char **numbers = xs_directory(store->xs, XBT_NULL, folder, &count);
	for (unsigned i = 0; numbers && i < count; i++) {
		snprintf(device, sizeof(device), "%s/%s", folder, numbers[i]);
		grants += grants_of_device(store, device);
	}
	free(numbers);
	if (grants == 0)
		return;
	snprintf(about, sizeof(about), "%s grants", guest);
	if (grants > DEFAULT_GRANTS)
		doctor_tell(store->doctor, DOCTOR_WARN, about,
			    "its screens need about %" PRIu64
			    " for two buffers each, but a guest gets "
			    "%u by default: set max_grant_frames=%" PRIu64 " in its configuration",
			    grants, DEFAULT_GRANTS, (grants + SPARE_GRANTS) / GRANTS_PER_FRAME + 1);
	else
		doctor_tell(store->doctor, DOCTOR_OK, about,
			    "its screens need about %" PRIu64
			    " for two buffers each, of the %u that a "
			    "guest gets by default",
			    grants, DEFAULT_GRANTS);
}

static void
check_kind(struct store *store, const char *domain, const char *guest, const char *directory,
	   const char *kind)
{
	char folder[128];
	unsigned count;

	snprintf(folder, sizeof(folder), "/local/domain/%s/device/%s", domain, directory);
	char **numbers = xs_directory(store->xs, XBT_NULL, folder, &count);
	for (unsigned i = 0; numbers && i < count; i++)
		check_device(store, guest, folder, kind, numbers[i]);
	free(numbers);
}

static void
check_guest(struct store *store, const char *domain)
{
	const char *wanted = store->doctor->guest;
	char folder[64], *name;

	snprintf(folder, sizeof(folder), "/local/domain/%s", domain);
	name = read_node(store, folder, "name");
	const char *guest = name ? name : domain;
	if (!wanted || strcmp(wanted, guest) == 0 || strcmp(wanted, domain) == 0) {
		check_kind(store, domain, guest, "vdispl", "vdispl");
		check_kind(store, domain, guest, "vkbd", "vkb");
		check_grants(store, domain, guest);
	}
	free(name);
}

static void
check_guests(struct store *store)
{
	struct doctor *doctor = store->doctor;
	unsigned count;
	char **domains = xs_directory(store->xs, XBT_NULL, "/local/domain", &count);

	if (!domains) {
		doctor_tell(doctor, DOCTOR_UNKNOWN, "guests",
			    "xenstored denies this user or domain access (%s): ask as root "
			    "in Dom0",
			    strerror(errno));
		return;
	}
	for (unsigned i = 0; i < count; i++)
		check_guest(store, domains[i]);
	if (store->devices == 0)
		doctor_tell(doctor, DOCTOR_WARN, "guests",
			    doctor->guest ? "no guest %s has a vdispl or vkb device: see README.md "
					    "for its configuration"
					  : "none%s has a vdispl or vkb device: see README.md for "
					    "their configuration",
			    doctor->guest ? doctor->guest : "");
	free(domains);
}

/* Runs in the child process. */
static void
ask(struct doctor *doctor)
{
	struct store store = {.doctor = doctor, .xs = xs_open(0)};
	unsigned size;

	if (!store.xs) {
		doctor_tell(doctor, errno == EACCES ? DOCTOR_UNKNOWN : DOCTOR_FAIL, "xenstored",
			    "%s: %s", strerror(errno),
			    errno == EACCES ? "ask as root" : "does it run?");
		return;
	}
	char *domid = xs_read(store.xs, XBT_NULL, "domid", &size);
	store.domid = domid ? (unsigned)atoi(domid) : 0;
	free(domid);
	doctor_tell(doctor, DOCTOR_OK, "xenstored", "answers");
	check_guests(&store);
	xs_close(store.xs);
}

/* False: the child still runs after WAIT_MS. */
static bool
has_ended(pid_t child, int *status)
{
	const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};

	for (int waited = 0; waited < WAIT_MS; waited += STEP_MS) {
		if (waitpid(child, status, WNOHANG) == child)
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

void
doctor_check_store(struct doctor *doctor)
{
	int status = 0;

	fflush(stdout);
	pid_t child = fork();
	if (child < 0) {
		doctor_tell(doctor, DOCTOR_UNKNOWN, "xenstored", "%s", strerror(errno));
		return;
	}
	if (child == 0) {
		doctor->failed = 0;
		ask(doctor);
		fflush(stdout);
		_exit(doctor->failed > 0);
	}
	if (!has_ended(child, &status)) {
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		doctor_tell(doctor, DOCTOR_FAIL, "xenstored",
			    "it does not answer within %d s: restart it, and then the guests",
			    WAIT_MS / 1000);
	} else if (status != 0) {
		doctor->failed++;
	}
}
