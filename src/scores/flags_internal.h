/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_FLAGS_INTERNAL_H
#define CQA_SCORES_FLAGS_INTERNAL_H

#include "scores/flags.h"
#include "scores/store_internal.h"

/* The columns of a cqa_flag_row, and the joins that some of them need; the flags table is `f`, its
 * call `c`. */
#define CQA_FLAG_COLUMNS                                                                           \
    "SELECT f.id, f.call, f.ordinal, f.rule, f.severity, f.points_c, coalesce(f.decided_c, "       \
    "f.points_c),"                                                                                 \
    " f.confidence, f.start_ms, f.end_ms, f.automatic_fail, f.event_type, a.name, f.note, "        \
    "f.state,"                                                                                     \
    " u.name, d.reason, d.at_ms, q.title_en, q.title_zh, coalesce(q.range_least_c, 0),"            \
    " coalesce(q.range_most_c, c.base_c, 10000), d.code, max(coalesce(d.at_ms, 0), "               \
    "c.updated_ms), coalesce(o.id, 0), o.outcome, o.at_ms, o.decided_ms, ob.name, o.text, "        \
    "oa.name, o.answer"
#define CQA_FLAG_JOINS                                                                             \
    CQA_RULE_JOIN                                                                                  \
    " LEFT JOIN users a ON a.id = f.author LEFT JOIN decisions d ON d.id = f.decision"             \
    " LEFT JOIN users u ON u.id = d.user LEFT JOIN objections o ON o.flag = f.id"                  \
    " LEFT JOIN users ob ON ob.id = o.user LEFT JOIN users oa ON oa.id = o.decided_by"
enum { CQA_FLAG_COLUMN_COUNT = 32 };

/* Reads them; texts are borrowed until the next step. */
struct cqa_flag_row cqa_flag_row_of(struct cqa_sql_rows *row);

/* As cqa_scores_decide, inside the caller's transaction. */
enum cqa_status cqa_scores_decide_within(struct cqa_scores *scores, struct cqa_sql *db,
                                         const struct cqa_identity *who, int64_t flag,
                                         const struct cqa_flag_verdict *verdict, int64_t *call,
                                         struct cqa_error *error) CQA_MUST_CHECK;

#endif
