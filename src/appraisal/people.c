/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "appraisal/engine.h"

/* What the roster says of people in the period: post, team, and on how many days they were there.
 */

enum { DAYS_MAX = 366 /* of a year */, MOMENT_BYTES = 48 };

/* The period as two moments that seats compare with. */
struct span {
    int known;
    int64_t first, last; /* yyyymmdd; the last may be one that no calendar has */
    char from[MOMENT_BYTES];
    char end[MOMENT_BYTES];
};

static struct span span_between(const char *period)
{
    struct span span = {.known = period[0] != '\0'};

    if (!span.known)
        return span;
    cqa_period_days(period, &span.first, &span.last);
    snprintf(span.from, sizeof span.from, "%04d-%02d-01T00:00:00", (int)(span.first / 10000),
             (int)(span.first / 100 % 100));
    snprintf(span.end, sizeof span.end, "%04d-%02d-31T~", (int)(span.last / 10000),
             (int)(span.last / 100 % 100));
    return span;
}

static struct span span_of(const struct cqa_engine_run *run)
{
    return span_between(run->input->period ? run->input->period : run->period_seen);
}

static int is_within(const struct span *span, const struct cqa_seat *seat)
{
    return !span->known || (strcmp(seat->from, span->end) <= 0 && strcmp(seat->to, span->from) > 0);
}

/* ---- post and team */

static int counts_days(const struct cqa_scheme *scheme)
{
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].by_roster == CQA_ROSTER_DAYS)
            return 1;
    return 0;
}

/* The last post stands in where the import names none. Where days are counted, the scheme is for
 * whoever was in one of its posts: of two, that one is taken. */
static void take_post(const struct cqa_engine_run *run, struct cqa_subject *subject,
                      const struct cqa_seat *seat)
{
    struct cqa_sheet *sheet = &subject->sheet;
    const int by_days = counts_days(run->scheme);

    if (seat->post == NULL || (sheet->post != NULL && subject->post_from == NULL))
        return;
    if (by_days && sheet->post != NULL &&
                cqa_scheme_applies(run->scheme, sheet->post) !=
                    cqa_scheme_applies(run->scheme, seat->post)
            ? !cqa_scheme_applies(run->scheme, seat->post)
            : subject->post_from != NULL && strcmp(subject->post_from, seat->from) >= 0)
        return;
    sheet->post = seat->post;
    subject->post_from = seat->from;
}

/* The import's post holds, unless the roster has the agent in others alone: one of them is wrong,
 * and it decides whether the scheme is for them. */
static void hold_post(struct cqa_subject *subject, const struct cqa_seat *seat)
{
    if (seat->post == NULL || subject->sheet.post == NULL || subject->post_from != NULL)
        return;
    if (cqa_scheme_post_among(subject->sheet.post, &seat->post, 1))
        subject->post_held = 1;
    else if (subject->post_other == NULL)
        subject->post_other = seat->post;
}

static void ask_about_posts(struct cqa_engine_run *run)
{
    for (size_t i = 0; i < run->names.count; i++) {
        struct cqa_subject *subject = &run->subjects[i];
        if (subject->post_other == NULL || subject->post_held)
            continue;
        cqa_run_fault(run, subject, NULL, subject->post_at,
                      "agent \"%s\": the post is \"%s\" here, and \"%s\" in the roster",
                      subject->sheet.agent, subject->sheet.post, subject->post_other);
        if (!cqa_scheme_applies(run->scheme, subject->sheet.post))
            subject->sheet.post = subject->post_other;
    }
}

static void take_team(struct cqa_subject *subject, const struct cqa_seat *seat)
{
    if (subject->team_from != NULL && strcmp(subject->team_from, seat->from) > 0)
        return;
    subject->sheet.team = seat->team;
    subject->team_from = seat->from;
}

void cqa_run_seats(struct cqa_engine_run *run)
{
    const struct cqa_roster *roster = run->input->roster;
    const struct span span = span_of(run);
    size_t index;

    if (roster == NULL)
        return;
    run->seats_before = cqa_run_alloc(run, roster->count, sizeof *run->seats_before);
    for (size_t i = 0; run->seats_before != NULL && i < roster->count; i++) {
        const struct cqa_seat *seat = &roster->seats[i];
        if (!cqa_names_find(&run->names, seat->person, &index))
            continue;
        run->seats_before[i] = run->subjects[index].last_seat;
        run->subjects[index].last_seat = i + 1;
        if (!is_within(&span, seat))
            continue;
        hold_post(&run->subjects[index], seat);
        take_post(run, &run->subjects[index], seat);
        take_team(&run->subjects[index], seat);
    }
    ask_about_posts(run);
}

/* One at a time, so that a person with several seats is named once. */
static enum cqa_status add_absent(struct cqa_engine_run *run, struct cqa_names *absent,
                                  const struct cqa_seat *seat)
{
    size_t index;
    const size_t known = absent->count;

    if (seat->post == NULL || !cqa_scheme_applies(run->scheme, seat->post) ||
        cqa_names_find(&run->names, seat->person, &index))
        return CQA_OK;
    if (cqa_names_add(absent, seat->person, &index) != CQA_OK)
        return CQA_E_NOMEM;
    if (index == known)
        cqa_faults_add(run->faults, seat->person, seat->at,
                       "agent \"%s\": the roster has them as \"%s\", and no row of the indicators "
                       "names them",
                       seat->person, seat->post);
    return CQA_OK;
}

enum cqa_status cqa_run_absent(struct cqa_engine_run *run)
{
    const struct cqa_roster *roster = run->input->roster;
    const struct span span = span_of(run);
    struct cqa_names absent = {0};
    enum cqa_status status = CQA_OK;

    if (!run->input->awaits_roster || run->scheme->units || run->scheme->posts == NULL)
        return CQA_OK;
    for (size_t i = 0; roster != NULL && i < roster->count && status == CQA_OK; i++)
        if (is_within(&span, &roster->seats[i]))
            status = add_absent(run, &absent, &roster->seats[i]);
    cqa_names_finish(&absent);
    return status;
}

int cqa_run_was_there(const struct cqa_engine_run *run, const struct cqa_subject *subject,
                      const char *period)
{
    const struct span span = span_between(period);

    for (size_t at = subject->last_seat; at != 0; at = run->seats_before[at - 1]) {
        const struct cqa_seat *seat = &run->input->roster->seats[at - 1];
        if (is_within(&span, seat) && cqa_scheme_applies(run->scheme, seat->post))
            return 1;
    }
    return subject->last_seat == 0;
}

/* ---- days */

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* Each day of the period that the seat was held, at whatever hour. */
static void mark_days(const struct span *span, const struct cqa_seat *seat,
                      unsigned char days[DAYS_MAX])
{
    const int year = (int)(span->first / 10000);
    int at = 0;

    for (int month = (int)(span->first / 100 % 100); month <= (int)(span->last / 100 % 100);
         month++)
        for (int day = 1; day <= days_in(year, month); day++, at++) {
            char start[MOMENT_BYTES];
            char end[MOMENT_BYTES];
            snprintf(start, sizeof start, "%04d-%02d-%02dT00:00:00", year, month, day);
            snprintf(end, sizeof end, "%04d-%02d-%02dT~", year, month, day);
            days[at] |= strcmp(seat->from, end) <= 0 && strcmp(seat->to, start) > 0;
        }
}

static int length_of(const struct span *span)
{
    int count = 0;

    for (int month = (int)(span->first / 100 % 100); month <= (int)(span->last / 100 % 100);
         month++)
        count += days_in((int)(span->first / 10000), month);
    return count;
}

/* Days on which the person held a seat whose post the scheme is for. */
static int days_held(const struct cqa_engine_run *run, const struct span *span, const char *person)
{
    const struct cqa_roster *roster = run->input->roster;
    unsigned char days[DAYS_MAX] = {0};
    int count = 0;

    for (size_t i = 0; roster != NULL && i < roster->count; i++)
        if (strcmp(roster->seats[i].person, person) == 0 && is_within(span, &roster->seats[i]) &&
            cqa_scheme_applies(run->scheme, roster->seats[i].post))
            mark_days(span, &roster->seats[i], days);
    for (int i = 0; i < DAYS_MAX; i++)
        count += days[i];
    return count;
}

void cqa_run_days(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    const struct span span = span_of(run);

    for (size_t i = 0; span.known && i < run->scheme->indicator_count; i++) {
        const enum cqa_by_roster by = run->scheme->indicators[i].by_roster;
        struct cqa_figure *figure = &subject->sheet.figures[i];
        if (by == CQA_ROSTER_NONE || figure->origin != CQA_ORIGIN_ABSENT || subject->spoiled[i])
            continue;
        const int days = by == CQA_ROSTER_PERIOD_DAYS ? length_of(&span)
                                                      : days_held(run, &span, subject->sheet.agent);
        if (days == 0)
            continue; /* the roster does not know the person: it is missing */
        figure->months = cqa_run_alloc(run, 1, sizeof *figure->months);
        if (figure->months == NULL)
            return;
        figure->months[0].value = cqa_rational_whole(days);
        figure->month_count = 1;
        figure->origin = CQA_ORIGIN_ROSTER;
    }
}
