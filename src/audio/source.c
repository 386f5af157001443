/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/source.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASH_BLOCK = 64 * 1024 };

enum cqa_status cqa_source_unreadable(const struct cqa_source *source, struct cqa_failure *failure)
{
    return cqa_failure_set(failure, CQA_FAILURE_UNREADABLE, "reading failed: %p",
                           cqa_words_of_errno(source->sys_errno));
}

enum cqa_status cqa_source_open(struct cqa_source *source, int fd, struct cqa_failure *failure)
{
    struct stat status;

    *source = (struct cqa_source){.fd = fd};
    if (fstat(fd, &status) != 0) {
        source->sys_errno = errno;
        return cqa_source_unreadable(source, failure);
    }
    if (!S_ISREG(status.st_mode))
        return cqa_failure_set(failure, CQA_FAILURE_UNREADABLE, "not a regular file");
    if (status.st_size > ((off_t)CQA_SOURCE_GIB_MAX << 30))
        return cqa_failure_set(failure, CQA_FAILURE_TOO_LONG, "larger than %d GiB",
                               CQA_SOURCE_GIB_MAX);
    source->whole = (uint64_t)status.st_size;
    source->bytes = source->whole;
    source->modified = status.st_mtim;

    /* Without this the first use of libcrypto reads its configuration file. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    source->digest = EVP_MD_CTX_new();
    if (source->digest == NULL || EVP_DigestInit_ex(source->digest, EVP_sha256(), NULL) != 1) {
        cqa_source_close(source);
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "SHA-256 does not start");
    }
    return CQA_OK;
}

void cqa_source_close(struct cqa_source *source)
{
    EVP_MD_CTX_free(source->digest);
    source->digest = NULL;
}

void cqa_source_view(struct cqa_source *source, uint64_t start, uint64_t bytes)
{
    assert(start <= source->whole && bytes <= source->whole - start);
    source->start = start;
    source->bytes = bytes;
}

static ptrdiff_t read_whole(struct cqa_source *source, uint64_t offset, unsigned char *bytes,
                            size_t count)
{
    size_t done = 0;

    while (done < count) {
        const ssize_t got = pread(source->fd, bytes + done, count - done, (off_t)(offset + done));
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR) {
            source->sys_errno = errno;
            return -1;
        }
        if (got > 0)
            done += (size_t)got;
    }
    return (ptrdiff_t)done;
}

/* What of `bytes` continues the digest. */
static void hash(struct cqa_source *source, uint64_t offset, const unsigned char *bytes,
                 size_t count)
{
    if (offset <= source->hashed && source->hashed < offset + count) {
        const size_t known = (size_t)(source->hashed - offset);
        EVP_DigestUpdate(source->digest, bytes + known, count - known);
        source->hashed = offset + count;
    }
}

/*
 * What a decoder skips on its way to the samples, such as a chunk with the writer's name, would
 * keep all that follows out of the digest, to be fetched once more in the end.
 */
static void hash_skipped(struct cqa_source *source, uint64_t offset)
{
    unsigned char block[HASH_BLOCK];

    if (offset <= source->hashed || offset - source->hashed > sizeof block)
        return;
    const size_t count = (size_t)(offset - source->hashed);
    const ptrdiff_t got = read_whole(source, source->hashed, block, count);
    if (got > 0)
        hash(source, source->hashed, block, (size_t)got);
}

ptrdiff_t cqa_source_read(struct cqa_source *source, uint64_t offset, void *bytes, size_t count)
{
    if (offset >= source->bytes)
        return 0;
    if (count > source->bytes - offset)
        count = (size_t)(source->bytes - offset);
    offset += source->start;
    hash_skipped(source, offset);
    const ptrdiff_t got = read_whole(source, offset, bytes, count);

    if (got > 0)
        hash(source, offset, bytes, (size_t)got);
    return got;
}

bool cqa_source_changed(const struct cqa_source *source)
{
    struct stat now;

    if (fstat(source->fd, &now) != 0)
        return false;
    return (uint64_t)now.st_size != source->whole ||
           now.st_mtim.tv_sec != source->modified.tv_sec ||
           now.st_mtim.tv_nsec != source->modified.tv_nsec;
}

enum cqa_status cqa_source_hash(struct cqa_source *source, char hex[65],
                                struct cqa_failure *failure)
{
    unsigned char block[HASH_BLOCK];
    unsigned char sum[32];

    cqa_source_view(source, 0, source->whole);
    while (source->hashed < source->bytes) {
        const ptrdiff_t got = cqa_source_read(source, source->hashed, block, sizeof block);
        if (got < 0)
            return cqa_source_unreadable(source, failure);
        if (got == 0)
            return cqa_failure_set(failure, CQA_FAILURE_CHANGED,
                                   "it became shorter while it was read");
    }
    if (EVP_DigestFinal_ex(source->digest, sum, NULL) != 1)
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "SHA-256 does not end");
    for (size_t i = 0; i < sizeof sum; i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    return CQA_OK;
}
