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
    char **folders; /* by watch: relative to the folder, with a slash at the end; NULL: none */
    size_t folder_count;
    uint32_t leaving_cookie; /* of a rename whose other half has not come yet; 0: none */
    char leaving[PATH_MAX];
};

struct telling {
    cqa_inotify_tell *tell;
    void *context;
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
    for (size_t i = 0; i < inotify->folder_count; i++)
        free(inotify->folders[i]);
    free(inotify->folders);
    free(inotify->folder);
    free(inotify);
}

int cqa_inotify_fd(const struct cqa_inotify *inotify)
{
    return inotify->fd;
}

/* ---- names */

/* 0: no memory; then files below it are not told of. */
static int name_watch(struct cqa_inotify *inotify, int wd, const char *path)
{
    const size_t index = (size_t)wd;
    char name[PATH_MAX];

    (void)snprintf(name, sizeof name, "%s%s", path, path[0] == '\0' ? "" : "/");
    if (index >= inotify->folder_count) {
        const size_t count = (index | 63) + 1;
        char **folders = realloc(inotify->folders, count * sizeof *folders);
        if (folders == NULL)
            return 0;
        memset(folders + inotify->folder_count, 0,
               (count - inotify->folder_count) * sizeof *folders);
        inotify->folders = folders;
        inotify->folder_count = count;
    }
    free(inotify->folders[index]);
    inotify->folders[index] = strdup(name);
    return inotify->folders[index] != NULL;
}

/* Whole, or empty where it is not known. */
static const char *path_of(const struct cqa_inotify *inotify, const struct inotify_event *event,
                           char path[PATH_MAX])
{
    const size_t index = (size_t)event->wd;
    const char *folder = index < inotify->folder_count ? inotify->folders[index] : NULL;
    const int length = folder == NULL || event->len == 0
                           ? 0
                           : snprintf(path, PATH_MAX, "%s%s", folder, event->name);

    if (length <= 0 || length >= PATH_MAX)
        path[0] = '\0';
    return path;
}

/* A rename comes in two halves, mostly one right behind the other. */
static void tell_rename(struct cqa_inotify *inotify, const struct telling *telling,
                        const struct inotify_event *event, const char *path)
{
    if (event->mask & IN_MOVED_FROM) {
        inotify->leaving_cookie = event->cookie;
        (void)snprintf(inotify->leaving, sizeof inotify->leaving, "%s", path);
        return;
    }
    if (event->cookie == inotify->leaving_cookie && event->cookie != 0)
        telling->tell(telling->context, inotify->leaving, CQA_INOTIFY_LEFT);
    inotify->leaving_cookie = 0;
    telling->tell(telling->context, path, CQA_INOTIFY_ARRIVED);
}

static void tell_file(struct cqa_inotify *inotify, const struct telling *telling,
                      const struct inotify_event *event)
{
    char path[PATH_MAX];

    if (telling->tell == NULL || (event->mask & IN_ISDIR) || inotify->stale ||
        path_of(inotify, event, path)[0] == '\0')
        return;
    if (event->mask & (IN_MOVED_FROM | IN_MOVED_TO))
        tell_rename(inotify, telling, event, path);
    else if (event->mask & IN_CREATE)
        telling->tell(telling->context, path, CQA_INOTIFY_APPEARED);
    else if (event->mask & IN_CLOSE_WRITE)
        telling->tell(telling->context, path, CQA_INOTIFY_CLOSED);
}

/* 1 when it calls for a scan. */
static int take_event(struct cqa_inotify *inotify, const struct telling *telling,
                      const struct inotify_event *event)
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
    tell_file(inotify, telling, event);
    return (event->mask & IN_IGNORED) == 0;
}

int cqa_inotify_take(struct cqa_inotify *inotify, cqa_inotify_tell *tell, void *context)
{
    const struct telling telling = {tell, context};
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
            wanted |= take_event(inotify, &telling, event);
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
        (void)name_watch(inotify, wd, path);
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
