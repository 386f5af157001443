/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_ZONE_H
#define CQA_RECORDER_ZONE_H

#include <stdint.h>
#include "base/error.h"

/*
 * A time zone of the IANA database, read from its TZif file (RFC 8536) rather than through TZ and
 * tzset(): those belong to the whole process, and each watched folder has a zone of its own.
 * Read-only once loaded, so any thread may ask it (docs/decisions/0030-own-time-zones.md).
 */
struct cqa_zone;

/*
 * Loads NAME ("Asia/Shanghai") from /usr/share/zoneinfo; NULL is the machine's own zone
 * (/etc/localtime, UTC when there is none). "UTC" needs no file. Owned, free with cqa_zone_destroy.
 * CQA_E_NOTFOUND: no such zone; CQA_E_BADDATA: not a name, or the file is damaged.
 */
enum cqa_status cqa_zone_load(const char *name, struct cqa_zone **out,
                              struct cqa_error *error) CQA_MUST_CHECK;
void cqa_zone_destroy(struct cqa_zone *zone);

/* Seconds east of UTC at `utc_s` (since 1970-01-01 UTC). */
int32_t cqa_zone_offset_s(const struct cqa_zone *zone, int64_t utc_s);

/* The first instant after `utc_s` from which the offset may be another; 0 when there is none, and
 * `*out` stays. */
int cqa_zone_next_change(const struct cqa_zone *zone, int64_t utc_s, int64_t *out);

/*
 * The instant at which the zone's clocks show `local_s` (a date and time counted as if it were
 * UTC). A time that comes twice is the first of the two; one that is skipped is read as if the
 * clocks had not yet been put forward.
 */
int64_t cqa_zone_from_local(const struct cqa_zone *zone, int64_t local_s);

enum { CQA_ZONE_TEXT_SIZE = 64 };

/* "2025-11-20T10:15:02+08:00"; "" outside the years 1 to 9999. */
void cqa_zone_format(const struct cqa_zone *zone, int64_t utc_s, char out[CQA_ZONE_TEXT_SIZE]);

/* Days and seconds of the proleptic Gregorian calendar as seconds since 1970-01-01; `*out` is left
 * alone and 0 returned when there is no such day or time (60 seconds are taken for a leap second).
 */
int cqa_zone_civil_s(int year, int month, int day, int hour, int minute, int second, int64_t *out);

#endif
