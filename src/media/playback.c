/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/playback.h"

#include <math.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "media/genuine.h"

enum { ENTRIES = 32, HASH_SIZE = 32, PLAYS = 1024, PLAY_MS = 600000 };
static const uint64_t BYTES_MAX = 1ull << 30; /* an hour of both parties is 115 MB */

struct entry {
    int used;
    unsigned char key[HASH_SIZE];
    int fd;
    uint64_t size;
    uint64_t age; /* of the last use, in uses */
};

struct play {
    uint64_t key;
    int64_t at_ms;
};

struct cqa_playback {
    pthread_mutex_t lock;     /* of all below; never held for long */
    pthread_mutex_t decoding; /* one file is decoded at a time */
    char *folder;
    struct cqa_genuine *genuine;
    struct cqa_children *children; /* they decode */
    struct cqa_children *more;     /* what those do not; NULL: nobody does. Under `decoding` */
    int more_is_asked_for;
    struct entry entries[ENTRIES];
    uint64_t uses;
    struct play plays[PLAYS];
};

enum cqa_status cqa_playback_create(struct cqa_playback **out, const char *folder,
                                    struct cqa_error *error)
{
    struct cqa_playback *playback = calloc(1, sizeof *playback);

    if (playback == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    pthread_mutex_init(&playback->lock, NULL);
    pthread_mutex_init(&playback->decoding, NULL);
    playback->folder = strdup(folder);
    playback->genuine = cqa_genuine_create();
    const enum cqa_status status = playback->folder == NULL || playback->genuine == NULL
                                       ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                                       : cqa_render_children(&playback->children, error);
    if (status != CQA_OK) {
        cqa_playback_destroy(playback);
        return status;
    }
    *out = playback;
    return CQA_OK;
}

void cqa_playback_destroy(struct cqa_playback *playback)
{
    if (playback == NULL)
        return;
    for (int i = 0; i < ENTRIES; i++)
        if (playback->entries[i].used)
            close(playback->entries[i].fd);
    pthread_mutex_destroy(&playback->lock);
    pthread_mutex_destroy(&playback->decoding);
    cqa_children_destroy(playback->children);
    cqa_children_destroy(playback->more);
    cqa_genuine_destroy(playback->genuine);
    free(playback->folder);
    free(playback);
}

/* The file as it is now, and what is wanted of it. */
static void add_file(crypto_generichash_state *state, const struct stat *facts,
                     const struct cqa_leg_place *place)
{
    const int64_t numbers[] = {(int64_t)facts->st_dev,
                               (int64_t)facts->st_ino,
                               (int64_t)facts->st_size,
                               (int64_t)facts->st_mtim.tv_sec,
                               (int64_t)facts->st_mtim.tv_nsec,
                               place->raw.encoding,
                               place->raw.rate_hz,
                               place->raw.channels,
                               place->offset_ms,
                               llround(place->drift_ppm * 1000)};

    crypto_generichash_update(state, (const unsigned char *)numbers, sizeof numbers);
}

static void key_of(const struct cqa_render_order *order, const struct stat facts[CQA_LEGS],
                   unsigned char *key)
{
    crypto_generichash_state state;
    const int64_t numbers[] = {order->kind, order->channels, order->bucket_ms, order->legs.joined};

    crypto_generichash_init(&state, NULL, 0, HASH_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)numbers, sizeof numbers);
    for (int i = 0; i <= (order->legs.joined != 0); i++)
        add_file(&state, &facts[i], &order->legs.leg[i]);
    crypto_generichash_update(&state, (const unsigned char *)order->mutes,
                              order->mute_count * sizeof order->mutes[0]);
    crypto_generichash_final(&state, key, HASH_SIZE);
}

static struct entry *find(struct cqa_playback *playback, const unsigned char *key)
{
    for (int i = 0; i < ENTRIES; i++)
        if (playback->entries[i].used && memcmp(playback->entries[i].key, key, HASH_SIZE) == 0)
            return &playback->entries[i];
    return NULL;
}

static void forget(struct entry *entry)
{
    close(entry->fd);
    entry->used = 0;
}

/* A free entry, once what was used longest ago has made room for `size` bytes. */
static struct entry *make_room(struct cqa_playback *playback, uint64_t size)
{
    for (;;) {
        struct entry *oldest = NULL;
        struct entry *unused = NULL;
        uint64_t bytes = size;
        for (int i = 0; i < ENTRIES; i++) {
            struct entry *entry = &playback->entries[i];
            if (!entry->used)
                unused = entry;
            else if (oldest == NULL || entry->age < oldest->age)
                oldest = entry;
            bytes += entry->used ? entry->size : 0;
        }
        if (unused != NULL && (bytes <= BYTES_MAX || oldest == NULL))
            return unused;
        forget(oldest);
    }
}

/* Hands out what is kept under `key`. CQA_E_NOTFOUND: nothing is. Under the lock. */
static enum cqa_status hand_out(struct cqa_playback *playback, const unsigned char *key,
                                int *out_fd, uint64_t *out_size, struct cqa_error *error)
{
    struct entry *entry = find(playback, key);

    if (entry == NULL)
        return CQA_E_NOTFOUND;
    entry->age = ++playback->uses;
    *out_size = entry->size;
    *out_fd = fcntl(entry->fd, F_DUPFD_CLOEXEC, 0);
    return *out_fd >= 0 ? CQA_OK : cqa_fail_errno(error, "the rendered audio");
}

static enum cqa_status look_up(struct cqa_playback *playback, const unsigned char *key, int *out_fd,
                               uint64_t *out_size, struct cqa_error *error)
{
    pthread_mutex_lock(&playback->lock);
    const enum cqa_status status = hand_out(playback, key, out_fd, out_size, error);
    pthread_mutex_unlock(&playback->lock);
    return status;
}

/* By the children that decode more, where there are any; started when they are first needed. */
static enum cqa_status render_more(struct cqa_playback *playback,
                                   const struct cqa_render_order *order,
                                   const struct cqa_render_source *source, int *rendered,
                                   uint64_t *size, struct cqa_error *error)
{
    struct cqa_error trouble = {0};

    if (!playback->more_is_asked_for && cqa_render_more(&playback->more, &trouble) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "callqa-server-codecs: %p", &trouble.message);
    playback->more_is_asked_for = 1;
    if (playback->more != NULL)
        return cqa_render(playback->more, order, source, playback->folder, rendered, size, error);
    error->status = CQA_E_BADDATA;
    return CQA_E_BADDATA;
}

static enum cqa_status render(struct cqa_playback *playback, const struct cqa_render_order *order,
                              const struct cqa_render_source *source, const unsigned char *key,
                              int *out_fd, uint64_t *out_size, struct cqa_error *error)
{
    int rendered;
    uint64_t size;
    enum cqa_status status =
        cqa_render(playback->children, order, source, playback->folder, &rendered, &size, error);

    if (status == CQA_E_REFUSED)
        status = render_more(playback, order, source, &rendered, &size, error);
    if (status != CQA_OK)
        return status;
    pthread_mutex_lock(&playback->lock);
    struct entry *entry = make_room(playback, size);
    *entry = (struct entry){.used = 1, .fd = rendered, .size = size};
    memcpy(entry->key, key, HASH_SIZE);
    status = hand_out(playback, key, out_fd, out_size, error);
    pthread_mutex_unlock(&playback->lock);
    return status;
}

enum cqa_status cqa_playback_render(struct cqa_playback *playback,
                                    const struct cqa_render_order *order,
                                    const struct cqa_render_source *source,
                                    const struct stat facts[CQA_LEGS], int *out_fd,
                                    uint64_t *out_size, struct cqa_error *error)
{
    unsigned char key[HASH_SIZE];

    key_of(order, facts, key);
    enum cqa_status status = look_up(playback, key, out_fd, out_size, error);
    if (status != CQA_E_NOTFOUND)
        return status;
    pthread_mutex_lock(&playback->decoding);
    status = look_up(playback, key, out_fd, out_size, error); /* perhaps it was made meanwhile */
    if (status == CQA_E_NOTFOUND)
        status = render(playback, order, source, key, out_fd, out_size, error);
    pthread_mutex_unlock(&playback->decoding);
    return status;
}

int cqa_playback_is_new(struct cqa_playback *playback, const char *name, int64_t call,
                        int64_t now_ms)
{
    uint64_t key = (uint64_t)call * 0x9e3779b97f4a7c15u;

    for (; *name != '\0'; name++)
        key = (key ^ (unsigned char)*name) * 1099511628211u;
    pthread_mutex_lock(&playback->lock);
    struct play *play = &playback->plays[key % PLAYS];
    const int is_new = play->key != key || now_ms - play->at_ms >= PLAY_MS;
    if (is_new)
        *play = (struct play){key, now_ms};
    pthread_mutex_unlock(&playback->lock);
    return is_new;
}

struct cqa_genuine *cqa_playback_genuine(const struct cqa_playback *playback)
{
    return playback->genuine;
}

int cqa_playback_scratch(const struct cqa_playback *playback, struct cqa_error *error)
{
    const int fd = open(playback->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
        cqa_fail_errno(error, "%s", playback->folder);
    return fd;
}

struct cqa_children *cqa_playback_children(const struct cqa_playback *playback)
{
    return playback->children;
}
