/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_WATCH_INOTIFY_H
#define CQA_WATCH_INOTIFY_H

#include "base/error.h"

/*
 * Wakes when something happens below a folder. Its events are hints: they may be lost, come twice,
 * or not come at all (network folders, FUSE), so they only ever lead to a scan, and a scan happens
 * without them as well.
 */
struct cqa_inotify;

/* What events say of the wakers themselves. */
struct cqa_inotify_state {
    int watches;    /* folders that are watched */
    int limited;    /* the system allows no more watches: polling must do for the rest; say so to a
                       person */
    int overflowed; /* since the last look events were lost */
    int lost_root;  /* the folder itself is gone, moved or unmounted: cqa_inotify_sync will watch it
                       anew */
};

/* Owned, free with cqa_inotify_destroy. CQA_E_IO: the system has no instance to give (then poll).
 */
enum cqa_status cqa_inotify_create(const char *folder, struct cqa_inotify **out,
                                   struct cqa_error *error) CQA_MUST_CHECK;
void cqa_inotify_destroy(struct cqa_inotify *inotify);

/* Readable when there are events, for an outer event loop. */
int cqa_inotify_fd(const struct cqa_inotify *inotify);

/* What an event says of one file. */
enum cqa_inotify_news {
    CQA_INOTIFY_APPEARED,
    CQA_INOTIFY_CLOSED,  /* by whoever had written it */
    CQA_INOTIFY_ARRIVED, /* by a rename, from here or from elsewhere */
    CQA_INOTIFY_LEFT,    /* renamed to another name of this folder */
};

/* `path` is relative to the folder, and lives during the call. */
typedef void cqa_inotify_tell(void *context, const char *path, enum cqa_inotify_news news);

/* Takes all events, and tells of the files that they name, where the names of folders are known to
 * stand. 1 when there was one that calls for a scan. `tell` may be NULL. */
int cqa_inotify_take(struct cqa_inotify *inotify, cqa_inotify_tell *tell, void *context);

/* Watches every folder below that is not watched yet. Call it before each scan: what is made in a
 * new folder before its watch stands is found by that scan, what comes after it by the watch.
 * CQA_E_NOMEM. */
enum cqa_status cqa_inotify_sync(struct cqa_inotify *inotify, struct cqa_inotify_state *state,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
