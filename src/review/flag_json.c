/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/flag_json.h"

#include "scores/when.h"

static const int64_t DAY_MS = 86400000;

json_t *cqa_points_json(int64_t points_c)
{
    return points_c % 100 == 0 ? json_integer(points_c / 100) : json_real((double)points_c / 100);
}

static json_t *time_or_null(int64_t ms)
{
    char text[CQA_WHEN_SIZE];

    if (ms == 0)
        return json_null();
    cqa_when_write(ms, text);
    return json_string(text);
}

json_t *cqa_title_json(const char *en, const char *zh)
{
    return en || zh ? json_pack("{s:s?, s:s?}", "en", en, "zh", zh) : json_null();
}

json_t *cqa_reasons_json(const struct cqa_server_config *config)
{
    json_t *list = json_array();

    for (size_t i = 0; i < config->reason_count; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:o}", "code", config->reasons[i].id, "title",
                            cqa_title_json(config->reasons[i].en, config->reasons[i].zh)));
    return list;
}

json_t *cqa_range_json(int64_t least_c, int64_t most_c)
{
    return json_pack("{s:o, s:o}", "least", cqa_points_json(least_c), "most",
                     cqa_points_json(most_c));
}

json_t *cqa_answer_until_json(int is_open, int64_t at_ms, const struct cqa_objection_days *days)
{
    return is_open && days->answering > 0 ? time_or_null(at_ms + days->answering * DAY_MS)
                                          : json_null();
}

static json_t *objection_json(const struct cqa_flag_objection *objection,
                              const struct cqa_objection_days *days)
{
    if (objection->id == 0)
        return json_null();
    const int is_open = objection->outcome == cqa_objection_words[CQA_OBJECTION_OPEN];
    return json_pack("{s:I, s:s?, s:o, s:s?, s:s, s:s?, s:o, s:s?, s:o}", "objection",
                     (json_int_t)objection->id, "by", objection->by, "at",
                     time_or_null(objection->at_ms), "text", objection->text, "outcome",
                     objection->outcome, "decided_by", objection->decided_by, "decided_at",
                     time_or_null(objection->decided_ms), "answer", objection->answer,
                     "answer_until", cqa_answer_until_json(is_open, objection->at_ms, days));
}

static json_t *claim_json(const struct cqa_flag_row *flag)
{
    if (flag->claimed_by == NULL)
        return json_null();
    return json_pack("{s:s, s:o}", "by", flag->claimed_by, "until",
                     time_or_null(flag->claimed_until_ms));
}

json_t *cqa_flag_json(const struct cqa_flag_row *flag, const struct cqa_objection_days *days,
                      int shows_claim)
{
    return json_pack("{s:I, s:s, s:o, s:s, s:o, s:o, s:o, s:f, s:I, s:I, s:b, s:s?, s:s, s:s?, "
                     "s:o, s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:o}",
                     "flag", (json_int_t)flag->id, "rule", flag->rule, "title",
                     cqa_title_json(flag->title_en, flag->title_zh), "severity",
                     cqa_flag_severity_words[flag->severity], "points",
                     cqa_points_json(flag->points_c), "standing_points",
                     cqa_points_json(flag->standing_c), "range",
                     cqa_range_json(flag->range_least_c, flag->range_most_c), "confidence",
                     (double)flag->confidence / 1000, "start_ms", (json_int_t)flag->start_ms,
                     "end_ms", (json_int_t)flag->end_ms, "automatic_fail", flag->automatic_fail,
                     "event_type", flag->event_type, "state", cqa_flag_state_words[flag->state],
                     "decided_by", flag->decided_by, "decided_at", time_or_null(flag->decided_ms),
                     "reason", flag->reason, "author", flag->author, "note", flag->note,
                     "reason_code", flag->reason_code, "objectable_until",
                     flag->objection.id == 0 && flag->since_ms > 0
                         ? time_or_null(flag->since_ms + days->objecting * DAY_MS)
                         : json_null(),
                     "objection", objection_json(&flag->objection, days), "claim",
                     shows_claim ? claim_json(flag) : json_null());
}
