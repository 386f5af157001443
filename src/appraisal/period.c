/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/period.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int cqa_period_valid(const char *text)
{
    for (int i = 0; i < 4; i++)
        if (!isdigit((unsigned char)text[i]))
            return 0;
    if (text[4] == 'Q')
        return text[5] >= '1' && text[5] <= '4' && text[6] == '\0';
    if (text[4] != '-' || !isdigit((unsigned char)text[5]) || !isdigit((unsigned char)text[6]) ||
        text[7] != '\0')
        return 0;
    const int month = (text[5] - '0') * 10 + text[6] - '0';
    return month >= 1 && month <= 12;
}

char cqa_period_quarter(const char *month)
{
    return (char)('0' + ((month[5] - '0') * 10 + month[6] - '0' + 2) / 3);
}

int cqa_period_holds(const char *period, const char *moment)
{
    if (strlen(moment) < 7 || strncmp(period, moment, 4) != 0)
        return 0;
    if (period[4] != 'Q')
        return strncmp(period, moment, 7) == 0;
    return cqa_period_quarter(moment) == period[5];
}

/* `count` digits, which are there. */
static int number_at(const char *text, int count)
{
    int number = 0;

    for (int i = 0; i < count; i++)
        number = number * 10 + text[i] - '0';
    return number;
}

void cqa_period_days(const char *period, int64_t *day_from, int64_t *day_to)
{
    const int year = number_at(period, 4);
    const int is_quarter = period[4] == 'Q';
    const int first = is_quarter ? (period[5] - '1') * 3 + 1 : number_at(period + 5, 2);
    const int last = is_quarter ? first + 2 : first;

    *day_from = year * 10000LL + first * 100LL + 1;
    *day_to = year * 10000LL + last * 100LL + 31;
}

void cqa_period_before(const char *period, char out[CQA_PERIOD_SIZE])
{
    const unsigned year = (unsigned)number_at(period, 4) % 10000;
    const int is_quarter = period[4] == 'Q';
    const unsigned at = (unsigned)number_at(period + 5, is_quarter ? 1 : 2) % 100;
    const unsigned before = at > 1 ? at - 1 : is_quarter ? 4 : 12;

    snprintf(out, CQA_PERIOD_SIZE, is_quarter ? "%04uQ%u" : "%04u-%02u",
             at > 1 ? year : (year + 9999) % 10000, before);
}

void cqa_period_of_scheme(int is_quarterly, const char *period, char out[CQA_PERIOD_SIZE])
{
    if (is_quarterly && period[4] == '-')
        snprintf(out, CQA_PERIOD_SIZE, "%.4sQ%c", period, cqa_period_quarter(period));
    else
        snprintf(out, CQA_PERIOD_SIZE, "%.7s", period);
}

void cqa_period_month(const char *period, int index, char out[CQA_PERIOD_SIZE])
{
    snprintf(out, CQA_PERIOD_SIZE, "%.4s-%02d", period, (period[5] - '1') * 3 + index + 1);
}
