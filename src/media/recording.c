/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/escape.h"

static int open_beneath(const char *folder, const char *rest, struct cqa_error *error)
{
    struct open_how how = {.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    const int base = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (base < 0) {
        cqa_fail_errno(error, "the folder of the recordings");
        return -1;
    }
    const int fd = (int)syscall(SYS_openat2, base, rest, &how, sizeof how);
    const int code = errno;
    close(base);
    if (fd >= 0)
        return fd;
    errno = code;
    if (code == ENOENT || code == ENOTDIR)
        cqa_fail(error, CQA_E_NOTFOUND, "the recording is no longer there");
    else if (code == EXDEV || code == ELOOP)
        cqa_fail(error, CQA_E_REFUSED,
                 "the recording lies outside the folders that this server may play from");
    else
        cqa_fail_errno(error, "the recording");
    return -1;
}

static int open_allowed(const struct cqa_sound_folders *folders, const char *site, const char *path,
                        struct cqa_error *error)
{
    int fd = -1;

    cqa_fail(error, CQA_E_REFUSED,
             "the recording lies outside the folders that this server may play from");
    for (size_t i = 0; fd < 0 && i < folders->count; i++) {
        const struct cqa_sound_folder *folder = &folders->list[i];
        const char *rest = cqa_path_below(folder->path, path);
        if (rest != NULL && rest[0] != '\0' && cqa_sound_folder_serves(folder, site))
            fd = open_beneath(folder->path, rest, error);
    }
    return fd;
}

int cqa_recording_open(const struct cqa_sound_folders *folders, const char *site, const char *path,
                       struct stat *facts, struct cqa_error *error)
{
    char bytes[PATH_MAX];
    int fd = open_allowed(folders, site, path, error);

    /* A name in GBK, say, cannot stand in JSON as it is. */
    if (fd < 0 && cqa_unescape_bytes(path, bytes, sizeof bytes))
        fd = open_allowed(folders, site, bytes, error);
    if (fd < 0)
        return -1;
    if (fstat(fd, facts) == 0 && S_ISREG(facts->st_mode))
        return fd;
    close(fd);
    cqa_fail(error, CQA_E_REFUSED, "the recording is no regular file");
    return -1;
}

/* ---- what browsers play */

static uint32_t le32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t le16(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

/* Whether the samples at [start, start + length) are all of a file but for what players ignore. */
static int reaches_end(uint64_t start, uint64_t length, uint64_t bytes)
{
    enum { TAGS_MAX = 4096 };

    return length > 0 && length <= bytes - start && bytes - start - length <= TAGS_MAX;
}

/* PCM, float, A-law and µ-law with a data size that is right. GSM, IMA and others must be rendered,
 * as what was joined behind such a file. */
static int is_plain_wav(const unsigned char *head, size_t size, uint64_t bytes)
{
    uint32_t tag = 0;

    for (size_t at = 12; at + 8 <= size;) {
        const uint32_t length = le32(head + at + 4);
        if (memcmp(head + at, "data", 4) == 0)
            return (tag == 1 || tag == 3 || tag == 6 || tag == 7) &&
                   reaches_end(at + 8, length, bytes);
        if (memcmp(head + at, "fmt ", 4) == 0 && at + 10 <= size) {
            tag = le16(head + at + 8);
            if (tag == 0xfffe && length >= 40 && at + 34 <= size)
                tag = le16(head + at + 32); /* extensible: the sub-format's first two bytes */
        }
        at += 8 + (size_t)length + (length & 1);
    }
    return 0;
}

const char *cqa_recording_type(int fd, uint64_t bytes)
{
    unsigned char head[4096];
    const ssize_t count = pread(fd, head, sizeof head, 0);
    const size_t size = count > 0 ? (size_t)count : 0;

    if (size < 64 || memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0)
        return NULL;
    return is_plain_wav(head, size, bytes) ? "audio/wav" : NULL;
}
