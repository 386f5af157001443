/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/whatif.h"

#include <string.h>
#include "rubric/total.h"

const struct cqa_flag_word *cqa_words_of_call(const struct cqa_flag_word *words, size_t count,
                                              int64_t call, size_t *found)
{
    size_t low = 0;

    for (size_t high = count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (words[middle].call < call)
            low = middle + 1;
        else
            high = middle;
    }
    for (*found = 0; low + *found < count && words[low + *found].call == call;)
        ++*found;
    return *found > 0 ? words + low : NULL;
}

/* What people said of a deduction; NULL: nothing. */
static const struct cqa_flag_word *word_on(const struct cqa_deduction *deduction,
                                           const struct cqa_flag_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!words[i].is_by_hand && words[i].event == deduction->event &&
            strcmp(words[i].rule, deduction->rule) == 0)
            return &words[i];
    return NULL;
}

/* What one rule comes to, people's words counted, within its cap; adds to `sums`. */
static void add_rule(struct cqa_flag_sums *sums, const struct cqa_rule_info *rule,
                     const struct cqa_score *score, const struct cqa_flag_word *words, size_t count)
{
    int64_t standing_c = 0;

    for (size_t i = 0; i < score->deduction_count; i++) {
        const struct cqa_deduction *deduction = &score->deductions[i];
        if (strcmp(deduction->rule, rule->id) != 0)
            continue;
        const struct cqa_flag_word *word = word_on(deduction, words, count);
        sums->computed_c += cqa_points_c(deduction->points);
        sums->fails |= deduction->automatic_fail;
        standing_c += word != NULL ? word->points_c : cqa_points_c(deduction->points);
        sums->fails_still |= word != NULL ? word->fails : deduction->automatic_fail;
    }
    for (size_t i = 0; i < count; i++)
        if (words[i].is_by_hand && strcmp(words[i].rule, rule->id) == 0) {
            standing_c += words[i].points_c;
            sums->fails_still |= words[i].fails;
        }
    sums->standing_c += cqa_cap_points(standing_c, cqa_cap_c(rule->cap));
}

/* The call's total, in hundredths, as the server would count it. */
static int64_t total_of(const struct cqa_rubric *rubric, const struct cqa_score *score,
                        const struct cqa_flag_word *words, size_t count)
{
    const struct cqa_rubric_info info = cqa_rubric_info(rubric);
    struct cqa_flag_sums sums = {
        .limits = {cqa_points_c(info.base), cqa_points_c(info.floor), cqa_cap_c(info.cap)},
        .has_limits = 1,
        .total_c = cqa_points_c(score->total)};

    if (count == 0)
        return sums.total_c;
    for (size_t i = 0; i < cqa_rubric_rule_count(rubric); i++) {
        const struct cqa_rule_info rule = cqa_rubric_rule(rubric, i);
        add_rule(&sums, &rule, score, words, count);
    }
    return cqa_decided_total(&sums);
}

static void count_flag(struct cqa_whatif_row *row, const struct cqa_deduction *deduction,
                       const struct cqa_flag_word *words, size_t count)
{
    const struct cqa_flag_word *word = word_on(deduction, words, count);
    const enum cqa_flag_state state = word != NULL ? word->state : CQA_FLAG_OPEN;

    row->flags++;
    row->costing += deduction->points > 0;
    /* What costs nothing and nobody decided on is a note: it waits for nobody. */
    row->reviewed[state] +=
        state != CQA_FLAG_OPEN || deduction->points > 0 || deduction->automatic_fail;
}

enum cqa_status cqa_whatif_add(struct cqa_whatif_row *rows, size_t count, const char *rule,
                               const struct cqa_rubric_input *input,
                               const struct cqa_flag_word *words, size_t word_count,
                               struct cqa_error *error)
{
    struct cqa_rubric_input points = *input;
    int64_t first_c = 0;

    points.wordless = 1;
    for (size_t i = 0; i < count; i++) {
        struct cqa_whatif_row *row = &rows[i];
        struct cqa_arena arena = {0};
        struct cqa_score score;
        if (cqa_rubric_apply(row->rubric, &points, &arena, &score) != CQA_OK) {
            cqa_arena_finish(&arena);
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
        }
        for (size_t j = 0; j < score.deduction_count; j++)
            if (strcmp(score.deductions[j].rule, rule) == 0)
                count_flag(row, &score.deductions[j], words, word_count);
        const int64_t total_c = total_of(row->rubric, &score, words, word_count);
        if (i == 0)
            first_c = total_c;
        row->calls_changed += total_c != first_c;
        row->total_sum_c += total_c;
        cqa_arena_finish(&arena);
    }
    return CQA_OK;
}
