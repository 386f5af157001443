/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/analyze.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audio/audio.h"
#include "base/models.h"
#include "base/say.h"
#include "event/scene.h"
#include "signal/extract.h"
#include "track/parked.h"
#include "verdict/verdict.h"

struct cqa_instruments {
    struct cqa_signal_plan *plan;
    struct cqa_net *frames_net;
    struct cqa_net *parked_net;
    struct cqa_tone_plans *tones;
    char models[80];
};

/* ---- instruments */

static enum cqa_status digest_file(EVP_MD_CTX *digest, const char *path, struct cqa_error *error)
{
    char piece[4096];
    size_t count;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    while ((count = fread(piece, 1, sizeof piece, file)) > 0)
        EVP_DigestUpdate(digest, piece, count);
    const int failed = ferror(file);
    fclose(file);
    return failed ? cqa_fail(error, CQA_E_IO, "%s: cannot be read", path) : CQA_OK;
}

/* Model files, in the order in which the results' `models` names them. */
enum { FRAMES, PARKED, TONES, MODEL_COUNT };

static enum cqa_status find_models(char path[MODEL_COUNT][PATH_MAX], struct cqa_error *error)
{
    static const char *const names[MODEL_COUNT][2] = {
        {"acoustic", "callqa.model"}, {"acoustic", "parked.model"}, {"tones", "standard"}};
    enum cqa_status status = CQA_OK;

    for (int i = 0; i < MODEL_COUNT && status == CQA_OK; i++)
        status = cqa_models_find(names[i][0], names[i][1], path[i], PATH_MAX, error);
    return status;
}

static enum cqa_status name_models(struct cqa_instruments *instruments,
                                   char path[MODEL_COUNT][PATH_MAX], struct cqa_error *error)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    enum cqa_status status = digest == NULL || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL)
                                 ? cqa_fail(error, CQA_E_NOMEM, "no memory for a digest")
                                 : CQA_OK;

    for (int i = 0; i < MODEL_COUNT && status == CQA_OK; i++)
        status = digest_file(digest, path[i], error);
    if (status == CQA_OK) {
        EVP_DigestFinal_ex(digest, sum, &length);
        size_t used = (size_t)snprintf(instruments->models, sizeof instruments->models, "sha256:");
        for (unsigned i = 0; i < length && used + 3 <= sizeof instruments->models; i++)
            used += (size_t)snprintf(instruments->models + used, sizeof instruments->models - used,
                                     "%02x", sum[i]);
    }
    EVP_MD_CTX_free(digest);
    return status;
}

static enum cqa_status load_tones(struct cqa_instruments *instruments, const char *path,
                                  struct cqa_error *error)
{
    struct cqa_problems problems = {0};

    instruments->tones = cqa_tone_plans_load(path, &problems);
    if (instruments->tones == NULL)
        cqa_problems_print(&problems, path, cqa_say_language(), stderr);
    cqa_problems_finish(&problems);
    return instruments->tones == NULL
               ? cqa_fail(error, CQA_E_BADDATA, "%s: not a file of tone plans", path)
               : CQA_OK;
}

enum cqa_status cqa_instruments_create(struct cqa_instruments **out, struct cqa_error *error)
{
    char path[MODEL_COUNT][PATH_MAX];
    struct cqa_instruments *instruments = calloc(1, sizeof *instruments);

    if (instruments == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the models");
    enum cqa_status status = find_models(path, error);
    if (status == CQA_OK)
        status = cqa_signal_plan_create(&instruments->plan, error);
    if (status == CQA_OK)
        status = cqa_net_load(&instruments->frames_net, &cqa_net_for_frames, path[FRAMES], error);
    if (status == CQA_OK)
        status = cqa_net_load(&instruments->parked_net, &cqa_net_for_parked, path[PARKED], error);
    if (status == CQA_OK)
        status = load_tones(instruments, path[TONES], error);
    if (status == CQA_OK)
        status = name_models(instruments, path, error);
    if (status != CQA_OK) {
        cqa_instruments_destroy(instruments);
        return status;
    }
    *out = instruments;
    return CQA_OK;
}

void cqa_instruments_destroy(struct cqa_instruments *instruments)
{
    if (instruments == NULL)
        return;
    cqa_signal_plan_destroy(instruments->plan);
    cqa_net_destroy(instruments->frames_net);
    cqa_net_destroy(instruments->parked_net);
    cqa_tone_plans_destroy(instruments->tones);
    free(instruments);
}

const char *cqa_instruments_models(const struct cqa_instruments *instruments)
{
    return instruments->models;
}

/* ---- one recording */

static enum cqa_status out_of_memory(struct cqa_failure *failure)
{
    return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
}

static enum cqa_role role_of(const struct cqa_scene *scene, enum cqa_leg leg, int c)
{
    if (scene->mono)
        return leg == CQA_LEG_AGENT      ? CQA_ROLE_AGENT
               : leg == CQA_LEG_CUSTOMER ? CQA_ROLE_CUSTOMER
                                         : CQA_ROLE_MIXED;
    if (scene->roles_unknown)
        return CQA_ROLE_UNKNOWN;
    return c == scene->agent ? CQA_ROLE_AGENT : CQA_ROLE_CUSTOMER;
}

/* One party's line: of what needs two, nothing was found. */
static void take_for_leg(struct cqa_scene *scene, struct cqa_result *result)
{
    result->recording.layout = CQA_LAYOUT_LEG;
    cqa_events_drop(&scene->events,
                    1u << CQA_EVENT_SILENCE | 1u << CQA_EVENT_OVERTALK | 1u << CQA_EVENT_HOLD);
}

/* Where one of two files has not begun yet, its line is no idle one, nobody parked anybody, and
 * nobody knows whether its party is silent. 0: nothing of the event is left. */
static int cut_before_a_leg(struct cqa_event *event, int64_t begun_ms)
{
    if (event->type == CQA_EVENT_LINE_IDLE ||
        (event->type == CQA_EVENT_HOLD && event->kind == CQA_KIND_MUTE))
        return event->end_ms > begun_ms + 2 * CQA_FRAME_MS;
    if (event->type != CQA_EVENT_SILENCE || event->start_ms >= begun_ms)
        return 1;
    event->start_ms = begun_ms;
    return event->end_ms - begun_ms >= cqa_event_limits.silence.shortest_ms;
}

static void drop_before_a_leg(const struct cqa_audio_facts *facts, struct cqa_events *events)
{
    int64_t begun_ms = 0;
    size_t kept = 0;

    if (!facts->legs.joined)
        return;
    for (int c = 0; c < CQA_LEGS; c++)
        if (facts->legs.leg[c].offset_ms > begun_ms)
            begun_ms = facts->legs.leg[c].offset_ms;
    for (size_t i = 0; i < events->count; i++) {
        struct cqa_event event = events->items[i];
        if (cut_before_a_leg(&event, begun_ms))
            events->items[kept++] = event;
    }
    events->count = kept;
    cqa_events_number(events);
}

/* Moves what the scene found into the result. */
static void fill_channels(struct cqa_scene *scene, enum cqa_leg leg,
                          const struct cqa_channel_sound sound[2], struct cqa_result *result)
{
    result->channel_count = scene->tracks->channel_count;
    for (int c = 0; c < result->channel_count; c++) {
        struct cqa_channel_result *channel = &result->channels[c];
        channel->index = c;
        channel->role = role_of(scene, leg, c);
        channel->speech = scene->speech[c];
        scene->speech[c] = (struct cqa_spans){0};
        channel->active_level_dbfs = sound[c].active_level_dbfs;
        channel->noise_dbfs = sound[c].noise_dbfs;
        channel->clipped_ms = sound[c].clipped_ms;
        channel->leak_db = sound[c].leak_db;
        channel->leak_delay_ms = sound[c].leak_delay_ms;
    }
    result->events = scene->events;
    scene->events = (struct cqa_events){0};
}

/*
 * Two channels that sound alike for most of the time hold one mix only if whoever speaks is heard
 * on both: music, masks and announcements may be put on both lines of two parties.
 */
static enum cqa_status tell_same_mix(const struct cqa_nets *nets, const struct cqa_frames *frames,
                                     struct cqa_result *result)
{
    struct cqa_tracks tracks = {0};

    if (result->recording.layout != CQA_LAYOUT_STEREO || !cqa_is_same_mix(&frames->same))
        return CQA_OK;
    const enum cqa_status status = cqa_tracks_make(nets, frames, 0, &tracks);
    if (status == CQA_OK && cqa_tracks_speak_alike(frames, &tracks))
        result->recording.layout = CQA_LAYOUT_DUAL_MONO;
    cqa_tracks_finish(&tracks);
    return status;
}

/* Whether two files that were joined hold the same sound: one party's line twice, which taken for a
 * mix would have that party's silences be everybody's. */
static int are_twins(const struct cqa_audio_facts *recording)
{
    return recording->legs.joined && recording->layout == CQA_LAYOUT_DUAL_MONO;
}

static enum cqa_status not_two_parties(struct cqa_failure *failure)
{
    return cqa_failure_set(failure, CQA_FAILURE_NOT_JOINED, "the two files are not joined: %p",
                           cqa_words("both hold the same sound"));
}

/* CQA_E_REFUSED: are_twins. */
static enum cqa_status understand(const struct cqa_instruments *instruments,
                                  const struct cqa_frames *frames, const struct cqa_call *call,
                                  struct cqa_result *result)
{
    const struct cqa_nets nets = {instruments->frames_net, instruments->parked_net};
    enum cqa_status status = tell_same_mix(&nets, frames, result);
    const int mono = result->recording.layout != CQA_LAYOUT_STEREO;
    struct cqa_tracks tracks = {0};
    struct cqa_scene scene = {.frames = frames,
                              .tracks = &tracks,
                              .plans = instruments->tones,
                              .mono = mono,
                              .same_mix = result->recording.layout == CQA_LAYOUT_DUAL_MONO &&
                                          call->lines.leg == CQA_LEG_NONE,
                              .agent = mono ? 0 : call->lines.agent_channel,
                              .roles_unknown = call->lines.roles_unknown,
                              .duration_ms = result->recording.duration_ms};
    struct cqa_channel_sound sound[2];

    if (status == CQA_OK && are_twins(&result->recording))
        return CQA_E_REFUSED;
    if (status == CQA_OK)
        status = cqa_tracks_make(&nets, frames, mono, &tracks);
    if (status == CQA_OK)
        status = cqa_scene_play(&scene);
    if (status == CQA_OK)
        status = cqa_verdict_make(
            &(struct cqa_measure_input){
                .scene = &scene,
                .starts_at_answer = call->lines.starts_at_answer,
                .answer_ms = call->lines.answer_ms,
                .leg = call->lines.leg,
                .offset = {result->recording.offset[0], result->recording.offset[1]}},
            &result->measures, &result->measurable, sound);
    if (status == CQA_OK && result->measurable.leg)
        take_for_leg(&scene, result);
    if (status == CQA_OK)
        drop_before_a_leg(&result->recording, &scene.events);
    if (status == CQA_OK)
        fill_channels(&scene, call->lines.leg, sound, result);
    cqa_scene_finish(&scene);
    cqa_tracks_finish(&tracks);
    return status;
}

enum cqa_status cqa_analyze(const struct cqa_instruments *instruments,
                            const struct cqa_call_files *files, const struct cqa_align_order *align,
                            const struct cqa_call *call, struct cqa_result *result,
                            struct cqa_failure *failure)
{
    const struct cqa_legs one = {.leg = {{.raw = call->lines.raw}}};
    struct cqa_frames frames = {0};
    enum cqa_status status =
        align != NULL
            ? cqa_listen_legs(instruments->plan, files, align, &call->lines.raw, &frames,
                              &result->recording, failure)
            : cqa_listen(instruments->plan, files, &one, &frames, &result->recording, failure);

    if (status == CQA_OK)
        status = understand(instruments, &frames, call, result);
    if (status == CQA_E_REFUSED)
        status = not_two_parties(failure);
    else if (status != CQA_OK && failure->reason[0] == '\0')
        status = out_of_memory(failure);
    snprintf(result->models, sizeof result->models, "%s", instruments->models);
    result->rules = CQA_RESULT_RULES;
    cqa_frames_finish(&frames);
    return status;
}
