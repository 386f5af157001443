/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "appraisal/engine.h"

int cqa_band_holds(const struct cqa_band *band, struct cqa_rational value)
{
    if (!cqa_rational_valid(value))
        return 0;
    if (cqa_rational_valid(band->low)) {
        const int order = cqa_rational_compare(value, band->low);
        if (order < 0 || (order == 0 && band->low_open))
            return 0;
    }
    if (cqa_rational_valid(band->high)) {
        const int order = cqa_rational_compare(value, band->high);
        if (order > 0 || (order == 0 && band->high_open))
            return 0;
    }
    return 1;
}

/* What is absent compares with nothing. */
static int passes(const struct cqa_test *test, const struct cqa_sheet *sheet)
{
    if (!test->is_given)
        return 0;
    const int is_indicator = test->of.kind == CQA_REF_INDICATOR;
    const struct cqa_rational value =
        is_indicator ? sheet->figures[test->of.index].value : sheet->points[test->of.index].value;
    const int is_there =
        !is_indicator || sheet->figures[test->of.index].origin != CQA_ORIGIN_ABSENT;

    return is_there && cqa_rational_valid(value) &&
           cqa_compare_holds(test->compare, cqa_rational_compare(value, test->against));
}

/* The grade, or the best that the scheme lets this sheet have; grades are best first. */
static const struct cqa_grade *limited(const struct cqa_scheme *scheme, struct cqa_sheet *sheet,
                                       const struct cqa_grade *grade)
{
    for (size_t i = 0; i < scheme->limit_count; i++) {
        const struct cqa_grade_limit *limit = &scheme->limits[i];
        if (grade >= &scheme->grades[limit->grade] || !passes(&limit->test, sheet))
            continue;
        grade = &scheme->grades[limit->grade];
        sheet->limit = limit;
    }
    return grade;
}

/* ---- the forced distribution */

void cqa_quotas(const struct cqa_scheme *scheme, size_t people, size_t *places)
{
    struct cqa_rational rests[CQA_GRADES_MAX];
    const size_t grades = scheme->grade_count;
    const struct cqa_rational share =
        cqa_rational_divide(cqa_rational_whole((int64_t)people), cqa_rational_whole(100));
    size_t left = people;

    for (size_t i = 0; i < grades; i++) {
        const struct cqa_rational exact = cqa_rational_multiply(share, scheme->grades[i].quota_pct);
        places[i] = (size_t)(exact.numerator / exact.denominator);
        rests[i] = cqa_rational_subtract(exact, cqa_rational_whole((int64_t)places[i]));
        left -= places[i];
    }
    for (; left > 0; left--) {
        size_t best = 0;
        for (size_t i = 1; i < grades;
             i++) /* grades are best first: an equal rest stays with the better */
            if (cqa_rational_compare(rests[i], rests[best]) > 0)
                best = i;
        places[best]++;
        rests[best] = cqa_rational_whole(-1);
    }
}

/* The grade whose cumulative places reach `position`, from 0. */
static const struct cqa_grade *grade_at(const struct cqa_scheme *scheme, const size_t *places,
                                        size_t position)
{
    size_t end = 0;

    for (size_t i = 0; i < scheme->grade_count; i++) {
        end += places[i];
        if (position < end)
            return &scheme->grades[i];
    }
    return &scheme->grades[scheme->grade_count - 1];
}

static int by_team(const struct cqa_subject *a, const struct cqa_subject *b)
{
    return strcmp(a->sheet.team ? a->sheet.team : "", b->sheet.team ? b->sheet.team : "");
}

static int by_total(const void *left, const void *right)
{
    const struct cqa_subject *const *a = left;
    const struct cqa_subject *const *b = right;

    return cqa_rational_compare((*b)->sheet.total, (*a)->sheet.total);
}

static int by_team_and_total(const void *left, const void *right)
{
    const struct cqa_subject *const *a = left;
    const struct cqa_subject *const *b = right;
    const int team = by_team(*a, *b);

    return team != 0 ? team : by_total(left, right);
}

static void note_undistributed(struct cqa_engine_run *run, const struct cqa_sheet *sheet,
                               size_t count)
{
    const size_t least = run->scheme->group_least;

    if (run->scheme->ranked_by_team)
        cqa_run_note(run,
                     "no forced distribution in the team \"%s\": %zu agents, the scheme asks for "
                     "%zu or more",
                     sheet->team, count, least);
    else
        cqa_run_note(run, "no forced distribution: %zu agents, the scheme asks for %zu or more",
                     count, least);
}

/* How many share each rank, of a group in order. */
static void count_ties(struct cqa_subject **ranked, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        while (i + same < count && ranked[i + same]->sheet.rank == ranked[i]->sheet.rank)
            same++;
        for (size_t k = 0; k < same; k++)
            ranked[i + k]->sheet.tied = same;
        i += same - 1;
    }
}

/* Ranks, and the place that the rank has in the distribution; tied agents have the rank of the
 * first of them. */
static void rank(struct cqa_engine_run *run, struct cqa_subject **ranked, size_t count)
{
    const struct cqa_scheme *scheme = run->scheme;
    const int distribute = scheme->distributed && count >= scheme->group_least;
    size_t *places = cqa_run_alloc(run, scheme->grade_count, sizeof *places);

    if (places == NULL)
        return;
    if (distribute)
        cqa_quotas(scheme, count, places);
    else if (scheme->distributed && count > 0)
        note_undistributed(run, &ranked[0]->sheet, count);
    for (size_t i = 0; i < count; i++) {
        struct cqa_sheet *sheet = &ranked[i]->sheet;
        const int tied =
            i > 0 && cqa_rational_compare(sheet->total, ranked[i - 1]->sheet.total) == 0;
        sheet->rank = tied ? ranked[i - 1]->sheet.rank : i + 1;
        sheet->ranked = count;
        if (!distribute)
            continue;
        sheet->grade_distribution =
            limited(scheme, sheet, grade_at(scheme, places, sheet->rank - 1));
        cqa_run_assume(run, sheet, scheme->distribution_assumed);
    }
    count_ties(ranked, count);
}

static void rank_teams(struct cqa_engine_run *run, struct cqa_subject **ranked, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t size = 1;
        while (i + size < count && by_team(ranked[i], ranked[i + size]) == 0)
            size++;
        rank(run, ranked + i, size);
        i += size;
    }
}

/* ---- what follows from grade and rank */

static void grade_by_score(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    const struct cqa_scheme *scheme = run->scheme;
    struct cqa_sheet *sheet = &subject->sheet;

    for (size_t i = 0; i < scheme->grade_count && sheet->grade == NULL; i++)
        if (cqa_band_holds(&scheme->grades[i].band, sheet->total))
            sheet->grade = &scheme->grades[i];
    sheet->scored = sheet->grade;
    if (sheet->grade != NULL)
        sheet->grade = limited(scheme, sheet, sheet->grade);
    if (sheet->grade != NULL)
        cqa_run_assume(run, sheet, sheet->grade->band.assumed);
    else if (scheme->grade_count > 0)
        cqa_run_fault(run, subject, NULL, subject->first, "agent \"%s\": no grade takes the total",
                      sheet->agent);
}

static void set_bonus(struct cqa_engine_run *run, struct cqa_sheet *sheet,
                      const struct cqa_grade *grade)
{
    const struct cqa_scheme *scheme = run->scheme;

    if (cqa_rational_valid(scheme->low_total) &&
        cqa_rational_compare(sheet->total, scheme->low_total) < 0) {
        sheet->bonus = scheme->low_bonus;
    } else if (scheme->bonus_by == CQA_BONUS_BY_LEVEL) {
        sheet->bonus = grade->bonus;
    } else {
        const struct cqa_rank_bonus *bonus = &scheme->rank_bonus;
        const int listed = sheet->rank > 0 && sheet->rank <= bonus->count;
        sheet->bonus = listed ? bonus->amounts[sheet->rank - 1] : bonus->others;
        cqa_run_assume(run, sheet, listed ? NULL : bonus->assumed);
    }
}

static void set_rewards(struct cqa_engine_run *run, struct cqa_sheet *sheet)
{
    const struct cqa_grade *grade = sheet->grade;

    if (run->scheme->pay_by == CQA_PAY_BY_DISTRIBUTION && sheet->grade_distribution != NULL)
        grade = sheet->grade_distribution;
    if (grade == NULL)
        return;
    sheet->coefficient = grade->coefficient;
    cqa_run_assume(run, sheet, grade->band.assumed);
    set_bonus(run, sheet, grade);
}

/* Whoever the scheme takes out of the distribution keeps the grade of the score. */
static void reward_exempt(struct cqa_engine_run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->names.count; i++) {
        struct cqa_subject *subject = &run->subjects[i];
        if (!cqa_subject_counts(subject) || !subject->sheet.exempt)
            continue;
        set_rewards(run, &subject->sheet);
        count++;
    }
    if (count > 0)
        cqa_run_note(run, "outside the forced distribution, by the scheme: %zu", count);
}

void cqa_run_grades(struct cqa_engine_run *run)
{
    const size_t people = run->names.count;
    struct cqa_subject **ranked = cqa_run_alloc(run, people, sizeof(struct cqa_subject *));
    size_t count = 0;

    if (ranked == NULL || run->scheme->total == CQA_NOWHERE)
        return;
    for (size_t i = 0; i < people; i++) {
        struct cqa_subject *subject = &run->subjects[i];
        if (!cqa_subject_counts(subject))
            continue;
        subject->sheet.total = subject->sheet.points[run->scheme->total].value;
        grade_by_score(run, subject);
        if (run->scheme->ranked_by_team && subject->sheet.team == NULL)
            cqa_run_fault(run, subject, NULL, subject->first,
                          "agent \"%s\": the distribution is by team, and the roster names no team "
                          "in the period",
                          subject->sheet.agent);
        subject->sheet.exempt = passes(&run->scheme->exempt, &subject->sheet);
        if (!subject->blocked && !subject->sheet.exempt)
            ranked[count++] = subject;
    }
    qsort(ranked, count, sizeof(struct cqa_subject *),
          run->scheme->ranked_by_team ? by_team_and_total : by_total);
    if (run->scheme->ranked_by_team)
        rank_teams(run, ranked, count);
    else
        rank(run, ranked, count);
    for (size_t i = 0; i < count; i++)
        set_rewards(run, &ranked[i]->sheet);
    reward_exempt(run);
}
