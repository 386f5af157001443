/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_ROSTER_H
#define CQA_APPRAISAL_ROSTER_H

#include <stddef.h>
#include "appraisal/input.h"
#include "appraisal/table.h"
#include "base/arena.h"
#include "base/error.h"

/*
 * Who sat where, when: person,extension,team,post,from,to. Times are local to the calls,
 * "2025-11-20" or "2025-11-20T08:00[:00]". A day as `to` is counted in; a time is not. Empty: open.
 */
struct cqa_seat {
    const char *person;
    const char *name;      /* beside a number of staff; NULL: none */
    const char *extension; /* NULL: none */
    const char *team;      /* NULL: none */
    const char *post;      /* NULL: none */
    char from[20];         /* "2025-11-20T08:00:00", "" is before everything */
    char to[20];           /* the first moment no longer held, "~" is after everything */
    struct cqa_place at;
};

/* {0} is empty; finish frees. */
struct cqa_roster {
    struct cqa_arena arena;
    struct cqa_seat *seats; /* by extension, then time */
    size_t count;
    size_t capacity;
};

/* Reads a roster, as CSV or (with a `source`) a sheet of a workbook. An extension held by two
 * persons at once, and a person in two posts or teams at once, are faults of those persons. */
enum cqa_status cqa_roster_read(const struct cqa_table_source *source, const char *bytes,
                                size_t length, const char *name, struct cqa_roster *roster,
                                struct cqa_faults *faults, struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_roster_import(const struct cqa_table_source *source, const char *path,
                                  struct cqa_roster *roster, struct cqa_faults *faults,
                                  struct cqa_error *error) CQA_MUST_CHECK;
void cqa_roster_finish(struct cqa_roster *roster);

/* The person who held `extension` at `moment` ("2025-11-20T10:15:02", an offset after it is not
 * read), NULL: nobody. */
const char *cqa_roster_person(const struct cqa_roster *roster, const char *extension,
                              const char *moment);

/* Whoever the roster says is a person is one, at whatever time: 0, 1. NULL: nobody is known. */
int cqa_roster_knows(const struct cqa_roster *roster, const char *person);

/* The name that stands beside a person's number; NULL: none does. */
const char *cqa_roster_name(const struct cqa_roster *roster, const char *person);

/* The roster's spelling of a name that it does not know: other capitals, spaces, or zeros in front.
 * NULL: none is near. Borrowed. */
const char *cqa_roster_near(const struct cqa_roster *roster, const char *name);

#endif
