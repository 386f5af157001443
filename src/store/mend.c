/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/mend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/escape.h"
#include "store/legs.h"
#include "store/parts.h"

enum {
    HEADER_BYTES = 512, /* less is no database, though SQLite takes it for an empty one */
    KEPT_MAX = 1000,
    WAITS_MAX = 3000,
    WAIT_NS = 10000000
};

static const char *const names[] = {"callqa.db", "callqa.db-journal", "callqa.lock"};
enum { DB, JOURNAL, LOCK, NAME_COUNT };

static void path_of(const char *state_dir, const char *name, char out[PATH_MAX])
{
    (void)snprintf(out, PATH_MAX, "%s/%s", state_dir, name);
}

/* ---- is it sound? */

CQA_SQL_STATEMENT(check_quickly, "", 1, "PRAGMA quick_check(1)");
CQA_SQL_STATEMENT(read_version, "", 1, "PRAGMA user_version");
CQA_SQL_STATEMENT(count_pages, "", 1,
                  "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
CQA_SQL_STATEMENT(count_objects, "", 1, "SELECT count(*) FROM sqlite_master");
CQA_SQL_STATEMENT(count_ours, "", 1,
                  "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND"
                  " name IN ('owners', 'recordings', 'results', 'deliveries')");

static enum cqa_status damaged(struct cqa_error *error)
{
    (void)cqa_fail(error, CQA_E_BADDATA, "the store is damaged");
    if (error != NULL)
        error->sys_errno = EIO;
    return CQA_E_BADDATA;
}

static enum cqa_status check_pages(struct cqa_sql *sql, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &check_quickly);

    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        const char *said = cqa_sql_text(rows, 0);
        if (said == NULL || strcmp(said, "ok") != 0)
            status = damaged(error);
    }
    cqa_sql_end(rows);
    return status;
}

/* A page that is cut off is read as if it ended in zeros, and the check of the pages takes it. */
static enum cqa_status check_size(struct cqa_sql *sql, const char *path, struct cqa_error *error)
{
    struct stat facts;
    int64_t size = 0;
    const enum cqa_status status = cqa_sql_number(sql, &size, error, &count_pages);

    if (status != CQA_OK)
        return status;
    return stat(path, &facts) == 0 && facts.st_size >= size ? CQA_OK : damaged(error);
}

/* Whose is it? */
static enum cqa_status check_kind(struct cqa_sql *sql, struct cqa_error *error)
{
    int64_t version = 0, objects = 0, ours = 0;
    enum cqa_status status = cqa_sql_number(sql, &version, error, &read_version);

    if (status == CQA_OK)
        status = cqa_sql_number(sql, &objects, error, &count_objects);
    if (status == CQA_OK)
        status = cqa_sql_number(sql, &ours, error, &count_ours);
    if (status != CQA_OK || (objects == 0 && version == 0))
        return status;
    if (version > cqa_store_schema.count)
        return cqa_fail(error, CQA_E_REFUSED,
                        "the store was written by a newer version of callqa: it is left alone");
    if (ours == 0 && objects > 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "callqa.db is a database of another program: it is left alone");
    return ours == 4 && version > 0 ? CQA_OK : damaged(error);
}

static enum cqa_status open_kept(const char *path, struct cqa_sql **out, struct cqa_error *error)
{
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite,
                                        .path = path,
                                        .setup = "PRAGMA trusted_schema = OFF;"
                                                 "PRAGMA query_only = ON;"
                                                 "PRAGMA cell_size_check = ON;"};

    return cqa_sql_open(&place, out, error);
}

static enum cqa_status check(const char *path, struct cqa_error *error)
{
    struct cqa_sql *sql = NULL;
    enum cqa_status status = open_kept(path, &sql, error);

    if (status == CQA_OK)
        status = check_kind(sql, error);
    if (status == CQA_OK)
        status = check_size(sql, path, error);
    if (status == CQA_OK)
        status = check_pages(sql, error);
    cqa_sql_close(sql);
    return status;
}

/* ---- setting aside */

/* A name that nothing has yet. */
static int free_name(const char *state_dir, char out[PATH_MAX])
{
    struct stat facts;

    for (int number = 1; number <= KEPT_MAX; number++) {
        (void)snprintf(out, PATH_MAX, "%s/callqa.db.damaged-%d", state_dir, number);
        if (lstat(out, &facts) != 0 && errno == ENOENT)
            return 1;
    }
    return 0;
}

/* All three belong together: who still has them open goes on with the old ones. */
static enum cqa_status set_aside(const char *state_dir, struct cqa_mended *out,
                                 struct cqa_error *error)
{
    static const char *const endings[NAME_COUNT] = {"", "-journal", ".lock"};
    char from[PATH_MAX];
    char to[PATH_MAX + 16];

    if (!free_name(state_dir, out->kept))
        return cqa_fail(error, CQA_E_LIMIT, "%s holds too many damaged stores", state_dir);
    for (int i = NAME_COUNT - 1; i >= 0; i--) {
        path_of(state_dir, names[i], from);
        (void)snprintf(to, sizeof to, "%s%s", out->kept, endings[i]);
        if (rename(from, to) != 0 && errno != ENOENT)
            return cqa_fail_errno(error, "%s", from);
    }
    out->replaced = 1;
    return CQA_OK;
}

/* ---- what recordings do not bring back */

CQA_SQL_STATEMENT(list_excluded, "", 7,
                  "SELECT path, source, call_id, size_bytes, mtime_ns, reason, changed_ms"
                  " FROM recordings NOT INDEXED WHERE state = 'excluded'"
                  " AND reason IS NOT '" CQA_LEG_LENT "'"); /* which is found anew */
CQA_SQL_STATEMENT(keep_excluded, "pttiiti", 0,
                  "INSERT OR IGNORE INTO recordings (path, source, call_id, size_bytes, mtime_ns,"
                  " state, reason, discovered_ms, revised_ms, changed_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, 'excluded', ?6, ?7, ?7, ?7)");
CQA_SQL_STATEMENT(list_stones, "", 2, "SELECT hash, made_ms FROM tombstones");
CQA_SQL_STATEMENT(keep_stone, "ti", 0,
                  "INSERT OR IGNORE INTO tombstones (hash, made_ms) VALUES (?1, ?2)");
CQA_SQL_STATEMENT(list_held, "", 4, "SELECT kind, value, reason, made_ms FROM holds");
CQA_SQL_STATEMENT(keep_hold, "ttti", 0,
                  "INSERT OR IGNORE INTO holds (kind, value, reason, made_ms)"
                  " VALUES (?1, ?2, ?3, ?4)");
CQA_SQL_STATEMENT(list_vanished_rows, "", 2,
                  "SELECT path, coalesce(reason, '') FROM recordings NOT INDEXED"
                  " WHERE state = 'vanished'");
CQA_SQL_STATEMENT(list_refused, "", 2,
                  "SELECT (SELECT path FROM recordings AS r WHERE r.id = d.recording_id),"
                  " d.http_status || ' ' || coalesce(d.text, '') FROM deliveries AS d NOT INDEXED"
                  " WHERE d.state = 'quarantined'");
CQA_SQL_STATEMENT(list_orphans, "", 2,
                  "SELECT r.path, '' FROM deliveries AS d NOT INDEXED JOIN recordings AS r"
                  " ON r.id = d.recording_id WHERE d.state IN ('pending', 'in_flight')"
                  " AND r.gone");

struct saving {
    struct cqa_sql *old;
    int64_t count;  /* excluded recordings */
    int incomplete; /* not all of what must not come back could be read */
};

/* Who was erased stays erased, whatever was damaged. */
static enum cqa_status save_stones(struct cqa_sql *sql, struct saving *saving,
                                   struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status reading = cqa_sql_start(saving->old, &rows, NULL, &list_stones);
    enum cqa_status status = CQA_OK;

    while (reading == CQA_OK && status == CQA_OK && cqa_sql_next(rows, &reading, NULL))
        status = cqa_sql_do(sql, error, &keep_stone, cqa_sql_text(rows, 0), cqa_sql_int(rows, 1));
    cqa_sql_end(rows);
    saving->incomplete |= reading != CQA_OK;
    return status;
}

static enum cqa_status save_holds(struct cqa_sql *sql, struct saving *saving,
                                  struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status reading = cqa_sql_start(saving->old, &rows, NULL, &list_held);
    enum cqa_status status = CQA_OK;

    while (reading == CQA_OK && status == CQA_OK && cqa_sql_next(rows, &reading, NULL))
        status = cqa_sql_do(sql, error, &keep_hold, cqa_sql_text(rows, 0), cqa_sql_text(rows, 1),
                            cqa_sql_text(rows, 2), cqa_sql_int(rows, 3));
    cqa_sql_end(rows);
    saving->incomplete |= reading != CQA_OK;
    return status;
}

/* As far as the old one can be read: what fails there ends the reading and nothing else. */
static enum cqa_status save_excluded(struct cqa_sql *sql, struct saving *saving,
                                     struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status reading = cqa_sql_start(saving->old, &rows, NULL, &list_excluded);
    enum cqa_status status = CQA_OK;

    while (reading == CQA_OK && status == CQA_OK && cqa_sql_next(rows, &reading, NULL)) {
        struct cqa_arena arena = {0};
        const char *path = cqa_sql_copy(rows, 0, &arena);
        const char *source = cqa_sql_text(rows, 1);
        const char *call_id = cqa_sql_text(rows, 2);
        if (path != NULL && source != NULL && call_id != NULL) {
            status =
                cqa_sql_do(sql, error, &keep_excluded, path, source, call_id, cqa_sql_int(rows, 3),
                           cqa_sql_int(rows, 4), cqa_sql_text(rows, 5), cqa_sql_int(rows, 6));
            saving->count++;
        }
        cqa_arena_finish(&arena);
    }
    cqa_sql_end(rows);
    saving->incomplete |= reading != CQA_OK;
    return status;
}

static enum cqa_status save_all(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct saving *saving = context;

    saving->count = 0;
    saving->incomplete = 0;
    enum cqa_status status = save_stones(sql, saving, error);
    if (status == CQA_OK)
        status = save_holds(sql, saving, error);
    return status == CQA_OK ? save_excluded(sql, saving, error) : status;
}

static int64_t list(struct cqa_sql *old, const struct cqa_sql_statement *which, const char *word,
                    FILE *out)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(old, &rows, NULL, which);
    int64_t count = 0;

    while (status == CQA_OK && cqa_sql_next(rows, &status, NULL)) {
        struct cqa_arena arena = {0};
        const char *path = cqa_sql_copy(rows, 0, &arena); /* bytes, not text */
        const char *text = cqa_sql_text(rows, 1);
        char name[4 * PATH_MAX];
        cqa_escape_control(path == NULL ? "?" : path, name, sizeof name);
        (void)fprintf(out, "%s\t%s\t%s\n", word, name, text == NULL ? "" : text);
        cqa_arena_finish(&arena);
        count++;
    }
    cqa_sql_end(rows);
    if (status != CQA_OK)
        (void)fprintf(out, "%s\t?\tthe rest cannot be read\n", word);
    return count;
}

static void list_all(struct cqa_sql *old, struct cqa_mended *out)
{
    (void)snprintf(out->listed, sizeof out->listed, "%.*s.txt", (int)sizeof out->listed - 8,
                   out->kept);
    const int fd = open(out->listed, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    if (file == NULL) {
        out->listed[0] = '\0';
        return;
    }
    out->refused = list(old, &list_refused, "refused", file);
    out->vanished = list(old, &list_vanished_rows, "vanished", file);
    out->unsent = list(old, &list_orphans, "unsent", file);
    if (fclose(file) != 0)
        out->listed[0] = '\0';
}

/* Makes the new one and takes over what must not be analysed again. */
static enum cqa_status begin_anew(const char *state_dir, struct cqa_mended *out,
                                  struct cqa_error *error)
{
    struct saving saving = {.incomplete = 1};
    struct cqa_store *store = NULL;
    struct stat facts;
    enum cqa_status status = cqa_store_open(state_dir, &store, error);

    if (status == CQA_OK && lstat(out->kept, &facts) == 0 && S_ISREG(facts.st_mode) &&
        open_kept(out->kept, &saving.old, NULL) == CQA_OK) {
        status = cqa_sql_transaction(store->sql, CQA_SQL_WRITE, save_all, &saving, error);
        list_all(saving.old, out);
    }
    out->excluded = saving.count;
    out->incomplete = saving.incomplete;
    cqa_sql_close(saving.old);
    cqa_store_close(store);
    if (lstat(out->kept, &facts) != 0)
        out->kept[0] = '\0'; /* it was taken away */
    return status;
}

/* ---- all */

/* 1: something lies in one of the places that is no file of ours. Our own files that we may not
 * read are made readable. */
static int is_misplaced(const char *state_dir)
{
    char path[PATH_MAX];
    struct stat facts;

    for (int i = 0; i < NAME_COUNT; i++) {
        path_of(state_dir, names[i], path);
        if (lstat(path, &facts) != 0)
            continue;
        if (!S_ISREG(facts.st_mode))
            return 1;
        if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0)
            continue;
        if (errno != EACCES)
            return 0; /* a file system that cannot be written to mends nothing */
        if (facts.st_uid != geteuid() || chmod(path, 0600) != 0)
            return 1;
    }
    return 0;
}

static enum cqa_status mend(const char *state_dir, int force, struct cqa_mended *out,
                            struct cqa_error *error)
{
    char path[PATH_MAX];
    struct stat facts;
    struct cqa_error found = {0};
    int is_beyond_use = is_misplaced(state_dir);

    path_of(state_dir, names[DB], path);
    const int is_there = lstat(path, &facts) == 0;
    is_beyond_use |= cqa_store_missed(state_dir, NULL) != CQA_OK;
    if (!is_beyond_use && (!is_there || facts.st_size == 0))
        return CQA_OK; /* none yet */
    is_beyond_use |= is_there && facts.st_size < HEADER_BYTES;
    if (!is_beyond_use) {
        const enum cqa_status status = check(path, &found);
        is_beyond_use = status == CQA_E_BADDATA || (force && status == CQA_OK);
        if (!is_beyond_use && status != CQA_OK) {
            if (error != NULL)
                *error = found;
            return status;
        }
    }
    if (!is_beyond_use)
        return CQA_OK;
    const enum cqa_status status = set_aside(state_dir, out, error);
    return status == CQA_OK ? begin_anew(state_dir, out, error) : status;
}

/* One at a time in a folder. */
static int lock_folder(int fd)
{
    const struct timespec pause = {0, WAIT_NS};

    for (int i = 0; i < WAITS_MAX; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 1;
        (void)nanosleep(&pause, NULL);
    }
    return 0;
}

enum cqa_status cqa_store_mend(const char *state_dir, int force, struct cqa_mended *out,
                               struct cqa_error *error)
{
    const int fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum cqa_status status = CQA_OK;

    *out = (struct cqa_mended){0};
    if (fd < 0)
        return cqa_fail_errno(error, "%s", state_dir);
    if (!lock_folder(fd))
        status = cqa_fail(error, CQA_E_BUSY, "another process is at the store");
    if (status == CQA_OK)
        status = mend(state_dir, force, out, error);
    (void)close(fd);
    return status == CQA_OK ? status : cqa_fail_within(error, "%s", state_dir);
}
