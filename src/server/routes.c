#include "server/endpoints.h"
#include "server/route.h"

#define ADMIN CQA_MAY(CQA_ACCOUNT_ADMIN)
#define LEAD CQA_MAY(CQA_ACCOUNT_LEAD)
#define AUDITOR CQA_MAY(CQA_ACCOUNT_AUDITOR)
#define AGENT CQA_MAY(CQA_ACCOUNT_AGENT)
#define RECORDER CQA_MAY(CQA_ACCOUNT_RECORDER)
#define HR CQA_MAY(CQA_ACCOUNT_HR)
#define ANYBODY 0
#define EVERYONE (ADMIN | LEAD | AUDITOR | AGENT | RECORDER | HR)

const struct cqa_route cqa_routes[] = {
    {"POST", "/api/v1/results", RECORDER, CQA_BODY_RESULTS, cqa_post_results},
    {"GET", "/api/v1/calls", ADMIN | LEAD | AUDITOR | AGENT | RECORDER | HR, CQA_BODY_NONE,
     cqa_get_calls},
    {"GET", "/api/v1/calls/{id}", ADMIN | LEAD | AUDITOR | AGENT | RECORDER | HR, CQA_BODY_NONE,
     cqa_get_call},
    {"GET", "/api/v1/failures", ADMIN | LEAD | AUDITOR | RECORDER, CQA_BODY_NONE, cqa_get_failures},
    {"GET", "/api/v1/health", ANYBODY, CQA_BODY_NONE, cqa_get_health},
    {"GET", "/api/v1/openapi", ANYBODY, CQA_BODY_NONE, cqa_get_openapi},
    {"GET", "/api/v1/flags", LEAD | AUDITOR | AGENT, CQA_BODY_NONE, cqa_get_flags},
    {"GET", "/api/v1/calls/{id}/flags", LEAD | AUDITOR | AGENT, CQA_BODY_NONE, cqa_get_call_flags},
    {"GET", "/api/v1/calls/{id}/comments", LEAD | AUDITOR | AGENT, CQA_BODY_NONE, cqa_get_comments},
    {"POST", "/api/v1/calls/{id}/comments", LEAD | AUDITOR | AGENT, CQA_BODY_SMALL,
     cqa_post_comment},
    {"POST", "/api/v1/calls/{id}/flags", LEAD | AUDITOR, CQA_BODY_SMALL, cqa_post_call_flag},
    {"POST", "/api/v1/flags/{flag}/decision", LEAD | AUDITOR, CQA_BODY_SMALL, cqa_post_decision},
    {"GET", "/api/v1/calls/{id}/audio", LEAD | AUDITOR | AGENT, CQA_BODY_NONE, cqa_get_audio},
    {"GET", "/api/v1/calls/{id}/peaks", LEAD | AUDITOR | AGENT, CQA_BODY_NONE, cqa_get_peaks},
    {"POST", "/api/v1/flags/{flag}/objection", AGENT, CQA_BODY_SMALL, cqa_post_objection},
    {"GET", "/api/v1/objections", LEAD | AUDITOR | AGENT, CQA_BODY_NONE, cqa_get_objections},
    {"POST", "/api/v1/objections/{objection}/answer", LEAD, CQA_BODY_SMALL,
     cqa_post_objection_answer},
    {"GET", "/api/v1/people", LEAD | AUDITOR | AGENT | HR, CQA_BODY_NONE, cqa_get_people},
    {"GET", "/api/v1/days", LEAD | AUDITOR | AGENT | HR, CQA_BODY_NONE, cqa_get_days},
    {"GET", "/api/v1/rules", LEAD | AUDITOR | HR, CQA_BODY_NONE, cqa_get_rules},
    {"PUT", "/api/v1/roster", ADMIN | LEAD | HR, CQA_BODY_RESULTS, cqa_put_roster},
    {"POST", "/api/v1/rescore/preview", LEAD, CQA_BODY_SMALL, cqa_post_preview},
    {"POST", "/api/v1/rescore", LEAD, CQA_BODY_SMALL, cqa_post_rescore},
    {"GET", "/api/v1/export/{file}", LEAD | HR, CQA_BODY_NONE, cqa_get_export},
    {"POST", "/api/v1/samples", LEAD, CQA_BODY_SMALL, cqa_post_samples},
    {"GET", "/api/v1/samples", LEAD | AUDITOR, CQA_BODY_NONE, cqa_get_samples},
    {"POST", "/api/v1/samples/{sample}/done", LEAD | AUDITOR, CQA_BODY_SMALL, cqa_post_sample_done},
    {"POST", "/api/v1/calibrations", LEAD, CQA_BODY_SMALL, cqa_post_calibration},
    {"GET", "/api/v1/calibrations/{session}", LEAD | AUDITOR, CQA_BODY_NONE, cqa_get_calibration},
    {"POST", "/api/v1/calibrations/{session}/judgements", LEAD | AUDITOR, CQA_BODY_SMALL,
     cqa_post_judgement},
    {"GET", "/api/v1/calibrations/{session}/agreement", LEAD, CQA_BODY_NONE, cqa_get_agreement},
    {"POST", "/api/v1/periods", LEAD | HR, CQA_BODY_SMALL, cqa_post_period},
    {"GET", "/api/v1/audit", ADMIN, CQA_BODY_NONE, cqa_get_audit},
    {"POST", "/api/v1/session", ANYBODY, CQA_BODY_SMALL, cqa_post_session},
    {"GET", "/api/v1/session", EVERYONE, CQA_BODY_NONE, cqa_get_session},
    {"DELETE", "/api/v1/session", EVERYONE, CQA_BODY_NONE, cqa_delete_session},
    {"GET", "/metrics", ANYBODY, CQA_BODY_NONE, cqa_get_metrics},
    {"GET", "/", ANYBODY, CQA_BODY_NONE, cqa_get_index},
    {"GET", "/web/{file}", ANYBODY, CQA_BODY_NONE, cqa_get_web},
    {"GET", "/web/{folder}/{file}", ANYBODY, CQA_BODY_NONE, cqa_get_web},
};
const size_t cqa_route_count = sizeof cqa_routes / sizeof cqa_routes[0];
