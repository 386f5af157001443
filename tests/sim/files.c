/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings that appear, grow, are replaced, renamed, touched and vanish: real files, dated by the
 * world's clock. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sim/world.h"

static const char letters[SIM_KIND_COUNT + 1] = "cundr";

static void path_of(const char *name, char out[256])
{
    (void)snprintf(out, 256, "%s/calls/%s", sim->folder, name);
}

/* ---- contents */

static int make_content(enum sim_kind kind)
{
    struct sim_content *content = &sim->contents[sim->content_count];

    *content = (struct sim_content){.kind = kind, .size = 16 + (int)sim_draw(200)};
    for (int i = 0; i < 64; i++)
        content->sha256[i] = "0123456789abcdef"[sim_draw(16)];
    return sim->content_count++;
}

static int new_content(void)
{
    /* Mostly calls. */
    static const enum sim_kind kinds[] = {SIM_CALL,       SIM_CALL,  SIM_CALL,   SIM_CALL,
                                          SIM_UNFINISHED, SIM_NOISE, SIM_DEADLY, SIM_REFUSED};

    if (sim->content_count == SIM_CONTENTS_MAX)
        return (int)sim_draw(SIM_CONTENTS_MAX);
    return make_content(kinds[sim_draw(sizeof kinds / sizeof *kinds)]);
}

/* "LETTER INDEX " and dots up to its size. */
static void write_content(int fd, int content)
{
    char bytes[256];
    const int size = sim->contents[content].size;
    const int head =
        snprintf(bytes, sizeof bytes, "%c%d ", letters[sim->contents[content].kind], content);

    memset(bytes + head, '.', (size_t)(size - head));
    if (write(fd, bytes, (size_t)size) != size)
        abort();
}

int sim_content_of(const char *bytes, size_t length)
{
    char *end = NULL;

    if (length < 3 || strchr(letters, bytes[0]) == NULL)
        return -1;
    const long content = strtol(bytes + 1, &end, 10);
    if (*end != ' ' || content < 0 || content >= sim->content_count ||
        (size_t)sim->contents[content].size != length)
        return -1;
    return (int)content;
}

/* ---- files */

/* No two are the same, whatever the clock does. */
static void date(const char *path)
{
    int64_t mtime_ns = sim->wall_ms * 1000000 + (int64_t)sim->step;
    struct timespec times[2];

    if (mtime_ns == sim->last_mtime_ns)
        mtime_ns += 1000;
    sim->last_mtime_ns = mtime_ns;
    times[0] = (struct timespec){.tv_nsec = UTIME_OMIT};
    times[1] = (struct timespec){mtime_ns / 1000000000, mtime_ns % 1000000000};
    if (utimensat(AT_FDCWD, path, times, 0) != 0)
        abort();
}

static struct sim_file *pick(int exists)
{
    const int first = (int)sim_draw(SIM_FILES_MAX);

    for (int i = 0; i < sim->file_count; i++) {
        struct sim_file *file = &sim->files[(first + i) % sim->file_count];
        if (file->exists == exists)
            return file;
    }
    return NULL;
}

/* A name that no file has: one folder or the other, so that two may bear the same call. */
static void new_name(char out[SIM_NAME_SIZE])
{
    const int number = (int)sim_draw(6);

    (void)snprintf(out, SIM_NAME_SIZE, "%sin-8001-1380000%04d-20251120-101502-17636049%02d.%d.wav",
                   sim_draw(3) == 0 ? "b/" : "a/", number, number, number);
}

static struct sim_file *find(const char *name)
{
    for (int i = 0; i < sim->file_count; i++)
        if (strcmp(sim->files[i].name, name) == 0)
            return &sim->files[i];
    return NULL;
}

const struct sim_file *sim_file_at(const char *path)
{
    char top[128];
    const int length = snprintf(top, sizeof top, "%s/calls/", sim->folder);

    const struct sim_file *file =
        strncmp(path, top, (size_t)length) == 0 ? find(path + length) : NULL;
    return file != NULL && file->exists ? file : NULL;
}

/* The entry of a name that is free; NULL: it is taken, or there is no more room. */
static struct sim_file *claim_name(void)
{
    char name[SIM_NAME_SIZE];

    new_name(name);
    struct sim_file *file = find(name);
    if (file != NULL)
        return file->exists ? NULL : file;
    if (sim->file_count == SIM_FILES_MAX)
        return NULL;
    file = &sim->files[sim->file_count++];
    *file = (struct sim_file){.content = -1, .before = -1};
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    return file;
}

/* Beside it under a name that is none of a recording, then over it. */
static void replace(struct sim_file *file, int content, const char *how)
{
    char path[256];
    char aside[264];

    path_of(file->name, path);
    (void)snprintf(aside, sizeof aside, "%s.tmp", path);
    const int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        abort();
    write_content(fd, content);
    close(fd);
    date(aside);
    if (rename(aside, path) != 0)
        abort();
    if (file->content != content)
        file->before = file->content;
    file->content = content;
    file->exists = 1;
    sim_say("  %s %s: %c%d", file->name, how, letters[sim->contents[content].kind], content);
}

/* In the same file: what reads it meanwhile sees both. */
static void write_into(struct sim_file *file, int content)
{
    char path[256];

    path_of(file->name, path);
    const int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd < 0)
        abort();
    write_content(fd, content);
    close(fd);
    date(path);
    file->before = file->content;
    file->content = content;
    sim_say("  %s is written anew: %c%d", file->name, letters[sim->contents[content].kind],
            content);
}

static void move(struct sim_file *file)
{
    char from[256];
    char to[256];
    struct sim_file *other = claim_name();

    if (other == NULL || other == file)
        return;
    path_of(file->name, from);
    path_of(other->name, to);
    if (rename(from, to) != 0)
        abort();
    file->exists = 0;
    other->exists = 1;
    other->before = other->content;
    other->content = file->content;
    sim_say("  %s is now %s", file->name, other->name);
}

static void remove_file(struct sim_file *file)
{
    char path[256];

    path_of(file->name, path);
    if (unlink(path) != 0)
        abort();
    file->exists = 0;
    sim_say("  %s is gone", file->name);
}

static void touch(const struct sim_file *file)
{
    char path[256];

    path_of(file->name, path);
    date(path);
    sim_say("  %s is touched", file->name);
}

static void change(struct sim_file *file)
{
    switch (sim_draw(9)) {
    case 0:
    case 1:
        replace(file, new_content(), "is replaced");
        break;
    case 2:
        write_into(file, new_content());
        break;
    case 3:
    case 8:
        if (file->before >= 0) /* out of a backup */
            replace(file, file->before, "is as it was");
        break;
    case 4:
        touch(file);
        break;
    case 5:
    case 6:
        move(file);
        break;
    default:
        remove_file(file);
        break;
    }
}

void sim_files_change(void)
{
    struct sim_file *file = pick(1);

    if (sim->changes_left <= 0)
        return;
    sim->changes_left--;
    if (file != NULL && sim_draw(2) == 0) {
        change(file);
        return;
    }
    file = claim_name();
    if (file == NULL)
        sim->changes_left++; /* the name was taken */
    else
        replace(file, file->content >= 0 && sim_draw(2) == 0 ? file->content : new_content(),
                "appears");
}

void sim_files_keep_one(void)
{
    sim->changes_left = 1;
    while (pick(1) == NULL)
        sim_files_change();
}
