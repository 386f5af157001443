/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/endpoints.h"
#include "api/query.h"
#include "review/export.h"

struct reading {
    struct cqa_scores *scores;
    struct cqa_buffer text;
    struct cqa_error error;
    enum cqa_status status;
};

static int add_call(void *context, const struct cqa_call_row *row)
{
    struct reading *reading = context;

    reading->status = cqa_export_result(reading->scores, row, &reading->text, &reading->error);
    return 1;
}

void cqa_get_call(struct cqa_request *request)
{
    static const char *const known[] = {"source", NULL};
    struct reading reading = {.scores = cqa_request_scores(request), .text = {.limit = 64 << 20}};
    int64_t id;

    if (!cqa_query_only(request, known) || !cqa_query_call(request, &id))
        return;
    enum cqa_status status =
        cqa_scores_call(reading.scores, id, add_call, &reading, &reading.error);
    if (status == CQA_OK)
        status = reading.status;
    if (status != CQA_OK)
        cqa_reply_error(request, status, &reading.error);
    else
        cqa_reply_text(request, 200, "application/json", &reading.text);
    cqa_buffer_finish(&reading.text);
}
