/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analysis/leak_line.h"
#include "analysis/listen.h"
#include "signal/shapes.h"
#include "signal/leak_estimate.h"

enum {
    LAGS = 235,            /* moments to each side, 30 s: an answer after the first ring */
    LAGS_LEAST = 47,       /* for a peak to stand out of them */
    BLOCKS_LEAST = 8,      /* of a second each: a few are alike by a tone on both lines */
    DELAY_MS_MAX = 450,    /* nearer to the end of what is looked at lies what has no peak at all */
    LENGTH_SLACK_MS = 120, /* of two files that a recorder begins and ends at once */
    PIECE_MS = 120000,     /* in which clocks 100 ppm apart move by 12 ms */
    PIECES_MAX = 64,
    SHORT_PIECE_MS = 20000,   /* in which somebody talks for long enough */
    LEAST_BLOCKS = 3,         /* of them, which say the same as others far away */
    DRIFT_MATTERS_MS = 90000, /* from this length on 50 ppm blur what leaks by 4 ms */
    APART_MS_MAX = 40,        /* of a piece from where the others say */
    CAUSE_MS = 40,            /* by which what leaks is measured before what it leaks from */
    MIRROR_MS = 3,            /* of ways there and back: neither line's voice takes them */
    FAINT_DB = -48,           /* softer than this no voice leaks */
    SOFT_DB = -30,            /* and than this it may be a sound that both lines have */
    FARTHEST_MS = 500,        /* later nothing leaks */
};
static const double drift_ms_least = 1; /* over all of the call: what is less moves nothing */

struct aligning {
    const struct cqa_signal_plan *plan;
    const struct cqa_call_files *files;
    struct cqa_legs legs;
    struct cqa_frames *frames;
    struct cqa_audio_facts *facts;
    struct cqa_failure *failure;
    int is_early; /* what leaks comes before what it leaks from where the files lay at first */
};

/* Where the second file begins `offset_ms` after the first. 0: that is no place for it. */
static int place(struct aligning *aligning, double offset_ms, double drift_ppm)
{
    struct cqa_leg_place *leg = aligning->legs.leg;
    const int64_t whole_ms = llround(offset_ms);

    leg[0].offset_ms = whole_ms < 0 ? -whole_ms : 0;
    leg[1].offset_ms = whole_ms > 0 ? whole_ms : 0;
    leg[1].drift_ppm = drift_ppm;
    return cqa_legs_are_sound(&aligning->legs);
}

static enum cqa_status listen(struct aligning *aligning)
{
    cqa_frames_finish(aligning->frames);
    *aligning->frames = (struct cqa_frames){0};
    return cqa_listen(aligning->plan, aligning->files, &aligning->legs, aligning->frames,
                      aligning->facts, aligning->failure);
}

static enum cqa_status not_joined(struct aligning *aligning, const struct cqa_message *why)
{
    return cqa_failure_set(aligning->failure, CQA_FAILURE_NOT_JOINED,
                           "the two files are not joined: %p", why);
}

/* ---- by what leaks, to a moment */

static int highest(const float *like, int lags)
{
    int best = 0;

    for (int i = 0; i <= 2 * lags; i++)
        if (like[i] > like[best])
            best = i;
    return best;
}

/* By how much the second file of what was listened to lies too early; 0 as well where nothing
 * stands out. */
static enum cqa_status find_moment(const struct cqa_frames *frames, double *early_ms)
{
    struct cqa_shapes shapes[2] = {{0, 0, NULL}, {0, 0, NULL}};
    float like[2 * LAGS + 1];
    enum cqa_status status = CQA_OK;

    *early_ms = 0;
    for (int c = 0; c < 2 && status == CQA_OK; c++)
        status = cqa_shapes_find(frames, c, &shapes[c]);
    const int lags = shapes[0].count < 2 * (size_t)LAGS ? (int)(shapes[0].count / 2) : LAGS;
    if (status == CQA_OK && lags >= LAGS_LEAST) {
        cqa_shapes_compare(&shapes[0], &shapes[1], lags, like);
        const int peak = highest(like, lags);
        if (cqa_shapes_stand_out(&shapes[0], &shapes[1], lags, like, peak))
            *early_ms = (double)(lags - peak) * CQA_SHAPES_MS;
    }
    free(shapes[0].shape);
    free(shapes[1].shape);
    return status;
}

/* ---- by what leaks, to a millisecond, piece by piece */

/* Where a start is looked for, anything may be found: in long pieces it is found surely. Where it
 * is known, a clock alone moves what is heard, and that by little. */
static struct cqa_leak_closeness closeness_of(const struct aligning *aligning, int moves)
{
    const int64_t sixth_ms = aligning->facts->duration_ms / 6;
    const int64_t piece_ms = sixth_ms < SHORT_PIECE_MS ? SHORT_PIECE_MS
                             : sixth_ms > PIECE_MS     ? PIECE_MS
                                                       : sixth_ms;

    if (moves)
        return (struct cqa_leak_closeness){PIECE_MS, BLOCKS_LEAST, APART_MS_MAX, 0};
    return (struct cqa_leak_closeness){piece_ms, LEAST_BLOCKS,
                                       1 + (double)piece_ms * cqa_leak_drift_ppm_max * 1e-6,
                                       (double)aligning->facts->duration_ms / 3};
}

struct pieces {
    size_t count;
    int64_t length_ms; /* of each */
    int blocks_least;  /* of talk in each that tells anything */
    struct cqa_leak_piece items[PIECES_MAX];
};

struct measuring {
    struct cqa_leak_plan *plan;
    struct cqa_leak_estimator *estimator; /* of the piece under way */
    float pairs[2 * CQA_LEAK_BLOCK];
    size_t held; /* pairs */
    int64_t at;  /* number of the first of them */
};

static void end_piece(struct measuring *measuring, struct pieces *pieces)
{
    struct cqa_leak_piece *piece = &pieces->items[pieces->count];
    struct cqa_sameness same;

    piece->middle_ms = ((double)pieces->count + 0.5) * (double)pieces->length_ms;
    cqa_leak_conclude(measuring->estimator, piece->leak, &same);
    for (int c = 0; c < 2; c++)
        piece->leak[c].found = piece->leak[c].found &&
                               piece->leak[c].blocks >= pieces->blocks_least &&
                               fabsf(piece->leak[c].delay_ms) <= DELAY_MS_MAX;
    cqa_leak_estimator_destroy(measuring->estimator);
    measuring->estimator = NULL;
    pieces->count++;
}

/* A block is full. 0: no memory. */
static int take_block(struct measuring *measuring, struct pieces *pieces)
{
    const int64_t end_ms = (int64_t)(pieces->count + 1) * pieces->length_ms;

    if (measuring->estimator == NULL) {
        measuring->estimator = cqa_leak_estimator_create(measuring->plan);
        if (measuring->estimator == NULL)
            return 0;
        cqa_leak_estimator_widen(measuring->estimator);
    }
    cqa_leak_look(measuring->estimator, measuring->pairs);
    memmove(measuring->pairs, measuring->pairs + (size_t)2 * CQA_LEAK_STEP,
            sizeof measuring->pairs / 2);
    measuring->held -= CQA_LEAK_STEP;
    measuring->at += CQA_LEAK_STEP;
    if (measuring->at * 1000 / CQA_AUDIO_RATE_HZ >= end_ms && pieces->count + 1 < PIECES_MAX)
        end_piece(measuring, pieces);
    return 1;
}

static enum cqa_status measure(struct aligning *aligning, struct measuring *measuring,
                               struct pieces *pieces)
{
    struct cqa_audio *audio = NULL;
    ptrdiff_t got = -1;

    if (cqa_audio_open_legs(&audio, aligning->files->fd, aligning->files->name, &aligning->legs,
                            aligning->failure) != CQA_OK)
        return CQA_E_BADDATA;
    while ((got = cqa_audio_read(audio, measuring->pairs + 2 * measuring->held,
                                 CQA_LEAK_BLOCK - measuring->held, aligning->failure)) > 0) {
        measuring->held += (size_t)got;
        if (measuring->held == CQA_LEAK_BLOCK && !take_block(measuring, pieces)) {
            got = cqa_failure_set(aligning->failure, CQA_FAILURE_INTERNAL, "out of memory");
            break;
        }
    }
    cqa_audio_close(audio);
    if (got == 0 && measuring->estimator != NULL)
        end_piece(measuring, pieces);
    return got == 0 ? CQA_OK : CQA_E_BADDATA;
}

static enum cqa_status measure_pieces(struct aligning *aligning,
                                      const struct cqa_leak_closeness *closeness,
                                      struct pieces *pieces)
{
    struct measuring *measuring = calloc(1, sizeof *measuring);
    const int64_t count = aligning->facts->duration_ms / closeness->piece_ms;
    enum cqa_status status = CQA_E_NOMEM;

    *pieces = (struct pieces){.blocks_least = closeness->blocks};
    pieces->length_ms = aligning->facts->duration_ms / (count < 1            ? 1
                                                        : count > PIECES_MAX ? PIECES_MAX
                                                                             : count) +
                        1;
    if (measuring != NULL)
        measuring->plan = cqa_leak_plan_create();
    if (measuring == NULL || measuring->plan == NULL)
        cqa_failure_set(aligning->failure, CQA_FAILURE_INTERNAL, "out of memory");
    else
        status = measure(aligning, measuring, pieces);
    if (measuring != NULL) {
        cqa_leak_estimator_destroy(measuring->estimator);
        cqa_leak_plan_destroy(measuring->plan);
    }
    free(measuring);
    return status;
}

/* ---- both ways */

static double offset_ms(const struct aligning *aligning)
{
    return (double)(aligning->legs.leg[1].offset_ms - aligning->legs.leg[0].offset_ms);
}

/* Perhaps one sound that both lines have and neither says, as of a fan or of music: the one line
 * has it as much earlier as the other has it later. */
static int may_be_mirrored(const struct cqa_leak leak[2])
{
    return leak[0].found && leak[1].found && fminf(leak[0].gain_db, leak[1].gain_db) < SOFT_DB &&
           fabsf(leak[0].delay_ms + leak[1].delay_ms) <= MIRROR_MS;
}

/* Whether a voice is heard on a line before it speaks on the other. */
static int leaks_early(const struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        const struct cqa_leak *leak = pieces->items[i].leak;
        for (int c = 0; c < 2; c++)
            if (leak[c].found && leak[c].delay_ms < -CAUSE_MS && leak[c].gain_db >= FAINT_DB &&
                !may_be_mirrored(leak))
                return 1;
    }
    return 0;
}

/*
 * Looks closely where the second file lies now, and puts it to rights. `*found`: it is told there,
 * and all of the call agrees. `moves`: its start is looked for as well as its clock. Twice, where a
 * clock is: while it is off, each piece is blurred by what it moves within.
 */
static enum cqa_status look_closely(struct aligning *aligning, int moves, int *found)
{
    const struct cqa_leak_closeness closeness = closeness_of(aligning, moves);
    struct pieces pieces = {.count = 2};
    struct cqa_leak_line line;

    *found = 0;
    for (int look = 0; look < 2 && pieces.count > 1; look++) {
        const struct cqa_leg_place *second = &aligning->legs.leg[1];
        if (measure_pieces(aligning, &closeness, &pieces) != CQA_OK)
            return CQA_E_BADDATA;
        if (look == 0)
            aligning->is_early = leaks_early(&pieces);
        if (!cqa_leak_line_draw(pieces.items, pieces.count, &closeness, &line))
            return CQA_OK;
        const double late_ms = line.start_ms + line.slope * (double)second->offset_ms;
        *found = place(aligning, offset_ms(aligning) - (moves ? late_ms : 0),
                       second->drift_ppm + line.slope * 1e6);
        if (!*found)
            return CQA_OK;
    }
    return CQA_OK;
}

static enum cqa_status align_by_leakage(struct aligning *aligning)
{
    double early_ms;
    int found = 0;

    if (find_moment(aligning->frames, &early_ms) != CQA_OK)
        return cqa_failure_set(aligning->failure, CQA_FAILURE_INTERNAL, "out of memory");
    enum cqa_status status =
        place(aligning, early_ms, 0) ? look_closely(aligning, 1, &found) : CQA_OK;
    if (status == CQA_OK && !found && fabs(early_ms) > 0 && place(aligning, 0, 0))
        status = look_closely(aligning, 1, &found);
    if (status != CQA_OK)
        return status;
    if (!found)
        return not_joined(aligning,
                          cqa_words("their start times are not known, and neither party is "
                                    "heard on the other's line"));
    return listen(aligning);
}

/* What a clock that is off moves until the end of the call. */
static int drifts(const struct aligning *aligning)
{
    return fabs(aligning->legs.leg[1].drift_ppm) * 1e-6 * (double)aligning->facts->duration_ms >=
           drift_ms_least;
}

/* Of a call whose start times are known: the clocks may run apart all the same, and what leaks is
 * heard less well for it. */
static enum cqa_status correct_drift(struct aligning *aligning)
{
    const struct cqa_leak *leak = aligning->frames->leak;
    const struct cqa_legs told = aligning->legs;
    int found = 0;

    if (aligning->facts->duration_ms < DRIFT_MATTERS_MS || (!leak[0].found && !leak[1].found))
        return CQA_OK;
    if (look_closely(aligning, 0, &found) != CQA_OK)
        return CQA_E_BADDATA;
    if (!found || !drifts(aligning)) {
        aligning->legs = told;
        return CQA_OK;
    }
    return listen(aligning);
}

/*
 * What leaks comes after what it leaks from, by half a second at most. Where it would come before,
 * or seconds later, a clock was off that told when a file began, and what is heard counts: that of
 * all of the call, as where nothing is told.
 */
static enum cqa_status correct_start(struct aligning *aligning, int *corrected)
{
    const struct cqa_legs told = aligning->legs;
    double early_ms;
    int found = 0;

    *corrected = 0;
    if (find_moment(aligning->frames, &early_ms) != CQA_OK)
        return cqa_failure_set(aligning->failure, CQA_FAILURE_INTERNAL, "out of memory");
    const int is_far =
        fabs(early_ms) > FARTHEST_MS && place(aligning, offset_ms(aligning) + early_ms, 0);
    if (look_closely(aligning, 1, &found) != CQA_OK)
        return CQA_E_BADDATA;
    *corrected = found && (is_far || aligning->is_early);
    if (*corrected)
        return listen(aligning);
    aligning->legs = told;
    return CQA_OK;
}

static int lengths_agree(const struct cqa_audio_facts *facts)
{
    const int64_t apart_ms = llabs(facts->leg[0].duration_ms - facts->leg[1].duration_ms);

    return (double)apart_ms <=
           LENGTH_SLACK_MS + (double)facts->duration_ms * cqa_leak_drift_ppm_max * 1e-6;
}

/* Both have something of the same seconds. */
static int overlap(const struct aligning *aligning)
{
    const struct cqa_leg_facts *leg = aligning->facts->leg;
    const double later_ms = offset_ms(aligning);

    return later_ms < (double)leg[0].duration_ms && -later_ms < (double)leg[1].duration_ms;
}

static enum cqa_status align(struct aligning *aligning, const struct cqa_align_order *order)
{
    const struct cqa_leg_facts *leg = aligning->facts->leg;
    const double ended_ms = (double)(order->later_ms - leg[1].duration_ms + leg[0].duration_ms);

    if (order->starts == CQA_STARTS_UNKNOWN ||
        (order->starts == CQA_STARTS_TOGETHER && !lengths_agree(aligning->facts)))
        return align_by_leakage(aligning);
    if (order->starts == CQA_STARTS_WRITTEN) {
        const enum cqa_status status = place(aligning, ended_ms, 0) ? listen(aligning) : CQA_OK;
        if (status != CQA_OK)
            return status;
    }
    if (!overlap(aligning))
        return not_joined(aligning, cqa_words("they do not belong to the same minutes"));
    int corrected = 0;
    const enum cqa_status status =
        order->starts == CQA_STARTS_TOGETHER ? CQA_OK : correct_start(aligning, &corrected);
    return status != CQA_OK || corrected ? status : correct_drift(aligning);
}

enum cqa_status cqa_listen_legs(const struct cqa_signal_plan *plan,
                                const struct cqa_call_files *files,
                                const struct cqa_align_order *order, const struct cqa_raw *raw,
                                struct cqa_frames *frames, struct cqa_audio_facts *facts,
                                struct cqa_failure *failure)
{
    struct aligning aligning = {
        .plan = plan, .files = files, .frames = frames, .facts = facts, .failure = failure};
    const double told_ms = order->starts == CQA_STARTS_TOLD ? (double)order->later_ms : 0;

    aligning.legs = (struct cqa_legs){.joined = 1, .leg = {{.raw = *raw}, {.raw = *raw}}};
    if (!place(&aligning, told_ms, 0))
        return not_joined(&aligning, cqa_words("they do not belong to the same minutes"));
    const enum cqa_status status = listen(&aligning);
    return status == CQA_OK ? align(&aligning, order) : status;
}
