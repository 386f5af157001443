/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_STORE_H
#define CQA_SCORES_STORE_H

#include <stddef.h>
#include <stdint.h>
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "result/item.h"
#include "settings/shift.h"
#include "settings/store_place.h"

/*
 * The scoring server's store. Behind this header and its neighbours (accounts.h, flags.h, audit.h)
 * is SQLite or PostgreSQL; nothing of it shows. Every function may be called from any thread:
 * writes take turns, also with other servers on the same store, reads run beside them. Each writes
 * in one transaction: CQA_OK means that it is on disk. CQA_E_BUSY is worth another try.
 */
struct cqa_scores;

/*
 * Opens, makes or brings up to date. The strings of `place`, and `clock`, are borrowed until it is
 * closed. Owned, free with cqa_scores_close. CQA_E_BUSY: PostgreSQL does not answer; CQA_E_REFUSED:
 * it does not let us in, or a newer program wrote it.
 */
enum cqa_status cqa_scores_open(struct cqa_scores **out, const struct cqa_store_place *place,
                                const struct cqa_clock *clock,
                                struct cqa_error *error) CQA_MUST_CHECK;
void cqa_scores_close(struct cqa_scores *scores);

/* CQA_OK when the store can be read and written. */
enum cqa_status cqa_scores_check(struct cqa_scores *scores, struct cqa_error *error) CQA_MUST_CHECK;

/* Who is told of what happens here; borrowed as long as the store is open. Call it before threads
 * are made. NULL: no notices are written. */
struct cqa_notice_config;
void cqa_notices_to(struct cqa_scores *scores, const struct cqa_notice_config *config);

/* Whatever `look` reads of the store on this thread is of one moment. May be run again from its
 * beginning. */
enum cqa_status cqa_scores_at_once(struct cqa_scores *scores,
                                   enum cqa_status (*look)(void *context, struct cqa_error *error),
                                   void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- what recorders post */

enum cqa_put {
    CQA_PUT_STORED,         /* a new call or failure */
    CQA_PUT_REPLACED,       /* a new revision of a known call */
    CQA_PUT_UNCHANGED,      /* known already */
    CQA_PUT_OUTDATED,       /* a later outcome of it is known: kept as history */
    CQA_PUT_MOVED,          /* known already, and lies elsewhere now */
    CQA_PUT_PREVIEWED,      /* kept to be looked at; counts nothing (previews.h) */
    CQA_PUT_KEPT_BACK,      /* of a closed period, or against a person's decision: kept likewise */
    CQA_PUT_KEY_REUSED,     /* not stored: this key came with other content before */
    CQA_PUT_OTHER_RECORDER, /* not stored: another recorder holds this call id */
    CQA_PUT_PERIOD_CLOSED,  /* not accepted, not scored anew: the period of the call is closed */
    CQA_PUT_NO_CALL,        /* not stored: a preview of a call that has no result */
    CQA_PUT_COUNT
};
extern const char *const cqa_put_words[CQA_PUT_COUNT + 1];

/* Who posts: the token's name, and the site that keeps call ids of several PBXs apart. `actor`: the
 * person who has known calls scored anew, where it is not the recorder; what a closed period
 * refuses is then not kept. */
struct cqa_poster {
    const char *recorder;
    const char *site;
    const char *actor;
};

/* Stores all items in one transaction; `outcomes[i]` tells what became of each. On failure nothing
 * is stored. */
enum cqa_status cqa_scores_put(struct cqa_scores *scores, const struct cqa_poster *poster,
                               const struct cqa_item *items, size_t count, enum cqa_put *outcomes,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* ---- who may see which calls; NULL and 0: no restriction by that */

struct cqa_scope {
    const char *recorder;     /* only those it posted */
    const char *person;       /* only the person's own */
    const char *const *teams; /* only these teams' */
    size_t team_count;
    int nothing; /* no call at all */
};

/* ---- calls */

/* Calls and flags by part of a name, of an extension, or of a customer's number (search.h). */
struct cqa_search {
    const char *text;    /* in lower case; NULL: all */
    const char *pattern; /* the same, of cqa_search_pattern */
    const char *people;  /* whose names are meant besides, each as "|name|"; NULL: nobody's */
    int whole_numbers;   /* a number is found by all of it alone: who asks may not see it */
};

enum cqa_call_order { CQA_CALLS_BY_ARRIVAL, CQA_CALLS_NEWEST, CQA_CALLS_WORST };

/* NULL, 0 and INT64_MIN/MAX-like absences: no filter by that. Days are yyyymmdd, from..to
 * inclusive. */
struct cqa_call_filter {
    const char *agent, *person, *team, *queue, *source, *rule;
    struct cqa_search search;
    const char *call;                    /* all recordings of the call of this id */
    const char *rubric, *rubric_version; /* that scored them */
    int64_t day_from, day_to;            /* 0: open */
    int64_t without_day;                 /* 1: only those that tell no day */
    int without_person;                  /* 1: only those that are nobody's */
    const struct cqa_shift *shift;       /* by when they started */
    const int64_t *score_below_c, *score_above_c;
    int severity_least; /* -1: any */
    enum cqa_call_order order;
    int has_after; /* resume behind this row */
    int64_t after_value, after_id;
    int is_after_few; /* in order of arrival: behind that row there are few, so walk those */
    int64_t limit;
};

/* One row of a list. Texts are borrowed for the visit. */
struct cqa_call_row {
    int64_t id;
    int64_t order_value; /* with `id` the place to resume behind */
    int64_t revision, received_ms;
    const char *site, *source, *person, *team, *recorder, *path;
    const char *body; /* callqa.result/1 as stored */
    const int64_t *decided_c;
    int64_t flag_count, open_count;
    int is_closed; /* its day is */
    int is_heard;  /* a sample that was drawn, and is done */
};

/* Visits rows in order until `visit` returns non-zero or they end. */
enum cqa_status cqa_scores_calls(struct cqa_scores *scores, const struct cqa_scope *scope,
                                 const struct cqa_call_filter *filter,
                                 int (*visit)(void *context, const struct cqa_call_row *row),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* How many calls the filter finds, wherever it is to begin and end. */
enum cqa_status cqa_scores_count_calls(struct cqa_scores *scores, const struct cqa_scope *scope,
                                       const struct cqa_call_filter *filter, int64_t *count,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/*
 * The numbers of the calls named `call_id` (of `source`, where that is not NULL) that the scope
 * allows: up to `capacity` into `ids`, `*count` how many there are up to capacity. "~N" names the
 * call of number N.
 */
enum cqa_status cqa_scores_find_call(struct cqa_scores *scores, const struct cqa_scope *scope,
                                     const char *call_id, const char *source, int64_t *ids,
                                     size_t capacity, size_t *count,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* One call by number; CQA_E_NOTFOUND when there is none. */
enum cqa_status cqa_scores_call(struct cqa_scores *scores, int64_t id,
                                int (*visit)(void *context, const struct cqa_call_row *row),
                                void *context, struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_failure_row {
    int64_t id;
    int64_t first_ms, last_ms;
    const char *body; /* callqa.failure/1 as posted */
    const char *recorder;
};

/* Recordings without a result, by number, behind `after_id`. */
enum cqa_status cqa_scores_failures(struct cqa_scores *scores, const struct cqa_scope *scope,
                                    int64_t after_id, int64_t limit,
                                    int (*visit)(void *context, const struct cqa_failure_row *row),
                                    void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
