/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/strip.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "report/words.h"

enum {
    TAGS = 24, /* height of the deductions' tags */
    AXIS = 16,
    WAVE = 68, /* of one party */
    BAR = 5,   /* of the speech under a waveform */
    GAP = 7,
    EVENTS = 17,
    BOUNDS = 16,    /* of what bears no verdict, where there is such */
    TICK_WIDTH = 84 /* smallest distance between two times on the axis */
};

static const uint32_t PALE = CQA_COLOR_PALE;
static const uint32_t GRID = CQA_COLOR_GRID;
const uint32_t cqa_deduction_color = 0xB42318;

uint32_t cqa_role_color(enum cqa_role role)
{
    return role == CQA_ROLE_AGENT ? 0x0B7A75 : role == CQA_ROLE_CUSTOMER ? 0x2F5DA8 : 0x52606D;
}

struct cqa_hatch cqa_stretch_hatch(enum cqa_stretch_kind kind)
{
    return (struct cqa_hatch){cqa_stretch_looks[kind].color, cqa_stretch_looks[kind].leans_forward};
}

double cqa_strip_height(const struct cqa_result *result, const struct cqa_stretches *stretches)
{
    return TAGS + AXIS + result->channel_count * (WAVE + BAR + GAP) + EVENTS +
           (stretches->count > 0 ? BOUNDS : 0);
}

static double at_ms(const struct cqa_strip *strip, int64_t time_ms)
{
    return strip->x + (double)(time_ms - strip->start_ms) / (double)strip->length_ms * strip->width;
}

/* The part of [start_ms, end_ms) that lies in the strip and in the call. 0 when there is none. */
static int clip(const struct cqa_strip *strip, int64_t start_ms, int64_t end_ms, double *x,
                double *width)
{
    const int64_t last_ms = strip->start_ms + strip->length_ms;

    if (end_ms <= strip->start_ms || start_ms >= last_ms)
        return 0;
    *x = at_ms(strip, start_ms > strip->start_ms ? start_ms : strip->start_ms);
    *width = at_ms(strip, end_ms < last_ms ? end_ms : last_ms) - *x;
    if (*width < 1.5)
        *width = 1.5;
    return 1;
}

static double lane_top(const struct cqa_strip *strip, int channel)
{
    return strip->y + TAGS + AXIS + channel * (WAVE + BAR + GAP);
}

static double lanes_bottom(const struct cqa_strip *strip)
{
    return lane_top(strip, strip->result->channel_count);
}

/* Where the call ends within the strip. */
static double content_end(const struct cqa_strip *strip)
{
    const double end = at_ms(strip, strip->result->recording.duration_ms);

    return end < strip->x + strip->width ? end : strip->x + strip->width;
}

static void axis(struct cqa_pen *pen, const struct cqa_strip *strip)
{
    static const int steps_s[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600};
    const size_t count = sizeof steps_s / sizeof steps_s[0];
    const struct cqa_face face = {10, PALE, 0};
    const double end = content_end(strip);
    size_t step = 0;

    while (step + 1 < count &&
           steps_s[step] * 1000.0 / (double)strip->length_ms * strip->width < TICK_WIDTH)
        step++;
    const int64_t step_ms = (int64_t)steps_s[step] * 1000;
    for (int64_t at = (strip->start_ms + step_ms - 1) / step_ms * step_ms; at_ms(strip, at) <= end;
         at += step_ms) {
        char text[16];
        const double x = at_ms(strip, at);
        cqa_clock_text(at, text, sizeof text);
        if (x + 3 + cqa_pen_text_width(pen, &face, text) <= strip->x + strip->width)
            cqa_pen_text(pen, x + 3, strip->y + TAGS + 10, &face, CQA_ALIGN_LEFT, text);
        cqa_pen_line(pen, x, strip->y + TAGS + 2, x, lanes_bottom(strip) - GAP, GRID, 0.75);
    }
}

/* How much the louder channel has to be enlarged, so that a quiet line still shows its shape. */
static double wave_scale(const struct cqa_peaks *peaks)
{
    double most = 0.05;

    for (size_t i = 0; i < peaks->count; i++)
        for (int channel = 0; channel < 2; channel++)
            most =
                fmax(most, fmax(-(double)peaks->low[i][channel], (double)peaks->high[i][channel]));
    return 1 / most;
}

/* A bar of the wave: pieces of the outline, all of which are spoken or none. */
struct bar {
    int64_t start_ms;
    int64_t end_ms;
    float low;
    float high;
    int spoken;
};

static void put_bar(struct cqa_pen *pen, const struct cqa_strip *strip, int number, double scale,
                    const struct bar *bar)
{
    const uint32_t color = cqa_role_color(strip->result->channels[number].role);
    const double middle = lane_top(strip, number) + WAVE / 2.0;
    const double half = WAVE / 2.0 - 2;
    double x;
    double width;

    if (!clip(strip, bar->start_ms, bar->end_ms, &x, &width))
        return;
    const double low = (double)bar->low * scale * half;
    const double high = (double)bar->high * scale * half;
    const struct cqa_box box = {x, middle - high - 0.4, at_ms(strip, bar->end_ms) - x + 0.15,
                                high - low + 0.8};
    cqa_pen_fill(pen, box, bar->spoken ? color : CQA_COLOR_QUIET, 1);
}

/* Whether that moment is in one of the spans, which are asked for in time order from `next` on. */
static int is_spoken(const struct cqa_spans *speech, int64_t from_ms, int64_t to_ms, size_t *next)
{
    while (*next < speech->count && speech->items[*next].end_ms <= from_ms)
        *next += 1;
    return *next < speech->count && speech->items[*next].start_ms < to_ms;
}

static void wave(struct cqa_pen *pen, const struct cqa_strip *strip, int number)
{
    const struct cqa_channel_result *channel = &strip->result->channels[number];
    const struct cqa_peaks *peaks = strip->peaks;
    const double scale = wave_scale(peaks);
    const double piece_ms =
        (double)strip->result->recording.duration_ms / (double)(peaks->count + !peaks->count);
    const int64_t last_ms = strip->start_ms + strip->length_ms;
    const double bar_ms = strip->bar / strip->width * (double)strip->length_ms;
    struct bar bar = {0};
    size_t next = 0;

    for (size_t i = (size_t)((double)strip->start_ms / piece_ms); i < peaks->count; i++) {
        const int64_t from_ms = (int64_t)((double)i * piece_ms);
        const int64_t to_ms = (int64_t)((double)(i + 1) * piece_ms);
        const int spoken = is_spoken(&channel->speech, from_ms, to_ms, &next);
        if (from_ms >= last_ms)
            break;
        if (bar.end_ms == 0 || spoken != bar.spoken ||
            (double)(bar.end_ms - bar.start_ms) >= bar_ms) {
            put_bar(pen, strip, number, scale, &bar);
            bar = (struct bar){.start_ms = from_ms, .spoken = spoken};
        }
        bar.end_ms = to_ms;
        bar.low = fminf(bar.low, peaks->low[i][channel->index]);
        bar.high = fmaxf(bar.high, peaks->high[i][channel->index]);
    }
    put_bar(pen, strip, number, scale, &bar);
}

static void lane_label(struct cqa_pen *pen, const struct cqa_strip *strip, int number)
{
    const struct cqa_channel_result *channel = &strip->result->channels[number];
    const struct cqa_face name = {12, cqa_role_color(channel->role), 1};
    const struct cqa_face detail = {9.5, PALE, 0};
    const double top = lane_top(strip, number);
    const struct cqa_call *call = &strip->result->call;
    const char *who = channel->role == CQA_ROLE_AGENT      ? call->agent
                      : channel->role == CQA_ROLE_CUSTOMER ? call->customer
                                                           : NULL;
    char level[48];

    cqa_pen_text(pen, strip->x - 10, top + WAVE / 2.0 - 6, &name, CQA_ALIGN_RIGHT,
                 cqa_role_word(channel->role, strip->zh));
    if (who != NULL)
        cqa_pen_text(pen, strip->x - 10, top + WAVE / 2.0 + 8, &detail, CQA_ALIGN_RIGHT, who);
    if (isfinite(channel->active_level_dbfs)) {
        snprintf(level, sizeof level, "%.0f dBFS", channel->active_level_dbfs);
        cqa_pen_text(pen, strip->x - 10, top + WAVE / 2.0 + 21, &detail, CQA_ALIGN_RIGHT, level);
    }
}

static void lane(struct cqa_pen *pen, const struct cqa_strip *strip, int number)
{
    const struct cqa_channel_result *channel = &strip->result->channels[number];
    const double top = lane_top(strip, number);
    const double middle = top + WAVE / 2.0;

    cqa_pen_line(pen, strip->x, middle, content_end(strip), middle, GRID, 0.75);
    wave(pen, strip, number);
    for (size_t i = 0; i < channel->speech.count; i++) {
        struct cqa_box box = {.y = top + WAVE, .height = BAR};
        if (clip(strip, channel->speech.items[i].start_ms, channel->speech.items[i].end_ms, &box.x,
                 &box.width))
            cqa_pen_fill(pen, box, cqa_role_color(channel->role), 1);
    }
    lane_label(pen, strip, number);
}

static void tint(struct cqa_pen *pen, const struct cqa_strip *strip, const struct cqa_event *event)
{
    struct cqa_box box = {.y = lane_top(strip, 0),
                          .height = lanes_bottom(strip) - GAP - lane_top(strip, 0)};

    if (!clip(strip, event->start_ms, event->end_ms, &box.x, &box.width))
        return;
    cqa_pen_fill(pen, box, cqa_event_mark(event).color, 0.13);
    if (!strip->result->measurable.conversation.known && cqa_event_ground(event) != NULL)
        cqa_pen_hatch(pen, box, cqa_stretch_hatch(CQA_STRETCH_NOT_MEASURABLE));
}

/* Where the text of a stretch has to end: the next one's begins, or that of a longer one that lies
 * over it. */
static double stretch_room(const struct cqa_strip *strip, size_t number, const struct cqa_box *box)
{
    const struct cqa_stretches *all = strip->stretches;
    struct cqa_box next = {0};

    if (number + 1 == all->count || !clip(strip, all->items[number + 1].start_ms,
                                          all->items[number + 1].end_ms, &next.x, &next.width))
        return box->width - 6;
    return (next.x - box->x < box->width ? next.x - box->x : box->width) - 6;
}

/* Hatched over all lanes, and its reason under the events where there is room. */
static void stretch_box(struct cqa_pen *pen, const struct cqa_strip *strip, size_t number)
{
    const struct cqa_stretch *stretch = &strip->stretches->items[number];
    const double top = lane_top(strip, 0);
    const struct cqa_face face = {9.5, CQA_COLOR_INK, 0};
    struct cqa_box box = {.y = top, .height = lanes_bottom(strip) - GAP - top};
    const char *name = cqa_text_in(stretch->text, strip->zh);

    if (!clip(strip, stretch->start_ms, stretch->end_ms, &box.x, &box.width))
        return;
    if (stretch->kind == CQA_STRETCH_OUTSIDE)
        cqa_pen_fill(pen, box, CQA_COLOR_PAPER, 0.6);
    cqa_pen_hatch(pen, box, cqa_stretch_hatch(stretch->kind));
    box.y = lanes_bottom(strip) + EVENTS + 2;
    box.height = BOUNDS - 2;
    cqa_pen_fill(pen, box, cqa_stretch_looks[stretch->kind].color, 0.35);
    const double room = stretch_room(strip, number, &box);
    if (cqa_pen_text_width(pen, &face, name) > room)
        name = cqa_text_in(cqa_stretch_looks[stretch->kind].text, strip->zh);
    if (cqa_pen_text_width(pen, &face, name) <= room)
        cqa_pen_text(pen, box.x + 4, box.y + BOUNDS - 6, &face, CQA_ALIGN_LEFT, name);
}

static void bounds(struct cqa_pen *pen, const struct cqa_strip *strip)
{
    const struct cqa_face face = {10, PALE, 0};

    if (strip->stretches->count == 0)
        return;
    cqa_pen_text(pen, strip->x - 10, lanes_bottom(strip) + EVENTS + BOUNDS - 4, &face,
                 CQA_ALIGN_RIGHT, cqa_word(CQA_WORD_NOT_JUDGED, strip->zh));
    for (size_t i = 0; i < strip->stretches->count; i++)
        stretch_box(pen, strip, i);
}

/* The longest name of the event that fits in its box. */
static void event_box(struct cqa_pen *pen, const struct cqa_strip *strip,
                      const struct cqa_event *event)
{
    const struct cqa_face face = {10, CQA_COLOR_WHITE, 0};
    struct cqa_box box = {.y = lanes_bottom(strip), .height = EVENTS};
    char name[128];

    if (!clip(strip, event->start_ms, event->end_ms, &box.x, &box.width))
        return;
    cqa_pen_fill(pen, box, cqa_event_mark(event).color, 1);
    cqa_event_label(event, strip->zh, name, sizeof name);
    if (cqa_pen_text_width(pen, &face, name) > box.width - 6) {
        struct cqa_event plain = {.type = event->type};
        if (event->type == CQA_EVENT_OVERTALK)
            plain.kind = event->kind;
        cqa_event_label(&plain, strip->zh, name, sizeof name);
    }
    if (cqa_pen_text_width(pen, &face, name) <= box.width - 6)
        cqa_pen_text(pen, box.x + 4, box.y + EVENTS - 5, &face, CQA_ALIGN_LEFT, name);
}

/* The deducted seconds: a bracket over the lanes, and a tag with the number of its line in the
 * table below. */
static double deduction(struct cqa_pen *pen, const struct cqa_strip *strip, size_t number,
                        double free_from)
{
    const struct cqa_deduction *item = &strip->result->score.deductions[number];
    const uint32_t color = item->points > 0 ? cqa_deduction_color : PALE;
    const struct cqa_face face = {10, CQA_COLOR_WHITE, 1};
    struct cqa_box box;
    char points[32];
    char text[64];

    if (item->event == 0 || !clip(strip, item->start_ms, item->end_ms, &box.x, &box.width))
        return free_from;
    cqa_points_text(item->points, points, sizeof points);
    if (item->points > 0)
        snprintf(text, sizeof text, "%zu  −%s", number + 1, points);
    else
        snprintf(text, sizeof text, "%zu", number + 1);
    const double top = strip->y + TAGS - 2;
    const double bottom = lanes_bottom(strip) - GAP;
    cqa_pen_line(pen, box.x, top, box.x + box.width, top, color, 2);
    cqa_pen_line(pen, box.x, top, box.x, bottom, color, 0.8);
    cqa_pen_line(pen, box.x + box.width, top, box.x + box.width, bottom, color, 0.8);
    const double width = cqa_pen_text_width(pen, &face, text) + 10;
    const double x = box.x > free_from ? box.x : free_from;
    cqa_pen_round(pen, (struct cqa_box){x, strip->y + 2, width, 17}, 3, color, 1);
    cqa_pen_text(pen, x + 5, strip->y + 14.5, &face, CQA_ALIGN_LEFT, text);
    return x + width + 3;
}

void cqa_strip_draw(struct cqa_pen *pen, const struct cqa_strip *strip)
{
    const struct cqa_result *result = strip->result;
    const struct cqa_face face = {10, PALE, 0};
    double free_from = strip->x;

    for (int i = 0; i < result->channel_count; i++)
        cqa_pen_fill(pen,
                     (struct cqa_box){strip->x, lane_top(strip, i), content_end(strip) - strip->x,
                                      WAVE + BAR},
                     CQA_COLOR_PAPER, 1);
    axis(pen, strip);
    for (size_t i = 0; i < result->events.count; i++)
        tint(pen, strip, &result->events.items[i]);
    for (int i = 0; i < result->channel_count; i++)
        lane(pen, strip, i);
    bounds(pen, strip);
    cqa_pen_text(pen, strip->x - 10, lanes_bottom(strip) + EVENTS - 5, &face, CQA_ALIGN_RIGHT,
                 cqa_word(CQA_WORD_EVENTS, strip->zh));
    cqa_pen_line(pen, strip->x, lanes_bottom(strip) + EVENTS, content_end(strip),
                 lanes_bottom(strip) + EVENTS, GRID, 0.75);
    for (size_t i = 0; i < result->events.count; i++)
        event_box(pen, strip, &result->events.items[i]);
    for (size_t i = 0; result->scored && i < result->score.deduction_count; i++)
        free_from = deduction(pen, strip, i, free_from);
}
