/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>
#include "api/beside.h"
#include "api/query.h"
#include "api/rounds/asking.h"
#include "api/rounds/endpoints.h"
#include "appraisal/json.h"
#include "appraisal/period.h"
#include "appraisal/schemes.h"
#include "rounds/fault_json.h"
#include "rounds/reading.h"
#include "scores/rounds/inputs.h"

enum { SAMPLE_ROWS = 200, FILE_BYTES_MAX = 200 };

/* ---- what was asked */

struct wish {
    const char *file;
    const char *period; /* of rows that name none; NULL: not said */
    const char *sheet;  /* NULL: the only one with data */
    int preview;
};

static int read_wish(struct cqa_request *request, const struct cqa_round *round, struct wish *wish)
{
    static const char *const known[] = {"file", "period", "sheet", "preview", NULL};

    if (!cqa_query_only(request, known) || !cqa_query_yes(request, "preview", &wish->preview) ||
        !cqa_query_word(request, "file", &wish->file) ||
        !cqa_query_word(request, "period", &wish->period) ||
        !cqa_query_word(request, "sheet", &wish->sheet))
        return 0;
    if (wish->file == NULL || strlen(wish->file) > FILE_BYTES_MAX ||
        wish->file[strlen(wish->file) - 1] == '!') {
        cqa_reply_problem(request, 400, "query",
                          "file: the file's name, 1 to %d bytes, the last of them no \"!\"",
                          FILE_BYTES_MAX);
        return 0;
    }
    if (wish->period != NULL &&
        (!cqa_period_valid(wish->period) || !cqa_period_holds(round->period, wish->period))) {
        cqa_reply_problem(request, 400, "query", "period: must be %s, or a month of it",
                          round->period);
        return 0;
    }
    return cqa_request_has_table(request);
}

static void hash_body(const char *bytes, size_t length, char out[65])
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(digest, (const unsigned char *)bytes, length);
    sodium_bin2hex(out, 65, digest, sizeof digest);
}

/* ---- what became of it */

struct outcome {
    struct cqa_buffer sample;
    size_t rows;
    size_t changed;
};

static void put_row(struct cqa_buffer *out, const struct cqa_imported_row *row)
{
    const char *state = row->value[0] == '\0'                  ? "withdrawn"
                        : row->before == NULL                  ? "new"
                        : strcmp(row->before, row->value) != 0 ? "changed"
                                                               : "same";

    cqa_json_put(out, "{\"agent\":");
    cqa_json_text(out, row->agent);
    cqa_json_member(out, "indicator", row->indicator);
    cqa_json_empty_as_null(out, "value", row->value);
    cqa_json_member(out, "count", row->weight);
    cqa_json_empty_as_null(out, "rater", row->rater);
    cqa_json_empty_as_null(out, "post", row->post);
    cqa_json_empty_as_null(out, "period", row->period);
    cqa_buffer_print(out, ",\"line\":%lld,\"column\":%lld", (long long)row->line,
                     (long long)row->column);
    cqa_json_member(out, "state", row->current || row->value[0] == '\0' ? state : "replaced");
    cqa_json_member(out, "before", row->before);
    cqa_json_put(out, "}");
}

static void add_effect(void *context, const struct cqa_import_effect *effect)
{
    struct outcome *outcome = context;
    char value[CQA_RATIONAL_TEXT];
    char weight[CQA_RATIONAL_TEXT];
    const struct cqa_row *row = effect->row;

    outcome->changed += effect->changed != 0;
    if (outcome->rows++ >= SAMPLE_ROWS)
        return;
    const struct cqa_imported_row imported = {
        .agent = row->agent,
        .indicator = row->indicator,
        .value = row->is_withdrawn ? "" : cqa_rational_exact(row->value, value),
        .weight = cqa_rational_exact(row->count, weight),
        .rater = row->rater,
        .post = row->post,
        .period = row->period,
        .before = effect->before,
        .line = (int64_t)row->at.line,
        .column = (int64_t)row->at.column,
        .current = 1};
    cqa_json_put(&outcome->sample, outcome->rows > 1 ? "," : "");
    put_row(&outcome->sample, &imported);
}

static void put_outcome(struct cqa_buffer *out, const struct wish *wish, const char *sha256,
                        int64_t number, const struct cqa_reading *reading,
                        const struct outcome *outcome)
{
    if (number != 0)
        cqa_buffer_print(out, "{\"import\":%lld", (long long)number);
    else
        cqa_json_put(out, "{\"import\":null");
    cqa_buffer_print(out, ",\"preview\":%s", wish->preview ? "true" : "false");
    cqa_place_json(out, reading->report.place ? reading->report.place : wish->file);
    cqa_json_member(out, "sha256", sha256);
    cqa_buffer_print(out,
                     ",\"agents\":%zu,\"rows\":%zu,\"changed\":%zu,\"errors\":", reading->agents,
                     outcome->rows, outcome->changed);
    cqa_faults_json(&reading->faults, out);
    cqa_json_put(out, ",\"left_out\":[");
    for (size_t i = 0; i < reading->left_out_count; i++) {
        cqa_json_put(out, i ? "," : "");
        cqa_json_text(out, reading->left_out[i]);
    }
    cqa_json_put(out, "]");
    cqa_reading_json(reading, out);
    cqa_json_put(out, ",\"sample\":[");
    cqa_json_put(out, outcome->sample.text ? outcome->sample.text : "");
    cqa_json_put(out, "]}");
}

/* Nothing of the file can be taken: a problem that carries every error. */
static void refuse(struct cqa_request *request, const struct cqa_reading *reading)
{
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};
    const struct cqa_faults *faults = &reading->faults;
    const struct cqa_message *detail =
        faults->count > 0         ? cqa_fault_message(&faults->items[0])
        : reading->asks_for_sheet ? cqa_words("several sheets have data: say which (sheet=NAME)")
                                  : cqa_words("the file has no row");

    cqa_json_put(&out, "{\"type\":\"urn:callqa:problem:invalid\",\"title\":\"Unprocessable "
                       "Content\",\"status\":422");
    cqa_json_said(&out, "detail", detail);
    cqa_json_member(&out, "code", cqa_message_code(detail));
    cqa_json_put(&out, ",\"errors\":");
    cqa_faults_json(faults, &out);
    cqa_json_put(&out, "}");
    cqa_reply_text(request, 422, "application/problem+json", &out);
    cqa_buffer_finish(&out);
}

static void take(struct cqa_request *request, const struct cqa_round *round,
                 const struct wish *wish, const struct cqa_reading *reading, const char *sha256)
{
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};
    struct outcome outcome = {.sample = {.limit = CQA_REPLY_BYTES_MAX}};
    const char *place = reading->report.place ? reading->report.place : wish->file;
    const struct cqa_import import = {place, sha256, &reading->good, &reading->faults};
    int64_t number = 0;
    const enum cqa_status status =
        cqa_inputs_import(cqa_request_scores(request), cqa_request_who(request), round, &import,
                          wish->preview, add_effect, &outcome, &number, &error);

    if (status == CQA_OK)
        put_outcome(&out, wish, sha256, number, reading, &outcome);
    out.failed |= outcome.sample.failed;
    cqa_buffer_finish(&outcome.sample);
    cqa_reply_built(request, wish->preview ? 200 : 201, status, &out, &error);
}

void cqa_post_import(struct cqa_request *request)
{
    char sha256[65];
    struct cqa_round round;
    struct wish wish = {0};
    struct cqa_reading reading = {0};
    struct cqa_scheme *scheme = NULL;
    struct cqa_error error = {0};
    size_t length;
    const char *bytes = cqa_request_body(request, &length);

    if (!cqa_asked_by_all(request) || !cqa_asked_round(request, &round) ||
        !read_wish(request, &round, &wish))
        return;
    hash_body(bytes, length, sha256);
    enum cqa_status status = cqa_schemes_load(round.scheme, &scheme, &error);
    const struct cqa_reading_wish wanted = {
        wish.file, wish.period, wish.sheet,
        bytes,     length,      cqa_playback_children(cqa_request_playback(request))};
    if (status == CQA_OK)
        status = cqa_reading_parse(cqa_request_scores(request), scheme, &round, &wanted, &reading,
                                   &error);
    if (status != CQA_OK)
        cqa_reply_error(request, status == CQA_E_NOTFOUND ? CQA_E_BADDATA : status, &error);
    else if (reading.good.count == 0 && !wish.preview)
        refuse(request, &reading);
    else
        take(request, &round, &wish, &reading, sha256);
    cqa_reading_finish(&reading);
    cqa_scheme_destroy(scheme);
}

/* ---- lists */

struct list {
    struct cqa_buffer out;
    int count;
};

static void put_import(struct cqa_buffer *out, const struct cqa_import_row *row)
{
    cqa_buffer_print(out, "{\"import\":%lld", (long long)row->id);
    cqa_place_json(out, row->file);
    cqa_json_member(out, "sha256", row->sha256);
    cqa_json_member(out, "by", row->by);
    cqa_json_time(out, "at", row->at_ms);
    cqa_buffer_print(out, ",\"rows\":%lld,\"errors\":%lld", (long long)row->rows,
                     (long long)row->faults);
}

static void add_import(void *context, const struct cqa_import_row *row)
{
    struct list *list = context;

    cqa_json_put(&list->out, list->count++ ? "," : "");
    put_import(&list->out, row);
    cqa_json_put(&list->out, "}");
}

void cqa_get_imports(struct cqa_request *request)
{
    struct cqa_round round;
    struct list list = {{.limit = CQA_REPLY_BYTES_MAX}, 0};
    struct cqa_error error = {0};

    if (!cqa_asked_by_all(request) || !cqa_asked_round(request, &round))
        return;
    cqa_json_put(&list.out, "{\"imports\":[");
    const enum cqa_status status =
        cqa_inputs_imports(cqa_request_scores(request), &round, 0, add_import, &list, &error);
    cqa_json_put(&list.out, "]}");
    cqa_reply_built(request, 200, status, &list.out, &error);
}

static void add_head(void *context, const struct cqa_import_row *row)
{
    struct list *list = context;

    list->count++;
    put_import(&list->out, row);
}

static void add_imported(void *context, const struct cqa_imported_row *row)
{
    struct list *list = context;

    cqa_json_put(&list->out, list->count++ ? "," : "");
    put_row(&list->out, row);
}

static enum cqa_status put_faults(struct cqa_scores *scores, const struct cqa_round *round,
                                  int64_t import, struct cqa_buffer *out, struct cqa_error *error)
{
    struct cqa_faults faults = {0};
    const enum cqa_status status = cqa_inputs_faults(scores, round, import, &faults, error);

    cqa_faults_json(&faults, out);
    out->failed |= faults.lost > 0;
    cqa_faults_finish(&faults);
    return status;
}

static enum cqa_status put_whole(struct cqa_scores *scores, const struct cqa_round *round,
                                 int64_t import, struct list *list, struct cqa_error *error)
{
    enum cqa_status status = cqa_inputs_imports(scores, round, import, add_head, list, error);

    if (status == CQA_OK && list->count == 0)
        return cqa_fail(error, CQA_E_NOTFOUND, "no import of this number");
    cqa_json_put(&list->out, ",\"imported\":[");
    list->count = 0;
    if (status == CQA_OK)
        status = cqa_inputs_imported(scores, round, import, add_imported, list, error);
    cqa_json_put(&list->out, "],\"faults\":");
    if (status == CQA_OK)
        status = put_faults(scores, round, import, &list->out, error);
    cqa_json_put(&list->out, "}");
    return status;
}

void cqa_get_import(struct cqa_request *request)
{
    struct cqa_round round;
    struct list list = {{.limit = CQA_REPLY_BYTES_MAX}, 0};
    struct cqa_error error = {0};
    enum cqa_status status = CQA_OK;

    if (!cqa_asked_by_all(request) || !cqa_asked_round(request, &round))
        return;
    const int64_t import = cqa_request_part_number(request, 1);
    if (import <= 0)
        status = cqa_fail(&error, CQA_E_NOTFOUND, "no import of this number");
    else
        status = put_whole(cqa_request_scores(request), &round, import, &list, &error);
    cqa_reply_built(request, 200, status, &list.out, &error);
}
