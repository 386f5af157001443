/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/answers.h"
#include "scores/rounds/follow.h"
#include "scores/rounds/rounds_internal.h"

/* ---- what is known */

CQA_SQL_STATEMENT(list_columns, "tt", 2,
                  "SELECT heading, taken FROM import_columns WHERE scheme = ?1 AND headings = ?2"
                  " ORDER BY heading");
CQA_SQL_STATEMENT(list_names, "", 2, "SELECT written, person FROM import_names ORDER BY written");

static enum cqa_status take_all(struct cqa_scores *scores, struct cqa_list *list,
                                struct cqa_arena *arena, struct cqa_answer_list *out,
                                struct cqa_error *error)
{
    while (cqa_list_next(list, error)) {
        const char *asked = cqa_arena_string(arena, cqa_row_text(list->row, 0));
        const char *said = cqa_arena_string(arena, cqa_row_text(list->row, 1));
        list->status = asked == NULL || said == NULL || cqa_answers_add(out, asked, said) != CQA_OK
                           ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                           : CQA_OK;
    }
    return cqa_list_end(scores, list);
}

enum cqa_status cqa_answers_columns(struct cqa_scores *scores, const char *scheme, const char *key,
                                    struct cqa_arena *arena, struct cqa_answer_list *out,
                                    struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_columns, scheme, key);
    return take_all(scores, &list, arena, out, error);
}

enum cqa_status cqa_answers_names(struct cqa_scores *scores, struct cqa_arena *arena,
                                  struct cqa_answer_list *out, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_names);
    return take_all(scores, &list, arena, out, error);
}

/* ---- keeping it */

struct keeping {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_round *round;
    const struct cqa_answers *answers;
    struct cqa_moves *moves;
};

CQA_SQL_STATEMENT(
    forget_column, "ttt", 0,
    "DELETE FROM import_columns WHERE scheme = ?1 AND headings = ?2 AND heading = ?3");
CQA_SQL_STATEMENT(keep_column, "ttttii", 0,
                  "INSERT INTO import_columns(scheme, headings, heading, taken, user, at_ms)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
CQA_SQL_STATEMENT(forget_name, "t", 0, "DELETE FROM import_names WHERE written = ?1");
CQA_SQL_STATEMENT(keep_name, "ttii", 0,
                  "INSERT INTO import_names(written, person, user, at_ms)"
                  " VALUES(?1, ?2, ?3, ?4)");

/* What an earlier import stored under the name goes with what it means now; ratings stay: somebody
 * gave them for a person. */
static enum cqa_status follow(struct cqa_sql *db, const struct keeping *it,
                              const struct cqa_answer *one, struct cqa_error *error)
{
    struct cqa_followed done;
    const enum cqa_status status =
        cqa_rows_follow(db, one->asked, one->said, &done, it->moves, error);

    if (status != CQA_OK || done.rows == 0)
        return status;
    return one->said[0] == '\0'
               ? cqa_round_audit(it->scores, db, it->who, "appraisal.answer", it->round->id, error,
                                 "name \"%.200s\": is nobody, %lld imported values count no longer",
                                 one->asked, done.rows)
               : cqa_round_audit(it->scores, db, it->who, "appraisal.answer", it->round->id, error,
                                 "name \"%.200s\": is %.200s, %lld imported values follow, %lld of "
                                 "them clash",
                                 one->asked, one->said, done.rows, done.clash);
}

static enum cqa_status keep_columns(struct cqa_sql *db, const struct keeping *it,
                                    struct cqa_error *error)
{
    const struct cqa_answer_list *columns = &it->answers->columns;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < columns->count && status == CQA_OK; i++) {
        const struct cqa_answer *one = &columns->items[i];
        status =
            cqa_sql_do(db, error, &forget_column, it->round->scheme, it->answers->key, one->asked);
        if (status == CQA_OK && one->said != NULL)
            status =
                cqa_sql_do(db, error, &keep_column, it->round->scheme, it->answers->key, one->asked,
                           one->said, it->who->user, cqa_scores_now_ms(it->scores));
    }
    return status;
}

static enum cqa_status keep_names(struct cqa_sql *db, const struct keeping *it,
                                  struct cqa_error *error)
{
    const struct cqa_answer_list *names = &it->answers->names;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < names->count && status == CQA_OK; i++) {
        const struct cqa_answer *one = &names->items[i];
        status = cqa_sql_do(db, error, &forget_name, one->asked);
        if (status == CQA_OK && one->said != NULL)
            status = cqa_sql_do(db, error, &keep_name, one->asked, one->said, it->who->user,
                                cqa_scores_now_ms(it->scores));
        if (status == CQA_OK && one->said != NULL)
            status = follow(db, it, one, error);
    }
    return status;
}

/* Who said what: names decide whose pay a row is. */
static enum cqa_status audit_all(struct cqa_sql *db, const struct keeping *it,
                                 struct cqa_error *error)
{
    const struct cqa_answer_list *lists[] = {&it->answers->columns, &it->answers->names};
    enum cqa_status status = CQA_OK;

    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k]->count && status == CQA_OK; i++) {
            const struct cqa_answer *one = &lists[k]->items[i];
            status =
                cqa_round_audit(it->scores, db, it->who, "appraisal.answer", it->round->id, error,
                                "%s \"%.200s\": %s%.200s", k == 0 ? "column" : "name", one->asked,
                                one->said == NULL      ? "forgotten"
                                : one->said[0] == '\0' ? "left out"
                                                       : "is ",
                                one->said == NULL ? "" : one->said);
        }
    return status;
}

static enum cqa_status keep_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct keeping *it = context;
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round->id, &stage, error);

    if (status == CQA_OK)
        status = keep_columns(db, it, error);
    if (status == CQA_OK)
        status = keep_names(db, it, error);
    return status == CQA_OK ? audit_all(db, it, error) : status;
}

enum cqa_status cqa_answers_keep(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_round *round, const struct cqa_answers *answers,
                                 struct cqa_moves *moves, struct cqa_error *error)
{
    struct keeping keeping = {scores, who, round, answers, moves};
    const enum cqa_status status = cqa_round_need_name(who, error);

    return status == CQA_OK ? cqa_scores_write(scores, keep_all, &keeping, error) : status;
}
