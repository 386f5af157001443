/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_FLAGS_H
#define CQA_SCORES_FLAGS_H

#include <stdint.h>
#include "scores/accounts.h"
#include "scores/decided.h"
#include "scores/store.h"

/* The agent objects to a flag once; a lead settles it, for good. The numbers are stored. */
enum cqa_objection_outcome {
    CQA_OBJECTION_OPEN,
    CQA_OBJECTION_ACCEPTED,
    CQA_OBJECTION_REJECTED,
    CQA_OBJECTION_CLOSED, /* nobody answered before its days were closed */
    CQA_OBJECTION_OUTCOME_COUNT
};
extern const char *const cqa_objection_words[CQA_OBJECTION_OUTCOME_COUNT + 1];

/* The objection to a flag; `id` is 0 where there is none. */
struct cqa_flag_objection {
    int64_t id, at_ms, decided_ms;
    const char *outcome; /* of cqa_objection_words */
    const char *by, *text, *decided_by, *answer;
};

/* One flag. Texts are borrowed for the visit; NULL where there is none. */
struct cqa_flag_row {
    int64_t id, call;
    int64_t ordinal; /* of the call's deductions; -1: not of the analyzer */
    const char *rule;
    enum cqa_flag_severity severity;
    int64_t points_c;   /* as computed */
    int64_t standing_c; /* as decided */
    int64_t confidence; /* per mille */
    int64_t start_ms, end_ms;
    int automatic_fail;
    const char *title_en, *title_zh;     /* of the rule; NULL where its rubric is not known */
    int64_t range_least_c, range_most_c; /* what a person may change the points to */
    const char *event_type;
    const char *author, *note; /* who added it by hand, and why */
    enum cqa_flag_state state;
    const char *decided_by, *reason;
    const char
        *reason_code; /* of the site's list (settings/decision_reason.h); NULL: none was given */
    int64_t decided_ms;
    int64_t since_ms; /* from when the days for an objection count; 0: none can be made */
    struct cqa_flag_objection objection;
    const char *claimed_by; /* whose it is for now (claims.h); NULL: nobody's, or decided */
    int64_t claimed_until_ms;
};

/* The current flags of a call, the analyzer's first, in their order. */
enum cqa_status cqa_scores_call_flags(struct cqa_scores *scores, int64_t call,
                                      int (*visit)(void *context, const struct cqa_flag_row *row),
                                      void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* What people said of current flags in these days (yyyymmdd): decisions, and flags added by hand.
 * By call, then event. */
enum cqa_status cqa_scores_words(struct cqa_scores *scores, int64_t day_from, int64_t day_to,
                                 int (*visit)(void *context, const struct cqa_flag_word *word),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- the queue */

enum cqa_flag_order {
    CQA_FLAGS_WORST,
    CQA_FLAGS_POINTS,
    CQA_FLAGS_CONFIDENCE,
    CQA_FLAGS_NEWEST,
    CQA_FLAG_ORDER_COUNT
};
extern const char *const cqa_flag_order_words[CQA_FLAG_ORDER_COUNT + 1];

enum { CQA_FLAG_KEYS_MAX = 5 };

/* Beside the states: any; decided in whatever way; undecided, and costs nothing anyway. OPEN is
 * what is undecided and costs points, here as in every count. */
enum { CQA_FLAGS_ANY = -1, CQA_FLAGS_DECIDED = -2, CQA_FLAGS_NOTES = -3 };

/* Whatever; the claimer's own; nobody's, or the claimer's. */
enum cqa_flag_claim { CQA_CLAIMS_ANY, CQA_CLAIMS_OWN, CQA_CLAIMS_FREE, CQA_CLAIMS_COUNT };
extern const char *const cqa_flag_claim_words[CQA_CLAIMS_COUNT + 1];

/* As cqa_call_filter. All orders run downwards. */
struct cqa_flag_filter {
    const char *rule, *agent, *person, *team, *queue;
    struct cqa_search search; /* but by numbers */
    int severity_least;       /* -1: any */
    int64_t confidence_least; /* per mille */
    int state;                /* cqa_flag_state or one of the words below */
    int64_t day_from, day_to; /* 0: open */
    const struct cqa_shift *shift;
    enum cqa_flag_claim claim;
    int64_t claimer; /* whose claims OWN and FREE mean */
    enum cqa_flag_order order;
    int has_after;
    int64_t after[CQA_FLAG_KEYS_MAX]; /* cqa_flag_keys of the last row seen */
    int64_t limit;
};

/* How many sort values an order has. */
int cqa_flag_key_count(enum cqa_flag_order order);

/* A flag in the queue, with what one needs to know of its call. */
struct cqa_queue_row {
    struct cqa_flag_row flag;
    const char *text_en, *text_zh; /* the rule's words */
    const char *ground, *ground_en,
        *ground_zh; /* why it is but a note; NULL where that is not why */
    const char *call_id, *source, *agent, *person, *team, *queue, *started_at;
    int64_t duration_ms, total_c;
    const int64_t *decided_c; /* of the call */
    int64_t keys[CQA_FLAG_KEYS_MAX];
};

enum cqa_status cqa_scores_queue(struct cqa_scores *scores, const struct cqa_scope *scope,
                                 const struct cqa_flag_filter *filter,
                                 int (*visit)(void *context, const struct cqa_queue_row *row),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* How many the filter leaves, whatever its place and limit; at most `most`. */
enum cqa_status cqa_scores_queue_count(struct cqa_scores *scores, const struct cqa_scope *scope,
                                       const struct cqa_flag_filter *filter, int64_t most,
                                       int64_t *out, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- decisions (review/decide.h takes them) */

struct cqa_flag_verdict {
    enum cqa_flag_state state;
    int64_t points_c;   /* of CHANGED */
    const char *reason; /* this, or the code, is needed for all but CONFIRMED */
    const char *code;   /* of the site's list of reasons; NULL: none */
    int expected;       /* the state that the decider saw; -1: whatever */
    int64_t objection;  /* the open objection that the decider has read; 0: none */
    int64_t answers;    /* the objection that it answers, be it anew; 0: none */
    const char
        *request; /* the asker's name of this request, the same when it is sent again; NULL */
};

enum { CQA_REQUEST_BYTES_MAX = 64 };

struct cqa_manual_flag {
    const char *rule;
    enum cqa_flag_severity severity;
    int64_t points_c;
    int64_t start_ms, end_ms;
    const char *note;
};

/* Every decision on a call, oldest first. */
struct cqa_decision_row {
    int64_t flag, at_ms, points_c;
    const char *rule, *by, *reason, *code;
    enum cqa_flag_state state;
    const char *title_en, *title_zh;
};
enum cqa_status cqa_scores_decisions(struct cqa_scores *scores, int64_t call,
                                     void (*visit)(void *context,
                                                   const struct cqa_decision_row *row),
                                     void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
