/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_FOLDERS_H
#define CQA_STORE_FOLDERS_H

#include "store/store.h"

/*
 * What the last look at each watched folder found, and what the folder has taught: one row a
 * folder, written by the process that looks. Whoever wants to know whether the recordings are
 * accounted for reads it beside the counts (cqa_store_counts).
 */
struct cqa_folder {
    const char *path;
    int64_t looked_ms; /* when the last look that came to its end began */
    int64_t took_ms;
    /* of that look */
    int64_t files;             /* regular and not left out by their name */
    int64_t settling;          /* of them not at rest, so that no recording stands for them yet */
    int64_t held;              /* of those somebody had open for writing */
    int64_t ignored;           /* left out by their name */
    int64_t not_regular;       /* symbolic links, pipes, sockets */
    int64_t errors;            /* could not be read */
    int64_t sys_errno;         /* of the last of them; 0: none */
    int64_t held_back;         /* expected and not there, in a folder that may not be mounted */
    int64_t unread;            /* 1: the folder itself could not be read */
    int64_t settling_since_ms; /* since when the one that settles longest has been known; 0: none */
    const char *settling_path; /* which; NULL: none */
    /* Learned: watch/scan.h. */
    int64_t stream_pause_ms, whole_pause_ms, whole_growths, closes;
};

/* As it stands from now on. */
enum cqa_status cqa_folders_put(struct cqa_store *store, const struct cqa_folder *folder,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* `*out` is {0} where no look has been written; strings in `arena`. */
enum cqa_status cqa_folders_find(struct cqa_store *store, const char *path, struct cqa_arena *arena,
                                 struct cqa_folder *out, struct cqa_error *error) CQA_MUST_CHECK;

#endif
