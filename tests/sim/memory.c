/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for SQLite: pieces of powers of two out of one stretch that grows. Sanitizers look after
 * each malloc at length, and most of a life's are SQLite's own, which are not what is tested.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "sim/world.h"

enum {
    CLASSES = 26,
    HEAD = 16
}; /* pieces of 16 bytes to 2^29; in front of each stands its class */
static const size_t STRETCH_BYTES = (size_t)1 << 32;

static char *stretch, *next;
static void *unused[CLASSES];

static int class_of(int size)
{
    int class = 0;

    while ((16 << class) < size)
        class ++;
    return class;
}

static void *take(int size)
{
    const int class = class_of(size);
    char *piece = unused[class];

    if (piece != NULL) {
        memcpy(&unused[class], piece, sizeof unused[class]);
        return piece;
    }
    if ((size_t)(next - stretch) + HEAD + ((size_t)16 << class) > STRETCH_BYTES)
        return NULL;
    piece = next + HEAD;
    memcpy(next, &class, sizeof class);
    next = piece + ((size_t)16 << class);
    return piece;
}

static int class_at(const char *piece)
{
    int class;

    memcpy(&class, piece - HEAD, sizeof class);
    return class;
}

static void give_back(void *piece)
{
    const int class = class_at(piece);

    memcpy(piece, &unused[class], sizeof unused[class]);
    unused[class] = piece;
}

static int size_of(void *piece)
{
    return piece == NULL ? 0 : 16 << class_at(piece);
}

static void *resize(void *piece, int size)
{
    if (size <= size_of(piece))
        return piece;
    void *larger = take(size);
    if (larger != NULL) {
        memcpy(larger, piece, (size_t)size_of(piece));
        give_back(piece);
    }
    return larger;
}

static int round_up(int size)
{
    return 16 << class_of(size);
}

static int begin(void *context)
{
    (void)context;
    stretch = next = mmap(NULL, STRETCH_BYTES, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return stretch == MAP_FAILED ? SQLITE_NOMEM : SQLITE_OK;
}

static void end(void *context)
{
    (void)context;
    (void)munmap(stretch, STRETCH_BYTES);
}

void sim_memory_install(void)
{
    static const sqlite3_mem_methods methods = {.xMalloc = take,
                                                .xFree = give_back,
                                                .xRealloc = resize,
                                                .xSize = size_of,
                                                .xRoundup = round_up,
                                                .xInit = begin,
                                                .xShutdown = end};

    /* One thread: without locks and sums. */
    if (sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK)
        abort();
}
