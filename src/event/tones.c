/* Runs of tones against the plans of the countries: ringing, busy, special information, fax, keys,
 * beeps. */
#include "event/tones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "event/tone_plans.h"
#include "event/tone_runs.h"

enum {
    TOLERANCE_MS = 45, /* what a frame and a codec leave of an edge */
    BUSY_BURSTS = 3,
    RING_ALONE_MS = 800, /* a first ring that needs no second */
    KEYS_PART_MS = 2000,
    KEY_LONGEST_MS = 3000,
    SIT_GAP_MS = 70,
    BEEP_SHORTEST_MS = 70,
    BEEP_LONGEST_MS = 1600,
    BEEP_LEAST_HZ = 330,
    BEAT_HZ = 437,   /* the middle of where beats are looked for */
    SPOKEN_MS = 480, /* of speech without a tone: the call has been answered */
    DIAL_BEFORE_KEYS_MS = 3000,
    SLOW_NOTICE_MS = 30000,
    NOTICE_SHARE = 45, /* percent of the call */
    WAITING_AROUND_MS = 1500,
    WAITING_SPOKEN_SHARE = 20,
};

static const float frequency_share = 0.025f;

struct hearing {
    const struct cqa_tone_plans *plans;
    const struct cqa_frames *frames;
    const struct cqa_tracks *tracks;
    int agent;
    int64_t spoken_ms; /* when somebody has spoken first */
    struct cqa_tone_runs runs;
    struct cqa_tones *tones;
    struct cqa_events *events;
};

/* ---- what all share */

static enum cqa_party party_of(const struct hearing *hearing, int channel)
{
    if (hearing->tracks->channel_count < 2)
        return CQA_PARTY_NONE;
    return channel == hearing->agent ? CQA_PARTY_AGENT : CQA_PARTY_CUSTOMER;
}

static enum cqa_status signal_span(struct hearing *hearing, int64_t start_ms, int64_t end_ms)
{
    return cqa_spans_add(&hearing->tones->signalling, start_ms, end_ms);
}

static enum cqa_status tell(struct hearing *hearing, struct cqa_event event, int channel)
{
    event.side = party_of(hearing, channel);
    if (!cqa_events_add(hearing->events, &event))
        return CQA_E_NOMEM;
    return signal_span(hearing, event.start_ms, event.end_ms);
}

static int close_hz(float hz, float wanted, const struct cqa_tone_plan *plan)
{
    return fabsf(hz - wanted) <= (plan->within_hz > 0 ? plan->within_hz : frequency_share * wanted);
}

/* Whether the run has the plan's pitch, as far as it shows. */
static int has_pitch(const struct cqa_tone_run *run, const struct cqa_tone_plan *plan)
{
    const float low = plan->hz[0];
    const float high = plan->hz[plan->hz_count - 1];
    const int blurred = high - low < 70.0f;

    if (run->shape == CQA_SHAPE_BEAT)
        return blurred && low > 375.0f && high < 500.0f;
    if (run->shape == CQA_SHAPE_PAIR)
        return plan->hz_count == 2 && close_hz(run->hz[0], low, plan) &&
               close_hz(run->hz[1], high, plan);
    return blurred && run->hz[0] >= low * (1.0f - frequency_share) - (plan->within_hz) &&
           run->hz[0] <= high * (1.0f + frequency_share) + plan->within_hz;
}

static int about(int64_t value_ms, int64_t wanted_ms)
{
    const int64_t tenth = wanted_ms / 10;

    return llabs(value_ms - wanted_ms) <= (tenth > TOLERANCE_MS ? tenth : TOLERANCE_MS);
}

/* ---- cadences */

struct chain {
    const struct cqa_tone_plan *plan;
    size_t first; /* its first and last run */
    size_t last;
    int phase; /* beat of the plan that the first run is */
    int bursts;
    float contrast_db; /* least rise or fall of its whole bursts */
    float purity;      /* least */
};

/* The run of the plan's pitch that begins `step_ms` after run `at`; the count when there is none.
 */
static size_t at_step(const struct cqa_tone_runs *runs, size_t at, const struct cqa_tone_plan *plan,
                      int64_t step_ms)
{
    for (size_t j = at + 1; j < runs->count && runs->items[j].channel == runs->items[at].channel;
         j++) {
        const int64_t step = runs->items[j].start_ms - runs->items[at].start_ms;
        if (step > 2 * step_ms)
            break;
        if (!runs->items[j].taken && about(step, step_ms) && has_pitch(&runs->items[j], plan))
            return j;
    }
    return runs->count;
}

/* The burst after run `at`, which is beat `beat` of the plan; one cycle may be missing, drowned by
 * something else. */
static size_t follow(const struct cqa_tone_runs *runs, size_t at, const struct cqa_tone_plan *plan,
                     int beat)
{
    const int64_t step_ms = plan->on_ms[beat] + plan->off_ms[beat];
    const size_t next = at_step(runs, at, plan, step_ms);
    int64_t cycle_ms = 0;

    if (next < runs->count)
        return next;
    for (int b = 0; b < plan->beats; b++)
        cycle_ms += plan->on_ms[b] + plan->off_ms[b];
    const size_t later = at_step(runs, at, plan, step_ms + cycle_ms);
    const int whole = later < runs->count && about(cqa_tone_run_ms(&runs->items[later]),
                                                   plan->on_ms[(beat + 1) % plan->beats]);
    return whole ? later : runs->count;
}

/*
 * Walks from run `chain.first` on in the plan's cadence. The last burst may be cut short by
 * whatever ended the signal, the first by the beginning of the recording.
 */
static struct chain walk(const struct cqa_tone_runs *runs, struct chain chain)
{
    size_t at = chain.first;

    chain.bursts = 0;
    chain.contrast_db = 100.0f;
    chain.purity = 1.0f;
    for (int beat = chain.phase; at < runs->count; beat = (beat + 1) % chain.plan->beats) {
        const struct cqa_tone_run *run = &runs->items[at];
        const int64_t on_ms = chain.plan->on_ms[beat];
        const int whole = about(cqa_tone_run_ms(run), on_ms);
        if (!whole &&
            (cqa_tone_run_ms(run) > on_ms || (chain.bursts == 0 && run->start_ms >= CQA_FRAME_MS)))
            break;
        chain.bursts++;
        chain.last = at;
        chain.contrast_db = fminf(chain.contrast_db, fminf(run->rise_db, run->fall_db));
        chain.purity = fminf(chain.purity, run->purity);
        at = follow(runs, at, chain.plan, beat);
    }
    return chain;
}

/* Marks what the chain explains. */
static void take(struct cqa_tone_runs *runs, const struct chain *chain)
{
    size_t at = chain->first;

    for (int n = 0, beat = chain->phase; n < chain->bursts;
         n++, beat = (beat + 1) % chain->plan->beats) {
        runs->items[at].taken = 1;
        at = n + 1 < chain->bursts ? follow(runs, at, chain->plan, beat) : at;
    }
}

/* The longest chain that begins with run `first` under any plan of the tones in `kinds`. */
static struct chain best_chain(const struct hearing *hearing, size_t first, unsigned kinds)
{
    struct chain best = {0};

    for (size_t p = 0; p < hearing->plans->count; p++) {
        const struct cqa_tone_plan *plan = &hearing->plans->items[p];
        if ((kinds & (1u << plan->tone)) == 0 || !has_pitch(&hearing->runs.items[first], plan))
            continue;
        for (int phase = 0; phase < plan->beats; phase++) {
            const struct chain chain =
                walk(&hearing->runs, (struct chain){.plan = plan, .first = first, .phase = phase});
            if (chain.bursts > best.bursts)
                best = chain;
        }
    }
    return best;
}

static float sureness(int bursts)
{
    return fminf(0.99f, 0.75f + 0.06f * (float)bursts);
}

static int sounds_for_itself(const struct chain *chain)
{
    return chain->contrast_db >= 5.0f && chain->purity >= 0.7f;
}

static enum cqa_status tell_chain(struct hearing *hearing, const struct chain *chain,
                                  enum cqa_event_type type)
{
    struct cqa_tone_runs *runs = &hearing->runs;
    const struct cqa_event event = {.type = type,
                                    .start_ms = runs->items[chain->first].start_ms,
                                    .end_ms = runs->items[chain->last].end_ms,
                                    .confidence = sureness(chain->bursts)};

    take(runs, chain);
    return tell(hearing, event, runs->items[chain->first].channel);
}

/* Three bursts, and more than one cycle; of two frequencies, two that the end of the recording cuts
 * off will do. */
static int is_busy(const struct hearing *hearing, const struct chain *chain)
{
    const int64_t end_ms = (int64_t)hearing->frames->count * CQA_FRAME_MS;

    if (chain->bursts < 2 || !sounds_for_itself(chain))
        return 0;
    if (chain->bursts >= BUSY_BURSTS && chain->bursts > chain->plan->beats)
        return 1;
    return chain->plan->hz_count == 2 && chain->plan->beats == 1 &&
           hearing->runs.items[chain->last].end_ms + chain->plan->off_ms[0] +
                   chain->plan->on_ms[0] >
               end_ms;
}

static enum cqa_status find_busy(struct hearing *hearing)
{
    const unsigned kinds =
        1u << CQA_TONE_BUSY | 1u << CQA_TONE_CONGESTION | 1u << CQA_TONE_UNOBTAINABLE;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < hearing->runs.count && status == CQA_OK; i++) {
        if (hearing->runs.items[i].taken)
            continue;
        const struct chain chain = best_chain(hearing, i, kinds);
        if (is_busy(hearing, &chain))
            status = tell_chain(hearing, &chain, CQA_EVENT_BUSY);
    }
    return status;
}

/* A chain that is ringing: two cycles of it, or before anybody has spoken a single one that no key
 * press ends. */
static int is_ringing(const struct hearing *hearing, const struct chain *chain)
{
    const struct cqa_tone_run *first = &hearing->runs.items[chain->first];

    if (!sounds_for_itself(chain))
        return 0;
    if (chain->bursts >= 2 * chain->plan->beats)
        return 1;
    return first->start_ms < hearing->spoken_ms && chain->bursts >= chain->plan->beats &&
           (chain->plan->beats > 1 || about(cqa_tone_run_ms(first), chain->plan->on_ms[0])) &&
           (chain->plan->beats > 1 || cqa_tone_run_ms(first) >= RING_ALONE_MS);
}

static enum cqa_status find_ringing(struct hearing *hearing)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < hearing->runs.count && status == CQA_OK; i++) {
        if (hearing->runs.items[i].taken)
            continue;
        const struct chain chain = best_chain(hearing, i, 1u << CQA_TONE_RINGBACK);
        if (chain.bursts > 0 && is_ringing(hearing, &chain))
            status = tell_chain(hearing, &chain, CQA_EVENT_RINGBACK);
    }
    return status;
}

/* ---- special information: three tones, each higher, one right after the other */

static int is_sit(const struct cqa_tone_runs *runs, size_t i, const struct cqa_tone_plan *plan)
{
    for (size_t k = 0; k < 3; k++) {
        const struct cqa_tone_run *run = &runs->items[i + k];
        const int64_t length = cqa_tone_run_ms(run);
        if (run->taken || run->channel != runs->items[i].channel ||
            run->shape != CQA_SHAPE_SINGLE || !close_hz(run->hz[0], plan->hz[k], plan) ||
            length < 200 || length > 480 ||
            (k > 0 && run->start_ms - runs->items[i + k - 1].end_ms > SIT_GAP_MS))
            return 0;
    }
    return 1;
}

static enum cqa_status find_sit(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;
    enum cqa_status status = CQA_OK;

    for (size_t p = 0; p < hearing->plans->count; p++) {
        const struct cqa_tone_plan *plan = &hearing->plans->items[p];
        if (plan->tone != CQA_TONE_SIT)
            continue;
        for (size_t i = 0; i + 2 < runs->count && status == CQA_OK; i++) {
            if (!is_sit(runs, i, plan))
                continue;
            runs->items[i].taken = runs->items[i + 1].taken = runs->items[i + 2].taken = 1;
            status = tell(hearing,
                          (struct cqa_event){.type = CQA_EVENT_SIT,
                                             .start_ms = runs->items[i].start_ms,
                                             .end_ms = runs->items[i + 2].end_ms,
                                             .confidence = 0.97f},
                          runs->items[i].channel);
        }
    }
    return status;
}

/* ---- fax: a calling tone that repeats, or one that nobody has spoken before; an answer that lasts
 */

static int is_calling(const struct hearing *hearing, const struct chain *chain)
{
    return chain->bursts > 0 && chain->contrast_db >= 8.0f && chain->purity >= 0.85f &&
           (chain->bursts >= 2 || hearing->runs.items[chain->first].start_ms < hearing->spoken_ms);
}

static int is_answer(const struct hearing *hearing, const struct cqa_tone_run *run)
{
    for (size_t p = 0; p < hearing->plans->count; p++) {
        const struct cqa_tone_plan *plan = &hearing->plans->items[p];
        if (plan->tone == CQA_TONE_CED && has_pitch(run, plan) &&
            cqa_tone_run_ms(run) >= plan->least_ms && run->purity >= 0.85f)
            return 1;
    }
    return 0;
}

static enum cqa_status find_fax(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < runs->count && status == CQA_OK; i++) {
        struct cqa_tone_run *run = &runs->items[i];
        if (run->taken)
            continue;
        const struct chain calling = best_chain(hearing, i, 1u << CQA_TONE_CNG);
        if (is_calling(hearing, &calling)) {
            status = tell_chain(hearing, &calling, CQA_EVENT_FAX);
        } else if (is_answer(hearing, run)) {
            run->taken = 1;
            status = tell(hearing,
                          (struct cqa_event){.type = CQA_EVENT_FAX,
                                             .start_ms = run->start_ms,
                                             .end_ms = run->end_ms,
                                             .confidence = 0.95f},
                          run->channel);
        }
    }
    return status;
}

/* ---- keys */

/* The key of a pair of frequencies, 0 for none (Q.23; ±2.2 % is between Q.24's "shall" and "shall
 * not"). */
static char key_of(const struct cqa_tone_run *run)
{
    static const float rows[4] = {697, 770, 852, 941};
    static const float columns[4] = {1209, 1336, 1477, 1633};
    static const char keys[4][5] = {"123A", "456B", "789C", "*0#D"};

    if (run->shape != CQA_SHAPE_PAIR || run->purity < 0.8f || cqa_tone_run_ms(run) > KEY_LONGEST_MS)
        return 0;
    for (int r = 0; r < 4; r++)
        for (int c = 0; c < 4; c++)
            if (fabsf(run->hz[0] - rows[r]) <= 0.022f * rows[r] &&
                fabsf(run->hz[1] - columns[c]) <= 0.022f * columns[c])
                return keys[r][c];
    return 0;
}

/* A key begins and ends at once; in a pure one either will do, for something else may sound right
 * beside it. */
static int is_key(const struct cqa_tone_run *run)
{
    const float weaker = fminf(run->rise_db, run->fall_db);
    const float stronger = fmaxf(run->rise_db, run->fall_db);

    return !run->taken && key_of(run) != 0 && (run->purity >= 0.95f ? stronger : weaker) >= 6.0f;
}

/* A run of keys; masked. */
static void press(struct cqa_event *event, const struct cqa_tone_run *run)
{
    const size_t room = sizeof event->digits - 2;
    const size_t length = strlen(event->digits);

    if (length < room)
        event->digits[length] = '*';
    else
        event->digits[room] = '+';
    event->end_ms = run->end_ms;
}

static enum cqa_status find_keys(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;

    for (size_t i = 0; i < runs->count; i++) {
        struct cqa_event event = {.type = CQA_EVENT_DTMF, .start_ms = runs->items[i].start_ms};
        const int channel = runs->items[i].channel;
        size_t last = i;
        int keys = 0;
        if (!is_key(&runs->items[i]))
            continue;
        for (size_t j = i; j < runs->count && runs->items[j].channel == channel; j++) {
            if (j > i && runs->items[j].start_ms - runs->items[last].end_ms >= KEYS_PART_MS)
                break;
            if (!is_key(&runs->items[j]))
                continue;
            runs->items[j].taken = 1;
            press(&event, &runs->items[j]);
            last = j;
            keys++;
        }
        if (keys == 1 && runs->items[i].last - runs->items[i].first < 3)
            continue;
        event.confidence = sureness(keys);
        if (tell(hearing, event, channel) != CQA_OK)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

/* ---- dial tone: no event, but no silence either */

static int keys_follow(const struct hearing *hearing, const struct cqa_tone_run *run)
{
    for (size_t e = 0; e < hearing->events->count; e++) {
        const struct cqa_event *event = &hearing->events->items[e];
        const int64_t wait = event->start_ms - run->end_ms;
        if (event->type == CQA_EVENT_DTMF && wait > -CQA_FRAME_MS && wait < DIAL_BEFORE_KEYS_MS)
            return 1;
    }
    return 0;
}

static enum cqa_status find_dial(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;

    for (size_t i = 0; i < runs->count; i++) {
        struct cqa_tone_run *run = &runs->items[i];
        for (size_t p = 0; p < hearing->plans->count && !run->taken; p++) {
            const struct cqa_tone_plan *plan = &hearing->plans->items[p];
            if (plan->tone != CQA_TONE_DIAL || !has_pitch(run, plan) || run->purity < 0.9f ||
                (cqa_tone_run_ms(run) < plan->least_ms && !keys_follow(hearing, run)))
                continue;
            run->taken = 1;
            if (signal_span(hearing, run->start_ms, run->end_ms) != CQA_OK)
                return CQA_E_NOMEM;
        }
    }
    return CQA_OK;
}

/* ---- beeps */

/* Purer, steadier and more sudden than a vowel or a note; of two frequencies more so, since those
 * are easier to find. */
static int is_beep(const struct cqa_tone_run *run)
{
    const int64_t length = cqa_tone_run_ms(run);
    const float sudden = fminf(run->rise_db, run->fall_db);

    if (run->taken || length < BEEP_SHORTEST_MS || length > BEEP_LONGEST_MS || run->purity < 0.92f)
        return 0;
    switch (run->shape) {
    case CQA_SHAPE_SINGLE:
        return run->hz[0] > BEEP_LEAST_HZ && run->wobble <= fmaxf(2.5f, 0.002f * run->hz[0]) &&
               sudden >= 10.0f;
    case CQA_SHAPE_PAIR:
        return run->hz[0] > BEEP_LEAST_HZ && run->wobble <= 1.2f && sudden >= 14.0f;
    case CQA_SHAPE_BEAT:
        return sudden >= 14.0f && length >= 300;
    case CQA_SHAPE_NONE:
        break;
    }
    return 0;
}

/* From here on the list has beeps only. */
static enum cqa_status keep_beeps(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;
    size_t kept = 0;

    for (size_t i = 0; i < runs->count; i++)
        if (is_beep(&runs->items[i]))
            runs->items[kept++] = runs->items[i];
    runs->count = kept;
    return CQA_OK;
}

/* ---- notices: that the call is recorded, on a steady grid from its beginning to its end, or that
 * another one waits */

/* Whether the run, on any channel, may be a burst of the plan. */
static int may_notify(const struct cqa_tone_run *run, const struct cqa_tone_plan *plan)
{
    return !run->taken && has_pitch(run, plan) && about(cqa_tone_run_ms(run), plan->on_ms[0]);
}

struct grid {
    int64_t origin_ms;
    int64_t period_ms;
    int beats;  /* how many of them are heard */
    int strays; /* bursts beside it */
    int64_t first_ms;
    int64_t last_ms;
};

/* Which beat of the grid is nearest to the time; `on` says whether it is there. */
static int64_t grid_beat(const struct grid *grid, int64_t time_ms, int *on)
{
    const int64_t apart = time_ms - grid->origin_ms;
    const int64_t half = apart < 0 ? -grid->period_ms / 2 : grid->period_ms / 2;
    const int64_t beat = (apart + half) / grid->period_ms;

    *on = llabs(apart - beat * grid->period_ms) <= TOLERANCE_MS + llabs(apart) / 200;
    return beat;
}

static void count_on_grid(const struct cqa_tone_runs *runs, const struct cqa_tone_plan *plan,
                          struct grid *grid)
{
    int64_t known[2] = {INT64_MIN, INT64_MIN}; /* the last beat by channel: each counts once */

    for (size_t i = 0; i < runs->count; i++) {
        const struct cqa_tone_run *run = &runs->items[i];
        int on = 0;
        if (!may_notify(run, plan))
            continue;
        const int64_t beat = grid_beat(grid, run->start_ms, &on);
        grid->strays += !on;
        if (!on || beat == known[run->channel])
            continue;
        known[run->channel] = beat;
        grid->beats++;
        grid->first_ms = run->start_ms < grid->first_ms ? run->start_ms : grid->first_ms;
        grid->last_ms = run->start_ms > grid->last_ms ? run->start_ms : grid->last_ms;
    }
}

/* Three beats through most of the call; of slow ones, which a call hardly has three of, two. */
static int is_notice(const struct grid *grid, int64_t duration_ms)
{
    const int64_t span_ms = grid->last_ms - grid->first_ms;

    if (grid->beats < 2 || grid->strays > grid->beats / 3)
        return 0;
    if (grid->period_ms >= SLOW_NOTICE_MS)
        return span_ms >= grid->period_ms / 2;
    return grid->beats >= 3 && 100 * span_ms >= NOTICE_SHARE * duration_ms;
}

static void mark_grid(struct cqa_tone_runs *runs, const struct cqa_tone_plan *plan,
                      const struct grid *grid)
{
    for (size_t i = 0; i < runs->count; i++) {
        struct cqa_tone_run *run = &runs->items[i];
        int on = 0;
        if (!may_notify(run, plan))
            continue;
        grid_beat(grid, run->start_ms, &on);
        run->notice |= on;
    }
}

/* Some makers count the period from start to start, some the pause. */
static void find_recording(struct hearing *hearing, const struct cqa_tone_plan *plan)
{
    const int64_t duration_ms = (int64_t)hearing->frames->count * CQA_FRAME_MS;
    const int64_t periods[2] = {plan->off_ms[0], plan->on_ms[0] + plan->off_ms[0]};
    struct grid best = {0};

    for (size_t i = 0; i < hearing->runs.count; i++) {
        const struct cqa_tone_run *run = &hearing->runs.items[i];
        for (int p = 0; p < 2 && may_notify(run, plan) && !run->notice; p++) {
            struct grid grid = {
                .origin_ms = run->start_ms, .period_ms = periods[p], .first_ms = INT64_MAX};
            count_on_grid(&hearing->runs, plan, &grid);
            if (grid.beats > best.beats)
                best = grid;
        }
    }
    if (is_notice(&best, duration_ms))
        mark_grid(&hearing->runs, plan, &best);
}

/* Share of the span, percent, in which the agent speaks (on mono: anyone). */
static int64_t spoken_share(const struct hearing *hearing, int64_t start_ms, int64_t end_ms)
{
    const uint8_t *class_ =
        hearing->tracks->channel[hearing->tracks->channel_count > 1 ? hearing->agent : 0].class_;
    const size_t first = (size_t)(start_ms > 0 ? start_ms / CQA_FRAME_MS : 0);
    int64_t spoken = 0;
    int64_t all = 0;

    for (size_t t = first; t < hearing->tracks->count && (int64_t)t * CQA_FRAME_MS < end_ms;
         t++, all++)
        spoken += class_[t] == CQA_CLASS_SPEECH;
    return all > 0 ? 100 * spoken / all : 0;
}

/* A cadence of call waiting while the conversation goes on: nobody waits on hold then. */
static void find_waiting(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;

    for (size_t i = 0; i < runs->count; i++) {
        if (runs->items[i].taken || runs->items[i].notice)
            continue;
        struct chain chain = best_chain(hearing, i, 1u << CQA_TONE_CALL_WAITING);
        if (chain.bursts < 2 || !sounds_for_itself(&chain) ||
            spoken_share(hearing, runs->items[i].start_ms - WAITING_AROUND_MS,
                         runs->items[chain.last].end_ms + WAITING_AROUND_MS) < WAITING_SPOKEN_SHARE)
            continue;
        size_t at = i;
        for (int n = 0, beat = chain.phase; n < chain.bursts && at < runs->count;
             n++, beat = (beat + 1) % chain.plan->beats) {
            runs->items[at].notice = 1;
            at = follow(runs, at, chain.plan, beat);
        }
    }
}

static enum cqa_status find_notices(struct hearing *hearing)
{
    for (size_t p = 0; p < hearing->plans->count; p++)
        if (hearing->plans->items[p].tone == CQA_TONE_RECORDING)
            find_recording(hearing, &hearing->plans->items[p]);
    find_waiting(hearing);
    return CQA_OK;
}

static enum cqa_status gather_beeps(struct hearing *hearing)
{
    const struct cqa_tone_runs *runs = &hearing->runs;
    struct cqa_tones *tones = hearing->tones;

    if (runs->count == 0)
        return CQA_OK;
    tones->bursts = calloc(runs->count, sizeof *tones->bursts);
    if (tones->bursts == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < runs->count; i++) {
        const struct cqa_tone_run *run = &runs->items[i];
        const float hz = run->shape == CQA_SHAPE_BEAT ? BEAT_HZ : run->hz[0];
        tones->bursts[tones->burst_count++] = (struct cqa_burst){.channel = run->channel,
                                                                 .start_ms = run->start_ms,
                                                                 .end_ms = run->end_ms,
                                                                 .hz = {hz, run->hz[1]},
                                                                 .notice = run->notice};
    }
    return CQA_OK;
}

static int by_start(const void *left, const void *right)
{
    const struct cqa_burst *a = left;
    const struct cqa_burst *b = right;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return a->channel - b->channel;
}

/* ---- together */

/* When somebody has first spoken for SPOKEN_MS; tones, which the classes may take for speech,
 * aside. */
static int64_t first_spoken_ms(const struct hearing *hearing)
{
    int64_t first = INT64_MAX;

    for (int c = 0; c < hearing->tracks->channel_count; c++) {
        const uint8_t *class_ = hearing->tracks->channel[c].class_;
        size_t run = 0;
        int spoken = 0;
        for (size_t t = 0; t < hearing->tracks->count && (int64_t)t * CQA_FRAME_MS < first; t++) {
            while (run < hearing->runs.count &&
                   (hearing->runs.items[run].channel < c ||
                    (hearing->runs.items[run].channel == c && hearing->runs.items[run].last <= t)))
                run++;
            const int tone = run < hearing->runs.count && hearing->runs.items[run].channel == c &&
                             hearing->runs.items[run].first <= t &&
                             cqa_tone_run_ms(&hearing->runs.items[run]) > 150;
            spoken = class_[t] == CQA_CLASS_SPEECH && !tone ? spoken + CQA_FRAME_MS : 0;
            if (spoken >= SPOKEN_MS)
                first = (int64_t)(t + 1) * CQA_FRAME_MS - spoken;
        }
    }
    return first;
}

static int by_span(const void *left, const void *right)
{
    const struct cqa_span *a = left;
    const struct cqa_span *b = right;

    return a->start_ms < b->start_ms ? -1 : a->start_ms > b->start_ms;
}

static void order(struct cqa_tones *tones)
{
    if (tones->signalling.count > 0)
        qsort(tones->signalling.items, tones->signalling.count, sizeof *tones->signalling.items,
              by_span);
    cqa_spans_bridge(&tones->signalling, 1);
    if (tones->burst_count > 0)
        qsort(tones->bursts, tones->burst_count, sizeof *tones->bursts, by_start);
}

enum cqa_status cqa_tones_find(const struct cqa_tone_plans *plans, const struct cqa_frames *frames,
                               const struct cqa_tracks *tracks, int agent, struct cqa_tones *tones,
                               struct cqa_events *events)
{
    struct hearing hearing = {.plans = plans,
                              .frames = frames,
                              .tracks = tracks,
                              .agent = agent,
                              .tones = tones,
                              .events = events};
    enum cqa_status (*const steps[])(struct hearing *) = {find_sit,   find_keys,    find_busy,
                                                          find_fax,   find_dial,    find_ringing,
                                                          keep_beeps, find_notices, gather_beeps};
    enum cqa_status status = CQA_OK;

    *tones = (struct cqa_tones){0};
    for (int c = 0; c < tracks->channel_count && status == CQA_OK; c++)
        status = cqa_tone_runs_find(frames, c, &hearing.runs);
    cqa_tone_runs_drop_leaks(&hearing.runs);
    hearing.spoken_ms = first_spoken_ms(&hearing);
    for (size_t s = 0; s < sizeof steps / sizeof steps[0] && status == CQA_OK; s++)
        status = steps[s](&hearing);
    order(tones);
    cqa_tone_runs_finish(&hearing.runs);
    return status;
}

void cqa_tones_finish(struct cqa_tones *tones)
{
    cqa_spans_finish(&tones->signalling);
    free(tones->bursts);
    *tones = (struct cqa_tones){0};
}
