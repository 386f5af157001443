/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/view.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/facts.h"
#include "appraisal/json.h"
#include "appraisal/sheet.h"
#include "base/message_json.h"
#include "rounds/fault_json.h"

/* What a reader sees of a sheet. */
static const unsigned parts_of[CQA_READER_COUNT] = {
    [CQA_READER_HR] = CQA_SHEET_PAY | CQA_SHEET_PEERS,
    [CQA_READER_LEAD] = CQA_SHEET_PEERS,
    [CQA_READER_AGENT] = CQA_SHEET_PAY,
};

void cqa_view_sheet(const struct cqa_outcome_sheet *sheet, enum cqa_reader reader, int whole,
                    struct cqa_buffer *out)
{
    const struct cqa_kept_texts *texts = whole ? &sheet->whole : &sheet->row;

    if (sheet->facts == NULL)
        cqa_json_put(out, texts->of[reader]);
    else
        cqa_facts_view_both(sheet->facts, whole && sheet->trace ? sheet->trace : "",
                            parts_of[reader], out);
}

void cqa_view_lines(const struct cqa_appraisal_outcome *outcome, enum cqa_reader reader,
                    struct cqa_buffer *out)
{
    if (outcome->lines_of.of[reader] != NULL)
        cqa_json_put(out, outcome->lines_of.of[reader]);
    else
        cqa_facts_view(outcome->lines, parts_of[reader], out);
}

/* ---- who has no sheet */

static const struct {
    const char *word;
    struct cqa_text why;
} whys[] = {
    [CQA_LEFT_OUT_POST] = {"post", {"the scheme is not for this post", "方案不适用于该岗位"}},
    [CQA_LEFT_OUT_FAULTY] = {"faulty", {"the input has errors", "数据有误"}},
    [CQA_LEFT_OUT_ABSENT] = {"absent",
                             {"nothing was imported or entered", "没有导入或录入任何数据"}},
};

/* Its words too: a program that does not know the message any more says them. */
static void put_fault(const struct cqa_fault *fault, struct cqa_buffer *out)
{
    const struct cqa_message *message = cqa_fault_message(fault);
    char *said = cqa_message_to_text(message);

    cqa_json_put(out, "{\"said\":");
    cqa_json_text(out, said);
    cqa_json_member(out, "en", cqa_said(message, CQA_ENGLISH));
    cqa_json_member(out, "zh", cqa_said(message, CQA_CHINESE));
    cqa_json_member(out, "file", fault->at.file);
    cqa_buffer_print(out, ",\"line\":%zu,\"column\":%zu}", fault->at.line, fault->at.column);
    free(said);
}

void cqa_left_out_facts(enum cqa_left_out_why why, const char *agent,
                        const struct cqa_faults *faults,
                        int (*is_private)(const void *context, const struct cqa_fault *fault),
                        const void *context, struct cqa_buffer *out)
{
    int count = 0;

    cqa_buffer_print(out, "{\"why\":\"%s\",\"errors\":[", whys[why].word);
    for (size_t i = 0; i < faults->count; i++) {
        const struct cqa_fault *fault = &faults->items[i];
        if (fault->agent == NULL || strcmp(fault->agent, agent) != 0)
            continue;
        const int is_for_pay = is_private(context, fault);
        cqa_json_put(out, count++ ? "," : "");
        cqa_json_put(out, is_for_pay ? "{\"" CQA_FACTS_FOR_PAY "\":" : "");
        put_fault(fault, out);
        cqa_json_put(out, is_for_pay ? "}" : "");
    }
    cqa_json_put(out, "]}");
}

static void view_fault(const char *agent, const json_t *fact, struct cqa_buffer *out)
{
    const char *said = json_string_value(json_object_get(fact, "said"));
    struct cqa_message message = {.format = NULL};
    const struct cqa_fault fault = {
        .agent = agent,
        .at = {json_string_value(json_object_get(fact, "file")),
               (size_t)json_integer_value(json_object_get(fact, "line")),
               (size_t)json_integer_value(json_object_get(fact, "column"))},
        .message = &message};

    if (said == NULL || !cqa_message_from_text(said, &message))
        cqa_message_set_text(&message,
                             (struct cqa_text){json_string_value(json_object_get(fact, "en")),
                                               json_string_value(json_object_get(fact, "zh"))});
    cqa_fault_json(&fault, out);
}

static struct cqa_text why_of(const json_t *facts)
{
    const char *word = json_string_value(json_object_get(facts, "why"));

    for (size_t i = 0; word != NULL && i < sizeof whys / sizeof *whys; i++)
        if (strcmp(whys[i].word, word) == 0)
            return whys[i].why;
    return whys[CQA_LEFT_OUT_FAULTY].why;
}

static void put_left_out(const struct cqa_outcome_left_out *left, const json_t *facts,
                         struct cqa_buffer *out)
{
    const json_t *errors = json_object_get(facts, "errors");
    const json_t *fact;
    size_t i;

    cqa_json_put(out, "{\"agent\":");
    cqa_json_text(out, left->agent);
    cqa_json_member(out, "team", left->team);
    cqa_json_put(out, ",\"why\":");
    cqa_json_names(out, why_of(facts));
    cqa_buffer_print(out, ",\"fault\":%s,\"errors\":[", left->fault ? "true" : "false");
    json_array_foreach(errors, i, fact)
    {
        cqa_json_put(out, i ? "," : "");
        view_fault(left->agent, fact, out);
    }
    cqa_json_put(out, "]}");
}

void cqa_view_left_out(const struct cqa_outcome_left_out *left, enum cqa_reader reader,
                       struct cqa_buffer *out)
{
    struct cqa_buffer seen = {.limit = out->limit};

    if (left->facts == NULL) {
        cqa_json_put(out, left->body.of[reader]);
        return;
    }
    cqa_facts_view(left->facts, parts_of[reader], &seen);
    json_t *facts = seen.failed ? NULL : json_loadb(seen.text, seen.length, 0, NULL);
    out->failed |= facts == NULL;
    put_left_out(left, facts, out);
    json_decref(facts);
    cqa_buffer_finish(&seen);
}
