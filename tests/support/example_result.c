/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/example_result.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_speech(struct cqa_channel_result *channel, const int64_t (*spans)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const enum cqa_status status = cqa_spans_add(&channel->speech, spans[i][0], spans[i][1]);
        assert(status == CQA_OK);
    }
}

static void fill_recording(struct cqa_result *result)
{
    result->path = "/rec/in-8001-13800138000-20251120-101502-1763604902.17.wav";
    result->recording = (struct cqa_audio_facts){.bytes = 1206760,
                                                 .container = "WAV",
                                                 .encoding = "ULAW",
                                                 .rate_hz = 8000,
                                                 .channels = 2,
                                                 .duration_ms = 75417};
    memset(result->recording.sha256, 'a', 64);
    result->call = (struct cqa_call){.id = "1763604902.17",
                                     .agent = "8001",
                                     .customer = "13800138000",
                                     .direction = "in",
                                     .started_at = "2025-11-20T10:15:02+08:00",
                                     .source = "freepbx"};
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        result->measures.value[i] = NAN;
    result->measures.value[CQA_MEASURE_DURATION] = 75417;
    snprintf(result->models, sizeof result->models, "sha256:0123456789abcdef");
}

static void fill_channels(struct cqa_result *result)
{
    static const int64_t agent[][2] = {{812, 3370}, {4010, 9125}, {25310, 30000}, {61500, 70000}};
    static const int64_t customer[][2] = {{9600, 12040}, {24100, 27990}, {65000, 65600}};
    struct cqa_channel_result *channels = result->channels;

    result->channel_count = 2;
    channels[0] = (struct cqa_channel_result){.role = CQA_ROLE_AGENT,
                                              .active_level_dbfs = -23.9,
                                              .noise_dbfs = -62,
                                              .leak_db = NAN,
                                              .leak_delay_ms = NAN};
    channels[1] = (struct cqa_channel_result){.index = 1,
                                              .role = CQA_ROLE_CUSTOMER,
                                              .active_level_dbfs = -27.1,
                                              .noise_dbfs = -51.3,
                                              .leak_db = -24.5,
                                              .leak_delay_ms = 40};
    add_speech(&channels[0], agent, 4);
    add_speech(&channels[1], customer, 3);
}

static void fill_events(struct cqa_result *result)
{
    const struct cqa_event events[] = {
        {.type = CQA_EVENT_SILENCE,
         .start_ms = 12040,
         .end_ms = 24100,
         .cause = CQA_CAUSE_UNEXPLAINED,
         .confidence = 0.98F},
        {.type = CQA_EVENT_OVERTALK,
         .start_ms = 25310,
         .end_ms = 27990,
         .kind = CQA_KIND_INTERRUPTION,
         .by = CQA_PARTY_AGENT,
         .confidence = 0.93F},
        {.type = CQA_EVENT_HOLD,
         .start_ms = 30100,
         .end_ms = 61240,
         .kind = CQA_KIND_MUSIC,
         .side = CQA_PARTY_AGENT,
         .phase = CQA_PHASE_TALK,
         .confidence = 0.99F},
        {.type = CQA_EVENT_OVERTALK,
         .start_ms = 65000,
         .end_ms = 65600,
         .kind = CQA_KIND_BACKCHANNEL,
         .by = CQA_PARTY_CUSTOMER,
         .confidence = 0.9F},
        {.type = CQA_EVENT_DTMF,
         .start_ms = 72000,
         .end_ms = 73500,
         .side = CQA_PARTY_CUSTOMER,
         .confidence = 1,
         .digits = "****"},
    };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        const int added = cqa_events_add(&result->events, &events[i]);
        assert(added);
    }
    cqa_events_number(&result->events);
}

static void fill_measures(struct cqa_result *result)
{
    double *value = result->measures.value;

    value[CQA_MEASURE_TALK_AGENT] = 20863;
    value[CQA_MEASURE_TALK_CUSTOMER] = 6930;
    value[CQA_MEASURE_TALK_UNION] = 24513;
    value[CQA_MEASURE_TALK_SHARE_TALK] = 0.75;
    value[CQA_MEASURE_SILENCE_COUNT] = 1;
    value[CQA_MEASURE_SILENCE_TOTAL] = 12060;
    value[CQA_MEASURE_SILENCE_LONGEST] = 12060;
    value[CQA_MEASURE_OVERTALK_COUNT] = 2;
    value[CQA_MEASURE_OVERTALK_TOTAL] = 3280;
    value[CQA_MEASURE_INTERRUPTIONS_AGENT] = 1;
    value[CQA_MEASURE_INTERRUPTIONS_CUSTOMER] = 0;
    value[CQA_MEASURE_BACKCHANNELS_AGENT] = 0;
    value[CQA_MEASURE_BACKCHANNELS_CUSTOMER] = 1;
    value[CQA_MEASURE_HOLD_COUNT] = 1;
    value[CQA_MEASURE_HOLD_TOTAL] = 31140;
    value[CQA_MEASURE_HOLD_LONGEST] = 31140;
    value[CQA_MEASURE_GREETING_DELAY] = 812;
    value[CQA_MEASURE_LEVEL_AGENT] = -23.9;
    value[CQA_MEASURE_LEVEL_CUSTOMER] = -27.1;
}

static void fill_score(struct cqa_result *result)
{
    static struct cqa_deduction deductions[] = {
        {.rule = "dead-air",
         .severity = "minor",
         .points = 2,
         .event = 1,
         .start_ms = 12040,
         .end_ms = 24100,
         .text = {"Nobody spoke for 12.1 s.", "双方无人说话，持续12.1秒。"}},
        {.rule = "interruption",
         .severity = "minor",
         .points = 0.5,
         .event = 2,
         .start_ms = 25310,
         .end_ms = 27990,
         .text = {"The agent talked over the customer for 2.7 s.", "坐席抢话2.7秒。"}},
        {.rule = "hold",
         .severity = "note",
         .event = 3,
         .start_ms = 30100,
         .end_ms = 61240,
         .text = {"On hold for 31.1 s.", "保持31.1秒。"}},
    };

    result->scored = 1;
    result->score = (struct cqa_score){.rubric = "standard",
                                       .version = "1",
                                       .base = 100,
                                       .total = 97.5,
                                       .deductions = deductions,
                                       .deduction_count = 3};
    result->measurable.aspect[CQA_ASPECT_LEVEL] = CQA_QUALITY_DEGRADED;
    result->measurable.reasons[0] = (struct cqa_reason){
        "noisy", CQA_ASPECT_LEVEL, {"The customer's line is noisy.", "客户线路噪声较大。"}};
    result->measurable.reason_count = 1;
}

void example_result(struct cqa_result *result)
{
    *result = (struct cqa_result){0};
    fill_recording(result);
    fill_channels(result);
    fill_events(result);
    fill_measures(result);
    fill_score(result);
}

void example_mono_result(struct cqa_result *result)
{
    static const int64_t speech[][2] = {{812, 3370}, {4010, 9125}};

    *result = (struct cqa_result){0};
    fill_recording(result);
    result->recording.layout = CQA_LAYOUT_MONO;
    result->recording.channels = 1;
    result->channel_count = 1;
    result->channels[0] = (struct cqa_channel_result){.role = CQA_ROLE_MIXED,
                                                      .active_level_dbfs = NAN,
                                                      .noise_dbfs = NAN,
                                                      .leak_db = NAN,
                                                      .leak_delay_ms = NAN};
    add_speech(&result->channels[0], speech, 2);
    result->measures.value[CQA_MEASURE_TALK_UNION] = 7673;
    result->measurable.aspect[CQA_ASPECT_OVERTALK] = CQA_QUALITY_NOT_MEASURABLE;
    result->measurable.reasons[0] = (struct cqa_reason){
        "mono", CQA_ASPECT_OVERTALK, {"Both parties are on one channel.", "双方在同一声道。"}};
    result->measurable.reason_count = 1;
}

static void add_bounded_events(struct cqa_result *result)
{
    static const struct cqa_event events[] = {
        {.type = CQA_EVENT_SILENCE,
         .start_ms = 12040,
         .end_ms = 24100,
         .cause = CQA_CAUSE_UNEXPLAINED,
         .confidence = 0.98F},
        {.type = CQA_EVENT_NOT_RECORDED, .start_ms = 26000, .end_ms = 44000, .confidence = 0.97F},
        {.type = CQA_EVENT_SILENCE,
         .start_ms = 56000,
         .end_ms = 67000,
         .cause = CQA_CAUSE_PARKED,
         .confidence = 0.8F},
        {.type = CQA_EVENT_SILENCE,
         .start_ms = 69000,
         .end_ms = 75400,
         .cause = CQA_CAUSE_FINAL,
         .confidence = 0.99F},
    };

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        const int added = cqa_events_add(&result->events, &events[i]);
        assert(added);
    }
    cqa_events_number(&result->events);
}

static void add_bounds(struct cqa_measurable *measurable)
{
    static const struct cqa_unmeasured spans[] = {
        {CQA_ASPECT_SPEECH, CQA_QUALITY_NOT_MEASURABLE, 26000, 44000, "not_recorded", 0.97F},
        {CQA_ASPECT_SILENCE, CQA_QUALITY_NOT_MEASURABLE, 26000, 44000, "not_recorded", 0.97F},
        {CQA_ASPECT_HOLD, CQA_QUALITY_NOT_MEASURABLE, 26000, 44000, "not_recorded", 0.97F},
        {CQA_ASPECT_OVERTALK, CQA_QUALITY_DEGRADED, 46000, 54000, "noise", 0.7F},
    };
    static const enum cqa_ground_reason reasons[] = {CQA_GROUND_NOT_RECORDED, CQA_GROUND_NOISE};
    static const enum cqa_aspect aspects[] = {CQA_ASPECT_SILENCE, CQA_ASPECT_OVERTALK};

    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        const enum cqa_status status = cqa_measurable_add(measurable, &spans[i]);
        assert(status == CQA_OK);
    }
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        measurable->reasons[measurable->reason_count++] = (struct cqa_reason){
            cqa_ground_ids[reasons[i]], aspects[i], cqa_ground_texts[reasons[i]]};
    measurable->conversation = (struct cqa_conversation){
        .known = 1, .talked = 1, .start_ms = 5000, .end_ms = 68000, .confidence = 0.9F};
}

static void add_bounded_score(struct cqa_result *result)
{
    static struct cqa_deduction deductions[] = {
        {.rule = "dead-air",
         .severity = "minor",
         .points = 2,
         .event = 1,
         .start_ms = 12040,
         .end_ms = 24100,
         .text = {"Nobody spoke for 12.1 s.", "双方无人说话，持续12.1秒。"}},
        {.rule = "dead-air",
         .severity = "note",
         .event = 3,
         .start_ms = 56000,
         .end_ms = 67000,
         .text = {"Nobody spoke for 11.0 s.", "双方无人说话，持续11.0秒。"}},
        {.rule = "dead-air",
         .severity = "note",
         .event = 4,
         .start_ms = 69000,
         .end_ms = 75400,
         .text = {"Nobody spoke for 6.4 s.", "双方无人说话，持续6.4秒。"}},
    };
    static const enum cqa_ground_reason grounds[] = {CQA_GROUND_COUNT, CQA_GROUND_PARKED,
                                                     CQA_GROUND_AFTER};

    for (size_t i = 1; i < sizeof grounds / sizeof grounds[0]; i++) {
        deductions[i].ground = cqa_ground_ids[grounds[i]];
        deductions[i].ground_text = cqa_ground_texts[grounds[i]];
    }
    result->scored = 1;
    result->score = (struct cqa_score){.rubric = "standard",
                                       .version = "1",
                                       .base = 100,
                                       .total = 98,
                                       .deductions = deductions,
                                       .deduction_count = 3};
}

void example_bounded_result(struct cqa_result *result)
{
    *result = (struct cqa_result){.rules = CQA_RESULT_RULES};
    fill_recording(result);
    fill_channels(result);
    add_bounded_events(result);
    fill_measures(result);
    add_bounds(&result->measurable);
    add_bounded_score(result);
}

void example_unknown_roles(struct cqa_result *result)
{
    static const enum cqa_ground_reason reason = CQA_GROUND_ROLES_UNKNOWN;

    *result = (struct cqa_result){.rules = CQA_RESULT_RULES};
    fill_recording(result);
    fill_channels(result);
    result->channels[0].role = CQA_ROLE_UNKNOWN;
    result->channels[1].role = CQA_ROLE_UNKNOWN;
    result->measures.value[CQA_MEASURE_TALK_UNION] = 24513;
    result->measurable.aspect[CQA_ASPECT_SPEECH] = CQA_QUALITY_DEGRADED;
    result->measurable.reasons[0] =
        (struct cqa_reason){cqa_ground_ids[reason], CQA_ASPECT_SPEECH, cqa_ground_texts[reason]};
    result->measurable.reason_count = 1;
    result->measurable.conversation = (struct cqa_conversation){
        .known = 1, .talked = 1, .start_ms = 0, .end_ms = 75417, .confidence = 0.9F};
}
