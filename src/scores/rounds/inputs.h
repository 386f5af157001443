/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_INPUTS_H
#define CQA_SCORES_ROUNDS_INPUTS_H

#include <stdint.h>
#include "appraisal/history.h"
#include "appraisal/input.h"
#include "scores/accounts.h"
#include "scores/rounds/rounds.h"

/*
 * What was imported and entered for a scheme and period. A later import replaces the values that it
 * names (agent, indicator, rater, period); a later rating replaces the same person's. What was
 * there before stays as history.
 */

struct cqa_import {
    const char *file;            /* its name */
    const char *sha256;          /* of its bytes, in hex */
    const struct cqa_rows *rows; /* good ones; indicators are ids */
    const struct cqa_faults *faults;
};

/* What a row did, or would do, to what was there. */
struct cqa_import_effect {
    const struct cqa_row *row;
    const char *before; /* the value that was there; NULL: none */
    int changed;        /* there was one, and it was another */
};

/* Takes the rows and keeps the faults, in one transaction; `preview` takes nothing. `visit` sees
 * each row's effect. `*import` gets the number, 0 in a preview. CQA_E_REFUSED: the round is closed.
 */
enum cqa_status
cqa_inputs_import(struct cqa_scores *scores, const struct cqa_identity *who,
                  const struct cqa_round *round, const struct cqa_import *import, int preview,
                  void (*visit)(void *context, const struct cqa_import_effect *effect),
                  void *context, int64_t *number, struct cqa_error *error) CQA_MUST_CHECK;

/* What counts now: rows of imports and ratings, and the faults that still stand. Strings live in
 * `rows->arena`. */
enum cqa_status cqa_inputs_load(struct cqa_scores *scores, const struct cqa_round *round,
                                struct cqa_rows *rows, struct cqa_faults *faults,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* What closed rounds of earlier periods gave, as far as the scheme carries it over. */
enum cqa_status cqa_inputs_history(struct cqa_scores *scores, const struct cqa_round *round,
                                   const struct cqa_scheme *scheme, struct cqa_history *history,
                                   struct cqa_faults *faults,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* ---- lists; texts are borrowed for the visit */

struct cqa_import_row {
    int64_t id, at_ms, rows, faults;
    const char *file, *sha256, *by;
};
/* Newest first; `only` 0: all. */
enum cqa_status cqa_inputs_imports(struct cqa_scores *scores, const struct cqa_round *round,
                                   int64_t only,
                                   void (*visit)(void *context, const struct cqa_import_row *row),
                                   void *context, struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_imported_row {
    const char *agent, *indicator, *value, *weight; /* value "": one was withdrawn */
    const char *rater, *post, *period;              /* "": none */
    const char *before;                             /* NULL: none */
    int64_t line, column;
    int current;
};
enum cqa_status
cqa_inputs_imported(struct cqa_scores *scores, const struct cqa_round *round, int64_t import,
                    void (*visit)(void *context, const struct cqa_imported_row *row), void *context,
                    struct cqa_error *error) CQA_MUST_CHECK;

/* Added in the order of their places; `at.file` is of `faults->arena`. */
enum cqa_status cqa_inputs_faults(struct cqa_scores *scores, const struct cqa_round *round,
                                  int64_t import, struct cqa_faults *faults,
                                  struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_input_change {
    const char *agent, *indicator, *before, *after, *by; /* after "": it was withdrawn */
    const char *rater, *period;                          /* "": none */
    int64_t import;                                      /* 0: a rating */
    int64_t at_ms;
};
/* Newest first; NULL: any. */
enum cqa_status cqa_inputs_changes(struct cqa_scores *scores, const struct cqa_round *round,
                                   const char *agent, const char *indicator,
                                   void (*visit)(void *context, const struct cqa_input_change *row),
                                   void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
