/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include "appraisal/engine.h"

/* ---- what stands beside a mean */

struct cqa_rational cqa_figure_sum(const struct cqa_figure *figure)
{
    struct cqa_rational sum = cqa_rational_whole(0);

    for (size_t i = 0; i < figure->month_count; i++)
        sum = cqa_rational_add(sum, figure->months[i].value);
    return sum;
}

/* Of the calls that were handled, where the import says how many: those that were recorded say
 * nothing of the others. */
static void set_share(const struct cqa_sheet *sheet, const struct cqa_measuring *measuring,
                      struct cqa_measured *measured)
{
    measured->handled = measured->coverage_pct = cqa_rational_none();
    if (measuring->handled == CQA_NOWHERE ||
        sheet->figures[measuring->handled].origin == CQA_ORIGIN_ABSENT)
        return;
    measured->handled = cqa_figure_sum(&sheet->figures[measuring->handled]);
    measured->coverage_pct = cqa_rational_divide(
        cqa_rational_whole((int64_t)measured->taken_count * 100), measured->handled);
    measured->has_coverage = cqa_rational_valid(measured->coverage_pct);
}

/* ---- the interval of a mean */

static double real(struct cqa_rational a)
{
    return (double)a.numerator / (double)a.denominator;
}

/* Student's t for 95 %, both sides: by table up to 10 degrees of freedom, then by the first terms
 * of its expansion around the normal quantile, right to three digits. */
static double student(size_t freedom)
{
    static const double table[] = {0,      12.7062, 4.3027, 3.1824, 2.7764, 2.5706,
                                   2.4469, 2.3646,  2.3060, 2.2622, 2.2281};
    const double z = 1.959964;
    const double n = (double)freedom;

    if (freedom < sizeof table / sizeof table[0])
        return table[freedom];
    return z + (pow(z, 3) + z) / (4 * n) + (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * n * n);
}

static struct cqa_rational end_of(const struct cqa_indicator *indicator, double value)
{
    const struct cqa_rational end = cqa_rational_round(cqa_rational_from_double(value), 2);

    if (!cqa_rational_valid(end))
        return end;
    if (cqa_rational_compare(end, indicator->low) < 0)
        return indicator->low;
    return cqa_rational_compare(end, indicator->high) > 0 ? indicator->high : end;
}

/*
 * Where the mean of all handled calls lies, 95 times in 100, if those that were measured were drawn
 * from them by chance. Of one call, or of calls that all gave the same, nothing is said: the spread
 * of the others is not known.
 */
static void set_interval(const struct cqa_indicator *indicator, double spread,
                         struct cqa_measured *measured)
{
    const struct cqa_measuring *measuring = indicator->measuring;
    const double count = (double)measured->taken_count;
    double rest = 1; /* the share of the handled calls that was not measured */

    measured->interval[0] = measured->interval[1] = cqa_rational_none();
    if (measuring->by != CQA_BY_MEAN || measuring->over != CQA_NOWHERE ||
        !cqa_rational_valid(measured->value))
        return;
    if (measured->has_coverage)
        rest = 1 - count / real(measured->handled);
    if (rest <= 0) {
        measured->interval[0] = measured->interval[1] = end_of(indicator, real(measured->value));
        return;
    }
    if (spread <= 0)
        return;
    const double half = student(measured->taken_count - 1) * spread * sqrt(rest / count) *
                        fabs(real(measuring->times));
    measured->interval[0] = end_of(indicator, real(measured->value) - half);
    measured->interval[1] = end_of(indicator, real(measured->value) + half);
}

/* ---- what is asked for */

/* The scheme's or the round's, whichever asks for more. */
static struct cqa_coverage_least least_of(const struct cqa_engine_run *run,
                                          const struct cqa_measuring *measuring)
{
    struct cqa_coverage_least least = run->input->least;

    if (!cqa_rational_valid(least.pct) || cqa_rational_compare(least.pct, measuring->least_pct) < 0)
        least.pct = measuring->least_pct;
    if (least.calls < measuring->least_calls)
        least.calls = measuring->least_calls;
    return least;
}

void cqa_run_coverage(const struct cqa_engine_run *run, const struct cqa_subject *subject,
                      size_t indicator, struct cqa_measured *measured)
{
    const struct cqa_indicator *of = &run->scheme->indicators[indicator];
    const struct cqa_tally *tally = subject->sheet.tally;

    measured->recorded = tally->calls;
    measured->flagged = tally->figures[indicator].flagged;
    measured->heard = tally->figures[indicator].heard;
    measured->least = least_of(run, of->measuring);
    set_share(&subject->sheet, of->measuring, measured);
    set_interval(of, tally->figures[indicator].spread, measured);
}

static int enough_calls(struct cqa_engine_run *run, struct cqa_subject *subject,
                        const struct cqa_indicator *indicator, const struct cqa_measured *measured)
{
    if (measured->taken_count >= measured->least.calls)
        return 1;
    cqa_run_fault(run, subject, indicator->id, subject->first,
                  "agent \"%s\": \"%p\" stands on %zu calls; %zu are asked for: import the value, "
                  "or measure more calls",
                  subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)),
                  measured->taken_count, measured->least.calls);
    return 0;
}

static int enough_share(struct cqa_engine_run *run, struct cqa_subject *subject,
                        const struct cqa_indicator *indicator, const struct cqa_measured *measured)
{
    char text[3][CQA_RATIONAL_TEXT];
    const int handled = indicator->measuring->handled;

    if (cqa_rational_sign(measured->least.pct) <= 0 ||
        (measured->has_coverage &&
         cqa_rational_compare(measured->coverage_pct, measured->least.pct) >= 0))
        return 1;
    if (measured->has_coverage)
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%p\" stands on %zu of %s calls handled, %s %%; %s %% are "
                      "asked for: import the value, or measure more calls",
                      subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)),
                      measured->taken_count, cqa_rational_exact(measured->handled, text[0]),
                      cqa_rational_fixed(measured->coverage_pct, 2, text[1]),
                      cqa_rational_exact(measured->least.pct, text[2]));
    else if (handled != CQA_NOWHERE)
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%p\" stands on %zu calls, and %s %% of those handled are "
                      "asked for; how many were handled is not known: import \"%p\"",
                      subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)),
                      measured->taken_count, cqa_rational_exact(measured->least.pct, text[0]),
                      cqa_words_of(cqa_label_of(&run->scheme->indicators[handled])));
    else
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": %s %% of the calls handled are asked for, and the scheme does "
                      "not say which indicator counts them (\"%p\": measured: coverage: of)",
                      subject->sheet.agent, cqa_rational_exact(measured->least.pct, text[0]),
                      cqa_words_of(cqa_label_of(indicator)));
    return 0;
}

int cqa_run_covered(struct cqa_engine_run *run, struct cqa_subject *subject, size_t indicator)
{
    const struct cqa_indicator *of = &run->scheme->indicators[indicator];
    const struct cqa_measured *measured = subject->sheet.figures[indicator].measured;

    if (enough_calls(run, subject, of, measured) && enough_share(run, subject, of, measured))
        return 1;
    subject->spoiled[indicator] = 1;
    return 0;
}
