/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/rounds_internal.h"

const char *const cqa_round_step_words[CQA_STEP_COUNT + 1] = {"collect",  "interview", "assess",
                                                              "feedback", "record",    NULL};

CQA_SQL_STATEMENT(insert_step, "iiittittii", 0,
                  "INSERT INTO round_steps(round, step, stage, agent, place, day, person, note,"
                  " user, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

enum cqa_status cqa_round_write_step(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_identity *who, int64_t round,
                                     const struct cqa_round_step *step, struct cqa_error *error)
{
    const int64_t now_ms = cqa_scores_now_ms(scores);

    return cqa_sql_do(db, error, &insert_step, round, (int64_t)step->step, (int64_t)step->stage,
                      step->agent, step->place, step->day, step->person ? step->person : who->name,
                      step->note, who->user, now_ms);
}

struct adding {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t round;
    const struct cqa_round_step *step;
};

static enum cqa_status add_step(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct adding *it = context;
    const struct cqa_round_step *step = it->step;
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round, &stage, error);

    if (status == CQA_OK || status == CQA_E_REFUSED) /* tracking goes on after closing */
        status = cqa_round_write_step(it->scores, db, it->who, it->round, step, error);
    if (status == CQA_OK)
        status =
            cqa_round_audit(it->scores, db, it->who, "appraisal.step", it->round, error,
                            "%s, %s: %s", cqa_round_step_words[step->step],
                            step->agent ? step->agent : "everyone", step->note ? step->note : "");
    return status;
}

enum cqa_status cqa_round_add_step(struct cqa_scores *scores, const struct cqa_identity *who,
                                   int64_t round, const struct cqa_round_step *step,
                                   struct cqa_error *error)
{
    struct adding adding = {scores, who, round, step};
    const enum cqa_status status = cqa_round_need_name(who, error);

    return status == CQA_OK ? cqa_scores_write(scores, add_step, &adding, error) : status;
}
CQA_SQL_STATEMENT(
    list_steps, "it", 9,
    "SELECT s.step, s.stage, s.agent, s.place, s.person, s.note, s.day, u.name, s.at_ms"
    " FROM round_steps s JOIN users u ON u.id = s.user WHERE s.round = ?1"
    " AND (?2 IS NULL OR s.agent IS NULL OR s.agent = ?2) ORDER BY s.id");

enum cqa_status cqa_round_steps(struct cqa_scores *scores, int64_t round, const char *agent,
                                void (*visit)(void *context, const struct cqa_round_step_row *row),
                                void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_steps, round, agent);
    while (cqa_list_next(&list, error)) {
        const struct cqa_round_step_row step = {
            .what = {.step = (enum cqa_round_step_word)cqa_sql_int(list.row, 0),
                     .stage = (int)cqa_sql_int(list.row, 1),
                     .agent = cqa_sql_text(list.row, 2),
                     .place = cqa_sql_text(list.row, 3),
                     .person = cqa_row_text(list.row, 4),
                     .note = cqa_sql_text(list.row, 5),
                     .day = cqa_sql_int(list.row, 6)},
            .by = cqa_row_text(list.row, 7),
            .at_ms = cqa_sql_int(list.row, 8)};
        visit(context, &step);
    }
    return cqa_list_end(scores, &list);
}
