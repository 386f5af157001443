/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0666 };

static const char *shown(const struct cqa_output *output)
{
    return output->path != NULL ? output->path : "standard output";
}

static enum cqa_status fail(const struct cqa_output *output, struct cqa_error *error)
{
    return cqa_fail_errno(error, "cannot write %s", shown(output));
}

char *cqa_output_folder(const struct cqa_output *output)
{
    if (output->target == NULL || output->plain)
        return NULL;
    const char *slash = strrchr(output->target, '/');
    return strndup(output->target,
                   slash != NULL && slash > output->target ? (size_t)(slash - output->target) : 1);
}

/* Where the file will lie: what is there with its links followed, else its folder's real place. */
static char *find_target(const char *path)
{
    char folder[PATH_MAX];
    char real[PATH_MAX];
    char target[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    if (realpath(path, target) != NULL)
        return strdup(target);
    if (errno != ENOENT)
        return NULL;
    snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
             slash != NULL ? path : ".");
    if (realpath(folder, real) == NULL)
        return NULL;
    if (name[0] == '\0' || snprintf(target, sizeof target, "%s/%s", strcmp(real, "/") ? real : "",
                                    name) >= (int)sizeof target) {
        errno = name[0] == '\0' ? EISDIR : ENAMETOOLONG;
        return NULL;
    }
    return strdup(target);
}

/* A file without a name in that folder: where the file system knows of none, one whose name goes at
 * once. */
static int open_nameless(const char *folder)
{
    char path[PATH_MAX];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    if (snprintf(path, sizeof path, "%s/.callqa-XXXXXX", folder) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static enum cqa_status open_waiting(struct cqa_output *output, struct cqa_error *error)
{
    const char *temporary = getenv("TMPDIR");
    char *folder = output->target != NULL && !output->plain
                       ? cqa_output_folder(output)
                       : strdup(temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
    const int fd = folder != NULL ? open_nameless(folder) : -1;

    free(folder);
    output->waits = 1;
    if (fd < 0)
        return fail(output, error);
    output->body = fdopen(fd, "w+");
    if (output->body != NULL)
        return CQA_OK;
    close(fd);
    return fail(output, error);
}

enum cqa_status cqa_output_open(struct cqa_output *output, const char *path, int has_head,
                                struct cqa_error *error)
{
    struct stat info;

    *output = (struct cqa_output){.path = path};
    if (path == NULL && !has_head) {
        output->body = stdout;
        return CQA_OK;
    }
    if (path == NULL)
        return open_waiting(output, error);
    output->target = find_target(path);
    if (output->target == NULL)
        return fail(output, error);
    if (stat(output->target, &info) == 0) {
        output->plain = !S_ISREG(info.st_mode);
        if (S_ISDIR(info.st_mode)) {
            errno = EISDIR;
            return fail(output, error);
        }
    }
    return open_waiting(output, error);
}

enum cqa_status cqa_output_write(struct cqa_output *output, const char *text, size_t length,
                                 struct cqa_error *error)
{
    if (length > 0 && fwrite(text, 1, length, output->body) != length)
        return fail(output, error);
    if (!output->waits && fflush(output->body) != 0)
        return fail(output, error);
    return CQA_OK;
}

/* `head` and what waits, to `to`; 0 with errno where that fails. */
static int copy(struct cqa_output *output, const char *head, size_t length, FILE *to)
{
    char block[1 << 16];
    size_t count;

    if (fflush(output->body) != 0 || fseek(output->body, 0, SEEK_SET) != 0)
        return 0;
    if (length > 0 && fwrite(head, 1, length, to) != length)
        return 0;
    while ((count = fread(block, 1, sizeof block, output->body)) > 0)
        if (fwrite(block, 1, count, to) != count)
            return 0;
    return !ferror(output->body) && fflush(to) == 0;
}

/* As open() would have made it, or as what is replaced was. */
static mode_t mode_of(const char *target)
{
    struct stat info;

    if (stat(target, &info) == 0)
        return info.st_mode & 0777;
    const mode_t mask = umask(0);
    umask(mask);
    return MODE & ~mask;
}

static int put_in_place(struct cqa_output *output, const char *head, size_t length)
{
    char path[PATH_MAX];
    char *folder = cqa_output_folder(output);
    const int fits = folder != NULL &&
                     snprintf(path, sizeof path, "%s/.callqa-XXXXXX", folder) < (int)sizeof path;

    free(folder);
    const int fd = fits ? mkostemp(path, O_CLOEXEC) : -1;
    if (fd < 0)
        return 0;
    FILE *file = fdopen(fd, "w");
    if (file == NULL) {
        unlink(path);
        close(fd);
        return 0;
    }
    int done = fchmod(fd, mode_of(output->target)) == 0 && copy(output, head, length, file) &&
               fsync(fd) == 0;
    int reason = errno;
    if (fclose(file) != 0 && done) {
        done = 0;
        reason = errno;
    }
    if (done && rename(path, output->target) != 0) {
        done = 0;
        reason = errno;
    }
    if (!done)
        unlink(path);
    errno = reason;
    return done;
}

/* To what cannot be replaced: a pipe, a terminal. */
static int put_through(struct cqa_output *output, const char *head, size_t length)
{
    FILE *file = output->path != NULL ? fopen(output->target, "we") : stdout;

    if (file == NULL)
        return 0;
    int done = copy(output, head, length, file);
    const int reason = errno;
    if (file != stdout && fclose(file) != 0)
        return 0;
    errno = reason;
    return done;
}

enum cqa_status cqa_output_commit(struct cqa_output *output, const char *head, size_t length,
                                  struct cqa_error *error)
{
    if (!output->waits)
        return fflush(output->body) == 0 ? CQA_OK : fail(output, error);
    const int done = output->path != NULL && !output->plain ? put_in_place(output, head, length)
                                                            : put_through(output, head, length);
    return done ? CQA_OK : fail(output, error);
}

void cqa_output_close(struct cqa_output *output)
{
    if (output->waits && output->body != NULL)
        fclose(output->body);
    free(output->target);
    *output = (struct cqa_output){0};
}
