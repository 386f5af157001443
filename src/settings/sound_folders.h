/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SETTINGS_SOUND_FOLDERS_H
#define CQA_SETTINGS_SOUND_FOLDERS_H

#include <stddef.h>
#include "base/arena.h"
#include "base/problems.h"
#include "base/yaml.h"

enum { CQA_SOUND_FOLDERS_MAX = 64 };

/* A folder that recordings may be played from, absolute. `site`: of calls of that site alone (the
 * site of the token that posted them); NULL: of every one. */
struct cqa_sound_folder {
    const char *path;
    const char *site;
};

struct cqa_sound_folders {
    struct cqa_sound_folder list[CQA_SOUND_FOLDERS_MAX];
    size_t count;
};

/*
 * Reads `audio:` of the configuration, each item a path or {folder, site}; texts go into `arena`.
 * None of a site may lie in another one's, nor in one of every site: whose the file is would hang
 * on the order of the list.
 */
void cqa_sound_folders_read(struct cqa_sound_folders *out, struct cqa_arena *arena,
                            const struct cqa_yaml_node *root, struct cqa_problems *problems);

/* Whether calls of `site` may be played from it. */
int cqa_sound_folder_serves(const struct cqa_sound_folder *folder, const char *site);

/* What of `path` lies below `folder`, without slashes in front; NULL: nothing, "": the folder
 * itself with a slash behind it. By the letters alone: no link is followed. */
const char *cqa_path_below(const char *folder, const char *path);

#endif
