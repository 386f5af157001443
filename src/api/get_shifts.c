/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/endpoints.h"
#include "api/query.h"
#include "settings/config.h"

void cqa_get_shifts(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    const struct cqa_server_config *config = cqa_request_config(request);
    char from[CQA_SHIFT_TIME_SIZE];
    char to[CQA_SHIFT_TIME_SIZE];

    if (!cqa_query_only(request, known))
        return;
    json_t *list = json_array();
    for (size_t i = 0; i < config->shift_count; i++) {
        cqa_shift_time(config->shifts[i].from_minute, from);
        cqa_shift_time(config->shifts[i].to_minute, to);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", config->shifts[i].name,
                                              "from", from, "to", to));
    }
    cqa_reply_json(request, 200,
                   json_pack("{s:s?, s:o}", "time_zone", config->time_zone, "shifts", list));
}
