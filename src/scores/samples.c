/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "scores/audit.h"
#include "scores/reviews.h"
#include "scores/store_internal.h"

const char *const cqa_strata_words[CQA_STRATA_COUNT + 1] = {"none", "score", "queue", NULL};

struct candidate {
    int64_t id;
    uint64_t person; /* hashes, keyed by the plan */
    uint64_t stratum;
    uint64_t lot;
    size_t rank; /* within the stratum of its person */
};

struct drawing {
    struct candidate *items;
    size_t count, capacity;
};

static uint64_t hash_of(const char *plan, const void *bytes, size_t size)
{
    unsigned char key[crypto_shorthash_KEYBYTES];
    unsigned char out[crypto_shorthash_BYTES];
    uint64_t value;

    crypto_generichash(key, sizeof key, (const unsigned char *)plan, strlen(plan), NULL, 0);
    crypto_shorthash(out, bytes, size, key);
    memcpy(&value, out, sizeof value);
    return value;
}

/* Bands that auditors tell apart: failed, poor, middling, good, faultless. */
static uint64_t band_of(int64_t score_c)
{
    return score_c < 6000 ? 0 : score_c < 8000 ? 1 : score_c < 9000 ? 2 : score_c < 10000 ? 3 : 4;
}

static int add_candidate(struct drawing *drawing, const struct cqa_sample_plan *plan,
                         struct cqa_sql_rows *row)
{
    if (drawing->count == drawing->capacity) {
        const size_t capacity = drawing->capacity ? drawing->capacity * 2 : 1024;
        struct candidate *items = realloc(drawing->items, capacity * sizeof *items);
        if (items == NULL)
            return 0;
        drawing->items = items;
        drawing->capacity = capacity;
    }
    const int64_t id = cqa_sql_int(row, 0);
    const char *person = cqa_row_text(row, 1);
    struct candidate *candidate = &drawing->items[drawing->count++];
    *candidate = (struct candidate){.id = id,
                                    .person = hash_of(plan->name, person, strlen(person)),
                                    .lot = hash_of(plan->name, &id, sizeof id)};
    const char *queue = cqa_row_text(row, 3);
    if (plan->strata == CQA_STRATA_SCORE)
        candidate->stratum = band_of(cqa_sql_int(row, 2));
    else if (plan->strata == CQA_STRATA_QUEUE)
        candidate->stratum = hash_of("", queue, strlen(queue));
    return 1;
}

static int compare(uint64_t left, uint64_t right)
{
    return left < right ? -1 : left > right;
}

static int by_stratum(const void *left, const void *right)
{
    const struct candidate *a = left;
    const struct candidate *b = right;
    int order = compare(a->person, b->person);

    if (order == 0)
        order = compare(a->stratum, b->stratum);
    return order ? order : compare(a->lot, b->lot);
}

static int by_rank(const void *left, const void *right)
{
    const struct candidate *a = left;
    const struct candidate *b = right;
    int order = compare(a->person, b->person);

    if (order == 0)
        order = compare(a->rank, b->rank);
    return order ? order : compare(a->lot, b->lot);
}

/* Afterwards each person's calls stand in the order in which they are drawn. */
static void shuffle(struct drawing *drawing)
{
    if (drawing->count == 0)
        return;
    qsort(drawing->items, drawing->count, sizeof *drawing->items, by_stratum);
    for (size_t i = 1; i < drawing->count; i++) {
        struct candidate *here = &drawing->items[i];
        if (here->person == here[-1].person && here->stratum == here[-1].stratum)
            here->rank = here[-1].rank + 1;
    }
    qsort(drawing->items, drawing->count, sizeof *drawing->items, by_rank);
}

static enum cqa_status read_candidates(struct cqa_sql *db, const struct cqa_scope *scope,
                                       const struct cqa_sample_plan *plan, struct drawing *drawing,
                                       struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_number(
        &query,
        "SELECT c.id, c.person, c.score_c, c.queue FROM calls c WHERE c.person IS NOT NULL AND"
        " c.score_c IS NOT NULL AND c.day >= ?",
        plan->day_from);
    cqa_query_number(&query, " AND c.day <= ?", plan->day_to);
    cqa_query_scope(&query, "c", scope);
    enum cqa_status status = cqa_query_start(&query, db, 4, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        if (!add_candidate(drawing, plan, row))
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

CQA_SQL_STATEMENT(insert_sample, "titi", 0,
                  "INSERT INTO samples(plan, call, auditor, due_day)"
                  " VALUES(?1, ?2, (SELECT id FROM users WHERE name = ?3), ?4)"
                  " ON CONFLICT DO NOTHING");

static enum cqa_status write_samples(struct cqa_sql *db, const struct cqa_sample_plan *plan,
                                     const struct drawing *drawing, int64_t *drawn,
                                     struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    int64_t taken = 0;
    size_t turn = 0;

    for (size_t i = 0; status == CQA_OK && i < drawing->count; i++) {
        const struct candidate *here = &drawing->items[i];
        taken = i > 0 && here->person == here[-1].person ? taken + 1 : 1;
        if (taken > plan->per_person)
            continue;
        const char *auditor =
            plan->auditor_count ? plan->auditors[turn++ % plan->auditor_count] : NULL;
        status =
            cqa_sql_do(db, error, &insert_sample, plan->name, here->id, auditor, plan->due_day);
        *drawn += status == CQA_OK ? cqa_sql_changes(db) : 0;
    }
    return status;
}

CQA_SQL_STATEMENT(
    reviewer, "t", 1,
    "SELECT id FROM users WHERE name = ?1 AND role IN (1, 2) AND disabled_ms IS NULL");

static enum cqa_status check_auditors(struct cqa_sql *db, const struct cqa_sample_plan *plan,
                                      struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    int64_t id;

    for (size_t i = 0; status == CQA_OK && i < plan->auditor_count; i++) {
        status = cqa_scores_find(db, &id, error, &reviewer, plan->auditors[i]);
        if (status == CQA_E_NOTFOUND)
            status = cqa_fail(error, CQA_E_BADDATA, "auditors: nobody named \"%s\" may review",
                              plan->auditors[i]);
    }
    return status;
}

struct draw {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_sample_plan *plan;
    int64_t *drawn;
};

static enum cqa_status draw(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct draw *it = context;
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    struct drawing drawing = {0};
    char detail[64];
    enum cqa_status status = check_auditors(db, it->plan, error);

    *it->drawn = 0;
    if (status == CQA_OK)
        status = read_candidates(db, &scope, it->plan, &drawing, error);
    shuffle(&drawing);
    if (status == CQA_OK)
        status = write_samples(db, it->plan, &drawing, it->drawn, error);
    snprintf(detail, sizeof detail, "%lld of %zu calls", (long long)*it->drawn, drawing.count);
    free(drawing.items);
    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name, "samples.draw",
                                            it->plan->name, detail, error)
                            : status;
}

enum cqa_status cqa_samples_draw(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_sample_plan *plan, int64_t *drawn,
                                 struct cqa_error *error)
{
    return cqa_scores_write(scores, draw, &(struct draw){scores, who, plan, drawn}, error);
}

static struct cqa_sample_row sample_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_sample_row){
        .id = cqa_sql_int(row, 0),
        .call = cqa_sql_int(row, 1),
        .due_day = cqa_sql_int(row, 2),
        .done_ms = cqa_sql_int(row, 3),
        .plan = cqa_row_text(row, 4),
        .auditor = cqa_sql_text(row, 5),
        .call_id = cqa_row_text(row, 6),
        .person = cqa_sql_text(row, 7),
    };
}

enum cqa_status cqa_samples_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                 const char *auditor, int open_only, int64_t after_id,
                                 int64_t limit,
                                 int (*visit)(void *context, const struct cqa_sample_row *row),
                                 void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_number(
        &query,
        "SELECT s.id, s.call, s.due_day, s.done_ms, s.plan, u.name, c.call_id, c.person FROM "
        "samples s"
        " JOIN calls c ON c.id = s.call LEFT JOIN users u ON u.id = s.auditor WHERE s.id > ?",
        after_id);
    if (auditor != NULL)
        cqa_query_text(&query, " AND u.name = ?", auditor);
    if (open_only)
        cqa_query_add(&query, " AND s.done_ms IS NULL");
    cqa_query_scope(&query, "c", scope);
    cqa_query_number(&query, " ORDER BY s.id LIMIT ?", limit);
    cqa_list_ask(&list, &query, 8, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_sample_row sample = sample_of(list.row);
        if (visit(context, &sample))
            break;
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(
    set_sample_done, "iii", 0,
    "UPDATE samples SET done_ms = ?1 WHERE id = ?2 AND auditor = ?3 AND done_ms IS NULL");

struct sample_done {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t sample;
};

static enum cqa_status set_done(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct sample_done *it = context;
    char object[40];
    enum cqa_status status = cqa_sql_do(db, error, &set_sample_done, cqa_scores_now_ms(it->scores),
                                        it->sample, it->who->user);

    if (status == CQA_OK && cqa_sql_changes(db) == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "no such sample is due from you");
    snprintf(object, sizeof object, "sample %lld", (long long)it->sample);
    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, it->who->name, "samples.done", object, "", error)
               : status;
}

enum cqa_status cqa_samples_done(struct cqa_scores *scores, const struct cqa_identity *who,
                                 int64_t sample, struct cqa_error *error)
{
    return cqa_scores_write(scores, set_done, &(struct sample_done){scores, who, sample}, error);
}
