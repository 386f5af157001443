/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "watch/files.h"
#include "watch/walk.h"

enum { SETTLE_MS = 2000, NOT_SEEN = 0 };

struct cqa_scan {
    char folder[PATH_MAX];
    size_t folder_length;
    int64_t settle_ms;
    const struct cqa_clock *clock;
    int (*ignores)(void *context, const char *name);
    void *ignores_context;
    struct cqa_watched_files files;
    uint32_t look;
    int has_home; /* a look has found files: home_… is the folder in which they were */
    dev_t home_device;
    ino_t home_inode;
};

/* One look. */
struct look {
    struct cqa_scan *scan;
    struct cqa_scan_report *report;
    int64_t now_ms;
    struct stat root;
    int failed_memory;
    char **blind; /* folders below which nothing could be seen */
    size_t blind_count;
    struct cqa_watched **settled;
    size_t settled_count;
    cqa_scan_tell *tell;
    void *context;
};

enum cqa_status cqa_scan_create(const struct cqa_scan_config *config, struct cqa_scan **out,
                                struct cqa_error *error)
{
    struct cqa_scan *scan = calloc(1, sizeof *scan);
    size_t length = strlen(config->folder);

    while (length > 1 && config->folder[length - 1] == '/')
        length--;
    if (scan == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory to watch a folder");
    if (config->folder[0] != '/' || length >= sizeof scan->folder) {
        free(scan);
        return cqa_fail(error, CQA_E_BADDATA, "a watched folder must be an absolute path");
    }
    memcpy(scan->folder, config->folder, length);
    scan->folder_length = length;
    scan->settle_ms = config->settle_ms == 0 ? SETTLE_MS : config->settle_ms;
    scan->clock = config->clock;
    scan->ignores = config->ignores;
    scan->ignores_context = config->context;
    *out = scan;
    return CQA_OK;
}

void cqa_scan_destroy(struct cqa_scan *scan)
{
    if (scan == NULL)
        return;
    cqa_watched_finish(&scan->files);
    free(scan);
}

/* The path below the folder; NULL when it is not there. */
static const char *below(const struct cqa_scan *scan, const char *path)
{
    const size_t length = scan->folder_length == 1 ? 0 : scan->folder_length;

    if (strncmp(path, scan->folder, length) != 0 || path[length] != '/')
        return NULL;
    return path + length + 1;
}

enum cqa_status cqa_scan_know(struct cqa_scan *scan, const char *path, int64_t size_bytes,
                              int64_t mtime_ns, struct cqa_error *error)
{
    const char *relative = below(scan, path);

    if (relative == NULL || cqa_watched_find(&scan->files, relative) != NULL)
        return CQA_OK;
    struct cqa_watched *file = cqa_watched_add(&scan->files, relative);
    if (file == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the files of %s", scan->folder);
    file->size_bytes = size_bytes;
    file->mtime_ns = mtime_ns;
    file->ctime_ns = INT64_MIN;
    file->told = 1;
    file->ever_told = 1;
    file->look = NOT_SEEN;
    return CQA_OK;
}

/* ---- seeing */

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void see_file(struct look *look, const char *path, const struct stat *status)
{
    struct cqa_watched *file = cqa_watched_find(&look->scan->files, path);
    const int64_t mtime_ns = nanoseconds(status->st_mtim);
    const int64_t ctime_ns = nanoseconds(status->st_ctim);

    look->report->files++;
    if (file == NULL) {
        file = cqa_watched_add(&look->scan->files, path);
        if (file == NULL) {
            look->failed_memory = 1;
            return;
        }
        file->ctime_ns = ctime_ns;
        file->since_ms = look->now_ms;
        file->size_bytes = -1; /* so that it counts as changed below */
    }
    file->look = look->scan->look;
    const int same = file->size_bytes == status->st_size && file->mtime_ns == mtime_ns;
    /* A changed ctime alone is a new name or mode: nothing for one that has been told, but one that
     * is settling waits. */
    if (!same || (!file->told && file->ctime_ns != ctime_ns)) {
        file->told = 0;
        file->since_ms = look->now_ms;
    }
    file->size_bytes = status->st_size;
    file->mtime_ns = mtime_ns;
    file->ctime_ns = ctime_ns;
}

static void on_trouble(void *context, const char *path, int sys_errno)
{
    struct look *look = context;
    char **blind = realloc(look->blind, (look->blind_count + 1) * sizeof *blind);

    look->report->errors++;
    look->report->sys_errno = sys_errno;
    if (look->report->errors == 1)
        (void)snprintf(look->report->trouble, sizeof look->report->trouble, "%s", path);
    if (blind != NULL) {
        look->blind = blind;
        blind[look->blind_count] = strdup(path);
        if (blind[look->blind_count] != NULL) {
            look->blind_count++;
            return;
        }
    }
    look->failed_memory = 1;
}

static void on_entry(void *context, int folder_fd, const char *path, const char *name,
                     unsigned char type)
{
    struct look *look = context;
    const struct cqa_scan *scan = look->scan;
    struct stat status;

    if (type != DT_REG) {
        look->report->not_regular++;
        return;
    }
    if (scan->ignores != NULL && scan->ignores(scan->ignores_context, name)) {
        look->report->ignored++;
        return;
    }
    if (fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) /* it went between the listing and here */
            on_trouble(context, path, errno);
    } else if (S_ISREG(status.st_mode)) {
        see_file(look, path, &status);
    } else {
        look->report->not_regular++;
    }
}

static void on_litter(void *context, const char *path, enum cqa_litter litter)
{
    struct cqa_scan_report *report = ((struct look *)context)->report;

    (void)path;
    report->ignored++;
    report->litter[litter]++;
}

static void on_folder(void *context, int fd, const char *path)
{
    struct look *look = context;

    if (path[0] == '\0' && fstat(fd, &look->root) != 0)
        on_trouble(context, "", errno);
}

/* ---- telling */

static int tell_file(const struct look *look, enum cqa_scan_news news,
                     const struct cqa_watched *file)
{
    char path[2 * PATH_MAX];
    const int length =
        snprintf(path, sizeof path, "%s/%s",
                 look->scan->folder_length == 1 ? "" : look->scan->folder, file->path);
    const struct cqa_scan_file told = {news, path, file->size_bytes, file->mtime_ns};

    return length > 0 && (size_t)length < sizeof path && look->tell(look->context, &told);
}

static int is_blind(const struct look *look, const char *path)
{
    for (size_t i = 0; i < look->blind_count; i++) {
        const size_t length = strlen(look->blind[i]);
        if (length == 0 || (strncmp(path, look->blind[i], length) == 0 &&
                            (path[length] == '/' || path[length] == '\0')))
            return 1;
    }
    return 0;
}

/* Also the place where a file that went while it was settling is dropped without a word. */
static int has_gone(void *context, const struct cqa_watched *file)
{
    struct look *look = context;

    if (file->look == look->scan->look || is_blind(look, file->path))
        return 0;
    return !file->ever_told || tell_file(look, CQA_SCAN_GONE, file);
}

static int count_missing(void *context, const struct cqa_watched *file)
{
    struct look *look = context;

    look->report->held_back += file->look != look->scan->look;
    return 0;
}

/* Nothing is there, in a folder that is not the one where the files were: most likely its disk is
 * not mounted. */
static int may_be_unmounted(const struct look *look)
{
    const struct cqa_scan *scan = look->scan;

    if (look->report->files > 0 || scan->files.count == 0)
        return 0;
    return !scan->has_home || scan->home_device != look->root.st_dev ||
           scan->home_inode != look->root.st_ino;
}

static int choose_settled(void *context, const struct cqa_watched *file)
{
    struct look *look = context;
    const int64_t left_ms = file->since_ms + look->scan->settle_ms - look->now_ms;

    if (file->told || file->look != look->scan->look)
        return 0;
    if (left_ms > 0) {
        look->report->settling++;
        if (look->report->next_ms < 0 || left_ms < look->report->next_ms)
            look->report->next_ms = left_ms;
    } else {
        look->settled[look->settled_count++] = (struct cqa_watched *)file;
    }
    return 0;
}

static int by_age(const void *left, const void *right)
{
    const struct cqa_watched *a = *(const struct cqa_watched *const *)left;
    const struct cqa_watched *b = *(const struct cqa_watched *const *)right;

    if (a->mtime_ns != b->mtime_ns)
        return a->mtime_ns < b->mtime_ns ? -1 : 1;
    return strcmp(a->path, b->path);
}

static void tell_settled(struct look *look)
{
    look->settled = calloc(look->scan->files.count + 1, sizeof(struct cqa_watched *));
    if (look->settled == NULL) {
        look->failed_memory = 1;
        return;
    }
    cqa_watched_sift(&look->scan->files, choose_settled, look);
    qsort(look->settled, look->settled_count, sizeof(struct cqa_watched *), by_age);
    for (size_t i = 0; i < look->settled_count; i++) {
        if (!tell_file(look, CQA_SCAN_SETTLED, look->settled[i])) {
            look->report->settling++;
            look->report->next_ms = 0;
            continue;
        }
        look->settled[i]->told = 1;
        look->settled[i]->ever_told = 1;
    }
    free(look->settled);
}

static void tell_all(struct look *look)
{
    struct cqa_scan *scan = look->scan;

    if (may_be_unmounted(look)) {
        cqa_watched_sift(&scan->files, count_missing, look);
    } else {
        if (look->report->files > 0) {
            scan->has_home = 1;
            scan->home_device = look->root.st_dev;
            scan->home_inode = look->root.st_ino;
        }
        cqa_watched_sift(&scan->files, has_gone, look);
    }
    tell_settled(look);
}

enum cqa_status cqa_scan_look(struct cqa_scan *scan, cqa_scan_tell *tell, void *context,
                              struct cqa_scan_report *report, struct cqa_error *error)
{
    struct look look = {.scan = scan,
                        .report = report,
                        .now_ms = cqa_clock_monotonic_ms(scan->clock),
                        .tell = tell,
                        .context = context};
    const struct cqa_walk_visitor visitor = {.context = &look,
                                             .folder = on_folder,
                                             .entry = on_entry,
                                             .litter = on_litter,
                                             .trouble = on_trouble};

    *report = (struct cqa_scan_report){.next_ms = -1};
    if (++scan->look == NOT_SEEN)
        scan->look++;
    const int refused = cqa_walk(scan->folder, &visitor);
    if (refused == 0 && !look.failed_memory)
        tell_all(&look);
    for (size_t i = 0; i < look.blind_count; i++)
        free(look.blind[i]);
    free(look.blind);
    if (look.failed_memory)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the files of %s", scan->folder);
    if (refused != 0) {
        report->errors++;
        report->sys_errno = refused;
        errno = refused;
        (void)cqa_fail_errno(error, "%s cannot be read", scan->folder);
        if (error != NULL)
            error->status = CQA_E_BUSY; /* a disk that is away comes back */
        return CQA_E_BUSY;
    }
    return CQA_OK;
}
