/* SPDX-License-Identifier: MIT */
/* See config.h. */
#include "weston/config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/log.h"
#include "pure/options.h"
#include "pure/places.h"
#include "weston/compat.h"

static char *
get_string(void *data, const char *key)
{
	char *value = NULL;

	weston_config_section_get_string(data, key, &value, NULL);
	return value;
}

static void
report(void *data, const char *sentence)
{
	log_line("weston.ini: %s", sentence);
}

/* Weston's parser cannot tell which keys a section has: a look at the text can. */
static void
report_unknown_keys(struct weston_config *config)
{
	struct stat status;
	_autoclose_ int fd = open(weston_config_get_full_path(config), O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) < 0 || status.st_size <= 0)
		return;
	size_t size = (size_t)status.st_size;
	char *text = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		return;
	options_scan_text(text, size, report, NULL);
	munmap(text, size);
}

struct options *
config_read(struct weston_compositor *compositor)
{
	struct weston_config *config = wet_get_config(compositor);
	struct weston_config_section *section = NULL;
	struct options *options = options_create();
	const char *name;

	if (!options || !config)
		return options;
	while (weston_config_next_section(config, &section, &name))
		options_read_section(options, name, get_string, section, report);
	report_unknown_keys(config);
	options_check_rules(options, report, NULL);
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
	options_check_outputs(options, names, count, report, NULL);
}
