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
 * A file has settled when two looks at least `settle_ms` apart found the same size, mtime and
 * ctime. Whether its header is final is for the analysis to say. Only regular files count; symbolic
 * links are not followed, neither as files nor as folders. Names are bytes: newlines, 255 of them,
 * no UTF-8, all are fine.
 */
struct cqa_scan;

struct cqa_scan_config {
    const char *folder; /* absolute; copied */
    int64_t settle_ms;  /* 0: 2000 */
    const struct cqa_clock *clock;
    int (*ignores)(
        void *context,
        const char *name); /* NULL: nothing is; asked for files' names, not for folders' */
    void *context;
};

/* Which way a file is told of. */
enum cqa_scan_news {
    CQA_SCAN_GONE,    /* was there at an earlier look or was known from before; told first */
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

/*
 * Looks at the whole folder and tells what is new: first what has gone, then what has settled,
 * oldest first. CQA_E_BUSY: the folder itself could not be read; nothing is told, least of all that
 * everything has gone. Try again later. CQA_E_NOMEM.
 */
enum cqa_status cqa_scan_look(struct cqa_scan *scan, cqa_scan_tell *tell, void *context,
                              struct cqa_scan_report *report,
                              struct cqa_error *error) CQA_MUST_CHECK;

#endif
