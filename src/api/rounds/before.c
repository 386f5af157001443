/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "api/rounds/sheets.h"
#include "appraisal/json.h"
#include "appraisal/period.h"
#include "appraisal/schemes.h"

/* What a sheet's line says in the text that signatures are for; none where it says nothing. */
static struct cqa_rational number_of(const char *numbers, const char *name)
{
    char text[CQA_RATIONAL_TEXT];
    struct cqa_rational number;
    const size_t length = strlen(name);

    for (const char *line = numbers; line != NULL && *line != '\0';) {
        const size_t end = strcspn(line, "\n");
        if (end > length && end - length - 1 < sizeof text && strncmp(line, name, length) == 0 &&
            line[length] == '=') {
            memcpy(text, line + length + 1, end - length - 1);
            text[end - length - 1] = '\0';
            return cqa_rational_read_exact(text, &number) ? number : cqa_rational_none();
        }
        line += end + (line[end] == '\n');
    }
    return cqa_rational_none();
}

/* Of the numbers as a reader sees them: both rounded, then compared. */
static struct cqa_rational change_of(const char *now, const char *before, const char *name)
{
    const struct cqa_rational a = number_of(now, name);
    const struct cqa_rational b = number_of(before, name);

    if (!cqa_rational_valid(a) || !cqa_rational_valid(b))
        return cqa_rational_none();
    return cqa_rational_subtract(cqa_rational_round(a, 2), cqa_rational_round(b, 2));
}

static void put_grade(const char *numbers, struct cqa_buffer *out)
{
    const char *line = strstr(numbers, "\ngrade=");
    char text[128] = "";

    if (line != NULL) {
        const size_t length = strcspn(line + 7, "\n");
        memcpy(text, line + 7, length < sizeof text ? length : sizeof text - 1);
    }
    cqa_json_empty_as_null(out, "grade", text);
}

static void put_lines(const struct cqa_scheme *scheme, int pay, const char *now, const char *before,
                      struct cqa_buffer *out)
{
    for (int change = 0; change < 2; change++) {
        int count = 0;
        cqa_json_put(out, change ? ",\"items_change\":{" : ",\"items\":{");
        for (size_t i = 0; i < scheme->line_count; i++) {
            const char *id = scheme->lines[i].id;
            if (scheme->lines[i].pay && !pay)
                continue;
            cqa_json_put(out, count++ ? "," : "");
            cqa_json_text(out, id);
            cqa_json_put(out, ":");
            cqa_json_points(out, change ? change_of(now, before, id) : number_of(before, id));
        }
        cqa_json_put(out, "}");
    }
}

static void put_before(const struct cqa_round *round, const struct cqa_scheme *scheme, int pay,
                       const char *now, const char *before, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "{\"appraisal\":%lld", (long long)round->id);
    cqa_json_member(out, "period", round->period);
    cqa_json_member(out, "stage", cqa_round_stage_words[round->stage]);
    cqa_json_put(out, ",\"total\":");
    cqa_json_points(out, number_of(before, "total"));
    cqa_json_put(out, ",\"total_change\":");
    cqa_json_points(out, change_of(now, before, "total"));
    put_grade(before, out);
    put_lines(scheme, pay, now, before, out);
    cqa_json_put(out, "}");
}

static enum cqa_status find_before(struct cqa_scores *scores, const struct cqa_asked_sheet *asked,
                                   struct cqa_arena *arena, struct cqa_round *round,
                                   struct cqa_appraisal_outcome *outcome, struct cqa_error *error)
{
    char period[CQA_PERIOD_SIZE];

    cqa_period_before(asked->round.period, period);
    const enum cqa_status status =
        cqa_round_find(scores, asked->round.scheme, period, arena, round, error);
    return status == CQA_OK ? cqa_outcome_get_agent(scores, round, asked->agent, 0, &asked->going,
                                                    outcome, error)
                            : status;
}

enum cqa_status cqa_before_json(struct cqa_scores *scores, const struct cqa_asked_sheet *asked,
                                enum cqa_reader reader, struct cqa_buffer *out,
                                struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    struct cqa_round round;
    struct cqa_appraisal_outcome outcome = {0};
    struct cqa_scheme *scheme = NULL;
    const struct cqa_outcome_sheet *before = NULL;
    enum cqa_status status = CQA_E_NOTFOUND;

    if (asked->sheet != NULL)
        status = find_before(scores, asked, &arena, &round, &outcome, error);
    if (status == CQA_OK)
        status = cqa_schemes_load(round.scheme, &scheme, error);
    if (status == CQA_OK)
        before = cqa_outcome_sheet_of(&outcome, asked->agent);
    if (before != NULL)
        put_before(&round, scheme, reader != CQA_READER_LEAD, asked->sheet->numbers,
                   before->numbers, out);
    else
        cqa_json_put(out, "null");
    cqa_scheme_destroy(scheme);
    cqa_outcome_finish(&outcome);
    cqa_arena_finish(&arena);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}
