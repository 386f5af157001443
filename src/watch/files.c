/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/files.h"

#include <stdlib.h>
#include <string.h>

static size_t bucket_of(const char *path, size_t bucket_count)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

    for (; *path != '\0'; path++)
        hash = (hash ^ (unsigned char)*path) * 0x100000001b3;
    return (size_t)(hash ^ hash >> 32) & (bucket_count - 1);
}

struct cqa_watched *cqa_watched_find(const struct cqa_watched_files *files, const char *path)
{
    if (files->bucket_count == 0)
        return NULL;
    struct cqa_watched *file = files->buckets[bucket_of(path, files->bucket_count)];
    while (file != NULL && strcmp(file->path, path) != 0)
        file = file->next;
    return file;
}

static int grow(struct cqa_watched_files *files)
{
    const size_t count = files->bucket_count == 0 ? 64 : files->bucket_count * 2;
    struct cqa_watched **buckets = calloc(count, sizeof(struct cqa_watched *));

    if (buckets == NULL)
        return 0;
    for (size_t i = 0; i < files->bucket_count; i++) {
        struct cqa_watched *file = files->buckets[i];
        while (file != NULL) {
            struct cqa_watched *next = file->next;
            const size_t bucket = bucket_of(file->path, count);
            file->next = buckets[bucket];
            buckets[bucket] = file;
            file = next;
        }
    }
    free(files->buckets);
    files->buckets = buckets;
    files->bucket_count = count;
    return 1;
}

struct cqa_watched *cqa_watched_add(struct cqa_watched_files *files, const char *path)
{
    const size_t size = strlen(path) + 1;

    if (files->count == files->bucket_count && !grow(files))
        return NULL;
    struct cqa_watched *file = calloc(1, sizeof *file + size);
    if (file == NULL)
        return NULL;
    memcpy(file->path, path, size);
    const size_t bucket = bucket_of(path, files->bucket_count);
    file->next = files->buckets[bucket];
    files->buckets[bucket] = file;
    files->count++;
    return file;
}

void cqa_watched_sift(struct cqa_watched_files *files,
                      int (*drop)(void *context, const struct cqa_watched *file), void *context)
{
    for (size_t i = 0; i < files->bucket_count; i++) {
        struct cqa_watched **link = &files->buckets[i];
        while (*link != NULL) {
            struct cqa_watched *file = *link;
            if (drop(context, file)) {
                *link = file->next;
                free(file);
                files->count--;
            } else {
                link = &file->next;
            }
        }
    }
}

static int drop_all(void *context, const struct cqa_watched *file)
{
    (void)context;
    (void)file;
    return 1;
}

void cqa_watched_finish(struct cqa_watched_files *files)
{
    cqa_watched_sift(files, drop_all, NULL);
    free(files->buckets);
    *files = (struct cqa_watched_files){0};
}
