/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Growing recordings: real files, written in the manners of real recorders, looked at by the
 * world's clock, which is ours. Nothing may be told while its writer is not done, and everything
 * once it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "audio/whole.h"
#include "watch/inotify.h"
#include "watch/scan.h"

enum {
    SETTLE_MS = 2000,
    STREAM_MS = 60000,
    PAUSE_MS_MAX = 30000,
    KINDS = 12,
    OF_A_KIND = 17,
    FILES = KINDS * OF_A_KIND,
    PIECES = 6,
    PIECE_BYTES = 400,
    PATIENCE_MS = 3 * STREAM_MS, /* the last must have been told by then */
};

/* ---- kinds */

struct kind {
    const char *name;
    const char *head; /* while it grows */
    int head_length;
    const char *patch; /* written over the head's begin at the end; NULL: never touched again */
    int patch_length;
    const char *tail; /* appended at the end */
    int tail_length;
};

#define BYTES(text) text, (int)sizeof(text) - 1
#define NOTHING NULL, 0

/* Lengths in patched heads are filled in by finish(). */
static const struct kind kinds[KINDS] = {
    {"pcm.wav", BYTES("RIFF\0\0\0\0WAVEfmt "), BYTES("RIFF"), NOTHING},
    {"endless.wav", BYTES("RIFF\xff\xff\xff\xffWAVEfmt "), NOTHING, NOTHING},
    {"wrong.wav", BYTES("RIFF\x24\x80\0\0WAVEfmt "), NOTHING, NOTHING}, /* one second announced */
    {"pcm.aiff", BYTES("FORM\0\0\0\0AIFFCOMM"), BYTES("FORM"), NOTHING},
    {"ulaw.au", BYTES(".snd\0\0\0\x18\xff\xff\xff\xff\0\0\0\1"), NOTHING, NOTHING},
    {"call.flac",
     BYTES("fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x1f\x40\xf0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
           "\0\0\0\0"),
     BYTES("fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x1f\x40\xf0\0\0\x10\0\1\2\3\4\5\6\7\x08"),
     NOTHING},
    {"call.ogg", BYTES("OggS\0\2\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1\4head"), NOTHING,
     BYTES("OggS\0\4\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\1\4tail")},
    {"call.mp3", BYTES("\xff\xfb\x90\x64"), NOTHING, NOTHING},
    {"call.gsm", BYTES("\xd3"), NOTHING, NOTHING},
    {"call.sln", BYTES("\1"), NOTHING, NOTHING},
    {"call.amr", BYTES("#!AMR\n"), NOTHING, NOTHING},
    {"call.raw", BYTES("\x7f"), NOTHING, NOTHING},
};

/* ---- writers */

enum manner {
    KEEPS_OPEN,  /* until the end: a lease tells, and so does its close */
    REOPENS,     /* for each piece: its closes say nothing */
    OTHER_MOUNT, /* no events, and nobody knows who has it open */
    MANNER_COUNT
};

struct writer {
    char path[128];
    const struct kind *kind;
    enum manner manner;
    int fd; /* of KEEPS_OPEN */
    int pieces;
    int64_t next_ms; /* when it writes again; 0: it is done */
    int64_t done_ms;
    int64_t told_ms;
};

struct world {
    char folder[64];
    char
        aside[64]; /* the other side of the mount: files are put over by a rename of their folder */
    struct cqa_scan *scan;
    struct cqa_inotify *inotify;
    struct cqa_clock clock;
    int64_t now_ms;
    uint64_t chance;
    struct writer writers[FILES];
    int early;
};

static int64_t fake_now(void *context)
{
    return ((struct world *)context)->now_ms;
}

static int64_t draw(struct world *world, int64_t below)
{
    world->chance = world->chance * 6364136223846793005U + 1442695040888963407U;
    return (int64_t)((world->chance >> 33) % (uint64_t)below);
}

/* Files are dated by the world's clock. */
static void date(const struct world *world, int fd)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
                                      {world->now_ms / 1000, world->now_ms % 1000 * 1000000}};

    assert_int_equal(futimens(fd, times), 0);
}

static int open_for(struct writer *writer)
{
    if (writer->fd < 0)
        writer->fd = open(writer->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(writer->fd >= 0);
    assert_true(lseek(writer->fd, 0, SEEK_END) >= 0);
    return writer->fd;
}

static void write_all(int fd, const void *bytes, int count)
{
    assert_int_equal(write(fd, bytes, (size_t)count), count);
}

/* What a recorder does last: the length into the head, or a last page. */
static void finish(struct writer *writer, int fd)
{
    const struct kind *kind = writer->kind;
    unsigned char size[4];

    if (kind->tail != NULL)
        write_all(fd, kind->tail, kind->tail_length);
    if (kind->patch == NULL)
        return;
    const int64_t end = lseek(fd, 0, SEEK_END) - 8;
    const int is_big = strcmp(kind->patch, "FORM") == 0;
    for (int i = 0; i < 4; i++)
        size[i] = (unsigned char)(end >> 8 * (is_big ? 3 - i : i));
    assert_int_equal(pwrite(fd, kind->patch, (size_t)kind->patch_length, 0), kind->patch_length);
    if (kind->patch_length == 4)
        assert_int_equal(pwrite(fd, size, sizeof size, 4), (ssize_t)sizeof size);
}

static void write_piece(struct world *world, struct writer *writer)
{
    char piece[PIECE_BYTES];
    const int fd = open_for(writer);

    memset(piece, 0x55, sizeof piece);
    if (writer->pieces == 0)
        write_all(fd, writer->kind->head, writer->kind->head_length);
    write_all(fd, piece, sizeof piece);
    writer->next_ms = world->now_ms + 100 + draw(world, PAUSE_MS_MAX);
    if (++writer->pieces == PIECES) {
        finish(writer, fd);
        writer->next_ms = 0;
        writer->done_ms = world->now_ms;
    }
    date(world, fd);
    if (writer->manner != KEEPS_OPEN || writer->next_ms == 0) {
        assert_int_equal(close(fd), 0);
        writer->fd = -1;
    }
}

/* ---- looks */

static void hint(void *context, const char *path, enum cqa_inotify_news news)
{
    static const enum cqa_scan_hint hints[] = {CQA_SCAN_APPEARED, CQA_SCAN_CLOSED, CQA_SCAN_ARRIVED,
                                               CQA_SCAN_LEFT};
    struct world *world = context;

    /* Of the files that come through another mount there are none. */
    for (int i = 0; i < FILES; i++)
        if (world->writers[i].manner == OTHER_MOUNT &&
            strcmp(world->writers[i].path + strlen(world->folder) + 1, path) == 0)
            return;
    cqa_scan_hint(world->scan, path, hints[news]);
}

static int tell(void *context, const struct cqa_scan_file *file)
{
    struct world *world = context;

    for (int i = 0; i < FILES; i++) {
        struct writer *writer = &world->writers[i];
        if (strcmp(writer->path, file->path) != 0)
            continue;
        if (writer->next_ms != 0 || writer->pieces < PIECES) {
            print_message("%s (manner %d) was told early, after %d pieces\n", file->path,
                          (int)writer->manner, writer->pieces);
            world->early++;
        } else if (writer->told_ms == 0) {
            writer->told_ms = world->now_ms;
        }
        return 1;
    }
    fail_msg("%s is none of ours", file->path);
    return 1;
}

static int64_t look(struct world *world)
{
    struct cqa_inotify_state state;
    struct cqa_scan_report report;
    struct cqa_error error = {0};

    (void)cqa_inotify_take(world->inotify, hint, world);
    assert_int_equal(cqa_inotify_sync(world->inotify, &state, &error), CQA_OK);
    assert_int_equal(cqa_scan_look(world->scan, tell, world, &report, &error), CQA_OK);
    return report.next_ms;
}

static void begin(struct world *world, uint64_t seed, int (*is_whole)(int, int64_t))
{
    *world = (struct world){.chance = seed, .now_ms = 1000000};
    (void)strcpy(world->folder, "/tmp/callqa-settling-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->clock = (struct cqa_clock){fake_now, fake_now, world};
    const struct cqa_scan_config config = {.folder = world->folder,
                                           .settle_ms = SETTLE_MS,
                                           .stream_ms = STREAM_MS,
                                           .clock = &world->clock,
                                           .is_whole = is_whole};
    struct cqa_error error = {0};
    assert_int_equal(cqa_scan_create(&config, &world->scan, &error), CQA_OK);
    assert_int_equal(cqa_inotify_create(world->folder, &world->inotify, &error), CQA_OK);
    for (int i = 0; i < FILES; i++) {
        struct writer *writer = &world->writers[i];
        writer->kind = &kinds[i % KINDS];
        writer->manner = (enum manner)(i / KINDS % MANNER_COUNT);
        writer->fd = -1;
        writer->next_ms = world->now_ms + 1 + draw(world, 60000);
        (void)snprintf(writer->path, sizeof writer->path, "%s/%03d-%s", world->folder, i,
                       writer->kind->name);
    }
}

static void end(struct world *world)
{
    char command[96];

    cqa_scan_destroy(world->scan);
    cqa_inotify_destroy(world->inotify);
    for (int i = 0; i < FILES; i++)
        if (world->writers[i].fd >= 0)
            close(world->writers[i].fd);
    (void)snprintf(command, sizeof command, "rm -rf %s", world->folder);
    assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): a path of our own
}

/* Until all has been written and the last has had its time. */
static void run(struct world *world)
{
    int64_t look_ms = world->now_ms;
    int64_t done_ms = 0;

    while (done_ms == 0 || world->now_ms < done_ms + PATIENCE_MS) {
        int64_t next_ms = look_ms;
        int left = 0;
        for (int i = 0; i < FILES; i++) {
            struct writer *writer = &world->writers[i];
            if (writer->next_ms != 0 && writer->next_ms <= world->now_ms)
                write_piece(world, writer);
            if (writer->next_ms != 0 && writer->next_ms < next_ms)
                next_ms = writer->next_ms;
            left += writer->next_ms != 0;
        }
        if (left == 0 && done_ms == 0)
            done_ms = world->now_ms;
        if (look_ms <= world->now_ms) {
            const int64_t settles_ms = look(world);
            look_ms = world->now_ms + (settles_ms > 200 && settles_ms < 10000 ? settles_ms : 500);
        }
        world->now_ms = next_ms > world->now_ms && next_ms < look_ms ? next_ms : look_ms;
    }
}

/* ---- tests */

static int count_told(const struct world *world, int64_t *slowest_whole_ms)
{
    int told = 0;

    for (int i = 0; i < FILES; i++) {
        const struct writer *writer = &world->writers[i];
        const int64_t took_ms = writer->told_ms - writer->done_ms;
        told += writer->told_ms != 0;
        if (writer->told_ms != 0 && (writer->kind->patch != NULL || writer->kind->tail != NULL) &&
            took_ms > *slowest_whole_ms)
            *slowest_whole_ms = took_ms;
    }
    return told;
}

static void test_none_of_204_growing_files_is_told_early(void **state)
{
    static struct world world;

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        int64_t slowest_whole_ms = 0;
        begin(&world, seed, cqa_audio_is_whole);
        run(&world);
        assert_int_equal(world.early, 0);
        assert_int_equal(count_told(&world, &slowest_whole_ms), FILES);
        assert_in_range(slowest_whole_ms, 1,
                        3 * SETTLE_MS); /* what knows its length need not wait */
        end(&world);
    }
}

/* The control: one time for all, as before, is too short. */
static void test_one_time_for_all_is_too_short(void **state)
{
    static struct world world;

    (void)state;
    begin(&world, 1, NULL);
    run(&world);
    assert_true(world.early > 10);
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_of_204_growing_files_is_told_early),
        cmocka_unit_test(test_one_time_for_all_is_too_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
