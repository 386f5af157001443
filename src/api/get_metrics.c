/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/endpoints.h"
#include "base/version.h"
#include "http/counters.h"

/* Prometheus text format 0.0.4. Counts of this process only: no names, no numbers of calls. */
void cqa_get_metrics(struct cqa_request *request)
{
    struct cqa_counters *counters = cqa_request_counters(request);
    struct cqa_buffer text = {.limit = 64 * 1024};

    cqa_buffer_print(
        &text,
        "# HELP callqa_server_info The running version.\n# TYPE callqa_server_info gauge\n"
        "callqa_server_info{version=\"%s\"} 1\n"
        "# HELP callqa_http_requests_total Requests answered, by class of status.\n"
        "# TYPE callqa_http_requests_total counter\n",
        CQA_VERSION);
    for (int i = 1; i < 6; i++)
        cqa_buffer_print(&text, "callqa_http_requests_total{status=\"%dxx\"} %llu\n", i,
                         atomic_load(&counters->requests[i]));
    cqa_buffer_print(
        &text, "# HELP callqa_results_total Posted results and failures, by what became of them.\n"
               "# TYPE callqa_results_total counter\n");
    for (int i = 0; i < CQA_PUT_COUNT; i++)
        cqa_buffer_print(&text, "callqa_results_total{outcome=\"%s\"} %llu\n", cqa_put_words[i],
                         atomic_load(&counters->put[i]));
    cqa_buffer_print(&text, "callqa_results_total{outcome=\"invalid\"} %llu\n",
                     atomic_load(&counters->refused_items));
    cqa_buffer_print(
        &text,
        "# HELP callqa_login_failures_total Log-ins refused.\n"
        "# TYPE callqa_login_failures_total counter\ncallqa_login_failures_total %llu\n"
        "# HELP callqa_http_busy_seconds_total Time spent in answering.\n"
        "# TYPE callqa_http_busy_seconds_total counter\n"
        "callqa_http_busy_seconds_total %.3f\n",
        atomic_load(&counters->login_failures), (double)atomic_load(&counters->busy_us) / 1e6);
    cqa_buffer_print(
        &text,
        "# HELP callqa_notices_total Notices sent, and tries that failed.\n"
        "# TYPE callqa_notices_total counter\n"
        "callqa_notices_total{outcome=\"sent\"} %llu\n"
        "callqa_notices_total{outcome=\"failed\"} %llu\n"
        "# HELP callqa_notices_waiting Notices still to be sent.\n"
        "# TYPE callqa_notices_waiting gauge\ncallqa_notices_waiting %llu\n"
        "# HELP callqa_notice_receivers_gone Receivers that answered 410.\n"
        "# TYPE callqa_notice_receivers_gone gauge\ncallqa_notice_receivers_gone %llu\n",
        atomic_load(&counters->notices_sent), atomic_load(&counters->notice_failures),
        atomic_load(&counters->notices_waiting), atomic_load(&counters->notice_receivers_gone));
    cqa_reply_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", &text);
    cqa_buffer_finish(&text);
}
