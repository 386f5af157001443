/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/changes.h"

#include <string.h>

const char *const cqa_change_words[CQA_CHANGE_KIND_COUNT + 1] = {"gone", "noted", "less",
                                                                 "more", "new",   NULL};

static const struct cqa_text NOT_FOUND = {"the analyzer finds nothing to charge here any more",
                                          "新版分析在此未发现可扣分的情况"};
static const struct cqa_text OTHER_RUBRIC = {"the rubric of now does not charge this",
                                             "现行评分标准在此不扣分"};

static int costs(const struct cqa_deduction *deduction)
{
    return deduction->points > 0 || deduction->automatic_fail;
}

static int64_t overlap_ms(int64_t start_ms, int64_t end_ms, int64_t other_start_ms,
                          int64_t other_end_ms)
{
    const int64_t start = start_ms > other_start_ms ? start_ms : other_start_ms;
    const int64_t end = end_ms < other_end_ms ? end_ms : other_end_ms;

    return end > start ? end - start : 0;
}

/* How well two deductions of a rule agree; 0: they are two. */
static int64_t agreement(const struct cqa_deduction *a, const struct cqa_deduction *b)
{
    if (strcmp(a->rule, b->rule) != 0)
        return 0;
    if (a->event == 0 && b->event == 0)
        return 1;
    return overlap_ms(a->start_ms, a->end_ms, b->start_ms, b->end_ms);
}

/* The deduction of `score` that `one` is, of those not taken yet; what costs before what does not.
 * -1: none. */
static int64_t find_same(const struct cqa_score *score, const struct cqa_deduction *one,
                         const unsigned char *taken)
{
    int64_t best = -1;
    int64_t most = 0;

    for (size_t i = 0; i < score->deduction_count; i++) {
        const struct cqa_deduction *other = &score->deductions[i];
        const int64_t length = taken[i] ? 0 : agreement(one, other);
        const int is_better = best < 0 || costs(other) > costs(&score->deductions[best]) ||
                              (costs(other) == costs(&score->deductions[best]) && length > most);
        if (length > 0 && is_better) {
            best = (int64_t)i;
            most = length;
        }
    }
    return best;
}

static const struct cqa_event *event_of(const struct cqa_result *result, int id)
{
    for (size_t i = 0; id != 0 && i < result->events.count; i++)
        if (result->events.items[i].id == id)
            return &result->events.items[i];
    return NULL;
}

/* What the new analysis holds of the seconds of the old event. */
static struct cqa_ground ground_now(const struct cqa_result *after, const struct cqa_event *event)
{
    const int64_t length_ms = event->end_ms - event->start_ms;
    struct cqa_ground ground = cqa_ground_of_event(&after->measurable, event, 0);

    for (size_t i = 0; ground.bears && i < after->events.count; i++) {
        const struct cqa_event *now = &after->events.items[i];
        if (now->type == event->type &&
            2 * overlap_ms(now->start_ms, now->end_ms, event->start_ms, event->end_ms) > length_ms)
            ground = cqa_ground_of_event(&after->measurable, now, 0);
    }
    return ground;
}

static int is_other_rubric(const struct cqa_score *before, const struct cqa_score *after)
{
    return strcmp(before->rubric, after->rubric) != 0 ||
           strcmp(before->version, after->version) != 0;
}

/* Why a deduction is not there any more: what takes the ground away, or else who looked anew. */
static void say_gone(const struct cqa_result *before, const struct cqa_result *after,
                     const struct cqa_deduction *was, struct cqa_change *change)
{
    const struct cqa_event *event = event_of(before, was->event);
    const struct cqa_ground ground =
        event == NULL ? cqa_ground_of_measure(&after->measurable, CQA_MEASURE_COUNT)
                      : ground_now(after, event);

    if (after->rules > 0 && !ground.bears && ground.text.en != NULL) {
        change->ground = ground.reason;
        change->reason = ground.text;
    } else {
        change->reason = is_other_rubric(&before->score, &after->score) ? OTHER_RUBRIC : NOT_FOUND;
    }
}

static void compare(const struct cqa_result *before, const struct cqa_result *after,
                    const struct cqa_deduction *was, const struct cqa_deduction *is,
                    struct cqa_change *change)
{
    *change = (struct cqa_change){.kind = CQA_CHANGE_GONE,
                                  .rule = was->rule,
                                  .points_before = was->points,
                                  .start_ms = was->start_ms,
                                  .end_ms = was->end_ms};
    if (is == NULL) {
        say_gone(before, after, was, change);
        return;
    }
    change->points_after = is->points;
    if (!costs(is)) {
        change->kind = CQA_CHANGE_NOTED;
        change->ground = is->ground;
        change->reason =
            is->ground != NULL && is->ground_text.en != NULL ? is->ground_text : is->text;
        return;
    }
    change->kind = is->points < was->points || (was->automatic_fail && !is->automatic_fail)
                       ? CQA_CHANGE_LESS
                       : CQA_CHANGE_MORE;
    change->reason = is->text;
}

static int is_equal(const struct cqa_deduction *was, const struct cqa_deduction *is)
{
    /* Totals are hundredths: what differs by less is the same. */
    const double apart = was->points - is->points;

    return apart > -0.005 && apart < 0.005 && !was->automatic_fail == !is->automatic_fail;
}

enum cqa_status cqa_changes_find(const struct cqa_result *before, const struct cqa_result *after,
                                 struct cqa_arena *arena, struct cqa_change **out, size_t *count,
                                 struct cqa_error *error)
{
    const struct cqa_score nothing = {0};
    const struct cqa_score *old = before->scored ? &before->score : &nothing;
    const struct cqa_score *new = after->scored ? &after->score : &nothing;
    const size_t most = old->deduction_count + new->deduction_count;
    struct cqa_change *changes = cqa_arena_alloc(arena, (most + 1) * sizeof *changes);
    unsigned char *taken = cqa_arena_alloc(arena, new->deduction_count + 1);

    *count = 0;
    *out = changes;
    if (changes == NULL || taken == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    memset(taken, 0, new->deduction_count + 1);
    for (size_t i = 0; i < old->deduction_count; i++) {
        const struct cqa_deduction *was = &old->deductions[i];
        const int64_t same = costs(was) ? find_same(new, was, taken) : -1;
        const struct cqa_deduction *is = same < 0 ? NULL : &new->deductions[same];
        if (is != NULL)
            taken[same] = 1;
        if (costs(was) && (is == NULL || !is_equal(was, is)))
            compare(before, after, was, is, &changes[(*count)++]);
    }
    for (size_t i = 0; i < new->deduction_count; i++)
        if (!taken[i] && costs(&new->deductions[i]))
            changes[(*count)++] = (struct cqa_change){.kind = CQA_CHANGE_NEW,
                                                      .rule = new->deductions[i].rule,
                                                      .points_after = new->deductions[i].points,
                                                      .start_ms = new->deductions[i].start_ms,
                                                      .end_ms = new->deductions[i].end_ms,
                                                      .reason = new->deductions[i].text};
    return CQA_OK;
}
