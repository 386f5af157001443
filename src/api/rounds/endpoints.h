/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_ROUNDS_ENDPOINTS_H
#define CQA_API_ROUNDS_ENDPOINTS_H

#include "http/http.h"

/* The endpoints of appraisal; openapi.yaml says what each takes and gives. */
void cqa_get_schemes(struct cqa_request *request);
void cqa_get_scheme(struct cqa_request *request);
void cqa_get_rounds(struct cqa_request *request);
void cqa_post_round(struct cqa_request *request);
void cqa_get_round(struct cqa_request *request);
void cqa_post_round_stage(struct cqa_request *request);
void cqa_post_round_least(struct cqa_request *request);
void cqa_post_round_step(struct cqa_request *request);
void cqa_post_round_correction(struct cqa_request *request);
void cqa_get_imports(struct cqa_request *request);
void cqa_post_import(struct cqa_request *request);
void cqa_get_import(struct cqa_request *request);
void cqa_put_import_answers(struct cqa_request *request);
void cqa_get_changes(struct cqa_request *request);
void cqa_get_ratings(struct cqa_request *request);
void cqa_post_ratings(struct cqa_request *request);
void cqa_get_results(struct cqa_request *request);
void cqa_get_results_csv(struct cqa_request *request);
void cqa_get_sheet(struct cqa_request *request);
void cqa_post_signature(struct cqa_request *request);
void cqa_post_sheet_objection(struct cqa_request *request);
void cqa_get_sheet_objections(struct cqa_request *request);
void cqa_post_sheet_answer(struct cqa_request *request);
void cqa_get_readiness(struct cqa_request *request);
void cqa_post_close(struct cqa_request *request);

#endif
