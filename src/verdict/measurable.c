/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be measured on this recording at all: the gate before every deduction. */
#include <math.h>

#include "verdict/verdict.h"

/* Below these the bench's speech F1 falls under 0.95 (docs/accuracy.md, by condition). */
static const double snr_poor_db = 12.0;
static const double snr_hopeless_db = 4.0;
static const double clipped_share = 0.10; /* of the speech */
/* A few steps of 16 bits: from here on words get lost (by lowering calls until they did). */
static const double faint_dbfs = -72.0;
static const double shortest_ms = 3000;

void cqa_verdict_lower(struct cqa_measurable *measurable, enum cqa_aspect what, enum cqa_quality to,
                       const char *id, struct cqa_text text)
{
    if (measurable->aspect[what] < to)
        measurable->aspect[what] = to;
    if (measurable->reason_count < CQA_REASONS_MAX)
        measurable->reasons[measurable->reason_count++] = (struct cqa_reason){id, what, text};
}

static void lower(struct cqa_measurable *measurable, enum cqa_aspect what, enum cqa_quality to,
                  const char *id, const char *en, const char *zh)
{
    cqa_verdict_lower(measurable, what, to, id, (struct cqa_text){en, zh});
}

static void judge_mono(const struct cqa_scene *scene, struct cqa_measurable *m)
{
    if (scene->same_mix)
        cqa_verdict_lower(m, CQA_ASPECT_SPEECH, CQA_QUALITY_DEGRADED,
                          cqa_ground_ids[CQA_GROUND_SAME_MIX],
                          cqa_ground_texts[CQA_GROUND_SAME_MIX]);
    lower(m, CQA_ASPECT_OVERTALK, CQA_QUALITY_DEGRADED, "mono",
          "both parties are on one channel: overtalk is an estimate, and nobody's",
          "双方在同一声道：同时讲话仅为估计，且无法区分是谁");
    lower(m, CQA_ASPECT_SPEECH, CQA_QUALITY_DEGRADED, "mono",
          "who speaks cannot be told on one channel", "单声道无法区分讲话方");
}

static void judge_noise(const struct cqa_scene *scene, const struct cqa_channel_sound sound[2],
                        struct cqa_measurable *m)
{
    double worst = INFINITY;

    for (int c = 0; c < scene->tracks->channel_count; c++) {
        const double snr = sound[c].active_level_dbfs - sound[c].noise_dbfs;
        worst =
            snr < worst
                ? snr
                : worst; /* NaN compares false: a channel without speech or noise says nothing */
    }
    const enum cqa_quality quality =
        worst < snr_hopeless_db ? CQA_QUALITY_NOT_MEASURABLE : CQA_QUALITY_DEGRADED;
    if (worst >= snr_poor_db)
        return;
    for (int a = CQA_ASPECT_SPEECH; a <= CQA_ASPECT_HOLD; a++)
        lower(m, (enum cqa_aspect)a, quality, "noise", "speech hardly stands out of the noise",
              "语音信噪比过低");
}

static void judge_clipping(const struct cqa_scene *scene, const struct cqa_channel_sound sound[2],
                           struct cqa_measurable *m)
{
    for (int c = 0; c < scene->tracks->channel_count; c++) {
        const double speech = (double)cqa_spans_total_ms(&scene->speech[c]);
        if (sound[c].clipped_ms > 0 && sound[c].clipped_ms > clipped_share * speech) {
            lower(m, CQA_ASPECT_LEVEL, CQA_QUALITY_NOT_MEASURABLE, "clipping",
                  "the audio is clipped", "音频削波失真");
            return;
        }
    }
}

/* Silence is nobody's; what somebody did cannot be told. */
static void judge_roles(const struct cqa_scene *scene, struct cqa_measurable *m)
{
    if (scene->roles_unknown && !scene->mono)
        cqa_verdict_lower(m, CQA_ASPECT_SPEECH, CQA_QUALITY_DEGRADED,
                          cqa_ground_ids[CQA_GROUND_ROLES_UNKNOWN],
                          cqa_ground_texts[CQA_GROUND_ROLES_UNKNOWN]);
}

static void judge_sides(const struct cqa_scene *scene, struct cqa_measurable *m)
{
    for (int c = 0; c < 2 && !scene->mono; c++)
        if (scene->speech[c].count == 0)
            lower(m, CQA_ASPECT_OVERTALK, CQA_QUALITY_NOT_MEASURABLE, "one_way",
                  c == scene->agent ? "nothing is heard of the agent"
                                    : "nothing is heard of the customer",
                  c == scene->agent ? "听不到坐席声音" : "听不到客户声音");
    if (!scene->mono && cqa_scene_nobody_speaks(scene))
        lower(m, CQA_ASPECT_SPEECH, CQA_QUALITY_DEGRADED, "no_speech", "no speech was found",
              "未检测到语音");
}

/*
 * A side that is not heard while the other talks may be a fault of the recording: then who knows
 * whether the silence was one. Surely so where its channel carries no signal at all.
 */
static void judge_one_way(const struct cqa_scene *scene, const struct cqa_channel_sound sound[2],
                          struct cqa_measurable *m)
{
    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        if (event->type != CQA_EVENT_ONE_WAY)
            continue;
        const int of_agent = event->side == CQA_PARTY_AGENT;
        const int dead = isnan(sound[of_agent ? scene->agent : 1 - scene->agent].noise_dbfs);
        const char *en =
            of_agent ? "nothing is heard of the agent" : "nothing is heard of the customer";
        const char *zh = of_agent ? "听不到坐席声音" : "听不到客户声音";
        lower(m, CQA_ASPECT_SPEECH, CQA_QUALITY_DEGRADED, "one_way", en, zh);
        lower(m, CQA_ASPECT_SILENCE, dead ? CQA_QUALITY_NOT_MEASURABLE : CQA_QUALITY_DEGRADED,
              "one_way", en, zh);
    }
}

static void judge_faintness(const struct cqa_scene *scene, const struct cqa_channel_sound sound[2],
                            struct cqa_measurable *m)
{
    for (int c = 0; c < scene->tracks->channel_count; c++)
        if (sound[c].active_level_dbfs < faint_dbfs) { /* NaN: nobody to be faint */
            for (int a = CQA_ASPECT_SPEECH; a <= CQA_ASPECT_OVERTALK; a++)
                lower(m, (enum cqa_aspect)a, CQA_QUALITY_DEGRADED, "faint",
                      "speech is so faint that words may be lost", "语音音量过低，可能漏检");
            return;
        }
}

void cqa_verdict_judge(const struct cqa_scene *scene, const struct cqa_channel_sound sound[2],
                       struct cqa_measurable *measurable)
{
    if (scene->mono)
        judge_mono(scene, measurable);
    judge_roles(scene, measurable);
    judge_sides(scene, measurable);
    judge_one_way(scene, sound, measurable);
    judge_faintness(scene, sound, measurable);
    judge_noise(scene, sound, measurable);
    judge_clipping(scene, sound, measurable);
    if ((double)scene->duration_ms < shortest_ms)
        for (int a = 0; a < CQA_ASPECT_COUNT; a++)
            lower(measurable, (enum cqa_aspect)a, CQA_QUALITY_DEGRADED, "short", "shorter than 3 s",
                  "录音短于3秒");
}
