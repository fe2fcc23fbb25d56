/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files of its corpus, as an ordinary test: each file is one case. */
#include "fuzz.h"

#include <dirent.h>

static void
run_file(const char *folder, const char *name)
{
	static uint8_t data[1 << 20];
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rbe");
	if (!file) {
		perror(path);
		exit(1);
	}
	/* Memory of exactly the input's size, as in libFuzzer, so that reads beyond are detected.
	 */
	size_t size = fread(data, 1, sizeof(data), file);
	uint8_t *exact = malloc(size ? size : 1);
	memcpy(exact, data, size);
	fclose(file);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

int
main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	unsigned count = 0;

	if (!folder) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		run_file(argv[1], entry->d_name);
		printf("ok %u %s\n", ++count, entry->d_name);
	}
	closedir(folder);
	printf("1..%u\n", count);
	return count > 0 ? 0 : 1;
}
