/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "book/decimal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXPONENT_MAX = 400, DAYS_MAX = 2958465 }; /* 9999-12-31 */

static void trim(struct cqa_book_decimal *number)
{
    while (number->count > 0 && number->digits[number->count - 1] == '0')
        number->count--;
    if (number->count == 0)
        number->point = number->negative = 0;
}

/* Keeps `count` digits, at least 0, of those that are there. */
static void keep(struct cqa_book_decimal *number, int count)
{
    const int up = number->digits[count] >= '5';

    number->count = count;
    if (up) {
        int i = count - 1;
        for (; i >= 0 && number->digits[i] == '9'; i--)
            number->count--;
        if (i >= 0) {
            number->digits[i]++;
        } else {
            number->digits[0] = '1';
            number->count = 1;
            number->point++;
        }
    }
    trim(number);
}

static int add_digit(struct cqa_book_decimal *number, char digit, int after_point)
{
    if (number->count == 0 && digit == '0') {
        number->point -= after_point;
        return 1;
    }
    if (number->count <= CQA_DECIMAL_DIGITS)
        number->digits[number->count++] = digit;
    number->point += !after_point;
    return 1;
}

int cqa_book_decimal_read(const char *text, struct cqa_book_decimal *out)
{
    int digits = 0;
    int after_point = 0;
    char *end;

    *out = (struct cqa_book_decimal){0};
    out->negative = *text == '-';
    text += *text == '-' || *text == '+';
    for (; isdigit((unsigned char)*text) || (*text == '.' && !after_point); text++) {
        if (*text == '.')
            after_point = 1;
        else
            digits += add_digit(out, *text, after_point);
        if (digits > EXPONENT_MAX)
            return 0;
    }
    if (digits == 0)
        return 0;
    if (*text == 'e' || *text == 'E') {
        if (text[1] == '\0')
            return 0;
        const long exponent = strtol(text + 1, &end, 10);
        if (end == text + 1 || exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX)
            return 0;
        out->point += out->count > 0 ? (int)exponent : 0;
        text = end;
    }
    if (out->count > CQA_DECIMAL_DIGITS)
        keep(out, CQA_DECIMAL_DIGITS);
    trim(out);
    return *text == '\0';
}

int cqa_book_decimal_round(struct cqa_book_decimal *number, int places)
{
    const int wanted = number->point + places;

    if (number->count <= wanted || number->count == 0)
        return 0;
    if (wanted < 0) {
        number->count = 0;
        trim(number);
        return 1;
    }
    keep(number, wanted);
    return 1;
}

int cqa_book_decimal_write(const struct cqa_book_decimal *number, int least_whole, int least_places,
                           char *out, size_t size)
{
    const int whole = number->point > least_whole ? number->point : least_whole;
    const int kept = number->count - number->point;
    const int places = kept > least_places ? kept : least_places;
    size_t used = 0;

    if (whole + places < 0 || (size_t)whole + (size_t)places + 4 > size)
        return 0;
    if (whole == 0)
        out[used++] = '0';
    for (int i = number->point - whole; i < number->point + places; i++) {
        if (i == number->point)
            out[used++] = '.';
        out[used++] = i >= 0 && i < number->count ? number->digits[i] : '0';
    }
    out[used] = '\0';
    return 1;
}

int cqa_book_decimal_moment(const struct cqa_book_decimal *number, int64_t *days, int *seconds)
{
    double rest = 0;

    *days = 0;
    if (number->negative || number->point > 7)
        return 0;
    for (int i = 0; i < number->point; i++)
        *days = *days * 10 + (i < number->count ? number->digits[i] - '0' : 0);
    for (int i = number->count - 1; i >= 0 && i >= number->point; i--)
        rest = (rest + (number->digits[i] - '0')) / 10;
    for (int i = number->point; i < 0 && i > -EXPONENT_MAX; i++)
        rest /= 10;
    *seconds = (int)lround(rest * 86400);
    return *days <= DAYS_MAX;
}
