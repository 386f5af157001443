/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_WATCH_SCAN_H
#define CQA_WATCH_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include "base/clock.h"
#include "base/error.h"
#include "base/litter.h"

/*
 * One watched folder, as it is: the truth about which files there are and which have come to rest.
 * Events only say when to look (watch/inotify.h). Belongs to one thread.
 *
 * A file has settled when looks far enough apart found the same size, mtime and ctime, and nobody
 * has it open for writing as far as one is allowed to ask (a lease). How far apart depends on what
 * it is (docs/decisions/0102-when-a-file-is-settled.md):
 *
 *   its header knows its length and agrees    `settle_ms`, or longer where such files were seen to
 *                                             grow again
 *   nothing in it tells its end               `stream_ms`, or half as long again as the longest
 *                                             pause between two growths that was seen here
 *   the same, but it got its name by a        `settle_ms`
 *   rename, or its writer closed it where
 *   closing has proved to be the end
 *   at rest for an hour before the first look at once
 *
 * Only regular files count; symbolic links are not followed, neither as files nor as folders. Names
 * are bytes: newlines, 255 of them, no UTF-8, all are fine.
 */
struct cqa_scan;

/* What a folder has taught about its files: {0} at first, to be handed to the next scan of it. */
struct cqa_scan_learned {
    int64_t stream_pause_ms; /* the longest pause between two growths of a file without end */
    int64_t whole_pause_ms;  /* and of one whose header agreed with its size before it grew */
    int64_t whole_growths;   /* how many such growths */
    int64_t closes; /* files that never grew again after their writer had closed them, since the
                       last that did; below 0 where one did lately */
};

struct cqa_scan_config {
    const char *folder; /* absolute; copied */
    int64_t settle_ms;  /* 0: 2000 */
    int64_t stream_ms;  /* 0: as settle_ms */
    const struct cqa_clock *clock;
    /* Whether the file knows its length and has it (audio/whole.h). NULL: all do. */
    int (*is_whole)(int fd, int64_t size_bytes);
    struct cqa_scan_learned learned;
    int (*ignores)(
        void *context,
        const char *name); /* NULL: nothing is; asked for files' names, not for folders' */
    void *context;
};

/* Which way a file is told of. */
enum cqa_scan_news {
    CQA_SCAN_GONE,    /* was told at an earlier look or was known from before; told first */
    CQA_SCAN_MISSED,  /* has gone before it was ever told; size and mtime 0 where no look saw it */
    CQA_SCAN_SETTLED, /* new or changed, and at rest */
};

struct cqa_scan_file {
    enum cqa_scan_news news;
    const char *path;   /* absolute; lives during the call */
    int64_t size_bytes; /* gone: as it was last */
    int64_t mtime_ns;
};

/* Return 0 when it could not be taken: the same news come again with the next look. */
typedef int cqa_scan_tell(void *context, const struct cqa_scan_file *file);

enum { CQA_SCAN_TROUBLE_SIZE = 512 };

/* What a look found. */
struct cqa_scan_report {
    size_t files;       /* regular, not ignored */
    size_t settling;    /* of them not yet at rest */
    size_t held;        /* of those somebody has open for writing */
    size_t untold;      /* at rest, but who was told of them would not take them: told again */
    size_t missed;      /* have gone before they came to rest */
    size_t ignored;     /* by name */
    size_t not_regular; /* symbolic links, FIFOs, sockets, devices */
    size_t errors; /* folders or files that could not be read this time: nothing below them is taken
                      for gone */
    int sys_errno; /* of the last error */
    char trouble[CQA_SCAN_TROUBLE_SIZE]; /* the first of them below the folder; "": itself, or none
                                          */
    size_t litter[CQA_LITTER_COUNT];     /* of the ignored, why; those of the profile not */
    size_t held_back; /* all the files there were: the folder is empty and not the one in which they
                         have been seen, so that its disk may not be mounted; nothing is told */
    int64_t
        next_ms; /* how long until a settling file may have come to rest; -1: none is settling */
    int64_t longest_ms;       /* how long the one that settles longest has been known; 0: none */
    const char *longest_path; /* which one, below the folder; NULL: none. Until the next call */
};

/* What somebody saw happen to a file between two looks. */
enum cqa_scan_hint {
    CQA_SCAN_APPEARED,
    CQA_SCAN_CLOSED,  /* by whoever had written it */
    CQA_SCAN_ARRIVED, /* by a rename */
    CQA_SCAN_LEFT,    /* its name was given to another file of this folder */
};

/* Owned, free with cqa_scan_destroy. The folder need not exist yet. */
enum cqa_status cqa_scan_create(const struct cqa_scan_config *config, struct cqa_scan **out,
                                struct cqa_error *error) CQA_MUST_CHECK;
void cqa_scan_destroy(struct cqa_scan *scan);

/* Before the first look: a file that the store knows already in this state is not told of again; if
 * it is not there any more, it is told as gone. Paths outside the folder are passed over.
 * CQA_E_NOMEM. */
enum cqa_status cqa_scan_know(struct cqa_scan *scan, const char *path, int64_t size_bytes,
                              int64_t mtime_ns, struct cqa_error *error) CQA_MUST_CHECK;

/* `path` is relative to the folder. Hints may be wrong, late or missing: the next look is the
 * truth; but of what is gone by then, they are the only trace. */
void cqa_scan_hint(struct cqa_scan *scan, const char *path, enum cqa_scan_hint hint);

/* As it stands now. */
const struct cqa_scan_learned *cqa_scan_learned(const struct cqa_scan *scan);

/*
 * Looks at the whole folder and tells what is new: first what has gone, then what has settled,
 * oldest first. CQA_E_BUSY: the folder itself could not be read; nothing is told, least of all that
 * everything has gone. Try again later. CQA_E_NOMEM.
 */
enum cqa_status cqa_scan_look(struct cqa_scan *scan, cqa_scan_tell *tell, void *context,
                              struct cqa_scan_report *report,
                              struct cqa_error *error) CQA_MUST_CHECK;

#endif
