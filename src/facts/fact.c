/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/escape.h"
#include "facts/fact.h"
#include "recorder/profile.h"

const char *const cqa_fact_column_words[CQA_COLUMN_COUNT + 1] = {
    "unique_id", "linked_id",       "file",          "started_at",  "answered_at",
    "caller",    "callee",          "channel",       "dst_channel", "last_app",
    "last_data", "disposition",     "agent",         "customer",    "queue",
    "direction", "hold_started_at", "hold_ended_at", "skip",        NULL};

enum {
    VALUE_MAX = 1024,
    EXTENSION_DIGITS_MIN = 2,
    EXTENSION_DIGITS_MAX = 6, /* longer ones are numbers of the world outside */
    CALLER_DIGITS_MIN = 5,
    CALLER_DIGITS = CQA_FACT_CALLER_SIZE - 1,
};

uint64_t cqa_fact_hash(uint64_t hash, const void *bytes, size_t size)
{
    for (const unsigned char *at = bytes; size-- > 0; at++)
        hash = (hash ^ *at) * 0x100000001b3;
    return hash;
}

/* As it may stand in a call; NULL for nothing. */
static const char *clean(const char *value, struct cqa_arena *arena)
{
    char text[VALUE_MAX];

    if (value == NULL || value[0] == '\0')
        return NULL;
    cqa_escape_control(value, text, sizeof text);
    return cqa_arena_string(arena, text);
}

int cqa_fact_caller_digits(const char *number, char out[CQA_FACT_CALLER_SIZE])
{
    char digits[64];
    size_t count = 0;

    for (const char *at = number; at != NULL && *at != '\0' && count < sizeof digits - 1; at++)
        if (*at >= '0' && *at <= '9')
            digits[count++] = *at;
    digits[count] = '\0';
    (void)snprintf(out, CQA_FACT_CALLER_SIZE, "%s",
                   digits + (count > CALLER_DIGITS ? count - CALLER_DIGITS : 0));
    return count >= CALLER_DIGITS_MIN;
}

const char *cqa_fact_caller(const char *number, struct cqa_arena *arena)
{
    char digits[CQA_FACT_CALLER_SIZE];

    return cqa_fact_caller_digits(number, digits) ? cqa_arena_string(arena, digits) : NULL;
}

/* The extension in a channel's name: "PJSIP/8001-00000012", "Local/8001@from-queue-1;2",
 * "Agent/8001"; NULL for trunks. */
static const char *extension_of(const char *channel, struct cqa_arena *arena)
{
    const char *slash = channel == NULL ? NULL : strchr(channel, '/');

    if (slash == NULL)
        return NULL;
    const size_t digits = strspn(slash + 1, "0123456789");
    const char end = slash[1 + digits];
    if (digits < EXTENSION_DIGITS_MIN || digits > EXTENSION_DIGITS_MAX ||
        (end != '\0' && end != '-' && end != '@'))
        return NULL;
    return cqa_arena_bytes(arena, slash + 1, digits);
}

static int64_t moment(const char *text, const struct cqa_fact_clock *clock)
{
    int64_t utc_ms = 0;

    return text != NULL && cqa_moment_from_text(clock->zone, clock->utc, text, &utc_ms) ? utc_ms
                                                                                        : 0;
}

/*
 * Asterisk's unique id begins with the second since 1970 at which the channel was made, which knows
 * nothing of zones. Where the local time is just an hour beside it, it is the other one of two
 * that the clocks showed when they were put back.
 */
static int64_t correction_ms(const char *id, int64_t started_ms)
{
    enum { HOUR_S = 3600, SLACK_S = 5 };
    const char *dash = id == NULL ? NULL : strrchr(id, '-');
    const char *number = dash == NULL ? id : dash + 1;
    const size_t digits = number == NULL ? 0 : strspn(number, "0123456789");

    if (started_ms == 0 || digits < 9 || digits > 11 || number[digits] != '.')
        return 0;
    const int64_t off_s = strtoll(number, NULL, 10) - started_ms / 1000;
    if (llabs(llabs(off_s) - HOUR_S) > SLACK_S)
        return 0;
    return (off_s > 0 ? HOUR_S : -HOUR_S) * INT64_C(1000);
}

static const char *direction_word(const char *word)
{
    static const char *const words[][2] = {
        {"in", "in"},        {"inbound", "in"},   {"incoming", "in"},      {"out", "out"},
        {"outbound", "out"}, {"outgoing", "out"}, {"internal", "internal"}};

    for (size_t i = 0; word != NULL && i < sizeof words / sizeof *words; i++)
        if (strcasecmp(word, words[i][0]) == 0)
            return words[i][1];
    return NULL;
}

/* A number of the telephone network, with the signs that people put into one. */
static int is_phone(const char *number)
{
    enum { DIGITS_LEAST = 7 };
    size_t digits = 0;

    for (const char *at = number; at != NULL && *at != '\0'; at++) {
        digits += isdigit((unsigned char)*at) != 0;
        if (!isdigit((unsigned char)*at) && strchr("+-() ", *at) == NULL)
            return 0;
    }
    return digits >= DIGITS_LEAST;
}

/* The channel has a name of digits, and the outside number beside it is not its own. */
static int may_be_trunk(const char *channel, const char *number)
{
    return channel != NULL && number != NULL && strcmp(number, channel) != 0 && is_phone(number);
}

/* What the exchange dialled last. */
enum dialled {
    DIALLED_UNKNOWN,
    DIALLED_EXTENSION, /* a queue's member, or "SIP/8001" */
    DIALLED_NUMBER     /* "SIP/trunk/13800138000" or "PJSIP/13800138000@trunk" */
};

/* Of "TECH/RESOURCE", `length` bytes. */
static enum dialled read_destination(const char *text, size_t length, const char *called)
{
    char resource[128];
    const char *slash = memchr(text, '/', length);

    if (slash == NULL)
        return DIALLED_UNKNOWN;
    (void)snprintf(resource, sizeof resource, "%.*s", (int)(length - (size_t)(slash + 1 - text)),
                   slash + 1);
    char *at = strchr(resource, '@');
    const char *behind = strchr(resource, '/');
    if (at != NULL)
        *at = '\0';
    if (is_phone(behind != NULL ? behind + 1 : resource))
        return DIALLED_NUMBER;
    return behind == NULL && strcmp(resource, called) == 0 ? DIALLED_EXTENSION : DIALLED_UNKNOWN;
}

static enum dialled read_dialled(const char *const values[CQA_COLUMN_COUNT], const char *called)
{
    const char *app = values[CQA_COLUMN_LAST_APP];
    const char *data = values[CQA_COLUMN_LAST_DATA];
    enum dialled dialled = DIALLED_UNKNOWN;

    if (app != NULL && strcasecmp(app, "Queue") == 0)
        return DIALLED_EXTENSION;
    if (app == NULL || data == NULL || strcasecmp(app, "Dial") != 0)
        return DIALLED_UNKNOWN;
    const char *end = data + strcspn(data, ",|");
    while (data < end && dialled == DIALLED_UNKNOWN) { /* several ring at once: "SIP/1&SIP/2" */
        const size_t length = strcspn(data, "&,|");
        dialled = read_destination(data, length, called);
        data += length + 1;
    }
    return dialled;
}

/*
 * A trunk may have a name of digits as an extension has. An outside number came through it, unless
 * it goes on to another outside number; where an extension calls outside, the channel that was
 * called is the trunk. Where both may be, what was dialled tells: an extension is the agent, and to
 * dial a number it takes a trunk. Where that does not tell, nobody knows who of them is the agent.
 */
static void drop_trunks(const char *const values[CQA_COLUMN_COUNT], const char **calls,
                        const char **called)
{
    const char *caller = values[CQA_COLUMN_CALLER];
    const char *callee = values[CQA_COLUMN_CALLEE];
    const char *to = values[CQA_COLUMN_DST_CHANNEL];
    const int goes_on = to != NULL && to[0] != '\0' && is_phone(callee) && *called == NULL;
    int comes_in = may_be_trunk(*calls, caller) && !goes_on;
    int goes_out = *calls != NULL && may_be_trunk(*called, callee);

    if (comes_in && goes_out) {
        const enum dialled dialled = read_dialled(values, *called);
        comes_in = dialled != DIALLED_NUMBER;
        goes_out = dialled != DIALLED_EXTENSION;
    }
    if (comes_in)
        *calls = NULL;
    if (goes_out)
        *called = NULL;
}

/* The extension only rang: what answered was the caller's way to leave a message. */
static int is_voicemail(const char *app)
{
    return app != NULL && strncasecmp(app, "VoiceMail", 9) == 0;
}

/* Who of the two channels is an extension tells the direction and who is whose. */
static void tell_parties(const char *const values[CQA_COLUMN_COUNT], struct cqa_arena *arena,
                         struct cqa_fact *out)
{
    const char *channel = values[CQA_COLUMN_CHANNEL];
    const int is_local = channel != NULL && strncasecmp(channel, "Local/", 6) == 0;
    const char *calls = is_local ? NULL : extension_of(channel, arena);
    const char *called = extension_of(values[CQA_COLUMN_DST_CHANNEL], arena);
    drop_trunks(values, &calls, &called);
    const char *answers = is_voicemail(values[CQA_COLUMN_LAST_APP]) ? NULL : called;
    const char *other =
        values[calls != NULL && answers == NULL ? CQA_COLUMN_CALLEE : CQA_COLUMN_CALLER];

    if (out->direction == NULL && (calls != NULL || called != NULL))
        out->direction = calls == NULL ? "in" : called == NULL ? "out" : "internal";
    if (out->agent == NULL)
        out->agent = answers != NULL ? answers : calls;
    if (out->customer == NULL)
        out->customer = clean(other, arena);
}

static void tell_queue(const char *const values[CQA_COLUMN_COUNT], struct cqa_arena *arena,
                       struct cqa_fact *out)
{
    const char *app = values[CQA_COLUMN_LAST_APP];
    const char *data = values[CQA_COLUMN_LAST_DATA];

    if (out->queue == NULL && app != NULL && data != NULL && strcasecmp(app, "Queue") == 0)
        out->queue = clean(cqa_arena_bytes(arena, data, strcspn(data, ",|")), arena);
}

static void tell_times(const char *const values[CQA_COLUMN_COUNT],
                       const struct cqa_fact_clock *clock, struct cqa_fact *out)
{
    int64_t *const times[] = {&out->started_ms, &out->answered_ms, &out->hold_start_ms,
                              &out->hold_end_ms};
    static const enum cqa_fact_column columns[] = {CQA_COLUMN_STARTED_AT, CQA_COLUMN_ANSWERED_AT,
                                                   CQA_COLUMN_HOLD_STARTED_AT,
                                                   CQA_COLUMN_HOLD_ENDED_AT};

    for (size_t i = 0; i < 4; i++)
        *times[i] = moment(values[columns[i]], clock);
    const int64_t off_ms = correction_ms(out->id, out->started_ms);
    for (size_t i = 0; i < 4; i++)
        *times[i] += *times[i] > 0 ? off_ms : 0;
    if (out->hold_start_ms == 0 || out->hold_end_ms <= out->hold_start_ms)
        out->hold_start_ms = out->hold_end_ms = 0;
}

/* The file's name without folders and ending. */
static const char *stem_of(const char *file, struct cqa_arena *arena)
{
    const char *text = clean(file, arena);

    if (text == NULL)
        return NULL;
    const char *slash = strrchr(text, '/');
    const char *name = slash == NULL ? text : slash + 1;
    const char *ending = strrchr(name, '.');
    /* "…-1763604902.17" has an ending of digits, which is none */
    const int has_ending = ending != NULL && ending != name && strlen(ending) <= 5 &&
                           strspn(ending + 1, "0123456789") != strlen(ending + 1);
    return name[0] == '\0'
               ? NULL
               : cqa_arena_bytes(arena, name, has_ending ? (size_t)(ending - name) : strlen(name));
}

int cqa_fact_from_columns(const char *const values[CQA_COLUMN_COUNT],
                          const struct cqa_fact_clock *clock, struct cqa_arena *arena,
                          struct cqa_fact *out)
{
    const char *disposition = values[CQA_COLUMN_DISPOSITION];
    const int answered = disposition == NULL || disposition[0] == '\0' ||
                         strcasecmp(disposition, "ANSWERED") == 0 ||
                         strcasecmp(disposition, "ANSWER") == 0;

    *out = (struct cqa_fact){.source = CQA_FACT_CDR,
                             .id = clean(values[CQA_COLUMN_UNIQUE_ID], arena),
                             .linked_id = clean(values[CQA_COLUMN_LINKED_ID], arena),
                             .file = stem_of(values[CQA_COLUMN_FILE], arena),
                             .agent = clean(values[CQA_COLUMN_AGENT], arena),
                             .customer = clean(values[CQA_COLUMN_CUSTOMER], arena),
                             .queue = clean(values[CQA_COLUMN_QUEUE], arena),
                             .direction = direction_word(values[CQA_COLUMN_DIRECTION])};
    const int names_agent = out->agent != NULL;
    tell_times(values, clock, out);
    tell_parties(values, arena, out);
    tell_queue(values, arena, out);
    if (!answered)
        out->agent = NULL; /* it only rang there */
    /* An exchange answers by itself, for its menus and queues: only where the row is the agent's
     * own, or the agent called, is its answer the one that counts. */
    const int is_out = out->direction != NULL && strcmp(out->direction, "out") == 0;
    if (!answered || !(names_agent || is_out))
        out->answered_ms = 0;
    out->caller = cqa_fact_caller(out->customer, arena);
    return out->id != NULL || out->linked_id != NULL || out->file != NULL ||
           (out->caller != NULL && out->started_ms > 0);
}
