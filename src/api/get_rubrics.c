/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include "api/endpoints.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "rubric/threshold.h"
#include "scores/rubrics.h"

/* What a rule asks and costs, as its file has it: maps, lists and texts. */
static json_t *written_json(const struct cqa_yaml_node *node)
{
    json_t *out;

    switch (cqa_yaml_kind(node)) {
    case CQA_YAML_MAP:
        out = json_object();
        for (size_t i = 0; i < cqa_yaml_count(node); i++)
            json_object_set_new(out, cqa_yaml_text(cqa_yaml_key(node, i)),
                                written_json(cqa_yaml_item(node, i)));
        return out;
    case CQA_YAML_LIST:
        out = json_array();
        for (size_t i = 0; i < cqa_yaml_count(node); i++)
            json_array_append_new(out, written_json(cqa_yaml_item(node, i)));
        return out;
    default:
        return json_string(cqa_yaml_text(node));
    }
}

static json_t *text_json(struct cqa_text text)
{
    return cqa_title_json(text.en, text.zh);
}

static json_t *points_json(double points)
{
    return isnan(points) ? json_null() : cqa_points_json(llround(points * 100));
}

static json_t *span_json(double least, double most)
{
    return json_pack("{s:o, s:o}", "least", points_json(least), "most", points_json(most));
}

/* What a rule on a measure looks at. */
static json_t *measure_json(const struct cqa_yaml_node *node)
{
    const struct cqa_yaml_node *name = cqa_yaml_find(node, "measure");
    const enum cqa_measure_id id = name ? cqa_measure_find(cqa_yaml_text(name)) : CQA_MEASURE_COUNT;

    return id == CQA_MEASURE_COUNT ? json_null() : text_json(cqa_measure_infos[id].text);
}

static json_t *thresholds_json(const struct cqa_rubric *rubric, size_t index)
{
    struct cqa_threshold known[CQA_THRESHOLDS_MAX];
    const size_t count = cqa_thresholds(rubric, index, known, CQA_THRESHOLDS_MAX);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:f, s:f, s:f}", "threshold", known[i].name,
                                        "unit", known[i].unit, "value", known[i].value, "least",
                                        known[i].least, "most", known[i].most));
    return list;
}

static json_t *rule_json(const struct cqa_rubric *rubric, size_t index)
{
    const struct cqa_rule_info rule = cqa_rubric_rule(rubric, index);

    return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "rule",
                     rule.id, "title", text_json(rule.title), "text", text_json(rule.text),
                     "severity", rule.severity, "points",
                     span_json(rule.points_least, rule.points_most), "range",
                     span_json(rule.range_least, rule.range_most), "cap", points_json(rule.cap),
                     "manual", rule.manual, "automatic_fail", rule.automatic_fail, "measure",
                     measure_json(cqa_rubric_rule_node(rubric, index)), "thresholds",
                     thresholds_json(rubric, index), "written",
                     written_json(cqa_rubric_rule_node(rubric, index)));
}

static json_t *rubric_json(const struct cqa_rubric *rubric)
{
    const struct cqa_rubric_info info = cqa_rubric_info(rubric);
    json_t *rules = json_array();

    for (size_t i = 0; i < cqa_rubric_rule_count(rubric); i++)
        json_array_append_new(rules, rule_json(rubric, i));
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "rubric", cqa_rubric_name(rubric),
                     "version", cqa_rubric_version(rubric), "title", text_json(info.title), "base",
                     points_json(info.base), "floor", points_json(info.floor), "cap",
                     points_json(info.cap), "rules", rules);
}

void cqa_get_rubric(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    struct cqa_buffer text = {.limit = 1 << 20};
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known))
        return;
    const enum cqa_status status =
        cqa_rubric_text(cqa_request_scores(request), cqa_request_part(request, 0),
                        cqa_request_part(request, 1), &text, &error);
    struct cqa_rubric *rubric =
        status == CQA_OK ? cqa_rubric_parse(text.text, text.length, &problems) : NULL;
    if (rubric != NULL)
        cqa_reply_json(request, 200, rubric_json(rubric));
    else if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else
        cqa_reply_problem(request, 404, "not-found",
                          "this version of the program no longer reads that rubric");
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
    cqa_buffer_finish(&text);
}

static void add_rubric(void *context, const struct cqa_rubric_row *row)
{
    json_array_append_new(context, json_pack("{s:s, s:s, s:o}", "rubric", row->name, "version",
                                             row->version, "title", text_json(row->title)));
}

void cqa_get_rubrics(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known))
        return;
    json_t *list = json_array();
    const enum cqa_status status =
        cqa_rubric_list(cqa_request_scores(request), add_rubric, list, &error);
    cqa_reply_list(request, "rubrics", list, status, &error);
}
