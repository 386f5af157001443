/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/objections.h"
#include "scores/rounds/rounds_internal.h"
#include "scores/rounds/signing.h"

CQA_SQL_STATEMENT(count_objections, "it", 1,
                  "SELECT count(*) FROM sheet_objections WHERE round = ?1 AND agent = ?2");
CQA_SQL_STATEMENT(
    insert_objection, "itiit", 1,
    "INSERT INTO sheet_objections(round, agent, user, at_ms, text) VALUES(?1, ?2, ?3, ?4, ?5)"
    " RETURNING id");

struct adding {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t round;
    const char *agent, *text;
    int64_t *objection;
};

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct adding *it = context;
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    int64_t count = 0;
    enum cqa_status status = cqa_round_check_open(db, it->round, &stage, error);

    if (status == CQA_OK && stage != CQA_ROUND_OBJECTIONS)
        status =
            cqa_fail(error, CQA_E_REFUSED, "objections are taken in the stage objections; it is %p",
                     cqa_words_of(cqa_round_stage_names[stage]));
    if (status == CQA_OK)
        status = cqa_sql_number(db, &count, error, &count_objections, it->round, it->agent);
    if (status == CQA_OK && count > 0)
        status = cqa_fail(error, CQA_E_REFUSED, "there is an objection to this sheet already");
    if (status == CQA_OK)
        status = cqa_sql_number(db, it->objection, error, &insert_objection, it->round, it->agent,
                                it->who->user, cqa_scores_now_ms(it->scores), it->text);
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, db, it->who, "appraisal.object", it->round, error,
                                 "%s: %s", it->agent, it->text);
    return status;
}

enum cqa_status cqa_sheet_objection_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                        int64_t round, const char *agent, const char *text,
                                        int64_t *objection, struct cqa_error *error)
{
    struct adding adding = {scores, who, round, agent, text, objection};
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_round_check_text("text", text, error);
    return status == CQA_OK ? cqa_scores_write(scores, add, &adding, error) : status;
}

CQA_SQL_STATEMENT(set_answer, "itiiii", 0,
                  "UPDATE sheet_objections SET outcome = ?1, answer = ?2, answered_by = ?3,"
                  " answered_ms = ?4 WHERE id = ?5 AND round = ?6 AND outcome = 0");

struct answering {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t round, objection;
    enum cqa_objection_outcome outcome;
    const char *answer;
};

static enum cqa_status answer_it(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct answering *it = context;
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round, &stage, error);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &set_answer, (int64_t)it->outcome, it->answer, it->who->user,
                            cqa_scores_now_ms(it->scores), it->objection, it->round);
    if (status == CQA_OK && cqa_sql_changes(db) == 0)
        status = cqa_fail(error, CQA_E_REFUSED, "the objection has been answered already");
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, db, it->who, "appraisal.answer", it->round, error,
                                 "objection %lld %s: %s", (long long)it->objection,
                                 cqa_objection_words[it->outcome], it->answer);
    return status;
}

enum cqa_status cqa_sheet_objection_answer(struct cqa_scores *scores,
                                           const struct cqa_identity *who, int64_t round,
                                           int64_t objection, int accepted, const char *answer,
                                           struct cqa_error *error)
{
    struct answering answering = {
        scores, who, round, objection, accepted ? CQA_OBJECTION_ACCEPTED : CQA_OBJECTION_REJECTED,
        answer};
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_round_check_text("answer", answer, error);
    return status == CQA_OK ? cqa_scores_write(scores, answer_it, &answering, error) : status;
}

CQA_SQL_STATEMENT(
    list_objections, "iti", 9,
    "SELECT o.id, o.at_ms, coalesce(o.answered_ms, 0), o.agent, u.name, o.text, o.answer,"
    " a.name, o.outcome FROM sheet_objections o JOIN users u ON u.id = o.user"
    " LEFT JOIN users a ON a.id = o.answered_by WHERE o.round = ?1"
    " AND (?2 IS NULL OR o.agent = ?2) AND (?3 = 0 OR o.id = ?3) ORDER BY o.id");

enum cqa_status
cqa_sheet_objection_list(struct cqa_scores *scores, int64_t round, const char *agent, int64_t only,
                         void (*visit)(void *context, const struct cqa_sheet_objection_row *row),
                         void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_objections, round, agent, only);
    while (cqa_list_next(&list, error)) {
        const struct cqa_sheet_objection_row objection = {
            cqa_sql_int(list.row, 0),  cqa_sql_int(list.row, 1),  cqa_sql_int(list.row, 2),
            cqa_row_text(list.row, 3), cqa_row_text(list.row, 4), cqa_row_text(list.row, 5),
            cqa_sql_text(list.row, 6), cqa_sql_text(list.row, 7), (int)cqa_sql_int(list.row, 8)};
        visit(context, &objection);
    }
    return cqa_list_end(scores, &list);
}
