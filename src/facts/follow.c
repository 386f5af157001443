/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "facts/follow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "facts/fact.h"

enum { TAIL_BYTES = 64 };

void cqa_follow_to_text(const struct cqa_follow *follow, char out[CQA_FOLLOW_TEXT_SIZE])
{
    (void)snprintf(out, CQA_FOLLOW_TEXT_SIZE, "%" PRId64 " %" PRId64 " %" PRIu64, follow->inode,
                   follow->offset, follow->tail);
}

void cqa_follow_from_text(const char *text, struct cqa_follow *out)
{
    char *end = NULL;

    *out = (struct cqa_follow){0};
    if (text == NULL)
        return;
    const int64_t inode = strtoll(text, &end, 10);
    const int64_t offset = strtoll(end, &end, 10);
    const uint64_t tail = strtoull(end, &end, 10);
    if (*end == '\0' && inode > 0 && offset >= 0)
        *out = (struct cqa_follow){inode, offset, tail};
}

/* The hash of what lies before `offset`; 0 when that cannot be read. */
static uint64_t tail_at(int fd, int64_t offset)
{
    char bytes[TAIL_BYTES];
    const int64_t from = offset > TAIL_BYTES ? offset - TAIL_BYTES : 0;
    const ssize_t size = (ssize_t)(offset - from);

    if (pread(fd, bytes, (size_t)size, from) != size)
        return 0;
    return cqa_fact_hash(0xcbf29ce484222325, bytes, (size_t)size);
}

static int open_regular(const char *path, struct stat *status)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, status) == 0 && S_ISREG(status->st_mode))
        return fd;
    (void)close(fd);
    errno = EINVAL;
    return -1;
}

/* Whether the file is the one that was read so far: what was read last is still there. */
static int goes_on(int fd, const struct stat *status, const struct cqa_follow *follow)
{
    return status->st_size >= follow->offset && tail_at(fd, follow->offset) == follow->tail;
}

/* ---- what an older file still holds */

/* A file of the same folder whose name begins alike and that goes on where reading stopped; -1. */
static int open_older(const char *path, const struct cqa_follow *follow)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char other[PATH_MAX];
    struct stat status;
    int fd = -1;

    (void)snprintf(other, sizeof other, "%.*s", (int)(name - path), path);
    DIR *folder = opendir(other[0] == '\0' ? "." : other);
    for (struct dirent *entry = NULL; fd < 0 && folder != NULL && (entry = readdir(folder));) {
        if (strncmp(entry->d_name, name, strlen(name)) != 0 || strcmp(entry->d_name, name) == 0 ||
            snprintf(other, sizeof other, "%.*s%s", (int)(name - path), path, entry->d_name) >=
                (int)sizeof other)
            continue;
        fd = open_regular(other, &status);
        if (fd >= 0 && (!goes_on(fd, &status, follow) || status.st_size == follow->offset)) {
            (void)close(fd);
            fd = -1;
        }
    }
    if (folder != NULL)
        (void)closedir(folder);
    return fd;
}

/* ---- lines */

/* Tells the whole lines of a piece; how many bytes they are. With `is_last` what has no end is a
 * line, too. */
static size_t tell_lines(const char *piece, size_t length, int is_last, cqa_follow_visit *visit,
                         void *context)
{
    size_t done = 0;

    while (done < length) {
        const char *end = memchr(piece + done, '\n', length - done);
        if (end == NULL && !is_last)
            break;
        const size_t size = end == NULL ? length - done : (size_t)(end - piece) - done;
        if (size > 0 && size <= CQA_FOLLOW_LINE_MAX)
            visit(context, piece + done, size);
        done += size + (end != NULL);
    }
    return done;
}

/* Reads one piece from where the follower stands; `*more` when there may be another. A line that
 * fills a whole piece is no line of ours, and is passed over. */
static enum cqa_status read_piece(int fd, size_t bytes_max, int is_old, struct cqa_follow *follow,
                                  cqa_follow_visit *visit, void *context, int *more,
                                  struct cqa_error *error)
{
    char *piece = malloc(bytes_max);
    const ssize_t got = piece == NULL ? -1 : pread(fd, piece, bytes_max, follow->offset);

    if (got < 0) {
        free(piece);
        return cqa_fail_errno(error, "reading on");
    }
    *more = (size_t)got == bytes_max;
    size_t done = tell_lines(piece, (size_t)got, is_old && !*more, visit, context);
    if (done == 0 && *more)
        done = (size_t)got;
    free(piece);
    follow->offset += (int64_t)done;
    follow->tail = tail_at(fd, follow->offset);
    return CQA_OK;
}

static enum cqa_status read_older(int fd, size_t bytes_max, struct cqa_follow *follow,
                                  cqa_follow_visit *visit, void *context, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    int more = 1;

    while (status == CQA_OK && more)
        status = read_piece(fd, bytes_max, 1, follow, visit, context, &more, error);
    (void)close(fd);
    return status;
}

/* Reads on from `at`, which is where the last call ended. */
static enum cqa_status read_on(const char *path, int fd, const struct stat *facts, size_t bytes_max,
                               struct cqa_follow *at, cqa_follow_visit *visit, void *context,
                               int *more, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (at->inode != 0 && !((int64_t)facts->st_ino == at->inode && goes_on(fd, facts, at))) {
        const int older = open_older(path, at);
        if (older >= 0)
            status = read_older(older, bytes_max, at, visit, context, error);
        at->offset = 0;
    }
    at->inode = (int64_t)facts->st_ino;
    return status != CQA_OK ? status
                            : read_piece(fd, bytes_max, 0, at, visit, context, more, error);
}

enum cqa_status cqa_follow_read(const char *path, size_t bytes_max, struct cqa_follow *follow,
                                cqa_follow_visit *visit, void *context, int *more,
                                struct cqa_error *error)
{
    struct cqa_follow at = *follow;
    struct stat facts;
    const int fd = open_regular(path, &facts);

    *more = 0;
    if (fd < 0)
        return cqa_fail_errno(error, "it cannot be opened");
    if (bytes_max < (size_t)2 * CQA_FOLLOW_LINE_MAX)
        bytes_max = (size_t)2 * CQA_FOLLOW_LINE_MAX;
    const enum cqa_status status =
        read_on(path, fd, &facts, bytes_max, &at, visit, context, more, error);
    if (status == CQA_OK)
        *follow = at;
    (void)close(fd);
    return status;
}
