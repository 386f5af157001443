/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "appraisal/json.h"
#include "appraisal/sheet_parts.h"

/* What to work on: the rules that took most points in the period, and where to hear it. */

enum { RULES_SHOWN = 3, CALLS_SHOWN = 3 };

/* One flag of one call that still costs points. */
struct cost {
    const struct cqa_scored_call *call;
    const struct cqa_flag *flag;
};

struct rule_cost {
    const char *rule;
    const struct cost *first; /* of `count`, dearest first */
    size_t count;
    struct cqa_rational points;
};

static size_t collect(const struct cqa_sheet *sheet, struct cost *costs)
{
    size_t count = 0;

    for (size_t i = 0; i < sheet->call_count; i++)
        for (size_t k = 0; k < sheet->calls[i]->flag_count; k++) {
            const struct cqa_flag *flag = &sheet->calls[i]->flags[k];
            if (sheet->calls[i]->left_out == NULL && cqa_rational_sign(flag->points) > 0) {
                if (costs != NULL)
                    costs[count] = (struct cost){sheet->calls[i], flag};
                count++;
            }
        }
    return count;
}

/* By rule; then by points, dearest first; then as the calls came. */
static int by_rule(const void *left, const void *right)
{
    const struct cost *a = left;
    const struct cost *b = right;
    const int rules = strcmp(a->flag->rule, b->flag->rule);
    const int points = cqa_rational_compare(b->flag->points, a->flag->points);

    if (rules != 0 || points != 0)
        return rules != 0 ? rules : points;
    if (a->call != b->call)
        return a->call < b->call ? -1 : 1;
    return a->flag < b->flag ? -1 : a->flag > b->flag;
}

/* The dearest rules so far stay in order; equal ones as their names go. */
static void rank(struct rule_cost top[RULES_SHOWN], const struct rule_cost *rule)
{
    size_t at = RULES_SHOWN;

    while (at > 0 &&
           (top[at - 1].count == 0 || cqa_rational_compare(top[at - 1].points, rule->points) < 0))
        at--;
    if (at == RULES_SHOWN)
        return;
    memmove(&top[at + 1], &top[at], (RULES_SHOWN - 1 - at) * sizeof *top);
    top[at] = *rule;
}

static void find_top(const struct cost *costs, size_t count, struct rule_cost top[RULES_SHOWN])
{
    for (size_t i = 0; i < count;) {
        struct rule_cost rule = {costs[i].flag->rule, &costs[i], 0, cqa_rational_whole(0)};
        for (; i < count && strcmp(costs[i].flag->rule, rule.rule) == 0; i++) {
            rule.points = cqa_rational_add(rule.points, costs[i].flag->points);
            rule.count++;
        }
        if (cqa_rational_valid(rule.points))
            rank(top, &rule);
    }
}

/* Each call once, by its dearest flag. */
static void put_calls(const struct rule_cost *rule, struct cqa_buffer *out)
{
    size_t shown = 0;

    for (size_t i = 0; i < rule->count && shown < CALLS_SHOWN; i++) {
        const struct cost *cost = &rule->first[i];
        int before = 0;
        for (size_t k = 0; k < i; k++)
            before |= rule->first[k].call == cost->call;
        if (before)
            continue;
        cqa_json_put(out, shown++ ? ",{\"call\":" : "{\"call\":");
        cqa_json_text(out, cost->call->id);
        cqa_buffer_print(out, ",\"number\":%lld,\"start_ms\":%lld,\"end_ms\":%lld",
                         (long long)cost->call->number, (long long)cost->flag->start_ms,
                         (long long)cost->flag->end_ms);
        cqa_json_value(out, "points", cost->flag->points);
        cqa_json_put(out, "}");
    }
}

void cqa_sheet_put_costs(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    struct rule_cost top[RULES_SHOWN] = {0};
    const size_t count = collect(sheet, NULL);
    struct cost *costs = malloc((count + 1) * sizeof *costs);

    if (costs == NULL) {
        out->failed = 1;
        return;
    }
    collect(sheet, costs);
    qsort(costs, count, sizeof *costs, by_rule);
    find_top(costs, count, top);
    cqa_json_put(out, "[");
    for (size_t i = 0; i < RULES_SHOWN && top[i].count > 0; i++) {
        cqa_json_put(out, i ? ",{\"rule\":" : "{\"rule\":");
        cqa_json_text(out, top[i].rule);
        cqa_json_value(out, "points", top[i].points);
        cqa_buffer_print(out, ",\"flags\":%zu,\"calls\":[", top[i].count);
        put_calls(&top[i], out);
        cqa_json_put(out, "]}");
    }
    cqa_json_put(out, "]");
    free(costs);
}
