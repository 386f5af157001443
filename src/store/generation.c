/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of what was made, told along with it (docs/decisions/0093-generations.md). */
#include <assert.h>
#include <inttypes.h>
#include "store/parts.h"

/* Later than the clock wherever the clock has gone back, and than what a copy of this store has
 * counted where the store was put back from a backup. */
CQA_SQL_STATEMENT(count_on, "i", 2,
                  "UPDATE generations SET last = max(last + 1, ?1) RETURNING store, last");

enum cqa_status cqa_generation_add(struct cqa_sql *sql, int64_t recording_id, const char *body,
                                   size_t body_length, int64_t now_ms, struct cqa_buffer *out,
                                   struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &count_on, now_ms);

    assert(body_length > 2 && body[0] == '{');
    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        cqa_buffer_print(out,
                         "{\"generation\":{\"store\":\"%s\",\"recording\":%" PRId64
                         ",\"number\":%" PRId64 "},",
                         cqa_sql_text(rows, 0), recording_id, cqa_sql_int(rows, 1));
        if (cqa_buffer_add(out, body + 1, body_length - 1) != CQA_OK)
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for a delivery");
    }
    cqa_sql_end(rows);
    return status;
}
