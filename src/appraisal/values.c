/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/values.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "appraisal/scheme.h"
#include "appraisal/spelling.h"
#include "appraisal/units.h"

enum { CELL_TEXT = 128 };

/* ---- numbers */

/* "12,345.6" without its commas, which stand before every three digits or not at all. 0 when they
 * do not. */
static int drop_thousands(char *text)
{
    const size_t whole = strcspn(text, ".");
    size_t digits_after = 0;
    size_t used = 0;
    int commas = 0;

    for (size_t i = whole; i-- > 0;) {
        if (text[i] == ',') {
            if (digits_after != 3 || i == 0 || !isdigit((unsigned char)text[i - 1]))
                return 0;
            digits_after = 0;
            commas = 1;
        } else {
            digits_after += isdigit((unsigned char)text[i]) != 0;
            if (commas && digits_after > 3)
                return 0;
        }
    }
    for (size_t i = 0; text[i] != '\0'; i++)
        if (text[i] != ',' || i >= whole)
            text[used++] = text[i];
    text[used] = '\0';
    return 1;
}

int cqa_value_number(const char *text, int percent, struct cqa_rational *out)
{
    char plain[CELL_TEXT];

    if (strlen(text) >= sizeof plain)
        return 0;
    cqa_spell_plain(text, plain, sizeof plain);
    const size_t length = strlen(plain);
    if (percent && length > 1 && plain[length - 1] == '%')
        plain[length - 1] = '\0';
    return drop_thousands(plain) && cqa_rational_parse(plain, out);
}

static int read_word(const char *text, struct cqa_rational *out)
{
    static const char *const yes[] = {"yes", "true", "pass", "passed", "y",    "√",
                                      "✓",   "是",   "对",   "合格",   "通过", NULL};
    static const char *const no[] = {"no", "false", "fail",   "failed", "n",      "×",
                                     "✗",  "否",    "不合格", "不通过", "未通过", NULL};

    for (int i = 0; yes[i] != NULL; i++)
        if (strcasecmp(text, yes[i]) == 0) {
            *out = cqa_rational_whole(1);
            return 1;
        }
    for (int i = 0; no[i] != NULL; i++)
        if (strcasecmp(text, no[i]) == 0) {
            *out = cqa_rational_whole(0);
            return 1;
        }
    return 0;
}

/* Up to `most` digits at *at, which is moved behind them; -1: none, or more. */
static int64_t read_digits(const char **at, int most)
{
    int64_t number = 0;
    int digits = 0;

    for (; isdigit((unsigned char)**at); ++*at, digits++) {
        if (digits == most)
            return -1;
        number = number * 10 + (**at - '0');
    }
    return digits == 0 ? -1 : number;
}

/* "00:10:00", as spreadsheets show a time: hours, minutes, seconds. */
static int read_clock(const char *text, struct cqa_rational *seconds)
{
    static const int most[] = {5, 2, 2};
    int64_t sum = 0;

    for (int i = 0; i < 3; i++) {
        const int64_t number = read_digits(&text, most[i]);
        if (number < 0 || (i > 0 && number > 59) || *text != (i < 2 ? ':' : '\0'))
            return 0;
        text += i < 2;
        sum = sum * 60 + number;
    }
    *seconds = cqa_rational_whole(sum);
    return 1;
}

/* "10分钟", "1小时5分", "20 s", each unit once, the large ones first. */
static int read_units(const char *text, struct cqa_rational *seconds)
{
    static const struct {
        const char *word;
        int seconds;
    } units[] = {{"小时", 3600}, {"分钟", 60}, {"分", 60},  {"秒钟", 1},
                 {"秒", 1},      {"min", 60},  {"h", 3600}, {"s", 1}};
    int least = INT_MAX;

    *seconds = cqa_rational_whole(0);
    while (*text != '\0') {
        char digits[CELL_TEXT];
        struct cqa_rational number;
        const size_t length = strspn(text, "0123456789.");
        snprintf(digits, sizeof digits, "%.*s", (int)length, text);
        text += length + strspn(text + length, " ");
        size_t unit = 0;
        while (unit < sizeof units / sizeof *units &&
               strncmp(text, units[unit].word, strlen(units[unit].word)) != 0)
            unit++;
        if (unit == sizeof units / sizeof *units || units[unit].seconds >= least ||
            !cqa_rational_parse(digits, &number))
            return 0;
        least = units[unit].seconds;
        *seconds =
            cqa_rational_add(*seconds, cqa_rational_multiply(number, cqa_rational_whole(least)));
        text += strlen(units[unit].word);
        text += strspn(text, " ");
    }
    return least != INT_MAX;
}

static int read_listed(const struct cqa_indicator *indicator, const char *text,
                       struct cqa_rational *out)
{
    char folded[CELL_TEXT];
    char word[CELL_TEXT];

    cqa_spell_fold(text, folded, sizeof folded);
    for (size_t i = 0; i < indicator->word_count; i++) {
        cqa_spell_fold(indicator->words[i], word, sizeof word);
        if (strcmp(folded, word) != 0)
            continue;
        *out = indicator->word_values[i];
        return 1;
    }
    return 0;
}

/* "-¥100", "RMB 5": the sign before it stays the number's. 0: it has none. */
static int skip_yuan(char **number)
{
    static const char *const signs[] = {"¥", "￥", "RMB", "CNY", "人民币"};
    const int is_negative = **number == '-';

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncasecmp(*number + is_negative, signs[i], strlen(signs[i])) == 0) {
            *number += strlen(signs[i]);
            *number += strspn(*number + is_negative, " ");
            if (is_negative)
                **number = '-';
            return 1;
        }
    return 0;
}

/* "1.2万", "350元", "¥350", "12人": its own unit, whatever stands in the heading. */
static int read_with_unit(const struct cqa_indicator *indicator, const char *text,
                          struct cqa_rational *out)
{
    char plain[CELL_TEXT];
    struct cqa_rational factor;

    if (strlen(text) >= sizeof plain)
        return 0;
    cqa_spell_plain(text, plain, sizeof plain);
    char *number = plain;
    const int is_yuan = skip_yuan(&number);
    char *word = number + strspn(number, "+-0123456789.,");
    const char *unit = word + strspn(word, " ");
    if (word == number ||
        !cqa_unit_factor(indicator, is_yuan && *unit == '\0' ? "¥" : unit, &factor))
        return 0;
    *word = '\0';
    if (!cqa_value_number(number, 0, out))
        return 0;
    *out = cqa_rational_multiply(*out, factor);
    return cqa_rational_valid(*out);
}

static int read_plain(const struct cqa_indicator *indicator, const char *text,
                      struct cqa_rational factor, struct cqa_rational *out)
{
    const int is_time = indicator->unit != NULL && strcmp(indicator->unit, "s") == 0;

    if (indicator->word_count > 0)
        return read_listed(indicator, text, out);
    if (indicator->yes_no && read_word(text, out))
        return 1;
    if (cqa_value_number(text, 0, out)) {
        *out = cqa_rational_multiply(*out, factor);
        return cqa_rational_valid(*out);
    }
    if (cqa_scheme_in_percent(indicator) && cqa_value_number(text, 1, out))
        return 1; /* 85 % under a heading that says fractions */
    return (is_time && (read_clock(text, out) || read_units(text, out))) ||
           read_with_unit(indicator, text, out);
}

/* "(50)", as accounts write what is less than nothing: what stands in the brackets. */
static int is_in_brackets(const char *text, char out[CELL_TEXT])
{
    char plain[CELL_TEXT];

    if (strlen(text) >= sizeof plain)
        return 0;
    cqa_spell_plain(text, plain, sizeof plain);
    const size_t length = strlen(plain);
    if (length < 3 || plain[0] != '(' || plain[length - 1] != ')' || strpbrk(plain, "+-") != NULL)
        return 0;
    plain[length - 1] = '\0';
    snprintf(out, CELL_TEXT, "%s", plain + 1);
    return strpbrk(out, "()") == NULL && strpbrk(out, "0123456789") != NULL;
}

int cqa_value_read(const struct cqa_indicator *indicator, const char *text,
                   struct cqa_rational factor, struct cqa_rational *out)
{
    char within[CELL_TEXT];

    if (read_plain(indicator, text, factor, out))
        return 1;
    if (indicator->word_count > 0 || !is_in_brackets(text, within) ||
        !read_plain(indicator, within, factor, out))
        return 0;
    *out = cqa_rational_multiply(*out, cqa_rational_whole(-1));
    return 1;
}
