/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/numbers.h"
#include "api/page.h"
#include "api/query.h"
#include "base/message_json.h"
#include "base/stars.h"
#include "scores/when.h"

struct listing {
    struct cqa_list_page page;
    int hidden; /* customers' numbers, with stars */
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
    struct listing *listing = context;
    char first[CQA_WHEN_SIZE];
    char last[CQA_WHEN_SIZE];

    if (cqa_page_is_full(&listing->page))
        return 1;
    cqa_when_write(row->first_ms, first);
    cqa_when_write(row->last_ms, last);
    json_t *failure = json_loads(row->body, 0, NULL);
    struct cqa_message message; /* older recorders send only English words */
    if (cqa_message_from_json(failure, &message))
        json_object_set_new(failure, "text_zh", json_string(cqa_said(&message, CQA_CHINESE)));
    if (listing->hidden)
        star_words(failure);
    json_object_set_new(failure, "first_at", json_string(first));
    json_object_set_new(failure, "last_at", json_string(last));
    json_object_set_new(failure, "recorder", json_string(row->recorder));
    listing->page.last[0] = row->id;
    return cqa_page_add(&listing->page, failure);
}

void cqa_get_failures(struct cqa_request *request)
{
    static const char *const known[] = {"limit", "cursor", NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct listing list = {.hidden = 0};
    struct cqa_error error = {0};
    int64_t after_id = 0;
    int is_there;

    if (!cqa_query_only(request, known) || !cqa_query_limit(request, 100, 1000, &list.page.limit) ||
        !cqa_page_begin(request, 'f', &after_id, 1, &is_there))
        return;
    list.hidden = cqa_numbers_are_hidden(request);
    const enum cqa_status status =
        cqa_scores_failures(cqa_request_scores(request), &scope, after_id, list.page.limit + 1,
                            add_failure, &list, &error);
    cqa_page_reply(request, "failures", 'f', 1, &list.page, status, &error);
}
