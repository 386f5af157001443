/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/zone.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The greatest zone file is under 4 KiB; a damaged one must not make us read on. */
enum { FILE_BYTES_MAX = 1 << 18, HEADER_BYTES = 44, DAY_S = 86400 };

/* When one half of a POSIX rule ("M3.2.0/2") takes effect. */
struct change {
    char kind; /* 'M': month, week, day; 'J': day 1..365 without 29 February; '0': day 0..365 */
    int month; /* 1..12 */
    int week;  /* 1..5, 5: the last */
    int day;
    int32_t time_s; /* of local time, may be negative or beyond a day */
};

/* The footer of a TZif file: what holds after its last transition. */
struct rule {
    int32_t standard_s;
    int32_t summer_s;
    int has_summer;
    struct change summer_from;
    struct change summer_to;
};

struct cqa_zone {
    size_t count;
    int64_t *at_s;     /* [count], ascending */
    int32_t *offset_s; /* [count]: from at_s[i] on */
    int32_t first_s;   /* before at_s[0] */
    int has_rule;
    struct rule rule;
};

/* ---- calendar */

static int is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days since 1970-01-01. Years are counted from March, so that the leap day comes last. */
static int64_t civil_days(int64_t year, int month, int day)
{
    const int64_t from_march = month <= 2 ? year - 1 : year;
    const int64_t era = (from_march >= 0 ? from_march : from_march - 399) / 400;
    const int64_t in_era = from_march - era * 400;
    const int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static void days_civil(int64_t days, int64_t *year, int *month, int *day)
{
    const int64_t shifted = days + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t in_era = shifted - era * 146097;
    const int64_t years = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const int64_t in_year = in_era - (365 * years + years / 4 - years / 100);
    const int64_t from_march = (5 * in_year + 2) / 153;

    *day = (int)(in_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = years + era * 400 + (*month <= 2);
}

static int64_t floor_div(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

int cqa_zone_civil_s(int year, int month, int day, int hour, int minute, int second, int64_t *out)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > month_days(year, month))
        return 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return 0;
    *out = civil_days(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second;
    return 1;
}

/* ---- the rule after the last transition: "CST-8", "EST5EDT,M3.2.0,M11.1.0" */

/* A zone's abbreviation: letters, or anything in <>. */
static const char *skip_name(const char *text)
{
    const char *start = text;

    if (*text == '<') {
        text = strchr(text, '>');
        return text == NULL ? NULL : text + 1;
    }
    while ((*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z'))
        text++;
    return text - start >= 3 ? text : NULL;
}

static const char *read_number(const char *text, int most, int *out)
{
    int number = 0;

    if (text == NULL || *text < '0' || *text > '9')
        return NULL;
    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (*text - '0');
        if (number > most)
            return NULL;
    }
    *out = number;
    return text;
}

/* [+-]hh[:mm[:ss]] */
static const char *read_time(const char *text, int32_t *out)
{
    int parts[3] = {0, 0, 0};
    int sign = 1;

    if (*text == '+' || *text == '-')
        sign = *text++ == '-' ? -1 : 1;
    text = read_number(text, 167, &parts[0]);
    for (int i = 1; i < 3 && text != NULL && *text == ':'; i++)
        text = read_number(text + 1, 59, &parts[i]);
    *out = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
    return text;
}

static const char *read_change(const char *text, struct change *out)
{
    if (*text++ != ',')
        return NULL;
    out->kind = '0';
    out->time_s = 2 * 3600;
    if (*text == 'M' || *text == 'J')
        out->kind = *text++;
    if (out->kind == 'M') {
        text = read_number(text, 12, &out->month);
        text = text != NULL && *text == '.' ? read_number(text + 1, 5, &out->week) : NULL;
        text = text != NULL && *text == '.' ? read_number(text + 1, 6, &out->day) : NULL;
        if (out->month < 1 || out->week < 1)
            return NULL;
    } else {
        text = read_number(text, 365, &out->day);
    }
    if (text != NULL && *text == '/')
        text = read_time(text + 1, &out->time_s);
    return text;
}

/* 1 when the text is a whole rule. POSIX counts west of Greenwich as positive. */
static int read_rule(const char *text, struct rule *out)
{
    int32_t west_s = 0;

    text = skip_name(text);
    text = text == NULL ? NULL : read_time(text, &west_s);
    if (text == NULL)
        return 0;
    out->standard_s = -west_s;
    if (*text == '\0')
        return 1;
    out->has_summer = 1;
    out->summer_s = out->standard_s + 3600;
    text = skip_name(text);
    if (text != NULL && *text != ',') {
        text = read_time(text, &west_s);
        out->summer_s = -west_s;
    }
    text = text == NULL ? NULL : read_change(text, &out->summer_from);
    text = text == NULL ? NULL : read_change(text, &out->summer_to);
    return text != NULL && *text == '\0';
}

/* The change in a year, as local time counted from 1970. */
static int64_t change_local_s(const struct change *change, int64_t year)
{
    const int64_t january = civil_days(year, 1, 1);
    int64_t days = january + change->day;

    if (change->kind == 'J')
        days = january + change->day - 1 + (is_leap(year) && change->day > 59);
    if (change->kind == 'M') {
        const int64_t first = civil_days(year, change->month, 1);
        const int64_t weekday = (first % 7 + 11) % 7; /* 1970-01-01 was a Thursday */
        int64_t day = (change->day - weekday + 7) % 7 + 7 * (change->week - 1);
        if (day >= month_days(year, change->month))
            day -= 7;
        days = first + day;
    }
    return days * DAY_S + change->time_s;
}

static int32_t rule_offset_s(const struct rule *rule, int64_t utc_s)
{
    int64_t year;
    int month;
    int day;

    if (!rule->has_summer)
        return rule->standard_s;
    days_civil(floor_div(utc_s + rule->standard_s, DAY_S), &year, &month, &day);
    const int64_t from_s = change_local_s(&rule->summer_from, year) - rule->standard_s;
    const int64_t to_s = change_local_s(&rule->summer_to, year) - rule->summer_s;
    const int summer =
        from_s < to_s ? utc_s >= from_s && utc_s < to_s : utc_s >= from_s || utc_s < to_s;
    return summer ? rule->summer_s : rule->standard_s;
}

/* ---- the file */

struct header {
    int version;
    size_t utc_flags, wall_flags, leaps, times, types, letters;
};

static int64_t big_endian(const unsigned char *bytes, size_t count)
{
    uint64_t number = bytes[0] >= 0x80 ? UINT64_MAX : 0;

    for (size_t i = 0; i < count; i++)
        number = number << 8 | bytes[i];
    return (int64_t)number;
}

static int read_header(const unsigned char *bytes, size_t size, struct header *out)
{
    if (size < HEADER_BYTES || memcmp(bytes, "TZif", 4) != 0)
        return 0;
    size_t *const counts[] = {&out->utc_flags, &out->wall_flags, &out->leaps,
                              &out->times,     &out->types,      &out->letters};
    out->version = bytes[4] == 0 ? 1 : bytes[4] - '0';
    for (size_t i = 0; i < 6; i++) {
        const int64_t count = big_endian(bytes + 20 + 4 * i, 4);
        if (count < 0 || count > FILE_BYTES_MAX)
            return 0;
        *counts[i] = (size_t)count;
    }
    return out->types > 0;
}

static size_t body_bytes(const struct header *header, size_t time_bytes)
{
    return header->times * (time_bytes + 1) + header->types * 6 + header->letters +
           header->leaps * (time_bytes + 4) + header->wall_flags + header->utc_flags;
}

static int read_body(const unsigned char *body, const struct header *header, size_t time_bytes,
                     struct cqa_zone *zone)
{
    const unsigned char *which = body + header->times * time_bytes;
    const unsigned char *types = which + header->times;

    zone->at_s = calloc(header->times + 1, sizeof *zone->at_s);
    zone->offset_s = calloc(header->times + 1, sizeof *zone->offset_s);
    if (zone->at_s == NULL || zone->offset_s == NULL)
        return 0;
    zone->first_s = (int32_t)big_endian(types, 4);
    zone->count = header->times;
    for (size_t i = 0; i < header->times; i++) {
        if (which[i] >= header->types)
            return 0;
        zone->at_s[i] = big_endian(body + i * time_bytes, time_bytes);
        zone->offset_s[i] = (int32_t)big_endian(types + (size_t)6 * which[i], 4);
        if (zone->offset_s[i] < -DAY_S || zone->offset_s[i] > DAY_S)
            return 0;
        if (i > 0 && zone->at_s[i] <= zone->at_s[i - 1])
            return 0;
    }
    return zone->first_s >= -DAY_S && zone->first_s <= DAY_S;
}

/* The line between two newlines that ends the file. */
static int read_footer(const unsigned char *bytes, size_t size, struct cqa_zone *zone)
{
    char text[128];

    if (size < 2 || bytes[0] != '\n' || bytes[size - 1] != '\n' || size - 2 >= sizeof text)
        return 0;
    memcpy(text, bytes + 1, size - 2);
    text[size - 2] = '\0';
    zone->has_rule = text[0] != '\0';
    return !zone->has_rule || read_rule(text, &zone->rule);
}

static int read_zone(const unsigned char *bytes, size_t size, struct cqa_zone *zone)
{
    struct header header;
    size_t time_bytes = 4;

    if (!read_header(bytes, size, &header) || size - HEADER_BYTES < body_bytes(&header, 4))
        return 0;
    if (header.version >= 2) { /* the same again, with 8-byte times */
        const size_t skipped = HEADER_BYTES + body_bytes(&header, 4);
        bytes += skipped;
        size -= skipped;
        time_bytes = 8;
        if (!read_header(bytes, size, &header) || size - HEADER_BYTES < body_bytes(&header, 8))
            return 0;
    }
    if (!read_body(bytes + HEADER_BYTES, &header, time_bytes, zone))
        return 0;
    const size_t used = HEADER_BYTES + body_bytes(&header, time_bytes);
    return time_bytes == 4 || read_footer(bytes + used, size - used, zone);
}

static int is_zone_name(const char *name)
{
    if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL || strlen(name) > 64)
        return 0;
    return name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                             "+-_/")] == '\0';
}

static enum cqa_status load_file(const char *path, const char *name, struct cqa_zone *zone,
                                 struct cqa_error *error)
{
    unsigned char *bytes = malloc(FILE_BYTES_MAX);
    FILE *file = fopen(path, "rbe");
    enum cqa_status status = CQA_OK;

    if (bytes == NULL) {
        status = cqa_fail(error, CQA_E_NOMEM, "no memory for the time zone \"%s\"", name);
    } else if (file == NULL) {
        status = cqa_fail(error, CQA_E_NOTFOUND,
                          "no time zone \"%s\"; allowed are the names of the IANA database, as "
                          "Asia/Shanghai (package tzdata)",
                          name);
    } else {
        const size_t size = fread(bytes, 1, FILE_BYTES_MAX, file);
        if (ferror(file) || !read_zone(bytes, size, zone))
            status = cqa_fail(error, CQA_E_BADDATA, "%s is not a time zone file", path);
    }
    if (file != NULL)
        (void)fclose(file);
    free(bytes);
    return status;
}

enum cqa_status cqa_zone_load(const char *name, struct cqa_zone **out, struct cqa_error *error)
{
    struct cqa_zone *zone = calloc(1, sizeof *zone);
    enum cqa_status status = CQA_OK;
    char path[128];

    if (zone == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a time zone");
    if (name == NULL) {
        status = load_file("/etc/localtime", "of this machine", zone, NULL);
        if (status == CQA_E_NOTFOUND)
            status = CQA_OK; /* as libc has it: UTC */
        else if (status != CQA_OK)
            (void)cqa_fail(error, status, "/etc/localtime is not a time zone file");
    } else if (!is_zone_name(name)) {
        status = cqa_fail(error, CQA_E_BADDATA,
                          "\"%.64s\" is no time zone; allowed are the names of the IANA database, "
                          "as Asia/Shanghai",
                          name);
    } else if (strcmp(name, "UTC") != 0) {
        (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
        status = load_file(path, name, zone, error);
    }
    if (status != CQA_OK) {
        cqa_zone_destroy(zone);
        return status;
    }
    *out = zone;
    return CQA_OK;
}

void cqa_zone_destroy(struct cqa_zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->at_s);
    free(zone->offset_s);
    free(zone);
}

/* ---- asking */

int32_t cqa_zone_offset_s(const struct cqa_zone *zone, int64_t utc_s)
{
    size_t low = 0;
    size_t high = zone->count; /* the first transition after utc_s */

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (zone->at_s[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rule)
        return rule_offset_s(&zone->rule, utc_s);
    return low == 0 ? zone->first_s : zone->offset_s[low - 1];
}

/* As the rule has it: the years of its halves begin anew at each new year of standard time. */
static int next_of_rule(const struct rule *rule, int64_t utc_s, int64_t *out)
{
    int64_t this_year;
    int month;
    int day;
    int found = 0;

    if (!rule->has_summer)
        return 0;
    days_civil(floor_div(utc_s + rule->standard_s, DAY_S), &this_year, &month, &day);
    for (int64_t year = this_year - 1; year <= this_year + 1; year++) {
        const int64_t changes_s[] = {civil_days(year, 1, 1) * DAY_S - rule->standard_s,
                                     change_local_s(&rule->summer_from, year) - rule->standard_s,
                                     change_local_s(&rule->summer_to, year) - rule->summer_s};
        for (size_t i = 0; i < sizeof changes_s / sizeof *changes_s; i++)
            if (changes_s[i] > utc_s && (!found || changes_s[i] < *out)) {
                *out = changes_s[i];
                found = 1;
            }
    }
    return found;
}

int cqa_zone_next_change(const struct cqa_zone *zone, int64_t utc_s, int64_t *out)
{
    for (size_t i = 0; i < zone->count; i++)
        if (zone->at_s[i] > utc_s) {
            *out = zone->at_s[i];
            return 1;
        }
    return zone->has_rule && next_of_rule(&zone->rule, utc_s, out);
}

int64_t cqa_zone_from_local(const struct cqa_zone *zone, int64_t local_s)
{
    /* No place on earth is more than a day away from UTC, so these two lie on either side of any
     * change nearby. */
    const int32_t before_s = cqa_zone_offset_s(zone, local_s - DAY_S);
    const int32_t after_s = cqa_zone_offset_s(zone, local_s + DAY_S);
    const int before_holds = cqa_zone_offset_s(zone, local_s - before_s) == before_s;
    const int after_holds = cqa_zone_offset_s(zone, local_s - after_s) == after_s;

    if (before_holds && after_holds)
        return local_s - (before_s > after_s ? before_s : after_s);
    return local_s - (after_holds ? after_s : before_s);
}

void cqa_zone_format(const struct cqa_zone *zone, int64_t utc_s, char out[CQA_ZONE_TEXT_SIZE])
{
    int64_t year;
    int month;
    int day;

    /* ISO 8601 offsets are whole minutes; those before about 1920 were not. */
    const int offset_min = (int)(cqa_zone_offset_s(zone, utc_s) / 60);
    const int64_t local_s = utc_s + offset_min * 60;
    days_civil(floor_div(local_s, DAY_S), &year, &month, &day);
    const int in_day = (int)(local_s - floor_div(local_s, DAY_S) * DAY_S);
    out[0] = '\0';
    if (year < 1 || year > 9999)
        return;
    (void)snprintf(out, CQA_ZONE_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d",
                   (int)year % 10000, month, day, in_day / 3600, in_day / 60 % 60, in_day % 60,
                   offset_min < 0 ? '-' : '+', abs(offset_min) / 60, abs(offset_min) % 60);
}
