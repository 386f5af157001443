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
#include <unistd.h>
#include "watch/files.h"
#include "watch/walk.h"

enum {
    SETTLE_MS = 2000,
    NOT_SEEN = 0,
    CLOSES_PROVEN = 3,      /* files that never grew after they were closed: closing is the end */
    CLOSES_REFUTED = -16,   /* one that did outweighs so many of the others */
    PAUSE_MS_MAX = 3600000, /* who writes again later has not paused: the file is another one */
    SURE_PAUSE_MS_MAX = 120000,
    WHOLE_GROWTHS_MIN = 2, /* one may be a copy that was made over the old one */
    OLD_MS = 3600000,
    HELD_MS_MAX =
        6 * 3600000, /* somebody who has it open so long without a word has forgotten it */
};

struct cqa_scan {
    char folder[PATH_MAX];
    size_t folder_length;
    int64_t settle_ms;
    int64_t stream_ms;
    const struct cqa_clock *clock;
    int (*is_whole)(int fd, int64_t size_bytes);
    struct cqa_scan_learned learned;
    int64_t long_pause_ms; /* the longest that has been seen, once at least; 0: none was long */
    int (*ignores)(void *context, const char *name);
    void *ignores_context;
    struct cqa_watched_files files;
    uint32_t look;
    int looks;    /* that were begun; 2: two or more */
    int has_home; /* a look has found files: home_… is the folder in which they were */
    dev_t home_device;
    ino_t home_inode;
};

/* One look. */
struct look {
    struct cqa_scan *scan;
    struct cqa_scan_report *report;
    int64_t now_ms;
    int64_t wall_ms;
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
    scan->stream_ms = config->stream_ms > scan->settle_ms ? config->stream_ms : scan->settle_ms;
    scan->clock = config->clock;
    scan->is_whole = config->is_whole;
    scan->learned = config->learned;
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

const struct cqa_scan_learned *cqa_scan_learned(const struct cqa_scan *scan)
{
    return &scan->learned;
}

static int is_ignored(const struct cqa_scan *scan, const char *name)
{
    return scan->ignores != NULL && scan->ignores(scan->ignores_context, name);
}

void cqa_scan_hint(struct cqa_scan *scan, const char *path, enum cqa_scan_hint hint)
{
    const char *slash = strrchr(path, '/');
    struct cqa_watched *file = cqa_watched_find(&scan->files, path);

    if (path[0] == '.' || strstr(path, "/.") != NULL ||
        is_ignored(scan, slash == NULL ? path : slash + 1))
        return;
    if (file == NULL && hint != CQA_SCAN_LEFT) {
        file = cqa_watched_add(&scan->files, path);
        if (file == NULL)
            return;
        file->from_event = 1;
        file->ctime_ns = INT64_MIN;
    }
    if (file == NULL)
        return;
    if (hint == CQA_SCAN_CLOSED)
        file->closed = file->closes_now = 1;
    if (hint == CQA_SCAN_ARRIVED)
        file->arrived = 1;
    file->left = hint == CQA_SCAN_LEFT;
}

/* ---- learning */

/* One long pause may be somebody who appended to a recording that was done; two are how it goes
 * here. */
static void learn_pause(struct cqa_scan *scan, int64_t pause_ms)
{
    struct cqa_scan_learned *learned = &scan->learned;
    int64_t sure_ms = pause_ms;

    if (pause_ms > SURE_PAUSE_MS_MAX) {
        sure_ms = pause_ms < scan->long_pause_ms ? pause_ms : scan->long_pause_ms;
        if (pause_ms > scan->long_pause_ms)
            scan->long_pause_ms = pause_ms;
    }
    if (sure_ms > learned->stream_pause_ms)
        learned->stream_pause_ms = sure_ms;
}

/* The file is another than at the last look: what does that say of this folder? */
static void learn(struct cqa_scan *scan, const struct cqa_watched *file, const struct stat *status,
                  int64_t mtime_ns)
{
    const int64_t pause_ms = (mtime_ns - file->mtime_ns) / 1000000;
    struct cqa_scan_learned *learned = &scan->learned;

    if (file->inode != status->st_ino || file->size_bytes <= 0 ||
        status->st_size <= file->size_bytes || pause_ms <= 0 || pause_ms > PAUSE_MS_MAX)
        return;
    if (file->form == CQA_FORM_STREAM) {
        learn_pause(scan, pause_ms);
        if (file->closed)
            learned->closes = CLOSES_REFUTED;
    } else if (file->form == CQA_FORM_WHOLE && pause_ms <= SURE_PAUSE_MS_MAX) {
        learned->whole_growths++;
        if (pause_ms > learned->whole_pause_ms)
            learned->whole_pause_ms = pause_ms;
    }
}

/* ---- seeing */

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Nobody has touched it for long: at the first look that spares the waiting for what lies there
 * since yesterday. Later ones go by what they have seen themselves: clocks of servers differ. */
static int is_old(const struct look *look, int64_t mtime_ns, int64_t ctime_ns)
{
    const int64_t last_ms = (mtime_ns > ctime_ns ? mtime_ns : ctime_ns) / 1000000;

    return look->scan->looks == 1 && last_ms <= look->wall_ms - OLD_MS;
}

/* NULL: no memory. */
static struct cqa_watched *find_or_add(struct look *look, const char *path)
{
    struct cqa_watched *file = cqa_watched_find(&look->scan->files, path);

    if (file != NULL && !file->from_event)
        return file;
    if (file == NULL)
        file = cqa_watched_add(&look->scan->files, path);
    if (file == NULL) {
        look->failed_memory = 1;
        return NULL;
    }
    file->from_event = 0;
    file->ctime_ns = INT64_MIN;
    file->first_ms = look->now_ms;
    file->size_bytes = -1; /* so that it counts as changed */
    return file;
}

static void see_file(struct look *look, struct cqa_watched *file, const struct stat *status)
{
    const int64_t mtime_ns = nanoseconds(status->st_mtim);
    const int64_t ctime_ns = nanoseconds(status->st_ctim);
    const int same = file->size_bytes == status->st_size && file->mtime_ns == mtime_ns;
    const int is_new = file->size_bytes < 0;

    file->look = look->scan->look;
    if (!same && !is_new)
        learn(look->scan, file, status, mtime_ns);
    /* A changed ctime alone is a new name or mode: nothing for one that has been told, but one that
     * is settling waits. */
    if (!same || (!file->told && file->ctime_ns != ctime_ns)) {
        if (file->told)
            file->first_ms = look->now_ms;
        file->told = 0;
        file->held = 0;
        file->since_ms = look->now_ms;
        file->form = CQA_FORM_UNKNOWN;
        file->old = is_old(look, mtime_ns, ctime_ns) ? 1U : 0U;
    }
    if (!same && !is_new && !file->closes_now)
        file->closed = 0;
    file->closes_now = 0;
    file->left = 0;
    file->inode = status->st_ino;
    file->size_bytes = status->st_size;
    file->mtime_ns = mtime_ns;
    file->ctime_ns = ctime_ns;
}

/* ---- how long to wait */

static int64_t half_as_long_again(int64_t pause_ms)
{
    return pause_ms + pause_ms / 2;
}

static int64_t longer(int64_t left_ms, int64_t right_ms)
{
    return left_ms > right_ms ? left_ms : right_ms;
}

static int64_t wait_ms(const struct cqa_scan *scan, const struct cqa_watched *file)
{
    const struct cqa_scan_learned *learned = &scan->learned;

    if (file->old)
        return 0;
    if (file->form == CQA_FORM_WHOLE)
        return learned->whole_growths < WHOLE_GROWTHS_MIN
                   ? scan->settle_ms
                   : longer(scan->settle_ms, half_as_long_again(learned->whole_pause_ms));
    if (file->form == CQA_FORM_UNKNOWN || file->arrived ||
        (file->closed && learned->closes >= CLOSES_PROVEN))
        return scan->settle_ms;
    return longer(scan->stream_ms, half_as_long_again(learned->stream_pause_ms));
}

/* How much longer it has to rest; 0 or less: it has settled, as far as time goes. */
static int64_t left_ms(const struct look *look, const struct cqa_watched *file)
{
    return file->since_ms + wait_ms(look->scan, file) - look->now_ms;
}

/* A lease for reading is given only where nobody has the file open for writing. -1: no answer (the
 * file is another's, or its file system has no leases); nothing is kept. */
static int is_held(int fd)
{
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
        return fcntl(fd, F_SETLEASE, F_UNLCK) != 0;
    return errno == EAGAIN ? 1 : -1;
}

/* Looks into a file that has been at rest long enough to be worth it. */
static void look_into(const struct look *look, struct cqa_watched *file, int folder_fd,
                      const char *name)
{
    const struct cqa_scan *scan = look->scan;

    if (file->told || file->old || left_ms(look, file) > 0 || scan->is_whole == NULL)
        return;
    const int fd =
        openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file->form == CQA_FORM_UNKNOWN)
        file->form =
            fd >= 0 && scan->is_whole(fd, file->size_bytes) ? CQA_FORM_WHOLE : CQA_FORM_STREAM;
    file->held = fd >= 0 && left_ms(look, file) <= 0 && is_held(fd) == 1;
    if (fd >= 0)
        (void)close(fd);
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

/* An event that told of its name told of no recording. */
static void see_other(const struct look *look, const char *path)
{
    struct cqa_watched *file = cqa_watched_find(&look->scan->files, path);

    look->report->not_regular++;
    if (file != NULL && file->from_event)
        file->left = 1;
}

static void on_entry(void *context, int folder_fd, const char *path, const char *name,
                     unsigned char type)
{
    struct look *look = context;
    const struct cqa_scan *scan = look->scan;
    struct stat status;

    if (type != DT_REG) {
        see_other(look, path);
        return;
    }
    if (is_ignored(scan, name)) {
        look->report->ignored++;
        return;
    }
    if (fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) /* it went between the listing and here */
            on_trouble(context, path, errno);
    } else if (S_ISREG(status.st_mode)) {
        struct cqa_watched *file = find_or_add(look, path);
        look->report->files++;
        if (file == NULL)
            return;
        see_file(look, file, &status);
        look_into(look, file, folder_fd, name);
    } else {
        see_other(look, path);
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

struct renamed {
    const struct cqa_watched *file;
    uint32_t look;
    int found;
};

static int is_same_elsewhere(void *context, const struct cqa_watched *file)
{
    struct renamed *renamed = context;

    renamed->found |= file->look == renamed->look && file->inode == renamed->file->inode &&
                      file->size_bytes == renamed->file->size_bytes &&
                      file->mtime_ns == renamed->file->mtime_ns;
    return 0;
}

/* It was never told, and has another name now: that name will be told. */
static int has_new_name(const struct look *look, const struct cqa_watched *file)
{
    struct renamed renamed = {file, look->scan->look, 0};

    if (!file->left && !file->from_event)
        cqa_watched_sift(&look->scan->files, is_same_elsewhere, &renamed);
    return file->left || renamed.found;
}

static int has_gone(void *context, const struct cqa_watched *file)
{
    struct look *look = context;

    if (file->look == look->scan->look || is_blind(look, file->path))
        return 0;
    if (file->ever_told)
        return tell_file(look, CQA_SCAN_GONE, file);
    if (has_new_name(look, file))
        return 1;
    if (!tell_file(look, CQA_SCAN_MISSED, file))
        return 0;
    look->report->missed++;
    return 1;
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

static void count_settling(struct look *look, const struct cqa_watched *file, int64_t next_ms)
{
    struct cqa_scan_report *report = look->report;

    report->settling++;
    report->held += file->held;
    if (report->next_ms < 0 || next_ms < report->next_ms)
        report->next_ms = next_ms;
    if (report->longest_path == NULL || look->now_ms - file->first_ms > report->longest_ms) {
        report->longest_ms = look->now_ms - file->first_ms;
        report->longest_path = file->path;
    }
}

/* 1 when it may be told of. Of what nobody has looked into yet that look comes first. */
static int has_settled(const struct look *look, const struct cqa_watched *file, int64_t *next_ms)
{
    const struct cqa_scan *scan = look->scan;

    *next_ms = left_ms(look, file);
    if (*next_ms > 0)
        return 0;
    if (file->held && look->now_ms - file->since_ms < HELD_MS_MAX) {
        *next_ms = scan->stream_ms;
        return 0;
    }
    return file->old || scan->is_whole == NULL || file->form != CQA_FORM_UNKNOWN;
}

static int choose_settled(void *context, const struct cqa_watched *file)
{
    struct look *look = context;
    int64_t next_ms = 0;

    if (file->told || file->look != look->scan->look)
        return 0;
    if (has_settled(look, file, &next_ms))
        look->settled[look->settled_count++] = (struct cqa_watched *)file;
    else
        count_settling(look, file, next_ms);
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

/* It was closed, and then rested for the whole of the time: closing was its end. */
static void learn_end(const struct look *look, const struct cqa_watched *file)
{
    struct cqa_scan *scan = look->scan;

    if (file->form == CQA_FORM_STREAM && file->closed && !file->arrived &&
        look->now_ms - file->since_ms >= scan->stream_ms)
        scan->learned.closes++;
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
        struct cqa_watched *file = look->settled[i];
        if (!tell_file(look, CQA_SCAN_SETTLED, file)) {
            look->report->untold++;
            look->report->next_ms = 0;
            continue;
        }
        learn_end(look, file);
        file->told = 1;
        file->ever_told = 1;
        file->arrived = 0;
    }
    free(look->settled);
}

static void tell_all(struct look *look)
{
    struct cqa_scan *scan = look->scan;

    if (may_be_unmounted(look)) {
        cqa_watched_sift(&scan->files, count_missing, look);
    } else {
        if (look->report->files > 0 || scan->files.count == 0) {
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
                        .wall_ms = cqa_clock_wall_ms(scan->clock),
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
    scan->looks += scan->looks < 2;
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
