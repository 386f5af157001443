/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/signing.h"
#include "scores/rounds/rounds_internal.h"

const char *const cqa_sign_side_words[CQA_SIGN_SIDE_COUNT + 1] = {"appraised", "supervisor", "hr",
                                                                  NULL};
const char *const cqa_sign_how_words[CQA_SIGN_HOW_COUNT + 1] = {"own", "paper", "refused", NULL};

CQA_SQL_STATEMENT(insert_signature, "itiiiitt", 0,
                  "INSERT INTO sheet_signatures(round, agent, side, how, user, at_ms,"
                  " note, numbers) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

struct signing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t round;
    const struct cqa_signature *signature;
};

static enum cqa_status sign(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct signing *it = context;
    const struct cqa_signature *signature = it->signature;
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round, &stage, error);

    if (status == CQA_OK && stage == CQA_ROUND_OPEN)
        status = cqa_fail(error, CQA_E_REFUSED,
                          "nothing is signed before the interview: the appraisal is open");
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &insert_signature, it->round, signature->agent,
                            (int64_t)signature->side, (int64_t)signature->how, it->who->user,
                            cqa_scores_now_ms(it->scores), signature->note, signature->numbers);
    if (status == CQA_OK)
        status = cqa_round_audit(
            it->scores, db, it->who, "appraisal.sign", it->round, error, "%s as %s, %s: %s",
            signature->agent, cqa_sign_side_words[signature->side],
            cqa_sign_how_words[signature->how], signature->note ? signature->note : "");
    return status;
}

enum cqa_status cqa_signature_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t round, const struct cqa_signature *signature,
                                  struct cqa_error *error)
{
    struct signing signing = {scores, who, round, signature};
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK && (signature->how == CQA_SIGN_REFUSED || signature->note != NULL))
        status = cqa_round_check_text("note", signature->note, error);
    return status == CQA_OK ? cqa_scores_write(scores, sign, &signing, error) : status;
}

CQA_SQL_STATEMENT(list_signatures, "it", 7,
                  "SELECT s.agent, s.side, s.how, s.note, s.numbers, u.name, s.at_ms"
                  " FROM sheet_signatures s JOIN users u ON u.id = s.user"
                  " WHERE s.round = ?1 AND (?2 IS NULL OR s.agent = ?2) ORDER BY s.id");

enum cqa_status cqa_signature_list(struct cqa_scores *scores, int64_t round, const char *agent,
                                   void (*visit)(void *context,
                                                 const struct cqa_signature_row *row),
                                   void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_signatures, round, agent);
    while (cqa_list_next(&list, error)) {
        const struct cqa_signature_row signature = {
            {cqa_row_text(list.row, 0), (enum cqa_sign_side)cqa_sql_int(list.row, 1),
             (enum cqa_sign_how)cqa_sql_int(list.row, 2), cqa_sql_text(list.row, 3),
             cqa_row_text(list.row, 4)},
            cqa_row_text(list.row, 5),
            cqa_sql_int(list.row, 6)};
        visit(context, &signature);
    }
    return cqa_list_end(scores, &list);
}
