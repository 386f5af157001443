/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_SCHEMA_H
#define CQA_SCORES_SCHEMA_H

#include "sql/sql.h"

/*
 * The database's schema as numbered steps, on SQLite and on PostgreSQL, where the first step makes
 * at once what the first CQA_SCORES_SCHEMA_FIRST are on SQLite. A step that has been released is
 * never changed; a new one is written for both, under the same number.
 */
enum { CQA_SCORES_SCHEMA_FIRST = 21 };
extern const struct cqa_sql_schema cqa_scores_schema;
extern const struct cqa_sql_schema cqa_scores_schema_postgres;

#endif
