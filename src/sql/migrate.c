/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sql/driver.h"

int cqa_sql_schema_number(const struct cqa_sql_schema *schema)
{
    return (schema->first == 0 ? 1 : schema->first) + schema->count - 1;
}

/* The place of the step that comes next in a database that has `version` of them. */
static int next_step(const struct cqa_sql_schema *schema, int version)
{
    const int first = schema->first == 0 ? 1 : schema->first;

    return version < first ? 0 : version - first + 1;
}

static enum cqa_status apply(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct cqa_sql_schema *schema = context;
    int version = 0;
    enum cqa_status status = sql->driver->version(sql, -1, &version, error);

    const int last = cqa_sql_schema_number(schema);
    if (status == CQA_OK && (version < 0 || version > last))
        return cqa_fail(error, CQA_E_REFUSED,
                        "the database has schema %d, written by a newer version of this program; "
                        "this one knows up to %d. Start the newer version, or put back the copy "
                        "of the database from before it",
                        version, last);
    for (int next = next_step(schema, version); status == CQA_OK && next < schema->count; next++) {
        status = sql->driver->script(sql, schema->steps[next], error);
        if (status == CQA_OK)
            status = sql->driver->version(sql, last - schema->count + next + 1, &version, error);
    }
    return status;
}

enum cqa_status cqa_sql_migrate(struct cqa_sql *sql, const struct cqa_sql_schema *schema,
                                struct cqa_error *error)
{
    struct cqa_sql_schema given = *schema;

    return cqa_sql_within(sql, CQA_SQL_BEGIN_MIGRATE, apply, &given, error);
}
