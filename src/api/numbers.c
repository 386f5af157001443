/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/numbers.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "api/endpoints.h"
#include "api/query.h"
#include "base/stars.h"
#include "scores/audit.h"
#include "settings/config.h"

static int is_among(unsigned roles, const struct cqa_identity *who)
{
    return who != NULL && (roles & (1u << who->role)) != 0;
}

int cqa_numbers_are_hidden(const struct cqa_request *request)
{
    return is_among(cqa_request_config(request)->numbers_masked_for, cqa_request_who(request));
}

const char *cqa_numbers_word(const struct cqa_request *request, const struct cqa_identity *who)
{
    const struct cqa_server_config *config = cqa_request_config(request);

    if (!is_among(config->numbers_masked_for, who))
        return "full";
    return is_among(config->numbers_shown_to, who) ? "on_request" : "masked";
}

void cqa_numbers_hide(const struct cqa_request *request, char *json, size_t length)
{
    if (cqa_numbers_are_hidden(request))
        cqa_star_json(json, length);
}

static int read_number(void *context, const struct cqa_call_row *row)
{
    json_t **number = context;
    json_t *root = json_loads(row->body, 0, NULL);

    *number = json_incref(json_object_get(json_object_get(root, "call"), "customer"));
    json_decref(root);
    return 1;
}

/* One call's number in full, by name: the log tells who wanted to see it before it leaves. */
void cqa_post_call_customer(struct cqa_request *request)
{
    struct cqa_scores *scores = cqa_request_scores(request);
    const struct cqa_identity *who = cqa_request_who(request);
    struct cqa_error error = {0};
    json_t *number = NULL;
    char object[40];
    int64_t call;

    if (!cqa_query_call(request, &call))
        return;
    if (cqa_numbers_are_hidden(request) &&
        !is_among(cqa_request_config(request)->numbers_shown_to, who)) {
        cqa_reply_problem(request, 403, "forbidden",
                          "your role does not see customers' numbers in full");
        return;
    }
    snprintf(object, sizeof object, "call %lld", (long long)call);
    enum cqa_status status = cqa_scores_call(scores, call, read_number, &number, &error);
    if (status == CQA_OK)
        status = cqa_audit_write(scores, who->name, "number.show", object, "", &error);
    if (status == CQA_OK)
        cqa_reply_json(request, 200, json_pack("{s:O?}", "number", number));
    else
        cqa_reply_error(request, status, &error);
    json_decref(number);
}
