/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/stored.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

CQA_SQL_STATEMENT(check, "", 1, "PRAGMA integrity_check(1)");
CQA_SQL_STATEMENT(find_result, "p", 1,
                  "SELECT r.json FROM results AS r JOIN recordings AS c ON c.id = r.recording_id"
                  " WHERE c.path = ?1");
CQA_SQL_STATEMENT(find_original, "p", 1,
                  "SELECT c.path FROM recordings AS c JOIN copies AS k ON c.id = k.recording_id"
                  " WHERE k.path = ?1");
CQA_SQL_STATEMENT(list_deliveries, "", 2, "SELECT key, state FROM deliveries ORDER BY id");

static enum cqa_status open_file(const char *state_dir, struct cqa_sql **out,
                                 struct cqa_error *error)
{
    char path[PATH_MAX];
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite, .path = path};

    (void)snprintf(path, sizeof path, "%s/callqa.db", state_dir);
    return cqa_sql_open(&place, out, error);
}

enum cqa_status stored_check(const char *state_dir, struct cqa_error *error)
{
    struct cqa_sql *sql = NULL;
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = open_file(state_dir, &sql, error);

    if (status == CQA_OK)
        status = cqa_sql_start(sql, &rows, error, &check);
    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        const char *said = cqa_sql_text(rows, 0);
        if (said == NULL || strcmp(said, "ok") != 0)
            status = cqa_fail(error, CQA_E_BADDATA, "the store is damaged: %.200s",
                              said == NULL ? "" : said);
    }
    cqa_sql_end(rows);
    cqa_sql_close(sql);
    return status;
}

/* The one column of the one row that a path leads to. */
static enum cqa_status read_of_path(const char *state_dir,
                                    const struct cqa_sql_statement *statement, const char *path,
                                    struct cqa_arena *arena, const char **out,
                                    struct cqa_error *error)
{
    struct cqa_sql *sql = NULL;
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = open_file(state_dir, &sql, error);

    *out = NULL;
    if (status == CQA_OK)
        status = cqa_sql_start(sql, &rows, error, statement, path);
    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        *out = cqa_sql_copy(rows, 0, arena);
        if (*out == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for a result");
    }
    cqa_sql_end(rows);
    cqa_sql_close(sql);
    return status;
}

enum cqa_status stored_result(const char *state_dir, const char *path, struct cqa_arena *arena,
                              const char **json, struct cqa_error *error)
{
    return read_of_path(state_dir, &find_result, path, arena, json, error);
}

enum cqa_status stored_original(const char *state_dir, const char *path, struct cqa_arena *arena,
                                const char **original, struct cqa_error *error)
{
    return read_of_path(state_dir, &find_original, path, arena, original, error);
}

enum cqa_status stored_deliveries(const char *state_dir, stored_visit *visit,
                                  struct cqa_error *error)
{
    struct cqa_sql *sql = NULL;
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = open_file(state_dir, &sql, error);

    if (status == CQA_OK)
        status = cqa_sql_start(sql, &rows, error, &list_deliveries);
    while (status == CQA_OK && cqa_sql_next(rows, &status, error))
        visit(cqa_sql_text(rows, 0), cqa_sql_text(rows, 1));
    cqa_sql_end(rows);
    cqa_sql_close(sql);
    return status;
}
