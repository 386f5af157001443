/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/engine.h"

/* Items that look at a whole team. */

struct team {
    struct cqa_rational sum;
    size_t count;
    size_t missing; /* of the team, but without a sheet */
};

struct teams {
    struct cqa_names names;
    struct team *items;
};

/* What the item looks at, of one agent; none where it is absent. */
static struct cqa_rational value_of(const struct cqa_subject *subject, struct cqa_ref ref)
{
    return ref.kind == CQA_REF_ITEM ? subject->sheet.points[ref.index].value
                                    : subject->sheet.figures[ref.index].value;
}

static enum cqa_status add_up(struct cqa_engine_run *run, struct cqa_ref ref, struct teams *teams)
{
    enum cqa_status status = CQA_OK;

    teams->items = cqa_run_alloc(run, run->names.count, sizeof *teams->items);
    for (size_t i = 0; teams->items != NULL && status == CQA_OK && i < run->names.count; i++) {
        const struct cqa_subject *subject = &run->subjects[i];
        size_t index = 0;
        if (subject->sheet.team == NULL || subject->not_for_post || subject->is_summary)
            continue;
        status = cqa_names_add(&teams->names, subject->sheet.team, &index);
        if (status != CQA_OK)
            break;
        struct team *team = &teams->items[index];
        if (team->count + team->missing == 0)
            team->sum = cqa_rational_whole(0);
        if (subject->blocked)
            continue; /* the team's mean is not given */
        const struct cqa_rational value = value_of(subject, ref);
        if (cqa_rational_valid(value)) {
            team->sum = cqa_rational_add(team->sum, value);
            team->count++;
        } else {
            team->missing++;
        }
    }
    return status;
}

static void give_mean(struct cqa_engine_run *run, struct cqa_subject *subject, size_t item,
                      const struct team *team)
{
    char text[CQA_RATIONAL_TEXT];
    struct cqa_item_points *points = &subject->sheet.points[item];

    points->value = cqa_rational_divide(team->sum, cqa_rational_whole((int64_t)team->count));
    cqa_buffer_print(&run->text, "%s ÷ %zu", cqa_rational_exact(team->sum, text), team->count);
    points->value = cqa_run_rounded(run, &run->scheme->items[item], points->value);
    points->how = cqa_run_text(run);
    cqa_run_assume(run, &subject->sheet, run->scheme->items[item].assumed);
    if (!cqa_rational_valid(points->value))
        cqa_run_fault(run, subject, run->scheme->items[item].id, subject->first,
                      "agent \"%s\": the team's mean \"%s\" has too many digits",
                      subject->sheet.agent, run->scheme->items[item].id);
}

/* The mean over the team, of those who have a sheet; the others are said. */
static void team_means(struct cqa_engine_run *run, size_t item)
{
    struct teams teams = {0};
    const struct cqa_scheme_item *of = &run->scheme->items[item];

    run->no_memory |= add_up(run, of->parts[0].of, &teams) != CQA_OK || teams.items == NULL;
    for (size_t i = 0; !run->no_memory && i < run->names.count; i++) {
        struct cqa_subject *subject = &run->subjects[i];
        size_t index;
        if (!cqa_subject_counts(subject))
            continue;
        subject->sheet.points[item] =
            (struct cqa_item_points){cqa_rational_none(), CQA_NOWHERE, NULL};
        if (subject->sheet.team == NULL ||
            !cqa_names_find(&teams.names, subject->sheet.team, &index))
            cqa_run_fault(run, subject, of->id, subject->first,
                          "agent \"%s\": \"%p\" is a mean of the team, and the roster names no "
                          "team in the period",
                          subject->sheet.agent,
                          cqa_words_of(((struct cqa_text){of->id, of->names.zh})));
        else if (teams.items[index].count > 0)
            give_mean(run, subject, item, &teams.items[index]);
    }
    for (size_t i = 0; !run->no_memory && i < teams.names.count; i++)
        if (teams.items[i].missing > 0)
            cqa_run_note(run,
                         "\"%s\" of the team \"%s\" is the mean of %zu; %zu of the team have no "
                         "number",
                         of->id, teams.names.items[i], teams.items[i].count,
                         teams.items[i].missing);
    cqa_names_finish(&teams.names);
}

void cqa_run_all_items(struct cqa_engine_run *run, size_t first, size_t end)
{
    size_t at = first;

    for (size_t i = first; i <= end && !run->no_memory; i++) {
        if (i < end && run->scheme->items[i].type != CQA_ITEM_TEAM_MEAN)
            continue;
        for (size_t k = 0; k < run->names.count && !run->no_memory; k++)
            if (cqa_subject_counts(&run->subjects[k]))
                cqa_run_items(run, &run->subjects[k], at, i);
        if (i < end && !run->no_memory)
            team_means(run, i);
        at = i + 1;
    }
}
