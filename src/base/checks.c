/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/checks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mounts.h"

int cqa_path_lies_in(const char *path, const char *folder)
{
    const size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

const char *cqa_path_real(const char *path, char out[PATH_MAX])
{
    char there[PATH_MAX];
    char real[PATH_MAX];

    if (cqa_path_is_shared(path, out) || realpath(path, out) != NULL)
        return out;
    (void)snprintf(there, sizeof there, "%s", path);
    for (char *slash = strrchr(there, '/'); slash != NULL && slash > there;
         slash = strrchr(there, '/')) {
        *slash = '\0';
        if (realpath(there, real) != NULL) {
            const char *rest = path + (slash - there);
            const int length =
                snprintf(out, PATH_MAX, "%s%s", strcmp(real, "/") == 0 ? "" : real, rest);
            if (length > 0 && length < PATH_MAX)
                return out;
            break;
        }
    }
    (void)snprintf(out, PATH_MAX, "%s", path);
    return out;
}

const char *cqa_system_tree(const char *path)
{
    static const char *const whole[] = {"/proc", "/sys", "/dev"};
    static const char *const alone[] = {"/", "/etc", "/usr", "/var", "/boot", "/run"};
    char buffer[PATH_MAX];

    path = cqa_path_real(path, buffer);
    if (cqa_path_lies_in(path, "/dev/shm") && strcmp(path, "/dev/shm") != 0)
        return NULL; /* recorders write to memory */
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (cqa_path_lies_in(path, whole[i]))
            return whole[i];
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (strcmp(path, alone[i]) == 0)
            return alone[i];
    return NULL;
}

int cqa_check_file(const struct cqa_yaml_node *node, const char *path,
                   struct cqa_problems *problems)
{
    struct stat status;

    if (access(path, R_OK) != 0)
        cqa_yaml_problem(node, problems, "%s: %p", path, cqa_words_of_errno(errno));
    else if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        cqa_yaml_problem(node, problems, "%s is no regular file", path);
    else
        return 1;
    return 0;
}

int cqa_check_folder(const struct cqa_yaml_node *node, const char *path,
                     struct cqa_problems *problems)
{
    struct stat status;

    if (cqa_system_tree(path) != NULL)
        cqa_yaml_problem(node, problems,
                         "%s is the system's own: name the folder in which recordings lie", path);
    else if (!cqa_path_is_shared(path, NULL) && stat(path, &status) == 0 &&
             !S_ISDIR(status.st_mode))
        cqa_yaml_problem(node, problems, "%s is no folder", path);
    else
        return 1;
    return 0;
}
