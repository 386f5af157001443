/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_ROUNDS_H
#define CQA_SCORES_ROUNDS_ROUNDS_H

#include <stdint.h>
#include "base/arena.h"
#include "scores/accounts.h"
#include "scores/store.h"

/*
 * A round: the appraisal of one scheme for one period, in one version. It goes from open through
 * interview and objections to closed; a closed one keeps its numbers, and a correction is a new
 * version linked to it. The API calls it an appraisal. The numbers of the words are stored.
 */
enum cqa_round_stage {
    CQA_ROUND_OPEN,
    CQA_ROUND_INTERVIEW,
    CQA_ROUND_OBJECTIONS,
    CQA_ROUND_CLOSED,
    CQA_ROUND_STAGE_COUNT
};
extern const char *const cqa_round_stage_words[CQA_ROUND_STAGE_COUNT + 1];

/* The same for a person. */
extern const struct cqa_text cqa_round_stage_names[CQA_ROUND_STAGE_COUNT];

/* The process that the regulations ask for, each step with its place, date and person. */
enum cqa_round_step_word {
    CQA_STEP_COLLECT,
    CQA_STEP_INTERVIEW,
    CQA_STEP_ASSESS,
    CQA_STEP_FEEDBACK,
    CQA_STEP_RECORD,
    CQA_STEP_COUNT
};
extern const char *const cqa_round_step_words[CQA_STEP_COUNT + 1];

/* What every measured number of a round must stand on (docs/decisions/0144). */
struct cqa_round_least {
    const char *pct; /* of the calls handled, an exact decimal; "0": none is asked for */
    int64_t calls;
};

struct cqa_round {
    int64_t id, version;
    int64_t corrects, corrected_by; /* 0: none */
    int64_t opened_ms, closed_ms;   /* 0: not closed */
    const char *scheme, *period, *opened_by;
    const char *closed_by, *note; /* NULL: none */
    enum cqa_round_stage stage;
    struct cqa_round_least least;
};

/* A step as it is to be recorded; who records it and when comes from the log-in and the clock. */
struct cqa_round_step {
    enum cqa_round_step_word step;
    int stage;                         /* that begins with it; -1: none */
    const char *agent;                 /* NULL: of all */
    const char *place, *person, *note; /* NULL: none said; person: then the asker */
    int64_t day;                       /* yyyymmdd, as the site's clocks say */
};

/* CQA_E_REFUSED: there is one of this scheme and period already, or the asker has no name. */
enum cqa_status cqa_round_open(struct cqa_scores *scores, const struct cqa_identity *who,
                               const char *scheme, const char *period,
                               const struct cqa_round_step *step, int64_t *round,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* A new version of a closed one, from the same input. */
enum cqa_status cqa_round_correct(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t corrected, const char *reason,
                                  const struct cqa_round_step *step, int64_t *round,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* One stage on, or back to one before (with a note); never to or from closed. */
enum cqa_status cqa_round_move(struct cqa_scores *scores, const struct cqa_identity *who,
                               int64_t round, const struct cqa_round_step *step,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Asks for coverage from now on; the note says why. CQA_E_REFUSED: it is closed. */
enum cqa_status cqa_round_set_least(struct cqa_scores *scores, const struct cqa_identity *who,
                                    int64_t round, const struct cqa_round_least *least,
                                    const char *note, struct cqa_error *error) CQA_MUST_CHECK;

/* Records a step that begins no stage. */
enum cqa_status cqa_round_add_step(struct cqa_scores *scores, const struct cqa_identity *who,
                                   int64_t round, const struct cqa_round_step *step,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Strings go into `arena`. CQA_E_NOTFOUND when there is none. */
enum cqa_status cqa_round_read(struct cqa_scores *scores, int64_t id, struct cqa_arena *arena,
                               struct cqa_round *out, struct cqa_error *error) CQA_MUST_CHECK;

/* The newest version of a scheme and period. */
enum cqa_status cqa_round_find(struct cqa_scores *scores, const char *scheme, const char *period,
                               struct cqa_arena *arena, struct cqa_round *out,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Newest period first; NULL and -1: any. Texts are borrowed for the visit. */
enum cqa_status cqa_round_list(struct cqa_scores *scores, const char *scheme, const char *period,
                               int stage,
                               void (*visit)(void *context, const struct cqa_round *round),
                               void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* The newest rounds in a stage (-1: any) of which `is_wanted` says so. Texts are in `arena`. */
enum { CQA_ROUNDS_NEWEST = 64 };
struct cqa_rounds {
    struct cqa_round items[CQA_ROUNDS_NEWEST];
    size_t count;
};
enum cqa_status cqa_rounds_newest(struct cqa_scores *scores, int stage,
                                  int (*is_wanted)(const struct cqa_round *round),
                                  struct cqa_arena *arena, struct cqa_rounds *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_round_step_row {
    struct cqa_round_step what;
    const char *by;
    int64_t at_ms;
};

/* In the order recorded; `agent` NULL: all, else that agent's and those of all. */
enum cqa_status cqa_round_steps(struct cqa_scores *scores, int64_t round, const char *agent,
                                void (*visit)(void *context, const struct cqa_round_step_row *row),
                                void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
