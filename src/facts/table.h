/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_FACTS_TABLE_H
#define CQA_FACTS_TABLE_H

#include "base/error.h"
#include "facts/fact.h"
#include "sql/sql.h"

/*
 * Call detail records in somebody else's database, which is only read: a query with named
 * parameters, and what its columns are.
 */
struct cqa_fact_table {
    const char *query; /* :since and :until are times as the table writes them ("2025-11-20
                          10:15:02"), :since_epoch and :until_epoch seconds since 1970 */
    const enum cqa_fact_column *columns;
    int column_count;
};

/* Whether the parameters are all known: NULL, or the first that is none. Borrowed from `query`; its
 * length in `*length`. */
const char *cqa_fact_table_stranger(const char *query, size_t *length);

/* Whether it is one SELECT (or WITH … SELECT) and nothing behind it: no other statement is ever
 * sent to somebody else's database. */
int cqa_fact_table_is_select(const char *query);

/* Return 0 to stop. The fact's strings live during the call only. */
typedef int cqa_fact_visit(void *context, const struct cqa_fact *fact);

/* The rows of [since_ms, until_ms). The statuses are those of sql/sql.h. */
enum cqa_status cqa_fact_table_read(struct cqa_sql *sql, const struct cqa_fact_table *table,
                                    const struct cqa_fact_clock *clock, int64_t since_ms,
                                    int64_t until_ms, cqa_fact_visit *visit, void *context,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Tables that are known by name: Asterisk's cdr; the same with the columns linkedid and
 * recordingfile, as FreePBX and its kin have it; VICIdial's recording_log. `name`: the table's,
 * NULL: the usual one. The query goes to `arena`; 0: no memory, or too long a name.
 */
extern const char *const cqa_fact_preset_words[];
int cqa_fact_table_preset(int preset, const struct cqa_sql_driver *driver, const char *name,
                          struct cqa_arena *arena, struct cqa_fact_table *out);

#endif
