/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_WATCH_FILES_H
#define CQA_WATCH_FILES_H

/* What a scan remembers of each file; for the files of this folder only. */

#include <stddef.h>
#include <stdint.h>

struct cqa_watched {
    struct cqa_watched *next; /* of the same bucket */
    int64_t size_bytes;
    int64_t mtime_ns;
    int64_t ctime_ns; /* INT64_MIN: known from the store, not seen yet */
    int64_t since_ms; /* monotonic: the look at which it was first found like this */
    uint32_t look;    /* the last look that saw it */
    int told;         /* in this very state */
    int ever_told;    /* in any */
    char path[];      /* relative to the folder */
};

/* By path. {0} is empty. */
struct cqa_watched_files {
    struct cqa_watched **buckets;
    size_t bucket_count; /* a power of two, or 0 */
    size_t count;
};

struct cqa_watched *cqa_watched_find(const struct cqa_watched_files *files, const char *path);

/* A new entry; the path must not be there yet. NULL: no memory. */
struct cqa_watched *cqa_watched_add(struct cqa_watched_files *files, const char *path);

/* Removes the entries for which `drop` says 1. */
void cqa_watched_sift(struct cqa_watched_files *files,
                      int (*drop)(void *context, const struct cqa_watched *file), void *context);

void cqa_watched_finish(struct cqa_watched_files *files);

#endif
