/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/kappa.h"

#include <math.h>

static double beyond_chance(double observed, double expected)
{
    return 1 - expected > 1e-12 ? (observed - expected) / (1 - expected) : (double)NAN;
}

double cqa_kappa_cohen(const double table[CQA_VERDICTS][CQA_VERDICTS])
{
    double all = 0;
    double agreed = 0;
    double expected = 0;

    for (int i = 0; i < CQA_VERDICTS; i++)
        for (int j = 0; j < CQA_VERDICTS; j++) {
            all += table[i][j];
            agreed += i == j ? table[i][j] : 0;
        }
    if (all <= 0)
        return (double)NAN;
    for (int i = 0; i < CQA_VERDICTS; i++) {
        double row = 0;
        double column = 0;
        for (int j = 0; j < CQA_VERDICTS; j++) {
            row += table[i][j];
            column += table[j][i];
        }
        expected += row / all * (column / all);
    }
    return beyond_chance(agreed / all, expected);
}

double cqa_kappa_fleiss(const double (*counts)[CQA_VERDICTS], size_t items)
{
    double judgements = 0;
    double pairs = 0;
    double agreeing = 0;
    double by_verdict[CQA_VERDICTS] = {0};
    double expected = 0;

    for (size_t i = 0; i < items; i++) {
        double raters = 0;
        for (int v = 0; v < CQA_VERDICTS; v++)
            raters += counts[i][v];
        if (raters < 2)
            continue;
        judgements += raters;
        pairs += raters * (raters - 1);
        for (int v = 0; v < CQA_VERDICTS; v++) {
            agreeing += counts[i][v] * (counts[i][v] - 1);
            by_verdict[v] += counts[i][v];
        }
    }
    if (judgements <= 0)
        return (double)NAN;
    for (int v = 0; v < CQA_VERDICTS; v++)
        expected += by_verdict[v] / judgements * (by_verdict[v] / judgements);
    return beyond_chance(agreeing / pairs, expected);
}
