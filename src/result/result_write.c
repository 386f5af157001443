/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/result.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "base/message_json.h"
#include "base/program.h"
#include "rubric/measured.h"

/* Past this a double no longer tells whole numbers apart, and nothing of ours comes near it. */
static const double VALUE_MAX = 1e15;

/* jansson's setters take ownership and fail on NULL, so a value that could not be made fails the
 * object: each function below returns NULL when memory ran out, and nobody checks twice. */

static json_t *whole_or_null(double value)
{
    return isfinite(value) && fabs(value) <= VALUE_MAX ? json_integer(llround(value)) : json_null();
}

/* `value` to `places` decimals: whole numbers without a point, as the contract writes 100 and 0.5.
 */
static json_t *number(double value, int places)
{
    static const double scales[] = {1, 10, 100, 1000, 10000};

    if (!isfinite(value) || fabs(value) > VALUE_MAX)
        return json_null();
    const double scaled = round(value * scales[places]);
    return json_real(scaled / scales[places] + 0.0); /* + 0.0: no "-0.0" */
}

static json_t *points(double value)
{
    return value == floor(value) ? whole_or_null(value) : number(value, 2);
}

/* A name may hold any bytes; JSON only UTF-8. The odd bytes become \xNN, which leads back to the
 * file (cqa_unescape_bytes). */
static json_t *escaped_string(const char *text)
{
    const size_t size = 4 * strlen(text) + 1;
    char *copy = malloc(size);
    json_t *string = copy == NULL ? NULL : json_string(cqa_escape_bytes(text, copy, size));

    free(copy);
    return string;
}

static json_t *string_or_null(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *string = json_string(text);
    return string != NULL ? string : escaped_string(text);
}

/* The NONE entries of the tables are "". */
static json_t *word_or_null(const char *word)
{
    return word[0] != '\0' ? json_string(word) : json_null();
}

static json_t *text_object(const struct cqa_text *text)
{
    return json_pack("{s:o, s:o}", "en", string_or_null(text->en), "zh", string_or_null(text->zh));
}

/* NULL where there are none: the key is left out. */
static json_t *copies_array(const struct cqa_result *result)
{
    json_t *array = result->copy_count > 0 ? json_array() : NULL;

    for (size_t i = 0; i < result->copy_count; i++)
        json_array_append_new(array, string_or_null(result->copies[i]));
    return array;
}

static json_t *leg_object(const struct cqa_result *result, int i)
{
    const struct cqa_leg_facts *facts = &result->recording.leg[i];
    const struct cqa_leg_place *place = &result->recording.legs.leg[i];

    return json_pack(
        "{s:o, s:s, s:o, s:I, s:o, s:I, s:s, s:s, s:i, s:I, s:s*}", "path",
        string_or_null(result->leg_path[i]), "sha256", facts->sha256, "role",
        i < result->channel_count ? word_or_null(cqa_role_words[result->channels[i].role])
                                  : json_null(),
        "offset_ms", (json_int_t)place->offset_ms, "drift_ppm", number(place->drift_ppm, 1),
        "bytes", (json_int_t)facts->bytes, "container", facts->container, "encoding",
        facts->encoding, "rate_hz", facts->rate_hz, "duration_ms", (json_int_t)facts->duration_ms,
        "file_sha256", result->leg_file_sha256[i]);
}

/* NULL, and the key is left out, where there is one file. */
static json_t *legs_array(const struct cqa_result *result)
{
    if (!result->recording.legs.joined)
        return NULL;
    return json_pack("[o, o]", leg_object(result, 0), leg_object(result, 1));
}

static json_t *recording_object(const struct cqa_result *result)
{
    const struct cqa_audio_facts *recording = &result->recording;

    return json_pack("{s:o, s:s, s:I, s:s, s:s, s:i, s:i, s:I, s:s, s:o*, s:o*, s:s*, s:s*}",
                     "path", string_or_null(result->path), "sha256", recording->sha256, "bytes",
                     (json_int_t)recording->bytes, "container", recording->container, "encoding",
                     recording->encoding, "rate_hz", recording->rate_hz, "channels",
                     recording->channels, "duration_ms", (json_int_t)recording->duration_ms,
                     "layout", cqa_layout_words[recording->layout], "legs", legs_array(result),
                     "copies", copies_array(result), "file_sha256", result->file_sha256, "part",
                     result->part);
}

/* Where each fact came from; NULL where nothing says: the key is left out. */
static json_t *sources_object(const struct cqa_call *call)
{
    json_t *object = json_object();

    for (int i = 0; i < CQA_CALL_FIELD_COUNT; i++)
        if (call->from[i] != CQA_FACT_NONE &&
            json_object_set_new(object, cqa_call_field_words[i],
                                json_string(cqa_fact_source_words[call->from[i]])) != 0)
            break;
    if (json_object_size(object) > 0)
        return object;
    json_decref(object);
    return NULL;
}

/* Facts that do not agree, with both values; NULL where there are none. */
static json_t *doubts_array(const struct cqa_call *call)
{
    json_t *array = call->doubt_count > 0 ? json_array() : NULL;

    for (int i = 0; i < call->doubt_count; i++) {
        const struct cqa_call_doubt *doubt = &call->doubts[i];
        json_t *object =
            json_pack("{s:s, s:[o, o], s:[o, o]}", "field", cqa_call_field_words[doubt->field],
                      "values", string_or_null(doubt->values[0]), string_or_null(doubt->values[1]),
                      "from", word_or_null(cqa_fact_source_words[doubt->from[0]]),
                      word_or_null(cqa_fact_source_words[doubt->from[1]]));
        if (json_array_append_new(array, object) != 0)
            break;
    }
    return array;
}

static json_t *call_object(const struct cqa_call *call)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o*, s:o, s:o*, s:o*}", "id", string_or_null(call->id),
        "agent", string_or_null(call->agent), "customer", string_or_null(call->customer), "queue",
        string_or_null(call->queue), "direction", string_or_null(call->direction), "started_at",
        string_or_null(call->started_at), "answered_at",
        call->answered_at != NULL ? json_string(call->answered_at) : NULL, "source",
        string_or_null(call->source), "facts", sources_object(call), "doubts", doubts_array(call));
}

static json_t *unmeasured_object(const struct cqa_unmeasured *span)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "what", cqa_aspect_words[span->what],
                     "state", cqa_quality_words[span->state], "start_ms",
                     (json_int_t)span->start_ms, "end_ms", (json_int_t)span->end_ms, "reason",
                     string_or_null(span->reason), "confidence",
                     number((double)span->confidence, 2));
}

static json_t *unmeasured_array(const struct cqa_measurable *measurable)
{
    json_t *array = json_array();

    for (size_t i = 0; i < measurable->span_count; i++)
        if (json_array_append_new(array, unmeasured_object(&measurable->spans[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *measurable_object(const struct cqa_measurable *measurable)
{
    json_t *object = json_object();
    json_t *reasons = json_array();
    int failed = 0;

    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        failed |= json_object_set_new(object, cqa_aspect_words[i],
                                      json_string(cqa_quality_words[measurable->aspect[i]]));
    for (size_t i = 0; i < measurable->reason_count; i++) {
        const struct cqa_reason *reason = &measurable->reasons[i];
        failed |= json_array_append_new(
            reasons, json_pack("{s:o, s:s, s:o}", "id", string_or_null(reason->id), "what",
                               cqa_aspect_words[reason->what], "text", text_object(&reason->text)));
    }
    failed |= json_object_set_new(object, "reasons", reasons);
    if (measurable->conversation.known)
        failed |= json_object_set_new(object, "spans", unmeasured_array(measurable));
    if (measurable->conversation.talked)
        failed |= json_object_set_new(object, "conversation_confidence",
                                      number((double)measurable->conversation.confidence, 2));
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

/* NULL where it is not known: the key is left out. */
static json_t *conversation_array(const struct cqa_conversation *conversation)
{
    if (!conversation->known)
        return NULL;
    if (!conversation->talked)
        return json_null();
    return json_pack("[I, I]", (json_int_t)conversation->start_ms,
                     (json_int_t)conversation->end_ms);
}

static json_t *spans_array(const struct cqa_spans *spans)
{
    json_t *array = json_array();

    for (size_t i = 0; i < spans->count; i++) {
        const struct cqa_span span = spans->items[i];
        if (json_array_append_new(array, json_pack("[I, I]", (json_int_t)span.start_ms,
                                                   (json_int_t)span.end_ms)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *channels_array(const struct cqa_result *result)
{
    json_t *array = json_array();

    for (int i = 0; i < result->channel_count; i++) {
        const struct cqa_channel_result *channel = &result->channels[i];
        json_t *object = json_pack(
            "{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "index", channel->index, "role",
            word_or_null(cqa_role_words[channel->role]), "speech_ms", spans_array(&channel->speech),
            "active_level_dbfs", number(channel->active_level_dbfs, 1), "noise_dbfs",
            number(channel->noise_dbfs, 1), "clipped_ms", whole_or_null(channel->clipped_ms),
            "leak_db", number(channel->leak_db, 1), "leak_delay_ms",
            whole_or_null(channel->leak_delay_ms));
        if (json_array_append_new(array, object) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static int set_word(json_t *object, const char *key, const char *word)
{
    return json_object_set_new(object, key, word_or_null(word));
}

/* What only this type of event has. Non-zero when memory ran out. */
static int set_details(json_t *object, const struct cqa_event *event)
{
    const char *side = cqa_party_words[event->side];

    switch (event->type) {
    case CQA_EVENT_SILENCE:
        return set_word(object, "cause", cqa_event_cause_words[event->cause]);
    case CQA_EVENT_OVERTALK:
        return set_word(object, "by", cqa_party_words[event->by]) |
               set_word(object, "kind", cqa_event_kind_words[event->kind]);
    case CQA_EVENT_HOLD:
        return set_word(object, "kind", cqa_event_kind_words[event->kind]) |
               set_word(object, "side", side) |
               set_word(object, "phase", cqa_event_phase_words[event->phase]) |
               (event->confirmed ? set_word(object, "confirmed_by", "cdr") : 0);
    case CQA_EVENT_DTMF:
        return set_word(object, "side", side) |
               json_object_set_new(object, "digits", json_string(event->digits));
    default:
        return set_word(object, "side", side);
    }
}

static json_t *event_object(const struct cqa_event *event)
{
    json_t *object = json_pack("{s:i, s:s, s:I, s:I}", "id", event->id, "type",
                               cqa_event_type_words[event->type], "start_ms",
                               (json_int_t)event->start_ms, "end_ms", (json_int_t)event->end_ms);

    if (set_details(object, event) == 0 &&
        json_object_set_new(object, "confidence", number((double)event->confidence, 2)) == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *events_array(const struct cqa_events *events)
{
    json_t *array = json_array();

    for (size_t i = 0; i < events->count; i++) {
        if (json_array_append_new(array, event_object(&events->items[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *measures_object(const struct cqa_measures *measures)
{
    json_t *object = json_object();

    for (int i = 0; i < CQA_MEASURE_COUNT; i++) {
        const int places = cqa_measured_places((enum cqa_measure_id)i);
        json_t *value =
            places == 0 ? whole_or_null(measures->value[i]) : number(measures->value[i], places);
        if (json_object_set_new(object, cqa_measure_infos[i].name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *ground_or_null(const struct cqa_deduction *deduction)
{
    if (deduction->ground == NULL)
        return json_null();
    return json_pack("{s:o, s:o}", "id", string_or_null(deduction->ground), "text",
                     text_object(&deduction->ground_text));
}

static json_t *deduction_object(const struct cqa_deduction *deduction)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:n, s:o, s:b, s:o}", "rule",
                     string_or_null(deduction->rule), "points", points(deduction->points), "event",
                     deduction->event > 0 ? json_integer(deduction->event) : json_null(),
                     "start_ms", (json_int_t)deduction->start_ms, "end_ms",
                     (json_int_t)deduction->end_ms, "text", text_object(&deduction->text),
                     "decision", "severity", string_or_null(deduction->severity), "automatic_fail",
                     deduction->automatic_fail, "ground", ground_or_null(deduction));
}

static json_t *score_object(const struct cqa_score *score)
{
    json_t *deductions = json_array();

    for (size_t i = 0; i < score->deduction_count; i++) {
        if (json_array_append_new(deductions, deduction_object(&score->deductions[i])) != 0) {
            json_decref(deductions);
            return NULL;
        }
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:n, s:o, s:o}", "rubric", string_or_null(score->rubric),
                     "rubric_version", string_or_null(score->version), "base", points(score->base),
                     "total", points(score->total), "decided_total", "deductions", deductions,
                     "exception", string_or_null(score->excepted ? score->exception : NULL));
}

static json_t *analyzer_object(const struct cqa_result *result)
{
    json_t *object = json_pack("{s:s, s:o}", "version",
                               result->version[0] != '\0' ? result->version : cqa_program_version(),
                               "models", word_or_null(result->models));

    if (result->rules > 0 &&
        json_object_set_new(object, "rules", json_integer(result->rules)) != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* NULL: left out. */
static json_t *generation_object(const struct cqa_generation *generation)
{
    if (generation->store[0] == '\0')
        return NULL;
    return json_pack("{s:s, s:o*, s:I}", "store", generation->store, "recording",
                     generation->recording > 0 ? json_integer(generation->recording) : NULL,
                     "number", (json_int_t)generation->number);
}

static int add_to_buffer(const char *bytes, size_t size, void *buffer)
{
    return cqa_buffer_add(buffer, bytes, size) == CQA_OK ? 0 : -1;
}

/* Takes `object`. 15 digits give back every decimal we rounded to; jansson writes the point
 * whatever the locale. */
static enum cqa_status dump(json_t *object, struct cqa_buffer *out)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(15);

    if (object == NULL)
        return CQA_E_NOMEM;
    const int failed = json_dump_callback(object, add_to_buffer, out, flags);
    json_decref(object);
    if (!failed)
        return CQA_OK;
    return out->failed ? CQA_E_LIMIT : CQA_E_NOMEM;
}

enum cqa_status cqa_result_to_json(const struct cqa_result *result, struct cqa_buffer *out)
{
    json_t *object = json_pack(
        "{s:s, s:o*, s:o, s:o, s:o, s:o*, s:o, s:o, s:o, s:o, s:o}", "schema", "callqa.result/1",
        "generation", generation_object(&result->generation), "recording", recording_object(result),
        "call", call_object(&result->call), "measurable", measurable_object(&result->measurable),
        "conversation_ms", conversation_array(&result->measurable.conversation), "channels",
        channels_array(result), "events", events_array(&result->events), "measures",
        measures_object(&result->measures), "score",
        result->scored ? score_object(&result->score) : json_null(), "analyzer",
        analyzer_object(result));

    return dump(object, out);
}

/* 0 on success. */
static int move_leg(json_t *leg, const char *path, const char *file_sha256)
{
    (void)json_object_del(leg, "file_sha256");
    return json_object_set_new(leg, "path", string_or_null(path)) != 0 ||
           (file_sha256 != NULL &&
            json_object_set_new(leg, "file_sha256", json_string(file_sha256)) != 0);
}

enum cqa_status cqa_result_json_place(const char *text, size_t length,
                                      const struct cqa_result_place *place, struct cqa_buffer *out)
{
    json_t *object = json_loadb(text, length, 0, NULL);
    json_t *recording = json_object_get(object, "recording");
    json_t *call = json_object_get(object, "call");
    const struct cqa_result holder = {.copies = place->copies, .copy_count = place->copy_count};
    json_t *copies = copies_array(&holder);
    int failed = json_object_set_new(recording, "path", string_or_null(place->path));

    failed |= json_object_set_new(call, "id", string_or_null(place->call_id));
    (void)json_object_del(recording, "copies");
    (void)json_object_del(recording, "part");
    (void)json_object_del(recording, "file_sha256");
    if (place->file_sha256 != NULL)
        failed |= json_object_set_new(recording, "file_sha256", json_string(place->file_sha256));
    if (copies != NULL)
        failed |= json_object_set_new(recording, "copies", copies);
    if (place->part != NULL)
        failed |= json_object_set_new(recording, "part", json_string(place->part));
    for (size_t i = 0; i < CQA_LEGS; i++)
        if (place->leg_path[i] != NULL)
            failed |= move_leg(json_array_get(json_object_get(recording, "legs"), i),
                               place->leg_path[i], place->leg_file_sha256[i]);
    if (!failed)
        return dump(object, out);
    json_decref(object);
    return CQA_E_BADDATA;
}

enum cqa_status cqa_failure_to_json(const char *path, const struct cqa_call *call,
                                    const struct cqa_failure *failure, struct cqa_buffer *out)
{
    json_t *object = json_pack(
        "{s:s, s:{s:o}, s:o, s:o, s:o}", "schema", "callqa.failure/1", "recording", "path",
        string_or_null(path), "call", call != NULL ? call_object(call) : json_null(), "reason",
        string_or_null(failure->reason), "text", string_or_null(cqa_english(&failure->message)));
    json_t *message = cqa_message_to_json(&failure->message);

    if (object != NULL && message != NULL)
        json_object_update(object, message);
    json_decref(message);
    return dump(object, out);
}
