/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/rational.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 30, EXPONENT_MAX = 30, EXACT_PLACES = 6 };

static __int128 magnitude(__int128 number)
{
    return number < 0 ? -number : number;
}

/* Both at least 0. Falls to 64 bits as soon as it can: a division of 128 bits costs ten times as
 * much. */
static __int128 common_divisor(__int128 a, __int128 b)
{
    while (b != 0 && (a > UINT64_MAX || b > UINT64_MAX)) {
        const __int128 rest = a % b;
        a = b;
        b = rest;
    }
    if (b == 0)
        return a;
    uint64_t x = (uint64_t)a;
    uint64_t y = (uint64_t)b;
    while (y != 0) {
        const uint64_t rest = x % y;
        x = y;
        y = rest;
    }
    return (__int128)x;
}

static const __int128 lowest = (__int128)((unsigned __int128)1 << 127);

/* In lowest terms; none when the denominator is 0 or a sign cannot be turned. */
static struct cqa_rational reduced(__int128 numerator, __int128 denominator)
{
    if (denominator == 0 || numerator == lowest || denominator == lowest)
        return cqa_rational_none();
    if (denominator == 1)
        return (struct cqa_rational){numerator, 1};
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    const __int128 divisor = common_divisor(magnitude(numerator), denominator);
    return (struct cqa_rational){numerator / divisor, denominator / divisor};
}

struct cqa_rational cqa_rational_whole(int64_t number)
{
    return (struct cqa_rational){number, 1};
}

struct cqa_rational cqa_rational_none(void)
{
    return (struct cqa_rational){0, 0};
}

int cqa_rational_valid(struct cqa_rational a)
{
    return a.denominator != 0;
}

struct cqa_rational cqa_rational_add(struct cqa_rational a, struct cqa_rational b)
{
    __int128 left;
    __int128 right;
    __int128 sum;
    __int128 denominator;

    if (!cqa_rational_valid(a) || !cqa_rational_valid(b))
        return cqa_rational_none();
    const __int128 shared = common_divisor(a.denominator, b.denominator);
    const __int128 a_factor = b.denominator / shared;
    const __int128 b_factor = a.denominator / shared;
    if (__builtin_mul_overflow(a.numerator, a_factor, &left) ||
        __builtin_mul_overflow(b.numerator, b_factor, &right) ||
        __builtin_add_overflow(left, right, &sum) ||
        __builtin_mul_overflow(a.denominator, a_factor, &denominator))
        return cqa_rational_none();
    return reduced(sum, denominator);
}

struct cqa_rational cqa_rational_subtract(struct cqa_rational a, struct cqa_rational b)
{
    b.numerator = -b.numerator;
    return cqa_rational_add(a, b);
}

struct cqa_rational cqa_rational_multiply(struct cqa_rational a, struct cqa_rational b)
{
    __int128 numerator;
    __int128 denominator;

    if (!cqa_rational_valid(a) || !cqa_rational_valid(b))
        return cqa_rational_none();
    /* Crosswise first, so that only a result that is itself too large overflows. */
    const struct cqa_rational left = reduced(a.numerator, b.denominator);
    const struct cqa_rational right = reduced(b.numerator, a.denominator);
    if (__builtin_mul_overflow(left.numerator, right.numerator, &numerator) ||
        __builtin_mul_overflow(left.denominator, right.denominator, &denominator))
        return cqa_rational_none();
    return reduced(numerator, denominator);
}

struct cqa_rational cqa_rational_divide(struct cqa_rational a, struct cqa_rational b)
{
    if (!cqa_rational_valid(a) || !cqa_rational_valid(b) || b.numerator == 0)
        return cqa_rational_none();
    return cqa_rational_multiply(a, reduced(b.denominator, b.numerator));
}

/* Rounds towards minus infinity. */
static __int128 floor_of(struct cqa_rational a)
{
    const __int128 quotient = a.numerator / a.denominator;

    return a.numerator % a.denominator < 0 ? quotient - 1 : quotient;
}

int cqa_rational_compare(struct cqa_rational a, struct cqa_rational b)
{
    int sign = 1;

    assert(cqa_rational_valid(a) && cqa_rational_valid(b));
    if (a.denominator == b.denominator)
        return a.numerator < b.numerator ? -1 : a.numerator > b.numerator;
    /* Continued fractions: compare whole parts, then the reciprocals of what is left, the other way
     * round. */
    for (;;) {
        const __int128 a_whole = floor_of(a);
        const __int128 b_whole = floor_of(b);
        if (a_whole != b_whole)
            return a_whole < b_whole ? -sign : sign;
        const __int128 a_rest = a.numerator - a_whole * a.denominator;
        const __int128 b_rest = b.numerator - b_whole * b.denominator;
        if (a_rest == 0 || b_rest == 0)
            return a_rest == b_rest ? 0 : a_rest == 0 ? -sign : sign;
        a = (struct cqa_rational){a.denominator, a_rest};
        b = (struct cqa_rational){b.denominator, b_rest};
        sign = -sign;
    }
}

int cqa_rational_sign(struct cqa_rational a)
{
    assert(cqa_rational_valid(a));
    return a.numerator < 0 ? -1 : a.numerator > 0;
}

struct cqa_rational cqa_rational_floor(struct cqa_rational a)
{
    if (!cqa_rational_valid(a))
        return a;
    const __int128 cut = a.numerator / a.denominator; /* towards zero */

    a.numerator = cut - (a.numerator < 0 && cut * a.denominator != a.numerator);
    a.denominator = 1;
    return a;
}

int cqa_rational_is_whole(struct cqa_rational a)
{
    return a.denominator == 1;
}

static __int128 power_of_ten(int exponent)
{
    __int128 power = 1;

    for (int i = 0; i < exponent; i++)
        power *= 10;
    return power;
}

struct cqa_rational cqa_rational_round(struct cqa_rational a, int places)
{
    if (a.denominator == 1)
        return a;
    const struct cqa_rational scale = {power_of_ten(places), 1};
    const struct cqa_rational scaled = cqa_rational_multiply(a, scale);

    if (!cqa_rational_valid(scaled))
        return scaled;
    if (scaled.denominator == 1)
        return reduced(scaled.numerator, scale.numerator);
    const __int128 size = magnitude(scaled.numerator);
    const __int128 rest = size % scaled.denominator;
    __int128 rounded = size / scaled.denominator;
    if (rest >= scaled.denominator - rest)
        rounded += rest != 0;
    return reduced(scaled.numerator < 0 ? -rounded : rounded, scale.numerator);
}

/* Digits into `*number`; how many there were. */
static int read_digits(const char **at, __int128 *number)
{
    int count = 0;

    while (isdigit((unsigned char)**at) && count <= DIGITS_MAX) {
        *number = *number * 10 + (*(*at)++ - '0');
        count++;
    }
    return count;
}

/* The "e-3" at the end, 0 when it is wrong. */
static int read_exponent(const char **at, int *exponent)
{
    char *end;

    if (**at != 'e' && **at != 'E')
        return 1;
    (*at)++;
    if (!isdigit((unsigned char)(*at)[**at == '+' || **at == '-']))
        return 0;
    const long value = strtol(*at, &end, 10);
    *at = end;
    if (value < -EXPONENT_MAX || value > EXPONENT_MAX)
        return 0;
    *exponent += (int)value;
    return 1;
}

int cqa_rational_parse(const char *text, struct cqa_rational *out)
{
    __int128 number = 0;
    int exponent = 0;
    const int negative = *text == '-';

    text += *text == '-' || *text == '+';
    int digits = read_digits(&text, &number);
    if (digits <= DIGITS_MAX && *text == '.') {
        __int128 fraction = 0;
        const char *start = ++text;
        const int places = read_digits(&text, &fraction);
        digits += places;
        if (places == 0 || digits > DIGITS_MAX)
            return 0;
        number = number * power_of_ten((int)(text - start)) + fraction;
        exponent = -places;
    }
    if (digits == 0 || digits > DIGITS_MAX || !read_exponent(&text, &exponent) || *text != '\0')
        return 0;
    struct cqa_rational result = {negative ? -number : number, 1};
    const int size = abs(exponent) > 36 ? 36 : abs(exponent);
    const struct cqa_rational power = {power_of_ten(size), 1};
    result =
        exponent < 0 ? cqa_rational_divide(result, power) : cqa_rational_multiply(result, power);
    if (size != abs(exponent) || !cqa_rational_valid(result))
        return 0;
    *out = result;
    return 1;
}

int cqa_rational_read_exact(const char *text, struct cqa_rational *out)
{
    char whole[CQA_RATIONAL_TEXT];
    struct cqa_rational below;
    const size_t length = strcspn(text, "/");

    if (length >= sizeof whole)
        return 0;
    memcpy(whole, text, length);
    whole[length] = '\0';
    if (!cqa_rational_parse(whole, out))
        return 0;
    if (text[length] == '\0')
        return 1;
    if (!cqa_rational_parse(text + length + 1, &below))
        return 0;
    *out = cqa_rational_divide(*out, below);
    return cqa_rational_valid(*out);
}

struct cqa_rational cqa_rational_from_double(double number)
{
    char text[40];
    struct cqa_rational result;

    if (!isfinite(number))
        return cqa_rational_none();
    snprintf(text, sizeof text, "%.15g", number);
    return cqa_rational_parse(text, &result) ? result : cqa_rational_none();
}

/* Writes a number of 128 bits before `end`; returns where it starts. */
static char *write_back(unsigned __int128 number, char *end)
{
    uint64_t low;

    for (; number > UINT64_MAX; number /= 10)
        *--end = (char)('0' + (int)(number % 10));
    low = (uint64_t)number;
    do {
        *--end = (char)('0' + (int)(low % 10));
        low /= 10;
    } while (low != 0);
    return end;
}

const char *cqa_rational_fixed(struct cqa_rational a, int places, char out[CQA_RATIONAL_TEXT])
{
    char digits[48];
    char *const end = digits + sizeof digits;
    const struct cqa_rational rounded = cqa_rational_round(a, places);

    if (!cqa_rational_valid(rounded)) {
        snprintf(out, CQA_RATIONAL_TEXT, "?");
        return out;
    }
    const __int128 scaled = rounded.numerator * (power_of_ten(places) / rounded.denominator);
    char *start = write_back((unsigned __int128)magnitude(scaled), end);
    while (end - start <= places)
        *--start = '0';
    const size_t wholes = (size_t)(end - start) - (size_t)places;
    char *at = out;
    if (scaled < 0)
        *at++ = '-';
    memcpy(at, start, wholes);
    at += wholes;
    if (places > 0)
        *at++ = '.';
    memcpy(at, start + wholes, (size_t)places);
    at[places] = '\0';
    return out;
}

const char *cqa_rational_exact(struct cqa_rational a, char out[CQA_RATIONAL_TEXT])
{
    char digits[48];
    char below[48];

    if (a.denominator == 1)
        return cqa_rational_fixed(a, 0, out);
    if (cqa_rational_valid(a))
        for (int places = 0; places <= EXACT_PLACES; places++)
            if (power_of_ten(places) % a.denominator == 0)
                return cqa_rational_fixed(a, places, out);
    if (!cqa_rational_valid(a))
        return cqa_rational_fixed(a, 0, out);
    char *const end = digits + sizeof digits;
    char *const below_end = below + sizeof below;
    const char *const start = write_back((unsigned __int128)magnitude(a.numerator), end);
    const char *const below_start = write_back((unsigned __int128)a.denominator, below_end);
    snprintf(out, CQA_RATIONAL_TEXT, "%s%.*s/%.*s", a.numerator < 0 ? "-" : "", (int)(end - start),
             start, (int)(below_end - below_start), below_start);
    return out;
}
