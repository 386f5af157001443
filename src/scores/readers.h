/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_READERS_H
#define CQA_SCORES_READERS_H

#include <stddef.h>
#include "sql/sql.h"

/* The connections of a store that only read, made when they are first needed. */
struct cqa_readers;

/* Makes one. */
typedef enum cqa_status cqa_reader_open(void *context, struct cqa_sql **out,
                                        struct cqa_error *error);

/* At most so many. Owned, free with cqa_readers_destroy when all are back; NULL without memory. */
struct cqa_readers *cqa_readers_create(size_t most, cqa_reader_open *open, void *context);
void cqa_readers_destroy(struct cqa_readers *readers);

/*
 * One for the calling thread, until it is given back: the one that it holds already, so that none
 * waits for a second while it holds the first. CQA_E_BUSY: all were in use for ten seconds.
 */
enum cqa_status cqa_readers_take(struct cqa_readers *readers, struct cqa_sql **out,
                                 struct cqa_error *error) CQA_MUST_CHECK;
void cqa_readers_give(struct cqa_readers *readers, struct cqa_sql *db);

#endif
