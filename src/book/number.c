/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as the format of their cell shows them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "book/decimal.h"
#include "book/parts.h"

enum { AFFIX_BYTES = 64, PLACES_MAX = 30 };

/* ---- formats */

/* What one section of a format ("#,##0.00;-#,##0.00") says. */
struct shape {
    char before[AFFIX_BYTES]; /* words around the digits */
    char after[AFFIX_BYTES];
    int whole;  /* digits before the point that are always there */
    int places; /* digits after it */
    int least_places;
    int has_digits, has_point, is_percent;
    int is_general;
    int is_odd; /* fractions, exponents, signs within the digits: the number is taken as it is */
    int has_year, has_month, has_day, has_hour, has_minute, has_second, has_elapsed, has_colon;
};

static size_t character_length(const char *at)
{
    const unsigned char byte = (unsigned char)*at;
    const size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;

    return strnlen(at, length);
}

static void add_literal(struct shape *shape, const char *text, size_t length)
{
    char *to = shape->has_digits ? shape->after : shape->before;
    const size_t used = strlen(to);

    /* The sign is the number's own. */
    if (length == 0 || (length == 1 && strchr("()+- ", *text) != NULL))
        return;
    if (used + length + 1 > AFFIX_BYTES) {
        shape->is_odd = 1;
        return;
    }
    memcpy(to + used, text, length);
    to[used + length] = '\0';
}

static void add_digit(struct shape *shape, char kind)
{
    shape->is_odd |= shape->after[0] != '\0'; /* a word between digits */
    shape->has_digits = 1;
    if (!shape->has_point) {
        shape->whole += kind == '0';
    } else if (shape->places < PLACES_MAX) {
        shape->places++;
        shape->least_places = kind == '0' ? shape->places : shape->least_places;
    }
}

/* A comma between digits groups thousands, which are not written; behind them it divides. */
static void add_comma(struct shape *shape, const char *next)
{
    shape->is_odd |= shape->has_digits && strchr("0#?", *next) == NULL;
}

/* [h], [$¥-804], [Red], [>100]: where it ends. */
static const char *read_bracket(struct shape *shape, const char *at)
{
    const char *end = strchr(at, ']');

    if (end == NULL) {
        shape->is_odd = 1;
        return at + strlen(at);
    }
    if (at[1] == '$')
        add_literal(shape, at + 2, strcspn(at + 2, "-]"));
    else if (strchr("<>=", at[1]) != NULL)
        shape->is_odd = 1;
    else if (strspn(at + 1, "hHmMsS") == (size_t)(end - at - 1))
        shape->has_elapsed = shape->has_hour = 1;
    return end + 1;
}

/* m is a minute behind an hour or before a second, else a month. */
static void read_letters(struct shape *shape, const char *at, size_t length)
{
    const int letter = tolower((unsigned char)*at);
    const char *next = at + length;

    if (letter == 'y' || letter == 'e')
        shape->has_year = 1;
    else if (letter == 'd')
        shape->has_day = 1;
    else if (letter == 'h')
        shape->has_hour = 1;
    else if (letter == 's')
        shape->has_second = 1;
    else if (shape->has_hour || tolower((unsigned char)next[strspn(next, ":\"'\\ ")]) == 's')
        shape->has_minute = 1;
    else
        shape->has_month = 1;
}

/* A day or a time word at `at`: its bytes, 0: none. */
static size_t word_of_time(const char *at)
{
    static const char *const halves[] = {"AM/PM", "A/P", "上午/下午"};

    for (size_t i = 0; i < 3; i++)
        if (strncasecmp(at, halves[i], strlen(halves[i])) == 0)
            return strlen(halves[i]);
    if (strchr("yYmMdDhHsS", *at) == NULL)
        return 0;
    size_t length = 1;
    while (tolower((unsigned char)at[length]) == tolower((unsigned char)*at))
        length++;
    return length;
}

/* `at` is at what has no meaning of its own; returns where that ends. */
static const char *read_quoted(struct shape *shape, const char *at)
{
    if (*at == '"') {
        const size_t length = strcspn(at + 1, "\"");
        add_literal(shape, at + 1, length);
        return at + 1 + length + (at[1 + length] == '"');
    }
    if (*at == '\\' || *at == '!') {
        const size_t length = at[1] == '\0' ? 0 : character_length(at + 1);
        add_literal(shape, at + 1, length);
        return at + 1 + length;
    }
    return at + 1 + (at[1] == '\0' ? 0 : character_length(at + 1)); /* _x is a gap, *x fills */
}

static const char *read_sign(struct shape *shape, const char *at)
{
    if (*at == '.') {
        shape->has_point = 1;
    } else if (*at == ',') {
        add_comma(shape, at + 1);
    } else if (*at == '%') {
        shape->is_percent = 1;
    } else if ((*at == 'E' || *at == 'e') && (at[1] == '+' || at[1] == '-')) {
        shape->is_odd = 1;
        return at + 2;
    } else if (*at == '/' && shape->has_digits) {
        shape->is_odd = 1;
    } else if (*at != '@') {
        shape->has_colon |= *at == ':';
        const size_t length = character_length(at);
        add_literal(shape, at, length);
        return at + length;
    }
    return at + 1;
}

static void read_section(const char *at, const char *end, struct shape *shape)
{
    *shape = (struct shape){0};
    while (at < end) {
        const size_t time = word_of_time(at);
        if (strncasecmp(at, "General", 7) == 0) {
            shape->is_general = shape->has_digits = 1;
            at += 7;
        } else if (strncmp(at, "G/通用格式", 14) == 0) {
            shape->is_general = shape->has_digits = 1;
            at += 14;
        } else if (strchr("0#?", *at) != NULL) {
            add_digit(shape, *at++);
        } else if (*at == '[') {
            at = read_bracket(shape, at);
        } else if (strchr("\"\\!_*", *at) != NULL) {
            at = read_quoted(shape, at);
        } else if (time > 0) {
            read_letters(shape, at, time);
            at += time;
        } else {
            at = read_sign(shape, at);
        }
    }
}

/* The end of the section at `at`. */
static const char *section_end(const char *at)
{
    for (; *at != '\0' && *at != ';'; at++) {
        if (*at == '"')
            at += 1 + strcspn(at + 1, "\"");
        else if (*at == '[')
            at += strcspn(at, "]");
        else if (strchr("\\!_*", *at) != NULL)
            at++;
        if (*at == '\0')
            break;
    }
    return at;
}

/* Positive, negative and zero have sections of their own, as far as there are any. */
static void choose_section(const char *format, const struct cqa_book_decimal *number,
                           struct shape *shape)
{
    const int wanted = number->count == 0 ? 2 : number->negative;
    const char *at = format;
    const char *end = section_end(at);

    for (int i = 0; i < wanted && *end == ';'; i++) {
        const char *next = end + 1;
        const char *next_end = section_end(next);
        if (wanted == 2 && i == 0 && *next_end != ';')
            break; /* two sections: zero goes with the positive ones */
        at = next;
        end = next_end;
    }
    read_section(at, end, shape);
    if (wanted == 2 && !shape->has_digits) /* "-" for 0, or nothing */
        read_section(format, section_end(format), shape);
}

static int is_moment(const struct shape *shape)
{
    return !shape->has_digits && (shape->has_year || shape->has_month || shape->has_day ||
                                  shape->has_hour || shape->has_minute || shape->has_second);
}

/* ---- days */

/* Of days since 1970-01-01, in the Gregorian calendar. */
static void civil(int64_t days, int64_t *year, int *month, int *day)
{
    const int64_t shifted = days + 719468; /* from 0000-03-01 */
    const int64_t era = shifted / 146097;
    const int64_t of_era = shifted % 146097;
    const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t from_march = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * from_march + 2) / 5) + 1;
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = era * 400 + year_of_era + (*month <= 2);
}

/* Excel counts a 29th of February 1900, which was not: what comes before it is a day later. */
static int64_t unix_days(int64_t days, int is_1904)
{
    if (is_1904)
        return days - 24107;
    return days - 25569 + (days < 60);
}

/* Whoever types 1:30 has meant minutes, and the workbook hours; and mm:ss shows 30:00 of an hour
 * and a half. Such a time stays as it is shown, which is no number. */
static int is_doubtful(const struct shape *shape, int64_t seconds)
{
    if (!shape->has_colon || shape->has_elapsed)
        return 0;
    return shape->has_hour ? !shape->has_second : seconds >= 3600;
}

static void show_time(const struct shape *shape, int64_t seconds, char out[CQA_BOOK_NUMBER_SIZE])
{
    const int hours = (int)(seconds / 3600);
    const int minutes = (int)(seconds / 60 % 60);

    if (!is_doubtful(shape, seconds))
        snprintf(out, CQA_BOOK_NUMBER_SIZE, "%d:%02d:%02d", hours, minutes, (int)(seconds % 60));
    else if (shape->has_hour)
        snprintf(out, CQA_BOOK_NUMBER_SIZE, "%d:%02d", hours, minutes);
    else
        snprintf(out, CQA_BOOK_NUMBER_SIZE, "%02d:%02d", minutes, (int)(seconds % 60));
}

static int show_moment(const struct shape *shape, const struct cqa_book_decimal *number,
                       int is_1904, char out[CQA_BOOK_NUMBER_SIZE])
{
    int64_t days, year;
    int seconds, month, day;

    if (!cqa_book_decimal_moment(number, &days, &seconds))
        return 0;
    if (!shape->has_year && !shape->has_month && !shape->has_day) {
        show_time(shape, (shape->has_elapsed || days == 0 ? days * 86400 : 0) + seconds, out);
        return 1;
    }
    civil(unix_days(days + seconds / 86400, is_1904), &year, &month, &day);
    seconds %= 86400;
    if (!shape->has_day && shape->has_year) {
        snprintf(out, CQA_BOOK_NUMBER_SIZE, "%04lld-%02d", (long long)year, month);
        return 1;
    }
    const int length =
        snprintf(out, CQA_BOOK_NUMBER_SIZE, "%04lld-%02d-%02d", (long long)year, month, day);
    if (seconds > 0)
        snprintf(out + length, CQA_BOOK_NUMBER_SIZE - (size_t)length, " %02d:%02d:%02d",
                 seconds / 3600, seconds / 60 % 60, seconds % 60);
    return 1;
}

/* ---- numbers */

/* As it is, whatever its format. What has more than 15 digits has lost some: it keeps its
 * exponent, which tells. */
static int show_plain(const struct cqa_book_decimal *number, char out[CQA_BOOK_NUMBER_SIZE])
{
    out[0] = '-';
    char *at = out + number->negative;
    const size_t room = CQA_BOOK_NUMBER_SIZE - 1;

    if (number->point <= CQA_DECIMAL_DIGITS)
        return cqa_book_decimal_write(number, 1, 0, at, room);
    snprintf(at, room, "%c.%.*sE+%02d", number->digits[0],
             number->count > 1 ? number->count - 1 : 1,
             number->count > 1 ? number->digits + 1 : "0", number->point - 1);
    return 1;
}

static int show_shaped(const struct shape *shape, struct cqa_book_decimal *number,
                       char out[CQA_BOOK_NUMBER_SIZE], int *rounded)
{
    char digits[CQA_BOOK_NUMBER_SIZE - 2 * AFFIX_BYTES - 4];

    if (shape->is_percent && number->count > 0)
        number->point += 2;
    *rounded = !shape->is_general && cqa_book_decimal_round(number, shape->places);
    if (!cqa_book_decimal_write(number, shape->whole > 1 ? shape->whole : 1, shape->least_places,
                                digits, sizeof digits))
        return 0;
    snprintf(out, CQA_BOOK_NUMBER_SIZE, "%s%s%s%s%s", number->negative ? "-" : "", shape->before,
             digits, shape->is_percent ? "%" : "", shape->after);
    return 1;
}

int cqa_book_show(const char *raw, const char *format, int is_1904, char out[CQA_BOOK_NUMBER_SIZE],
                  int *rounded)
{
    struct cqa_book_decimal number;
    struct shape shape;

    *rounded = 0;
    if (!cqa_book_decimal_read(raw, &number))
        return 0;
    if (format == NULL)
        return show_plain(&number, out);
    choose_section(format, &number, &shape);
    if (is_moment(&shape) && show_moment(&shape, &number, is_1904, out))
        return 1;
    if (shape.is_odd || !shape.has_digits || number.point > CQA_DECIMAL_DIGITS)
        return show_plain(&number, out);
    return show_shaped(&shape, &number, out, rounded);
}

/* The formats that a workbook does not spell out; those of 27 to 58 as in Chinese. */
const char *cqa_book_known_format(long number)
{
    static const struct {
        long number;
        const char *format;
    } known[] = {
        {1, "0"},
        {2, "0.00"},
        {3, "#,##0"},
        {4, "#,##0.00"},
        {5, "#,##0"},
        {6, "#,##0"},
        {7, "#,##0.00"},
        {8, "#,##0.00"},
        {9, "0%"},
        {10, "0.00%"},
        {11, "0.00E+00"},
        {12, "# #/#"},
        {13, "# ##/##"},
        {14, "yyyy-mm-dd"},
        {15, "d-mmm-yy"},
        {16, "d-mmm"},
        {17, "mmm-yy"},
        {18, "h:mm AM/PM"},
        {19, "h:mm:ss AM/PM"},
        {20, "h:mm"},
        {21, "h:mm:ss"},
        {22, "yyyy-mm-dd h:mm"},
        {27, "yyyy年m月"},
        {28, "m月d日"},
        {29, "m月d日"},
        {30, "m-d-yy"},
        {31, "yyyy年m月d日"},
        {32, "h时mm分"},
        {33, "h时mm分ss秒"},
        {34, "h时mm分"},
        {35, "h时mm分ss秒"},
        {36, "yyyy年m月"},
        {37, "#,##0"},
        {38, "#,##0"},
        {39, "#,##0.00"},
        {40, "#,##0.00"},
        {41, "#,##0"},
        {42, "#,##0"},
        {43, "#,##0.00"},
        {44, "#,##0.00"},
        {45, "mm:ss"},
        {46, "[h]:mm:ss"},
        {47, "mm:ss.0"},
        {48, "##0.0E+0"},
        {50, "yyyy年m月"},
        {51, "m月d日"},
        {52, "yyyy年m月"},
        {53, "m月d日"},
        {54, "m月d日"},
        {55, "h时mm分"},
        {56, "h时mm分ss秒"},
        {57, "yyyy年m月"},
        {58, "m月d日"},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == number)
            return known[i].format;
    return NULL;
}
