/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds every statement to the steps that a recording's state may take. */
#include "base/buffer.h"
#include "store/parts.h"

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
    struct cqa_buffer text = {.limit = 1 << 16};
    enum cqa_status status = CQA_OK;

    write_trigger(&text, steps, count);
    if (text.failed) {
        status = cqa_fail(error, CQA_E_NOMEM, "no memory for the store");
    } else {
        const struct cqa_sql_statement statement = {.text = text.text, .types = ""};
        status = cqa_sql_do(store->sql, error, &statement);
    }
    cqa_buffer_finish(&text);
    return status;
}
