/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/compare.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/say.h"
#include "pipeline/again.h"
#include "pipeline/life.h"
#include "result/changes.h"
#include "store/previews.h"

/* What the calls of an agent come to, in hundredths of a point. */
struct agent_sum {
    char *agent; /* owned; "" where no call says */
    int64_t calls, changed;
    int64_t gained_c, lost_c;
};

struct comparing {
    const struct cqa_compare_config *compare;
    struct agent_sum *sums;
    size_t count, capacity;
    size_t unread;
    enum cqa_status status;
    struct cqa_error *error;
};

/* ---- sums */

static int by_agent(const void *left, const void *right)
{
    return strcmp(((const struct agent_sum *)left)->agent,
                  ((const struct agent_sum *)right)->agent);
}

static struct agent_sum *sum_of(struct comparing *comparing, const char *agent)
{
    for (size_t i = 0; i < comparing->count; i++)
        if (strcmp(comparing->sums[i].agent, agent) == 0)
            return &comparing->sums[i];
    if (comparing->count == comparing->capacity) {
        const size_t capacity = comparing->capacity ? 2 * comparing->capacity : 64;
        struct agent_sum *grown = realloc(comparing->sums, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        comparing->sums = grown;
        comparing->capacity = capacity;
    }
    char *name = strdup(agent);
    if (name == NULL)
        return NULL;
    comparing->sums[comparing->count] = (struct agent_sum){.agent = name};
    return &comparing->sums[comparing->count++];
}

static void print_sums(struct comparing *comparing)
{
    static const char *const heads[2][5] = {{"agent", "calls", "changed", "given back", "taken"},
                                            {"坐席", "通话", "有变化", "返还", "新扣"}};
    const int zh = comparing->compare->zh;
    FILE *out = comparing->compare->text;

    if (comparing->count == 0)
        return;
    qsort(comparing->sums, comparing->count, sizeof *comparing->sums, by_agent);
    fprintf(out, "%s\t%s\t%s\t%s\t%s\n", heads[zh][0], heads[zh][1], heads[zh][2], heads[zh][3],
            heads[zh][4]);
    for (size_t i = 0; i < comparing->count; i++) {
        const struct agent_sum *sum = &comparing->sums[i];
        fprintf(out, "%s\t%" PRId64 "\t%" PRId64 "\t+%g\t-%g\n",
                sum->agent[0] ? cqa_log_private(sum->agent) : "-", sum->calls, sum->changed,
                (double)sum->gained_c / 100, (double)sum->lost_c / 100);
    }
}

/* ---- one call */

static double total_of(const struct cqa_result *result)
{
    return result->scored ? result->score.total : NAN;
}

static void print_call(const struct comparing *comparing, const struct cqa_kept_apart *preview,
                       const struct cqa_result results[2], const struct cqa_change *changes,
                       size_t count)
{
    const int zh = comparing->compare->zh;
    FILE *out = comparing->compare->text;

    fprintf(out, "%s\t%g -> %g\n", cqa_log_private(preview->path), total_of(&results[0]),
            total_of(&results[1]));
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %s %.1f-%.1f s: %g -> %g: %s\n", changes[i].rule,
                (double)changes[i].start_ms / 1000, (double)changes[i].end_ms / 1000,
                changes[i].points_before, changes[i].points_after,
                zh ? changes[i].reason.zh : changes[i].reason.en);
}

static json_t *side_json(const struct cqa_result *result)
{
    return json_pack("{s:o, s:s?, s:s?, s:s, s:i}", "total",
                     result->scored ? json_real(result->score.total) : json_null(), "rubric",
                     result->scored ? result->score.rubric : NULL, "rubric_version",
                     result->scored ? result->score.version : NULL, "version", result->version,
                     "rules", result->rules);
}

static json_t *change_json(const struct cqa_change *change)
{
    return json_pack("{s:s, s:s, s:f, s:f, s:I, s:I, s:s?, s:{s:s, s:s}}", "change",
                     cqa_change_words[change->kind], "rule", change->rule, "points_before",
                     change->points_before, "points_after", change->points_after, "start_ms",
                     (json_int_t)change->start_ms, "end_ms", (json_int_t)change->end_ms, "ground",
                     change->ground, "reason", "en", change->reason.en, "zh", change->reason.zh);
}

static enum cqa_status write_line(const struct comparing *comparing,
                                  const struct cqa_result results[2],
                                  const struct cqa_change *changes, size_t count)
{
    const struct cqa_result *after = &results[1];
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, change_json(&changes[i]));
    json_t *line = json_pack("{s:s?, s:{s:s?, s:s?, s:s?, s:s?, s:s?}, s:o, s:o, s:o}", "path",
                             after->path, "call", "id", after->call.id, "agent", after->call.agent,
                             "queue", after->call.queue, "started_at", after->call.started_at,
                             "source", after->call.source, "before", side_json(&results[0]),
                             "after", side_json(after), "changes", list);
    char *text = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    const int written = text != NULL && fprintf(comparing->compare->lines, "%s\n", text) > 0;
    const int is_memory = text == NULL;
    free(text);
    json_decref(line);
    if (written)
        return CQA_OK;
    return is_memory ? cqa_fail(comparing->error, CQA_E_NOMEM, "out of memory")
                     : cqa_fail_errno(comparing->error, "the comparison cannot be written");
}

static enum cqa_status compare_results(struct comparing *comparing,
                                       const struct cqa_kept_apart *preview,
                                       const struct cqa_result results[2])
{
    const char *agent = results[1].call.agent;
    struct agent_sum *sum = sum_of(comparing, agent ? agent : "");
    const double apart = total_of(&results[1]) - total_of(&results[0]);
    const int64_t apart_c = isnan(apart) ? 0 : llround(apart * 100);
    struct cqa_arena arena = {0};
    struct cqa_change *changes = NULL;
    size_t count = 0;

    if (sum == NULL)
        return cqa_fail(comparing->error, CQA_E_NOMEM, "out of memory");
    enum cqa_status status =
        cqa_changes_find(&results[0], &results[1], &arena, &changes, &count, comparing->error);
    if (status == CQA_OK) {
        sum->calls++;
        sum->changed += count > 0 || apart_c != 0;
        sum->gained_c += apart_c > 0 ? apart_c : 0;
        sum->lost_c += apart_c < 0 ? -apart_c : 0;
        if (count > 0 || apart_c != 0)
            print_call(comparing, preview, results, changes, count);
        if (comparing->compare->lines != NULL)
            status = write_line(comparing, results, changes, count);
    }
    cqa_arena_finish(&arena);
    return status;
}

static int compare_one(void *context, const struct cqa_kept_apart *preview)
{
    struct comparing *comparing = context;
    struct cqa_result results[2] = {0};
    struct cqa_error unread = {0};
    enum cqa_status status =
        cqa_result_from_json(preview->now, preview->now_length, 0, &results[0], &unread);

    if (status == CQA_OK)
        status =
            cqa_result_from_json(preview->apart, preview->apart_length, 0, &results[1], &unread);
    if (status == CQA_OK)
        comparing->status = compare_results(comparing, preview, results);
    else if (status == CQA_E_NOMEM)
        comparing->status = cqa_fail(comparing->error, CQA_E_NOMEM, "out of memory");
    else
        comparing->unread++;
    cqa_result_finish(&results[0]);
    cqa_result_finish(&results[1]);
    return comparing->status == CQA_OK;
}

/* ---- all */

static enum cqa_status compare_all(struct comparing *comparing, struct cqa_store *store)
{
    const struct cqa_compare_config *compare = comparing->compare;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < compare->config->watch_count; i++) {
        struct cqa_again_part part;
        if (!cqa_again_part(compare->config, &compare->config->watches[i], &compare->scope,
                            compare->analyzer, CQA_ASKED_APART, &part))
            continue;
        status = cqa_previews_each(store, &part.wish, compare_one, comparing, comparing->error);
        if (status == CQA_OK)
            status = comparing->status;
    }
    return status;
}

enum cqa_status cqa_compare(const struct cqa_compare_config *compare, struct cqa_error *error)
{
    struct comparing comparing = {.compare = compare, .status = CQA_OK, .error = error};
    struct cqa_store *store = NULL;
    enum cqa_status status = cqa_life_open(compare->config->state_dir, &store, error);

    if (status == CQA_OK)
        status = compare_all(&comparing, store);
    cqa_store_close(store);
    if (status == CQA_OK)
        print_sums(&comparing);
    if (comparing.unread > 0)
        cqa_say(stderr, "%zu stored results cannot be read and were not compared",
                comparing.unread);
    for (size_t i = 0; i < comparing.count; i++)
        free(comparing.sums[i].agent);
    free(comparing.sums);
    if (status == CQA_OK && compare->lines != NULL && fflush(compare->lines) != 0)
        status = cqa_fail_errno(error, "the comparison cannot be written");
    return status;
}
