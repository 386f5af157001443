#include "base/models.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ends_with(const char *text, const char *ending)
{
    const size_t length = strlen(text);
    const size_t count = strlen(ending);

    return length >= count && strcmp(text + length - count, ending) == 0;
}

/* The folder that holds the running program, without a trailing slash. */
static const char *program_folder(char *path, size_t size)
{
    const ssize_t length = readlink("/proc/self/exe", path, size - 1);

    if (length <= 0)
        return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    return path;
}

static int try_place(const char *base, const char *inside, const char *folder, const char *name,
                     char *path, size_t size)
{
    const char *ending = strchr(name, '.') == NULL ? ".yaml" : "";
    const int length = snprintf(path, size, "%s%s/%s/%s%s", base, inside, folder, name, ending);

    return length > 0 && (size_t)length < size && access(path, R_OK) == 0;
}

enum cqa_status cqa_models_find(const char *folder, const char *name, char *path, size_t size,
                                struct cqa_error *error)
{
    char program[PATH_MAX];
    const char *chosen = getenv("CALLQA_MODELS");
    const char *here = program_folder(program, sizeof program);

    if (strchr(name, '/') != NULL || ends_with(name, ".yaml")) {
        const int length = snprintf(path, size, "%s", name);
        if (length < 0 || (size_t)length >= size)
            return cqa_fail(error, CQA_E_LIMIT, "the path of a model is too long");
        return access(path, R_OK) == 0 ? CQA_OK : cqa_fail_errno(error, "%s", name);
    }
    if (chosen != NULL && try_place(chosen, "", folder, name, path, size))
        return CQA_OK;
    if (try_place("/etc/callqa", "", folder, name, path, size))
        return CQA_OK;
    if (here != NULL && (try_place(here, "/../share/callqa", folder, name, path, size) ||
                         try_place(here, "/../../models", folder, name, path, size)))
        return CQA_OK;
    return cqa_fail(
        error, CQA_E_NOTFOUND,
        "no %s named \"%s\" in /etc/callqa/%s nor in share/callqa/%s beside the program", folder,
        name, folder, folder);
}
