/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/inotify.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "watch/walk.h"

struct cqa_inotify {
    char *folder;
    int fd;
    int root_wd; /* -1: not watched */
    int stale;   /* folders may have come: sync must look */
    struct cqa_inotify_state state;
};

enum {
    /* Not IN_MODIFY: a call that goes on would wake us for each block. */
    MASK = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF |
           IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK,
    EVENTS_BYTES = 65536,
};

enum cqa_status cqa_inotify_create(const char *folder, struct cqa_inotify **out,
                                   struct cqa_error *error)
{
    struct cqa_inotify *inotify = calloc(1, sizeof *inotify);

    if (inotify == NULL || (inotify->folder = strdup(folder)) == NULL) {
        free(inotify);
        return cqa_fail(error, CQA_E_NOMEM, "no memory to watch a folder");
    }
    inotify->root_wd = -1;
    inotify->stale = 1;
    inotify->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (inotify->fd < 0) {
        const enum cqa_status status = cqa_fail_errno(error, "watching %s", folder);
        cqa_inotify_destroy(inotify);
        return status;
    }
    *out = inotify;
    return CQA_OK;
}

void cqa_inotify_destroy(struct cqa_inotify *inotify)
{
    if (inotify == NULL)
        return;
    if (inotify->fd >= 0)
        (void)close(inotify->fd);
    free(inotify->folder);
    free(inotify);
}

int cqa_inotify_fd(const struct cqa_inotify *inotify)
{
    return inotify->fd;
}

/* 1 when it calls for a scan. */
static int take_event(struct cqa_inotify *inotify, const struct inotify_event *event)
{
    const uint32_t self = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;

    if (event->mask & IN_Q_OVERFLOW) {
        inotify->state.overflowed = 1;
        inotify->stale = 1;
        return 1;
    }
    if (event->wd == inotify->root_wd && (event->mask & self)) {
        inotify->root_wd = -1;
        inotify->state.lost_root = 1;
        inotify->stale = 1;
    }
    if (event->mask & IN_ISDIR)
        inotify->stale = 1;
    return (event->mask & IN_IGNORED) == 0;
}

int cqa_inotify_take(struct cqa_inotify *inotify)
{
    _Alignas(struct inotify_event) char events[EVENTS_BYTES];
    int wanted = 0;

    for (;;) {
        const ssize_t length = read(inotify->fd, events, sizeof events);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return wanted;
        for (ssize_t at = 0; at < length;) {
            const struct inotify_event *event = (const void *)(events + at);
            wanted |= take_event(inotify, event);
            at += (ssize_t)(sizeof *event + event->len);
        }
    }
}

static void watch_folder(void *context, int fd, const char *path)
{
    struct cqa_inotify *inotify = context;
    char name[64];

    /* By its descriptor: the very folder that is being walked, whatever has its name by now. One
     * that is watched already gives the same watch again. */
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    const int wd = inotify_add_watch(inotify->fd, name, MASK);
    if (wd >= 0) {
        inotify->state.watches++;
        if (path[0] == '\0')
            inotify->root_wd = wd;
    } else if (errno == ENOSPC || errno == ENOMEM) {
        inotify->state.limited = 1;
        inotify->stale = 1; /* others may give theirs back */
    }
}

enum cqa_status cqa_inotify_sync(struct cqa_inotify *inotify, struct cqa_inotify_state *state,
                                 struct cqa_error *error)
{
    const struct cqa_walk_visitor visitor = {.context = inotify, .folder = watch_folder};

    if (inotify->stale) {
        inotify->stale = 0;
        inotify->state.watches = 0;
        inotify->state.limited = 0;
        const int refused = cqa_walk(inotify->folder, &visitor);
        if (refused == ENOMEM)
            return cqa_fail(error, CQA_E_NOMEM, "no memory to watch %s", inotify->folder);
        inotify->state.lost_root = inotify->root_wd < 0;
        inotify->stale |= inotify->state.lost_root;
    }
    *state = inotify->state;
    inotify->state.overflowed = 0;
    return CQA_OK;
}
