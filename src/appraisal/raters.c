/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who rated whom, in an import: what may be typed by whom the server checks itself. */
#include <string.h>
#include "appraisal/engine.h"
#include "appraisal/spelling.h"

enum { FOLD_BYTES = 1024 };

/* Raters of these kinds are people of the roster; superiors and others may be none. */
static int rate_each_other(enum cqa_rated_by by)
{
    return by >= CQA_RATED_BY_PEERS;
}

static void check_rater(struct cqa_engine_run *run, struct cqa_subject *subject,
                        const struct cqa_indicator *indicator, const struct cqa_row *row)
{
    const struct cqa_roster *roster = run->input->roster;
    const char *name = subject->sheet.name;
    const int is_self = strcmp(row->rater, subject->sheet.agent) == 0 ||
                        (name != NULL && strcmp(row->rater, name) == 0);

    if (is_self && indicator->rated_by > CQA_RATED_BY_SELF &&
        indicator->rated_by != CQA_RATED_BY_PEERS)
        cqa_run_fault(run, subject, indicator->id, row->at,
                      "agent \"%s\": \"%p\" is rated by others, and not by oneself",
                      subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)));
    else if (!is_self && indicator->rated_by == CQA_RATED_BY_SELF)
        cqa_run_fault(run, subject, indicator->id, row->at,
                      "agent \"%s\": \"%p\" is rated by oneself, and not by \"%s\"",
                      subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)), row->rater);
    else if (rate_each_other(indicator->rated_by) && roster != NULL && roster->count > 0 &&
             !cqa_roster_knows(roster, row->rater))
        cqa_run_fault(run, subject, indicator->id, row->at,
                      "agent \"%s\": \"%p\" is rated by \"%s\", whom the roster does not know",
                      subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)), row->rater);
}

/* "A01" and "a01": one of them twice, or two who have to be told apart. */
static void check_spelling(struct cqa_engine_run *run, struct cqa_subject *subject,
                           const struct cqa_indicator *indicator, const struct cqa_figure *figure,
                           size_t index)
{
    const struct cqa_row *row = figure->rows[index];
    char fold[FOLD_BYTES];
    char other[FOLD_BYTES];

    cqa_spell_fold_name(row->rater, fold, sizeof fold);
    for (size_t i = 0; i < index; i++) {
        const struct cqa_row *before = figure->rows[i];
        if (before->rater == NULL || strcmp(before->rater, row->rater) == 0)
            continue;
        cqa_spell_fold_name(before->rater, other, sizeof other);
        if (strcmp(fold, other) != 0 || (cqa_roster_knows(run->input->roster, row->rater) &&
                                         cqa_roster_knows(run->input->roster, before->rater)))
            continue;
        cqa_run_fault(run, subject, indicator->id, row->at,
                      "agent \"%s\": \"%p\" is rated by \"%s\" and by \"%s\" (line %zu): one "
                      "spelling for one person",
                      subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)), row->rater,
                      before->rater, before->at.line);
        return;
    }
}

void cqa_run_raters(struct cqa_engine_run *run, struct cqa_subject *subject,
                    const struct cqa_indicator *indicator, const struct cqa_figure *figure)
{
    for (size_t i = 0; i < figure->row_count; i++) {
        if (figure->rows[i]->rater == NULL || indicator->rated_by == CQA_RATED_BY_NONE)
            continue;
        if (figure->rows[i]->rating == 0)
            check_rater(run, subject, indicator, figure->rows[i]);
        check_spelling(run, subject, indicator, figure, i);
    }
}

void cqa_figure_drop_retold(const struct cqa_indicator *indicator, struct cqa_figure *figure)
{
    size_t kept = 0;
    int is_typed = 0;

    for (size_t i = 0; i < figure->row_count; i++)
        is_typed |= figure->rows[i]->rating != 0;
    if (!is_typed || indicator->rated_by != CQA_RATED_BY_SELF)
        return;
    for (size_t i = 0; i < figure->row_count; i++)
        if (figure->rows[i]->rating != 0 || figure->rows[i]->rater != NULL)
            figure->rows[kept++] = figure->rows[i];
    figure->row_count = kept;
}
