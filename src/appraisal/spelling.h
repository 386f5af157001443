/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_SPELLING_H
#define CQA_APPRAISAL_SPELLING_H

#include <stddef.h>
#include "base/arena.h"

/*
 * Names, numbers of staff and posts as people and spreadsheets type them: full width, with marks
 * that cannot be seen, with the apostrophe that keeps a number from being one, as 8001.0. They are
 * brought to one spelling where there is no doubt, and asked about where there is.
 */

enum cqa_spelled {
    CQA_SPELLED_NAME,
    CQA_SPELLED_SUMMARY,  /* 合计, 满分, 共3人: a row about the others, not a person */
    CQA_SPELLED_REWRITTEN /* 8.001E+03, 8,001: a spreadsheet wrote it so, digits may be lost */
};

/* `*name`: the one spelling of `text`, in `arena`, "" where nothing is left; NULL: no memory. */
enum cqa_spelled cqa_spell_name(struct cqa_arena *arena, const char *text, const char **name);

/* Bytes of UTF-8 `text` without what cannot be seen, full width made plain. `out` ends with 0;
 * what does not fit is cut. */
void cqa_spell_plain(const char *text, char *out, size_t size);

/* What two spellings of one name have in common: no spaces, "-", "_", nor capitals. */
void cqa_spell_fold(const char *text, char *out, size_t size);

/* The same of persons: 801 may be 0801, whose zero a spreadsheet took. */
void cqa_spell_fold_name(const char *text, char *out, size_t size);

/* Of a table's subjects: where they are units, A组 is one, and no row about the others. */
enum cqa_spelled cqa_spell_subject(struct cqa_arena *arena, const char *text, int are_units,
                                   const char **name);

/* A组, 3班: a team, where persons are named. */
int cqa_spell_is_team(const char *name);

/* 制表人：…, 审核, 备注: what stands under a table, whoever is named behind it. */
int cqa_spell_is_foot(const char *text);

#endif
