/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Periods as people write them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "appraisal/period.h"
#include "appraisal/spelling.h"

enum { TEXT_BYTES = 64 };

/* Moves behind one of the words; 0: none is there. */
static int skip(const char **at, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strncmp(*at, *words, strlen(*words)) == 0) {
            *at += strlen(*words);
            return 1;
        }
    return 0;
}

static int digits(const char **at, int least, int most, int *out)
{
    int count = 0;

    *out = 0;
    for (; count < most && isdigit((unsigned char)**at); count++)
        *out = *out * 10 + (*(*at)++ - '0');
    return count >= least && !isdigit((unsigned char)**at);
}

/* "Q4", "第4季度", "四季度". */
static int read_quarter(const char *at, int *quarter)
{
    static const char *const heads[] = {"-Q", "Q", "q", "第", NULL};
    static const char *const tails[] = {"季度", "季", NULL};
    static const char *const chinese[] = {"一", "二", "三", "四"};
    const int has_letter = strchr("-Qq", *at) != NULL;

    *quarter = 0;
    (void)skip(&at, heads);
    for (int i = 0; i < 4 && *quarter == 0; i++)
        if (strncmp(at, chinese[i], strlen(chinese[i])) == 0) {
            *quarter = i + 1;
            at += strlen(chinese[i]);
        }
    if (*quarter == 0 && !digits(&at, 1, 1, quarter))
        return 0;
    const int has_tail = skip(&at, tails);
    return *quarter >= 1 && *quarter <= 4 && has_letter != has_tail && *at == '\0';
}

/* "H2", "下半年". */
static int read_half(const char *at, int *half)
{
    static const char *const words[] = {"上半年", "下半年"};

    for (int i = 0; i < 2; i++)
        if (strcmp(at, words[i]) == 0) {
            *half = i + 1;
            return 1;
        }
    at += *at == '-';
    if ((*at != 'H' && *at != 'h') || (at[1] != '1' && at[1] != '2') || at[2] != '\0')
        return 0;
    *half = at[1] - '0';
    return 1;
}

/* A day of the month, which names the month as well. */
static int read_day(const char *at)
{
    static const char *const signs[] = {"-", "/", ".", "月", NULL};
    static const char *const ends[] = {"日", "号", NULL};
    int day;

    if (*at == '\0' || strcmp(at, "月") == 0 || strcmp(at, "月份") == 0)
        return 1;
    if (!skip(&at, signs) || !digits(&at, 1, 2, &day))
        return 0;
    (void)skip(&at, ends);
    return day >= 1 && day <= 31 && (*at == '\0' || strcmp(at, " 00:00:00") == 0);
}

static int read_month(const char *at, int year, char out[CQA_PERIOD_SIZE])
{
    static const char *const signs[] = {"-", "/", ".", "年", NULL};
    int month;

    if (!skip(&at, signs) || !digits(&at, 1, 2, &month) || month < 1 || month > 12 || !read_day(at))
        return 0;
    snprintf(out, CQA_PERIOD_SIZE, "%04u-%02u", (unsigned)year % 10000, (unsigned)month % 100);
    return 1;
}

int cqa_period_read_within(const char *text, const char *whole, char out[CQA_PERIOD_SIZE])
{
    char plain[TEXT_BYTES];
    const char *at = plain;
    int month;

    if (cqa_period_read(text, out))
        return 1;
    if (whole == NULL || strlen(text) >= sizeof plain)
        return 0;
    cqa_spell_plain(text, plain, sizeof plain);
    if (!digits(&at, 1, 2, &month) || month < 1 || month > 12 ||
        (strcmp(at, "月") != 0 && strcmp(at, "月份") != 0))
        return 0;
    snprintf(out, CQA_PERIOD_SIZE, "%.4s-%02u", whole, (unsigned)month % 100);
    return 1;
}

int cqa_period_read(const char *text, char out[CQA_PERIOD_SIZE])
{
    static const char *const years[] = {"年度", "年", " ", NULL};
    char plain[TEXT_BYTES];
    const char *at = plain;
    int year, month, part;

    if (strlen(text) >= sizeof plain)
        return 0;
    cqa_spell_plain(text, plain, sizeof plain);
    if (digits(&at, 6, 6, &month) && *at == '\0') { /* 202511 */
        year = month / 100;
        month %= 100;
        snprintf(out, CQA_PERIOD_SIZE, "%04u-%02u", (unsigned)year % 10000, (unsigned)month % 100);
        return month >= 1 && month <= 12;
    }
    at = plain;
    if (!digits(&at, 4, 4, &year))
        return 0;
    if (read_month(at, year, out))
        return 1;
    (void)skip(&at, years);
    if (*at == '\0' || strcmp(at, "全年") == 0)
        snprintf(out, CQA_PERIOD_SIZE, "%04u", (unsigned)year % 10000);
    else if (read_half(at, &part))
        snprintf(out, CQA_PERIOD_SIZE, "%04uH%u", (unsigned)year % 10000, (unsigned)part % 10);
    else if (read_quarter(at, &part))
        snprintf(out, CQA_PERIOD_SIZE, "%04uQ%u", (unsigned)year % 10000, (unsigned)part % 10);
    else
        return 0;
    return 1;
}
