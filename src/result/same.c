/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/same.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SLACK_MS = 400,      /* encoders put silence before, or cut it off */
    STEP_MS = 25,        /* of trying out how much */
    LENGTH_MS = 1000,    /* encoders fill their last frame */
    SPEECH_MS = 1000,    /* less says nothing */
    PARTY_MS = 2000,     /* of speech of either party: a conversation, no announcement */
    SHARED_MS = 8000,    /* of speech, and so many stretches of it, where one begins somewhere */
    SHARED_SPANS = 4,    /* in the other: a few seconds agree by chance */
    ANCHORS = 12,        /* spans that are laid over each other, the longest first */
    ANCHOR_SPANS = 4000, /* of one recording that they are tried on */
    IDLE_LEFT_MS = 1000,
    EDGE_MS = 120,      /* where a span begins or ends in both */
    EDGES = 6,          /* fewer are equal by chance */
    EDGES_SURE = 10,    /* in both: of two calls no more than 6 were (0136) */
    CUT_EDGES = 2,      /* of a leg that is cut off: one pause at least, or a word */
    FEW_EDGES_MS = 300, /* how much the lengths may differ then */
    PIECE_MS = 600      /* what two ends of spans may lie apart together in two encodings, so that
                           a pause is there in one and not in the other */
};
/* Conversions and mixes of real calls agree by 0.91 and more (0107), other recordings of the same
 * call, when laid over each other from their starts, by less than 0.6. */
static const double AGREES = 0.8;
/* Dense speech covers dense speech by chance. Its pauses do not: of the edges of spans in the
 * common seconds over half are the same, both ways, in conversions and mixes; with other speech a
 * quarter. */
static const double EDGES_AGREE = 0.55;
static const double FEW_EDGES_AGREE = 0.95;

/* ---- what is heard */

int cqa_result_is_heard(const struct cqa_result *result)
{
    int64_t left_ms = result->recording.duration_ms;

    for (size_t i = 0; i < result->events.count; i++)
        if (result->events.items[i].type == CQA_EVENT_NOT_RECORDED)
            left_ms -= result->events.items[i].end_ms - result->events.items[i].start_ms;
    return left_ms >= IDLE_LEFT_MS;
}

/* When anybody speaks. */
static enum cqa_status anyone(const struct cqa_result *result, struct cqa_spans *out,
                              struct cqa_error *error)
{
    static const struct cqa_spans nothing = {0};
    const struct cqa_spans *second =
        result->channel_count > 1 ? &result->channels[1].speech : &nothing;
    const struct cqa_spans *first =
        result->channel_count > 0 ? &result->channels[0].speech : &nothing;
    const enum cqa_status status = cqa_spans_unite(first, second, out);

    return status == CQA_OK ? status : cqa_fail(error, status, "out of memory");
}

struct pair {
    struct cqa_spans left, right;
    int64_t left_ms, right_ms; /* how long they are */
};

static enum cqa_status listen_to(const struct cqa_result *left, const struct cqa_result *right,
                                 struct pair *pair, struct cqa_error *error)
{
    *pair = (struct pair){.left_ms = left->recording.duration_ms,
                          .right_ms = right->recording.duration_ms};
    const enum cqa_status status = anyone(left, &pair->left, error);

    return status == CQA_OK ? anyone(right, &pair->right, error) : status;
}

static void finish_pair(struct pair *pair)
{
    cqa_spans_finish(&pair->left);
    cqa_spans_finish(&pair->right);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* How much of `window` both cover, when `right` begins at `offset_ms` of `left`. */
static int64_t both_ms(const struct pair *pair, int64_t offset_ms, struct cqa_span window)
{
    int64_t sum_ms = 0;
    size_t j = 0;

    for (size_t i = 0; i < pair->left.count; i++) {
        const struct cqa_span left = pair->left.items[i];
        while (j < pair->right.count && pair->right.items[j].end_ms + offset_ms <= left.start_ms)
            j++;
        for (size_t k = j; k < pair->right.count; k++) {
            const struct cqa_span right = pair->right.items[k];
            const int64_t start_ms =
                most(most(left.start_ms, right.start_ms + offset_ms), window.start_ms);
            const int64_t end_ms =
                least(least(left.end_ms, right.end_ms + offset_ms), window.end_ms);
            if (right.start_ms + offset_ms >= left.end_ms)
                break;
            if (end_ms > start_ms)
                sum_ms += end_ms - start_ms;
        }
    }
    return sum_ms;
}

/* What of `left` lies in `right`, which begins at `offset_ms` of it. */
static struct cqa_span common_of(const struct pair *pair, int64_t offset_ms)
{
    const struct cqa_span common = {most(offset_ms, 0),
                                    least(pair->left_ms, pair->right_ms + offset_ms)};

    return common.end_ms > common.start_ms ? common : (struct cqa_span){0, 0};
}

/* 0 to 1: how much of the speech of the common seconds both have. `*speech_ms`: how much that is.
 */
static double agreement(const struct pair *pair, int64_t offset_ms, int64_t *speech_ms)
{
    const struct cqa_span window = common_of(pair, offset_ms);
    const struct cqa_span theirs = {window.start_ms - offset_ms, window.end_ms - offset_ms};
    const int64_t both = both_ms(pair, offset_ms, window);
    const int64_t either =
        cqa_spans_within_ms(&pair->left, window) + cqa_spans_within_ms(&pair->right, theirs) - both;

    *speech_ms = either;
    return either > 0 ? (double)both / (double)either : 0;
}

/* Edges of `left` in `window`, and how many of them `right` has too, moved by `offset_ms`. */
static void count_edges(const struct cqa_spans *left, const struct cqa_spans *right,
                        int64_t offset_ms, struct cqa_span window, size_t *all, size_t *met)
{
    for (size_t i = 0; i < 2 * left->count; i++) {
        const struct cqa_span *span = &left->items[i / 2];
        const int64_t edge_ms = i % 2 == 0 ? span->start_ms : span->end_ms;
        int found = 0;
        if (edge_ms <= window.start_ms + EDGE_MS || edge_ms >= window.end_ms - EDGE_MS)
            continue;
        for (size_t k = 0; k < 2 * right->count && !found; k++) {
            const struct cqa_span *other = &right->items[k / 2];
            const int64_t away_ms =
                (k % 2 == 0 ? other->start_ms : other->end_ms) + offset_ms - edge_ms;
            found = away_ms >= -EDGE_MS && away_ms <= EDGE_MS;
        }
        ++*all;
        *met += found != 0;
    }
}

/* Of either's edges in the common seconds, how many there are and how many the other has too. */
struct edges {
    size_t all[2], met[2];
};

static struct edges edges_of(const struct pair *pair, int64_t offset_ms)
{
    const struct cqa_span window = common_of(pair, offset_ms);
    const struct cqa_span theirs = {window.start_ms - offset_ms, window.end_ms - offset_ms};
    struct edges edges = {{0, 0}, {0, 0}};

    count_edges(&pair->left, &pair->right, offset_ms, window, &edges.all[0], &edges.met[0]);
    count_edges(&pair->right, &pair->left, -offset_ms, theirs, &edges.all[1], &edges.met[1]);
    return edges;
}

/* There are enough of them, and of either's over half are the same. */
static int edges_agree(const struct edges *edges)
{
    return edges->all[0] >= EDGES && edges->all[1] >= EDGES &&
           (double)edges->met[0] >= EDGES_AGREE * (double)edges->all[0] &&
           (double)edges->met[1] >= EDGES_AGREE * (double)edges->all[1];
}

static int many_edges_agree(const struct pair *pair, int64_t offset_ms)
{
    const struct edges edges = edges_of(pair, offset_ms);

    return edges_agree(&edges);
}

/* All that the one with fewer has. */
static int few_edges_agree(const struct edges *edges)
{
    const int fewer = edges->all[1] < edges->all[0];

    return edges->met[fewer] == edges->all[fewer];
}

static int64_t edge_at(const struct cqa_spans *spans, size_t edge)
{
    const struct cqa_span *span = &spans->items[edge / 2];

    return edge % 2 == 0 ? span->start_ms : span->end_ms;
}

/* How much of the common seconds one of both fills with speech and the other does not, in pieces
 * of PIECE_MS and more. */
static int64_t only_one_ms(const struct pair *pair, int64_t offset_ms)
{
    const struct cqa_span window = common_of(pair, offset_ms);
    int64_t sum_ms = 0;
    int64_t next_ms = 0;
    size_t i = 0; /* edges that have been passed: an odd number of them is inside a span */
    size_t k = 0;

    for (int64_t at_ms = window.start_ms; at_ms < window.end_ms; at_ms = next_ms) {
        while (i < 2 * pair->left.count && edge_at(&pair->left, i) <= at_ms)
            i++;
        while (k < 2 * pair->right.count && edge_at(&pair->right, k) + offset_ms <= at_ms)
            k++;
        next_ms = window.end_ms;
        if (i < 2 * pair->left.count)
            next_ms = least(next_ms, edge_at(&pair->left, i));
        if (k < 2 * pair->right.count)
            next_ms = least(next_ms, edge_at(&pair->right, k) + offset_ms);
        if (i % 2 != k % 2 && next_ms - at_ms >= PIECE_MS)
            sum_ms += next_ms - at_ms;
    }
    return sum_ms;
}

/* The same speech: as much of it at the same moments, with the same pauses, which are told by their
 * edges; of few edges, by pieces that only one has. */
static int is_same_speech(const struct pair *pair, int64_t offset_ms, double agrees,
                          int64_t speech_ms)
{
    const struct edges edges = edges_of(pair, offset_ms);
    const int64_t apart_ms =
        most(pair->left_ms, pair->right_ms) - least(pair->left_ms, pair->right_ms);

    if (agrees < AGREES)
        return 0;
    if (edges.all[0] >= EDGES && edges.all[1] >= EDGES)
        return edges_agree(&edges);
    return apart_ms <= FEW_EDGES_MS && few_edges_agree(&edges) &&
           (double)only_one_ms(pair, offset_ms) <= (1 - FEW_EDGES_AGREE) * (double)speech_ms;
}

/* Nobody else's: so many pauses at the same moments are no chance. */
static int is_sure(const struct pair *pair, int64_t offset_ms, double agrees)
{
    const struct edges edges = edges_of(pair, offset_ms);

    return agrees >= AGREES && edges_agree(&edges) && edges.met[0] >= EDGES_SURE &&
           edges.met[1] >= EDGES_SURE;
}

/* The right one is what is left of the left one when it is cut off: nothing was spoken in either
 * that the other does not have at the same moment, up to there. Few edges are enough where names
 * say that it is the same file. */
static int is_beginning(const struct pair *pair, int64_t offset_ms, double agrees,
                        int64_t speech_ms)
{
    const struct edges edges = edges_of(pair, offset_ms);

    return agrees >= AGREES && speech_ms >= PARTY_MS && pair->right_ms < pair->left_ms &&
           edges.all[0] >= CUT_EDGES && edges.all[1] >= CUT_EDGES && edges.met[0] == edges.all[0] &&
           edges.met[1] == edges.all[1] &&
           (double)only_one_ms(pair, offset_ms) <= (1 - FEW_EDGES_AGREE) * (double)speech_ms;
}

/* What is heard of both, where the right one begins `start_ms` within the left one, give or take
 * what encoders put there. */
struct heard {
    int is_alike;
    int is_sure;
    int is_beginning;
    int64_t speech_ms;
};

static struct heard hear(const struct pair *pair, int64_t start_ms)
{
    struct heard heard = {0, 0, 0, 0};

    for (int64_t offset_ms = start_ms - SLACK_MS; offset_ms <= start_ms + SLACK_MS;
         offset_ms += STEP_MS) {
        int64_t speech_ms = 0;
        const double agrees = agreement(pair, offset_ms, &speech_ms);
        heard.is_alike |= is_same_speech(pair, offset_ms, agrees, speech_ms);
        heard.is_sure |= is_sure(pair, offset_ms, agrees);
        heard.is_beginning |= is_beginning(pair, offset_ms, agrees, speech_ms);
        heard.speech_ms = most(heard.speech_ms, speech_ms);
    }
    return heard;
}

/* Both parties are heard, where a channel is a party's: two who hear one announcement are not
 * told apart by what the announcement says. */
static int is_conversation(const struct cqa_result *result)
{
    return result->channel_count > 1 &&
           cqa_spans_total_ms(&result->channels[0].speech) >= PARTY_MS &&
           cqa_spans_total_ms(&result->channels[1].speech) >= PARTY_MS;
}

enum cqa_status cqa_result_same(const struct cqa_result *left, const struct cqa_result *right,
                                enum cqa_names_say names, int *same, struct cqa_error *error)
{
    struct pair pair;
    enum cqa_status status = listen_to(left, right, &pair, error);

    *same = strcmp(left->recording.sha256, right->recording.sha256) == 0;
    if (status == CQA_OK && !*same) {
        const struct heard heard = hear(&pair, 0);
        const int64_t apart_ms =
            most(pair.left_ms, pair.right_ms) - least(pair.left_ms, pair.right_ms);
        if (names == CQA_NAMES_EQUAL && apart_ms <= LENGTH_MS)
            *same = heard.is_alike || heard.speech_ms < SPEECH_MS;
        else
            *same = heard.is_sure;
        if (names == CQA_NAMES_STEM)
            *same &= is_conversation(left) || is_conversation(right);
    }
    finish_pair(&pair);
    return status;
}

/* As cqa_result_is_leg_of, of one of the two parties. A leg that says nothing tells nothing beside
 * the call that has it; one that goes on behind the call's end is more than what was joined. */
static enum cqa_status is_leg(const struct cqa_result *leg, const struct cqa_result *joined, int i,
                              int *is_it, struct cqa_error *error)
{
    static const struct cqa_spans nothing = {0};
    const struct cqa_audio_facts *facts = &joined->recording;
    struct pair pair = {.left_ms = facts->duration_ms, .right_ms = leg->recording.duration_ms};

    *is_it = strcmp(facts->leg[i].sha256, leg->recording.sha256) == 0;
    if (*is_it || joined->channels[i].role != leg->channels[0].role ||
        pair.right_ms + facts->legs.leg[i].offset_ms > pair.left_ms + LENGTH_MS)
        return CQA_OK;
    enum cqa_status status = cqa_spans_unite(&joined->channels[i].speech, &nothing, &pair.left);
    if (status == CQA_OK)
        status = cqa_spans_unite(&leg->channels[0].speech, &nothing, &pair.right);
    if (status == CQA_OK) {
        const struct heard heard = hear(&pair, facts->legs.leg[i].offset_ms);
        *is_it = heard.is_alike || heard.is_beginning ||
                 (heard.speech_ms < SPEECH_MS && pair.right_ms <= pair.left_ms + LENGTH_MS);
    }
    finish_pair(&pair);
    return status == CQA_OK ? CQA_OK : cqa_fail(error, status, "out of memory");
}

enum cqa_status cqa_result_is_leg_of(const struct cqa_result *leg, const struct cqa_result *joined,
                                     int *is_leg_of, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    *is_leg_of = 0;
    if (leg->recording.layout != CQA_LAYOUT_LEG || leg->channel_count < 1 ||
        !joined->recording.legs.joined || joined->channel_count < CQA_LEGS)
        return CQA_OK;
    for (int i = 0; status == CQA_OK && i < CQA_LEGS && !*is_leg_of; i++)
        status = is_leg(leg, joined, i, is_leg_of, error);
    return status;
}

/* ---- which counts */

static int is_lossless(const struct cqa_result *result)
{
    static const char *const lossless[] = {"PCM_", "ULAW", "ALAW", "FLOAT", "DOUBLE", "ALAC"};

    for (size_t i = 0; i < sizeof lossless / sizeof *lossless; i++)
        if (strncmp(result->recording.encoding, lossless[i], strlen(lossless[i])) == 0)
            return 1;
    return strcmp(result->recording.container, "FLAC") == 0;
}

static int parties(const struct cqa_result *result)
{
    return result->recording.layout == CQA_LAYOUT_STEREO;
}

int cqa_result_better(const struct cqa_result *left, const struct cqa_result *right)
{
    const int64_t longer_ms = left->recording.duration_ms - right->recording.duration_ms;

    if (parties(left) != parties(right))
        return parties(left) - parties(right);
    if (longer_ms > LENGTH_MS || longer_ms < -LENGTH_MS)
        return longer_ms > 0 ? 1 : -1;
    if (is_lossless(left) != is_lossless(right))
        return is_lossless(left) - is_lossless(right);
    return (left->recording.rate_hz > right->recording.rate_hz) -
           (left->recording.rate_hz < right->recording.rate_hz);
}

/* ---- seconds that two recordings of a call share */

/* The longest spans of `from`, as indexes; how many. */
static size_t choose_anchors(const struct cqa_spans *from, size_t anchors[ANCHORS])
{
    size_t count = 0;

    for (size_t i = 0; i < from->count; i++) {
        const int64_t length_ms = cqa_span_length_ms(from->items[i]);
        size_t at = count;
        while (at > 0 && cqa_span_length_ms(from->items[anchors[at - 1]]) < length_ms) {
            if (at < ANCHORS)
                anchors[at] = anchors[at - 1];
            at--;
        }
        if (at < ANCHORS)
            anchors[at] = i;
        count += count < ANCHORS;
    }
    return count;
}

static size_t spans_in(const struct cqa_spans *spans, struct cqa_span window)
{
    size_t count = 0;

    for (size_t i = 0; i < spans->count; i++)
        count +=
            spans->items[i].end_ms > window.start_ms && spans->items[i].start_ms < window.end_ms;
    return count;
}

/* Where `right` begins in `left`, so that what is heard agrees best. */
static double lay_over(const struct pair *pair, int64_t *offset_ms)
{
    size_t anchors[ANCHORS];
    const size_t anchor_count = choose_anchors(&pair->right, anchors);
    const size_t count = pair->left.count < ANCHOR_SPANS ? pair->left.count : ANCHOR_SPANS;
    double best = 0;

    for (size_t a = 0; a < anchor_count; a++)
        for (size_t i = 0; i < count; i++) {
            const struct cqa_span anchor = pair->right.items[anchors[a]];
            const int64_t at_ms = pair->left.items[i].start_ms - anchor.start_ms;
            int64_t speech_ms = 0;
            const double agrees = agreement(pair, at_ms, &speech_ms);
            if (speech_ms >= SHARED_MS && agrees > best && agrees >= AGREES &&
                spans_in(&pair->left, common_of(pair, at_ms)) >= SHARED_SPANS &&
                many_edges_agree(pair, at_ms)) {
                best = agrees;
                *offset_ms = at_ms;
            }
        }
    return best;
}

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t m = month <= 2 ? month + 9 : month - 3;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* "2025-11-20T10:15:02+08:00" as milliseconds since 1970; 0: not known. */
static int read_start(const char *text, int64_t *out_ms)
{
    int year, month, day, hour, minute, second;
    int hours = 0;
    int minutes = 0;
    char sign = '+';

    // NOLINTNEXTLINE(cert-err34-c): the count says it all, and no field has room to overflow
    if (text == NULL || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%c%2d:%2d", &year, &month, &day, &hour,
                               &minute, &second, &sign, &hours, &minutes) < 7)
        return 0;
    const int64_t offset_s = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
    *out_ms =
        (days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset_s) * 1000;
    return 1;
}

/* Names that give both the same second give the call's, not the recording's. */
static int by_clock(const struct cqa_result *left, const struct cqa_result *right,
                    int64_t *offset_ms)
{
    int64_t left_ms = 0;
    int64_t right_ms = 0;

    if (!read_start(left->call.started_at, &left_ms) ||
        !read_start(right->call.started_at, &right_ms))
        return 0;
    *offset_ms = right_ms - left_ms;
    return *offset_ms != 0;
}

enum cqa_status cqa_result_shared(const struct cqa_result *left, const struct cqa_result *right,
                                  struct cqa_span *out, struct cqa_error *error)
{
    struct pair pair;
    int64_t offset_ms = 0;
    const enum cqa_status status = listen_to(left, right, &pair, error);

    *out = (struct cqa_span){0, 0};
    if (status == CQA_OK &&
        (lay_over(&pair, &offset_ms) >= AGREES || by_clock(left, right, &offset_ms)))
        *out = common_of(&pair, offset_ms);
    finish_pair(&pair);
    return status;
}

/* ---- charging once */

static int lies_in(const struct cqa_deduction *deduction, struct cqa_span shared)
{
    const int64_t inside_ms =
        least(deduction->end_ms, shared.end_ms) - most(deduction->start_ms, shared.start_ms);

    return inside_ms > 0 && 2 * inside_ms > deduction->end_ms - deduction->start_ms;
}

void cqa_result_charge_elsewhere(struct cqa_result *result, struct cqa_span shared, size_t *changed)
{
    struct cqa_score *score = &result->score;
    double sum = 0;
    int fails = 0;

    *changed = 0;
    for (size_t i = 0; result->scored && i < score->deduction_count; i++) {
        struct cqa_deduction *deduction = &score->deductions[i];
        if ((deduction->points > 0 || deduction->automatic_fail) && lies_in(deduction, shared)) {
            deduction->points = 0;
            deduction->automatic_fail = 0;
            deduction->severity = "note";
            deduction->ground = CQA_OTHER_RECORDING;
            deduction->ground_text =
                (struct cqa_text){"another recording of the call is charged for these seconds",
                                  "这几秒已在该通话的另一录音中扣分"};
            (*changed)++;
        }
        sum += deduction->points;
        fails |= deduction->automatic_fail;
    }
    /* The total was never under the rubric's floor, and gives back no more than was taken. */
    if (*changed > 0 && !fails)
        score->total = fmax(score->total, score->base - sum);
}
