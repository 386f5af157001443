/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/alone.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/log.h"

/* 0: it cannot be told. */
static long holder_of(int fd)
{
    char text[32] = "";

    return pread(fd, text, sizeof text - 1, 0) > 0 ? strtol(text, NULL, 10) : 0;
}

static enum cqa_status say_who(int fd, const char *state_dir, struct cqa_error *error)
{
    const long holder = holder_of(fd);

    return holder > 0
               ? cqa_fail(error, CQA_E_BUSY,
                          "%s is in use: another callqad, process %ld, works on it. Stop that "
                          "one, or give each a state_dir of its own",
                          state_dir, holder)
               : cqa_fail(error, CQA_E_BUSY,
                          "%s is in use: another callqad works on it. Stop that one, or give "
                          "each a state_dir of its own",
                          state_dir);
}

/* Who reads it after the end of this process does not ask for the lock. */
static void write_holder(int fd)
{
    char text[32];
    const int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)length, 0) != length)
        cqa_log(CQA_LOG_DEBUG, "callqad.pid: %p", cqa_words_of_errno(errno));
}

enum cqa_status cqa_alone_take(const char *state_dir, int *out, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/callqad.pid", state_dir);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    *out = -1;
    if (fd < 0) {
        if (errno != ENOSPC && errno != EDQUOT)
            return cqa_fail_errno(error, "%s", path);
        cqa_log(CQA_LOG_WARNING, "%s: %p", path, cqa_words_of_errno(errno));
        return CQA_OK;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        status = errno == EWOULDBLOCK ? say_who(fd, state_dir, error)
                                      : cqa_fail_errno(error, "%s", path);
    if (status != CQA_OK) {
        (void)close(fd);
        return status;
    }
    write_holder(fd);
    *out = fd;
    return CQA_OK;
}
