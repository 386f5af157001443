/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds every statement to the steps that a recording's state may take. */
#include <stdlib.h>
#include "base/buffer.h"
#include "base/log.h"
#include "store/sql.h"

/* 'a', 'b', …: the states on the other side of those steps that lead from (or to) `state`. */
static void list(struct cqa_buffer *sql, const struct cqa_store_step *steps, size_t count,
                 enum cqa_recording_state state, int backwards)
{
    const char *comma = "";

    for (size_t i = 0; i < count; i++) {
        const enum cqa_recording_state near = backwards ? steps[i].to : steps[i].from;
        const enum cqa_recording_state far = backwards ? steps[i].from : steps[i].to;
        if (near != state || far == CQA_RECORDING_STATE_COUNT)
            continue;
        cqa_buffer_print(sql, "%s'%s'", comma, cqa_recording_state_words[far]);
        comma = ",";
    }
}

static void write_triggers(struct cqa_buffer *sql, const struct cqa_store_step *steps, size_t count)
{
    cqa_buffer_print(sql, "CREATE TEMP TRIGGER step_new BEFORE INSERT ON main.recordings"
                          " WHEN NEW.state NOT IN (");
    list(sql, steps, count, CQA_RECORDING_STATE_COUNT, 0);
    cqa_buffer_print(sql, ") BEGIN SELECT RAISE(ABORT, 'a recording cannot begin so'); END;"
                          "CREATE TEMP TRIGGER step_end BEFORE DELETE ON main.recordings"
                          " WHEN OLD.state NOT IN (");
    list(sql, steps, count, CQA_RECORDING_STATE_COUNT, 1);
    cqa_buffer_print(sql, ") BEGIN SELECT RAISE(ABORT, 'a recording cannot end so'); END;"
                          "CREATE TEMP TRIGGER step BEFORE UPDATE OF state ON main.recordings"
                          " WHEN OLD.state <> NEW.state AND NOT CASE OLD.state");
    for (int from = 0; from < CQA_RECORDING_STATE_COUNT; from++) {
        cqa_buffer_print(sql, " WHEN '%s' THEN NEW.state IN (", cqa_recording_state_words[from]);
        list(sql, steps, count, (enum cqa_recording_state)from, 0);
        cqa_buffer_print(sql, ")");
    }
    cqa_buffer_print(sql, " END BEGIN SELECT RAISE(ABORT, 'a recording cannot change so'); END;");
}

enum cqa_status cqa_store_hold_to(struct cqa_store *store, const struct cqa_store_step *steps,
                                  size_t count, struct cqa_error *error)
{
    struct cqa_buffer sql = {.limit = 1 << 16};
    enum cqa_status status = CQA_OK;

    write_triggers(&sql, steps, count);
    if (sql.failed)
        status = cqa_fail(error, CQA_E_NOMEM, "no memory for the store");
    else if (sqlite3_exec(store->db, sql.text, NULL, NULL, NULL) != SQLITE_OK)
        status = cqa_sql_fail(store, sqlite3_extended_errcode(store->db), error);
    cqa_buffer_finish(&sql);
    return status;
}

enum cqa_status cqa_store_refuse_step(const char *said, struct cqa_error *error)
{
    cqa_log(CQA_LOG_ERROR, "a bug: %s; nothing was changed", said);
#ifdef CQA_STOPS_AT_BUGS
    abort();
#endif
    return cqa_fail(error, CQA_E_REFUSED, "%s", said);
}
