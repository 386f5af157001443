/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hangfs SOURCE CONTROL MOUNTPOINT: a folder seen through FUSE that hangs on demand, as a network
 * folder does whose server is away. While CONTROL/stat, CONTROL/list or CONTROL/read exists, nobody
 * who asks for that gets an answer, not even the dying.
 */
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fuse.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *source;
static const char *control;

static void hang_by(const char *what)
{
    const struct timespec pause = {0, 20000000};
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", control, what);
    while (access(path, F_OK) == 0)
        (void)nanosleep(&pause, NULL);
}

static const char *behind(const char *path, char out[PATH_MAX])
{
    (void)snprintf(out, PATH_MAX, "%s%s", source, path);
    return out;
}

static int get_attributes(const char *path, struct stat *status, struct fuse_file_info *info)
{
    char real[PATH_MAX];

    (void)info;
    hang_by("stat");
    return lstat(behind(path, real), status) == 0 ? 0 : -errno;
}

static int list(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
    char real[PATH_MAX];
    DIR *folder = opendir(behind(path, real));

    (void)offset;
    (void)info;
    (void)flags;
    hang_by("list");
    if (folder == NULL)
        return -errno;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        fill(buffer, entry->d_name, NULL, 0, 0);
    (void)closedir(folder);
    return 0;
}

static int read_some(const char *path, char *bytes, size_t count, off_t offset,
                     struct fuse_file_info *info)
{
    char real[PATH_MAX];
    FILE *file = fopen(behind(path, real), "re");

    (void)info;
    hang_by("read");
    if (file == NULL)
        return -errno;
    const ssize_t got = pread(fileno(file), bytes, count, offset);
    (void)fclose(file);
    return got < 0 ? -errno : (int)got;
}

int main(int argc, char **argv)
{
    static const struct fuse_operations operations = {
        .getattr = get_attributes, .readdir = list, .read = read_some};
    char options[] = "attr_timeout=0,entry_timeout=0,negative_timeout=0,auto_unmount";
    char *arguments[] = {argv[0], "-f", "-o", options, argc == 4 ? argv[3] : "", NULL};

    if (argc != 4)
        return 2;
    source = argv[1];
    control = argv[2];
    return fuse_main(5, arguments, &operations, NULL);
}
