/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/put/plan.h"

#include <string.h>
#include "scores/put/settled.h"

/* ---- which of the rows the flags of the new revision are */

struct match {
    const struct cqa_put_row *rows;
    size_t count;
    const struct cqa_item *item;
    unsigned char *taken; /* of each row */
    size_t *chosen;       /* of each flag */
};

static int was_said(const struct cqa_put_row *row)
{
    return row->state != CQA_FLAG_OPEN || row->is_objected;
}

static int is_same(const struct cqa_put_row *row, const struct cqa_item_flag *flag)
{
    return strcmp(row->rule, flag->rule) == 0 && row->start_ms == flag->start_ms &&
           row->end_ms == flag->end_ms && row->points_c == flag->points_c &&
           row->automatic_fail == flag->automatic_fail;
}

static int64_t overlap_ms(const struct cqa_put_row *row, const struct cqa_item_flag *flag)
{
    const int64_t end_ms = row->end_ms < flag->end_ms ? row->end_ms : flag->end_ms;

    return end_ms - (row->start_ms > flag->start_ms ? row->start_ms : flag->start_ms);
}

/*
 * What a person decided, or objected to, stands when the flag has moved: the same rule over seconds
 * that overlap, where both cost points or both are notes; what was given back stays so whichever it
 * is (decision 0094).
 */
static int is_moved(const struct cqa_put_row *row, const struct cqa_item_flag *flag)
{
    const int costs = flag->points_c > 0 || flag->automatic_fail;
    const int did_cost = row->points_c > 0 || row->automatic_fail;

    return was_said(row) && strcmp(row->rule, flag->rule) == 0 &&
           (did_cost == costs || row->state == CQA_FLAG_OVERTURNED) &&
           (overlap_ms(row, flag) > 0 || (row->event == 0 && flag->event == 0));
}

/* Rows that are the very same first, so that none of them goes to a neighbour; but one of long ago
 * that nobody said anything of only where nothing that was decided since lies in its place. */
enum round { ROUND_SAME, ROUND_MOVED, ROUND_OLD, ROUND_COUNT };

static int fits(const struct cqa_put_row *row, const struct cqa_item_flag *flag, enum round round)
{
    switch (round) {
    case ROUND_SAME:
        return is_same(row, flag) && (row->is_current || was_said(row));
    case ROUND_MOVED:
        return is_moved(row, flag);
    default:
        return is_same(row, flag);
    }
}

/* Of two that fit; `first` has the smaller number. */
static int is_better(const struct cqa_put_row *second, const struct cqa_put_row *first,
                     const struct cqa_item_flag *flag, enum round round)
{
    if (round == ROUND_OLD)
        return 0;
    if (second->is_current != first->is_current)
        return second->is_current;
    return round == ROUND_SAME ? second->state > first->state
                               : overlap_ms(second, flag) >= overlap_ms(first, flag);
}

static size_t choose(const struct match *it, const struct cqa_item_flag *flag, enum round round)
{
    size_t best = CQA_PUT_NO_ROW;

    for (size_t i = 0; i < it->count; i++) {
        const struct cqa_put_row *row = &it->rows[i];
        if (row->is_by_hand || it->taken[i] || !fits(row, flag, round))
            continue;
        if (best == CQA_PUT_NO_ROW || is_better(row, &it->rows[best], flag, round))
            best = i;
    }
    return best;
}

static void match_all(const struct match *it)
{
    for (size_t i = 0; i < it->item->flag_count; i++)
        it->chosen[i] = CQA_PUT_NO_ROW;
    for (int round = 0; round < ROUND_COUNT; round++)
        for (size_t i = 0; i < it->item->flag_count; i++) {
            if (it->chosen[i] != CQA_PUT_NO_ROW)
                continue;
            it->chosen[i] = choose(it, &it->item->flags[i], (enum round)round);
            if (it->chosen[i] != CQA_PUT_NO_ROW)
                it->taken[it->chosen[i]] = 1;
        }
}

/* ---- the flags before and after */

static int fails_still(const struct cqa_put_row *row)
{
    return row->automatic_fail && row->state != CQA_FLAG_OVERTURNED &&
           !(row->state == CQA_FLAG_CHANGED && row->has_decided && row->decided_c == 0);
}

static int64_t stands_of(const struct cqa_put_row *row)
{
    return row->has_decided ? row->decided_c : row->points_c;
}

static struct cqa_put_flag settled_of(const struct cqa_put_row *row)
{
    const int costs = stands_of(row) > 0 || fails_still(row);
    const int is_confirmed = row->state == CQA_FLAG_CONFIRMED || row->state == CQA_FLAG_CHANGED;

    return (struct cqa_put_flag){.id = row->id,
                                 .rule = row->rule,
                                 .start_ms = row->start_ms,
                                 .end_ms = row->end_ms,
                                 .is_whole = row->event == 0,
                                 .is_settled = was_said(row),
                                 .must_stay = costs && (is_confirmed || row->waits),
                                 .costs = costs};
}

/* The row as it is once it is the flag: it is current, and what people said of it stands. A flag
 * without one gets a number that no row has. */
static struct cqa_put_row row_of(const struct match *it, size_t at)
{
    const struct cqa_item_flag *flag = &it->item->flags[at];
    const size_t chosen = it->chosen[at];
    struct cqa_put_row row = {.id = -1 - (int64_t)at};

    if (chosen != CQA_PUT_NO_ROW)
        row = it->rows[chosen];
    row.rule = flag->rule;
    row.start_ms = flag->start_ms;
    row.end_ms = flag->end_ms;
    row.event = flag->event;
    row.points_c = flag->points_c;
    row.automatic_fail = flag->automatic_fail;
    row.is_current = 1;
    return row;
}

static int64_t cap_of(const struct cqa_put_limits *limits, const char *rule)
{
    for (size_t i = 0; i < limits->rule_count; i++)
        if (strcmp(limits->rules[i], rule) == 0)
            return limits->rule_caps_c[i];
    return CQA_NO_CAP;
}

static struct cqa_counted_flag counted_of(const struct cqa_put_row *row,
                                          const struct cqa_put_limits *limits)
{
    return (struct cqa_counted_flag){.rule = row->rule,
                                     .cap_c = cap_of(limits, row->rule),
                                     .points_c = row->points_c,
                                     .stands_c = stands_of(row),
                                     .fails = row->automatic_fail,
                                     .fails_still = fails_still(row),
                                     .is_by_hand = row->is_by_hand,
                                     .is_decided = row->state != CQA_FLAG_OPEN || row->is_by_hand};
}

/* What the call counts with the flags; as its columns have it once they are written. */
static void total(const struct cqa_item *item, const struct cqa_put_limits *limits,
                  const struct cqa_counted_flag *flags, size_t count, struct cqa_put_plan *out)
{
    struct cqa_flag_sums sums = {
        .limits = {item->base_c ? *item->base_c : 0, limits->floor_c, limits->cap_c},
        .has_limits = limits->is_known,
        .total_c = item->total_c ? *item->total_c : 0};
    int has_decision = 0;

    cqa_sum_flags(flags, count, &sums);
    for (size_t i = 0; i < count; i++)
        has_decision |= flags[i].is_decided;
    out->is_scored = item->total_c != NULL;
    out->after_c = has_decision ? cqa_decided_total(&sums) : sums.total_c;
}

/* ---- all of it */

struct lists {
    struct cqa_put_flag *before, *after;
    struct cqa_counted_flag *counted;
    int64_t *stands_c;
};

static int make_room(const struct match *it, struct lists *lists, struct cqa_arena *arena)
{
    const size_t flags = it->item->flag_count + 1;

    lists->before = cqa_arena_alloc(arena, (it->count + 1) * sizeof *lists->before);
    lists->after = cqa_arena_alloc(arena, flags * sizeof *lists->after);
    lists->counted = cqa_arena_alloc(arena, (it->count + flags) * sizeof *lists->counted);
    lists->stands_c = cqa_arena_alloc(arena, flags * sizeof *lists->stands_c);
    return it->taken != NULL && it->chosen != NULL && lists->before != NULL &&
           lists->after != NULL && lists->counted != NULL && lists->stands_c != NULL;
}

static void fill(const struct match *it, const struct cqa_put_limits *limits, struct lists *lists,
                 struct cqa_put_plan *out)
{
    size_t before = 0;
    size_t counted = 0;

    for (size_t i = 0; i < it->count; i++)
        if (it->rows[i].is_current && it->rows[i].is_by_hand)
            lists->counted[counted++] = counted_of(&it->rows[i], limits);
        else if (it->rows[i].is_current)
            lists->before[before++] = settled_of(&it->rows[i]);
    for (size_t i = 0; i < it->item->flag_count; i++) {
        const struct cqa_put_row row = row_of(it, i);
        lists->after[i] = settled_of(&row);
        lists->stands_c[i] = stands_of(&row);
        lists->counted[counted++] = counted_of(&row, limits);
    }
    out->unsettled = cqa_put_unsettled(lists->before, before, lists->after, it->item->flag_count);
    total(it->item, limits, lists->counted, counted, out);
}

enum cqa_status cqa_put_plan_make(const struct cqa_put_row *rows, size_t count,
                                  const struct cqa_item *item, const struct cqa_put_limits *limits,
                                  struct cqa_arena *arena, struct cqa_put_plan *out,
                                  struct cqa_error *error)
{
    struct lists lists;
    const struct match it = {.rows = rows,
                             .count = count,
                             .item = item,
                             .taken = cqa_arena_alloc(arena, count + 1),
                             .chosen =
                                 cqa_arena_alloc(arena, (item->flag_count + 1) * sizeof(size_t))};

    if (!make_room(&it, &lists, arena))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    match_all(&it);
    fill(&it, limits, &lists, out);
    out->rows = it.chosen;
    out->stands_c = lists.stands_c;
    return CQA_OK;
}
