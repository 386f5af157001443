/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/litter.h"

/* Each level holds a descriptor. No recorder goes beyond YYYY/MM/DD/HH and a few more. */
enum { DEPTH_MAX = 64 };

struct walk {
    const struct cqa_walk_visitor *visitor;
    char path[PATH_MAX]; /* of the entry at hand */
    size_t length;
    int depth;
};

static void walk_folder(struct walk *walk, int fd);

static void trouble(struct walk *walk, int sys_errno)
{
    if (walk->visitor->trouble != NULL)
        walk->visitor->trouble(walk->visitor->context, walk->path, sys_errno);
}

static unsigned char type_of(int fd, const struct dirent *entry)
{
    struct stat status;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return DT_REG; /* whoever looks closer meets the same error and can say so */
    return (unsigned char)IFTODT(status.st_mode);
}

static void enter(struct walk *walk, int parent, const char *name)
{
    if (cqa_litter_folder(name) != CQA_LITTER_NONE) {
        if (walk->visitor->hidden_folder != NULL)
            walk->visitor->hidden_folder(walk->visitor->context, walk->path);
        return;
    }
    if (walk->depth == DEPTH_MAX) {
        trouble(walk, ELOOP);
        return;
    }
    const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        walk->depth++;
        walk_folder(walk, fd);
        walk->depth--;
    } else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
        trouble(walk, errno); /* ENOENT and the like: it has just gone or become something else */
    }
}

static void walk_entry(struct walk *walk, int fd, const struct dirent *entry)
{
    const size_t before = walk->length;
    const int added = snprintf(walk->path + before, sizeof walk->path - before, "%s%s",
                               before == 0 ? "" : "/", entry->d_name);

    if (added < 0 || (size_t)added >= sizeof walk->path - before) {
        walk->path[before] = '\0';
        trouble(walk, ENAMETOOLONG);
        return;
    }
    walk->length += (size_t)added;
    const unsigned char type = type_of(fd, entry);
    if (type == DT_DIR)
        enter(walk, fd, entry->d_name);
    else if (walk->visitor->entry != NULL)
        walk->visitor->entry(walk->visitor->context, fd, walk->path, entry->d_name, type);
    walk->length = before;
    walk->path[before] = '\0';
}

/* Takes `fd` over. */
static void walk_folder(struct walk *walk, int fd)
{
    DIR *folder = fdopendir(fd);

    if (folder == NULL) {
        trouble(walk, errno);
        (void)close(fd);
        return;
    }
    if (walk->visitor->folder != NULL)
        walk->visitor->folder(walk->visitor->context, fd, walk->path);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            walk_entry(walk, fd, entry);
    }
    if (errno != 0)
        trouble(walk, errno);
    (void)closedir(folder);
}

int cqa_walk(const char *folder, const struct cqa_walk_visitor *visitor)
{
    struct walk walk = {.visitor = visitor};
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return errno;
    walk_folder(&walk, fd);
    return 0;
}
