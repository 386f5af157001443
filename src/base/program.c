/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/program.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *cqa_program_folder(char *path, size_t size)
{
    static const char commands[] = "/libexec/callqa";
    const ssize_t length = readlink("/proc/self/exe", path, size - 1);

    if (length <= 0)
        return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    const size_t folder = (size_t)(slash - path);
    if (folder >= strlen(commands) && strcmp(slash - strlen(commands), commands) == 0)
        memcpy(slash - strlen(commands), "/bin", sizeof "/bin");
    return path;
}

const char *cqa_program_beside(const char *name, char *path, size_t size)
{
    char folder[PATH_MAX];
    const char *here = cqa_program_folder(folder, sizeof folder);
    const int length =
        here == NULL ? -1 : snprintf(path, size, "%s/../libexec/callqa/%s", here, name);

    return length > 0 && (size_t)length < size ? path : NULL;
}
