/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/rounds/sheets.h"

#include <stdio.h>
#include <string.h>
#include "api/rounds/disputed_json.h"
#include "api/rounds/endpoints.h"
#include "appraisal/json.h"
#include "rounds/signs.h"
#include "rounds/view.h"
#include "scores/objections.h"
#include "scores/rounds/inputs.h"
#include "settings/config.h"

/* ---- the sheet that is asked for */

int cqa_asked_sheet(struct cqa_request *request, struct cqa_asked_sheet *out)
{
    struct cqa_error error = {0};
    const struct cqa_identity *who = cqa_request_who(request);

    *out = (struct cqa_asked_sheet){0};
    if (!cqa_asked_round(request, &out->round))
        return 0;
    out->agent = cqa_request_part(request, 1);
    out->going = cqa_asked_going(request);
    const enum cqa_status status =
        cqa_outcome_get_agent(cqa_request_scores(request), &out->round, out->agent, 1, &out->going,
                              &out->outcome, &error);
    if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
        return 0;
    }
    out->sheet = cqa_outcome_sheet_of(&out->outcome, out->agent);
    out->left_out = cqa_outcome_left_out_of(&out->outcome, out->agent);
    const char *team = out->sheet ? out->sheet->team : out->left_out ? out->left_out->team : NULL;
    if ((out->sheet != NULL || out->left_out != NULL) && cqa_may_see_agent(who, out->agent, team))
        return 1;
    cqa_reply_problem(request, 404, "not-found", "no sheet of this agent that you may see");
    return 0;
}

/* ---- parts of it */

struct list {
    struct cqa_buffer *out;
    const char *numbers;
    int count;
};

static void add_signature(void *context, const struct cqa_signature_row *row)
{
    struct list *list = context;
    const int counts = list->numbers != NULL && strcmp(list->numbers, row->what.numbers) == 0;

    cqa_json_put(list->out, list->count++ ? ",{" : "{");
    cqa_buffer_print(list->out, "\"as\":\"%s\",\"how\":\"%s\",\"counts\":%s",
                     cqa_sign_side_words[row->what.side], cqa_sign_how_words[row->what.how],
                     counts ? "true" : "false");
    cqa_json_member(list->out, "by", row->by);
    cqa_json_time(list->out, "at", row->at_ms);
    cqa_json_member(list->out, "note", row->what.note);
    cqa_json_put(list->out, "}");
}

enum cqa_status cqa_signatures_json(struct cqa_scores *scores, int64_t round, const char *agent,
                                    const char *numbers, struct cqa_buffer *out,
                                    struct cqa_error *error)
{
    struct list list = {out, numbers, 0};

    cqa_json_put(out, "[");
    const enum cqa_status status =
        cqa_signature_list(scores, round, agent, add_signature, &list, error);
    cqa_json_put(out, "]");
    return status;
}

void cqa_sheet_objection_json(const struct cqa_sheet_objection_row *row, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "{\"objection\":%lld", (long long)row->id);
    cqa_json_member(out, "agent", row->agent);
    cqa_json_member(out, "by", row->by);
    cqa_json_time(out, "at", row->at_ms);
    cqa_json_member(out, "text", row->text);
    cqa_json_member(out, "outcome", cqa_objection_words[row->outcome]);
    cqa_json_member(out, "answer", row->answer);
    cqa_json_member(out, "answered_by", row->answered_by);
    cqa_json_time(out, "answered_at", row->answered_ms);
    cqa_json_put(out, "}");
}

static void add_objection(void *context, const struct cqa_sheet_objection_row *row)
{
    struct list *list = context;

    cqa_json_put(list->out, list->count++ ? "," : "");
    cqa_sheet_objection_json(row, list->out);
}

/* ---- the whole */

static void put_sheet(const struct cqa_asked_sheet *asked, enum cqa_reader reader,
                      const struct cqa_signs *signs, struct cqa_buffer *out)
{
    if (asked->sheet == NULL) {
        cqa_view_left_out(asked->left_out, reader, out);
        return;
    }
    cqa_view_sheet(asked->sheet, reader, 1, out);
    out->length -= !out->failed; /* the closing brace */
    cqa_json_put(out, ",\"signed\":");
    cqa_sides_json(signs[asked->sheet - asked->outcome.sheets].counts, out);
    cqa_json_put(out, "}");
}

static enum cqa_status put_disputed(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const struct cqa_asked_sheet *asked, struct cqa_buffer *out,
                                    struct cqa_error *error)
{
    const enum cqa_status status =
        cqa_disputed_open_json(scores, &asked->round, asked->agent, out, error);

    return status == CQA_OK
               ? cqa_correction_due_json(scores, &asked->round, who, asked->agent, out, error)
               : status;
}

/* An import is told of where one of its rows stands in the sheet: others are not for everyone. */
struct importing {
    struct cqa_buffer *out;
    const char *sheet; /* NULL: there is none */
    int count;
};

static void add_import(void *context, const struct cqa_import_row *row)
{
    struct importing *list = context;
    char mark[40];

    const int length = snprintf(mark, sizeof mark, "\"import\":%lld", (long long)row->id);
    const char *at = list->sheet != NULL ? strstr(list->sheet, mark) : NULL;
    while (at != NULL && at[length] >= '0' && at[length] <= '9')
        at = strstr(at + length, mark);
    if (at == NULL)
        return;
    cqa_buffer_print(list->out, "%s{\"import\":%lld", list->count++ ? "," : "", (long long)row->id);
    cqa_json_member(list->out, "file", row->file);
    cqa_json_member(list->out, "sha256", row->sha256);
    cqa_json_member(list->out, "by", row->by);
    cqa_json_time(list->out, "at", row->at_ms);
    cqa_json_put(list->out, "}");
}

/* What the evidence needs beside the sheet: its imports, and the words of the reasons' codes. */
static enum cqa_status put_evidence(struct cqa_request *request,
                                    const struct cqa_asked_sheet *asked, enum cqa_reader reader,
                                    struct cqa_buffer *out, struct cqa_error *error)
{
    const struct cqa_server_config *config = cqa_request_config(request);
    struct cqa_buffer sheet = {.limit = CQA_REPLY_BYTES_MAX};

    if (asked->sheet != NULL)
        cqa_view_sheet(asked->sheet, reader, 1, &sheet);
    struct importing list = {out, sheet.text, 0};
    cqa_json_put(out, ",\"imports\":[");
    const enum cqa_status status =
        cqa_inputs_imports(cqa_request_scores(request), &asked->round, 0, add_import, &list, error);
    cqa_buffer_finish(&sheet);
    cqa_json_put(out, "],\"reasons\":[");
    for (size_t i = 0; i < config->reason_count; i++) {
        cqa_json_put(out, i ? ",{\"code\":" : "{\"code\":");
        cqa_json_text(out, config->reasons[i].id);
        cqa_json_put(out, ",\"title\":");
        cqa_json_names(out, (struct cqa_text){config->reasons[i].en, config->reasons[i].zh});
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
    return status;
}

static enum cqa_status put_beside(struct cqa_scores *scores, const struct cqa_asked_sheet *asked,
                                  enum cqa_reader reader, struct cqa_buffer *out,
                                  struct cqa_error *error)
{
    struct list list = {.out = out};

    cqa_json_put(out, ",\"lines\":");
    cqa_view_lines(&asked->outcome, reader, out);
    cqa_json_put(out, ",\"before\":");
    enum cqa_status status = cqa_before_json(scores, asked, reader, out, error);
    cqa_json_put(out, ",\"signatures\":");
    if (status == CQA_OK)
        status = cqa_signatures_json(scores, asked->round.id, asked->agent,
                                     asked->sheet ? asked->sheet->numbers : NULL, out, error);
    cqa_json_put(out, ",\"objections\":[");
    if (status == CQA_OK)
        status = cqa_sheet_objection_list(scores, asked->round.id, asked->agent, 0, add_objection,
                                          &list, error);
    cqa_json_put(out, "],\"steps\":");
    if (status == CQA_OK)
        status = cqa_steps_json(scores, asked->round.id, asked->agent, out, error);
    cqa_json_put(out, "}");
    return status;
}

void cqa_get_sheet(struct cqa_request *request)
{
    struct cqa_scores *scores = cqa_request_scores(request);
    struct cqa_asked_sheet asked;
    struct cqa_signs *signs = NULL;
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};

    if (cqa_asked_sheet(request, &asked)) {
        const enum cqa_reader reader = cqa_asked_reader_of(request, asked.agent);
        enum cqa_status status =
            cqa_signs_load(scores, asked.round.id, &asked.outcome, &signs, &error);
        if (status == CQA_OK) {
            cqa_json_put(&out, "{\"appraisal\":{");
            cqa_round_json(&asked.round, &out);
            cqa_json_put(&out, "},\"sheet\":");
            put_sheet(&asked, reader, signs, &out);
            status = put_disputed(scores, cqa_request_who(request), &asked, &out, &error);
            if (status == CQA_OK)
                status = put_evidence(request, &asked, reader, &out, &error);
            if (status == CQA_OK)
                status = put_beside(scores, &asked, reader, &out, &error);
        }
        cqa_reply_built(request, 200, status, &out, &error);
    }
    cqa_outcome_finish(&asked.outcome);
}
