/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/timeline.h"

#include <stdlib.h>
#include <string.h>
#include "report/width.h"
#include "report/words.h"

enum {
    INDENT = 2,
    LABEL = 14,
    CELL_MS = 2000, /* finest that a row should be pressed to, while there are fewer than ROWS */
    ROWS = 6,
    CELLS_MAX = 400,
    TICK_CELLS = 9, /* smallest distance between two times on the axis */
};

/* One row of the picture: `count` cells from `start_ms`, each `cell_ms` long (a fraction is kept).
 */
struct row {
    double start_ms;
    double cell_ms;
    size_t count;
    const struct cqa_report_options *options;
    struct cqa_buffer *out;
};

static void color(const struct row *row, const char *sgr)
{
    if (row->options->color)
        cqa_buffer_print(row->out, "\033[%sm", sgr);
}

static void label(const struct row *row, const char *text)
{
    cqa_buffer_print(row->out, "%*s", INDENT, "");
    cqa_pad(row->out, text, LABEL, 0);
}

/* Ends a line of cells: nothing stands after the last mark. */
static void end_lane(const struct row *row)
{
    while (row->out->length > 0 && row->out->text[row->out->length - 1] == ' ')
        row->out->text[--row->out->length] = '\0';
    color(row, "0");
    cqa_buffer_add(row->out, "\n", 1);
}

static struct cqa_span cell_span(const struct row *row, size_t cell)
{
    const int64_t start = (int64_t)(row->start_ms + (double)cell * row->cell_ms);
    const int64_t end = (int64_t)(row->start_ms + (double)(cell + 1) * row->cell_ms);

    return (struct cqa_span){start, end > start ? end : start + 1};
}

static void axis(const struct row *row)
{
    static const int steps_s[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200};
    const size_t step_count = sizeof steps_s / sizeof steps_s[0];
    char line[CELLS_MAX + 32];
    size_t step = 0;

    while (step + 1 < step_count && steps_s[step] * 1000 < TICK_CELLS * row->cell_ms)
        step++;
    const int64_t step_ms = (int64_t)steps_s[step] * 1000;
    memset(line, ' ', sizeof line);
    size_t used = 0;
    const int64_t first = (int64_t)row->start_ms;
    for (int64_t at = (first + step_ms - 1) / step_ms * step_ms;; at += step_ms) {
        const double cell = ((double)at - row->start_ms) / row->cell_ms;
        char text[24];
        cqa_clock_text(at, text, sizeof text);
        if (cell < 0 || cell + (double)strlen(text) > (double)row->count)
            break;
        used = (size_t)cell;
        for (const char *from = text; *from != '\0'; from++)
            line[used++] = *from;
    }
    label(row, "");
    color(row, "90");
    cqa_buffer_add(row->out, line, used);
    color(row, "0");
    cqa_buffer_add(row->out, "\n", 1);
}

static void speech_lane(const struct row *row, const struct cqa_channel_result *channel)
{
    static const char *const shades[] = {" ", "░", "▒", "▓", "█"};

    label(row, cqa_role_word(channel->role, row->options->zh));
    color(row, channel->role == CQA_ROLE_CUSTOMER ? "34" : "32");
    for (size_t cell = 0; cell < row->count; cell++) {
        const struct cqa_span span = cell_span(row, cell);
        const int64_t spoken_ms = cqa_spans_within_ms(&channel->speech, span);
        const int64_t length_ms = cqa_span_length_ms(span);
        const size_t shade = spoken_ms == 0 ? 0 : 1 + (size_t)(spoken_ms * 7 / length_ms) / 2;
        const char *text = shades[shade > 4 ? 4 : shade];
        cqa_buffer_add(row->out, text, strlen(text));
    }
    end_lane(row);
}

/* Sets the cells that [start_ms, end_ms) touches; whatever is in the row gets one cell at least. */
static int mark(const struct row *row, int64_t start_ms, int64_t end_ms, unsigned char value,
                unsigned char *cells)
{
    const double first = ((double)start_ms - row->start_ms) / row->cell_ms;
    const double last = ((double)end_ms - row->start_ms) / row->cell_ms;
    int marked = 0;

    for (size_t cell = first > 0 ? (size_t)first : 0;
         cell < row->count && ((double)cell < last || (double)cell <= first); cell++) {
        cells[cell] = value;
        marked = 1;
    }
    return marked;
}

/* Longest first, so that a short event is seen on top of a long one. */
static int by_length(const void *left, const void *right)
{
    const struct cqa_event *a = *(const struct cqa_event *const *)left;
    const struct cqa_event *b = *(const struct cqa_event *const *)right;
    const int64_t a_ms = a->end_ms - a->start_ms;
    const int64_t b_ms = b->end_ms - b->start_ms;

    return a_ms != b_ms ? (a_ms < b_ms) - (a_ms > b_ms) : (a->id > b->id) - (a->id < b->id);
}

static void event_lane(const struct row *row, const struct cqa_event *const *events, size_t count)
{
    unsigned char cells[CELLS_MAX] = {0};
    const char *colors[256] = {[0] = "0"};
    const char *current = "";

    for (size_t i = 0; i < count; i++) {
        const struct cqa_event_look look = cqa_event_mark(events[i]);
        mark(row, events[i]->start_ms, events[i]->end_ms, (unsigned char)look.letter, cells);
        colors[(unsigned char)look.letter] = look.sgr;
    }
    label(row, cqa_word(CQA_WORD_EVENTS, row->options->zh));
    for (size_t cell = 0; cell < row->count; cell++) {
        const char *wanted = colors[cells[cell]];
        if (strcmp(current, wanted) != 0)
            color(row, wanted);
        current = wanted;
        cqa_buffer_add(row->out, cells[cell] == 0 ? " " : (const char *)&cells[cell], 1);
    }
    end_lane(row);
}

static void deduction_lane(const struct row *row, const struct cqa_score *score)
{
    unsigned char cells[CELLS_MAX] = {0};
    int marked = 0;

    for (size_t i = 0; i < score->deduction_count; i++) {
        const struct cqa_deduction *deduction = &score->deductions[i];
        if (deduction->event > 0)
            marked |= mark(row, deduction->start_ms, deduction->end_ms,
                           deduction->points > 0 ? '^' : '.', cells);
    }
    if (!marked)
        return;
    label(row, cqa_word(CQA_WORD_DEDUCTED, row->options->zh));
    color(row, "1;31");
    for (size_t cell = 0; cell < row->count; cell++)
        cqa_buffer_add(row->out, cells[cell] == 0 ? " " : (const char *)&cells[cell], 1);
    end_lane(row);
}

/* What bears no verdict; what could not be measured stands on top of what is outside. */
static void bounds_lane(const struct row *row, const struct cqa_stretches *stretches)
{
    unsigned char cells[CELLS_MAX] = {0};
    int marked = 0;

    for (int kind = 0; kind < CQA_STRETCH_COUNT; kind++)
        for (size_t i = 0; i < stretches->count; i++) {
            const struct cqa_stretch *stretch = &stretches->items[i];
            if ((int)stretch->kind == kind)
                marked |= mark(row, stretch->start_ms, stretch->end_ms,
                               (unsigned char)cqa_stretch_looks[kind].letter, cells);
        }
    if (!marked)
        return;
    label(row, cqa_word(CQA_WORD_NOT_JUDGED, row->options->zh));
    color(row, "90");
    for (size_t cell = 0; cell < row->count; cell++)
        cqa_buffer_add(row->out, cells[cell] == 0 ? " " : (const char *)&cells[cell], 1);
    end_lane(row);
}

/* In a line of its own where it is too long for the one that has `used` columns. */
static void letter(const struct row *row, char mark, struct cqa_text text, size_t *used)
{
    const char *word = cqa_text_in(text, row->options->zh);
    const size_t columns = INDENT + 2 + cqa_width(word);

    if (*used > 0 && *used + columns > row->count + INDENT + LABEL) {
        cqa_buffer_add(row->out, "\n", 1);
        *used = 0;
    }
    cqa_buffer_print(row->out, "%*s%c %s", INDENT, "", mark, word);
    *used += columns;
}

/* What the letters that occur mean, in the order of types. */
static void letters(const struct row *row, const struct cqa_events *events,
                    const struct cqa_stretches *stretches)
{
    unsigned char seen[256] = {0};
    size_t used = 0;

    for (int type = 0; type < CQA_EVENT_TYPE_COUNT; type++) {
        for (size_t i = 0; i < events->count; i++) {
            const struct cqa_event_look look = cqa_event_mark(&events->items[i]);
            if ((int)events->items[i].type == type && !seen[(unsigned char)look.letter]++)
                letter(row, look.letter, look.text, &used);
        }
    }
    for (size_t i = 0; i < stretches->count; i++) {
        const struct cqa_stretch_look *look = &cqa_stretch_looks[stretches->items[i].kind];
        if (!seen[(unsigned char)look->letter]++)
            letter(row, look->letter, look->text, &used);
    }
    if (events->count + stretches->count > 0)
        cqa_buffer_add(row->out, "\n", 1);
}

static size_t row_count(int64_t duration_ms, size_t cells)
{
    const int64_t rows = 1 + (duration_ms - 1) / (int64_t)(cells * CELL_MS);

    return rows < 1 ? 1 : rows > ROWS ? ROWS : (size_t)rows;
}

void cqa_timeline(const struct cqa_result *result, const struct cqa_stretches *stretches,
                  const struct cqa_report_options *options, struct cqa_buffer *out)
{
    const size_t columns = options->columns > 0 ? (size_t)options->columns : 100;
    struct row row = {.count = columns - INDENT - LABEL, .options = options, .out = out};
    const int64_t duration_ms = result->recording.duration_ms;
    const size_t count = result->events.count;
    const struct cqa_event **events =
        malloc((count + 1) * sizeof *events); // NOLINT(bugprone-sizeof-expression)

    if (events == NULL || duration_ms <= 0) {
        free(events);
        out->failed |= duration_ms > 0;
        return;
    }
    for (size_t i = 0; i < count; i++)
        events[i] = &result->events.items[i];
    qsort(events, count, sizeof *events, by_length); // NOLINT(bugprone-sizeof-expression)
    const size_t rows = row_count(duration_ms, row.count);
    row.cell_ms = (double)duration_ms / (double)(rows * row.count);
    for (size_t i = 0; i < rows; i++) {
        row.start_ms = (double)i * (double)row.count * row.cell_ms;
        axis(&row);
        for (int channel = 0; channel < result->channel_count; channel++)
            speech_lane(&row, &result->channels[channel]);
        event_lane(&row, events, count);
        deduction_lane(&row, &result->score);
        bounds_lane(&row, stretches);
        if (i + 1 < rows || count + stretches->count > 0)
            cqa_buffer_add(out, "\n", 1);
    }
    letters(&row, &result->events, stretches);
    free(events);
}
