/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting results, accepted by a lead or thrown away. */
#include <stdio.h>
#include <stdlib.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "scores/audit.h"
#include "scores/put/previews.h"

enum { CALLS_MAX = 50000, NAMED_MAX = 1000, BATCH = 50 };

struct wish {
    struct cqa_preview_filter filter;
    int64_t *numbers; /* owned */
    size_t count;
    int are_calls; /* they are those of calls, else of what waits */
    int by_name;   /* single ones were named */
    int64_t tally[CQA_PUT_COUNT], discarded;
};

/* The numbers that were named one by one. 0 with a problem given. */
static int read_numbers(struct cqa_request *request, const json_t *list, struct wish *wish)
{
    const size_t count = json_array_size(list);
    int whole = count > 0 && count <= NAMED_MAX;

    wish->by_name = 1;
    wish->numbers = calloc(count + 1, sizeof *wish->numbers);
    if (wish->numbers == NULL) {
        cqa_reply_problem(request, 503, "memory", "out of memory");
        return 0;
    }
    for (size_t i = 0; whole && i < count; i++) {
        const json_t *number = json_array_get(list, i);
        whole = json_is_integer(number);
        wish->numbers[wish->count++] = json_integer_value(number);
    }
    if (!whole && wish->are_calls)
        cqa_reply_problem(request, 422, "invalid", "calls: must be a list of 1 to %d numbers",
                          NAMED_MAX);
    else if (!whole)
        cqa_reply_problem(request, 422, "invalid", "waiting: must be a list of 1 to %d numbers",
                          NAMED_MAX);
    return whole;
}

static int take_one(void *context, const struct cqa_preview_row *row)
{
    struct wish *wish = context;

    wish->numbers[wish->count++] = row->waiting;
    return wish->count == CALLS_MAX;
}

static int find_waiting(struct cqa_request *request, struct wish *wish)
{
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_error error = {0};
    enum cqa_status status = CQA_E_NOMEM;

    wish->numbers = calloc(CALLS_MAX, sizeof *wish->numbers);
    if (wish->numbers != NULL)
        status = cqa_previews_list(cqa_request_scores(request), &scope, &wish->filter, take_one,
                                   wish, &error);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

/* Either single calls or waiting results, or the days of all. 0 with a problem given. */
static int read_wish(struct cqa_request *request, const json_t *body, struct wish *wish)
{
    static const char *const known[] = {"calls", "waiting", "from", "to", "team", "person", NULL};
    const json_t *calls = json_object_get(body, "calls");
    const json_t *waiting = json_object_get(body, "waiting");

    if (!cqa_member_only(request, body, known))
        return 0;
    if (calls != NULL && !json_is_null(calls)) {
        wish->are_calls = 1;
        return read_numbers(request, calls, wish);
    }
    if (waiting != NULL && !json_is_null(waiting))
        return read_numbers(request, waiting, wish);
    if (!cqa_member_day(request, body, "from", 1, &wish->filter.day_from) ||
        !cqa_member_day(request, body, "to", 1, &wish->filter.day_to) ||
        !cqa_member_text(request, body, "team", 0, &wish->filter.team) ||
        !cqa_member_text(request, body, "person", 0, &wish->filter.person) ||
        !find_waiting(request, wish)) {
        return 0;
    }
    return 1;
}

static int64_t accepted(const struct wish *wish)
{
    return wish->tally[CQA_PUT_REPLACED] + wish->tally[CQA_PUT_STORED];
}

/* Who asked for what, and what became of it: also a run that broke off is seen. */
static enum cqa_status note(struct cqa_request *request, const struct wish *wish,
                            const char *action, struct cqa_error *error)
{
    char object[96];
    char detail[128];

    snprintf(object, sizeof object, "%zu waiting results", wish->count);
    snprintf(detail, sizeof detail, "%lld to %lld, %lld accepted, %lld closed, %lld for a person",
             (long long)wish->filter.day_from, (long long)wish->filter.day_to,
             (long long)accepted(wish), (long long)wish->tally[CQA_PUT_PERIOD_CLOSED],
             (long long)wish->tally[CQA_PUT_KEPT_BACK]);
    return cqa_audit_write(cqa_request_scores(request), cqa_request_who(request)->name, action,
                           object, detail, error);
}

/* The part of the wish from `at` on that is done in one transaction. */
static struct cqa_preview_choice batch_of(const struct wish *wish, size_t at)
{
    return (struct cqa_preview_choice){
        .numbers = wish->numbers + at,
        .count = wish->count - at < BATCH ? wish->count - at : BATCH,
        .are_calls = wish->are_calls,
    };
}

static enum cqa_status accept_batches(struct cqa_request *request, struct wish *wish,
                                      struct cqa_error *error)
{
    enum cqa_put outcomes[BATCH];
    enum cqa_status status = CQA_OK;

    for (size_t at = 0; status == CQA_OK && at < wish->count; at += BATCH) {
        const struct cqa_preview_choice batch = batch_of(wish, at);
        status = cqa_previews_accept(cqa_request_scores(request), cqa_request_who(request), &batch,
                                     wish->by_name, outcomes, error);
        for (size_t i = 0; status == CQA_OK && i < batch.count; i++)
            wish->tally[outcomes[i]]++;
    }
    return status;
}

static enum cqa_status discard_batches(struct cqa_request *request, struct wish *wish,
                                       struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t at = 0; status == CQA_OK && at < wish->count; at += BATCH) {
        const struct cqa_preview_choice batch = batch_of(wish, at);
        int64_t discarded = 0;
        status = cqa_previews_discard(cqa_request_scores(request), cqa_request_who(request), &batch,
                                      &discarded, error);
        wish->discarded += discarded;
    }
    return status;
}

static json_t *tally_json(const struct wish *wish)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "accepted", (json_int_t)accepted(wish), "unchanged",
                     (json_int_t)wish->tally[CQA_PUT_UNCHANGED], "closed",
                     (json_int_t)wish->tally[CQA_PUT_PERIOD_CLOSED], "for_a_person",
                     (json_int_t)wish->tally[CQA_PUT_KEPT_BACK]);
}

void cqa_post_previews_accept(struct cqa_request *request)
{
    json_t *body = cqa_request_json(request);
    struct wish wish = {0};
    struct cqa_error error = {0};

    if (body != NULL && read_wish(request, body, &wish)) {
        enum cqa_status status = accept_batches(request, &wish, &error);
        const enum cqa_status noted =
            status == CQA_E_REFUSED ? CQA_OK : note(request, &wish, "preview.accept", &error);
        status = status == CQA_OK ? noted : status;
        if (status == CQA_OK)
            cqa_reply_json(request, 200, tally_json(&wish));
        else
            cqa_reply_error(request, status, &error);
    }
    free(wish.numbers);
    json_decref(body);
}

void cqa_post_previews_discard(struct cqa_request *request)
{
    json_t *body = cqa_request_json(request);
    struct wish wish = {0};
    struct cqa_error error = {0};

    if (body != NULL && read_wish(request, body, &wish)) {
        const enum cqa_status status = discard_batches(request, &wish, &error);
        if (status == CQA_OK)
            cqa_reply_json(request, 200,
                           json_pack("{s:I}", "discarded", (json_int_t)wish.discarded));
        else
            cqa_reply_error(request, status, &error);
    }
    free(wish.numbers);
    json_decref(body);
}
