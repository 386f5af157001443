/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/period.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "base/message.h"

const char *const cqa_period_words[CQA_PERIOD_COUNT + 1] = {"monthly", "quarterly", "half_yearly",
                                                            "yearly", NULL};
const char *const cqa_period_examples[CQA_PERIOD_COUNT] = {"2025-11", "2025Q4", "2025H2", "2025"};

static const int months_of[CQA_PERIOD_COUNT] = {1, 3, 6, 12};

const char *cqa_period_named(enum cqa_period kind)
{
    static const char *const names[CQA_PERIOD_COUNT] = {CQA_N("a month"), CQA_N("a quarter"),
                                                        CQA_N("a half-year"), CQA_N("a year")};

    return names[kind];
}

/* `count` digits, which are there. */
static int number_at(const char *text, int count)
{
    int number = 0;

    for (int i = 0; i < count; i++)
        number = number * 10 + text[i] - '0';
    return number;
}

static int has_digits(const char *text, int count)
{
    for (int i = 0; i < count; i++)
        if (!isdigit((unsigned char)text[i]))
            return 0;
    return 1;
}

int cqa_period_valid(const char *text)
{
    if (!has_digits(text, 4))
        return 0;
    switch (text[4]) {
    case '\0':
        return 1;
    case 'H':
        return (text[5] == '1' || text[5] == '2') && text[6] == '\0';
    case 'Q':
        return text[5] >= '1' && text[5] <= '4' && text[6] == '\0';
    default:
        return text[4] == '-' && has_digits(text + 5, 2) && text[7] == '\0' &&
               number_at(text + 5, 2) >= 1 && number_at(text + 5, 2) <= 12;
    }
}

enum cqa_period cqa_period_kind(const char *period)
{
    switch (period[4]) {
    case '-':
        return CQA_PERIOD_MONTHLY;
    case 'Q':
        return CQA_PERIOD_QUARTERLY;
    case 'H':
        return CQA_PERIOD_HALF_YEARLY;
    default:
        return CQA_PERIOD_YEARLY;
    }
}

/* The first month of a period, counted from January of the year 0. */
static int first_month(const char *period)
{
    const enum cqa_period kind = cqa_period_kind(period);
    const int part = kind == CQA_PERIOD_YEARLY    ? 1
                     : kind == CQA_PERIOD_MONTHLY ? number_at(period + 5, 2)
                                                  : period[5] - '0';

    return number_at(period, 4) * 12 + (part - 1) * months_of[kind];
}

static void write_period(enum cqa_period kind, int month, char out[CQA_PERIOD_SIZE])
{
    const unsigned year = (unsigned)(month + 120000) / 12 % 10000;
    const unsigned part = (unsigned)(month + 120000) % 12 / (unsigned)months_of[kind] + 1;

    if (kind == CQA_PERIOD_YEARLY)
        snprintf(out, CQA_PERIOD_SIZE, "%04u", year);
    else if (kind == CQA_PERIOD_MONTHLY)
        snprintf(out, CQA_PERIOD_SIZE, "%04u-%02u", year, part % 100);
    else
        snprintf(out, CQA_PERIOD_SIZE, "%04u%c%u", year, kind == CQA_PERIOD_QUARTERLY ? 'Q' : 'H',
                 part % 10);
}

int cqa_period_holds(const char *period, const char *moment)
{
    char other[CQA_PERIOD_SIZE];

    snprintf(other, sizeof other, "%.7s", moment);
    if (!cqa_period_valid(other))
        return 0;
    const int from = first_month(period) - first_month(other);
    return from <= 0 &&
           from + months_of[cqa_period_kind(period)] >= months_of[cqa_period_kind(other)];
}

void cqa_period_days(const char *period, int64_t *day_from, int64_t *day_to)
{
    const int first = first_month(period);
    const int last = first + months_of[cqa_period_kind(period)] - 1;

    *day_from = first / 12 * 10000LL + first % 12 * 100LL + 101;
    *day_to = last / 12 * 10000LL + last % 12 * 100LL + 131;
}

void cqa_period_before(const char *period, char out[CQA_PERIOD_SIZE])
{
    const enum cqa_period kind = cqa_period_kind(period);

    write_period(kind, first_month(period) - months_of[kind], out);
}

void cqa_period_of(enum cqa_period kind, const char *period, char out[CQA_PERIOD_SIZE])
{
    const enum cqa_period own = cqa_period_kind(period);

    write_period(own > kind ? own : kind, first_month(period), out);
}

int cqa_period_part_count(const char *period, enum cqa_period kind)
{
    return months_of[cqa_period_kind(period)] / months_of[kind];
}

void cqa_period_part(const char *period, enum cqa_period kind, int index, char out[CQA_PERIOD_SIZE])
{
    write_period(kind, first_month(period) + index * months_of[kind], out);
}
