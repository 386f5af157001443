/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_CALLS_H
#define CQA_APPRAISAL_CALLS_H

#include <stddef.h>
#include <stdint.h>
#include "appraisal/input.h"
#include "appraisal/names.h"
#include "appraisal/rational.h"
#include "appraisal/scheme.h"
#include "base/arena.h"
#include "base/error.h"

/* What an appraisal needs of the results of calls (callqa.result/1, callqa.failure/1). */

enum cqa_call_flag_state {
    CQA_CALL_FLAG_UNDECIDED,
    CQA_CALL_FLAG_CONFIRMED,
    CQA_CALL_FLAG_OVERTURNED,
    CQA_CALL_FLAG_CHANGED,
    CQA_CALL_FLAG_STATES
};
extern const char *const cqa_flag_words[CQA_CALL_FLAG_STATES + 1]; /* "undecided", "confirmed", … */

struct cqa_flag {
    const char *rule;
    struct cqa_rational points;   /* decided points where there are any */
    struct cqa_rational computed; /* those of the rubric */
    int64_t start_ms;
    int64_t end_ms;
    enum cqa_call_flag_state state;
    int fails;              /* the rubric fails the call by it, whatever its points */
    const char *decided_by; /* NULL where nobody decided, or the results do not say */
    const char *decided_at;
    const char *reason;
    const char *reason_code; /* of the site's list; NULL: none */
};

struct cqa_scored_call {
    const char *id;
    int64_t number;         /* in a store; 0: from a file alone */
    const char *person;     /* whom it counts for, where a store knows; NULL: the roster says */
    const char *agent;      /* extension or name as the recorder says; NULL: it does not */
    const char *direction;  /* NULL: unknown */
    const char *started_at; /* ISO 8601; NULL: unknown */
    struct cqa_place at;
    const char *rubric; /* that scored it; NULL: none did */
    const char *rubric_version;
    const char *program, *models; /* that made the result; NULL: it does not say */
    const char *left_out;         /* why it has no part in a mean of scores; NULL: it has */
    struct cqa_rational score;    /* decided total, else total; none when `left_out` */
    int decided;                  /* the score is the decided one */
    int heard;                    /* a person heard it, whatever flags say; only a store knows */
    int closed; /* its day is: nobody decides there any more; only a store knows */
    struct cqa_rational
        *taken; /* what each indicator of the scheme takes from it; none where it has none */
    const struct cqa_flag *flags;
    size_t flag_count;
};

/*
 * {0} is empty; finish frees. Of two results of one recording the later stands. Where a call's id
 * is only the path, the same content and the same stem in one folder are the same recording
 * (docs/decisions/0107); a further recording of a call (recording.part) counts beside it.
 */
struct cqa_calls {
    struct cqa_arena arena;
    struct cqa_scored_call *items;
    size_t count;
    size_t capacity;
    struct cqa_names ids;
    struct cqa_names aliases; /* contents and stems of those whose id is a path */
    size_t *alias_items;      /* which of the items each is */
    size_t replaced;
    struct cqa_place
        broken; /* of a line that could not be read, which may be anyone's; line 0: none */
};

/* Reads one result. What is wrong with it is a fault of its agent, or makes `calls->broken` when no
 * agent is known. CQA_E_NOMEM only. */
enum cqa_status cqa_calls_add(struct cqa_calls *calls, const struct cqa_scheme *scheme,
                              const char *json, size_t length, struct cqa_place at,
                              struct cqa_faults *faults) CQA_MUST_CHECK;

/* The same, of a store: the call's number there, and whom it counts for (NULL: nobody). */
enum cqa_status cqa_calls_add_known(struct cqa_calls *calls, const struct cqa_scheme *scheme,
                                    const char *json, size_t length, int64_t number,
                                    const char *person, struct cqa_faults *faults) CQA_MUST_CHECK;

/* Reads a file of results, one a line. `path` must outlive calls and faults. */
enum cqa_status cqa_calls_import(struct cqa_calls *calls, const struct cqa_scheme *scheme,
                                 const char *path, struct cqa_faults *faults,
                                 struct cqa_error *error) CQA_MUST_CHECK;
void cqa_calls_finish(struct cqa_calls *calls);

/* Flags of one call that cost something, and that nobody has decided and somebody still may. */
size_t cqa_call_undecided(const struct cqa_scored_call *call);

#endif
