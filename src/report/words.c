/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/escape.h"

#define WORD_TEXT(symbol, en, zh) {en, zh},
static const struct cqa_text words[CQA_WORD_COUNT] = {CQA_WORDS(WORD_TEXT)};
#undef WORD_TEXT

const char *cqa_text_in(struct cqa_text text, int zh)
{
    const char *wanted = zh ? text.zh : text.en;
    const char *other = zh ? text.en : text.zh;

    if (wanted != NULL && wanted[0] != '\0')
        return wanted;
    return other != NULL ? other : "";
}

const char *cqa_word(enum cqa_word word, int zh)
{
    return cqa_text_in(words[word], zh);
}

const char *cqa_role_word(enum cqa_role role, int zh)
{
    static const enum cqa_word of_role[CQA_ROLE_COUNT] = {
        [CQA_ROLE_AGENT] = CQA_WORD_AGENT,
        [CQA_ROLE_CUSTOMER] = CQA_WORD_CUSTOMER,
        [CQA_ROLE_MIXED] = CQA_WORD_MIXED,
        [CQA_ROLE_UNKNOWN] = CQA_WORD_UNKNOWN_PARTY,
    };
    return cqa_word(of_role[role], zh);
}

const char *cqa_party_word(enum cqa_party party, int zh)
{
    if (party == CQA_PARTY_NONE)
        return "";
    return cqa_word(party == CQA_PARTY_AGENT ? CQA_WORD_AGENT : CQA_WORD_CUSTOMER, zh);
}

const char *cqa_aspect_word(enum cqa_aspect aspect, int zh)
{
    switch (aspect) {
    case CQA_ASPECT_SILENCE:
        return cqa_event_type_word(CQA_EVENT_SILENCE, zh);
    case CQA_ASPECT_OVERTALK:
        return cqa_event_type_word(CQA_EVENT_OVERTALK, zh);
    case CQA_ASPECT_HOLD:
        return cqa_event_type_word(CQA_EVENT_HOLD, zh);
    default:
        return cqa_word(aspect == CQA_ASPECT_SPEECH ? CQA_WORD_SPEECH : CQA_WORD_LEVEL, zh);
    }
}

const char *cqa_layout_word(enum cqa_layout layout, int zh)
{
    static const enum cqa_word of_layout[CQA_LAYOUT_COUNT] = {
        [CQA_LAYOUT_STEREO] = CQA_WORD_STEREO,
        [CQA_LAYOUT_MONO] = CQA_WORD_MONO,
        [CQA_LAYOUT_DUAL_MONO] = CQA_WORD_DUAL_MONO,
        [CQA_LAYOUT_LEG] = CQA_WORD_LEG,
    };
    return cqa_word(of_layout[layout], zh);
}

void cqa_cost_text(const struct cqa_deduction *deduction, int zh, char *out, size_t size)
{
    char points[24];

    if (deduction->points > 0) {
        cqa_points_text(deduction->points, points, sizeof points);
        snprintf(out, size, "−%s", points);
        return;
    }
    const int is_note = deduction->severity == NULL || strcmp(deduction->severity, "note") == 0;
    snprintf(out, size, "%s", cqa_word(is_note ? CQA_WORD_NOTE : CQA_WORD_CAPPED, zh));
}

void cqa_ground_text(const struct cqa_deduction *deduction, int zh, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", cqa_word(CQA_WORD_COSTS_NOTHING, zh),
             cqa_word(CQA_WORD_COLON, zh), cqa_text_in(deduction->ground_text, zh));
    cqa_drop_half_character(out, size);
}

/* Adds " (PART)". */
static void add_part(const char *part, int zh, char *out, size_t size)
{
    const size_t used = strlen(out);

    snprintf(out + used, size - used, "%s%s%s", zh ? "（" : " (", part, zh ? "）" : ")");
    cqa_drop_half_character(out, size);
}

void cqa_deduction_text(const struct cqa_deduction *deduction, int zh, char *out, size_t size)
{
    char ground[600];

    snprintf(out, size, "%s", cqa_text_in(deduction->text, zh));
    cqa_drop_half_character(out, size);
    if (deduction->ground != NULL) {
        cqa_ground_text(deduction, zh, ground, sizeof ground);
        add_part(ground, zh, out, size);
    }
    if (deduction->automatic_fail)
        add_part(cqa_word(CQA_WORD_FAIL, zh), zh, out, size);
}

const char *cqa_event_type_word(enum cqa_event_type type, int zh)
{
    return cqa_text_in(cqa_event_looks[type].text, zh);
}

struct cqa_event_look cqa_event_mark(const struct cqa_event *event)
{
    struct cqa_event_look look = cqa_event_looks[event->type];

    if (event->kind == CQA_KIND_INTERRUPTION)
        look.letter = 'I';
    else if (event->kind == CQA_KIND_BACKCHANNEL)
        look = (struct cqa_event_look){.letter = 'b', .sgr = "90", .color = 0x9AA5B1};
    else
        return look;
    look.text = cqa_event_kind_texts[event->kind];
    return look;
}

const struct cqa_text *cqa_event_ground(const struct cqa_event *event)
{
    const char *type = cqa_event_type_words[event->type];
    const char *cause = cqa_event_cause_words[event->cause];

    for (int i = 0; i < CQA_GROUND_COUNT; i++)
        if (strcmp(cqa_ground_ids[i], type) == 0 || strcmp(cqa_ground_ids[i], cause) == 0)
            return &cqa_ground_texts[i];
    return NULL;
}

static const char *cause_word(enum cqa_event_cause cause, int zh)
{
    return cqa_text_in(cqa_event_cause_texts[cause], zh);
}

static const char *kind_word(enum cqa_event_kind kind, int zh)
{
    return cqa_text_in(cqa_event_kind_texts[kind], zh);
}

/* "MAIN, DETAIL", or MAIN where there is no detail. */
static void join(const char *main_word, const char *detail, int zh, char *out, size_t size)
{
    const char *between = detail[0] == '\0' ? "" : cqa_word(CQA_WORD_COMMA, zh);

    snprintf(out, size, "%s%s%s", main_word, between, detail);
}

static void overtalk_label(const struct cqa_event *event, int zh, char *out, size_t size)
{
    const char *kind = event->kind == CQA_KIND_NONE ? cqa_event_type_word(event->type, zh)
                                                    : kind_word(event->kind, zh);
    const char *by = cqa_party_word(event->by, zh);

    if (by[0] == '\0')
        snprintf(out, size, "%s", kind);
    else if (zh)
        snprintf(out, size, "%s%s", by, kind);
    else
        snprintf(out, size, "%s by %s", kind, by);
}

static void hold_label(const struct cqa_event *event, int zh, char *out, size_t size)
{
    char kind[64];

    join(cqa_event_type_word(event->type, zh), kind_word(event->kind, zh), zh, kind, sizeof kind);
    join(kind, event->phase == CQA_PHASE_QUEUE ? cqa_word(CQA_WORD_IN_QUEUE, zh) : "", zh, out,
         size);
}

void cqa_event_label(const struct cqa_event *event, int zh, char *out, size_t size)
{
    const char *type = cqa_event_type_word(event->type, zh);

    switch (event->type) {
    case CQA_EVENT_SILENCE:
        join(type, cause_word(event->cause, zh), zh, out, size);
        break;
    case CQA_EVENT_OVERTALK:
        overtalk_label(event, zh, out, size);
        break;
    case CQA_EVENT_HOLD:
        hold_label(event, zh, out, size);
        break;
    case CQA_EVENT_DTMF:
        join(type, event->digits, zh, out, size);
        break;
    default:
        join(type, cqa_party_word(event->side, zh), zh, out, size);
        break;
    }
}

void cqa_clock_text(int64_t time_ms, char *out, size_t size)
{
    const int64_t seconds = time_ms / 1000;

    if (seconds < 3600)
        snprintf(out, size, "%" PRId64 ":%02" PRId64, seconds / 60, seconds % 60);
    else
        snprintf(out, size, "%" PRId64 ":%02" PRId64 ":%02" PRId64, seconds / 3600,
                 seconds / 60 % 60, seconds % 60);
}

void cqa_length_text(int64_t length_ms, char *out, size_t size)
{
    snprintf(out, size, "%" PRId64 ".%d", length_ms / 1000, (int)(length_ms % 1000 / 100));
}

void cqa_points_text(double points, char *out, size_t size)
{
    snprintf(out, size, "%.2f", points);
    char *dot = strchr(out, '.');
    if (dot == NULL)
        return;
    char *last = dot + strlen(dot) - 1;
    while (*last == '0')
        *last-- = '\0';
    if (last == dot)
        *dot = '\0';
}
