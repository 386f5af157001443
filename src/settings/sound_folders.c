/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings/sound_folders.h"

#include <stdlib.h>
#include <string.h>
#include "base/checks.h"

const char *cqa_path_below(const char *folder, const char *path)
{
    size_t length = strlen(folder);

    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (strncmp(folder, path, length) != 0 || path[length] != '/')
        return NULL;
    return path + length + strspn(path + length, "/");
}

int cqa_sound_folder_serves(const struct cqa_sound_folder *folder, const char *site)
{
    return folder->site == NULL || strcmp(folder->site, site) == 0;
}

/* Where links lead; as it was written where it is not there yet. The caller frees it. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);

    return real != NULL ? real : strdup(path);
}

static int holds(const char *outer, const char *inner)
{
    return strcmp(outer, inner) == 0 || cqa_path_below(outer, inner) != NULL;
}

static int same_site(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

/* Whether the two share files that one site may hear and another may not. */
static int overlap(const struct cqa_sound_folder *one, const struct cqa_sound_folder *other)
{
    if (same_site(one->site, other->site))
        return 0;
    char *left = real_path(one->path);
    char *right = real_path(other->path);
    const int is = left == NULL || right == NULL || holds(left, right) || holds(right, left);

    free(left);
    free(right);
    return is;
}

static void read_folder(struct cqa_sound_folders *out, struct cqa_arena *arena,
                        const struct cqa_yaml_node *node, struct cqa_problems *problems)
{
    static const char *const keys[] = {"folder", "site", NULL};
    const char *path = cqa_yaml_text(node);
    const char *site = NULL;

    if (cqa_yaml_kind(node) == CQA_YAML_MAP) {
        cqa_yaml_only(node, keys, problems);
        if (!cqa_yaml_get_string(node, "folder", 1, &path, problems) ||
            !cqa_yaml_get_string(node, "site", 1, &site, problems))
            return;
    }
    if (path == NULL || path[0] != '/') {
        cqa_yaml_problem(node, problems, "a folder must be an absolute path");
        return;
    }
    if (out->count == CQA_SOUND_FOLDERS_MAX) {
        cqa_yaml_problem(node, problems, "more than %d folders", CQA_SOUND_FOLDERS_MAX);
        return;
    }
    if (!cqa_check_folder(node, path, problems))
        return;
    const struct cqa_sound_folder folder = {cqa_arena_string(arena, path),
                                            site ? cqa_arena_string(arena, site) : NULL};
    for (size_t i = 0; i < out->count; i++)
        if (overlap(&out->list[i], &folder))
            cqa_yaml_problem(node, problems,
                             "%s: shares files with %s, which is not of the same site", path,
                             out->list[i].path);
    out->list[out->count++] = folder;
}

void cqa_sound_folders_read(struct cqa_sound_folders *out, struct cqa_arena *arena,
                            const struct cqa_yaml_node *root, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(root, "audio", CQA_YAML_LIST, 0, problems);

    for (size_t i = 0; list != NULL && i < cqa_yaml_count(list); i++)
        read_folder(out, arena, cqa_yaml_item(list, i), problems);
}
