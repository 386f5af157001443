/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sql/driver.h"

static enum cqa_status apply(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct cqa_sql_schema *schema = context;
    int version = 0;
    enum cqa_status status = sql->driver->version(sql, -1, &version, error);

    if (status == CQA_OK && (version < 0 || version > schema->count))
        return cqa_fail(error, CQA_E_REFUSED,
                        "the database has schema %d, written by a newer version of this program; "
                        "this one knows up to %d. Start the newer version, or put back the copy "
                        "of the database from before it",
                        version, schema->count);
    for (int next = version; status == CQA_OK && next < schema->count; next++) {
        status = sql->driver->script(sql, schema->steps[next], error);
        if (status == CQA_OK)
            status = sql->driver->version(sql, next + 1, &version, error);
    }
    return status;
}

enum cqa_status cqa_sql_migrate(struct cqa_sql *sql, const struct cqa_sql_schema *schema,
                                struct cqa_error *error)
{
    struct cqa_sql_schema given = *schema;

    return cqa_sql_within(sql, CQA_SQL_BEGIN_MIGRATE, apply, &given, error);
}
