/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/item.h"

/* Days from 1970-01-01 to a date of the Gregorian calendar (Hinnant's days_from_civil). */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t yoe = year - era * 400;
    const int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static int digits(const char **text, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return 0;
        *out = *out * 10 + (**text - '0');
    }
    return 1;
}

static int literal(const char **text, char c)
{
    return **text == c ? (*text)++, 1 : 0;
}

/* "Z", "+08:00" or "-0330" as minutes. */
static int read_offset(const char **text, int *minutes)
{
    int hours = 0;
    int rest = 0;

    *minutes = 0;
    if (literal(text, 'Z') || literal(text, 'z'))
        return 1;
    const int negative = **text == '-';
    if (!literal(text, '+') && !literal(text, '-'))
        return 0;
    if (!digits(text, 2, &hours))
        return 0;
    literal(text, ':');
    if (!digits(text, 2, &rest) || hours > 18 || rest > 59)
        return 0;
    *minutes = (negative ? -1 : 1) * (hours * 60 + rest);
    return 1;
}

int cqa_item_read_time(const char *text, int64_t *out_ms, int64_t *day)
{
    int year, month, date, hour, minute, second, offset;
    int fraction_ms = 0;
    int scale = 100;

    if (!digits(&text, 4, &year) || !literal(&text, '-') || !digits(&text, 2, &month) ||
        !literal(&text, '-') || !digits(&text, 2, &date) ||
        !(literal(&text, 'T') || literal(&text, ' ')) || !digits(&text, 2, &hour) ||
        !literal(&text, ':') || !digits(&text, 2, &minute) || !literal(&text, ':') ||
        !digits(&text, 2, &second))
        return 0;
    if (literal(&text, '.'))
        for (; *text >= '0' && *text <= '9'; text++, scale /= 10)
            fraction_ms += (*text - '0') * scale;
    if (!read_offset(&text, &offset) || *text != '\0')
        return 0;
    if (year < 1970 || month < 1 || month > 12 || date < 1 || date > 31 || hour > 23 ||
        minute > 59 || second > 60)
        return 0;
    *out_ms = ((days_from_civil(year, month, date) * 24 + hour) * 60 + minute - offset) * 60000 +
              second * 1000 + fraction_ms;
    *day = year * 10000 + month * 100 + date;
    return 1;
}
