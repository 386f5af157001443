/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include "recorder/zone.h"

void cqa_when_write(int64_t ms, char out[CQA_WHEN_SIZE])
{
    const time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char date[24];

    gmtime_r(&seconds, &parts);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out, CQA_WHEN_SIZE, "%s.%03dZ", date, (int)(ms % 1000));
}

void cqa_when_write_day(int64_t day, char out[CQA_DAY_SIZE])
{
    snprintf(out, CQA_DAY_SIZE, "%04d-%02d-%02d", (int)(day / 10000 % 10000),
             (int)(day / 100 % 100), (int)(day % 100));
}

/* `count` digits; -1: something else. */
static int digits(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

int64_t cqa_when_read_day(const char *text)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return 0;
    const int year = digits(text, 4);
    const int month = digits(text + 5, 2);
    const int day = digits(text + 8, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
        return 0;
    return year * 10000 + month * 100 + day;
}

static int64_t day_of(int64_t s)
{
    const time_t when = (time_t)s;
    struct tm parts = {0};

    gmtime_r(&when, &parts);
    return ((parts.tm_year + 1900) * 100LL + parts.tm_mon + 1) * 100 + parts.tm_mday;
}

int64_t cqa_when_local_day(const struct cqa_zone *zone, int64_t ms)
{
    return day_of(ms / 1000 + cqa_zone_offset_s(zone, ms / 1000));
}

void cqa_when_month_before(int64_t day, int64_t *first, int64_t *last)
{
    int64_t start_s = 0;

    cqa_zone_civil_s((int)(day / 10000), (int)(day / 100 % 100), 1, 0, 0, 0, &start_s);
    *last = day_of(start_s - 86400);
    *first = *last / 100 * 100 + 1;
}
