/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/rounds/asking.h"

#include <stdlib.h>
#include <string.h>
#include "api/member.h"
#include "api/rounds/disputed_json.h"
#include "appraisal/json.h"
#include "appraisal/schemes.h"
#include "scores/when.h"
#include "settings/config.h"

enum { PLACE_BYTES_MAX = 200 };

int cqa_asked_round(struct cqa_request *request, struct cqa_round *out)
{
    struct cqa_error error = {0};
    char *end;
    const char *text = cqa_request_part(request, 0);
    const long long id = strtoll(text, &end, 10);

    if (*end != '\0' || id <= 0) {
        cqa_reply_problem(request, 404, "not-found", "no appraisal of this number");
        return 0;
    }
    const enum cqa_status status =
        cqa_round_read(cqa_request_scores(request), id, cqa_request_arena(request), out, &error);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

enum cqa_reader cqa_asked_reader_of(const struct cqa_request *request, const char *agent)
{
    const char *person = cqa_request_who(request)->person;

    return person != NULL && strcmp(person, agent) == 0 ? CQA_READER_AGENT
                                                        : cqa_asked_reader(request);
}

static int goes_on(void *request, int64_t done, int64_t total)
{
    return cqa_request_goes_on(request, done, total);
}

struct cqa_going cqa_asked_going(struct cqa_request *request)
{
    return (struct cqa_going){goes_on, request};
}

enum cqa_reader cqa_asked_reader(const struct cqa_request *request)
{
    switch (cqa_request_who(request)->role) {
    case CQA_ACCOUNT_HR:
        return CQA_READER_HR;
    case CQA_ACCOUNT_AGENT:
        return CQA_READER_AGENT;
    default:
        return CQA_READER_LEAD;
    }
}

int cqa_asked_by_all(struct cqa_request *request)
{
    if (cqa_request_who(request)->teams == NULL)
        return 1;
    cqa_reply_problem(request, 403, "forbidden",
                      "this concerns everyone: an account of some teams may not do it");
    return 0;
}

/* ---- bodies */

static int read_short(struct cqa_request *request, const json_t *body, const char *name,
                      int required, const char **out)
{
    if (!cqa_member_text(request, body, name, required, out))
        return 0;
    if (*out == NULL || ((*out)[strspn(*out, " \t\n")] != '\0' && strlen(*out) <= PLACE_BYTES_MAX))
        return 1;
    cqa_reply_problem(request, 422, "invalid", "%p: must have 1 to %d bytes", cqa_words_for(name),
                      PLACE_BYTES_MAX);
    return 0;
}

int cqa_member_step(struct cqa_request *request, const json_t *body, int place_needed,
                    struct cqa_round_step *out)
{
    const char *date = NULL;

    if (!read_short(request, body, "place", place_needed, &out->place) ||
        !read_short(request, body, "person", 0, &out->person) ||
        !cqa_member_text(request, body, "date", 0, &date) ||
        !cqa_member_text(request, body, "note", 0, &out->note))
        return 0;
    out->day =
        date ? cqa_when_read_day(date)
             : cqa_when_local_day(cqa_request_config(request)->zone, cqa_request_now_ms(request));
    if (out->day != 0)
        return 1;
    cqa_reply_problem(request, 422, "invalid", "date: must be a day (2025-11-20)");
    return 0;
}

/* ---- JSON */

void cqa_json_time(struct cqa_buffer *out, const char *key, int64_t ms)
{
    char text[CQA_WHEN_SIZE];

    if (ms != 0)
        cqa_when_write(ms, text);
    cqa_json_member(out, key, ms != 0 ? text : NULL);
}

void cqa_json_empty_as_null(struct cqa_buffer *out, const char *key, const char *text)
{
    cqa_json_member(out, key, text != NULL && text[0] != '\0' ? text : NULL);
}

static void put_number(struct cqa_buffer *out, const char *key, int64_t number)
{
    if (number != 0)
        cqa_buffer_print(out, ",\"%s\":%lld", key, (long long)number);
    else
        cqa_buffer_print(out, ",\"%s\":null", key);
}

void cqa_round_json(const struct cqa_round *round, struct cqa_buffer *out)
{
    struct cqa_error ignored = {0};
    struct cqa_scheme *scheme = NULL;
    struct cqa_text names = {round->scheme, round->scheme}; /* of a scheme that is gone */

    if (cqa_schemes_load(round->scheme, &scheme, &ignored) == CQA_OK)
        names = scheme->names;
    cqa_buffer_print(out, "\"appraisal\":%lld", (long long)round->id);
    cqa_json_member(out, "scheme", round->scheme);
    cqa_json_put(out, ",\"names\":");
    cqa_json_names(out, names);
    cqa_json_member(out, "period", round->period);
    cqa_buffer_print(out, ",\"version\":%lld", (long long)round->version);
    cqa_json_member(out, "stage", cqa_round_stage_words[round->stage]);
    put_number(out, "corrects", round->corrects);
    put_number(out, "corrected_by", round->corrected_by);
    cqa_json_member(out, "opened_by", round->opened_by);
    cqa_json_time(out, "opened_at", round->opened_ms);
    cqa_json_member(out, "closed_by", round->closed_by);
    cqa_json_time(out, "closed_at", round->closed_ms);
    cqa_json_member(out, "note", round->note);
    cqa_buffer_print(out, ",\"least_coverage_pct\":%s,\"least_calls\":%lld", round->least.pct,
                     (long long)round->least.calls);
    cqa_scheme_destroy(scheme);
}

void cqa_step_json(const struct cqa_round_step_row *row, struct cqa_buffer *out)
{
    char day[CQA_DAY_SIZE];
    const struct cqa_round_step *step = &row->what;

    cqa_when_write_day(step->day, day);
    cqa_buffer_print(out, "{\"step\":\"%s\"", cqa_round_step_words[step->step]);
    cqa_json_member(out, "stage", step->stage < 0 ? NULL : cqa_round_stage_words[step->stage]);
    cqa_json_member(out, "agent", step->agent);
    cqa_json_member(out, "place", step->place);
    cqa_json_member(out, "date", day);
    cqa_json_member(out, "person", step->person);
    cqa_json_member(out, "note", step->note);
    cqa_json_member(out, "by", row->by);
    cqa_json_time(out, "at", row->at_ms);
    cqa_json_put(out, "}");
}

struct listing {
    struct cqa_buffer *out;
    int count;
};

static void add_step(void *context, const struct cqa_round_step_row *row)
{
    struct listing *listing = context;

    cqa_json_put(listing->out, listing->count++ ? "," : "");
    cqa_step_json(row, listing->out);
}

enum cqa_status cqa_steps_json(struct cqa_scores *scores, int64_t round, const char *agent,
                               struct cqa_buffer *out, struct cqa_error *error)
{
    struct listing listing = {out, 0};

    cqa_json_put(out, "[");
    const enum cqa_status status = cqa_round_steps(scores, round, agent, add_step, &listing, error);
    cqa_json_put(out, "]");
    return status;
}

static void add_version(void *context, const struct cqa_round *round)
{
    struct listing *listing = context;

    cqa_json_put(listing->out, listing->count++ ? ",{" : "{");
    cqa_round_json(round, listing->out);
    cqa_json_put(listing->out, "}");
}

/* Whose steps the asker sees besides those of everyone: NULL is all, "" nobody's. */
static const char *steps_of(const struct cqa_identity *who)
{
    if (who->role == CQA_ACCOUNT_HR && who->teams == NULL)
        return NULL;
    return who->role == CQA_ACCOUNT_AGENT && who->person != NULL ? who->person : "";
}

static enum cqa_status put_round(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_round *round, struct cqa_buffer *out,
                                 struct cqa_error *error)
{
    struct listing listing = {out, 0};

    cqa_json_put(out, "{");
    cqa_round_json(round, out);
    enum cqa_status status = cqa_correction_due_json(scores, round, who, NULL, out, error);
    cqa_json_put(out, ",\"steps\":");
    if (status == CQA_OK)
        status = cqa_steps_json(scores, round->id, steps_of(who), out, error);
    cqa_json_put(out, ",\"versions\":[");
    if (status == CQA_OK)
        status =
            cqa_round_list(scores, round->scheme, round->period, -1, add_version, &listing, error);
    cqa_json_put(out, "]}");
    return status;
}

void cqa_reply_round(struct cqa_request *request, int http_status, int64_t id)
{
    struct cqa_round round;
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};
    struct cqa_scores *scores = cqa_request_scores(request);
    enum cqa_status status = cqa_round_read(scores, id, cqa_request_arena(request), &round, &error);

    if (status == CQA_OK)
        status = put_round(scores, cqa_request_who(request), &round, &out, &error);
    cqa_reply_built(request, http_status, status, &out, &error);
}

void cqa_reply_built(struct cqa_request *request, int http_status, enum cqa_status status,
                     struct cqa_buffer *out, const struct cqa_error *error)
{
    if (status == CQA_OK)
        cqa_reply_text(request, http_status, "application/json", out);
    else
        cqa_reply_error(request, status, error);
    cqa_buffer_finish(out);
}
