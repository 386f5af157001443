/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "api/endpoints.h"
#include "api/numbers.h"
#include "api/rights.h"
#include "api/rounds/endpoints.h"
#include "api/routes.h"

#define ADMIN CQA_MAY(CQA_ACCOUNT_ADMIN)
#define LEAD CQA_MAY(CQA_ACCOUNT_LEAD)
#define AUDITOR CQA_MAY(CQA_ACCOUNT_AUDITOR)
#define AGENT CQA_MAY(CQA_ACCOUNT_AGENT)
#define RECORDER CQA_MAY(CQA_ACCOUNT_RECORDER)
#define HR CQA_MAY(CQA_ACCOUNT_HR)
#define EVERYONE (ADMIN | LEAD | AUDITOR | AGENT | RECORDER | HR)

#define ANYBODY CQA_REACH_ANYBODY
#define OWN CQA_REACH_OWN
#define OBJECT CQA_REACH_OBJECT
#define TEAM CQA_REACH_TEAM
#define COMPANY CQA_REACH_COMPANY
#define BY_NAME CQA_REACH_BY_NAME

const char *const cqa_reach_words[CQA_REACH_COUNT + 1] = {
    "", "anybody", "own", "object", "team", "company", "company, by name", NULL};

static const struct cqa_route lines[] = {
    {"POST", "/api/v1/results", RECORDER, OWN, CQA_BODY_RESULTS, cqa_post_results},
    {"GET", "/api/v1/calls", LEAD | AUDITOR | AGENT | RECORDER | HR, TEAM, CQA_BODY_NONE,
     cqa_get_calls},
    {"GET", "/api/v1/calls/{id}", LEAD | AUDITOR | AGENT | RECORDER | HR, OBJECT, CQA_BODY_NONE,
     cqa_get_call},
    {"POST", "/api/v1/calls/{id}/customer", LEAD | AUDITOR | AGENT | HR, OBJECT, CQA_BODY_SMALL,
     cqa_post_call_customer},
    {"GET", "/api/v1/failures", ADMIN | LEAD | AUDITOR | RECORDER, TEAM, CQA_BODY_NONE,
     cqa_get_failures},
    {"GET", "/api/v1/health", 0, ANYBODY, CQA_BODY_NONE, cqa_get_health},
    {"GET", "/api/v1/openapi", EVERYONE, OWN, CQA_BODY_NONE, cqa_get_openapi},
    {"GET", "/api/v1/flags", LEAD | AUDITOR | AGENT, TEAM, CQA_BODY_NONE, cqa_get_flags},
    {"GET", "/api/v1/calls/{id}/flags", LEAD | AUDITOR | AGENT, OBJECT, CQA_BODY_NONE,
     cqa_get_call_flags},
    {"GET", "/api/v1/calls/{id}/comments", LEAD | AUDITOR | AGENT, OBJECT, CQA_BODY_NONE,
     cqa_get_comments},
    {"GET", "/api/v1/flags/count", LEAD | AUDITOR | AGENT, TEAM, CQA_BODY_NONE, cqa_get_flag_count},
    {"GET", "/api/v1/reasons", LEAD | AUDITOR | AGENT, TEAM, CQA_BODY_NONE, cqa_get_reasons},
    {"GET", "/api/v1/waiting", LEAD | AUDITOR | AGENT | HR | ADMIN, TEAM, CQA_BODY_NONE,
     cqa_get_waiting},
    {"POST", "/api/v1/calls/{id}/comments", LEAD | AUDITOR | AGENT, OBJECT, CQA_BODY_SMALL,
     cqa_post_comment},
    {"POST", "/api/v1/calls/{id}/flags", LEAD | AUDITOR, OBJECT, CQA_BODY_SMALL,
     cqa_post_call_flag},
    {"POST", "/api/v1/flags/{flag}/decision", LEAD | AUDITOR, OBJECT, CQA_BODY_SMALL,
     cqa_post_decision},
    {"POST", "/api/v1/claims", LEAD | AUDITOR, TEAM, CQA_BODY_SMALL, cqa_post_claims},
    {"POST", "/api/v1/claims/hand-out", LEAD, TEAM, CQA_BODY_SMALL, cqa_post_claims_hand_out},
    {"GET", "/api/v1/claims", LEAD | AUDITOR, TEAM, CQA_BODY_NONE, cqa_get_claims},
    {"GET", "/api/v1/calls/{id}/audio", LEAD | AUDITOR | AGENT, OBJECT, CQA_BODY_NONE,
     cqa_get_audio},
    {"GET", "/api/v1/calls/{id}/peaks", LEAD | AUDITOR | AGENT, OBJECT, CQA_BODY_NONE,
     cqa_get_peaks},
    {"POST", "/api/v1/flags/{flag}/objection", AGENT, OBJECT, CQA_BODY_SMALL, cqa_post_objection},
    {"GET", "/api/v1/objections", LEAD | AUDITOR | AGENT, TEAM, CQA_BODY_NONE, cqa_get_objections},
    {"POST", "/api/v1/objections/{objection}/answer", LEAD, OBJECT, CQA_BODY_SMALL,
     cqa_post_objection_answer},
    {"GET", "/api/v1/people", LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE, cqa_get_people},
    {"GET", "/api/v1/days", LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE, cqa_get_days},
    {"GET", "/api/v1/shifts", LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE, cqa_get_shifts},
    {"GET", "/api/v1/rubrics", LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE, cqa_get_rubrics},
    {"GET", "/api/v1/rubrics/{name}/{version}", LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_rubric},
    {"GET", "/api/v1/rules", LEAD | AUDITOR | HR, TEAM, CQA_BODY_NONE, cqa_get_rules},
    {"POST", "/api/v1/rules/what-if", LEAD, TEAM, CQA_BODY_SMALL, cqa_post_what_if},
    {"GET", "/api/v1/roster", ADMIN | LEAD | HR, TEAM, CQA_BODY_NONE, cqa_get_roster},
    {"PUT", "/api/v1/roster", ADMIN | LEAD | HR, BY_NAME, CQA_BODY_RESULTS, cqa_put_roster},
    {"POST", "/api/v1/roster/undo", ADMIN | LEAD | HR, BY_NAME, CQA_BODY_SMALL,
     cqa_post_roster_undo},
    {"GET", "/api/v1/asked", ADMIN | LEAD | HR, COMPANY, CQA_BODY_NONE, cqa_get_asked},
    {"POST", "/api/v1/asked/{asked}/confirm", ADMIN | LEAD | HR, BY_NAME, CQA_BODY_SMALL,
     cqa_post_asked_confirm},
    {"POST", "/api/v1/asked/{asked}/withdraw", ADMIN | LEAD | HR, BY_NAME, CQA_BODY_SMALL,
     cqa_post_asked_withdraw},
    {"POST", "/api/v1/rescore/preview", LEAD, TEAM, CQA_BODY_SMALL, cqa_post_preview},
    {"POST", "/api/v1/rescore", LEAD, BY_NAME, CQA_BODY_SMALL, cqa_post_rescore},
    {"GET", "/api/v1/previews", LEAD, TEAM, CQA_BODY_NONE, cqa_get_previews},
    {"POST", "/api/v1/previews/accept", LEAD, TEAM, CQA_BODY_SMALL, cqa_post_previews_accept},
    {"POST", "/api/v1/previews/discard", LEAD, TEAM, CQA_BODY_SMALL, cqa_post_previews_discard},
    {"GET", "/api/v1/score-changes", LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_score_changes},
    {"GET", "/api/v1/export/{file}", LEAD | HR, TEAM, CQA_BODY_NONE, cqa_get_export},
    {"POST", "/api/v1/samples", LEAD, TEAM, CQA_BODY_SMALL, cqa_post_samples},
    {"GET", "/api/v1/samples", LEAD | AUDITOR, TEAM, CQA_BODY_NONE, cqa_get_samples},
    {"POST", "/api/v1/samples/{sample}/done", LEAD | AUDITOR, OBJECT, CQA_BODY_SMALL,
     cqa_post_sample_done},
    {"POST", "/api/v1/calibrations", LEAD, BY_NAME, CQA_BODY_SMALL, cqa_post_calibration},
    {"GET", "/api/v1/calibrations/{session}", LEAD | AUDITOR, TEAM, CQA_BODY_NONE,
     cqa_get_calibration},
    {"POST", "/api/v1/calibrations/{session}/judgements", LEAD | AUDITOR, TEAM, CQA_BODY_SMALL,
     cqa_post_judgement},
    {"GET", "/api/v1/calibrations/{session}/agreement", LEAD, COMPANY, CQA_BODY_NONE,
     cqa_get_agreement},
    {"POST", "/api/v1/coaching", LEAD, TEAM, CQA_BODY_SMALL, cqa_post_coaching},
    {"GET", "/api/v1/coaching", LEAD | AGENT, TEAM, CQA_BODY_NONE, cqa_get_coaching},
    {"POST", "/api/v1/coaching/{note}/done", LEAD, OBJECT, CQA_BODY_SMALL, cqa_post_coaching_done},
    {"GET", "/api/v1/periods", LEAD | HR, TEAM, CQA_BODY_NONE, cqa_get_periods},
    {"GET", "/api/v1/periods/open", LEAD | HR, TEAM, CQA_BODY_NONE, cqa_get_period_open},
    {"POST", "/api/v1/periods", LEAD | HR, BY_NAME, CQA_BODY_SMALL, cqa_post_period},
    {"POST", "/api/v1/periods/{period}/open", LEAD | HR, BY_NAME, CQA_BODY_SMALL,
     cqa_post_period_open},
    {"GET", "/api/v1/schemes", ADMIN | LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_schemes},
    {"GET", "/api/v1/schemes/{scheme}", ADMIN | LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_scheme},
    {"GET", "/api/v1/appraisals", ADMIN | LEAD | AUDITOR | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_rounds},
    {"POST", "/api/v1/appraisals", HR, COMPANY, CQA_BODY_SMALL, cqa_post_round},
    {"GET", "/api/v1/appraisals/{appraisal}", ADMIN | LEAD | AUDITOR | AGENT | HR, TEAM,
     CQA_BODY_NONE, cqa_get_round},
    {"POST", "/api/v1/appraisals/{appraisal}/stage", HR, COMPANY, CQA_BODY_SMALL,
     cqa_post_round_stage},
    {"POST", "/api/v1/appraisals/{appraisal}/least", HR, COMPANY, CQA_BODY_SMALL,
     cqa_post_round_least},
    {"POST", "/api/v1/appraisals/{appraisal}/steps", LEAD | HR, TEAM, CQA_BODY_SMALL,
     cqa_post_round_step},
    {"POST", "/api/v1/appraisals/{appraisal}/corrections", HR, COMPANY, CQA_BODY_SMALL,
     cqa_post_round_correction},
    {"GET", "/api/v1/appraisals/{appraisal}/imports", HR, COMPANY, CQA_BODY_NONE, cqa_get_imports},
    {"POST", "/api/v1/appraisals/{appraisal}/imports", HR, COMPANY, CQA_BODY_RESULTS,
     cqa_post_import},
    {"GET", "/api/v1/appraisals/{appraisal}/imports/{import}", HR, COMPANY, CQA_BODY_NONE,
     cqa_get_import},
    {"GET", "/api/v1/appraisals/{appraisal}/changes", LEAD | HR, TEAM, CQA_BODY_NONE,
     cqa_get_changes},
    {"PUT", "/api/v1/appraisals/{appraisal}/import-answers", HR, COMPANY, CQA_BODY_SMALL,
     cqa_put_import_answers},
    {"GET", "/api/v1/appraisals/{appraisal}/ratings", LEAD | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_ratings},
    {"POST", "/api/v1/appraisals/{appraisal}/ratings", LEAD | AGENT | HR, TEAM, CQA_BODY_SMALL,
     cqa_post_ratings},
    {"GET", "/api/v1/appraisals/{appraisal}/results", LEAD | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_results},
    {"GET", "/api/v1/appraisals/{appraisal}/results.csv", HR, TEAM, CQA_BODY_NONE,
     cqa_get_results_csv},
    {"GET", "/api/v1/appraisals/{appraisal}/sheets/{agent}", LEAD | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_sheet},
    {"POST", "/api/v1/appraisals/{appraisal}/sheets/{agent}/signatures", LEAD | AGENT | HR, TEAM,
     CQA_BODY_SMALL, cqa_post_signature},
    {"POST", "/api/v1/appraisals/{appraisal}/sheets/{agent}/objections", AGENT, TEAM,
     CQA_BODY_SMALL, cqa_post_sheet_objection},
    {"GET", "/api/v1/appraisals/{appraisal}/objections", LEAD | AGENT | HR, TEAM, CQA_BODY_NONE,
     cqa_get_sheet_objections},
    {"POST", "/api/v1/appraisals/{appraisal}/objections/{objection}/answer", LEAD | HR, TEAM,
     CQA_BODY_SMALL, cqa_post_sheet_answer},
    {"GET", "/api/v1/appraisals/{appraisal}/readiness", LEAD | HR, TEAM, CQA_BODY_NONE,
     cqa_get_readiness},
    {"POST", "/api/v1/appraisals/{appraisal}/close", HR, COMPANY, CQA_BODY_SMALL, cqa_post_close},
    {"GET", "/api/v1/audit", ADMIN, COMPANY, CQA_BODY_NONE, cqa_get_audit},
    {"GET", "/api/v1/users", ADMIN, COMPANY, CQA_BODY_NONE, cqa_get_users},
    {"PUT", "/api/v1/users/{name}", ADMIN, BY_NAME, CQA_BODY_SMALL, cqa_put_user},
    {"POST", "/api/v1/users/{name}/disable", ADMIN, COMPANY, CQA_BODY_SMALL, cqa_post_user_disable},
    {"GET", "/api/v1/tokens", ADMIN, COMPANY, CQA_BODY_NONE, cqa_get_tokens},
    {"POST", "/api/v1/tokens", ADMIN, BY_NAME, CQA_BODY_SMALL, cqa_post_token},
    {"POST", "/api/v1/tokens/{name}/revoke", ADMIN, COMPANY, CQA_BODY_SMALL, cqa_post_token_revoke},
    {"POST", "/api/v1/session/password", EVERYONE, OWN, CQA_BODY_PASSWORD, cqa_post_password},
    {"POST", "/api/v1/session/second-factor", EVERYONE, OWN, CQA_BODY_PASSWORD, cqa_post_factor},
    {"POST", "/api/v1/session/second-factor/confirm", EVERYONE, OWN, CQA_BODY_SMALL,
     cqa_post_factor_confirm},
    {"POST", "/api/v1/session/second-factor/off", EVERYONE, OWN, CQA_BODY_PASSWORD,
     cqa_post_factor_off},
    {"GET", "/api/v1/session/list", EVERYONE, OWN, CQA_BODY_NONE, cqa_get_sessions},
    {"DELETE", "/api/v1/session/list/{name}", EVERYONE, OWN, CQA_BODY_NONE, cqa_delete_one_session},
    {"POST", "/api/v1/session", 0, ANYBODY, CQA_BODY_PASSWORD, cqa_post_session},
    {"GET", "/api/v1/session", EVERYONE, OWN, CQA_BODY_NONE, cqa_get_session},
    {"DELETE", "/api/v1/session", EVERYONE, OWN, CQA_BODY_NONE, cqa_delete_session},
    {"GET", "/api/v1/jobs", ADMIN | LEAD | AUDITOR | AGENT | HR, OWN, CQA_BODY_NONE, cqa_get_jobs},
    {"GET", "/api/v1/jobs/{job}", ADMIN | LEAD | AUDITOR | AGENT | HR, OWN, CQA_BODY_NONE,
     cqa_get_job},
    {"GET", "/api/v1/jobs/{job}/result", ADMIN | LEAD | AUDITOR | AGENT | HR, OWN, CQA_BODY_NONE,
     cqa_get_job_result},
    {"POST", "/api/v1/jobs/{job}/stop", ADMIN | LEAD | AUDITOR | AGENT | HR, OWN, CQA_BODY_SMALL,
     cqa_post_job_stop},
    {"DELETE", "/api/v1/jobs/{job}", ADMIN | LEAD | AUDITOR | AGENT | HR, OWN, CQA_BODY_NONE,
     cqa_delete_job},
    {"GET", "/metrics", ADMIN | RECORDER, COMPANY, CQA_BODY_NONE, cqa_get_metrics},
    {"GET", "/", 0, ANYBODY, CQA_BODY_NONE, cqa_get_index},
    {"GET", "/web/{file}", 0, ANYBODY, CQA_BODY_NONE, cqa_get_web},
    {"GET", "/web/{folder}/{file}", 0, ANYBODY, CQA_BODY_NONE, cqa_get_web},
};
/* What reads many rows, recordings, or files that somebody sent. Of all else what only reads is
 * answered here; what writes waits for whoever writes, which may be a roster for seconds. */
static const struct {
    void (*answer)(struct cqa_request *request);
    enum cqa_route_lane lane;
} aside[] = {
    {cqa_post_results, CQA_ROUTE_TAKING},
    {cqa_get_people, CQA_ROUTE_SUMS},
    {cqa_get_waiting, CQA_ROUTE_SUMS},
    {cqa_get_days, CQA_ROUTE_SUMS},
    {cqa_get_rules, CQA_ROUTE_SUMS},
    {cqa_get_reasons, CQA_ROUTE_SUMS},
    {cqa_get_agreement, CQA_ROUTE_SUMS},
    {cqa_get_score_changes, CQA_ROUTE_SUMS},
    {cqa_get_previews, CQA_ROUTE_SUMS},
    {cqa_get_period_open, CQA_ROUTE_SUMS},
    {cqa_get_ratings, CQA_ROUTE_SUMS},
    {cqa_post_ratings, CQA_ROUTE_SUMS},
    {cqa_get_results, CQA_ROUTE_SUMS},
    {cqa_get_results_csv, CQA_ROUTE_SUMS},
    {cqa_get_sheet, CQA_ROUTE_SUMS},
    {cqa_post_signature, CQA_ROUTE_SUMS},
    {cqa_post_sheet_objection, CQA_ROUTE_SUMS},
    {cqa_get_readiness, CQA_ROUTE_SUMS},
    {cqa_post_what_if, CQA_ROUTE_COMPUTING},
    {cqa_post_preview, CQA_ROUTE_COMPUTING},
    {cqa_post_rescore, CQA_ROUTE_COMPUTING},
    {cqa_post_asked_confirm, CQA_ROUTE_COMPUTING}, /* re-scoring, among others */
    {cqa_post_previews_accept, CQA_ROUTE_COMPUTING},
    {cqa_post_previews_discard, CQA_ROUTE_COMPUTING},
    {cqa_post_samples, CQA_ROUTE_COMPUTING},
    {cqa_put_roster, CQA_ROUTE_COMPUTING},
    {cqa_post_roster_undo, CQA_ROUTE_COMPUTING},
    {cqa_get_export, CQA_ROUTE_COMPUTING},
    {cqa_get_job_result, CQA_ROUTE_SUMS},
    {cqa_post_import, CQA_ROUTE_COMPUTING},
    {cqa_put_import_answers, CQA_ROUTE_COMPUTING},
    {cqa_post_close, CQA_ROUTE_COMPUTING},
    {cqa_get_audio, CQA_ROUTE_MEDIA},
    {cqa_get_peaks, CQA_ROUTE_MEDIA},
};

static enum cqa_route_lane lane_of(const struct cqa_route *route)
{
    for (size_t i = 0; i < sizeof aside / sizeof aside[0]; i++)
        if (route->answer == aside[i].answer)
            return aside[i].lane;
    return strcmp(route->method, "GET") == 0 ? CQA_ROUTE_HERE : CQA_ROUTE_WRITING;
}

/* What gives somebody rights is confirmed by whoever else is there for everyone, and never alone:
 * else an admin, who hears nothing, would give them to themself. All else by who may ask for it. */
static struct cqa_seconds seconds_of(const struct cqa_route *route)
{
    if (route->answer == cqa_put_user || route->answer == cqa_post_token)
        return (struct cqa_seconds){ADMIN | LEAD | HR, 0};
    return (struct cqa_seconds){route->roles, 1};
}

/* What reads all of weeks. */
int cqa_api_takes_long(const struct cqa_route *route)
{
    return lane_of(route) == CQA_ROUTE_COMPUTING || route->answer == cqa_get_results ||
           route->answer == cqa_get_results_csv;
}

const struct cqa_routes cqa_api_routes = {lines,
                                          sizeof lines / sizeof lines[0],
                                          cqa_rights_hold,
                                          lane_of,
                                          cqa_job_keeps,
                                          cqa_job_keep,
                                          cqa_numbers_hide,
                                          seconds_of};
