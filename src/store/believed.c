/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/believed.h"

#include "store/parts.h"

CQA_SQL_STATEMENT(read_believed, "", 1, "SELECT at_ms FROM believed WHERE id = 1");
CQA_SQL_STATEMENT(write_believed, "i", 0,
                  "INSERT OR REPLACE INTO believed (id, at_ms) VALUES (1, ?1)");

enum cqa_status cqa_believed_read(struct cqa_store *store, int64_t *at_ms, struct cqa_error *error)
{
    *at_ms = 0;
    return cqa_sql_number(store->sql, at_ms, error, &read_believed);
}

enum cqa_status cqa_believed_write(struct cqa_store *store, int64_t at_ms, struct cqa_error *error)
{
    return cqa_sql_do(store->sql, error, &write_believed, at_ms);
}
