/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds every statement to the steps that a recording's state may take. */
#include <stdlib.h>
#include "base/buffer.h"
#include "base/log.h"
#include "store/sql.h"

/* One comparison of texts, because every statement that sets a state compiles it anew. */
static void write_trigger(struct cqa_buffer *sql, const struct cqa_store_step *steps, size_t count)
{
    cqa_buffer_print(sql, "CREATE TEMP TRIGGER step AFTER UPDATE OF state ON main.recordings"
                          " WHEN OLD.state <> NEW.state AND NOT instr('");
    for (size_t i = 0; i < count; i++)
        if (steps[i].from != CQA_RECORDING_STATE_COUNT && steps[i].to != CQA_RECORDING_STATE_COUNT)
            cqa_buffer_print(sql, " %s>%s ", cqa_recording_state_words[steps[i].from],
                             cqa_recording_state_words[steps[i].to]);
    cqa_buffer_print(sql, "', ' ' || OLD.state || '>' || NEW.state || ' ')"
                          " BEGIN SELECT RAISE(ABORT, 'a recording cannot change so'); END;");
}

enum cqa_status cqa_store_hold_to(struct cqa_store *store, const struct cqa_store_step *steps,
                                  size_t count, struct cqa_error *error)
{
    struct cqa_buffer sql = {.limit = 1 << 16};
    enum cqa_status status = CQA_OK;

    write_trigger(&sql, steps, count);
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
