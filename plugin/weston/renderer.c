/* SPDX-License-Identifier: MIT */
/*
 * See renderer.h. Weston loads its renderers as libraries, and the GL renderer leaves its context
 * current, so OpenGL can be queried. This loads no library that Weston has not loaded.
 */
#include "weston/renderer.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "weston/compat.h"

/* Supported by all GPUs of the last ten years; used if the limit cannot be queried. */
#define LIKELY_TEXTURE_LIMIT 4096
#define GL_MAX_TEXTURE_SIZE 0x0D33

static int
find_uploading_renderer(struct dl_phdr_info *info, size_t size, void *data)
{
	const char *slash = strrchr(info->dlpi_name, '/');
	const char *library = slash ? slash + 1 : info->dlpi_name, **name = data;

	if (strcmp(library, "gl-renderer.so") == 0)
		*name = "gl";
	else if (strcmp(library, "vulkan-renderer.so") == 0)
		*name = "vulkan";
	else
		return 0;
	return 1;
}

/* Returns a function of a library that is already loaded; NULL: not loaded, or no such function. */
static void *
find_function(const char *library, const char *name)
{
	void *handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
	void *function = handle ? dlsym(handle, name) : NULL;

	if (handle)
		dlclose(handle);
	return function;
}

static int32_t
ask_texture_limit(void)
{
	void *(*current_context)(void);
	void (*get_integer)(unsigned name, int *value);
	int limit = 0;

	*(void **)&current_context = find_function("libEGL.so.1", "eglGetCurrentContext");
	*(void **)&get_integer = find_function("libGLESv2.so.2", "glGetIntegerv");
	if (current_context && get_integer && current_context())
		get_integer(GL_MAX_TEXTURE_SIZE, &limit);
	return limit > 0 ? limit : LIKELY_TEXTURE_LIMIT;
}

void
renderer_probe(struct renderer *renderer)
{
	renderer->name = "pixman";
	renderer->uploads = dl_iterate_phdr(find_uploading_renderer, &renderer->name) != 0;
	renderer->whole_rows = compat_texture_has_stride();
	renderer->texture_limit = renderer->uploads ? ask_texture_limit() : INT32_MAX;
}
