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
    " coalesce(q.range_most_c, c.base_c, 10000), d.code,"                                          \
    " CASE WHEN " CQA_DAY_IS_CLOSED("c.day") " THEN 0 ELSE max(coalesce(d.at_ms, 0), "             \
                                             "c.updated_ms) END, coalesce(o.id, 0), o.outcome, "   \
                                             "o.at_ms, o.decided_ms, ob.name, o.text, "            \
                                             "oa.name, o.answer, ku.name, coalesce(k.until_ms, 0)"
#define CQA_FLAG_JOINS                                                                             \
    CQA_RULE_JOIN                                                                                  \
    " LEFT JOIN users a ON a.id = f.author LEFT JOIN decisions d ON d.id = f.decision"             \
    " LEFT JOIN users u ON u.id = d.user LEFT JOIN objections o ON o.flag = f.id"                  \
    " LEFT JOIN users ob ON ob.id = o.user LEFT JOIN users oa ON oa.id = o.decided_by"             \
    " LEFT JOIN claims k ON k.flag = f.id LEFT JOIN users ku ON ku.id = k.user"
enum { CQA_FLAG_COLUMN_COUNT = 34 };

/* Reads them; texts are borrowed until the next step. `now_ms`: claims that have ended by then are
 * none. */
struct cqa_flag_row cqa_flag_row_of(struct cqa_sql_rows *row, int64_t now_ms);

/* Adds " AND …" for what the filter says, but its order, place and limit; the flags table is `f`.
 */
void cqa_flag_filter_add(struct cqa_query *query, struct cqa_sql *db,
                         const struct cqa_flag_filter *filter, int64_t now_ms);

/* CQA_E_REFUSED: an undecided flag that is somebody else's for now. A lead may always decide. */
enum cqa_status cqa_claims_check(struct cqa_scores *scores, struct cqa_sql *db,
                                 const struct cqa_identity *who, int64_t flag,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* Once it is decided; what was handed out is kept, for it counts. */
enum cqa_status cqa_claims_end(struct cqa_sql *db, int64_t flag,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
