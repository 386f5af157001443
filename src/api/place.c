/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/place.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/program.h"

static const char *const places[] = {"%s/../share/callqa/%s", "%s/../%s", "%s/../../src/%s",
                                     "%s/../../../src/%s"};

static int open_file(const char *path, uint64_t *size)
{
    struct stat facts;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode)) {
        *size = (uint64_t)facts.st_size;
        return fd;
    }
    close(fd);
    return -1;
}

int cqa_place_open(const char *name, uint64_t *file_size, char *path, size_t path_size,
                   struct cqa_error *error)
{
    char folder[PATH_MAX];

    if (cqa_program_folder(folder, sizeof folder) != NULL)
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            const int length = snprintf(path, path_size, places[i], folder, name);
#pragma GCC diagnostic pop
            const int fd =
                length > 0 && (size_t)length < path_size ? open_file(path, file_size) : -1;
            if (fd >= 0)
                return fd;
        }
    cqa_fail(error, CQA_E_NOTFOUND, "%s is not installed", name);
    return -1;
}
