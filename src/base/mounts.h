/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_MOUNTS_H
#define CQA_BASE_MOUNTS_H

#include <limits.h>
#include <stddef.h>
#include "base/clock.h"
#include "base/error.h"

/*
 * What is mounted where, as the kernel's list (/proc/self/mountinfo) has it: asking the file system
 * itself would hang where it hangs. Of each mount only whether it is shared: everything but the
 * kinds that live on a disk or in the memory of this machine (network folders, FUSE, automounts and
 * what nobody knows).
 */
struct cqa_mount {
    char *point;
    int shared;
};

struct cqa_mounts {
    struct cqa_mount *items; /* in the order in which they were made: a later one covers */
    size_t count;
};

/* {0} is none. Free with finish. */
enum cqa_status cqa_mounts_read(struct cqa_mounts *out, const char *list,
                                struct cqa_error *error) CQA_MUST_CHECK;
void cqa_mounts_finish(struct cqa_mounts *mounts);

/*
 * The shared mount that hangs a look at `folder` (absolute) when it hangs: the one that it lies on,
 * symbolic links followed as far as they lie on no shared one, else any below it. "" where there is
 * none.
 */
void cqa_mounts_shared(const struct cqa_mounts *mounts, const char *folder, char out[PATH_MAX]);

/*
 * Whether asking for `path` may hang, by the list of now: 1 where it leads to a shared mount; `out`
 * (may be NULL) is then the path without links as far as that, and as written beyond. A list that
 * cannot be read has no shared mounts.
 */
int cqa_path_is_shared(const char *path, char out[PATH_MAX]);

/* What a service waits for its own folder, below what systemd lets its start take (90 s). */
enum { CQA_MOUNT_WAIT_MS = 60000 };

/* Waits up to `most_ms` for a folder that is not there to come, as with a disk that is mounted
 * late. 1: it is there, or asking for it fails otherwise. */
int cqa_mount_awaited(const struct cqa_clock *clock, const char *folder, int64_t most_ms);

#endif
