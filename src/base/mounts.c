/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

/* ---- the list */

static int is_shared(const char *kind)
{
    static const char *const own[] = {
        "ext2",     "ext3",      "ext4",       "xfs",         "btrfs",   "f2fs",    "zfs",
        "jfs",      "reiserfs",  "bcachefs",   "vfat",        "exfat",   "ntfs3",   "udf",
        "iso9660",  "squashfs",  "erofs",      "tmpfs",       "ramfs",   "overlay", "aufs",
        "devtmpfs", "hugetlbfs", "rootfs",     "proc",        "sysfs",   "cgroup",  "cgroup2",
        "devpts",   "mqueue",    "securityfs", "debugfs",     "tracefs", "bpf",     "pstore",
        "configfs", "efivarfs",  "fusectl",    "binfmt_misc", "ramfs"};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(own[i], kind) == 0)
            return 0;
    return 1;
}

/* Blanks and the like stand there as three octal digits behind a backslash. */
static void unescape(char *text)
{
    char *out = text;

    for (const char *at = text; *at != '\0';) {
        if (at[0] == '\\' && at[1] >= '0' && at[1] <= '3' && at[2] >= '0' && at[2] <= '7' &&
            at[3] >= '0' && at[3] <= '7') {
            *out++ = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
            at += 4;
        } else {
            *out++ = *at++;
        }
    }
    *out = '\0';
}

static enum cqa_status add(struct cqa_mounts *mounts, char *point, const char *kind,
                           struct cqa_error *error)
{
    struct cqa_mount *items = realloc(mounts->items, (mounts->count + 1) * sizeof *items);

    if (items == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the list of mounts");
    mounts->items = items;
    unescape(point);
    items[mounts->count] = (struct cqa_mount){strdup(point), is_shared(kind)};
    if (items[mounts->count].point == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the list of mounts");
    mounts->count++;
    return CQA_OK;
}

/* "36 35 98:0 /root /point options tags… - kind source options". */
static enum cqa_status add_line(struct cqa_mounts *mounts, char *line, struct cqa_error *error)
{
    char *kind = strstr(line, " - ");
    char *rest = NULL;
    char *field = strtok_r(line, " ", &rest);

    for (int i = 0; field != NULL && i < 4; i++)
        field = strtok_r(NULL, " ", &rest);
    if (field == NULL || kind == NULL)
        return CQA_OK;
    kind += 3;
    kind[strcspn(kind, " \n")] = '\0';
    return add(mounts, field, kind, error);
}

enum cqa_status cqa_mounts_read(struct cqa_mounts *out, const char *list, struct cqa_error *error)
{
    FILE *file = fopen(list, "re");
    char *line = NULL;
    size_t size = 0;
    enum cqa_status status = CQA_OK;

    *out = (struct cqa_mounts){0};
    if (file == NULL)
        return cqa_fail_errno(error, "%s", list);
    while (status == CQA_OK && getline(&line, &size, file) > 0)
        status = add_line(out, line, error);
    free(line);
    (void)fclose(file);
    return status;
}

void cqa_mounts_finish(struct cqa_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++)
        free(mounts->items[i].point);
    free(mounts->items);
    *mounts = (struct cqa_mounts){0};
}

/* ---- paths */

static int is_at_or_below(const char *path, const char *point)
{
    const size_t length = strcmp(point, "/") == 0 ? 0 : strlen(point);

    return strncmp(path, point, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The mount that a path without links lies on; NULL: none is known. */
static const struct cqa_mount *mount_of(const struct cqa_mounts *mounts, const char *path)
{
    const struct cqa_mount *found = NULL;

    for (size_t i = 0; i < mounts->count; i++)
        if (is_at_or_below(path, mounts->items[i].point) &&
            (found == NULL || strlen(mounts->items[i].point) >= strlen(found->point)))
            found = &mounts->items[i];
    return found;
}

static const struct cqa_mount *shared_of(const struct cqa_mounts *mounts, const char *path)
{
    const struct cqa_mount *mount = mount_of(mounts, path);

    return mount != NULL && mount->shared ? mount : NULL;
}

/* Puts the link's target in place of the `length` bytes that name it; 0: it does not fit. */
static int follow(char path[PATH_MAX], size_t length, const char *target)
{
    char joined[3 * PATH_MAX];
    size_t parent = length;

    while (parent > 0 && path[parent - 1] != '/')
        parent--;
    if (target[0] == '/')
        parent = 0;
    const int made =
        snprintf(joined, sizeof joined, "%.*s%s%s", (int)parent, path, target, path + length);
    if (made < 0 || made >= PATH_MAX)
        return 0;
    memcpy(path, joined, (size_t)made + 1);
    return 1;
}

/*
 * Goes along the path, link by link, until it comes to a shared mount, which is returned; NULL: it
 * does not. ".." is left to the kernel: whoever writes it into a link to a network folder gets the
 * folder watched by the main process.
 */
static const struct cqa_mount *walk(const struct cqa_mounts *mounts, char path[PATH_MAX])
{
    int links = 0;

    for (size_t at = 1; path[at - 1] != '\0' && links < LINKS_MAX;) {
        const size_t length = at + strcspn(path + at, "/");
        char step[PATH_MAX];
        char target[PATH_MAX];

        (void)snprintf(step, sizeof step, "%.*s", (int)length, path);
        const struct cqa_mount *mount = shared_of(mounts, step);
        if (mount != NULL)
            return mount;
        const ssize_t got = readlink(step, target, sizeof target - 1);
        if (got > 0) {
            target[got] = '\0';
            links++;
            if (!follow(path, length, target))
                return NULL;
            at = 1;
        } else {
            at = length + 1;
            if (path[length] == '\0')
                break;
        }
    }
    return NULL;
}

void cqa_mounts_shared(const struct cqa_mounts *mounts, const char *folder, char out[PATH_MAX])
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s", folder);
    const struct cqa_mount *mount = walk(mounts, path);
    for (size_t i = 0; mount == NULL && i < mounts->count; i++)
        if (mounts->items[i].shared && is_at_or_below(mounts->items[i].point, path))
            mount = &mounts->items[i];
    (void)snprintf(out, PATH_MAX, "%s", mount == NULL ? "" : mount->point);
}

int cqa_path_is_shared(const char *path, char out[PATH_MAX])
{
    struct cqa_mounts mounts = {0};
    char walked[PATH_MAX];
    int shared = 0;

    (void)snprintf(walked, sizeof walked, "%s", path);
    if (path[0] == '/' && cqa_mounts_read(&mounts, "/proc/self/mountinfo", NULL) == CQA_OK)
        shared = walk(&mounts, walked) != NULL;
    cqa_mounts_finish(&mounts);
    if (shared && out != NULL)
        memcpy(out, walked, sizeof walked);
    return shared;
}

/* ---- waiting for one */

int cqa_mount_awaited(const struct cqa_clock *clock, const char *folder, int64_t most_ms)
{
    enum { STEP_MS = 500 };

    while (access(folder, F_OK) != 0 && errno == ENOENT) {
        if (most_ms <= 0)
            return 0;
        cqa_clock_wait(clock, STEP_MS);
        most_ms -= STEP_MS;
    }
    return 1;
}
