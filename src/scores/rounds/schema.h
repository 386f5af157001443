/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_SCHEMA_H
#define CQA_SCORES_ROUNDS_SCHEMA_H

/* The step of the store's schema that appraisal brings; schema.c of the server puts it in order. */
extern const char cqa_appraisal_schema[];
extern const char cqa_appraisal_faults[];  /* a later step */
extern const char cqa_appraisal_leasts[];  /* one after that */
extern const char cqa_appraisal_answers[]; /* and one after that */
extern const char cqa_appraisal_written[]; /* the first that PostgreSQL has as a step of its own */
extern const char cqa_appraisal_kept[];    /* facts of closed rounds */

/* Where everybody's tallies are kept; one text for each database (schema_tallies.c). */
extern const char cqa_tallies_schema[];
extern const char cqa_tallies_schema_postgres[];
extern const char cqa_tally_marks_schema[];
extern const char cqa_tally_marks_schema_postgres[];

#endif
