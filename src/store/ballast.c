/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "base/log.h"

/* Enough to strike a few deliveries with the largest usual bodies, each page of which is written to
 * the journal first; and not more than a small volume can spare. */
static const int64_t BYTES_MIN = INT64_C(512) << 10;
static const int64_t BYTES_MAX = INT64_C(16) << 20;
enum { PART_OF_VOLUME = 64 };

static int64_t whole_for(const struct statvfs *volume)
{
    const int64_t part = (int64_t)volume->f_blocks * (int64_t)volume->f_frsize / PART_OF_VOLUME;

    return part < BYTES_MIN ? BYTES_MIN : part > BYTES_MAX ? BYTES_MAX : part;
}

static int64_t size_of(const struct cqa_ballast *ballast)
{
    struct stat facts;

    return ballast->fd >= 0 && fstat(ballast->fd, &facts) == 0 ? (int64_t)facts.st_size : 0;
}

static int64_t free_on(const struct statvfs *volume)
{
    return (int64_t)volume->f_bavail * (int64_t)volume->f_frsize;
}

void cqa_ballast_look(struct cqa_ballast *ballast, const char *state_dir)
{
    struct statvfs volume;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/callqa.ballast", state_dir);
    ballast->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (ballast->fd >= 0 && fstatvfs(ballast->fd, &volume) == 0)
        ballast->whole_bytes = whole_for(&volume);
}

int cqa_ballast_is_needed(const struct cqa_ballast *ballast, int64_t *free_bytes)
{
    struct statvfs volume;

    *free_bytes = -1;
    if (ballast->fd >= 0 && fstatvfs(ballast->fd, &volume) == 0)
        *free_bytes = free_on(&volume);
    return !cqa_ballast_is_whole(ballast) || (*free_bytes >= 0 && *free_bytes < BYTES_MIN);
}

void cqa_ballast_open(struct cqa_ballast *ballast, const char *state_dir)
{
    struct statvfs volume;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/callqa.ballast", state_dir);
    ballast->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (ballast->fd < 0 || fstatvfs(ballast->fd, &volume) != 0) {
        cqa_log(CQA_LOG_WARNING, "%s: %p", path, cqa_words_of_errno(errno));
        return;
    }
    ballast->whole_bytes = whole_for(&volume);
    if (size_of(ballast) > ballast->whole_bytes) /* the store came from a larger volume */
        (void)cqa_ballast_give_up(ballast);
    (void)cqa_ballast_take_back(ballast);
}

void cqa_ballast_close(struct cqa_ballast *ballast)
{
    if (ballast->fd >= 0)
        (void)close(ballast->fd);
    ballast->fd = -1;
}

int cqa_ballast_is_whole(const struct cqa_ballast *ballast)
{
    return size_of(ballast) >= ballast->whole_bytes;
}

int cqa_ballast_give_up(struct cqa_ballast *ballast)
{
    return size_of(ballast) > 0 && ftruncate(ballast->fd, 0) == 0;
}

int cqa_ballast_take_back(struct cqa_ballast *ballast)
{
    struct statvfs volume;

    if (cqa_ballast_is_whole(ballast))
        return 1;
    if (ballast->fd < 0 || fstatvfs(ballast->fd, &volume) != 0 ||
        free_on(&volume) < 2 * ballast->whole_bytes)
        return 0;
    if (posix_fallocate(ballast->fd, 0, (off_t)ballast->whole_bytes) == 0)
        return 1;
    /* A part of it would look like the whole to nobody, and take room from all. */
    (void)cqa_ballast_give_up(ballast);
    return 0;
}
