/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_SOURCE_H
#define CQA_AUDIO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "base/failure.h"

/*
 * The bytes of one file as they were when it was opened: what is appended later is not read. The
 * file is hashed while the decoder reads it, so that each byte is fetched once. Where recordings
 * were joined in one file, each is read as a file of its own: offsets count from `start`.
 */
struct cqa_source {
    int fd;         /* borrowed */
    uint64_t start; /* of the part that is read */
    uint64_t bytes; /* of that part */
    uint64_t whole; /* of the file */
    struct timespec modified;
    uint64_t hashed; /* [0, hashed) is in the digest */
    struct evp_md_ctx_st *digest;
    int sys_errno; /* why a read failed; 0: none did */
};

/* A file as long and as dense as any that is read (12 hours, 192 kHz, 64 bits) takes 124 GiB: more
 * is a hole, which would be hashed for hours. */
enum { CQA_SOURCE_GIB_MAX = 128 };

/* CQA_FAILURE_UNREADABLE where `fd` is no regular file, CQA_FAILURE_TOO_LONG where it is larger.
 * Opens no path, now or later. */
enum cqa_status cqa_source_open(struct cqa_source *source, int fd,
                                struct cqa_failure *failure) CQA_MUST_CHECK;
void cqa_source_close(struct cqa_source *source);

/* Narrows what is read to `bytes` from `start` of the file on; they lie in it. */
void cqa_source_view(struct cqa_source *source, uint64_t start, uint64_t bytes);

/* Reads up to `count` bytes at an offset of the part; fewer only at its end. -1: `sys_errno` says
 * why. */
ptrdiff_t cqa_source_read(struct cqa_source *source, uint64_t offset, void *bytes, size_t count);

/* Whether size or time of modification are no longer those of the opening. */
bool cqa_source_changed(const struct cqa_source *source);

/* Hashes what no one has read and writes the SHA-256 of the whole as lower-case hex. Once. */
enum cqa_status cqa_source_hash(struct cqa_source *source, char hex[65],
                                struct cqa_failure *failure) CQA_MUST_CHECK;

/* CQA_FAILURE_UNREADABLE with what the system said. */
enum cqa_status cqa_source_unreadable(const struct cqa_source *source, struct cqa_failure *failure);

#endif
