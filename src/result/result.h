/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_RESULT_H
#define CQA_RESULT_RESULT_H

#include <stddef.h>
#include <stdint.h>
#include "audio/audio.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/failure.h"
#include "base/span.h"
#include "event/event.h"
#include "measure/measure.h"
#include "recorder/call.h"
#include "rubric/rubric.h"

/* What results say of themselves since they tell what a verdict stands on. */
enum { CQA_RESULT_RULES = 2 };

/* UNKNOWN: two channels of which no fact tells which is whose. */
enum cqa_role {
    CQA_ROLE_AGENT,
    CQA_ROLE_CUSTOMER,
    CQA_ROLE_MIXED,
    CQA_ROLE_UNKNOWN,
    CQA_ROLE_COUNT
};
extern const char *const cqa_role_words[CQA_ROLE_COUNT + 1];

/* One channel's facts. NaN: not measured (null in JSON). */
struct cqa_channel_result {
    int index; /* of the file */
    enum cqa_role role;
    struct cqa_spans speech;
    double active_level_dbfs;
    double noise_dbfs;
    double clipped_ms;
    double leak_db; /* the other side's voice on this channel, relative to it there */
    double leak_delay_ms;
};

/* Which outcome of its recording this is, as the recorder's store counted it: later ones have
 * greater numbers. Compared within one store alone (docs/decisions/0093-generations.md). */
struct cqa_generation {
    char store[65];    /* the store's id; empty: not told */
    int64_t recording; /* the store's number of the recording; 0: not told */
    int64_t number;    /* 1 or more */
};

/*
 * The result of one recording: callqa.result/1. Zero it, fill it, cqa_result_finish it (also after
 * a failure). Strings live in `arena`; spans and events are owned.
 */
struct cqa_result {
    struct cqa_arena arena;
    const char *path;                      /* absolute; of two files the first one's */
    const char *leg_path[CQA_LEGS];        /* where recording.legs are joined */
    const char *leg_file_sha256[CQA_LEGS]; /* as file_sha256, of the files there */
    const char *const *copies; /* where else the same recording lies (docs/decisions/0107) */
    size_t copy_count;
    const char *file_sha256; /* of the file at `path`, where the result is of a better source that
                                is gone; NULL */
    const char *part;        /* which further recording of its call; NULL: the first */
    struct cqa_audio_facts recording;
    struct cqa_call call;
    struct cqa_measurable measurable;
    struct cqa_channel_result channels[2];
    int channel_count;
    struct cqa_events events;
    struct cqa_measures measures;
    int scored; /* score is filled */
    struct cqa_score score;
    char models[80];                  /* "sha256:…" of the models that had a say */
    char version[32];                 /* of the analyzer that made it; empty: this one */
    int rules;                        /* 2: made with what a verdict stands on; 0: before that */
    struct cqa_generation generation; /* only ever read: whoever posts a result counts it */

    /* What people decided since, as a server's export tells; only ever read, the analyzer writes
     * null. */
    int decided; /* decided_total is filled */
    double decided_total;
    size_t undecided_count; /* deductions without a decision */
};

void cqa_result_finish(struct cqa_result *result);

/* Puts '*' for each key of `digits`; a '+' (there were more) stays. Keyed digits may be card
 * numbers: they are told only where somebody has asked for them
 * (docs/decisions/0063-keyed-digits.md). */
void cqa_digits_mask(char *digits);

/* All keyed digits of a result. */
void cqa_result_mask_digits(struct cqa_result *result);

/* One line of JSON without a newline, keys in the contract's order; "score" is null unless
 * `scored`. Bytes that are not UTF-8 (names of files may hold any) come out as \\xNN. CQA_E_NOMEM
 * or CQA_E_LIMIT (`out` has a limit). */
enum cqa_status cqa_result_to_json(const struct cqa_result *result,
                                   struct cqa_buffer *out) CQA_MUST_CHECK;

/*
 * FOREIGN: of another version than ours, whose words we need not know. Events of types, and spans
 * and reasons of aspects, that we do not know are left out (ids stay as they were), an aspect in a
 * state that we do not know is not measurable, a layout goes by the number of channels, and every
 * other word is as if it were null.
 */
enum cqa_result_reading {
    CQA_RESULT_OURS,  /* unknown fields are ignored */
    CQA_RESULT_EXACT, /* unknown fields are refused */
    CQA_RESULT_FOREIGN
};

/*
 * Reads one result and checks it: types, ranges, finite numbers, spans in order and inside the
 * recording, known words, deductions that point at events that exist. The error names the field.
 * `result` is filled, finish it whatever comes back. recording.path and call.id may be null only
 * where score is null: analysed, but not yet identified. CQA_E_BADDATA, CQA_E_LIMIT, CQA_E_NOMEM.
 */
enum cqa_status cqa_result_from_json(const char *text, size_t length,
                                     enum cqa_result_reading reading, struct cqa_result *result,
                                     struct cqa_error *error) CQA_MUST_CHECK;

struct json_t; /* jansson's */

/* The same of what has been parsed already, within cqa_json_check_shape; it stays as it is. */
enum cqa_status cqa_result_from_value(struct json_t *value, enum cqa_result_reading reading,
                                      struct cqa_result *result,
                                      struct cqa_error *error) CQA_MUST_CHECK;

/*
 * The same result of a recording that lies elsewhere now, or of a call with another id: everything
 * else stays as it was written, whoever wrote it. NULL as `part`: it is the first of its call.
 * CQA_E_BADDATA: not a result; CQA_E_NOMEM, CQA_E_LIMIT.
 */
struct cqa_result_place {
    const char *path;
    const char *const *copies;
    size_t copy_count;
    const char *file_sha256; /* of what lies at `path`, where it is not what was measured; NULL */
    const char *call_id;
    const char *part;
    const char *leg_path[CQA_LEGS];        /* of a call joined from two; NULL: as it says */
    const char *leg_file_sha256[CQA_LEGS]; /* as file_sha256, of what lies at leg_path */
};
enum cqa_status cqa_result_json_place(const char *text, size_t length,
                                      const struct cqa_result_place *place,
                                      struct cqa_buffer *out) CQA_MUST_CHECK;

/* A failure object, callqa.failure/1: {"schema","recording":{"path",…},"call":{…},"reason","text",
 * "code","arguments"}: `text` is English, of the last two (base/message_json.h) any language is
 * made. */
enum cqa_status cqa_failure_to_json(const char *path, const struct cqa_call *call,
                                    const struct cqa_failure *failure,
                                    struct cqa_buffer *out) CQA_MUST_CHECK;

#endif
