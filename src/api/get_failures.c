/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "api/cursor.h"
#include "api/endpoints.h"
#include "api/numbers.h"
#include "api/query.h"
#include "base/message_json.h"
#include "base/stars.h"
#include "scores/when.h"

struct page {
    json_t *list;
    int hidden; /* customers' numbers, with stars */
    int64_t limit;
    int64_t last_id;
    int has_more;
};

static void star(json_t *text)
{
    char *own = json_is_string(text) ? strdup(json_string_value(text)) : NULL;

    if (own == NULL)
        return;
    cqa_star_numbers(own, strlen(own));
    json_string_set(text, own);
    free(own);
}

/* What a failure tells in words may name the file, and so the customer. */
static void star_words(const json_t *failure)
{
    json_t *arguments = json_object_get(failure, "arguments");
    json_t *argument;
    size_t i;

    star(json_object_get(failure, "text"));
    star(json_object_get(failure, "text_zh"));
    json_array_foreach(arguments, i, argument) star(argument);
}

static int add_failure(void *context, const struct cqa_failure_row *row)
{
    struct page *page = context;
    char first[CQA_WHEN_SIZE];
    char last[CQA_WHEN_SIZE];

    if ((int64_t)json_array_size(page->list) == page->limit) {
        page->has_more = 1;
        return 1;
    }
    cqa_when_write(row->first_ms, first);
    cqa_when_write(row->last_ms, last);
    json_t *failure = json_loads(row->body, 0, NULL);
    struct cqa_message message; /* older recorders send only English words */
    if (cqa_message_from_json(failure, &message))
        json_object_set_new(failure, "text_zh", json_string(cqa_said(&message, CQA_CHINESE)));
    if (page->hidden)
        star_words(failure);
    json_object_set_new(failure, "first_at", json_string(first));
    json_object_set_new(failure, "last_at", json_string(last));
    json_object_set_new(failure, "recorder", json_string(row->recorder));
    page->last_id = row->id;
    return json_array_append_new(page->list, failure) != 0;
}

void cqa_get_failures(struct cqa_request *request)
{
    static const char *const known[] = {"limit", "cursor", NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    const char *cursor = cqa_request_query(request, "cursor");
    struct page page = {0};
    struct cqa_error error = {0};
    char next[CQA_CURSOR_SIZE];
    int64_t after_id = 0;

    if (!cqa_query_only(request, known) || !cqa_query_limit(request, 100, 1000, &page.limit))
        return;
    if (cursor != NULL && cursor[0] != '\0' && !cqa_cursor_read(cursor, 'f', &after_id, 1)) {
        cqa_reply_problem(request, 400, "cursor", "cursor: not one that this list gave");
        return;
    }
    page.list = json_array();
    page.hidden = cqa_numbers_are_hidden(request);
    const enum cqa_status status = cqa_scores_failures(
        cqa_request_scores(request), &scope, after_id, page.limit + 1, add_failure, &page, &error);
    if (status != CQA_OK) {
        json_decref(page.list);
        cqa_reply_error(request, status, &error);
        return;
    }
    if (page.has_more)
        cqa_cursor_write('f', &page.last_id, 1, next);
    cqa_reply_json(
        request, 200,
        json_pack("{s:o, s:s?}", "failures", page.list, "next", page.has_more ? next : NULL));
}
