/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/export.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "review/flag_json.h"
#include "scores/when.h"

static json_t *decision_of(const struct cqa_flag_row *flag)
{
    char at[CQA_WHEN_SIZE];

    if (flag->state == CQA_FLAG_OPEN)
        return json_null();
    cqa_when_write(flag->decided_ms, at);
    return json_pack("{s:s, s:o, s:s?, s:s, s:s?, s:s*}", "state",
                     cqa_flag_state_words[flag->state], "points", cqa_points_json(flag->standing_c),
                     "by", flag->decided_by, "at", at, "reason", flag->reason, "reason_code",
                     flag->reason_code);
}

/* A flag that a person added: as a deduction beside the analyzer's. */
static json_t *manual_deduction(const struct cqa_flag_row *flag)
{
    return json_pack("{s:s, s:o, s:n, s:I, s:I, s:{s:s?, s:s?}, s:o, s:s, s:b, s:b, s:s?}", "rule",
                     flag->rule, "points", cqa_points_json(flag->points_c), "event", "start_ms",
                     (json_int_t)flag->start_ms, "end_ms", (json_int_t)flag->end_ms, "text", "en",
                     flag->note, "zh", flag->note, "decision", decision_of(flag), "severity",
                     cqa_flag_severity_words[flag->severity], "automatic_fail",
                     flag->automatic_fail, "manual", 1, "by", flag->author);
}

static int fill_flag(void *context, const struct cqa_flag_row *flag)
{
    json_t *deductions = context;

    if (flag->author != NULL)
        json_array_append_new(deductions, manual_deduction(flag));
    else if (flag->ordinal >= 0)
        json_object_set_new(json_array_get(deductions, (size_t)flag->ordinal), "decision",
                            decision_of(flag));
    return 0;
}

enum cqa_status cqa_export_result(struct cqa_scores *scores, const struct cqa_call_row *row,
                                  struct cqa_buffer *out, struct cqa_error *error)
{
    if (row->decided_c == NULL)
        return cqa_buffer_add(out, row->body, strlen(row->body));
    json_t *root = json_loads(row->body, 0, NULL);
    json_t *score = json_object_get(root, "score");
    if (score == NULL) {
        json_decref(root);
        return cqa_fail(error, CQA_E_NOMEM, "a stored result cannot be read");
    }
    json_object_set_new(score, "decided_total", cqa_points_json(*row->decided_c));
    enum cqa_status status = cqa_scores_call_flags(scores, row->id, fill_flag,
                                                   json_object_get(score, "deductions"), error);
    if (status == CQA_OK) {
        char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(15));
        status = text ? cqa_buffer_add(out, text, strlen(text)) : CQA_E_NOMEM;
        free(text);
    }
    json_decref(root);
    return status;
}
