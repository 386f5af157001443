/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hangs on the whole group, while somebody of it is left out with an error: one person's
 * typing error would move the others' places, means and pay. Nothing of it is given until all are
 * there. */
#include <string.h>
#include "appraisal/engine.h"

/* ---- what hangs on the group */

static int refers_to_withheld(const struct cqa_scheme_item *item, const unsigned char *withheld)
{
    const struct cqa_ref *ref;

    for (size_t i = 0; (ref = cqa_item_ref(item, i)) != NULL; i++)
        if (ref->kind == CQA_REF_ITEM && withheld[ref->index])
            return 1;
    return 0;
}

static int uses_places(const struct cqa_scheme *scheme)
{
    return scheme->total != CQA_NOWHERE &&
           (scheme->distributed || scheme->bonus_by == CQA_BONUS_BY_RANK);
}

static int total_hangs(const struct cqa_engine_run *run)
{
    return run->scheme->total != CQA_NOWHERE && run->withheld[run->scheme->total];
}

/* Do coefficient and bonus hang on the group? */
static int rewards_hang(const struct cqa_engine_run *run)
{
    const struct cqa_scheme *scheme = run->scheme;

    return total_hangs(run) || (uses_places(scheme) && (scheme->bonus_by == CQA_BONUS_BY_RANK ||
                                                        scheme->pay_by == CQA_PAY_BY_DISTRIBUTION));
}

/* Marks the items; 0: the scheme looks at nobody but the agent. */
static int mark_items(struct cqa_engine_run *run)
{
    const struct cqa_scheme *scheme = run->scheme;
    int any = uses_places(scheme);

    for (size_t i = 0; i < scheme->item_count; i++) {
        const struct cqa_scheme_item *item = &scheme->items[i];
        run->withheld[i] = item->type == CQA_ITEM_TEAM_MEAN ||
                           refers_to_withheld(item, run->withheld) ||
                           (i >= scheme->pay_first && rewards_hang(run));
        any |= run->withheld[i];
    }
    return any;
}

/* ---- who is missing */

static int is_by_team(const struct cqa_scheme *scheme)
{
    return !uses_places(scheme) || scheme->ranked_by_team;
}

/* Agents of whom nothing but errors is known: of any group. */
static size_t count_strangers(struct cqa_engine_run *run)
{
    struct cqa_names strangers = {0};
    size_t index;

    for (size_t i = 0; i < run->faults->count; i++) {
        const char *agent = run->faults->items[i].agent;
        if (agent != NULL && !cqa_names_find(&run->names, agent, &index) &&
            cqa_names_add(&strangers, agent, &index) != CQA_OK)
            run->no_memory = 1;
    }
    const size_t count = strangers.count;
    cqa_names_finish(&strangers);
    return count;
}

/* Who is left out with errors. */
struct missing {
    const struct cqa_subject **items;
    size_t count;
};

static int list_missing(struct cqa_engine_run *run, struct missing *out)
{
    *out = (struct missing){.items =
                                cqa_run_alloc(run, run->names.count, sizeof(struct cqa_subject *))};
    for (size_t i = 0; out->items != NULL && i < run->names.count; i++) {
        const struct cqa_subject *one = &run->subjects[i];
        if (one->blocked && !one->not_for_post && !one->is_summary)
            out->items[out->count++] = one;
    }
    return out->items != NULL;
}

/* Those of the agent's group; whose team is not known may be of any. */
static size_t count_missing(const struct cqa_engine_run *run, const struct missing *missing,
                            const struct cqa_subject *subject)
{
    size_t count = 0;

    if (!is_by_team(run->scheme) || subject->sheet.team == NULL)
        return missing->count;
    for (size_t i = 0; i < missing->count; i++) {
        const char *team = missing->items[i]->sheet.team;
        count += team == NULL || strcmp(team, subject->sheet.team) == 0;
    }
    return count;
}

/* ---- what is not given */

static void withhold(const struct cqa_engine_run *run, struct cqa_sheet *sheet)
{
    if (uses_places(run->scheme) || total_hangs(run)) {
        sheet->rank = sheet->ranked = sheet->tied = 0;
        sheet->grade_distribution = NULL;
    }
    if (total_hangs(run)) {
        sheet->total = cqa_rational_none();
        sheet->grade = NULL;
        sheet->limit = NULL;
    }
    if (rewards_hang(run))
        sheet->coefficient = sheet->bonus = cqa_rational_none();
    for (size_t i = 0; i < run->scheme->item_count; i++)
        if (run->withheld[i])
            sheet->points[i] = (struct cqa_item_points){cqa_rational_none(), CQA_NOWHERE, NULL};
}

void cqa_run_preliminary(struct cqa_engine_run *run)
{
    struct missing missing;
    size_t sheets = 0;

    run->withheld = cqa_run_alloc(run, run->scheme->item_count, 1);
    if (run->withheld == NULL || !mark_items(run) || !list_missing(run, &missing))
        return;
    const size_t strangers = count_strangers(run);
    for (size_t i = 0; i < run->names.count; i++) {
        struct cqa_subject *subject = &run->subjects[i];
        if (!cqa_subject_counts(subject))
            continue;
        subject->sheet.preliminary = strangers + count_missing(run, &missing, subject);
        if (subject->sheet.preliminary == 0)
            continue;
        withhold(run, &subject->sheet);
        sheets++;
    }
    if (sheets > 0)
        cqa_run_note(run,
                     "preliminary sheets: %zu; others of their group are left out with errors, and "
                     "what hangs on the whole group is not given",
                     sheets);
}

void cqa_run_withhold_lines(const struct cqa_engine_run *run, struct cqa_sheet *sheet)
{
    const struct cqa_scheme *scheme = run->scheme;

    for (size_t i = 0; sheet->preliminary > 0 && i < scheme->line_count; i++)
        if (run->withheld[scheme->lines[i].item] &&
            (scheme->lines[i].part == CQA_NOWHERE || scheme->lines[i].pay))
            sheet->lines[i] = (struct cqa_item_points){cqa_rational_none(), CQA_NOWHERE, NULL};
}
