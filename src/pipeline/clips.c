/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/clips.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLAG_MS_MAX = 50000,     /* of one flag: its beginning shows what it is */
    MUTE_MORE_MS = 100,      /* on both sides of keyed digits: what leaves the house is cut wider */
    BODY_BYTES_MAX = 7 << 20 /* servers take 8 MiB an object unless configured otherwise */
};

static int is_private(const struct cqa_clips_config *config, const char *queue)
{
    /* Where some queues are private, a call of which nobody knows the queue may be of one. */
    if (config->private_count > 0 && queue == NULL)
        return 1;
    for (size_t i = 0; i < config->private_count; i++)
        if (strcmp(config->private_queues[i], queue) == 0)
            return 1;
    return 0;
}

static int by_start(const void *left, const void *right)
{
    const struct cqa_span *a = left;
    const struct cqa_span *b = right;

    return (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
}

/* Whether the policy wants the flag heard later. One that fails the call is severe whatever its
 * rule says. */
static int is_wanted(const struct cqa_clips_config *config, const struct cqa_deduction *flag)
{
    int severity = 0;

    while (severity + 1 < CQA_SEVERITY_COUNT &&
           strcmp(cqa_severity_words[severity], flag->severity) != 0)
        severity++;
    if (severity < config->severity_least && !flag->automatic_fail)
        return 0;
    for (size_t i = 0; i < config->rule_count; i++)
        if (strcmp(config->rules[i], flag->rule) == 0)
            return 1;
    return config->rule_count == 0;
}

static struct cqa_span around(const struct cqa_clips_config *config,
                              const struct cqa_deduction *flag, int64_t duration_ms)
{
    int64_t end_ms = flag->end_ms;

    if (end_ms - flag->start_ms > FLAG_MS_MAX)
        end_ms = flag->start_ms + FLAG_MS_MAX;
    const struct cqa_span span = {flag->start_ms - config->around_ms, end_ms + config->around_ms};
    return (struct cqa_span){span.start_ms > 0 ? span.start_ms : 0,
                             span.end_ms < duration_ms ? span.end_ms : duration_ms};
}

/* Adds to the spans, which come by their start; joined with the last where they touch. */
static void add_span(struct cqa_clip_order *order, struct cqa_span span)
{
    struct cqa_span *last = order->span_count > 0 ? &order->spans[order->span_count - 1] : NULL;

    if (span.end_ms <= span.start_ms)
        return;
    if (last != NULL && span.start_ms <= last->end_ms)
        last->end_ms = span.end_ms > last->end_ms ? span.end_ms : last->end_ms;
    else if (order->span_count < CQA_CLIPS_MAX)
        order->spans[order->span_count++] = span;
}

/* Keyed digits may be card numbers. 0: there are more than fit. */
static int plan_mutes(const struct cqa_result *result, struct cqa_clip_order *order)
{
    for (size_t i = 0; i < result->events.count; i++) {
        const struct cqa_event *event = &result->events.items[i];
        if (event->type != CQA_EVENT_DTMF)
            continue;
        if (order->mute_count == CQA_CLIP_MUTES_MAX)
            return 0;
        order->mutes[order->mute_count++] =
            (struct cqa_span){event->start_ms - MUTE_MORE_MS, event->end_ms + MUTE_MORE_MS};
    }
    qsort(order->mutes, order->mute_count, sizeof order->mutes[0], by_start);
    return 1;
}

int cqa_clips_plan(const struct cqa_clips_config *config, const struct cqa_result *result,
                   struct cqa_clip_order *order)
{
    const struct cqa_score *score = &result->score;
    struct cqa_span *spans;
    size_t count = 0;

    if (!config->sends || !result->scored || is_private(config, result->call.queue))
        return 0;
    *order = (struct cqa_clip_order){.channels = result->recording.channels,
                                     .bytes_max = (uint32_t)config->bytes_max,
                                     .legs = cqa_audio_legs(&result->recording)};
    spans = calloc(score->deduction_count + 1, sizeof *spans);
    if (spans == NULL || !plan_mutes(result, order)) {
        free(spans);
        return 0;
    }
    for (size_t i = 0; i < score->deduction_count; i++)
        if (is_wanted(config, &score->deductions[i]))
            spans[count++] = around(config, &score->deductions[i], result->recording.duration_ms);
    qsort(spans, count, sizeof *spans, by_start);
    for (size_t i = 0; i < count; i++)
        add_span(order, spans[i]);
    free(spans);
    return order->span_count > 0;
}

static int was_ordered(const struct cqa_clip_order *order, struct cqa_span span)
{
    for (size_t i = 0; i < order->span_count; i++)
        if (order->spans[i].start_ms == span.start_ms && order->spans[i].end_ms == span.end_ms)
            return 1;
    return 0;
}

static enum cqa_status write_clip(const struct cqa_clip *clip, struct cqa_buffer *body,
                                  struct cqa_error *error)
{
    const size_t size = sodium_base64_encoded_len(clip->length, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);

    if (text == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    sodium_bin2base64(text, size, (const unsigned char *)clip->bytes, clip->length,
                      sodium_base64_VARIANT_ORIGINAL);
    cqa_buffer_print(body, "{\"start_ms\":%" PRId64 ",\"end_ms\":%" PRId64 ",\"ogg_opus\":\"",
                     clip->span.start_ms, clip->span.end_ms);
    cqa_buffer_add(body, text, size - 1);
    cqa_buffer_print(body, "\"}");
    free(text);
    return CQA_OK;
}

enum cqa_status cqa_clips_attach(const struct cqa_buffer *json, const struct cqa_clip_order *order,
                                 const struct cqa_buffer *clips, struct cqa_buffer *body,
                                 struct cqa_error *error)
{
    struct cqa_clip clip;
    size_t at = 0;
    size_t count = 0;

    body->limit = BODY_BYTES_MAX;
    cqa_buffer_add(body, json->text, json->length - 1); /* without the brace that ends it */
    cqa_buffer_print(body, ",\"clips\":[");
    for (; cqa_clips_next(clips->text, clips->length, &at, &clip) > 0; count++) {
        if (count == CQA_CLIPS_MAX || !was_ordered(order, clip.span))
            return cqa_fail(error, CQA_E_BADDATA, "a worker cut other clips than it was told to");
        if (count > 0)
            cqa_buffer_print(body, ",");
        const enum cqa_status status = write_clip(&clip, body, error);
        if (status != CQA_OK)
            return status;
    }
    cqa_buffer_print(body, "]}");
    return body->failed
               ? cqa_fail(error, CQA_E_LIMIT, "result and clips are over %d bytes", BODY_BYTES_MAX)
               : CQA_OK;
}
