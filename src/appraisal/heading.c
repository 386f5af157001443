/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/heading.h"

#include <string.h>
#include <strings.h>
#include "appraisal/spelling.h"
#include "appraisal/units.h"

enum { HEADING_BYTES = 256, WORDS = 12 };

const char *const cqa_column_words[CQA_HEADING_WORDS + 1] = {
    "agent", "indicator", "value", "count", "rater", "post", "period", "name", NULL};

static const char *const words[CQA_HEADING_WORDS][WORDS] = {
    [CQA_HEADING_AGENT] = {"agent", "subject", "坐席", "座席", "工号", "员工", "单位", "员工号",
                           "员工工号", "员工编号", NULL},
    [CQA_HEADING_INDICATOR] = {"indicator", "指标", NULL},
    [CQA_HEADING_VALUE] = {"value", "值", "数值", "得分", NULL},
    [CQA_HEADING_COUNT] = {"count", "数量", "次数", "份数", NULL},
    [CQA_HEADING_RATER] = {"rater", "评分人", "评价人", NULL},
    [CQA_HEADING_POST] = {"post", "岗位", NULL},
    [CQA_HEADING_PERIOD] = {"period", "周期", "月份", "考核月份", NULL},
    [CQA_HEADING_NAME] = {"name", "姓名", "员工姓名", "坐席姓名", "座席姓名", NULL},
};

/* Beside the figures in many a table, and never one of them. */
static const char *const left_out[] = {
    "序号",    "备注", "说明",  "签名",      "签字", "本人签字", "no.",        "remark",
    "remarks", "note", "notes", "signature", /* whose team somebody is in says the roster */
    "班组",    "组别", "小组",  "部门",      "team", "group",    "department", NULL};

static int is_among(const char *const *list, const char *text)
{
    for (; *list != NULL; list++)
        if (strcasecmp(*list, text) == 0)
            return 1;
    return 0;
}

static int says(const char *name, const char *folded)
{
    char other[HEADING_BYTES];

    cqa_spell_fold(name, other, sizeof other);
    return other[0] != '\0' && strcmp(other, folded) == 0;
}

/* By id or name, however spaced; CQA_NOWHERE too where two indicators might be meant. */
static int find_indicator(const struct cqa_scheme *scheme, const char *text)
{
    const int exact = cqa_scheme_indicator(scheme, text);
    int found = CQA_NOWHERE;
    char folded[HEADING_BYTES];

    if (exact != CQA_NOWHERE || strlen(text) >= sizeof folded)
        return exact;
    cqa_spell_fold(text, folded, sizeof folded);
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_indicator *indicator = &scheme->indicators[i];
        if (!says(indicator->id, folded) && !says(indicator->names.zh, folded) &&
            !says(indicator->names.en, folded))
            continue;
        if (found != CQA_NOWHERE)
            return CQA_NOWHERE;
        found = (int)i;
    }
    return found;
}

static struct cqa_heading of_indicator(int indicator, struct cqa_rational factor)
{
    return (struct cqa_heading){CQA_HEADING_VALUES, indicator, factor, CQA_SHARES_UNSAID};
}

/* The same with the unit that stands behind it. */
static struct cqa_heading of_indicator_in(int indicator, struct cqa_rational factor,
                                          const char *unit)
{
    return (struct cqa_heading){CQA_HEADING_VALUES, indicator, factor, cqa_unit_shares(unit)};
}

static struct cqa_heading of_column(enum cqa_column column)
{
    return (struct cqa_heading){column, CQA_NOWHERE, cqa_rational_whole(1), CQA_SHARES_UNSAID};
}

/* A line end within a heading, which a cell that is too narrow has, is no part of it. */
static void fold_lines(char *text)
{
    size_t used = 0;

    for (size_t i = 0; text[i] != '\0'; i++)
        if (text[i] != '\n' && text[i] != '\r')
            text[used++] = text[i];
    text[used] = '\0';
}

static enum cqa_column find_column(const char *text)
{
    for (int column = 0; column < CQA_HEADING_WORDS; column++)
        if (is_among(words[column], text))
            return (enum cqa_column)column;
    return is_among(left_out, text) ? CQA_HEADING_LEFT_OUT : CQA_HEADING_UNKNOWN;
}

/* A unit that the indicator cannot have is a question, not a heading. */
static struct cqa_heading read_split(const struct cqa_scheme *scheme, char *plain)
{
    char unit[CQA_UNIT_SIZE];
    size_t base;
    struct cqa_rational factor;

    if (!cqa_unit_split(plain, &base, unit))
        return of_column(CQA_HEADING_UNKNOWN);
    while (base > 0 && plain[base - 1] == ' ')
        base--;
    plain[base] = '\0';
    const int indicator = find_indicator(scheme, plain);
    if (indicator != CQA_NOWHERE && cqa_unit_factor(&scheme->indicators[indicator], unit, &factor))
        return of_indicator_in(indicator, factor, unit);
    return of_column(indicator == CQA_NOWHERE ? find_column(plain) : CQA_HEADING_UNKNOWN);
}

struct cqa_heading cqa_heading_read(const struct cqa_scheme *scheme, const char *text)
{
    char plain[HEADING_BYTES];

    if (strlen(text) >= sizeof plain)
        return of_column(CQA_HEADING_UNKNOWN);
    cqa_spell_plain(text, plain, sizeof plain);
    fold_lines(plain);
    const int indicator = find_indicator(scheme, plain);
    if (indicator != CQA_NOWHERE)
        return of_indicator(indicator, cqa_rational_whole(1));
    const enum cqa_column column = find_column(plain);
    return column != CQA_HEADING_UNKNOWN ? of_column(column) : read_split(scheme, plain);
}

int cqa_heading_in_other_unit(const struct cqa_scheme *scheme, const char *text)
{
    char plain[HEADING_BYTES];
    char unit[CQA_UNIT_SIZE];
    size_t base;

    if (strlen(text) >= sizeof plain ||
        cqa_heading_read(scheme, text).column != CQA_HEADING_UNKNOWN)
        return CQA_NOWHERE;
    cqa_spell_plain(text, plain, sizeof plain);
    fold_lines(plain);
    if (!cqa_unit_split(plain, &base, unit))
        return CQA_NOWHERE;
    while (base > 0 && plain[base - 1] == ' ')
        base--;
    plain[base] = '\0';
    return find_indicator(scheme, plain);
}

/* Its unit is behind a heading whose name says nothing of the indicator. */
static struct cqa_heading with_unit_of(const struct cqa_scheme *scheme, int indicator,
                                       const char *text)
{
    char plain[HEADING_BYTES];
    char unit[CQA_UNIT_SIZE];
    size_t base;
    struct cqa_rational factor;

    cqa_spell_plain(text, plain, sizeof plain);
    fold_lines(plain);
    return cqa_unit_split(plain, &base, unit) &&
                   cqa_unit_factor(&scheme->indicators[indicator], unit, &factor)
               ? of_indicator_in(indicator, factor, unit)
               : of_indicator(indicator, cqa_rational_whole(1));
}

/* "done(fraction)": what somebody said of its shares goes before what the heading says. */
static struct cqa_heading taken_with_shares(const struct cqa_scheme *scheme, const char *taken)
{
    char plain[HEADING_BYTES];

    cqa_spell_plain(taken, plain, sizeof plain);
    const struct cqa_heading heading = read_split(scheme, plain);
    return heading.shares != CQA_SHARES_UNSAID ? heading : of_column(CQA_HEADING_UNKNOWN);
}

struct cqa_heading cqa_heading_taken(const struct cqa_scheme *scheme, const char *text,
                                     const char *taken)
{
    const int indicator = cqa_scheme_indicator(scheme, taken);

    if (taken[0] == '\0')
        return of_column(CQA_HEADING_LEFT_OUT);
    if (indicator != CQA_NOWHERE)
        return with_unit_of(scheme, indicator, text);
    for (int column = 0; column < CQA_HEADING_WORDS; column++)
        if (strcmp(cqa_column_words[column], taken) == 0)
            return of_column((enum cqa_column)column);
    return taken_with_shares(scheme, taken);
}

const char *cqa_heading_word(const struct cqa_scheme *scheme, const struct cqa_heading *heading)
{
    if (heading->column < CQA_HEADING_WORDS)
        return cqa_column_words[heading->column];
    if (heading->column == CQA_HEADING_VALUES)
        return scheme->indicators[heading->indicator].id;
    return heading->column == CQA_HEADING_LEFT_OUT ? "" : NULL;
}
