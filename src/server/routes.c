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
    {"POST", "/api/v1/calls/{id}/flags", LEAD | AUDITOR, CQA_BODY_SMALL, cqa_post_call_flag},
    {"POST", "/api/v1/flags/{flag}/decision", LEAD | AUDITOR, CQA_BODY_SMALL, cqa_post_decision},
    {"GET", "/api/v1/calls/{id}/audio", LEAD | AUDITOR | AGENT, CQA_BODY_NONE, cqa_get_audio},
    {"GET", "/api/v1/calls/{id}/peaks", LEAD | AUDITOR | AGENT, CQA_BODY_NONE, cqa_get_peaks},
    {"POST", "/api/v1/session", ANYBODY, CQA_BODY_SMALL, cqa_post_session},
    {"GET", "/api/v1/session", EVERYONE, CQA_BODY_NONE, cqa_get_session},
    {"DELETE", "/api/v1/session", EVERYONE, CQA_BODY_NONE, cqa_delete_session},
    {"GET", "/metrics", ANYBODY, CQA_BODY_NONE, cqa_get_metrics},
};
const size_t cqa_route_count = sizeof cqa_routes / sizeof cqa_routes[0];
