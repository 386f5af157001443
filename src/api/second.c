/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/second.h"

#include <stdlib.h>
#include "api/endpoints.h"
#include "api/query.h"
#include "base/log.h"
#include "base/message_json.h"
#include "http/again.h"
#include "scores/asked.h"
#include "scores/when.h"

int cqa_second_is_confirmed(const struct cqa_request *request)
{
    return cqa_request_is_again(request);
}

static json_t *both(const char *said)
{
    struct cqa_message message;

    if (!cqa_message_from_text(said, &message))
        return json_null();
    return json_pack("{s:s, s:s}", "en", cqa_said(&message, CQA_ENGLISH), "zh",
                     cqa_said(&message, CQA_CHINESE));
}

void cqa_second_ask(struct cqa_request *request, const struct cqa_message *why)
{
    char *said = cqa_message_to_text(why);
    struct cqa_error error = {0};
    const struct cqa_again again = cqa_request_as_it_came(request);
    struct cqa_second_request asked = {.method = again.method,
                                       .path = again.path,
                                       .type = again.type,
                                       .why = said ? said : "",
                                       .body = again.body,
                                       .length = again.length};
    const enum cqa_status status =
        cqa_asked_add(cqa_request_scores(request), cqa_request_who(request), &asked, &error);

    if (status == CQA_OK)
        cqa_reply_json(
            request, 202,
            json_pack("{s:I, s:o}", "asked", (json_int_t)asked.id, "why", both(asked.why)));
    else
        cqa_reply_error(request, status, &error);
    free(said);
}

/* ---- what waits */

static void add_asked(void *context, const struct cqa_second_request *asked)
{
    char at[CQA_WHEN_SIZE];

    cqa_when_write(asked->at_ms, at);
    json_array_append_new(context,
                          json_pack("{s:I, s:s, s:s, s:s, s:s, s:o}", "asked",
                                    (json_int_t)asked->id, "by", asked->by, "at", at, "method",
                                    asked->method, "path", asked->path, "why", both(asked->why)));
}

void cqa_get_asked(struct cqa_request *request)
{
    json_t *list = json_array();
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_asked_list(cqa_request_scores(request), add_asked, list, &error);

    cqa_reply_list(request, "asked", list, status, &error);
}

/* ---- confirming */

/* The request becomes the one that was asked for; who asks stays who confirms. */
static int take_over(struct cqa_request *request, const struct cqa_second_request *asked)
{
    const struct cqa_again again = {asked->method, asked->path, asked->type, asked->body,
                                    asked->length};

    return cqa_request_become(request, &again);
}

static void confirm(struct cqa_request *request, const struct cqa_second_request *asked)
{
    const struct cqa_identity *who = cqa_request_who(request);
    struct cqa_scores *scores = cqa_request_scores(request);
    struct cqa_error error = {0};
    enum cqa_status status =
        cqa_asked_confirm(scores, who, asked, cqa_request_seconds(request), &error);

    if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
        return;
    }
    if (cqa_request_run(request) / 100 != 2)
        status = cqa_asked_unconfirm(scores, who, asked, &error);
    if (status != CQA_OK)
        cqa_log(CQA_LOG_ERROR, "%p", &error.message);
}

/* No parameters: they would be taken for those of what was asked for. */
void cqa_post_asked_confirm(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    struct cqa_second_request asked;
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known))
        return;
    const enum cqa_status status =
        cqa_asked_read(cqa_request_scores(request), cqa_request_part_number(request, 0),
                       cqa_request_arena(request), &asked, &error);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else if (take_over(request, &asked))
        confirm(request, &asked);
}

void cqa_post_asked_withdraw(struct cqa_request *request)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_asked_withdraw(cqa_request_scores(request), cqa_request_who(request),
                           cqa_request_part_number(request, 0), &error);

    if (status == CQA_OK)
        cqa_reply_empty(request, 204);
    else
        cqa_reply_error(request, status, &error);
}
