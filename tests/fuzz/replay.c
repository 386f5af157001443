/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fuzz target without the fuzzer: gives it every file of the folders named, once. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_BYTES_MAX = 1 << 20 };

static int one_file(const char *folder, const char *name)
{
    char path[4096];
    uint8_t *data = malloc(INPUT_BYTES_MAX);

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rbe");
    if (data == NULL || file == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    const size_t size = fread(data, 1, INPUT_BYTES_MAX, file);
    (void)fclose(file);
    (void)printf("%s\n", name); /* the last one is it, where the target ends here */
    (void)fflush(stdout);
    const int kept = LLVMFuzzerTestOneInput(data, size) == 0;
    free(data);
    return kept;
}

static int all_files(const char *folder)
{
    struct dirent **names;
    const int count = scandir(folder, &names, NULL, alphasort);
    int done = 0;

    if (count < 0) {
        (void)fprintf(stderr, "%s: %s\n", folder, strerror(errno));
        exit(2);
    }
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.')
            done += one_file(folder, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    return done;
}

int main(int argc, char **argv)
{
    int done = 0;

    for (int i = 1; i < argc; i++)
        done += all_files(argv[i]);
    (void)printf("%d inputs\n", done);
    return done < 5; /* an empty corpus shows nothing */
}
