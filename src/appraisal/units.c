/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/units.h"

#include <string.h>
#include <strings.h>

enum kind { MONEY, PERCENT, SECONDS, COUNT, ANY, KIND_COUNT };

/* What people write, of which kind, and how much of the indicator's unit it is. */
static const struct {
    const char *word;
    enum kind kind;
    int factor;
} units[] = {
    {"元", MONEY, 1},     {"人民币", MONEY, 1},    {"rmb", MONEY, 1},     {"cny", MONEY, 1},
    {"yuan", MONEY, 1},   {"¥", MONEY, 1},         {"千元", MONEY, 1000}, {"万元", MONEY, 10000},
    {"%", PERCENT, 1},    {"百分比", PERCENT, 1},  {"秒", SECONDS, 1},    {"秒钟", SECONDS, 1},
    {"s", SECONDS, 1},    {"sec", SECONDS, 1},     {"分钟", SECONDS, 60}, {"分", SECONDS, 60},
    {"min", SECONDS, 60}, {"小时", SECONDS, 3600}, {"时", SECONDS, 3600}, {"h", SECONDS, 3600},
    {"次", COUNT, 1},     {"人", COUNT, 1},        {"人次", COUNT, 1},    {"天", COUNT, 1},
    {"日", COUNT, 1},     {"单", COUNT, 1},        {"个", COUNT, 1},      {"通", COUNT, 1},
    {"件", COUNT, 1},     {"笔", COUNT, 1},        {"条", COUNT, 1},      {"份", COUNT, 1},
    {"起", COUNT, 1},     {"例", COUNT, 1},        {"字/分", COUNT, 1},   {"字/分钟", COUNT, 1},
    {"分", COUNT, 1},     {"百分制", COUNT, 1},    {"times", COUNT, 1},   {"days", COUNT, 1},
    {"calls", COUNT, 1},  {"people", COUNT, 1},    {"orders", COUNT, 1},  {"points", COUNT, 1},
    {"万", ANY, 10000},   {"千", ANY, 1000},
};

static enum kind kind_of(const struct cqa_indicator *indicator)
{
    const char *unit = indicator->unit == NULL ? "" : indicator->unit;

    return strcmp(unit, "CNY") == 0 ? MONEY
           : strcmp(unit, "%") == 0 ? PERCENT
           : strcmp(unit, "s") == 0 ? SECONDS
                                    : COUNT;
}

int cqa_unit_factor(const struct cqa_indicator *indicator, const char *word,
                    struct cqa_rational *factor)
{
    const enum kind kind = kind_of(indicator);

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const int fits =
            units[i].kind == kind || (units[i].kind == ANY && kind != PERCENT && kind != SECONDS);
        if (!fits || strcasecmp(units[i].word, word) != 0)
            continue;
        *factor = cqa_rational_whole(units[i].factor);
        return 1;
    }
    *factor = cqa_rational_whole(1);
    return indicator->unit != NULL && strcasecmp(indicator->unit, word) == 0;
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
    strcpy(word, "%");
    *base = length - 1;
    return 1;
}
