/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/models.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/program.h"

static int ends_with(const char *text, const char *ending)
{
    const size_t length = strlen(text);
    const size_t count = strlen(ending);

    return length >= count && strcmp(text + length - count, ending) == 0;
}

static int try_place(const char *base, const char *inside, const char *folder, const char *name,
                     char *path, size_t size)
{
    const char *ending = strchr(name, '.') == NULL ? ".yaml" : "";
    const int length = snprintf(path, size, "%s%s/%s/%s%s", base, inside, folder, name, ending);

    return length > 0 && (size_t)length < size && access(path, R_OK) == 0;
}

/* What lies in a folder of models, for people. */
static const char *kind_of(const char *folder)
{
    static const char *const kinds[][2] = {{"recorders", CQA_N("recorder profile")},
                                           {"rubrics", CQA_N("rubric")},
                                           {"schemes", CQA_N("scheme")}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(folder, kinds[i][0]) == 0)
            return kinds[i][1];
    return CQA_N("model");
}

enum cqa_status cqa_models_find(const char *folder, const char *name, char *path, size_t size,
                                struct cqa_error *error)
{
    char program[PATH_MAX];
    const char *chosen = getenv("CALLQA_MODELS");
    const char *here = cqa_program_folder(program, sizeof program);

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
    const struct cqa_message kind = {.format = kind_of(folder)};
    return cqa_fail(
        error, CQA_E_NOTFOUND,
        "no %p named \"%s\" in /etc/callqa/%s nor in share/callqa/%s beside the program", &kind,
        name, folder, folder);
}

/* ---- listing */

struct names {
    char **items;
    size_t count;
    int no_memory;
};

static void add_name(struct names *names, const char *file)
{
    char **items = realloc(names->items, (names->count + 1) * sizeof *items);
    char *name = strndup(file, strlen(file) - strlen(".yaml"));

    if (items != NULL)
        names->items = items;
    if (items == NULL || name == NULL) {
        free(name);
        names->no_memory = 1;
        return;
    }
    names->items[names->count++] = name;
}

static void add_folder(struct names *names, const char *base, const char *inside,
                       const char *folder)
{
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s%s/%s", base, inside, folder);
    DIR *entries = length > 0 && (size_t)length < sizeof path ? opendir(path) : NULL;

    if (entries == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.' && ends_with(entry->d_name, ".yaml"))
            add_name(names, entry->d_name);
    closedir(entries);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

enum cqa_status cqa_models_list(const char *folder, void (*visit)(void *context, const char *name),
                                void *context, struct cqa_error *error)
{
    char program[PATH_MAX];
    struct names names = {0};
    const char *chosen = getenv("CALLQA_MODELS");
    const char *here = cqa_program_folder(program, sizeof program);

    if (chosen != NULL)
        add_folder(&names, chosen, "", folder);
    add_folder(&names, "/etc/callqa", "", folder);
    if (here != NULL) {
        add_folder(&names, here, "/../share/callqa", folder);
        add_folder(&names, here, "/../../models", folder);
    }
    if (names.count > 0)
        qsort(names.items, names.count, sizeof *names.items, by_text);
    for (size_t i = 0; i < names.count; i++)
        if (i == 0 || strcmp(names.items[i], names.items[i - 1]) != 0)
            visit(context, names.items[i]);
    for (size_t i = 0; i < names.count; i++)
        free(names.items[i]);
    free(names.items);
    return names.no_memory ? cqa_fail(error, CQA_E_NOMEM, "out of memory") : CQA_OK;
}
