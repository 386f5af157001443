/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "recorder/parts.h"

/* Dates and times as recorders write them. */

enum {
    /* A clock set to another zone is at most this far off; beyond it the number is not this call's
     * start. */
    EPOCH_AGREES_S = 26 * 3600,
    QUARTER_S = 15 * 60, /* zones differ by whole ones */
    ZONES_S = 3600,      /* and by an hour at least */
    SLACK_S = 5,         /* between a channel's start and the name that is made for it */
};

/* The digits of `text` when there are `count` of them, with anything but digits between:
 * 2025-11-20, 10_15_02. */
static int digits_only(const char *text, size_t count, char *out)
{
    size_t length = 0;

    for (; *text != '\0'; text++) {
        if (!isdigit((unsigned char)*text))
            continue;
        if (length == count)
            return 0;
        out[length++] = *text;
    }
    out[length] = '\0';
    return length == count;
}

static int digits_value(const char *digits, size_t from, size_t count)
{
    int value = 0;

    for (size_t i = from; i < from + count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

/* Into parts: year, month, day, hour, minute, second. 1 when date and at least the hour are there.
 */
static int read_parts(const struct cqa_recorder *recorder, const struct cqa_groups *groups,
                      struct cqa_arena *arena, int parts[6])
{
    static const char *const names[] = {"year", "month", "day", "hour", "minute", "second"};
    const char *date = cqa_groups_get(groups, "date", arena);
    const char *time = cqa_groups_get(groups, "time", arena);
    char digits[16];

    if (date != NULL && time != NULL) {
        if (!digits_only(date, 8, digits))
            return -1;
        parts[0] = digits_value(digits, 0, 4);
        parts[1] = digits_value(digits, 4, 2);
        parts[2] = digits_value(digits, 6, 2);
        if (!digits_only(time, 6, digits))
            return -1;
        for (size_t i = 0; i < 3; i++)
            parts[3 + i] = digits_value(digits, 2 * i, 2);
        return 1;
    }
    for (int i = 0; i < 6; i++) {
        const char *text = cqa_groups_get(groups, names[i], arena);
        if (text == NULL && i < 4)
            return 0;
        if (text != NULL && (strlen(text) > 4 || strspn(text, "0123456789") != strlen(text)))
            return -1;
        parts[i] = text == NULL ? 0 : digits_value(text, 0, strlen(text));
        if (i == 0 && strlen(text) == 1) {
            if (recorder->decade == 0)
                return 0;
            parts[0] += recorder->decade;
        }
    }
    return 1;
}

static int read_epoch(const struct cqa_groups *groups, struct cqa_arena *arena, int64_t *out)
{
    const char *text = cqa_groups_get(groups, "epoch", arena);

    if (text == NULL || strlen(text) > 11 || strspn(text, "0123456789") != strlen(text))
        return 0;
    *out = strtoll(text, NULL, 10);
    return 1;
}

/* A local time that comes twice, when clocks are put back, is the first that the call had begun
 * by. */
static int64_t from_local(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                          int64_t local_s, int64_t called_s)
{
    enum { FAR_S = 3 * 3600 }; /* no clock is put back by so much */
    const int64_t first_s = recorder->utc ? local_s : cqa_zone_from_local(zone, local_s);

    if (recorder->utc || called_s == 0 || first_s >= called_s - SLACK_S)
        return first_s;
    const int64_t second_s = local_s - cqa_zone_offset_s(zone, first_s + FAR_S);
    return second_s > first_s && second_s + cqa_zone_offset_s(zone, second_s) == local_s ? second_s
                                                                                         : first_s;
}

/* How far, in minutes, where it is as far as clocks of two zones are apart; else 0. */
static int zones_apart(int64_t off_s)
{
    const int64_t over_s = ((off_s + SLACK_S) % QUARTER_S + QUARTER_S) % QUARTER_S;

    return llabs(off_s) >= ZONES_S - SLACK_S && over_s <= 2 * SLACK_S
               ? (int)((off_s + SLACK_S - over_s) / 60)
               : 0;
}

int cqa_moment_is_later(int64_t local_s, int64_t called_s)
{
    const int64_t off_s = local_s - called_s;

    return off_s > 0 && off_s <= EPOCH_AGREES_S && zones_apart(off_s) == 0;
}

/*
 * The second in an id is when the call's channel was made, and knows nothing of zones and summer
 * time. The recording begins then or later: when its name says, unless that clock is of another
 * zone.
 */
static void reconcile(int64_t local_s, struct cqa_moment *moment)
{
    const int64_t off_s = local_s - moment->called_s;

    moment->begun_s = local_s;
    if (moment->called_s == 0)
        return;
    if (llabs(off_s) > EPOCH_AGREES_S) {
        moment->called_s = 0;
        return;
    }
    moment->off_minutes = zones_apart(off_s);
    if (!cqa_moment_is_later(local_s, moment->called_s))
        moment->begun_s = moment->called_s;
}

int cqa_moment_from_groups(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                           const struct cqa_groups *groups, struct cqa_arena *arena,
                           struct cqa_moment *out)
{
    int parts[6] = {0};
    int64_t local_s = 0;

    *out = (struct cqa_moment){0};
    const int has_epoch = read_epoch(groups, arena, &out->called_s);
    const int known = read_parts(recorder, groups, arena, parts);

    /* A name that says a day that never was is no name of this recorder's, whatever else it says.
     */
    if (known < 0 || (known > 0 && !cqa_zone_civil_s(parts[0], parts[1], parts[2], parts[3],
                                                     parts[4], parts[5], &local_s)))
        return -1;
    if (known == 0) {
        out->begun_s = out->called_s;
        return has_epoch;
    }
    reconcile(from_local(recorder, zone, local_s, out->called_s), out);
    return 1;
}

/* "Z", "+08:00", "+0800", or nothing. 1 when that is all there is; *has is 0 for nothing. */
static int read_offset(const char *text, int *has, int64_t *offset_s)
{
    int hours = 0;
    int minutes = 0;
    int used = 0;

    *has = text[0] != '\0';
    if (strcmp(text, "Z") == 0 || text[0] == '\0')
        return 1;
    if ((text[0] != '+' && text[0] != '-') || !isdigit((unsigned char)text[1]))
        return 0;
    // NOLINTNEXTLINE(cert-err34-c): widths bound the numbers
    if (sscanf(text + 1, "%2d%n", &hours, &used) != 1)
        return 0;
    const char *rest = text + 1 + used + (text[1 + used] == ':');
    used = 0;
    // NOLINTNEXTLINE(cert-err34-c): widths bound the numbers
    if (rest[0] != '\0' && (sscanf(rest, "%2d%n", &minutes, &used) != 1 || rest[used] != '\0'))
        return 0;
    if (hours > 15 || minutes < 0 || minutes > 59)
        return 0;
    *offset_s = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return 1;
}

/* A fraction of a second in milliseconds; `*text` is moved behind it. */
static int64_t read_fraction_ms(const char **text)
{
    int64_t ms = 0;

    if (**text != '.' && **text != ',')
        return 0;
    const size_t digits = strspn(*text + 1, "0123456789");
    for (size_t i = 0; i < 3; i++)
        ms = ms * 10 + (i < digits ? (*text)[1 + i] - '0' : 0);
    *text += 1 + digits;
    return ms;
}

/* What the calendar of `parts` shows, with the offset that is written at `rest` or without one. */
static int from_parts(const struct cqa_zone *zone, int utc, const int parts[6], const char *rest,
                      int64_t fraction_ms, int64_t *utc_ms)
{
    int has_offset = 0;
    int64_t offset_s = 0;
    int64_t local_s = 0;

    if (!read_offset(rest, &has_offset, &offset_s) ||
        !cqa_zone_civil_s(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], &local_s))
        return 0;
    if (has_offset || utc)
        *utc_ms = (local_s - offset_s) * 1000 + fraction_ms;
    else
        *utc_ms = cqa_zone_from_local(zone, local_s) * 1000 + fraction_ms;
    return 1;
}

static int from_iso(const struct cqa_zone *zone, int utc, const char *text, int64_t *utc_ms)
{
    int parts[6];
    char between = 0;
    int used = 0;

    // NOLINTNEXTLINE(cert-err34-c): widths bound the numbers
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &parts[0], &parts[1], &parts[2], &between,
               &parts[3], &parts[4], &parts[5], &used) != 7 ||
        (between != 'T' && between != ' '))
        return 0;
    const char *rest = text + used;
    const int64_t fraction_ms = read_fraction_ms(&rest);
    return from_parts(zone, utc, parts, rest, fraction_ms, utc_ms);
}

static int month_of(const char *name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int i = 0; i < 12; i++)
        if (strncasecmp(months + 3 * (ptrdiff_t)i, name, 3) == 0)
            return i + 1;
    return 0;
}

/* "Tue, 31 Aug 2010 20:36:28 +0000"; the day of the week may be missing, GMT and UT are +0000. */
static int from_mail(const struct cqa_zone *zone, int utc, const char *text, int64_t *utc_ms)
{
    const char *comma = strchr(text, ',');
    char month[4] = "";
    int parts[6];
    int used = 0;

    // NOLINTNEXTLINE(cert-err34-c): widths bound the numbers
    if (sscanf(comma == NULL ? text : comma + 1, " %2d %3s %4d %2d:%2d:%2d %n", &parts[2], month,
               &parts[0], &parts[3], &parts[4], &parts[5], &used) != 6 ||
        used == 0)
        return 0;
    parts[1] = month_of(month);
    const char *rest = (comma == NULL ? text : comma + 1) + used;
    if (strcmp(rest, "GMT") == 0 || strcmp(rest, "UT") == 0 || strcmp(rest, "UTC") == 0)
        rest = "Z";
    return parts[1] > 0 && from_parts(zone, utc, parts, rest, 0, utc_ms);
}

int cqa_moment_from_text(const struct cqa_zone *zone, int utc, const char *text, int64_t *utc_ms)
{
    const size_t length = strspn(text, "0123456789");
    const char *rest = text + length;
    const int64_t fraction_ms = read_fraction_ms(&rest);

    if (*rest != '\0')
        return from_iso(zone, utc, text, utc_ms) || from_mail(zone, utc, text, utc_ms);
    if (length < 9 || length > 16)
        return 0;
    *utc_ms = strtoll(text, NULL, 10);
    if (length >= 15)
        *utc_ms /= 1000;
    else if (length < 12)
        *utc_ms = *utc_ms * 1000 + fraction_ms;
    return *utc_ms > 0;
}

int cqa_moment_ms(const char *text)
{
    const size_t length = strspn(text, "0123456789");
    const char *point = strchr(text, '.');
    char digits[4] = "000";

    if (text[length] == '\0' && length >= 12) {
        const size_t at = length >= 15 ? length - 6 : length - 3;
        memcpy(digits, text + at, 3);
    } else if (point != NULL && isdigit((unsigned char)point[1])) {
        for (size_t i = 0; i < 3 && isdigit((unsigned char)point[1 + i]); i++)
            digits[i] = point[1 + i];
    } else {
        return -1;
    }
    return digits_value(digits, 0, 3);
}
