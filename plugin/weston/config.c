/* SPDX-License-Identifier: MIT */
/* See config.h. */
#include "weston/config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/log.h"
#include "pure/option-text.h"
#include "pure/places.h"
#include "weston/compat.h"

/* Larger than any weston.ini; it is read on the compositor's thread. */
#define LARGEST_BYTES (1 << 20)

static void
log_complaint(void *data, const char *sentence)
{
	log_line("weston.ini: %s", sentence);
}

int
config_read_file(struct options *options, const char *path, options_report_func_t report,
		 void *data)
{
	struct stat status;
	/* Opening a pipe must not block. */
	_autoclose_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > LARGEST_BYTES)
		return -EFBIG;
	_autofree_ char *text = malloc((size_t)status.st_size + 1);
	if (!text)
		return -ENOMEM;
	ssize_t size = read(fd, text, (size_t)status.st_size);
	if (size < 0)
		return -errno;
	return options_read_text(options, text, (size_t)size, report, data);
}

struct options *
config_read(struct weston_compositor *compositor)
{
	struct weston_config *config = wet_get_config(compositor);
	struct options *options = options_create();

	if (!options || !config)
		return options;
	const char *path = weston_config_get_full_path(config);
	int found = config_read_file(options, path, log_complaint, NULL);
	if (found < 0)
		log_line("weston.ini: %s: %s; keys that were not read have their defaults", path,
			 strerror(-found));
	options_check_rules(options, log_complaint, NULL);
	return options;
}

void
config_check_outputs(struct weston_compositor *compositor, const struct options *options)
{
	const char *names[PLACES_MAX_OUTPUTS];
	const struct weston_output *output;
	size_t count = 0;

	wl_list_for_each(output, &compositor->output_list, link)
		if (count < PLACES_MAX_OUTPUTS)
			names[count++] = output->name;
	options_check_outputs(options, names, count, log_complaint, NULL);
}
