/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/folders.h"

#include "store/parts.h"

#define COLUMNS                                                                                    \
    "path, looked_ms, took_ms, files, settling, held, ignored, not_regular, errors, sys_errno,"    \
    " held_back, unread, settling_since_ms, settling_path, stream_pause_ms, whole_pause_ms,"       \
    " whole_growths, closes"

CQA_SQL_STATEMENT(put_folder, "piiiiiiiiiiiipiiii", 0,
                  "INSERT OR REPLACE INTO folders (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                  " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)");
CQA_SQL_STATEMENT(find_folder, "p", 18, "SELECT " COLUMNS " FROM folders WHERE path = ?1");

enum cqa_status cqa_folders_put(struct cqa_store *store, const struct cqa_folder *folder,
                                struct cqa_error *error)
{
    return cqa_sql_do(store->sql, error, &put_folder, folder->path, folder->looked_ms,
                      folder->took_ms, folder->files, folder->settling, folder->held,
                      folder->ignored, folder->not_regular, folder->errors, folder->sys_errno,
                      folder->held_back, folder->unread, folder->settling_since_ms,
                      folder->settling_path, folder->stream_pause_ms, folder->whole_pause_ms,
                      folder->whole_growths, folder->closes);
}

static void read_folder(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                        struct cqa_folder *out)
{
    *out = (struct cqa_folder){.path = cqa_sql_copy(rows, 0, arena),
                               .looked_ms = cqa_sql_int(rows, 1),
                               .took_ms = cqa_sql_int(rows, 2),
                               .files = cqa_sql_int(rows, 3),
                               .settling = cqa_sql_int(rows, 4),
                               .held = cqa_sql_int(rows, 5),
                               .ignored = cqa_sql_int(rows, 6),
                               .not_regular = cqa_sql_int(rows, 7),
                               .errors = cqa_sql_int(rows, 8),
                               .sys_errno = cqa_sql_int(rows, 9),
                               .held_back = cqa_sql_int(rows, 10),
                               .unread = cqa_sql_int(rows, 11),
                               .settling_since_ms = cqa_sql_int(rows, 12),
                               .settling_path = cqa_sql_copy(rows, 13, arena),
                               .stream_pause_ms = cqa_sql_int(rows, 14),
                               .whole_pause_ms = cqa_sql_int(rows, 15),
                               .whole_growths = cqa_sql_int(rows, 16),
                               .closes = cqa_sql_int(rows, 17)};
}

enum cqa_status cqa_folders_find(struct cqa_store *store, const char *path, struct cqa_arena *arena,
                                 struct cqa_folder *out, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &find_folder, path);

    *out = (struct cqa_folder){0};
    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        read_folder(rows, arena, out);
    cqa_sql_end(rows);
    return status;
}
