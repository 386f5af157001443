/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_TABLE_READER_H
#define CQA_PIPELINE_TABLE_READER_H

#include "pipeline/facts_config.h"

/*
 * A thread that reads one table, so that a database which is slow or away keeps nobody waiting. It
 * is asked, and answers later; it knows no time.
 */
struct cqa_table_reader;

/* `origin` and `clock` are borrowed. Owned. */
enum cqa_status cqa_table_reader_create(struct cqa_table_reader **out,
                                        const struct cqa_fact_origin *origin,
                                        const struct cqa_fact_clock *clock,
                                        struct cqa_error *error) CQA_MUST_CHECK;

/* Waits for what is under way, which ends by the database's own time limits. NULL is fine. */
void cqa_table_reader_destroy(struct cqa_table_reader *reader);

/* Asks for the rows of [since_ms, until_ms), of which those of the question before are left out
 * unless `all`. Only when nothing is asked. */
void cqa_table_reader_ask(struct cqa_table_reader *reader, int64_t since_ms, int64_t until_ms,
                          int all);

struct cqa_table_answer {
    enum cqa_status status;
    struct cqa_error error;
    struct cqa_arena arena; /* of the facts; the receiver's */
    struct cqa_fact *facts; /* free() */
    size_t count;
};

/* 1: the answer is there. */
int cqa_table_reader_take(struct cqa_table_reader *reader, struct cqa_table_answer *out);

#endif
