/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_SEATS_H
#define CQA_SCORES_SEATS_H

#include "appraisal/roster.h"
#include "scores/accounts.h"

/*
 * The roster in force and those before it. One that takes its place attributes every call and flag
 * anew to whoever held its extension when it started; calls of closed periods keep the person they
 * were closed with.
 */
struct cqa_seat_row {
    const char *person, *extension;
    const char *team, *post; /* NULL: none */
    const char *from, *to;   /* as of struct cqa_seat */
};

struct cqa_seats_wish {
    const struct cqa_roster *roster; /* NULL: that of the version before */
    int64_t version;                 /* which it takes the place of; 0: whichever is in force */
    int is_preview;                  /* changes nothing */
    int is_confirmed;                /* by a second person */
};

struct cqa_seats_change {
    int64_t version;     /* that is in force now */
    int64_t seats;       /* of the wished roster */
    int64_t added, gone; /* seats */
    int64_t moved;       /* calls that change hands */
    int64_t decided;     /* of them, those on which somebody decided or to which one objected */
    int needs_second;    /* so nothing was changed: a second person has to confirm it */
};

/*
 * `visit` sees each seat that is new (`is_gone` 0) or gone; it may be started over: `NULL` says so.
 * CQA_E_REFUSED: the version is not the one in force; CQA_E_NOTFOUND: there is none before.
 */
enum cqa_status cqa_seats_change(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_seats_wish *wish, struct cqa_seats_change *out,
                                 void (*visit)(void *context, const struct cqa_seat_row *row,
                                               int is_gone),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* What is in force, of the teams that the scope allows. */
enum cqa_status cqa_seats_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                               void (*visit)(void *context, const struct cqa_seat_row *row),
                               void *context, struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_seats_version {
    int64_t version, at_ms, seats;
    const char *by; /* NULL: it was there before versions were kept */
};
/* The newest first. */
enum cqa_status cqa_seats_versions(struct cqa_scores *scores,
                                   void (*visit)(void *context,
                                                 const struct cqa_seats_version *row),
                                   void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
