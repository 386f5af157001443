/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_ENDPOINTS_H
#define CQA_API_ENDPOINTS_H

#include "http/http.h"

/* One function an endpoint, each in the file of its name; openapi.yaml says what each takes and
 * gives. */
void cqa_post_results(struct cqa_request *request);
void cqa_get_calls(struct cqa_request *request);
void cqa_get_call(struct cqa_request *request);
void cqa_get_failures(struct cqa_request *request);
void cqa_get_health(struct cqa_request *request);
void cqa_get_openapi(struct cqa_request *request);
void cqa_get_metrics(struct cqa_request *request);
void cqa_get_flags(struct cqa_request *request);
void cqa_get_flag_count(struct cqa_request *request);
void cqa_get_reasons(struct cqa_request *request);
void cqa_post_call_customer(struct cqa_request *request);
void cqa_get_waiting(struct cqa_request *request);
void cqa_get_call_flags(struct cqa_request *request);
void cqa_post_call_flag(struct cqa_request *request);
void cqa_post_decision(struct cqa_request *request);
void cqa_post_claims(struct cqa_request *request);
void cqa_post_claims_hand_out(struct cqa_request *request);
void cqa_get_claims(struct cqa_request *request);
void cqa_get_audio(struct cqa_request *request);
void cqa_get_peaks(struct cqa_request *request);
void cqa_get_people(struct cqa_request *request);
void cqa_get_days(struct cqa_request *request);
void cqa_post_what_if(struct cqa_request *request);
void cqa_get_shifts(struct cqa_request *request);
void cqa_get_rubrics(struct cqa_request *request);
void cqa_get_rubric(struct cqa_request *request);
void cqa_get_rules(struct cqa_request *request);
void cqa_get_roster(struct cqa_request *request);
void cqa_put_roster(struct cqa_request *request);
void cqa_post_roster_undo(struct cqa_request *request);
void cqa_get_asked(struct cqa_request *request);
void cqa_post_asked_confirm(struct cqa_request *request);
void cqa_post_asked_withdraw(struct cqa_request *request);
void cqa_post_objection(struct cqa_request *request);
void cqa_post_objection_answer(struct cqa_request *request);
void cqa_get_objections(struct cqa_request *request);
void cqa_post_preview(struct cqa_request *request);
void cqa_post_rescore(struct cqa_request *request);
void cqa_get_previews(struct cqa_request *request);
void cqa_post_previews_accept(struct cqa_request *request);
void cqa_post_previews_discard(struct cqa_request *request);
void cqa_get_score_changes(struct cqa_request *request);
void cqa_get_export(struct cqa_request *request);
void cqa_get_audit(struct cqa_request *request);
void cqa_post_samples(struct cqa_request *request);
void cqa_get_samples(struct cqa_request *request);
void cqa_post_sample_done(struct cqa_request *request);
void cqa_post_calibration(struct cqa_request *request);
void cqa_post_judgement(struct cqa_request *request);
void cqa_get_calibration(struct cqa_request *request);
void cqa_get_agreement(struct cqa_request *request);
void cqa_post_coaching(struct cqa_request *request);
void cqa_get_coaching(struct cqa_request *request);
void cqa_post_coaching_done(struct cqa_request *request);
void cqa_get_periods(struct cqa_request *request);
void cqa_get_period_open(struct cqa_request *request);
void cqa_post_period(struct cqa_request *request);
void cqa_post_period_open(struct cqa_request *request);
void cqa_post_job_stop(struct cqa_request *request);
void cqa_get_jobs(struct cqa_request *request);
void cqa_get_job(struct cqa_request *request);
void cqa_get_job_result(struct cqa_request *request);
void cqa_delete_job(struct cqa_request *request);
void cqa_get_comments(struct cqa_request *request);
void cqa_post_comment(struct cqa_request *request);
void cqa_get_users(struct cqa_request *request);
void cqa_put_user(struct cqa_request *request);
void cqa_post_user_disable(struct cqa_request *request);
void cqa_get_tokens(struct cqa_request *request);
void cqa_post_token(struct cqa_request *request);
void cqa_post_token_revoke(struct cqa_request *request);
void cqa_post_password(struct cqa_request *request);
void cqa_post_factor(struct cqa_request *request);
void cqa_post_factor_confirm(struct cqa_request *request);
void cqa_post_factor_off(struct cqa_request *request);
void cqa_get_sessions(struct cqa_request *request);
void cqa_delete_one_session(struct cqa_request *request);
void cqa_post_session(struct cqa_request *request);
void cqa_get_session(struct cqa_request *request);
void cqa_delete_session(struct cqa_request *request);
void cqa_get_index(struct cqa_request *request);
void cqa_get_web(struct cqa_request *request);

#endif
