/* SPDX-License-Identifier: MIT */
/* doctor: Xen, this domain, its kernel and its devices. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* A lower hard limit of open files is reported. */
#define ENOUGH_FILES 4096

static void
check_domain(struct doctor *doctor)
{
	char type[64] = "", kind[64] = "PV, PVH or HVM", capabilities[128] = "";

	if (!doctor_read_line(doctor, "/sys/hypervisor/type", type, sizeof(type)) ||
	    strcmp(type, "xen") != 0) {
		doctor_tell(doctor, DOCTOR_FAIL, "Xen",
			    "this is no domain of Xen; install xen-system and boot the entry with "
			    "Xen");
		return;
	}
	doctor_read_line(doctor, "/sys/hypervisor/guest_type", kind, sizeof(kind));
	doctor_read_line(doctor, "/proc/xen/capabilities", capabilities, sizeof(capabilities));
	if (strstr(capabilities, "control_d"))
		doctor_tell(doctor, DOCTOR_OK, "Xen", "Dom0, %s", kind);
	else
		doctor_tell(doctor, DOCTOR_OK, "Xen",
			    "not Dom0, %s; guests need backend= with this domain's name", kind);
}

/* As in xen/features.h. */
enum { NOT_DIRECT_MAPPED = 16, DIRECT_MAPPED = 17 };

/* Whether this domain's memory, with guests' pages in it, has the same addresses for devices as for
 * the domain. */
static void
check_mapping(struct doctor *doctor)
{
	char line[64];

	if (!doctor_read_line(doctor, "/sys/hypervisor/properties/features", line, sizeof(line)))
		return;
	/* The last word holds the first 32 features. */
	size_t length = strlen(line);
	unsigned long features = strtoul(length > 8 ? line + length - 8 : line, NULL, 16);
	if (features & 1UL << DIRECT_MAPPED)
		doctor_tell(doctor, DOCTOR_OK, "1:1 mapping",
			    "yes; on Arm the kernel's own dma-bufs then need a fix, see "
			    "doc/kernel.md; those of the module in kernel/ do not");
	else if (features & 1UL << NOT_DIRECT_MAPPED)
		doctor_tell(doctor, DOCTOR_OK, "1:1 mapping",
			    "no: a device can read guests' pages only through an IOMMU");
}

/* Whether a line of the text is "NAME=y" or "NAME=m". */
static bool
has_option(const char *text, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = strstr(text, name); at; at = strstr(at + size, name))
		if ((at == text || at[-1] == '\n') && at[size] == '=' &&
		    (at[size + 1] == 'y' || at[size + 1] == 'm'))
			return true;
	return false;
}

static char *
read_text(const char *path)
{
	enum { LARGEST = 4 << 20 };
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(LARGEST) : NULL;

	if (text)
		text[fread(text, 1, LARGEST - 1, file)] = '\0';
	if (file)
		fclose(file);
	return text;
}

static void
check_options(struct doctor *doctor)
{
	static const char *const needed[] = {"CONFIG_XEN_DEV_EVTCHN", "CONFIG_XEN_GNTDEV"};
	struct utsname system;
	char file[256], path[512];
	bool complete = true;

	uname(&system);
	snprintf(file, sizeof(file), "/boot/config-%s", system.release);
	doctor_path(doctor, path, sizeof(path), file);
	char *text = read_text(path);
	if (!text) {
		doctor_tell(doctor, DOCTOR_UNKNOWN, "kernel", "%s: %s", file, strerror(errno));
		return;
	}
	for (unsigned i = 0; i < 2; i++) {
		if (has_option(text, needed[i]))
			continue;
		complete = false;
		doctor_tell(doctor, DOCTOR_FAIL, "kernel", "%s lacks %s: boot one that has it",
			    system.release, needed[i]);
	}
	if (complete)
		doctor_tell(doctor, DOCTOR_OK, "kernel", "%s has event channels and grants%s",
			    system.release,
			    has_option(text, "CONFIG_XEN_GNTDEV_DMABUF")
				    ? ", and exports them as dma-bufs"
				    : "");
	free(text);
}

/* "it belongs to root:root with mode 0600" */
static void
describe_owner(const char *path, char *text, size_t size)
{
	struct stat status;

	if (stat(path, &status) < 0) {
		snprintf(text, size, "%s", strerror(errno));
		return;
	}
	const struct passwd *user = getpwuid(status.st_uid);
	const struct group *group = getgrgid(status.st_gid);
	snprintf(text, size, "it belongs to %s:%s with mode %04o", user ? user->pw_name : "?",
		 group ? group->gr_name : "?", (unsigned)(status.st_mode & 07777));
}

/* advice: what to do if it is absent. */
static void
check_device(struct doctor *doctor, const char *file, enum verdict without, const char *advice)
{
	char path[512], owner[256];

	doctor_path(doctor, path, sizeof(path), file);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int error = errno;
	if (fd >= 0) {
		close(fd);
		doctor_tell(doctor, DOCTOR_OK, file, "can be used by uid %u", (unsigned)geteuid());
		return;
	}
	if (error == ENOENT || error == ENODEV || error == ENXIO) {
		doctor_tell(doctor, without, file, "%s; %s", strerror(error), advice);
		return;
	}
	describe_owner(path, owner, sizeof(owner));
	doctor_tell(doctor, without, file,
		    "%s; %s, and this is uid %u: start Weston as root, or give its user access "
		    "with a udev rule",
		    strerror(error), owner, (unsigned)geteuid());
}

static void
check_heaps(struct doctor *doctor)
{
	char pattern[512];
	glob_t found;

	doctor_path(doctor, pattern, sizeof(pattern), "/dev/dma_heap/*");
	if (glob(pattern, 0, NULL, &found) == 0) {
		doctor_tell(doctor, DOCTOR_OK, "/dev/dma_heap", "%s is there for be-alloc",
			    strrchr(found.gl_pathv[0], '/') + 1);
		globfree(&found);
	} else {
		doctor_tell(doctor, DOCTOR_WARN, "/dev/dma_heap",
			    "there is none; only guests with be-alloc=1 need one, of a kernel with "
			    "CONFIG_DMABUF_HEAPS_SYSTEM");
	}
}

static void
check_files(struct doctor *doctor)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	if (limit.rlim_max < ENOUGH_FILES)
		doctor_tell(doctor, DOCTOR_WARN, "open files",
			    "at most %llu, and dma-bufs take several each: raise nofile for "
			    "Weston's user in /etc/security/limits.conf",
			    (unsigned long long)limit.rlim_max);
	else
		doctor_tell(doctor, DOCTOR_OK, "open files", "at most %llu",
			    (unsigned long long)limit.rlim_max);
}

void
doctor_check_kernel(struct doctor *doctor)
{
	check_domain(doctor);
	check_mapping(doctor);
	check_options(doctor);
	check_device(doctor, "/dev/xen/evtchn", DOCTOR_FAIL, "modprobe xen-evtchn");
	check_device(doctor, "/dev/xen/gntdev", DOCTOR_FAIL, "modprobe xen-gntdev");
	check_device(doctor, "/dev/xen/dmabuf", DOCTOR_WARN,
		     "without xen-display-dkms the renderer reads guests' pages in "
		     "place; with it they are dma-bufs");
	check_heaps(doctor);
	check_files(doctor);
}
