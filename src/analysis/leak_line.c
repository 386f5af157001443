/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/leak_line.h"

#include <math.h>

/* That leakage usually takes, where one direction alone is heard. */
static const double path_ms = 12;

/* What is heard on channel `c`: how much later the second file lies than it should, but for what
 * the leakage takes on its way. */
static double late_ms(const struct cqa_leak_piece *piece, int c)
{
    return (double)(c == 1 ? piece->leak[1].delay_ms : -piece->leak[0].delay_ms);
}

static struct cqa_leak_line fit(const struct cqa_leak_piece *pieces, size_t count, int c)
{
    struct cqa_leak_line line = {0};
    double first_ms = 0;
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;

    for (size_t i = 0; i < count; i++) {
        const double middle_ms = pieces[i].middle_ms;
        if (!pieces[i].leak[c].found)
            continue;
        first_ms = line.points++ == 0 ? middle_ms : first_ms;
        line.reach_ms = middle_ms - first_ms;
        x += middle_ms;
        y += late_ms(&pieces[i], c);
        xx += middle_ms * middle_ms;
        xy += middle_ms * late_ms(&pieces[i], c);
    }
    const double n = (double)line.points;
    const double spread = n * xx - x * x;
    line.slope = line.points > 1 && spread > 0 ? (n * xy - x * y) / spread : 0;
    line.start_ms = line.points > 0 ? (y - line.slope * x) / n : 0;
    return line;
}

/* Where frames were dropped, or a stretch was left out, pieces do not lie on one line. */
static int is_straight(const struct cqa_leak_piece *pieces, size_t count, int c,
                       const struct cqa_leak_line *line, double apart_ms)
{
    for (size_t i = 0; i < count; i++) {
        const double expected = line->start_ms + line->slope * pieces[i].middle_ms;
        if (pieces[i].leak[c].found && fabs(late_ms(&pieces[i], c) - expected) > apart_ms)
            return 0;
    }
    return fabs(line->slope) * 1e6 <= cqa_leak_drift_ppm_max;
}

int cqa_leak_line_draw(const struct cqa_leak_piece *pieces, size_t count,
                       const struct cqa_leak_closeness *closeness, struct cqa_leak_line *out)
{
    const struct cqa_leak_line of[2] = {fit(pieces, count, 0), fit(pieces, count, 1)};

    for (int c = 0; c < 2; c++)
        if (of[c].points > 0 && !is_straight(pieces, count, c, &of[c], closeness->apart_ms))
            return 0;
    *out = of[of[1].points > of[0].points];
    if (of[0].points > 0 && of[1].points > 0) /* what the way takes cancels out */
        out->start_ms = (of[0].start_ms + of[1].start_ms) / 2;
    else if (of[0].points > 0)
        out->start_ms += path_ms;
    else
        out->start_ms -= path_ms;
    return out->points > 0 && out->reach_ms >= closeness->reach_ms;
}
