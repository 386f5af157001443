/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include "report/formats.h"

/*
 * Both print what cqa_result_to_json wrote: one place knows the result's keys. Indenting goes
 * through a JSON document, so it can only fail for want of memory.
 */

enum cqa_status cqa_jsonl_write(const struct cqa_result *result, struct cqa_buffer *out)
{
    const enum cqa_status status = cqa_result_to_json(result, out);

    return status != CQA_OK ? status : cqa_buffer_add(out, "\n", 1);
}

static int add_piece(const char *text, size_t length, void *context)
{
    return cqa_buffer_add(context, text, length) == CQA_OK ? 0 : -1;
}

enum cqa_status cqa_json_write(struct cqa_report *report, const struct cqa_result *result,
                               struct cqa_buffer *out)
{
    struct cqa_buffer line = {.limit = out->limit};
    enum cqa_status status = cqa_result_to_json(result, &line);

    if (status != CQA_OK)
        goto done;
    status = CQA_E_NOMEM;
    json_t *document = json_loadb(line.text, line.length, 0, NULL);
    if (document == NULL)
        goto done;
    cqa_buffer_print(out, report->count == 0 ? "[\n" : ",\n");
    json_dump_callback(document, add_piece, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    json_decref(document);
    status = out->failed ? CQA_E_LIMIT : CQA_OK;
done:
    cqa_buffer_finish(&line);
    return status;
}

void cqa_json_end(struct cqa_report *report, struct cqa_buffer *out)
{
    cqa_buffer_print(out, report->count == 0 ? "[]\n" : "\n]\n");
}
