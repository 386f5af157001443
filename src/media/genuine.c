/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/genuine.h"

#include <pthread.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENTRIES = 256, BLOCK_BYTES = 64 * 1024, HEX_BYTES = 2 * crypto_hash_sha256_BYTES + 1 };

struct entry {
    int64_t facts[6]; /* all 0: nothing is known here */
    char sha256[HEX_BYTES];
};

struct cqa_genuine {
    pthread_mutex_t lock;
    struct entry entries[ENTRIES];
    size_t next; /* to be used: the oldest */
};

struct cqa_genuine *cqa_genuine_create(void)
{
    struct cqa_genuine *genuine = calloc(1, sizeof *genuine);

    if (genuine != NULL)
        pthread_mutex_init(&genuine->lock, NULL);
    return genuine;
}

void cqa_genuine_destroy(struct cqa_genuine *genuine)
{
    if (genuine == NULL)
        return;
    pthread_mutex_destroy(&genuine->lock);
    free(genuine);
}

static struct entry entry_of(const struct stat *facts)
{
    return (struct entry){
        .facts = {(int64_t)facts->st_dev, (int64_t)facts->st_ino, (int64_t)facts->st_size,
                  (int64_t)facts->st_mtim.tv_sec, (int64_t)facts->st_mtim.tv_nsec,
                  (int64_t)facts->st_ctim.tv_sec * 1000000000 + (int64_t)facts->st_ctim.tv_nsec}};
}

/* Fills in the hash of what looks like `wanted`. 0: nothing is known of it. */
static int recall(struct cqa_genuine *genuine, struct entry *wanted)
{
    int found = 0;

    pthread_mutex_lock(&genuine->lock);
    for (size_t i = 0; i < ENTRIES && !found; i++) {
        found = memcmp(genuine->entries[i].facts, wanted->facts, sizeof wanted->facts) == 0;
        if (found)
            *wanted = genuine->entries[i];
    }
    pthread_mutex_unlock(&genuine->lock);
    return found;
}

static void remember(struct cqa_genuine *genuine, const struct entry *entry)
{
    pthread_mutex_lock(&genuine->lock);
    genuine->entries[genuine->next] = *entry;
    genuine->next = (genuine->next + 1) % ENTRIES;
    pthread_mutex_unlock(&genuine->lock);
}

/* 0: it cannot be read. */
static int hash(int fd, char hex[HEX_BYTES])
{
    crypto_hash_sha256_state state;
    unsigned char sum[crypto_hash_sha256_BYTES];
    unsigned char block[BLOCK_BYTES];
    off_t at = 0;
    ssize_t got;

    crypto_hash_sha256_init(&state);
    while ((got = pread(fd, block, sizeof block, at)) > 0) {
        crypto_hash_sha256_update(&state, block, (unsigned long long)got);
        at += got;
    }
    crypto_hash_sha256_final(&state, sum);
    sodium_bin2hex(hex, HEX_BYTES, sum, sizeof sum);
    return got == 0;
}

int cqa_genuine_is(struct cqa_genuine *genuine, int fd, const struct stat *facts,
                   const char *sha256)
{
    struct entry entry = entry_of(facts);

    if (!recall(genuine, &entry)) {
        if (!hash(fd, entry.sha256))
            return 0;
        remember(genuine, &entry);
    }
    return strcmp(entry.sha256, sha256) == 0;
}
