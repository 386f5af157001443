/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_ITEM_H
#define CQA_RESULT_ITEM_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

/* Severities in the order of the queue. */
enum cqa_flag_severity {
    CQA_FLAG_SEVERITY_NOTE,
    CQA_FLAG_SEVERITY_MINOR,
    CQA_FLAG_SEVERITY_MAJOR,
    CQA_FLAG_SEVERITY_CRITICAL,
    CQA_FLAG_SEVERITY_COUNT
};
extern const char *const cqa_flag_severity_words[CQA_FLAG_SEVERITY_COUNT + 1];

/* One deduction as it is stored. */
struct cqa_item_flag {
    const char *rule;
    const char *event_type; /* NULL where it stands on the whole call */
    enum cqa_flag_severity severity;
    int64_t points_c;   /* hundredths of a point */
    int64_t confidence; /* per mille */
    int64_t event;      /* 0: none */
    int64_t start_ms;
    int64_t end_ms;
    int automatic_fail;
};

/* Some seconds of the recording that came along (evidence.h). */
struct cqa_item_clip {
    struct cqa_span span;
    const unsigned char *bytes; /* Opus in Ogg */
    size_t length;
};

enum { CQA_ITEM_DIGEST_SIZE = 32, CQA_ITEM_CLIPS_MAX = 32 };

/* One posted object, checked, with what the store keeps beside its text. Strings live in `arena`.
 */
struct cqa_item {
    struct cqa_arena arena;
    int is_failure;   /* callqa.failure/1, else callqa.result/1 */
    int is_preview;   /* it came in a callqa.preview/1: to be looked at, it counts nothing */
    const char *key;  /* idempotency key */
    const char *body; /* the object, compact, `decision`s null, keyed digits masked */
    unsigned char digest[CQA_ITEM_DIGEST_SIZE]; /* of `body` without its generation */
    const char *store;  /* whose count the generation is of; NULL: it has none */
    int64_t generation; /* greater than that of all outcomes of the store before it */
    const char *path;
    const char *source;  /* of the call; "" where unknown */
    const char *call_id; /* what the call is known by here: `call_of`, with "#" and the part behind
                            it where it is a further recording of that call */
    const char *call_of; /* its id as it was posted */
    const char *file_sha256; /* of what lies at `path`, where it is not what was measured; NULL */
    const char *part;        /* NULL: the first recording of its call */
    const char *agent, *customer, *queue, *direction, *started_at;
    const int64_t *started_ms; /* NULL: unknown, as the day (yyyymmdd, the recorder's) */
    const int64_t *day;
    const char *reason; /* failure */
    const char *sha256;
    int64_t duration_ms;
    int measurable;                      /* nothing is not_measurable */
    const char *rubric, *rubric_version; /* NULL: not scored */
    const int64_t *base_c, *total_c;
    const int64_t *talk_agent_ms, *talk_customer_ms, *silence_ms, *hold_ms, *overtalk_ms,
        *response_ms, *greeting_ms; /* NULL: not measured */
    struct cqa_item_flag *flags;
    size_t flag_count;
    const void
        *basis; /* what rules need, as it is stored (result/basis.h); NULL: not of a result */
    size_t basis_size;
    struct cqa_item_clip *clips; /* in time order, apart from each other; not in `body` */
    size_t clip_count;
};

/*
 * Reads and checks one object. `key` may be NULL (failures need none). CQA_E_BADDATA: `error` names
 * the field; CQA_E_LIMIT: nested too deeply. Finish the item whatever comes back.
 */
enum cqa_status cqa_item_read(struct cqa_item *item, const char *text, size_t length,
                              const char *key, struct cqa_error *error) CQA_MUST_CHECK;

/* The same of an object that is read already, by the rules of cqa_json_check_shape: what of it is
 * not kept is changed in it. */
struct json_t;
enum cqa_status cqa_item_read_value(struct cqa_item *item, struct json_t *value, const char *key,
                                    struct cqa_error *error) CQA_MUST_CHECK;
void cqa_item_finish(struct cqa_item *item);

/* The rubric, points and flags of a score that was made of these events, with ids in order; nothing
 * else of the item is touched. Texts are copied. CQA_E_NOMEM only. */
struct cqa_score;
struct cqa_event;
enum cqa_status cqa_item_take_score(struct cqa_item *item, const struct cqa_score *score,
                                    const struct cqa_event *events, size_t event_count,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* The digest of a body of ours, as an item has it: without its generation. 0: no memory. */
int cqa_item_digest(const char *body, unsigned char out[CQA_ITEM_DIGEST_SIZE]);

/* "2025-11-20T10:15:02+08:00" (offset or Z required) as milliseconds since 1970 and as its own
 * yyyymmdd; 0: not such a time. */
int cqa_item_read_time(const char *text, int64_t *out_ms, int64_t *day);

#endif
