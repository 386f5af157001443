/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_WATCH_WALK_H
#define CQA_WATCH_WALK_H

/* Goes through a folder and all below it. */

/* `path` is relative to the folder walked, "" for that itself. Entries that are not wanted may be
 * NULL. */
struct cqa_walk_visitor {
    void *context;
    void (*folder)(void *context, int fd, const char *path);
    /* `type` is one of DT_… and never DT_UNKNOWN nor DT_DIR, `name` the end of `path`. */
    void (*entry)(void *context, int folder_fd, const char *path, const char *name,
                  unsigned char type);
    /* Passed over with all below it, by its name (base/litter.h). */
    void (*hidden_folder)(void *context, const char *path);
    /* What lies at or below `path` could not be seen this time. */
    void (*trouble)(void *context, const char *path, int sys_errno);
};

/* 0, or the errno with which the folder itself could not be opened. Symbolic links are not followed
 * below it. */
int cqa_walk(const char *folder, const struct cqa_walk_visitor *visitor);

#endif
