/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_WATCH_FILES_H
#define CQA_WATCH_FILES_H

/* What a scan remembers of each file; for the files of this folder only. */

#include <stddef.h>
#include <stdint.h>

/* What its bytes say of its end. */
enum cqa_watched_form {
    CQA_FORM_UNKNOWN, /* not looked into */
    CQA_FORM_STREAM,  /* nothing: more may follow at any time */
    CQA_FORM_WHOLE,   /* its header knows how long the file is, and so it is */
};

struct cqa_watched {
    struct cqa_watched *next; /* of the same bucket */
    int64_t size_bytes;
    int64_t mtime_ns;
    int64_t ctime_ns;           /* INT64_MIN: known from the store, not seen yet */
    int64_t since_ms;           /* monotonic: the look at which it was first found like this */
    int64_t first_ms;           /* monotonic: since when it settles, whatever it did meanwhile */
    uint64_t inode;             /* 0: not seen yet */
    uint32_t look;              /* the last look that saw it */
    unsigned told : 1;          /* in this very state */
    unsigned ever_told : 1;     /* in any */
    unsigned closed : 1;        /* its writer has closed it since it last grew */
    unsigned closes_now : 1;    /* and that since the last look */
    unsigned arrived : 1;       /* it got its name by being renamed */
    unsigned left : 1;          /* its name was given to another */
    unsigned from_event : 1;    /* no look has seen it yet */
    unsigned old : 1;           /* at rest since long before the first look */
    unsigned held : 1;          /* somebody had it open for writing when last asked */
    enum cqa_watched_form form; /* in this very state */
    char path[];                /* relative to the folder */
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
