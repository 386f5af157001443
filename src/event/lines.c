/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/lines.h"

#include <assert.h>
#include <stdlib.h>
#include "event/scene.h"
#include "signal/levels.h"
#include "track/still.h"

/* ---- one line */

/* The floor between this party's own words: 25th percentile, so that breath and hangover do not
 * raise it. */
static void measure_floor(const struct cqa_scene *scene, int c, struct cqa_line *line)
{
    const struct cqa_lines_limits *limits = &cqa_scene_limits(scene)->lines;
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    struct cqa_levels gaps = {0};
    unsigned dead = 0;

    for (size_t t = 0; t < line->count; t++) {
        if (!cqa_is_talk_gap(&scene->tracks->channel[c], line->distance, t))
            continue;
        cqa_levels_add(&gaps, rows->level[t]);
        dead += (unsigned)(rows->zero[t] >= limits->zero_of_255);
    }
    const int known = gaps.total >= limits->gap_least_frames;
    line->zero_tells = known && (float)dead < limits->dead_share * (float)gaps.total;
    line->floor = known ? cqa_levels_low(&gaps, 4) : -1;
}

static enum cqa_status line_init(const struct cqa_scene *scene, int c, struct cqa_line *line)
{
    line->count = scene->tracks->count;
    line->distance = calloc(line->count + 1, sizeof *line->distance);
    if (line->distance == NULL)
        return CQA_E_NOMEM;
    cqa_tracks_distance(scene->tracks, c, line->distance);
    measure_floor(scene, c, line);
    return CQA_OK;
}

/* ---- what stands still */

/* How a stretch stands still: a line that is gated to zero may yet be masked, or get a pattern. */
struct manner {
    uint8_t still;
    int level; /* half dB */
};

static struct manner manner_of(const struct cqa_scene *scene, int c, struct cqa_span run)
{
    const size_t middle = (cqa_frame_at(run.start_ms) + cqa_frame_at(run.end_ms)) / 2;
    const size_t t = middle < scene->tracks->count ? middle : scene->tracks->count - 1;

    return (struct manner){scene->tracks->channel[c].still[t], scene->frames->channel[c].level[t]};
}

/* Where one line stands still. */
struct stretches {
    struct cqa_spans all;
    struct cqa_spans news; /* those that it does not make by itself, */
    struct cqa_spans sure; /* as other pauses of its party witness */
    size_t next;           /* of leave_out */
    int witnessed;         /* of the run that was looked at last */
};

static void stretches_finish(struct stretches *stretches)
{
    cqa_spans_finish(&stretches->all);
    cqa_spans_finish(&stretches->news);
    cqa_spans_finish(&stretches->sure);
}

/*
 * How the line stands still where its party is about: by kind and level, how many frames of talk
 * gaps do (outside of what stands still for long, which is no witness), and how many pauses.
 */
struct habit {
    unsigned gap_frames;
    unsigned gap_still[CQA_STILL_COUNT][256];
    unsigned pauses;
    unsigned pause_still[CQA_STILL_COUNT][256];
};

/* The level at which the line stands still for most of the pause; -1 where it hardly does. */
static int still_level(const struct cqa_scene *scene, int c, struct cqa_span pause, uint8_t *kind)
{
    unsigned frames[CQA_STILL_COUNT][256] = {{0}};
    unsigned most = (unsigned)(cqa_scene_limits(scene)->lines.pause_still_ms / CQA_FRAME_MS);
    int level = -1;

    for (size_t t = cqa_border_at(pause.start_ms);
         t < cqa_border_at(pause.end_ms) && t < scene->tracks->count; t++) {
        const uint8_t at = scene->frames->channel[c].level[t];
        const uint8_t still = scene->tracks->channel[c].still[t];
        if (still == CQA_STILL_NOT || ++frames[still][at] < most)
            continue;
        most = frames[still][at];
        level = at;
        *kind = still;
    }
    return level;
}

/* A pause of the party before its words i, 1 or more; whether a gate would have time to close. */
static int is_pause(const struct cqa_scene *scene, int c, size_t i, struct cqa_span *pause)
{
    const struct cqa_spans *speech = &scene->speech[c];

    *pause = (struct cqa_span){speech->items[i - 1].end_ms, speech->items[i].start_ms};
    return cqa_span_length_ms(*pause) >= cqa_scene_limits(scene)->lines.pause_ms;
}

static void add_pauses(const struct cqa_scene *scene, int c, struct habit *habit)
{
    const struct cqa_spans *speech = &scene->speech[c];
    struct cqa_span pause;
    uint8_t kind;

    for (size_t i = 1; i < speech->count; i++) {
        if (!is_pause(scene, c, i, &pause))
            continue;
        const int level = still_level(scene, c, pause, &kind);
        habit->pauses++;
        if (level >= 0)
            habit->pause_still[kind][level]++;
    }
}

static void add_gaps(const struct cqa_scene *scene, int c, const struct cqa_line *line,
                     const struct cqa_spans *lasting, struct habit *habit)
{
    size_t next = 0;

    for (size_t t = 0; t < line->count; t++) {
        const int64_t at_ms = (int64_t)t * CQA_FRAME_MS;
        while (next < lasting->count && lasting->items[next].end_ms <= at_ms)
            next++;
        if (!cqa_is_talk_gap(&scene->tracks->channel[c], line->distance, t) ||
            (next < lasting->count && lasting->items[next].start_ms <= at_ms))
            continue;
        habit->gap_frames++;
        habit->gap_still[scene->tracks->channel[c].still[t]][scene->frames->channel[c].level[t]]++;
    }
}

/* How many of them are of that manner. */
static unsigned alike(const struct cqa_lines_limits *limits, unsigned still[CQA_STILL_COUNT][256],
                      struct manner manner)
{
    const int reach = limits->alike_half_db;
    const int first = manner.level > reach ? manner.level - reach : 0;
    const int last = manner.level + reach < 255 ? manner.level + reach : 255;
    unsigned sum = 0;

    for (int level = first; level <= last; level++)
        sum += still[manner.still][level];
    return sum;
}

/* The line is open in the pause though nobody speaks, for so long that a gate would have closed. */
static int is_open(const struct cqa_scene *scene, int c, struct cqa_span pause)
{
    const struct cqa_tracks *tracks = scene->tracks;
    size_t open = 0;

    for (size_t t = cqa_border_at(pause.start_ms);
         t < cqa_border_at(pause.end_ms) && t < tracks->count; t++)
        open += tracks->channel[c].still[t] == CQA_STILL_NOT &&
                (scene->mono || tracks->channel[1 - c].class_[t] != CQA_CLASS_SPEECH);
    return open >= cqa_frame_at(cqa_scene_limits(scene)->lines.pause_ms);
}

/* The pauses that the run lies in are no witnesses of its own, unless the line is also open there.
 * `next` moves along with the runs. */
static void leave_out(const struct cqa_scene *scene, int c, struct cqa_span run,
                      struct manner manner, size_t *next, unsigned *pauses, unsigned *still)
{
    const struct cqa_lines_limits *limits = &cqa_scene_limits(scene)->lines;
    const struct cqa_spans *speech = &scene->speech[c];
    struct cqa_span pause;
    uint8_t kind = CQA_STILL_NOT;

    while (*next < speech->count && speech->items[*next].start_ms <= run.start_ms)
        (*next)++;
    for (size_t i = *next > 0 ? *next : 1;
         i < speech->count && speech->items[i - 1].end_ms < run.end_ms; i++) {
        if (!is_pause(scene, c, i, &pause) || pause.end_ms <= run.start_ms)
            continue;
        const int level = still_level(scene, c, pause, &kind);
        *pauses -= !is_open(scene, c, pause);
        *still -= level >= 0 && kind == manner.still &&
                  abs(level - manner.level) <= limits->alike_half_db;
    }
}

/* Neither are the talk gaps in it; what lasts is not among them anyway. */
static unsigned own_gaps(const struct cqa_scene *scene, int c, const struct cqa_line *line,
                         struct cqa_span run)
{
    unsigned own = 0;

    if (cqa_span_length_ms(run) >= cqa_scene_limits(scene)->lines.lasting_ms)
        return 0;
    for (size_t t = cqa_frame_at(run.start_ms); t < cqa_frame_at(run.end_ms) && t < line->count;
         t++)
        own += (unsigned)(cqa_is_talk_gap(&scene->tracks->channel[c], line->distance, t) &&
                          scene->tracks->channel[c].still[t] != CQA_STILL_NOT);
    return own;
}

/*
 * The line stands still by itself, as gates and noise suppressors make it: close to its party's
 * words, or in many of its pauses; one or two of these may be further stretches that the recorder
 * left out.
 */
static int is_gated(const struct cqa_scene *scene, int c, const struct cqa_line *line,
                    struct habit *habit, struct cqa_span run, struct stretches *out)
{
    const struct cqa_lines_limits *limits = &cqa_scene_limits(scene)->lines;
    const struct manner manner = manner_of(scene, c, run);
    const unsigned own = own_gaps(scene, c, line, run);
    const unsigned gaps = habit->gap_frames - own;
    const unsigned gaps_still = alike(limits, habit->gap_still, manner);
    unsigned pauses = habit->pauses;
    unsigned still = alike(limits, habit->pause_still, manner);

    leave_out(scene, c, run, manner, &out->next, &pauses, &still);
    out->witnessed = pauses >= limits->witnesses;
    return (still >= limits->gated_pauses && (float)still >= limits->gated_share * (float)pauses) ||
           (gaps >= limits->gap_tells_frames &&
            (float)gaps_still - (float)own >= limits->dead_share * (float)gaps);
}

/* One past the last frame of the stretch from `first` on that stands still in one manner, clicks
 * bridged. */
static size_t end_of_run(const struct cqa_scene *scene, int c, size_t first)
{
    const struct cqa_lines_limits *limits = &cqa_scene_limits(scene)->lines;
    const uint8_t *still = scene->tracks->channel[c].still;
    const uint8_t *level = scene->frames->channel[c].level;
    size_t end = first;

    for (size_t t = first; t < scene->tracks->count && t <= end + limits->click_frames; t++) {
        if (still[t] == CQA_STILL_NOT)
            continue;
        if (still[t] != still[first] || abs(level[t] - level[first]) > limits->alike_half_db)
            break;
        end = t + 1;
    }
    return end;
}

/* Whether all from frame `first` to `last` is masked. */
static int is_masked(const struct cqa_scene *scene, int c, size_t first, size_t last)
{
    const uint8_t *still = scene->tracks->channel[c].still;

    while (first < last && still[first] == CQA_STILL_MASKED)
        first++;
    return first == last;
}

/* A mask is noise, of which some frames are louder by chance: what they part is one stretch. */
static void join_masked(const struct cqa_scene *scene, int c, struct cqa_spans *runs)
{
    size_t kept = 0;

    for (size_t i = 0; i < runs->count; i++) {
        const struct cqa_span next = runs->items[i];
        struct cqa_span *last = kept > 0 ? &runs->items[kept - 1] : NULL;
        if (last != NULL &&
            is_masked(scene, c, cqa_frame_at(last->start_ms), cqa_frame_at(next.end_ms)))
            last->end_ms = next.end_ms;
        else
            runs->items[kept++] = next;
    }
    runs->count = kept;
}

static enum cqa_status add_runs(const struct cqa_scene *scene, int c, struct cqa_spans *all)
{
    enum cqa_status status = CQA_OK;

    for (size_t t = 0; t < scene->tracks->count && status == CQA_OK; t++) {
        const size_t end = end_of_run(scene, c, t);
        if (end == t)
            continue;
        status = cqa_spans_add(all, (int64_t)t * CQA_FRAME_MS, (int64_t)end * CQA_FRAME_MS);
        t = end - 1;
    }
    cqa_spans_drop_short(all, cqa_scene_limits(scene)->lines.still_ms);
    join_masked(scene, c, all);
    return status;
}

/* Where the line stands still, by itself or not. */
static enum cqa_status find_runs(const struct cqa_scene *scene, int c, const struct cqa_line *line,
                                 struct stretches *out)
{
    const struct cqa_spans nothing = {0};
    struct cqa_spans lasting = {0};
    struct habit habit = {0};
    enum cqa_status status = add_runs(scene, c, &out->all);

    if (status == CQA_OK)
        status = cqa_spans_unite(&out->all, &nothing, &lasting);
    cqa_spans_drop_short(&lasting, cqa_scene_limits(scene)->lines.lasting_ms);
    if (out->all.count > 0) {
        add_pauses(scene, c, &habit);
        add_gaps(scene, c, line, &lasting, &habit);
    }
    for (size_t i = 0; i < out->all.count && status == CQA_OK; i++) {
        const struct cqa_span run = out->all.items[i];
        if (is_gated(scene, c, line, &habit, run, out))
            continue;
        status = cqa_spans_add(&out->news, run.start_ms, run.end_ms);
        if (status == CQA_OK && out->witnessed)
            status = cqa_spans_add(&out->sure, run.start_ms, run.end_ms);
    }
    cqa_spans_finish(&lasting);
    return status;
}

/* What is left of `from` without `less`, where it is long enough to tell. */
static enum cqa_status take_away(const struct cqa_scene *scene, const struct cqa_spans *from,
                                 const struct cqa_spans *less, struct cqa_spans *out)
{
    struct cqa_spans rest = {0};
    enum cqa_status status = cqa_spans_invert(less, scene->duration_ms, &rest);

    if (status == CQA_OK)
        status = cqa_spans_intersect(from, &rest, out);
    cqa_spans_finish(&rest);
    cqa_spans_drop_short(out, cqa_scene_limits(scene)->lines.still_ms);
    return status;
}

/* ---- lines that are gone */

/* How many turns begin or go on from `from_ms` on. */
static int turns_after(const struct cqa_spans *speech, int64_t from_ms, int64_t turn_ms)
{
    int64_t before_ms = INT64_MIN / 2;
    int turns = 0;

    for (size_t i = 0; i < speech->count; i++) {
        if (speech->items[i].end_ms <= from_ms)
            continue;
        turns += speech->items[i].start_ms - before_ms >= turn_ms;
        before_ms = speech->items[i].end_ms;
    }
    return turns;
}

/* How many turns the party of channel c takes from `from_ms` on, as the classifier has them: an
 * announcement is nobody's. */
static enum cqa_status count_turns(const struct cqa_scene *scene, int c, int64_t from_ms,
                                   int *count)
{
    const struct cqa_lines_limits *limits = &cqa_scene_limits(scene)->lines;
    struct cqa_spans speech = {0};
    const enum cqa_status status =
        cqa_tracks_spans(scene->tracks, c, 1u << CQA_CLASS_SPEECH, &speech);

    cqa_spans_bridge(&speech, limits->word_ms);
    cqa_spans_drop_short(&speech, limits->word_ms);
    *count = turns_after(&speech, from_ms, limits->turn_ms);
    cqa_spans_finish(&speech);
    return status;
}

static int is_last(const struct cqa_scene *scene, struct cqa_span run)
{
    return run.end_ms + cqa_scene_limits(scene)->lines.end_ms >= scene->duration_ms;
}

/* A gated line that stays shut for good: the other party talks on and on, and nothing opens it. */
static enum cqa_status lose_gated(const struct cqa_scene *scene, int c, const struct cqa_spans *all,
                                  struct cqa_lines *lines)
{
    int turns = 0;

    if (all->count == 0 || !is_last(scene, all->items[all->count - 1]))
        return CQA_OK;
    const int64_t from_ms = all->items[all->count - 1].start_ms;
    const enum cqa_status status = count_turns(scene, 1 - c, from_ms, &turns);
    if (turns >= cqa_scene_limits(scene)->lines.turns_lost)
        cqa_lines_lose(lines, c, from_ms);
    return status;
}

void cqa_lines_lose(struct cqa_lines *lines, int c, int64_t from_ms)
{
    if (from_ms < lines->lost_ms[c])
        lines->lost_ms[c] = from_ms;
}

/* The last stretch of a line, when it lasts to the end and is not the recorder's on both, is where
 * the line was lost. */
static void lose_idle(const struct cqa_scene *scene, int c, const struct cqa_spans *news,
                      struct cqa_lines *lines)
{
    if (news->count == 0)
        return;
    const struct cqa_span last = news->items[news->count - 1];
    const int64_t both_ms = cqa_spans_within_ms(&lines->not_recorded, last);
    if (is_last(scene, last) &&
        100 * both_ms < cqa_scene_limits(scene)->lines.both_percent * cqa_span_length_ms(last))
        cqa_lines_lose(lines, c, last.start_ms);
}

/* From where a line is gone on, nothing else needs to be said of the two. */
static enum cqa_status end_with_loss(const struct cqa_scene *scene, struct cqa_lines *lines)
{
    const int64_t lost_ms =
        lines->lost_ms[0] < lines->lost_ms[1] ? lines->lost_ms[0] : lines->lost_ms[1];
    struct cqa_spans *all[] = {&lines->not_recorded, &lines->idle[0], &lines->idle[1]};
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < 3 && lost_ms < scene->duration_ms && status == CQA_OK; i++) {
        struct cqa_span before = {0, lost_ms};
        const struct cqa_spans known = {&before, 1, 1};
        struct cqa_spans kept = {0};
        status = cqa_spans_intersect(all[i], &known, &kept);
        cqa_spans_finish(all[i]);
        *all[i] = kept;
    }
    return status;
}

/*
 * Where the customer's line stands still while the agent's gate is closed, both are still, and one
 * is news: nothing was recorded. (The other way round it may be the agent's mute: event/mute.c.)
 */
static enum cqa_status give_to_recorder(const struct cqa_scene *scene, int c,
                                        const struct cqa_spans *other, struct cqa_lines *lines)
{
    struct cqa_spans *idle = &lines->idle[c];
    struct cqa_spans nothing = {0};
    struct cqa_spans both = {0};
    enum cqa_status status = CQA_OK;
    size_t kept = 0;

    if (c == scene->agent && !scene->roles_unknown)
        return CQA_OK;
    for (size_t i = 0; i < idle->count && status == CQA_OK; i++) {
        const struct cqa_span span = idle->items[i];
        if (100 * cqa_spans_within_ms(other, span) >=
            cqa_scene_limits(scene)->lines.both_percent * cqa_span_length_ms(span))
            status = cqa_spans_add(&nothing, span.start_ms, span.end_ms);
        else
            idle->items[kept++] = span;
    }
    idle->count = status == CQA_OK ? kept : idle->count;
    if (status == CQA_OK)
        status = cqa_spans_unite(&lines->not_recorded, &nothing, &both);
    cqa_spans_finish(&nothing);
    if (status == CQA_OK) {
        cqa_spans_finish(&lines->not_recorded);
        lines->not_recorded = both;
    }
    return status;
}

static enum cqa_status find_on_two(const struct cqa_scene *scene, struct cqa_lines *lines)
{
    struct stretches still[2] = {{{0}, {0}, {0}, 0, 0}, {{0}, {0}, {0}, 0, 0}};
    enum cqa_status status = CQA_OK;

    for (int c = 0; c < 2 && status == CQA_OK; c++)
        status = find_runs(scene, c, &lines->line[c], &still[c]);
    if (status == CQA_OK)
        status = cqa_spans_intersect(&still[0].news, &still[1].news, &lines->not_recorded);
    cqa_spans_drop_short(&lines->not_recorded, cqa_scene_limits(scene)->lines.still_ms);
    for (int c = 0; c < 2 && status == CQA_OK; c++) {
        status = take_away(scene, &still[c].sure, &lines->not_recorded, &lines->idle[c]);
        lose_idle(scene, c, &still[c].news, lines);
        if (status == CQA_OK)
            status = lose_gated(scene, c, &still[c].all, lines);
    }
    for (int c = 0; c < 2 && status == CQA_OK; c++)
        status = give_to_recorder(scene, c, &still[1 - c].all, lines);
    if (status == CQA_OK)
        status = end_with_loss(scene, lines);
    stretches_finish(&still[0]);
    stretches_finish(&still[1]);
    return status;
}

/* ---- a mix */

/* The mean level around frame t, half dB. */
static int level_around(const uint8_t *level, size_t count, size_t reach, size_t t)
{
    const size_t first = t > reach ? t - reach : 0;
    const size_t last = t + reach + 1 < count ? t + reach + 1 : count;
    unsigned sum = 0;

    assert(last > first);
    for (size_t i = first; i < last; i++)
        sum += level[i];
    return (int)(sum / (unsigned)(last - first));
}

/* A line of the mix was muted, parked or cut: its share of the noise is missing. */
static enum cqa_status find_parked(const struct cqa_scene *scene, struct cqa_lines *lines)
{
    const struct cqa_lines_limits *limits = &cqa_scene_limits(scene)->lines;
    const struct cqa_line *line = &lines->line[0];
    const uint8_t *level = scene->frames->channel[0].level;
    enum cqa_status status = CQA_OK;

    for (size_t t = 0; t < line->count && line->floor >= 0 && status == CQA_OK; t++) {
        const size_t first = t;
        while (t < line->count && scene->tracks->channel[0].class_[t] == CQA_CLASS_NONE &&
               level_around(level, line->count, limits->parked_reach_frames, t) <=
                   line->floor - limits->parked_under_half_db)
            t++;
        if (t > first)
            status = cqa_spans_add(&lines->parked, (int64_t)first * CQA_FRAME_MS,
                                   (int64_t)t * CQA_FRAME_MS);
    }
    cqa_spans_bridge(&lines->parked, limits->parked_bridge_ms);
    cqa_spans_drop_short(&lines->parked, limits->parked_shortest_ms);
    return status;
}

static enum cqa_status find_on_mix(const struct cqa_scene *scene, struct cqa_lines *lines)
{
    struct stretches still = {{0}, {0}, {0}, 0, 0};
    enum cqa_status status = find_runs(scene, 0, &lines->line[0], &still);

    lines->not_recorded = still.news;
    still.news = (struct cqa_spans){0};
    stretches_finish(&still);
    return status == CQA_OK ? find_parked(scene, lines) : status;
}

enum cqa_status cqa_lines_find(const struct cqa_scene *scene, struct cqa_lines *lines)
{
    enum cqa_status status = CQA_OK;

    lines->lost_ms[0] = lines->lost_ms[1] = scene->duration_ms;
    for (int c = 0; c < scene->tracks->channel_count && status == CQA_OK; c++)
        status = line_init(scene, c, &lines->line[c]);
    if (status != CQA_OK || scene->tracks->count == 0)
        return status;
    return scene->mono ? find_on_mix(scene, lines) : find_on_two(scene, lines);
}

void cqa_lines_finish(struct cqa_lines *lines)
{
    for (int c = 0; c < 2; c++) {
        free(lines->line[c].distance);
        cqa_spans_finish(&lines->idle[c]);
    }
    cqa_spans_finish(&lines->not_recorded);
    cqa_spans_finish(&lines->parked);
    *lines = (struct cqa_lines){0};
}
