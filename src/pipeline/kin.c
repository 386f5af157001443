/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call once (docs/decisions/0107): what a recording is to others, and where each lies now. */
#include "pipeline/family.h"
#include "pipeline/parts.h"

#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "pipeline/names.h"
#include "result/same.h"

enum { JSON_BYTES_MAX = 64 << 20, MEND_BATCH = 256, PLACES_A_TURN = 64 };

/* ---- the same recording, or another of the same call */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static int same_folder(const char *left, const char *right)
{
    const size_t length = (size_t)(name_of(left) - left);

    return (size_t)(name_of(right) - right) == length && memcmp(left, right, length) == 0;
}

static size_t stem_length(const char *name)
{
    const char *ending = strrchr(name, '.');

    return ending == NULL || ending == name ? strlen(name) : (size_t)(ending - name);
}

static int same_stem(const char *left, const char *right)
{
    const char *names[2] = {name_of(left), name_of(right)};
    const size_t length = stem_length(names[0]);

    return stem_length(names[1]) == length && memcmp(names[0], names[1], length) == 0;
}

static int same_call(const struct cqa_recording *self, const struct cqa_kin *kin)
{
    return self->is_named && kin->named && strcmp(self->call, kin->call) == 0;
}

/* An id from a name or a fact wins; where one has but a path, content or the name tells. What lies
 * beside the other under its name, with another ending, was made from it. */
static enum cqa_status is_same(const struct cqa_recording *self, const struct cqa_result *result,
                               const struct cqa_kin *kin, const struct cqa_result *other, int *same,
                               struct cqa_error *error)
{
    const int is_call = same_call(self, kin);
    const int is_stem = same_stem(self->path, kin->path);

    *same = 0;
    if (self->is_named && kin->named && !is_call)
        return CQA_OK;
    *same = (kin->has_sound && (is_call || cqa_result_is_heard(result))) ||
            (is_stem && same_folder(self->path, kin->path));
    if (*same || (!is_call && !is_stem))
        return CQA_OK;
    const enum cqa_names_say names = !is_call  ? CQA_NAMES_STEM
                                     : is_stem ? CQA_NAMES_EQUAL
                                               : CQA_NAMES_ID;
    return cqa_result_same(result, other, names, same, error);
}

struct deciding {
    struct cqa_pipeline *pipeline;
    struct cqa_kindred *kindred;
    struct cqa_result *result;
    struct cqa_kin_plan *plan;
    struct cqa_recharged *recharged;
    struct cqa_error *error;
};

/* A result of the store; 0 where it cannot be read, and says nothing then. Finish it. */
static int read_result(const char *json, size_t length, struct cqa_result *out)
{
    struct cqa_error error = {0};

    return cqa_result_from_json(json, length, CQA_RESULT_OURS, out, &error) == CQA_OK;
}

/* The better source stands; which of two equal ones, their names say. */
static enum cqa_status choose_source(struct deciding *it, const struct cqa_kin *kin,
                                     const struct cqa_result *other)
{
    struct cqa_settlement *settlement = &it->plan->settlement;
    enum cqa_status status = CQA_OK;
    int better = cqa_result_better(it->result, other);

    if (better == 0)
        status = cqa_names_compare(it->pipeline->config, it->kindred->self.path, kin->path, &better,
                                   it->error);
    it->plan->of = kin->path;
    settlement->is = better > 0 ? CQA_KIN_BETTER : CQA_KIN_COPY;
    settlement->of = kin->id;
    settlement->takes_id = it->kindred->self.is_named && !kin->named;
    return status;
}

/* Which leg of a joined call is the file at `path`; -1: none. */
static int leg_at(const char *path, const struct cqa_result *joined)
{
    for (int i = 0; i < CQA_LEGS; i++)
        if (joined->leg_path[i] != NULL && strcmp(path, joined->leg_path[i]) == 0)
            return i;
    return -1;
}

/* What lies beside a leg under its name, with another ending, was made from it. What lies in its
 * very place is as long as it has the content that is known to lie there. */
static int lies_beside_leg(const char *path, const char *sha256, const struct cqa_result *joined)
{
    const int own = leg_at(path, joined);

    if (own >= 0)
        return joined->leg_file_sha256[own] != NULL &&
               strcmp(joined->leg_file_sha256[own], sha256) == 0;
    for (int i = 0; i < CQA_LEGS; i++)
        if (joined->leg_path[i] != NULL && same_stem(path, joined->leg_path[i]) &&
            same_folder(path, joined->leg_path[i]))
            return 1;
    return 0;
}

/* A call put together from two files is more than either: one of them alone, or what was made of it
 * beside it, changes nothing. */
static enum cqa_status lend_to(struct deciding *it, const struct cqa_kin *kin,
                               const struct cqa_result *other, int *is_lent)
{
    const enum cqa_status status = cqa_result_is_leg_of(it->result, other, is_lent, it->error);

    if (it->result->recording.layout == CQA_LAYOUT_LEG && other->recording.legs.joined)
        *is_lent |= lies_beside_leg(it->kindred->self.path, it->result->recording.sha256, other);
    *is_lent = *is_lent && same_call(&it->kindred->self, kin);
    if (!*is_lent) {
        if (it->result->recording.layout == CQA_LAYOUT_LEG && !kin->is_gone &&
            same_call(&it->kindred->self, kin) && leg_at(it->kindred->self.path, other) >= 0)
            it->plan->settlement.refutes = kin->id;
        return status;
    }
    it->plan->of = kin->path;
    it->plan->settlement.is = CQA_KIN_LEG;
    it->plan->settlement.of = kin->id;
    return status;
}

static enum cqa_status find_joined(struct deciding *it)
{
    enum cqa_status status = CQA_OK;
    int is_lent = 0;

    for (size_t i = 0; status == CQA_OK && !is_lent && i < it->kindred->count; i++) {
        const struct cqa_kin *kin = &it->kindred->kin[i];
        struct cqa_result other = {0};
        if (read_result(kin->json, kin->json_length, &other))
            status = lend_to(it, kin, &other, &is_lent);
        cqa_result_finish(&other);
    }
    return status;
}

static enum cqa_status find_same(struct deciding *it)
{
    const struct cqa_recording *self = &it->kindred->self;
    enum cqa_status status = CQA_OK;
    int same = 0;

    for (size_t i = 0; status == CQA_OK && !same && i < it->kindred->count; i++) {
        const struct cqa_kin *kin = &it->kindred->kin[i];
        struct cqa_result other = {0};
        if (read_result(kin->json, kin->json_length, &other))
            status = is_same(self, it->result, kin, &other, &same, it->error);
        if (status == CQA_OK && same)
            status = choose_source(it, kin, &other);
        cqa_result_finish(&other);
    }
    return status;
}

/* ---- seconds that several recordings of a call hold are charged once */

void cqa_kin_key(const struct cqa_pipeline *pipeline, const struct cqa_result *result,
                 char out[CQA_DELIVERY_KEY_SIZE])
{
    char version[128];

    cqa_kin_version(result, version, sizeof version);
    const struct cqa_delivery_parts parts = {.source = result->call.source,
                                             .call_id = result->call.id,
                                             .sha256 = result->recording.sha256,
                                             .rubric_version = version,
                                             .analyzer = pipeline->analyzer};
    cqa_delivery_key(&parts, out);
}

void cqa_kin_version(const struct cqa_result *result, char *out, size_t size)
{
    const struct cqa_score *score = &result->score;
    size_t elsewhere = 0;

    for (size_t i = 0; i < score->deduction_count; i++)
        elsewhere += score->deductions[i].ground != NULL &&
                     strcmp(score->deductions[i].ground, CQA_OTHER_RECORDING) == 0;
    const int length = snprintf(out, size, "%s@%s", score->rubric, score->version);
    if (elsewhere > 0 && length > 0 && (size_t)length < size)
        (void)snprintf(out + length, size - (size_t)length, "+elsewhere%zu", elsewhere);
}

/* The other's result is another from now on. */
static enum cqa_status send_anew(struct deciding *it, int64_t id, const struct cqa_result *result)
{
    struct cqa_settlement *settlement = &it->plan->settlement;
    struct cqa_arena *arena = &it->plan->arena;
    struct cqa_buffer json = {.limit = JSON_BYTES_MAX};
    char key[CQA_DELIVERY_KEY_SIZE];
    struct cqa_recharged *out = &it->recharged[settlement->recharged_count];
    enum cqa_status status = cqa_result_to_json(result, &json);

    cqa_kin_key(it->pipeline, result, key);
    if (status == CQA_OK)
        *out = (struct cqa_recharged){
            .id = id,
            .json = cqa_arena_bytes(arena, json.text, json.length),
            .json_length = json.length,
            .key = it->pipeline->config->posts ? cqa_arena_string(arena, key) : NULL};
    cqa_buffer_finish(&json);
    if (status != CQA_OK || out->json == NULL)
        return cqa_fail(it->error, CQA_E_NOMEM, "the result does not fit in memory");
    settlement->recharged_count++;
    settlement->recharged = it->recharged;
    return CQA_OK;
}

/* The better source is charged; which of two equal ones, their content says. */
static int is_charged(const struct cqa_result *result, const struct cqa_result *other)
{
    const int better = cqa_result_better(result, other);

    return better != 0 ? better > 0 : strcmp(result->recording.sha256, other->recording.sha256) < 0;
}

static enum cqa_status share(struct deciding *it, const struct cqa_kin *kin,
                             struct cqa_result *other)
{
    const int here = is_charged(it->result, other);
    struct cqa_result *loser = here ? other : it->result;
    struct cqa_span shared = {0, 0};
    size_t changed = 0;
    enum cqa_status status =
        cqa_result_shared(loser, here ? it->result : other, &shared, it->error);

    if (status == CQA_OK)
        cqa_result_charge_elsewhere(loser, shared, &changed);
    return status == CQA_OK && here && changed > 0 ? send_anew(it, kin->id, other) : status;
}

static enum cqa_status share_all(struct deciding *it)
{
    enum cqa_status status = CQA_OK;

    it->recharged =
        cqa_arena_alloc(&it->plan->arena, (it->kindred->count + 1) * sizeof *it->recharged);
    if (it->recharged == NULL)
        return cqa_fail(it->error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; status == CQA_OK && i < it->kindred->count; i++) {
        const struct cqa_kin *kin = &it->kindred->kin[i];
        struct cqa_result other = {0};
        if (same_call(&it->kindred->self, kin) && kin->id != it->plan->settlement.of &&
            read_result(kin->json, kin->json_length, &other))
            status = share(it, kin, &other);
        cqa_result_finish(&other);
    }
    return status;
}

/* ---- deciding */

/* What lies behind the call's id in the row's; NULL: it is the first of its call. */
static const char *part_of(const char *call_id, const char *call)
{
    const size_t length = strlen(call);

    return strncmp(call_id, call, length) == 0 && call_id[length] == '#' ? call_id + length + 1
                                                                         : NULL;
}

/* Whether the other file of what was put together is known to hold something else now: it stands
 * for itself, and so does this one. */
static enum cqa_status is_refuted(struct deciding *it, const struct cqa_result *joined,
                                  int *refuted)
{
    enum cqa_status status = CQA_OK;

    *refuted = 0;
    for (size_t i = 0; status == CQA_OK && !*refuted && i < it->kindred->count; i++) {
        const struct cqa_kin *kin = &it->kindred->kin[i];
        struct cqa_result other = {0};
        int is_part = 1;
        if (!kin->is_gone && same_call(&it->kindred->self, kin) && leg_at(kin->path, joined) >= 0 &&
            read_result(kin->json, kin->json_length, &other) &&
            other.recording.layout == CQA_LAYOUT_LEG)
            status = cqa_result_is_leg_of(&other, joined, &is_part, it->error);
        *refuted = !is_part;
        cqa_result_finish(&other);
    }
    return status;
}

/* Whether it is one party's of what was put together before, and nothing more. */
static enum cqa_status look_at_joined(struct deciding *it, const struct cqa_result *before)
{
    struct cqa_settlement *settlement = &it->plan->settlement;
    int refuted = 0;
    enum cqa_status status =
        cqa_result_is_leg_of(it->result, before, &settlement->keeps, it->error);

    if (status == CQA_OK && settlement->keeps)
        status = is_refuted(it, before, &refuted);
    settlement->keeps &= !refuted;
    settlement->parts = before->recording.legs.joined && !settlement->keeps &&
                        it->result->recording.layout == CQA_LAYOUT_LEG;
    return status;
}

/* Is the content another than before, so that copies of that are none of this? Or is it one party's
 * of what was put together before? */
static enum cqa_status look_back(struct deciding *it)
{
    struct cqa_settlement *settlement = &it->plan->settlement;
    struct cqa_result before = {0};
    enum cqa_status status = CQA_OK;
    int same = 1;

    if (it->kindred->json != NULL &&
        read_result(it->kindred->json, it->kindred->json_length, &before)) {
        status = look_at_joined(it, &before);
        if (status == CQA_OK && !settlement->keeps)
            status = cqa_result_same(it->result, &before, CQA_NAMES_EQUAL, &same, it->error);
    }
    settlement->sheds = !same;
    cqa_result_finish(&before);
    return status;
}

static enum cqa_status decide_own(struct deciding *it)
{
    const struct cqa_recording *self = &it->kindred->self;
    const char *part = part_of(self->call_id, self->call);

    it->plan->settlement.is_first =
        part != NULL && !it->kindred->is_taken && it->kindred->json == NULL;
    if (part != NULL && !it->plan->settlement.is_first)
        it->result->part = cqa_arena_string(&it->result->arena, part);
    return CQA_OK;
}

/* The row that stands says who was called, and which recording of the call it is. */
static enum cqa_status stand_for(struct deciding *it)
{
    const struct cqa_settlement *settlement = &it->plan->settlement;

    for (size_t i = 0; i < it->kindred->count; i++) {
        const struct cqa_kin *kin = &it->kindred->kin[i];
        if (kin->id != settlement->of)
            continue;
        const char *call_id = settlement->takes_id ? it->kindred->self.call_id : kin->call_id;
        const char *call = settlement->takes_id ? it->kindred->self.call : kin->call;
        it->result->part = cqa_arena_string(&it->result->arena, part_of(call_id, call));
        it->result->call.id = cqa_arena_string(&it->result->arena, call);
    }
    return it->result->call.id != NULL ? CQA_OK : cqa_fail(it->error, CQA_E_NOMEM, "out of memory");
}

static enum cqa_status decide(struct deciding *it)
{
    const struct cqa_settlement *settlement = &it->plan->settlement;

    it->plan->settlement.stamp = it->kindred->stamp;
    enum cqa_status status = look_back(it);
    if (status == CQA_OK && !settlement->keeps)
        status = find_joined(it);
    if (status != CQA_OK || settlement->keeps || settlement->is == CQA_KIN_LEG)
        return status;
    status = find_same(it);
    if (status == CQA_OK && settlement->is != CQA_KIN_COPY)
        status = share_all(it);
    if (status == CQA_OK && settlement->is == CQA_KIN_OWN)
        return decide_own(it);
    return status == CQA_OK ? stand_for(it) : status;
}

enum cqa_status cqa_kin_decide(struct cqa_pipeline *pipeline, int64_t id, struct cqa_result *result,
                               struct cqa_kin_plan *plan, struct cqa_error *error)
{
    struct cqa_kindred kindred;
    struct deciding it = {
        .pipeline = pipeline, .kindred = &kindred, .result = result, .plan = plan, .error = error};

    *plan = (struct cqa_kin_plan){0};
    result->part = NULL;
    const enum cqa_status status = cqa_kindred_find(pipeline->store, id, result->recording.sha256,
                                                    &plan->arena, &kindred, error);
    return status == CQA_OK ? decide(&it) : status;
}

/* ---- stores of before */

/* Whether two rows were held for one recording. What is a better source of it counts. */
static enum cqa_status mend_one(struct cqa_pipeline *pipeline, int64_t id, struct cqa_error *error)
{
    struct cqa_kin_plan plan = {0};
    struct cqa_result result = {0};
    struct cqa_kindred kindred;
    struct cqa_recharged recharged[1];
    struct deciding it = {pipeline, &kindred, &result, &plan, recharged, error};
    enum cqa_status status =
        cqa_kindred_find(pipeline->store, id, NULL, &plan.arena, &kindred, error);
    int merges = 0;

    if (status == CQA_OK && kindred.json != NULL &&
        read_result(kindred.json, kindred.json_length, &result)) {
        plan.settlement.stamp = kindred.stamp;
        status = find_same(&it);
        merges = plan.settlement.is != CQA_KIN_OWN;
    }
    if (status == CQA_OK && merges)
        status = stand_for(&it);
    if (status == CQA_OK && plan.settlement.is == CQA_KIN_BETTER)
        status = send_anew(&it, plan.settlement.of, &result);
    if (status == CQA_OK)
        status = cqa_unjudged_settle(pipeline->store, id, kindred.sha256,
                                     merges ? &plan.settlement : NULL,
                                     cqa_pipeline_wall_ms(pipeline), error);
    if (status == CQA_OK && merges)
        cqa_log(CQA_LOG_NOTICE, "the store held one recording twice: %s is the same as %s: merged",
                cqa_log_private(kindred.self.path), cqa_log_private(plan.of));
    cqa_result_finish(&result);
    cqa_arena_finish(&plan.arena);
    return status;
}

enum cqa_status cqa_kin_mend(struct cqa_pipeline *pipeline, struct cqa_error *error)
{
    int64_t ids[MEND_BATCH];
    size_t count = 0;
    enum cqa_status status = CQA_OK;

    do {
        status = cqa_unjudged(pipeline->store, ids, MEND_BATCH, &count, error);
        for (size_t i = 0; status == CQA_OK && i < count; i++)
            status = mend_one(pipeline, ids[i], error);
        if (status == CQA_E_BUSY || status == CQA_E_NOTFOUND) /* another program does the same */
            status = CQA_OK;
    } while (status == CQA_OK && count > 0);
    return status;
}

/* ---- where a recording lies */

/* A file that is not there any more gives its place to a copy; and so does one in a folder that
 * nobody looks at any more. */
static const char *choose_path(const struct cqa_pipeline *pipeline,
                               const struct cqa_whereabouts *place)
{
    if (!place->is_gone && cqa_watch_of(pipeline, place->path) != NULL)
        return place->path;
    for (size_t i = 0; i < place->copy_count; i++)
        if (cqa_watch_of(pipeline, place->copies[i]) != NULL)
            return place->copies[i];
    return place->is_gone && place->copy_count > 0 ? place->copies[0] : place->path;
}

/* The content of what lies at `path`, where it is not what the result was made of. */
static const char *content_at(const struct cqa_whereabouts *place, const char *path)
{
    for (size_t i = 0; i < place->copy_count; i++)
        if (strcmp(place->copies[i], path) == 0)
            return place->copy_sha256[i];
    return place->file_sha256;
}

/* The copies but the one at `path`, as far as anybody looks at their folders. */
static size_t without(const struct cqa_pipeline *pipeline, const struct cqa_whereabouts *place,
                      const char *path, const char **out)
{
    size_t count = 0;

    for (size_t i = 0; i < place->copy_count; i++)
        if (strcmp(place->copies[i], path) != 0 && cqa_watch_of(pipeline, place->copies[i]) != NULL)
            out[count++] = place->copies[i];
    return count;
}

static enum cqa_status put_place(struct cqa_pipeline *pipeline, const struct cqa_whereabouts *place,
                                 struct cqa_arena *arena, struct cqa_error *error)
{
    const char *path = choose_path(pipeline, place);
    const char **copies = cqa_arena_alloc(arena, (place->copy_count + 1) * sizeof *copies);
    struct cqa_buffer json = {.limit = JSON_BYTES_MAX};

    if (copies == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    struct cqa_result_place is = {.path = path,
                                  .copies = copies,
                                  .copy_count = without(pipeline, place, path, copies),
                                  .file_sha256 = content_at(place, path),
                                  .call_id = place->call,
                                  .part = part_of(place->call_id, place->call)};
    int met = 0;
    enum cqa_status status = cqa_legs_lie(pipeline, place, arena, &is, error);
    if (status == CQA_OK)
        status = cqa_legs_meet(pipeline, place, arena, &met, error);
    if (status != CQA_OK)
        return status;
    if (place->is_gone && strcmp(path, place->path) == 0 && is.leg_path[0] != NULL)
        is.path = is.leg_path[0];
    const int can_be_told =
        cqa_result_json_place(place->json, place->json_length, &is, &json) == CQA_OK;
    const int says_so = can_be_told && json.length == place->json_length &&
                        memcmp(json.text, place->json, json.length) == 0;
    status =
        cqa_places_put(pipeline->store, place, path, can_be_told && !says_so ? json.text : NULL,
                       json.length, met, cqa_pipeline_wall_ms(pipeline), error);
    if (status == CQA_OK && strcmp(path, place->path) != 0)
        cqa_log(CQA_LOG_INFO, "%s: lies at %s now", cqa_log_private(place->path),
                cqa_log_private(path));
    cqa_buffer_finish(&json);
    return status;
}

/* 1: there may be more. */
static int place_one(struct cqa_pipeline *pipeline)
{
    struct cqa_arena arena = {0};
    struct cqa_whereabouts place;
    struct cqa_error error = {0};
    enum cqa_status status = cqa_places_next(pipeline->store, &arena, &place, &error);

    if (status == CQA_E_NOTFOUND) {
        cqa_arena_finish(&arena);
        return 0;
    }
    if (status == CQA_OK)
        status = put_place(pipeline, &place, &arena, &error);
    cqa_arena_finish(&arena);
    if (!cqa_pipeline_took(pipeline, status, &error, CQA_N("where a recording lies")))
        return 0;
    cqa_pipeline_owes(pipeline);
    return status == CQA_OK;
}

void cqa_place_step(struct cqa_pipeline *pipeline)
{
    for (int i = 0;
         i < PLACES_A_TURN && pipeline->pause_until_ms <= cqa_pipeline_now_ms(pipeline) &&
         pipeline->broken == CQA_OK;
         i++)
        if (!place_one(pipeline))
            return;
}
