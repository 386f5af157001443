/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the store to the server, and what it said back into the store. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include "base/log.h"
#include "pipeline/parts.h"

enum {
    IDLE_LOOK_MS = 60000,   /* another process may have left something to send */
    NEXT_IN_LINE_MS = 1000, /* behind the circuit's wait, so that another item is tried next: one
                             * that breaks the server does not hold up all */
};
static const size_t REQUEST_BYTES_MAX = (size_t)16 << 20;

static uint64_t random_bits(const struct cqa_pipeline *pipeline)
{
    uint64_t bits = 0;

    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits)
        bits = (uint64_t)cqa_pipeline_now_ms(pipeline) * UINT64_C(6364136223846793005);
    return bits;
}

/* --- the answer --- */

/* Ids of what is still to be written of one verdict. */
static size_t pick(const struct cqa_pipeline *pipeline, enum cqa_verdict verdict, int64_t *ids)
{
    size_t count = 0;

    for (size_t i = 0; i < pipeline->reply.count; i++)
        if (!pipeline->judged[i].written && pipeline->judged[i].verdict == verdict)
            ids[count++] = pipeline->judged[i].id;
    return count;
}

static void mark_written(struct cqa_pipeline *pipeline, enum cqa_verdict verdict)
{
    for (size_t i = 0; i < pipeline->reply.count; i++)
        if (pipeline->judged[i].verdict == verdict)
            pipeline->judged[i].written = 1;
}

static int write_delivered(struct cqa_pipeline *pipeline)
{
    int64_t ids[CQA_BATCH_MAX];
    const size_t count = pick(pipeline, CQA_DELIVERED, ids);
    struct cqa_error error = {0};

    if (count == 0)
        return 1;
    const enum cqa_status status =
        cqa_deliveries_acked(pipeline->store, ids, count, cqa_pipeline_wall_ms(pipeline), &error);
    if (!cqa_pipeline_took(pipeline, status, &error, CQA_N("a receipt")))
        return 0;
    mark_written(pipeline, CQA_DELIVERED);
    pipeline->counts.delivered += count;
    return 1;
}

static int write_refused(struct cqa_pipeline *pipeline)
{
    struct cqa_error error = {0};

    for (size_t i = 0; i < pipeline->reply.count; i++) {
        const struct cqa_receipt *receipt = &pipeline->reply.receipts[i];
        if (pipeline->judged[i].written || pipeline->judged[i].verdict != CQA_NEVER)
            continue;
        const enum cqa_status status =
            cqa_deliveries_quarantine(pipeline->store, receipt->id, receipt->http_status,
                                      receipt->text, cqa_pipeline_wall_ms(pipeline), &error);
        if (!cqa_pipeline_took(pipeline, status, &error, CQA_N("a refusal")))
            return 0;
        pipeline->judged[i].written = 1;
        pipeline->counts.refused++;
        cqa_log(CQA_LOG_ERROR, "the server will never take delivery %" PRId64 ": %s; it is kept",
                receipt->id, receipt->text);
    }
    return 1;
}

static int write_delayed(struct cqa_pipeline *pipeline)
{
    int64_t ids[CQA_BATCH_MAX];
    const size_t count = pick(pipeline, CQA_LATER, ids);
    const int64_t wait_ms =
        cqa_circuit_wait_ms(&pipeline->circuit, cqa_pipeline_now_ms(pipeline)) + NEXT_IN_LINE_MS;
    /* Where a person must act the circuit alone waits: once it is mended, everything goes at once.
     */
    const int64_t at_ms =
        cqa_pipeline_wall_ms(pipeline) + (pipeline->reply.verdict == CQA_LATER ? wait_ms : 0);
    struct cqa_error error = {0};

    if (count == 0)
        return 1;
    const enum cqa_status status =
        cqa_deliveries_retry(pipeline->store, ids, count, at_ms, pipeline->reply.http_status,
                             pipeline->reply.text, &error);
    if (!cqa_pipeline_took(pipeline, status, &error, CQA_N("a delay")))
        return 0;
    mark_written(pipeline, CQA_LATER);
    return 1;
}

static void say_how_it_went(struct cqa_pipeline *pipeline, const struct cqa_circuit *before)
{
    const struct cqa_circuit *now = &pipeline->circuit;

    pipeline->counts.halted = now->open;
    if (now->failures == 0 && !now->open) {
        if (before->failures > 0 || before->open)
            cqa_log(CQA_LOG_NOTICE, "the server takes results again");
        pipeline->trouble.format = NULL;
        return;
    }
    if (pipeline->reply.text[0] != '\0')
        cqa_message_set(&pipeline->trouble, "server: %s", pipeline->reply.text);
    else
        cqa_message_set(&pipeline->trouble, "server: refuses item after item");
    if (now->open && !before->open)
        cqa_log(CQA_LOG_ERROR, "%p; a person must act, trying once a minute", &pipeline->trouble);
    else if (before->failures == 0)
        cqa_log(CQA_LOG_WARNING, "%p; results are kept and sent later", &pipeline->trouble);
}

/* Judges the reply once; writing it may take several attempts. */
static void judge(struct cqa_pipeline *pipeline)
{
    const struct cqa_circuit before = pipeline->circuit;

    for (size_t i = 0; i < pipeline->reply.count; i++) {
        const struct cqa_receipt *receipt = &pipeline->reply.receipts[i];
        const enum cqa_verdict verdict = cqa_circuit_item(&pipeline->circuit, receipt->verdict);
        pipeline->judged[i] = (struct cqa_judged){
            .id = receipt->id,
            .verdict = verdict == CQA_HALTED ? CQA_LATER : verdict, /* the item may go again */
        };
    }
    cqa_circuit_reply(&pipeline->circuit, &pipeline->reply, cqa_pipeline_now_ms(pipeline),
                      random_bits(pipeline));
    say_how_it_went(pipeline, &before);
    pipeline->replied = 1;
}

/* --- the next request --- */

/* How many of the claimed fit one request; at least one. */
static size_t fitting(const struct cqa_delivery *rows, size_t count)
{
    size_t bytes = 0;
    size_t fit = 0;

    while (fit < count && (fit == 0 || bytes + rows[fit].body_length <= REQUEST_BYTES_MAX))
        bytes += rows[fit++].body_length;
    return fit;
}

static void send_rows(struct cqa_pipeline *pipeline, const struct cqa_delivery *rows, size_t count,
                      struct cqa_arena *arena)
{
    struct cqa_parcel *parcels = cqa_arena_alloc(arena, count * sizeof *parcels);
    int64_t *surplus = cqa_arena_alloc(arena, count * sizeof *surplus);
    const size_t fit = fitting(rows, count);
    struct cqa_error error = {0};
    enum cqa_status status = CQA_E_NOMEM;

    if (parcels != NULL && surplus != NULL) {
        for (size_t i = 0; i < fit; i++)
            parcels[i] = (struct cqa_parcel){.id = rows[i].id,
                                             .key = rows[i].key,
                                             .body = rows[i].body,
                                             .length = rows[i].body_length};
        status = cqa_post_send(pipeline->post, parcels, fit, &error);
    }
    if (status != CQA_OK) {
        status = cqa_deliveries_release(pipeline->store, &error);
    } else if (fit < count) {
        for (size_t i = fit; i < count; i++)
            surplus[i - fit] = rows[i].id;
        status = cqa_deliveries_retry(pipeline->store, surplus, count - fit,
                                      cqa_pipeline_wall_ms(pipeline), 0, NULL, &error);
    }
    (void)cqa_pipeline_took(pipeline, status, &error, CQA_N("a delivery"));
}

static void send_next(struct cqa_pipeline *pipeline)
{
    const size_t limit = cqa_circuit_batch(&pipeline->circuit, (size_t)pipeline->config->batch);
    const int64_t now_ms = cqa_pipeline_wall_ms(pipeline);
    struct cqa_arena arena = {0};
    struct cqa_delivery *rows = cqa_arena_alloc(&arena, limit * sizeof *rows);
    struct cqa_error error = {0};
    int64_t next_ms = 0;
    size_t count = 0;

    if (rows == NULL)
        return;
    enum cqa_status status =
        cqa_deliveries_claim(pipeline->store, limit, now_ms, &arena, rows, &count, &error);
    if (status == CQA_OK && count == 0)
        status = cqa_deliveries_next(pipeline->store, now_ms, &next_ms, &error);
    if (cqa_pipeline_took(pipeline, status, &error, CQA_N("a delivery")) && status == CQA_OK) {
        const int64_t idle_ms =
            next_ms > now_ms && next_ms - now_ms < IDLE_LOOK_MS ? next_ms - now_ms : IDLE_LOOK_MS;
        if (count > 0)
            send_rows(pipeline, rows, count, &arena);
        else
            pipeline->send_at_ms = cqa_pipeline_now_ms(pipeline) + idle_ms;
    }
    cqa_arena_finish(&arena);
}

void cqa_deliver_step(struct cqa_pipeline *pipeline)
{
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);

    if (pipeline->post == NULL)
        return;
    if (!pipeline->replied && cqa_post_take(pipeline->post, 0, &pipeline->reply))
        judge(pipeline);
    if (pipeline->pause_until_ms > now_ms)
        return;
    if (pipeline->replied) {
        if (!write_delivered(pipeline) || !write_refused(pipeline) || !write_delayed(pipeline))
            return;
        pipeline->replied = 0;
        pipeline->send_at_ms = now_ms;
    }
    if (!cqa_post_busy(pipeline->post) && !pipeline->winding_down &&
        pipeline->send_at_ms <= now_ms && cqa_circuit_wait_ms(&pipeline->circuit, now_ms) == 0)
        send_next(pipeline);
}
