/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/outline.h"

#include <math.h>
#include <string.h>
#include <unistd.h>
#include "analysis/answer.h"
#include "analysis/roles.h"
#include "audio/audio.h"

enum { BLOCK_PAIRS = 4096, TIMEOUT_MS = 10 * 60 * 1000, COUNT_MAX = 1 << 20 };
static const int64_t MEMORY_BYTES = INT64_C(1) << 30;

static const struct cqa_frame_rule RULES[] = {
    CQA_FRAME_RULES_COMMON,
    {CQA_FRAME_PEAKS, 2 * 2 * sizeof(float), 2 * 2 * sizeof(float) * COUNT_MAX},
    {CQA_FRAME_FAILURE, 3, CQA_FAILURE_BYTES_MAX},
};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

/* --- the child's side --- */

static void widen(struct cqa_peaks *peaks, size_t piece, const float *pair)
{
    for (int channel = 0; channel < 2; channel++) {
        peaks->low[piece][channel] = fminf(peaks->low[piece][channel], pair[channel]);
        peaks->high[piece][channel] = fmaxf(peaks->high[piece][channel], pair[channel]);
    }
}

static enum cqa_status decode(const struct cqa_frame_named *files, const struct cqa_legs *legs,
                              int64_t duration_ms, struct cqa_peaks *peaks,
                              struct cqa_failure *failure)
{
    const double pieces_per_pair =
        (double)peaks->count * 1000 / ((double)duration_ms * CQA_AUDIO_RATE_HZ);
    float pairs[BLOCK_PAIRS * 2];
    struct cqa_audio *audio = NULL;
    int64_t at = 0;
    ptrdiff_t got;

    if (cqa_audio_open_legs(&audio, files->open.fd, files->name, legs, failure) != CQA_OK)
        return CQA_E_BADDATA;
    while ((got = cqa_audio_read(audio, pairs, BLOCK_PAIRS, failure)) > 0) {
        for (ptrdiff_t i = 0; i < got; i++, at++) {
            const size_t piece = (size_t)((double)at * pieces_per_pair);
            widen(peaks, piece < peaks->count ? piece : peaks->count - 1, pairs + 2 * i);
        }
    }
    cqa_audio_close(audio);
    return got < 0 ? CQA_E_BADDATA : CQA_OK;
}

/* What was allocated goes with the process. */
void cqa_outline_live(void *context)
{
    static char body[sizeof(struct cqa_outline_order) + CQA_FRAME_NAMES_MAX];
    struct cqa_outline_order order;
    struct cqa_frame_named files;
    struct cqa_failure failure = {0};
    struct cqa_frame_head head;
    struct cqa_peaks peaks;

    (void)context;
    cqa_frame_take_files(&head, body, sizeof body, &files.open);
    cqa_frame_find_names(&files, &head, body, sizeof order);
    memcpy(&order, body, sizeof order);
    if (!cqa_legs_are_sound(&order.legs) ||
        (files.open.count == CQA_LEGS) != (order.legs.joined != 0))
        _exit(1);
    if (cqa_peaks_init(&peaks, order.count) != CQA_OK)
        cqa_failure_set(&failure, CQA_FAILURE_INTERNAL, "out of memory");
    else if (decode(&files, &order.legs, order.duration_ms, &peaks, &failure) != CQA_OK &&
             failure.reason[0] == '\0')
        cqa_failure_set(&failure, CQA_FAILURE_DECODE, "the decoder gave up");
    if (failure.reason[0] != '\0') {
        cqa_role_say_failure(&failure);
        return;
    }
    const struct iovec parts[] = {{peaks.low, peaks.count * sizeof *peaks.low},
                                  {peaks.high, peaks.count * sizeof *peaks.high}};
    cqa_frame_say_parts(CQA_FRAME_PEAKS, parts, 2);
}

/* --- the parent's side --- */

/* What the child sends is checked like any other input: numbers that are none become 0. */
static void clean(struct cqa_peaks *peaks)
{
    for (size_t i = 0; i < peaks->count; i++) {
        for (int channel = 0; channel < 2; channel++) {
            float *low = &peaks->low[i][channel];
            float *high = &peaks->high[i][channel];
            *low = *low >= -1 && *low <= 0 ? *low : *low < -1 ? -1 : 0;
            *high = *high <= 1 && *high >= 0 ? *high : *high > 1 ? 1 : 0;
        }
    }
}

static enum cqa_status read_answer(const struct cqa_frame *frame, struct cqa_peaks *peaks,
                                   struct cqa_failure *failure)
{
    const size_t half = peaks->count * sizeof *peaks->low;

    if (frame->kind == CQA_FRAME_FAILURE && cqa_answer_failure(frame->body, frame->length, failure))
        return CQA_E_BADDATA;
    if (frame->kind != CQA_FRAME_PEAKS || frame->length != 2 * half)
        return cqa_failure_set(failure, CQA_FAILURE_CRASHED,
                               "the decoder's process answered "
                               "nonsense");
    memcpy(peaks->low, frame->body, half);
    memcpy(peaks->high, frame->body + half, half);
    clean(peaks);
    return CQA_OK;
}

static enum cqa_status take(struct cqa_child *child, struct cqa_peaks *peaks,
                            struct cqa_failure *failure)
{
    struct cqa_frame frame;
    const enum cqa_frame_state state = cqa_child_answer(child, TIMEOUT_MS, &frame);

    if (state == CQA_FRAME_WHOLE)
        return read_answer(&frame, peaks, failure);
    return state == CQA_FRAME_PARTIAL
               ? cqa_failure_set(failure, CQA_FAILURE_TIMED_OUT,
                                 "the decoder took more than 10 minutes")
               : cqa_failure_set(failure, CQA_FAILURE_CRASHED, "the decoder's process died");
}

static enum cqa_status run_in(struct cqa_children *children, const int fd[CQA_LEGS],
                              const char *const name[CQA_LEGS],
                              const struct cqa_outline_order *order, struct cqa_peaks *peaks,
                              struct cqa_failure *failure)
{
    const struct cqa_child_order wanted = {CQA_ROLE_OUTLINE, MEMORY_BYTES, TIMEOUT_MS / 1000};
    const int joined = order->legs.joined;
    const struct cqa_frame_files files = {joined ? CQA_LEGS : 1, {fd[0], joined ? fd[1] : -1}};
    struct iovec parts[CQA_FRAME_ORDER_PARTS];
    struct cqa_child child;
    struct cqa_error error = {0};

    const size_t part_count =
        cqa_frame_named_parts(order, sizeof *order, name[0], joined ? name[1] : NULL, parts);
    if (cqa_child_start(children, &wanted, RULES, RULE_COUNT, &child, &error) != CQA_OK)
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "cannot start the decoder: %p",
                               &error.message);
    const enum cqa_status status =
        cqa_frame_order_files(child.socket, CQA_FRAME_DRAW, parts, part_count, &files)
            ? take(&child, peaks, failure)
            : cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "cannot hand over the recording");
    cqa_child_dismiss(children, &child);
    return status;
}

static enum cqa_status run(const struct cqa_engine *engine, const int fd[CQA_LEGS],
                           const char *const name[CQA_LEGS], const struct cqa_outline_order *order,
                           struct cqa_peaks *peaks, struct cqa_failure *failure)
{
    const enum cqa_status status =
        run_in(cqa_engine_children(engine), fd, name, order, peaks, failure);
    struct cqa_children *more = status != CQA_OK && strcmp(failure->reason, CQA_FAILURE_CODEC) == 0
                                    ? cqa_engine_more(engine)
                                    : NULL;

    if (more == NULL)
        return status;
    *failure = (struct cqa_failure){0};
    return run_in(more, fd, name, order, peaks, failure);
}

enum cqa_status cqa_outline_read(const struct cqa_engine *engine, const int fd[CQA_LEGS],
                                 const char *const name[CQA_LEGS], const struct cqa_legs *legs,
                                 int64_t duration_ms, size_t count, struct cqa_peaks *peaks,
                                 struct cqa_failure *failure)
{
    const struct cqa_outline_order order = {duration_ms, count, *legs};

    if (duration_ms <= 0 || count == 0 || count > COUNT_MAX) {
        *peaks = (struct cqa_peaks){0};
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "nothing to draw");
    }
    if (cqa_peaks_init(peaks, count) != CQA_OK)
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
    const enum cqa_status status = run(engine, fd, name, &order, peaks, failure);
    if (status != CQA_OK)
        cqa_peaks_finish(peaks);
    return status;
}
