/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/paths.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum cqa_status cqa_paths_add(struct cqa_paths *paths, const char *path, struct cqa_error *error)
{
    if (paths->count == paths->capacity) {
        const size_t capacity = paths->capacity > 0 ? paths->capacity * 2 : 64;
        char **items = reallocarray(paths->items, capacity, sizeof *items);
        if (items == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory for %zu paths", capacity);
        paths->items = items;
        paths->capacity = capacity;
    }
    paths->items[paths->count] = strdup(path);
    if (paths->items[paths->count] == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    paths->count++;
    return CQA_OK;
}

static int by_name(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

/* Pages lie among the recordings that they link to (callqa analyze --format html). */
static int is_page(const char *name)
{
    return fnmatch("*.html", name, FNM_CASEFOLD) == 0;
}

/* Files of a walk; unreadable folders are added too, so that opening them says why. */
static int is_wanted(const FTSENT *entry, const struct cqa_recorder *recorder)
{
    switch (entry->fts_info) {
    case FTS_F:
    case FTS_SLNONE:
    case FTS_NS:
        return entry->fts_level == FTS_ROOTLEVEL ||
               (!is_page(entry->fts_name) && !cqa_recorder_ignores(recorder, entry->fts_name));
    case FTS_DNR:
    case FTS_ERR:
        return 1;
    default:
        return entry->fts_info == FTS_DEFAULT && entry->fts_level == FTS_ROOTLEVEL;
    }
}

static enum cqa_status walk(struct cqa_paths *paths, const struct cqa_recorder *recorder, char *top,
                            struct cqa_error *error)
{
    char *const tops[] = {top, NULL};
    FTS *walk = fts_open(tops, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    enum cqa_status status = CQA_OK;
    FTSENT *entry;

    if (walk == NULL)
        return cqa_fail_errno(error, "%s", top);
    while (status == CQA_OK && (entry = fts_read(walk)) != NULL)
        if (entry->fts_info == FTS_D && entry->fts_level > FTS_ROOTLEVEL &&
            cqa_litter_folder(entry->fts_name) != CQA_LITTER_NONE)
            (void)fts_set(walk, entry, FTS_SKIP);
        else if (is_wanted(entry, recorder))
            status = cqa_paths_add(paths, entry->fts_path, error);
    fts_close(walk);
    return status;
}

/* Absolute without resolving links: a result names the file as the person named it. */
static enum cqa_status make_absolute(const char *argument, char out[PATH_MAX],
                                     struct cqa_error *error)
{
    char here[PATH_MAX];
    int length;

    while (strncmp(argument, "./", 2) == 0)
        argument += 2;
    if (argument[0] == '/')
        length = snprintf(out, PATH_MAX, "%s", argument);
    else if (getcwd(here, sizeof here) == NULL)
        return cqa_fail_errno(error, "the current folder");
    else
        length = snprintf(out, PATH_MAX, "%s/%s", here, strcmp(argument, ".") == 0 ? "" : argument);
    if (length < 0 || length >= PATH_MAX)
        return cqa_fail(error, CQA_E_LIMIT, "a path longer than %d bytes", PATH_MAX);
    for (; length > 1 && out[length - 1] == '/'; length--)
        out[length - 1] = '\0';
    return CQA_OK;
}

enum cqa_status cqa_paths_collect(struct cqa_paths *paths, const struct cqa_recorder *recorder,
                                  char *const *arguments, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    char path[PATH_MAX];

    for (; status == CQA_OK && *arguments != NULL; arguments++) {
        if ((*arguments)[0] == '\0') { /* of a variable that is not set: not this folder */
            status = cqa_paths_add(paths, "", error);
            continue;
        }
        status = make_absolute(*arguments, path, error);
        if (status == CQA_OK)
            status = walk(paths, recorder, path, error);
    }
    return status;
}

static int is_file(const char *path, const char *real)
{
    char here[PATH_MAX];
    const char *name = strrchr(path, '/');

    return name != NULL && strcmp(name, strrchr(real, '/')) == 0 && realpath(path, here) != NULL &&
           strcmp(here, real) == 0;
}

void cqa_paths_drop(struct cqa_paths *paths, const char *path)
{
    size_t kept = 0;

    for (size_t i = 0; i < paths->count; i++) {
        if (path != NULL && is_file(paths->items[i], path))
            free(paths->items[i]);
        else
            paths->items[kept++] = paths->items[i];
    }
    paths->count = kept;
}

void cqa_paths_finish(struct cqa_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->items[i]);
    free(paths->items);
    *paths = (struct cqa_paths){0};
}
