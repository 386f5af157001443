/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "api/second.h"
#include "review/flag_json.h"
#include "review/rescore.h"
#include "scores/audit.h"
#include "scores/bases.h"
#include "scores/put/put.h"
#include "scores/put/rescored.h"
#include "scores/rubrics.h"

enum { CALLS_MAX = 1000000, EXAMPLES = 20, BATCH = 100 };

/* What the body asks for. */
struct wish {
    struct cqa_rubric *rubric;
    const char *text; /* it was read from; borrowed from the body */
    int64_t from, to;
};

/* A call whose score changes most; kept sorted by how much. */
struct example {
    char call_id[128];
    int64_t call, before_c, after_c;
};

struct run {
    struct cqa_request *request;
    struct cqa_rescoring rescoring;
    struct cqa_error error;
    enum cqa_status status;
    int applies; /* 0: it is only tried */
    int64_t calls, total, changed, unread;
    struct cqa_call_filter filter;
    int64_t after_id, last_id; /* behind which the batch at hand begins, and its end */
    int64_t before_sum_c, after_sum_c;
    json_t *rules; /* rule: {"before", "after", "points_before", "points_after"} */
    struct example examples[EXAMPLES];
    size_t example_count;
    /* of the batch at hand */
    struct cqa_basis basis;
    struct cqa_item items[BATCH];
    struct cqa_rescored_call batch[BATCH];
    size_t count, batch_unread;
    int64_t applied, refused, kept_back;
};

static void add_to(json_t *sums, const char *name, int64_t flags, const char *points_name,
                   int64_t points_c)
{
    json_object_set_new(sums, name,
                        json_integer(json_integer_value(json_object_get(sums, name)) + flags));
    json_object_set_new(
        sums, points_name,
        json_real(json_real_value(json_object_get(sums, points_name)) + (double)points_c / 100));
}

static void count_rules(json_t *rules, const struct cqa_rule_count *counts, size_t count, int after)
{
    for (size_t i = 0; i < count; i++) {
        json_t *sums = json_object_get(rules, counts[i].rule);
        if (sums == NULL) {
            sums = json_pack("{s:i, s:i, s:f, s:f}", "before", 0, "after", 0, "points_before", 0.0,
                             "points_after", 0.0);
            json_object_set_new(rules, counts[i].rule, sums);
        }
        add_to(sums, after ? "after" : "before", counts[i].flags,
               after ? "points_after" : "points_before", counts[i].points_c);
    }
}

static int64_t change_of(const struct example *example)
{
    return llabs(example->after_c - example->before_c);
}

static void add_example(struct run *run, const struct example *example)
{
    size_t at = run->example_count;

    if (at == EXAMPLES && change_of(&run->examples[EXAMPLES - 1]) >= change_of(example))
        return;
    if (at == EXAMPLES)
        at--;
    else
        run->example_count++;
    for (; at > 0 && change_of(&run->examples[at - 1]) < change_of(example); at--)
        run->examples[at] = run->examples[at - 1];
    run->examples[at] = *example;
}

static void note_change(struct run *run, const struct cqa_rescored_call *call)
{
    struct example example = {
        .call = call->call, .before_c = call->before_c, .after_c = call->after_c};

    snprintf(example.call_id, sizeof example.call_id, "%s", call->item->call_id);
    run->changed++;
    add_example(run, &example);
}

static void count_call(struct run *run, const struct cqa_rescored_call *call)
{
    run->before_sum_c += call->before_c;
    run->after_sum_c += call->after_c;
    count_rules(run->rules, call->before, call->before_count, 0);
    count_rules(run->rules, call->after, call->after_count, 1);
    if (call->before_c != call->after_c)
        note_change(run, call);
    run->applied += run->applies && call->outcome == CQA_PUT_REPLACED;
    run->refused += call->outcome == CQA_PUT_PERIOD_CLOSED;
    run->kept_back += call->outcome == CQA_PUT_KEPT_BACK;
}

/* Whether the rubric is the one that scored it. */
static int is_of(const struct cqa_result *result, const struct cqa_rubric *rubric)
{
    return result->scored && strcmp(result->score.rubric, cqa_rubric_name(rubric)) == 0 &&
           strcmp(result->score.version, cqa_rubric_version(rubric)) == 0;
}

/* The call at hand cannot be scored; 1: nor can any other. */
static int leave_out(struct run *run, const struct cqa_error *why)
{
    cqa_item_finish(&run->items[run->count]);
    run->batch_unread++;
    if (run->status == CQA_E_BADDATA)
        run->status = CQA_OK;
    else
        run->error = *why;
    return run->status != CQA_OK;
}

/* Of one revision under one rubric. */
static void write_key(const struct run *run, int64_t call, int64_t revision, char key[200])
{
    (void)snprintf(key, 200, CQA_RESCORE_KEY "%lld:%lld:%.60s:%.60s", (long long)call,
                   (long long)revision, cqa_rubric_name(run->rescoring.rubric),
                   cqa_rubric_version(run->rescoring.rubric));
}

/* Queues the call with its new score; the recorder stays who posted it. */
static int take_call(void *context, const struct cqa_call_row *row)
{
    struct run *run = context;
    struct cqa_item *item = &run->items[run->count];
    struct cqa_error unread;
    char key[200];

    write_key(run, row->id, row->revision, key);
    run->status = cqa_rescore(run->rescoring.rubric, row->body, key, item, &unread);
    run->last_id = row->id;
    if (run->status != CQA_OK)
        return leave_out(run, &unread);
    run->batch[run->count++] = (struct cqa_rescored_call){
        .call = row->id,
        .item = item,
        .poster = {cqa_arena_string(&item->arena, row->recorder),
                   cqa_arena_string(&item->arena, row->site), run->rescoring.actor},
        .arena = &item->arena};
    return 0;
}

/* With its text, that may come out as the very same, which counts as unchanged. */
static enum cqa_status try_score(struct run *run, const struct cqa_basis_row *row,
                                 struct cqa_item *item, struct cqa_error *unread)
{
    char key[200];

    *item = (struct cqa_item){0};
    const enum cqa_status status = cqa_basis_read_row(&run->basis, row, unread);
    if (status != CQA_OK)
        return status;
    if (row->body == NULL || !is_of(&run->basis.result, run->rescoring.rubric))
        return cqa_rescore_score(run->rescoring.rubric, &run->basis.input, item, unread);
    write_key(run, row->call, row->revision, key);
    return cqa_rescore(run->rescoring.rubric, row->body, key, item, unread);
}

static int try_call(void *context, const struct cqa_basis_row *row)
{
    struct run *run = context;
    struct cqa_item *item = &run->items[run->count];
    struct cqa_error unread;

    run->last_id = row->call;
    run->status = try_score(run, row, item, &unread);
    if (run->status != CQA_OK)
        return leave_out(run, &unread);
    item->call_id = cqa_arena_string(&item->arena, row->call_id);
    if (item->call_id == NULL) {
        run->status = CQA_E_NOMEM;
        (void)cqa_fail(&unread, CQA_E_NOMEM, "out of memory");
        return leave_out(run, &unread);
    }
    run->batch[run->count++] =
        (struct cqa_rescored_call){.call = row->call, .item = item, .arena = &item->arena};
    return 0;
}

static void drop_batch(struct run *run)
{
    for (size_t i = 0; i < run->count; i++)
        cqa_item_finish(&run->items[i]);
    run->count = run->batch_unread = 0;
}

/* The next calls of the days, with their new scores; and what they come to where that is only
 * tried. */
static enum cqa_status read_batch(void *context, struct cqa_error *error)
{
    struct run *run = context;
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(run->request));
    struct cqa_scores *scores = cqa_request_scores(run->request);

    drop_batch(run);
    run->filter.after_id = run->after_id;
    enum cqa_status status =
        run->applies
            ? cqa_scores_calls(scores, &scope, &run->filter, take_call, run, error)
            : cqa_bases_list(scores, &scope, &run->filter, cqa_rubric_name(run->rescoring.rubric),
                             cqa_rubric_version(run->rescoring.rubric), try_call, run, error);
    if (status == CQA_OK && run->status != CQA_OK) {
        *error = run->error;
        status = run->status;
    }
    return status == CQA_OK && !run->applies
               ? cqa_rescore_try(scores, &run->rescoring, run->batch, run->count, error)
               : status;
}

/* A batch at a time, each of one moment: no reader is held while results are written, or keeps the
 * store's log from being folded back for long. */
static enum cqa_status do_batch(struct run *run)
{
    struct cqa_scores *scores = cqa_request_scores(run->request);
    enum cqa_status status = cqa_scores_at_once(scores, read_batch, run, &run->error);

    if (status == CQA_OK && run->applies)
        status = cqa_rescore_put(scores, &run->rescoring, run->batch, run->count, &run->error);
    for (size_t i = 0; status == CQA_OK && i < run->count; i++)
        count_call(run, &run->batch[i]);
    run->calls += (int64_t)(run->count + run->batch_unread);
    run->unread += (int64_t)run->batch_unread;
    run->after_id = run->last_id;
    drop_batch(run);
    return status;
}

static enum cqa_status walk(struct run *run, const struct wish *wish)
{
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(run->request));
    enum cqa_status status = CQA_OK;
    int64_t seen = -1;

    run->filter = (struct cqa_call_filter){.severity_least = -1,
                                           .day_from = wish->from,
                                           .day_to = wish->to,
                                           .order = CQA_CALLS_BY_ARRIVAL,
                                           .has_after = 1,
                                           .limit = BATCH};
    run->total = 0;
    status = cqa_scores_count_calls(cqa_request_scores(run->request), &scope, &run->filter,
                                    &run->total, &run->error);
    while (status == CQA_OK && run->calls != seen && run->calls < CALLS_MAX) {
        seen = run->calls;
        status = do_batch(run);
        if (status == CQA_OK)
            status = cqa_request_check_wanted(run->request, run->calls, run->total, &run->error);
    }
    return status;
}

static json_t *examples_json(const struct run *run)
{
    json_t *list = json_array();

    for (size_t i = 0; i < run->example_count; i++)
        json_array_append_new(list, json_pack("{s:I, s:s, s:o, s:o}", "number",
                                              (json_int_t)run->examples[i].call, "id",
                                              run->examples[i].call_id, "before",
                                              cqa_points_json(run->examples[i].before_c), "after",
                                              cqa_points_json(run->examples[i].after_c)));
    return list;
}

static json_t *mean(int64_t sum_c, int64_t count)
{
    return count > 0 ? json_real((double)sum_c / 100 / (double)count) : json_null();
}

/* The titles of the rules that the new rubric has; what only the old one had stays without. */
static void add_titles(struct run *run)
{
    for (size_t i = 0; i < cqa_rubric_rule_count(run->rescoring.rubric); i++) {
        const struct cqa_rule_info rule = cqa_rubric_rule(run->rescoring.rubric, i);
        json_t *sums = json_object_get(run->rules, rule.id);
        if (sums != NULL)
            json_object_set_new(sums, "title", cqa_title_json(rule.title.en, rule.title.zh));
    }
}

static void reply_run(struct run *run)
{
    const int64_t read = run->calls - run->unread;

    add_titles(run);
    cqa_reply_json(
        run->request, 200,
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:b, s:o, s:o, s:O, s:o, s:I, s:I, s:I}", "rubric",
                  cqa_rubric_name(run->rescoring.rubric), "rubric_version",
                  cqa_rubric_version(run->rescoring.rubric), "calls", (json_int_t)run->calls,
                  "changed", (json_int_t)run->changed, "unreadable", (json_int_t)run->unread,
                  "cut_off", run->calls >= CALLS_MAX, "mean_before", mean(run->before_sum_c, read),
                  "mean_after", mean(run->after_sum_c, read), "rules", run->rules, "most_changed",
                  examples_json(run), "applied", (json_int_t)run->applied, "refused_closed",
                  (json_int_t)run->refused, "kept_back", (json_int_t)run->kept_back));
}

static void refuse_rubric(struct cqa_request *request, struct cqa_problems *problems)
{
    struct cqa_buffer detail[CQA_LANGUAGE_COUNT] = {{.limit = CQA_DETAIL_BYTES_MAX},
                                                    {.limit = CQA_DETAIL_BYTES_MAX}};

    for (int i = 0; i < CQA_LANGUAGE_COUNT; i++)
        cqa_problems_put(problems, CQA_N("rubric"), (enum cqa_language)i, &detail[i]);
    cqa_reply_problem_details(request, 422, "rubric",
                              cqa_message_code(cqa_problem_message(problems, 0)), detail);
}

static int read_wish(struct cqa_request *request, const json_t *body, struct wish *wish)
{
    static const char *const known[] = {"rubric", "from", "to", NULL};
    const char *text = NULL;
    struct cqa_problems problems = {0};

    if (!cqa_member_only(request, body, known) ||
        !cqa_member_text(request, body, "rubric", 1, &text) ||
        !cqa_member_day(request, body, "from", 1, &wish->from) ||
        !cqa_member_day(request, body, "to", 1, &wish->to))
        return 0;
    wish->text = text;
    wish->rubric = cqa_rubric_parse(text, strlen(text), &problems);
    if (wish->rubric == NULL)
        refuse_rubric(request, &problems);
    cqa_problems_finish(&problems);
    return wish->rubric != NULL;
}

/* What is applied is noted before and after: whoever reads the log sees also a run that broke off.
 */
static enum cqa_status note(struct run *run, const struct wish *wish, const char *action)
{
    char object[160];
    char detail[96];

    snprintf(object, sizeof object, "rubric %.60s %.60s", cqa_rubric_name(run->rescoring.rubric),
             cqa_rubric_version(run->rescoring.rubric));
    snprintf(detail, sizeof detail, "%lld to %lld, %lld applied, %lld refused",
             (long long)wish->from, (long long)wish->to, (long long)run->applied,
             (long long)run->refused);
    return cqa_audit_write(cqa_request_scores(run->request), cqa_request_who(run->request)->name,
                           action, object, detail, &run->error);
}

/* 0 with a reply given: totals that came of people's decisions change by it. */
static int may_apply(struct cqa_request *request, const struct wish *wish)
{
    struct cqa_error error = {0};
    int64_t decided = 0;
    const enum cqa_status status = cqa_scores_count_decided(cqa_request_scores(request), wish->from,
                                                            wish->to, &decided, &error);

    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else if (decided > 0 && !cqa_second_is_confirmed(request))
        cqa_second_ask(request, cqa_words("re-scoring %lld calls on which somebody decided, by "
                                          "rubric %.60s version %.60s",
                                          (long long)decided, cqa_rubric_name(wish->rubric),
                                          cqa_rubric_version(wish->rubric)));
    else
        return 1;
    return 0;
}

static void rescore(struct cqa_request *request, int applies)
{
    struct wish wish = {0};
    struct run *run = calloc(1, sizeof *run);
    json_t *body = run ? cqa_request_json(request) : NULL;

    if (body != NULL && read_wish(request, body, &wish) &&
        (!applies || may_apply(request, &wish))) {
        run->request = request;
        run->rescoring =
            (struct cqa_rescoring){wish.rubric, wish.text, cqa_request_who(request)->name};
        run->applies = applies;
        run->rules = json_object();
        enum cqa_status status =
            applies ? cqa_rubric_keep(cqa_request_scores(request), cqa_request_who(request)->name,
                                      wish.rubric, wish.text, 0, &run->error)
                    : CQA_OK;
        if (status == CQA_OK && applies)
            status = note(run, &wish, "rescore.begin");
        if (status == CQA_OK)
            status = walk(run, &wish);
        if (status == CQA_OK && applies)
            status = note(run, &wish, "rescore.end");
        if (status == CQA_OK)
            reply_run(run);
        else
            cqa_reply_error(request, status, &run->error);
        json_decref(run->rules);
        cqa_basis_finish(&run->basis);
    }
    cqa_rubric_destroy(wish.rubric);
    json_decref(body);
    free(run);
}

void cqa_post_preview(struct cqa_request *request)
{
    rescore(request, 0);
}

void cqa_post_rescore(struct cqa_request *request)
{
    rescore(request, 1);
}
