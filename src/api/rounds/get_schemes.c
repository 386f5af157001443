/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include "api/query.h"
#include "api/rounds/asking.h"
#include "api/rounds/endpoints.h"
#include "appraisal/json.h"
#include "appraisal/scheme_json.h"
#include "appraisal/schemes.h"
#include "base/models.h"

struct lists {
    struct cqa_buffer good;
    struct cqa_buffer broken;
};

static void add_scheme(void *context, const char *id)
{
    struct lists *lists = context;
    struct cqa_error error = {0};
    struct cqa_scheme *scheme = NULL;

    if (cqa_schemes_load(id, &scheme, &error) == CQA_OK) {
        cqa_json_put(&lists->good, lists->good.length ? "," : "");
        cqa_scheme_to_json(scheme, 0, &lists->good);
    } else {
        cqa_json_put(&lists->broken, lists->broken.length ? ",{\"scheme\":" : "{\"scheme\":");
        cqa_json_text(&lists->broken, id);
        cqa_json_said(&lists->broken, "problems", &error.message);
        cqa_json_put(&lists->broken, "}");
    }
    cqa_scheme_destroy(scheme);
}

void cqa_get_schemes(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    struct lists lists = {{.limit = CQA_REPLY_BYTES_MAX}, {.limit = CQA_REPLY_BYTES_MAX}};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known))
        return;
    const enum cqa_status status = cqa_models_list("schemes", add_scheme, &lists, &error);
    cqa_json_put(&out, "{\"schemes\":[");
    cqa_json_put(&out, lists.good.text ? lists.good.text : "");
    cqa_json_put(&out, "],\"broken\":[");
    cqa_json_put(&out, lists.broken.text ? lists.broken.text : "");
    cqa_json_put(&out, "]}");
    out.failed |= lists.good.failed | lists.broken.failed;
    cqa_buffer_finish(&lists.good);
    cqa_buffer_finish(&lists.broken);
    cqa_reply_built(request, 200, status, &out, &error);
}

void cqa_get_scheme(struct cqa_request *request)
{
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};
    struct cqa_error error = {0};
    struct cqa_scheme *scheme = NULL;
    const enum cqa_status status = cqa_schemes_load(cqa_request_part(request, 0), &scheme, &error);

    if (status == CQA_OK)
        cqa_scheme_to_json(scheme, 1, &out);
    cqa_scheme_destroy(scheme);
    cqa_reply_built(request, 200, status, &out, &error);
}
