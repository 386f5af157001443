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

/* Objections that waited in days that were closed before closing ended them. */
#define CQA_OBJECTIONS_OF_CLOSED_DAYS                                                              \
    "UPDATE objections SET outcome = 3, (decided_by, decided_ms, answer) ="                        \
    " (SELECT p.closed_by, p.closed_ms, p.note FROM periods p JOIN calls c ON"                     \
    " p.from_day <= c.day AND c.day < p.to_day WHERE c.id = objections.call)"                      \
    " WHERE outcome = 0 AND call IN (SELECT c.id FROM calls c JOIN periods p ON"                   \
    " p.from_day <= c.day AND c.day < p.to_day);"

/* With all that sums are made of, a day's rows side by side. */
#define CQA_INDEXES_OF_SUMS                                                                        \
    "CREATE INDEX calls_sums ON calls(day, person, team, score_c, measurable, flag_count,"         \
    " open_count, duration_ms, talk_agent_ms, talk_customer_ms, silence_ms, hold_ms, overtalk_ms," \
    " response_ms, copy_of);"                                                                      \
    "CREATE INDEX flags_agreed ON flags(day, rule, state, points_c, automatic_fail, team, author," \
    " current) WHERE current = 1;"

/* Results of before, until the server has been through them. */
#define CQA_INDEX_OF_BASES "CREATE INDEX calls_without_basis ON calls(id) WHERE basis IS NULL;"

extern const struct cqa_sql_schema cqa_scores_schema;
extern const struct cqa_sql_schema cqa_scores_schema_postgres;

#endif
