/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "scores/audit.h"
#include "scores/rubrics.h"
#include "scores/store_internal.h"

enum { DIGEST_SIZE = 32 };

CQA_SQL_STATEMENT(same_digest, "btt", 1,
                  "SELECT digest = ?1 FROM rubrics WHERE name = ?2 AND version = ?3");

/* CQA_E_NOTFOUND: not known. `*same` tells whether the content is. */
static enum cqa_status find(struct cqa_sql *db, const struct cqa_rubric *rubric,
                            const unsigned char *digest, int *same, struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status =
        cqa_scores_find(db, &count, error, &same_digest, digest, (size_t)DIGEST_SIZE,
                        cqa_rubric_name(rubric), cqa_rubric_version(rubric));

    *same = count != 0;
    return status;
}

CQA_SQL_STATEMENT(drop_rules, "tt", 0,
                  "DELETE FROM rubric_rules WHERE rubric = ?1 AND version = ?2");
CQA_SQL_STATEMENT(
    insert_rule, "tttttiiioi", 0,
    "INSERT INTO rubric_rules(rubric, version, rule, title_en, title_zh, range_least_c,"
    " range_most_c, learned_ms, cap_c, automatic_fail)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

static const int64_t *cap_of(double points, int64_t *cap_c)
{
    *cap_c = isnan(points) ? 0 : llround(points * 100);
    return isnan(points) ? NULL : cap_c;
}

static enum cqa_status write_rules(struct cqa_sql *db, const struct cqa_rubric *rubric,
                                   int64_t now_ms, struct cqa_error *error)
{
    const char *name = cqa_rubric_name(rubric);
    const char *version = cqa_rubric_version(rubric);
    enum cqa_status status = cqa_sql_do(db, error, &drop_rules, name, version);

    for (size_t i = 0; status == CQA_OK && i < cqa_rubric_rule_count(rubric); i++) {
        const struct cqa_rule_info rule = cqa_rubric_rule(rubric, i);
        int64_t cap_c;
        status = cqa_sql_do(db, error, &insert_rule, name, version, rule.id, rule.title.en,
                            rule.title.zh, (int64_t)llround(rule.range_least * 100),
                            (int64_t)llround(rule.range_most * 100), now_ms,
                            cap_of(rule.cap, &cap_c), (int64_t)rule.automatic_fail);
    }
    return status;
}

CQA_SQL_STATEMENT(
    upsert_rubric, "ttttbtiio", 0,
    "INSERT INTO rubrics(name, version, title_en, title_zh, digest, text, learned_ms, floor_c, "
    "cap_c)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(name, version) DO UPDATE SET"
    " title_en = excluded.title_en, title_zh = excluded.title_zh, digest = excluded.digest,"
    " text = excluded.text, learned_ms = excluded.learned_ms, floor_c = excluded.floor_c,"
    " cap_c = excluded.cap_c");

static enum cqa_status write_rubric(struct cqa_scores *scores, struct cqa_sql *db,
                                    const char *actor, const struct cqa_rubric *rubric,
                                    const char *text, const unsigned char *digest,
                                    struct cqa_error *error)
{
    char object[160];
    char detail[2 * DIGEST_SIZE + 1];
    const int64_t now_ms = cqa_scores_now_ms(scores);
    const struct cqa_rubric_info info = cqa_rubric_info(rubric);
    int64_t cap_c;
    enum cqa_status status =
        cqa_sql_do(db, error, &upsert_rubric, cqa_rubric_name(rubric), cqa_rubric_version(rubric),
                   info.title.en, info.title.zh, digest, (size_t)DIGEST_SIZE, text, now_ms,
                   (int64_t)llround(info.floor * 100), cap_of(info.cap, &cap_c));

    if (status == CQA_OK)
        status = write_rules(db, rubric, now_ms, error);
    snprintf(object, sizeof object, "rubric %s %s", cqa_rubric_name(rubric),
             cqa_rubric_version(rubric));
    sodium_bin2hex(detail, sizeof detail, digest, DIGEST_SIZE);
    return status == CQA_OK
               ? cqa_audit_add(scores, db, actor, "rubric.learn", object, detail, error)
               : status;
}

enum cqa_status cqa_rubric_keep_in(struct cqa_scores *scores, struct cqa_sql *db, const char *actor,
                                   const struct cqa_rubric *rubric, const char *text, int replaces,
                                   struct cqa_error *error)
{
    unsigned char digest[DIGEST_SIZE];
    int same = 0;

    crypto_generichash(digest, sizeof digest, (const unsigned char *)text, strlen(text), NULL, 0);
    const enum cqa_status status = find(db, rubric, digest, &same, error);
    if (status == CQA_OK && !same && !replaces)
        return cqa_fail(error, CQA_E_REFUSED,
                        "rubric %s version %s is known with other content: give the changed one "
                        "another version",
                        cqa_rubric_name(rubric), cqa_rubric_version(rubric));
    return status == CQA_E_NOTFOUND || (status == CQA_OK && !same)
               ? write_rubric(scores, db, actor, rubric, text, digest, error)
               : status;
}

struct keeping {
    struct cqa_scores *scores;
    const char *actor;
    const struct cqa_rubric *rubric;
    const char *text;
    int replaces;
};

static enum cqa_status keep(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct keeping *it = context;

    return cqa_rubric_keep_in(it->scores, db, it->actor, it->rubric, it->text, it->replaces, error);
}

enum cqa_status cqa_rubric_keep(struct cqa_scores *scores, const char *actor,
                                const struct cqa_rubric *rubric, const char *text, int replaces,
                                struct cqa_error *error)
{
    struct keeping keeping = {scores, actor, rubric, text, replaces};

    return cqa_scores_write(scores, keep, &keeping, error);
}

CQA_SQL_STATEMENT(count_known, "tt", 1,
                  "SELECT count(*) FROM rubrics WHERE name = ?1 AND version = ?2");

int cqa_rubric_is_known(struct cqa_scores *scores, const char *name, const char *version)
{
    struct cqa_error error;
    struct cqa_sql *db;
    int64_t count = 0;

    if (cqa_scores_take(scores, &db, &error) != CQA_OK)
        return 0;
    const enum cqa_status status = cqa_sql_number(db, &count, &error, &count_known, name, version);
    cqa_scores_give(scores, db);
    return status == CQA_OK && count > 0;
}

CQA_SQL_STATEMENT(text_of, "tt", 1, "SELECT text FROM rubrics WHERE name = ?1 AND version = ?2");

enum cqa_status cqa_rubric_text(struct cqa_scores *scores, const char *name, const char *version,
                                struct cqa_buffer *out, struct cqa_error *error)
{
    struct cqa_sql *db;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_start(db, &row, error, &text_of, name, version);
    if (status == CQA_OK) {
        status = cqa_row_step(row, error);
        if (status == CQA_OK)
            status = cqa_buffer_add(out, cqa_row_text(row, 0), strlen(cqa_row_text(row, 0)));
        cqa_sql_end(row);
    }
    cqa_scores_give(scores, db);
    return status == CQA_E_NOTFOUND
               ? cqa_fail(error, CQA_E_NOTFOUND, "rubric %.64s version %.32s is not known here",
                          name, version)
               : status;
}

CQA_SQL_STATEMENT(list_rubrics, "", 4,
                  "SELECT name, version, title_en, title_zh FROM rubrics"
                  " ORDER BY name, learned_ms DESC, id DESC");

enum cqa_status cqa_rubric_list(struct cqa_scores *scores,
                                void (*visit)(void *context, const struct cqa_rubric_row *row),
                                void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_rubrics);
    while (cqa_list_next(&list, error)) {
        const struct cqa_rubric_row rubric = {
            cqa_row_text(list.row, 0),
            cqa_row_text(list.row, 1),
            {cqa_row_text(list.row, 2), cqa_row_text(list.row, 3)}};
        visit(context, &rubric);
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(list_rules, "", 3,
                  "SELECT rule, title_en, title_zh FROM rubric_rules"
                  " ORDER BY learned_ms, rubric, version");

enum cqa_status cqa_rubric_rules(struct cqa_scores *scores,
                                 void (*visit)(void *context, const char *rule,
                                               struct cqa_text title),
                                 void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_rules);
    while (cqa_list_next(&list, error))
        visit(context, cqa_row_text(list.row, 0),
              (struct cqa_text){cqa_row_text(list.row, 1), cqa_row_text(list.row, 2)});
    return cqa_list_end(scores, &list);
}

/* ---- what was kept before the store had columns for what bounds a total */

CQA_SQL_STATEMENT(next_without_limits, "i", 2,
                  "SELECT id, text FROM rubrics WHERE floor_c IS NULL AND id > ?1"
                  " ORDER BY id LIMIT 1");
CQA_SQL_STATEMENT(set_limits, "iott", 0,
                  "UPDATE rubrics SET floor_c = ?1, cap_c = ?2 WHERE name = ?3 AND version = ?4");
CQA_SQL_STATEMENT(set_rule_limits, "oittt", 0,
                  "UPDATE rubric_rules SET cap_c = ?1, automatic_fail = ?2"
                  " WHERE rubric = ?3 AND version = ?4 AND rule = ?5");

static enum cqa_status write_limits(struct cqa_sql *db, const struct cqa_rubric *rubric,
                                    struct cqa_error *error)
{
    const struct cqa_rubric_info info = cqa_rubric_info(rubric);
    const char *name = cqa_rubric_name(rubric);
    const char *version = cqa_rubric_version(rubric);
    int64_t cap_c;
    enum cqa_status status = cqa_sql_do(db, error, &set_limits, (int64_t)llround(info.floor * 100),
                                        cap_of(info.cap, &cap_c), name, version);

    for (size_t i = 0; status == CQA_OK && i < cqa_rubric_rule_count(rubric); i++) {
        const struct cqa_rule_info rule = cqa_rubric_rule(rubric, i);
        status = cqa_sql_do(db, error, &set_rule_limits, cap_of(rule.cap, &cap_c),
                            (int64_t)rule.automatic_fail, name, version, rule.id);
    }
    return status;
}

/* A text that today's rules refuse stays without limits. */
static enum cqa_status read_limits(struct cqa_sql *db, const char *text, struct cqa_error *error)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric = cqa_rubric_parse(text, strlen(text), &problems);
    const enum cqa_status status = rubric ? write_limits(db, rubric, error) : CQA_OK;

    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
    return status;
}

static enum cqa_status read_next_limits(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    int64_t *after = context;
    struct cqa_arena arena = {0};
    struct cqa_sql_rows *row = NULL;
    const char *text = NULL;
    int64_t id = 0;
    enum cqa_status status = cqa_sql_start(db, &row, error, &next_without_limits, *after);

    if (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        id = cqa_sql_int(row, 0);
        text = cqa_sql_copy(row, 1, &arena);
        if (text == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    if (status == CQA_OK && text != NULL)
        status = read_limits(db, text, error);
    *after = id;
    cqa_arena_finish(&arena);
    return status;
}

enum cqa_status cqa_rubrics_read_limits(struct cqa_scores *scores, struct cqa_error *error)
{
    int64_t after = 0;
    enum cqa_status status;

    do
        status = cqa_scores_write(scores, read_next_limits, &after, error);
    while (status == CQA_OK && after > 0);
    return status;
}
