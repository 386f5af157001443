/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/units.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* 3天 are not 3次: words of one kind stand for one another, those of two never do. */
enum kind { MONEY, PERCENT, SECONDS, TIMES, DAYS, PEOPLE, CALLS, ORDERS, POINTS, SPEED, OTHER };

/* What people write, of which kind, and how much of the kind's own unit it is. A word of two kinds
 * stands first under the one that it is as a scheme's unit. */
static const struct {
    const char *word;
    enum kind kind;
    int factor;
} units[] = {
    {"CNY", MONEY, 1},       {"元", MONEY, 1},
    {"人民币", MONEY, 1},    {"rmb", MONEY, 1},
    {"yuan", MONEY, 1},      {"¥", MONEY, 1},
    {"千元", MONEY, 1000},   {"万元", MONEY, 10000},
    {"%", PERCENT, 1},       {"百分比", PERCENT, 1},
    {"百分值", PERCENT, 1},  {"percent", PERCENT, 1},
    {"小数", PERCENT, 100},  {"fraction", PERCENT, 100},
    {"分", POINTS, 1},       {"百分制", POINTS, 1},
    {"points", POINTS, 1},   {"s", SECONDS, 1},
    {"秒", SECONDS, 1},      {"秒钟", SECONDS, 1},
    {"sec", SECONDS, 1},     {"分钟", SECONDS, 60},
    {"分", SECONDS, 60},     {"min", SECONDS, 60},
    {"小时", SECONDS, 3600}, {"时", SECONDS, 3600},
    {"h", SECONDS, 3600},    {"times", TIMES, 1},
    {"次", TIMES, 1},        {"起", TIMES, 1},
    {"例", TIMES, 1},        {"days", DAYS, 1},
    {"天", DAYS, 1},         {"日", DAYS, 1},
    {"people", PEOPLE, 1},   {"人", PEOPLE, 1},
    {"名", PEOPLE, 1},       {"calls", CALLS, 1},
    {"通", CALLS, 1},        {"个", CALLS, 1},
    {"orders", ORDERS, 1},   {"单", ORDERS, 1},
    {"笔", ORDERS, 1},       {"件", ORDERS, 1},
    {"个", ORDERS, 1},       {"characters/min", SPEED, 1},
    {"字/分", SPEED, 1},     {"字/分钟", SPEED, 1},
    {"个/分", SPEED, 1},     {"个/分钟", SPEED, 1},
};

/* Words of no kind of their own, for money and for what is counted. */
static const struct {
    const char *word;
    int factor;
} multiples[] = {{"万", 10000}, {"千", 1000}};

const char *const cqa_shares_words[] = {NULL, "percent", "fraction"};

enum { UNIT_COUNT = sizeof units / sizeof *units };

/* The scheme's unit in the table; UNIT_COUNT: it is not there. A bare number is one of points. */
static size_t unit_of(const struct cqa_indicator *indicator)
{
    const char *unit = indicator->unit == NULL ? "points" : indicator->unit;
    size_t i = 0;

    while (i < UNIT_COUNT && strcasecmp(units[i].word, unit) != 0)
        i++;
    return i;
}

static int is_multiple(enum kind kind, const char *word, struct cqa_rational *factor)
{
    for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++)
        if (kind != PERCENT && kind != SECONDS && strcmp(multiples[i].word, word) == 0) {
            *factor = cqa_rational_whole(multiples[i].factor);
            return 1;
        }
    return 0;
}

int cqa_unit_factor(const struct cqa_indicator *indicator, const char *word,
                    struct cqa_rational *factor)
{
    const size_t own = unit_of(indicator);
    const enum kind kind = own == UNIT_COUNT ? OTHER : units[own].kind;

    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (units[i].kind != kind || strcasecmp(units[i].word, word) != 0)
            continue;
        *factor = cqa_rational_divide(cqa_rational_whole(units[i].factor),
                                      cqa_rational_whole(units[own].factor));
        return 1;
    }
    if (is_multiple(kind, word, factor))
        return 1;
    *factor = cqa_rational_whole(1);
    return indicator->unit != NULL && strcasecmp(indicator->unit, word) == 0;
}

int cqa_unit_is_points(const struct cqa_indicator *indicator)
{
    const size_t own = unit_of(indicator);

    return own < UNIT_COUNT && units[own].kind == POINTS;
}

const char *cqa_unit_of_scheme(const char *unit)
{
    size_t own = 0;

    while (own < UNIT_COUNT && strcasecmp(units[own].word, unit) != 0)
        own++;
    if (own == UNIT_COUNT || units[own].kind > PERCENT)
        return unit;
    if (units[own].factor != 1)
        return NULL;
    return units[own].kind == MONEY ? "CNY" : "%";
}

void cqa_unit_words(const struct cqa_indicator *indicator, char *out, size_t size)
{
    const size_t own = unit_of(indicator);
    size_t used = 0;

    snprintf(out, size, "%s", indicator->unit ? indicator->unit : "");
    for (size_t i = 0, count = 0; own < UNIT_COUNT && i < UNIT_COUNT && used < size; i++)
        if (units[i].kind == units[own].kind)
            used += (size_t)snprintf(out + used, size - used, "%s%s", count++ ? ", " : "",
                                     units[i].word);
}

enum cqa_shares cqa_unit_shares(const char *word)
{
    static const char *const percent[] = {"百分值", "percent"};
    static const char *const fraction[] = {"小数", "fraction"};

    for (int i = 0; i < 2; i++) {
        if (strcasecmp(word, percent[i]) == 0)
            return CQA_SHARES_PERCENT;
        if (strcasecmp(word, fraction[i]) == 0)
            return CQA_SHARES_FRACTION;
    }
    return CQA_SHARES_UNSAID;
}

/* "…(元)": the brackets, of either kind. */
static int split_brackets(const char *heading, size_t *base, char word[CQA_UNIT_SIZE])
{
    static const char *const pairs[][2] = {{"(", ")"}, {"[", "]"}, {"【", "】"}};
    const size_t length = strlen(heading);

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const size_t close = strlen(pairs[i][1]);
        const char *open = NULL;
        if (length <= close || strcmp(heading + length - close, pairs[i][1]) != 0)
            continue;
        for (const char *at = heading; (at = strstr(at, pairs[i][0])) != NULL; at++)
            open = at;
        if (open == NULL || open == heading)
            continue;
        const char *within = open + strlen(pairs[i][0]);
        size_t count = (size_t)(heading + length - close - within);
        for (; count > 0 && *within == ' '; within++)
            count--;
        while (count > 0 && within[count - 1] == ' ')
            count--;
        if (count == 0 || count >= CQA_UNIT_SIZE)
            continue;
        memcpy(word, within, count);
        word[count] = '\0';
        *base = (size_t)(open - heading);
        return 1;
    }
    return 0;
}

int cqa_unit_split(const char *heading, size_t *base, char word[CQA_UNIT_SIZE])
{
    const size_t length = strlen(heading);

    if (split_brackets(heading, base, word))
        return 1;
    if (length < 2 || heading[length - 1] != '%')
        return 0;
    snprintf(word, CQA_UNIT_SIZE, "%%");
    *base = length - 1;
    return 1;
}
