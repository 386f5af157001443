/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "api/member.h"
#include "api/rounds/asking.h"
#include "api/rounds/endpoints.h"
#include "appraisal/heading.h"
#include "appraisal/schemes.h"
#include "scores/rounds/answers.h"
#include "scores/rounds/follow.h"
#include "scores/rounds/members.h"

enum { TEXT_BYTES_MAX = 200, HEADINGS_MAX = 1000 };

/* "asked": "said", or null to forget it. 0: a problem was given. */
static int take_answer(struct cqa_request *request, const char *member, const char *asked,
                       const json_t *value, struct cqa_answer_list *out)
{
    const char *said = json_string_value(value);

    if ((said == NULL && !json_is_null(value)) || asked[0] == '\0' ||
        strlen(asked) > TEXT_BYTES_MAX || (said != NULL && strlen(said) > TEXT_BYTES_MAX)) {
        cqa_reply_problem(request, 422, "invalid",
                          "%p: each a text of 1 to %d bytes with a text, or null",
                          cqa_words_for(member), TEXT_BYTES_MAX);
        return 0;
    }
    if (cqa_answers_add(out, asked, said) == CQA_OK)
        return 1;
    cqa_reply_problem(request, 500, "internal", "out of memory");
    return 0;
}

static int read_map(struct cqa_request *request, const json_t *body, const char *member,
                    struct cqa_answer_list *out)
{
    json_t *map = json_object_get(body, member);
    const char *asked;
    json_t *value;

    if (map == NULL)
        return 1;
    if (!json_is_object(map)) {
        cqa_reply_problem(request, 422, "invalid", "%p: must be an object", cqa_words_for(member));
        return 0;
    }
    json_object_foreach(map, asked, value)
    {
        if (!take_answer(request, member, asked, value, out))
            return 0;
    }
    return 1;
}

/* The table's headings, all of them: they say which table it is about. */
static int read_headings(struct cqa_request *request, const json_t *body,
                         struct cqa_answers *answers)
{
    const json_t *list = json_object_get(body, "headings");
    const char *headings[HEADINGS_MAX];
    size_t count = json_array_size(list);

    for (size_t i = 0; i < count && i < HEADINGS_MAX; i++)
        headings[i] = json_string_value(json_array_get(list, i));
    for (size_t i = 0; i < count && i < HEADINGS_MAX; i++)
        if (headings[i] == NULL)
            count = 0;
    if (answers->columns.count > 0 && (count == 0 || count > HEADINGS_MAX)) {
        cqa_reply_problem(request, 422, "invalid",
                          "headings: all of the table's, in a list of 1 to %d", HEADINGS_MAX);
        return 0;
    }
    if (cqa_headings_key(headings, count > HEADINGS_MAX ? 0 : count, answers->key) == CQA_OK)
        return 1;
    cqa_reply_problem(request, 500, "internal", "out of memory");
    return 0;
}

/* Each must be what a column of this scheme can be. */
static int check_columns(struct cqa_request *request, const struct cqa_scheme *scheme,
                         const struct cqa_answer_list *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct cqa_answer *one = &columns->items[i];
        if (one->said == NULL ||
            cqa_heading_taken(scheme, one->asked, one->said).column != CQA_HEADING_UNKNOWN)
            continue;
        cqa_reply_problem(request, 422, "invalid",
                          "columns: \"%s\" is neither an indicator of the scheme nor one of agent, "
                          "name, post, period, rater, count, indicator, value",
                          one->said);
        return 0;
    }
    return 1;
}

/* Who is on the roster is somebody: their rows would be taken from them, in every open round. */
static int check_nobodies(struct cqa_request *request, const struct cqa_round *round,
                          const struct cqa_answer_list *names, struct cqa_error *error,
                          enum cqa_status *status)
{
    struct cqa_members members = {0};
    int good = 1;

    *status = cqa_members_load(cqa_request_scores(request), round->period, &members, error);
    for (size_t i = 0; *status == CQA_OK && good && i < names->count; i++) {
        const struct cqa_answer *one = &names->items[i];
        if (one->said == NULL || one->said[0] != '\0' ||
            cqa_members_find(&members, one->asked) == NULL)
            continue;
        cqa_reply_problem(request, 422, "invalid",
                          "names: \"%s\" is a person of the roster of %s, and not nobody; take the "
                          "row out of the table, or the person out of the roster",
                          one->asked, round->period);
        good = 0;
    }
    cqa_members_finish(&members);
    return good && *status == CQA_OK;
}

/* In which rounds whose values are another's now. */
static json_t *moves_json(const struct cqa_moves *moves)
{
    json_t *list = json_array();

    for (size_t i = 0; i < moves->count; i++) {
        const struct cqa_moved *one = &moves->items[i];
        json_array_append_new(
            list, json_pack("{s:I, s:s, s:s, s:s, s:s?, s:I}", "appraisal", (json_int_t)one->round,
                            "scheme", one->scheme, "period", one->period, "from", one->from, "to",
                            one->to[0] == '\0' ? NULL : one->to, "rows", (json_int_t)one->rows));
    }
    return list;
}

static void keep(struct cqa_request *request, const struct cqa_round *round,
                 const struct cqa_answers *answers)
{
    struct cqa_scheme *scheme = NULL;
    struct cqa_moves moves = {0};
    struct cqa_error error = {0};
    enum cqa_status status = cqa_schemes_load(round->scheme, &scheme, &error);

    if (status == CQA_OK && check_columns(request, scheme, &answers->columns) &&
        check_nobodies(request, round, &answers->names, &error, &status)) {
        status = cqa_answers_keep(cqa_request_scores(request), cqa_request_who(request), round,
                                  answers, &moves, &error);
        if (status == CQA_OK)
            cqa_reply_json(
                request, 200,
                json_pack("{s:I, s:I, s:o}", "columns", (json_int_t)answers->columns.count, "names",
                          (json_int_t)answers->names.count, "moved", moves_json(&moves)));
    }
    if (status != CQA_OK)
        cqa_reply_error(request, status == CQA_E_NOTFOUND ? CQA_E_BADDATA : status, &error);
    cqa_moves_finish(&moves);
    cqa_scheme_destroy(scheme);
}

void cqa_put_import_answers(struct cqa_request *request)
{
    static const char *const known[] = {"headings", "columns", "names", NULL};
    struct cqa_round round;
    struct cqa_answers answers = {0};

    if (!cqa_asked_by_all(request) || !cqa_asked_round(request, &round))
        return;
    json_t *body = cqa_request_json(request);
    if (body != NULL && cqa_member_only(request, body, known) &&
        read_map(request, body, "columns", &answers.columns) &&
        read_map(request, body, "names", &answers.names) && read_headings(request, body, &answers))
        keep(request, &round, &answers);
    cqa_answers_finish(&answers.columns);
    cqa_answers_finish(&answers.names);
    json_decref(body);
}
