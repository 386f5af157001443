/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/appraisal/signing.h"
#include "server/appraisal/store_rounds.h"
#include "server/objections.h"

static enum cqa_status add_within(struct cqa_scores *scores, struct cqa_db *db,
                                  const struct cqa_identity *who, int64_t round, const char *agent,
                                  const char *text, int64_t *objection, struct cqa_error *error)
{
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    int64_t count = 0;
    enum cqa_status status = cqa_round_check_open(db, round, &stage, error);

    if (status == CQA_OK && stage != CQA_ROUND_OBJECTIONS)
        status =
            cqa_fail(error, CQA_E_REFUSED, "objections are taken in the stage objections; it is %p",
                     cqa_words_of(cqa_round_stage_names[stage]));
    if (status == CQA_OK)
        status = cqa_db_value(db, &count, error,
                              "SELECT count(*) FROM sheet_objections WHERE round = ? AND agent = ?",
                              "it", round, agent);
    if (status == CQA_OK && count > 0)
        status = cqa_fail(error, CQA_E_REFUSED, "there is an objection to this sheet already");
    if (status == CQA_OK)
        status = cqa_db_run(
            db, error,
            "INSERT INTO sheet_objections(round, agent, user, at_ms, text) VALUES(?, ?, ?, ?, ?)",
            "itiit", round, agent, who->user, cqa_scores_now_ms(scores), text);
    *objection = cqa_db_last_id(db);
    if (status == CQA_OK)
        status = cqa_round_audit(scores, db, who, "appraisal.object", round, error, "%s: %s", agent,
                                 text);
    return status;
}

enum cqa_status cqa_sheet_objection_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                        int64_t round, const char *agent, const char *text,
                                        int64_t *objection, struct cqa_error *error)
{
    struct cqa_db *db;
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_round_check_text("text", text, error);
    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = add_within(scores, db, who, round, agent, text, objection, error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_sheet_objection_answer(struct cqa_scores *scores,
                                           const struct cqa_identity *who, int64_t round,
                                           int64_t objection, int accepted, const char *answer,
                                           struct cqa_error *error)
{
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    const int outcome = accepted ? CQA_OBJECTION_ACCEPTED : CQA_OBJECTION_REJECTED;
    struct cqa_db *db;
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_round_check_text("answer", answer, error);
    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_round_check_open(db, round, &stage, error);
    if (status == CQA_OK)
        status = cqa_db_run(db, error,
                            "UPDATE sheet_objections SET outcome = ?, answer = ?, answered_by = ?,"
                            " answered_ms = ? WHERE id = ? AND round = ? AND outcome = 0",
                            "itiiii", (int64_t)outcome, answer, who->user,
                            cqa_scores_now_ms(scores), objection, round);
    if (status == CQA_OK && cqa_db_changes(db) == 0)
        status = cqa_fail(error, CQA_E_REFUSED, "the objection has been answered already");
    if (status == CQA_OK)
        status = cqa_round_audit(scores, db, who, "appraisal.answer", round, error,
                                 "objection %lld %s: %s", (long long)objection,
                                 cqa_objection_words[outcome], answer);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status
cqa_sheet_objection_list(struct cqa_scores *scores, int64_t round, const char *agent, int64_t only,
                         void (*visit)(void *context, const struct cqa_sheet_objection_row *row),
                         void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(
        scores, &list, error,
        "SELECT o.id, o.at_ms, coalesce(o.answered_ms, 0), o.agent, u.name, o.text, o.answer,"
        " a.name, o.outcome FROM sheet_objections o JOIN users u ON u.id = o.user"
        " LEFT JOIN users a ON a.id = o.answered_by WHERE o.round = ?1"
        " AND (?2 IS NULL OR o.agent = ?2) AND (?3 = 0 OR o.id = ?3) ORDER BY o.id",
        "iti", round, agent, only);
    while (cqa_list_next(&list, error)) {
        const struct cqa_sheet_objection_row objection = {
            sqlite3_column_int64(list.row, 0),
            sqlite3_column_int64(list.row, 1),
            sqlite3_column_int64(list.row, 2),
            cqa_db_text(list.row, 3),
            cqa_db_text(list.row, 4),
            cqa_db_text(list.row, 5),
            (const char *)sqlite3_column_text(list.row, 6),
            (const char *)sqlite3_column_text(list.row, 7),
            sqlite3_column_int(list.row, 8)};
        visit(context, &objection);
    }
    return cqa_list_end(scores, &list);
}
