/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <math.h>
#include <string.h>
#include "base/escape.h"
#include "report/formats.h"
#include "report/stretch.h"
#include "report/words.h"

/*
 * Amazon's shape as its call analytics writes it, so that dashboards made for it read ours:
 * TalkTime's total is the sum of both parties, NonTalkTime is any silence of 3 s or more. Where
 * theirs has no way to say "not measurable", ours says null rather than 0. Holds, dead air and the
 * score have no place there: they stand under "Callqa". Packing copies every value; a NULL anywhere
 * is lack of memory, and makes the enclosing pack NULL.
 */

static json_t *number(double value)
{
    if (!isfinite(value))
        return json_null();
    if (value == floor(value) && fabs(value) < 1e15)
        return json_integer((json_int_t)value);
    return json_real(value);
}

/* Names and paths may hold bytes that are no UTF-8, which JSON cannot carry: escaped. Null for
 * NULL. */
static json_t *text(const char *value)
{
    char safe[4096];

    if (value == NULL)
        return json_null();
    cqa_escape_control(value, safe, sizeof safe);
    return json_string(safe);
}

static json_t *measure(const struct cqa_result *result, enum cqa_measure_id id)
{
    return number(result->measures.value[id]);
}

static json_t *instance(int64_t start_ms, int64_t end_ms)
{
    return json_pack("{s:I,s:I,s:I}", "BeginOffsetMillis", (json_int_t)start_ms, "DurationMillis",
                     (json_int_t)(end_ms - start_ms), "EndOffsetMillis", (json_int_t)end_ms);
}

/* What a list of events is chosen by; a field of 0 takes any. */
struct choice {
    enum cqa_event_type type;
    enum cqa_event_kind kind;
    enum cqa_party by;
};

static json_t *instances(const struct cqa_result *result, struct choice choice, int64_t *total_ms,
                         json_int_t *count)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < result->events.count; i++) {
        const struct cqa_event *event = &result->events.items[i];
        if (event->type != choice.type || (choice.kind != 0 && event->kind != choice.kind) ||
            (choice.by != 0 && event->by != choice.by))
            continue;
        *total_ms += event->end_ms - event->start_ms;
        *count += 1;
        if (json_array_append_new(list, instance(event->start_ms, event->end_ms)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *interruptions(const struct cqa_result *result)
{
    const struct choice by_agent = {CQA_EVENT_OVERTALK, CQA_KIND_INTERRUPTION, CQA_PARTY_AGENT};
    const struct choice by_customer = {CQA_EVENT_OVERTALK, CQA_KIND_INTERRUPTION,
                                       CQA_PARTY_CUSTOMER};
    int64_t total_ms = 0;
    json_int_t count = 0;

    if (result->channel_count < 2 || result->channels[0].role == CQA_ROLE_UNKNOWN ||
        result->measurable.aspect[CQA_ASPECT_OVERTALK] == CQA_QUALITY_NOT_MEASURABLE)
        return json_pack("{s:{},s:n,s:n}", "InterruptionsByInterrupter", "TotalCount",
                         "TotalTimeMillis");
    json_t *agent = instances(result, by_agent, &total_ms, &count);
    json_t *customer = instances(result, by_customer, &total_ms, &count);
    return json_pack("{s:{s:o,s:o},s:I,s:I}", "InterruptionsByInterrupter", "AGENT", agent,
                     "CUSTOMER", customer, "TotalCount", count, "TotalTimeMillis",
                     (json_int_t)total_ms);
}

static json_t *non_talk_time(const struct cqa_result *result)
{
    const struct choice silence = {CQA_EVENT_SILENCE, CQA_KIND_NONE, CQA_PARTY_NONE};
    int64_t total_ms = 0;
    json_int_t count = 0;

    if (result->measurable.aspect[CQA_ASPECT_SILENCE] == CQA_QUALITY_NOT_MEASURABLE)
        return json_pack("{s:n,s:[]}", "TotalTimeMillis", "Instances");
    json_t *list = instances(result, silence, &total_ms, &count);
    return json_pack("{s:I,s:o}", "TotalTimeMillis", (json_int_t)total_ms, "Instances", list);
}

static json_t *talk_time(const struct cqa_result *result)
{
    const double agent_ms = result->measures.value[CQA_MEASURE_TALK_AGENT];
    const double customer_ms = result->measures.value[CQA_MEASURE_TALK_CUSTOMER];
    const double sum_ms = agent_ms + customer_ms;
    const double union_ms = result->measures.value[CQA_MEASURE_TALK_UNION];

    return json_pack("{s:o,s:{s:{s:o},s:{s:o}}}", "TotalTimeMillis",
                     number(isnan(sum_ms) ? union_ms : sum_ms), "DetailsByParticipant", "AGENT",
                     "TotalTimeMillis", number(agent_ms), "CUSTOMER", "TotalTimeMillis",
                     number(customer_ms));
}

static json_t *characteristics(const struct cqa_result *result)
{
    /* Words need speech recognition, which this program does not do. */
    json_t *speed = json_pack("{s:{s:{s:n},s:{s:n}}}", "DetailsByParticipant", "AGENT",
                              "AverageWordsPerMinute", "CUSTOMER", "AverageWordsPerMinute");

    return json_pack("{s:I,s:o,s:o,s:o,s:o}", "TotalConversationDurationMillis",
                     (json_int_t)result->recording.duration_ms, "Interruptions",
                     interruptions(result), "NonTalkTime", non_talk_time(result), "TalkSpeed",
                     speed, "TalkTime", talk_time(result));
}

/* "Ground", where there is one, is ours: why it costs nothing. */
static json_t *point_of_interest(const struct cqa_deduction *deduction)
{
    return json_pack("{s:I,s:I,s:s*}", "BeginOffsetMillis", (json_int_t)deduction->start_ms,
                     "EndOffsetMillis", (json_int_t)deduction->end_ms, "Ground", deduction->ground);
}

/* The rules that deducted, each with its seconds. */
static json_t *categories(const struct cqa_result *result)
{
    json_t *names = json_array();
    json_t *details = json_object();

    for (size_t i = 0; result->scored && i < result->score.deduction_count; i++) {
        const struct cqa_deduction *deduction = &result->score.deductions[i];
        json_t *detail = json_object_get(details, deduction->rule);
        if (detail == NULL) {
            detail = json_pack("{s:[]}", "PointsOfInterest");
            json_object_set_new(details, deduction->rule, detail);
            json_array_append_new(names, json_string(deduction->rule));
        }
        json_array_append_new(json_object_get(detail, "PointsOfInterest"),
                              point_of_interest(deduction));
    }
    return json_pack("{s:o,s:o}", "MatchedCategories", names, "MatchedDetails", details);
}

static json_t *measurability(const struct cqa_result *result)
{
    json_t *states = json_object();

    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        json_object_set_new(states, cqa_aspect_words[i],
                            json_string(cqa_quality_words[result->measurable.aspect[i]]));
    return states;
}

/* Null where nobody talked, or where it is not told. */
static json_t *conversation(const struct cqa_conversation *talk)
{
    if (!talk->known || !talk->talked)
        return json_null();
    return instance(talk->start_ms, talk->end_ms);
}

static json_t *stretch_object(const struct cqa_stretch *stretch, int zh)
{
    json_t *object = instance(stretch->start_ms, stretch->end_ms);
    json_t *what = json_array();
    const char *state = stretch->kind == CQA_STRETCH_OUTSIDE ? "outside_conversation"
                        : stretch->kind == CQA_STRETCH_DEGRADED
                            ? cqa_quality_words[CQA_QUALITY_DEGRADED]
                            : cqa_quality_words[CQA_QUALITY_NOT_MEASURABLE];
    int failed = 0;

    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        if (stretch->aspects >> i & 1)
            failed |= json_array_append_new(what, json_string(cqa_aspect_words[i]));
    failed |= json_object_set_new(object, "What", what);
    failed |= json_object_set_new(object, "State", json_string(state));
    failed |= json_object_set_new(object, "Reason", text(stretch->reason));
    failed |= json_object_set_new(object, "Text", text(cqa_text_in(stretch->text, zh)));
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *stretches_array(const struct cqa_result *result, int zh)
{
    json_t *list = json_array();
    struct cqa_stretches stretches;
    int failed = cqa_stretches_find(result, &stretches) != CQA_OK;

    for (size_t i = 0; i < stretches.count; i++)
        failed |= json_array_append_new(list, stretch_object(&stretches.items[i], zh));
    cqa_stretches_finish(&stretches);
    if (!failed)
        return list;
    json_decref(list);
    return NULL;
}

/* Ours, beside theirs. */
static json_t *own(const struct cqa_result *result, int zh)
{
    const struct choice hold = {CQA_EVENT_HOLD, CQA_KIND_NONE, CQA_PARTY_NONE};
    json_t *reasons = json_array();
    int64_t total_ms = 0;
    json_int_t count = 0;

    for (size_t i = 0; i < result->measurable.reason_count; i++)
        json_array_append_new(reasons,
                              json_string(cqa_text_in(result->measurable.reasons[i].text, zh)));
    json_t *holds = instances(result, hold, &total_ms, &count);
    return json_pack(
        "{s:o,s:s,s:{s:o,s:o,s:o,s:o},s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "Path", text(result->path),
        "Sha256", result->recording.sha256, "Hold", "NUMBER_OF_HOLDS",
        measure(result, CQA_MEASURE_HOLD_COUNT), "CUSTOMER_HOLD_TIME",
        measure(result, CQA_MEASURE_HOLD_TOTAL), "LONGEST_HOLD_DURATION",
        measure(result, CQA_MEASURE_HOLD_LONGEST), "Instances", holds, "TalkTimeUnionMillis",
        measure(result, CQA_MEASURE_TALK_UNION), "GreetingDelayMillis",
        measure(result, CQA_MEASURE_GREETING_DELAY), "OvertalkMillis",
        measure(result, CQA_MEASURE_OVERTALK_TOTAL), "Measurability", measurability(result),
        "NotMeasured", reasons, "Conversation", conversation(&result->measurable.conversation),
        "NotBorne", stretches_array(result, zh), "Score",
        result->scored ? number(result->score.total) : json_null());
}

static json_t *document(const struct cqa_result *result, int zh)
{
    const struct cqa_call *call = &result->call;
    json_t *participants = json_pack(
        "[{s:o,s:s},{s:o,s:s}]", "ParticipantId", text(call->agent != NULL ? call->agent : "AGENT"),
        "ParticipantRole", "AGENT", "ParticipantId",
        text(call->customer != NULL ? call->customer : "CUSTOMER"), "ParticipantRole", "CUSTOMER");

    return json_pack("{s:s,s:s,s:s,s:n,s:{s:o},s:o,s:o,s:o,s:[],s:o}", "Version", "1.1.0",
                     "Channel", "VOICE", "JobStatus", "COMPLETED", "LanguageCode",
                     "CustomerMetadata", "ContactId", text(call->id), "Participants", participants,
                     "Categories", categories(result), "ConversationCharacteristics",
                     characteristics(result), "Transcript", "Callqa", own(result, zh));
}

static int add_piece(const char *text, size_t length, void *context)
{
    return cqa_buffer_add(context, text, length) == CQA_OK ? 0 : -1;
}

enum cqa_status cqa_contact_lens_write(const struct cqa_result *result, int zh,
                                       struct cqa_buffer *out)
{
    json_t *object = document(result, zh);

    if (object == NULL)
        return CQA_E_NOMEM;
    json_dump_callback(object, add_piece, out, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(object);
    return cqa_buffer_add(out, "\n", 1);
}
