/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_COPY_H
#define CQA_SCORES_COPY_H

#include "scores/store.h"

/* Told of each table when it is there and was found to be the same. */
typedef void cqa_copy_told(void *context, const char *table, int64_t rows);

/*
 * Copies a whole store from SQLite to PostgreSQL, table by table and in batches, each of which is
 * there or not; then every row of both is read again, in order, and they have to be the same. What
 * was begun and not ended goes on where it stopped; until it has ended no server opens the copy.
 * Nothing else writes to the source meanwhile. CQA_E_REFUSED: something else has written to the
 * target; CQA_E_BADDATA: they are not the same.
 */
enum cqa_status cqa_scores_copy(const struct cqa_store_place *from,
                                const struct cqa_store_place *to, const struct cqa_clock *clock,
                                cqa_copy_told *told, void *context,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
