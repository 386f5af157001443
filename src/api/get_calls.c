/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <math.h>
#include <string.h>
#include "api/cursor.h"
#include "api/endpoints.h"
#include "api/query.h"
#include "api/search.h"
#include "appraisal/json.h"
#include "review/export.h"

enum { LIMIT_USUAL = 100, LIMIT_MAX = 500, PAGE_BYTES_MAX = 256 << 20 };

/* A page as it is written: one row more than asked tells whether there is a next one. */
struct page {
    struct cqa_scores *scores;
    struct cqa_buffer text;
    struct cqa_buffer whose; /* numbers and people, in the same order */
    struct cqa_error error;
    enum cqa_status status;
    int64_t limit;
    int64_t count;
    int64_t last_value, last_id;
    int has_more;
};

/* What a result does not say of itself: its number here, and who held the extension. */
static void add_whose(struct page *page, const struct cqa_call_row *row)
{
    cqa_buffer_print(&page->whose, "%s{\"number\":%lld", page->count > 1 ? "," : "",
                     (long long)row->id);
    cqa_json_member(&page->whose, "person", row->person);
    cqa_json_member(&page->whose, "team", row->team);
    cqa_buffer_print(&page->whose, "}");
}

static int add_call(void *context, const struct cqa_call_row *row)
{
    struct page *page = context;

    if (page->count == page->limit) {
        page->has_more = 1;
        return 1;
    }
    if (page->count++ > 0)
        cqa_buffer_add(&page->text, ",", 1);
    page->status = cqa_export_result(page->scores, row, &page->text, &page->error);
    add_whose(page, row);
    page->last_value = row->order_value;
    page->last_id = row->id;
    return page->status != CQA_OK;
}

static int read_order(struct cqa_request *request, struct cqa_call_filter *filter, char *kind)
{
    static const struct {
        const char *word;
        enum cqa_call_order order;
        char kind;
    } orders[] = {{"arrival", CQA_CALLS_BY_ARRIVAL, 'a'},
                  {"newest", CQA_CALLS_NEWEST, 'n'},
                  {"worst", CQA_CALLS_WORST, 'w'}};
    const char *word = cqa_request_query(request, "sort");

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (word != NULL && strcmp(word, orders[i].word) != 0)
            continue;
        filter->order = orders[i].order;
        *kind = orders[i].kind;
        return 1;
    }
    cqa_reply_problem(request, 400, "query", "sort: allowed are arrival, newest, worst");
    return 0;
}

static int read_cursor(struct cqa_request *request, struct cqa_call_filter *filter, char kind)
{
    const char *text = cqa_request_query(request, "cursor");
    int64_t values[2];

    if (text == NULL || text[0] == '\0')
        return 1;
    if (!cqa_cursor_read(text, kind, values, 2)) {
        cqa_reply_problem(request, 400, "cursor", "cursor: not one that this list gave");
        return 0;
    }
    filter->has_after = 1;
    filter->after_value = values[0];
    filter->after_id = values[1];
    return 1;
}

/* Score bounds in hundredths, in the request's memory; 0 with a problem given. */
static int read_bound(struct cqa_request *request, const char *name, const int64_t **out)
{
    int present;
    double value = 0;

    if (!cqa_request_number(request, name, -100000, 100000, &present, &value))
        return 0;
    if (!present)
        return 1;
    int64_t *copy = cqa_arena_alloc(cqa_request_arena(request), sizeof *copy);
    if (copy == NULL)
        return 0;
    *copy = llround(value * 100);
    *out = copy;
    return 1;
}

static int read_filter(struct cqa_request *request, struct cqa_call_filter *filter, char *kind)
{
    static const char *const known[] = {
        "call", "search",   "agent",       "person", "team",  "queue",       "source",
        "rule", "severity", "from",        "to",     "shift", "score_below", "score_above",
        "sort", "limit",    "without_day", "cursor", NULL};

    return cqa_query_only(request, known) && cqa_query_word(request, "call", &filter->call) &&
           cqa_search_read(request, &filter->search) &&
           cqa_query_word(request, "agent", &filter->agent) &&
           cqa_query_word(request, "person", &filter->person) &&
           cqa_query_word(request, "team", &filter->team) &&
           cqa_query_word(request, "queue", &filter->queue) &&
           cqa_query_word(request, "source", &filter->source) &&
           cqa_query_word(request, "rule", &filter->rule) &&
           cqa_query_severity(request, "severity", &filter->severity_least) &&
           cqa_query_day(request, "from", &filter->day_from) &&
           cqa_query_day(request, "to", &filter->day_to) &&
           cqa_query_whole(request, "without_day", 1, 1, &filter->without_day) &&
           cqa_query_shift_named(request, "shift", &filter->shift) &&
           read_bound(request, "score_below", &filter->score_below_c) &&
           read_bound(request, "score_above", &filter->score_above_c) &&
           read_order(request, filter, kind) &&
           cqa_query_limit(request, LIMIT_USUAL, LIMIT_MAX, &filter->limit) &&
           read_cursor(request, filter, *kind);
}

static void finish_page(struct page *page, char kind)
{
    const int64_t values[2] = {page->last_value, page->last_id};
    char cursor[CQA_CURSOR_SIZE];

    cqa_buffer_print(&page->text, "],\"whose\":[%s],", page->whose.text ? page->whose.text : "");
    if (page->has_more) {
        cqa_cursor_write(kind, values, 2, cursor);
        cqa_buffer_print(&page->text, "\"next\":\"%s\"}", cursor);
    } else {
        cqa_buffer_print(&page->text, "\"next\":null}");
    }
    cqa_buffer_finish(&page->whose);
}

void cqa_get_calls(struct cqa_request *request)
{
    struct cqa_call_filter filter = {.severity_least = -1};
    struct page page = {.scores = cqa_request_scores(request),
                        .text = {.limit = PAGE_BYTES_MAX},
                        .whose = {.limit = PAGE_BYTES_MAX}};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    char kind = 'a';

    if (!read_filter(request, &filter, &kind))
        return;
    page.limit = filter.limit;
    filter.limit++;
    cqa_buffer_print(&page.text, "{\"calls\":[");
    enum cqa_status status =
        cqa_scores_calls(page.scores, &scope, &filter, add_call, &page, &page.error);
    if (status == CQA_OK)
        status = page.status;
    finish_page(&page, kind);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &page.error);
    else
        cqa_reply_text(request, 200, "application/json", &page.text);
    cqa_buffer_finish(&page.text);
}
