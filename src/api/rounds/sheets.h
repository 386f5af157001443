/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_ROUNDS_SHEETS_H
#define CQA_API_ROUNDS_SHEETS_H

#include "api/rounds/asking.h"
#include "scores/rounds/signing.h"

/* The sheet that a route names: a round and an agent whom the asker may see. */
struct cqa_asked_sheet {
    struct cqa_round round;
    const char *agent;
    struct cqa_going going;                /* whether the asker waits still */
    struct cqa_appraisal_outcome outcome;  /* finish it whatever comes back */
    const struct cqa_outcome_sheet *sheet; /* NULL: left out */
    const struct cqa_outcome_left_out *left_out;
};

/* 0 with a problem given. */
int cqa_asked_sheet(struct cqa_request *request, struct cqa_asked_sheet *out);

/* Lists of one agent's; `numbers` are the sheet's as they are now. */
enum cqa_status cqa_signatures_json(struct cqa_scores *scores, int64_t round, const char *agent,
                                    const char *numbers, struct cqa_buffer *out,
                                    struct cqa_error *error) CQA_MUST_CHECK;
void cqa_sheet_objection_json(const struct cqa_sheet_objection_row *row, struct cqa_buffer *out);

/* The period before: an object, or null. */
enum cqa_status cqa_before_json(struct cqa_scores *scores, const struct cqa_asked_sheet *asked,
                                enum cqa_reader reader, struct cqa_buffer *out,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
