/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "recorder/parts.h"

/* Dates and times as recorders write them. */

/* A clock set to another zone is at most this far off; beyond it the number is not this call's
 * start. */
enum { EPOCH_AGREES_S = 26 * 3600 };

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

int cqa_moment_from_groups(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                           const struct cqa_groups *groups, struct cqa_arena *arena, int64_t *utc_s)
{
    int parts[6] = {0};
    int64_t local_s = 0;
    int64_t epoch_s = 0;
    const int has_epoch = read_epoch(groups, arena, &epoch_s);
    const int known = read_parts(recorder, groups, arena, parts);

    /* A name that says a day that never was is no name of this recorder's, whatever else it says.
     */
    if (known < 0 || (known > 0 && !cqa_zone_civil_s(parts[0], parts[1], parts[2], parts[3],
                                                     parts[4], parts[5], &local_s)))
        return -1;
    if (known == 0) {
        *utc_s = epoch_s;
        return has_epoch;
    }
    *utc_s = recorder->utc ? local_s : cqa_zone_from_local(zone, local_s);
    /* The second since 1970 knows nothing of zones and summer time, so it is the better witness. */
    if (has_epoch && llabs(epoch_s - *utc_s) <= EPOCH_AGREES_S)
        *utc_s = epoch_s;
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

static int from_iso(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                    const char *text, int64_t *utc_s)
{
    int parts[6];
    char between = 0;
    int used = 0;
    int has_offset = 0;
    int64_t offset_s = 0;
    int64_t local_s = 0;

    // NOLINTNEXTLINE(cert-err34-c): widths bound the numbers
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &parts[0], &parts[1], &parts[2], &between,
               &parts[3], &parts[4], &parts[5], &used) != 7 ||
        (between != 'T' && between != ' '))
        return 0;
    if (text[used] == '.')
        used += 1 + (int)strspn(text + used + 1, "0123456789");
    if (!read_offset(text + used, &has_offset, &offset_s) ||
        !cqa_zone_civil_s(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], &local_s))
        return 0;
    if (has_offset)
        *utc_s = local_s - offset_s;
    else
        *utc_s = recorder->utc ? local_s : cqa_zone_from_local(zone, local_s);
    return 1;
}

int cqa_moment_from_text(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                         const char *text, int64_t *utc_s)
{
    const size_t length = strspn(text, "0123456789");

    if (text[length] != '\0')
        return from_iso(recorder, zone, text, utc_s);
    if (length < 9 || length > 16)
        return 0;
    *utc_s = strtoll(text, NULL, 10);
    if (length >= 15)
        *utc_s /= 1000000;
    else if (length >= 12)
        *utc_s /= 1000;
    return *utc_s > 0;
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
