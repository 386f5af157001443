/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "scores/accounts_internal.h"
#include "scores/audit.h"
#include "scores/claims.h"
#include "scores/flags_internal.h"

const char *const cqa_claim_by_words[CQA_CLAIM_BY_COUNT + 1] = {"turn", "team", "rule", NULL};

enum { FLAGS_MOST = 50000, NOBODY = -1 };

static const int64_t DAY_MS = 86400000;

struct auditor {
    struct cqa_identity who;
    int64_t given;
};

struct share {
    int64_t flag;
    int auditor;
};

struct handing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_hand_out *plan;
    struct cqa_arena arena;
    struct auditor auditors[CQA_CLAIM_AUDITORS_MAX];
    struct share *shares;
    size_t count, capacity;
    int64_t left;
};

/* ---- who takes part */

static enum cqa_status read_auditor(struct cqa_sql *db, struct handing *it, size_t index,
                                    struct cqa_error *error)
{
    struct auditor *auditor = &it->auditors[index];
    const char *name = it->plan->auditors[index];
    const char *password = NULL;

    *auditor = (struct auditor){0};
    const enum cqa_status status =
        cqa_user_read(db, name, 0, &it->arena, &auditor->who, &password, error);
    const int may_review =
        auditor->who.role == CQA_ACCOUNT_LEAD || auditor->who.role == CQA_ACCOUNT_AUDITOR;
    return status == CQA_E_NOTFOUND || (status == CQA_OK && !may_review)
               ? cqa_fail(error, CQA_E_BADDATA, "auditors: nobody named \"%s\" may review", name)
               : status;
}

/* Whether the flag is theirs to decide: of a team that they see, and not of their own calls. */
static int may_have(const struct auditor *auditor, const char *team, const char *person)
{
    const struct cqa_identity *who = &auditor->who;

    if (who->person[0] != '\0' && strcmp(who->person, person) == 0)
        return 0;
    for (size_t i = 0; i < who->team_count; i++)
        if (strcmp(who->teams[i], team) == 0)
            return 1;
    return who->team_count == 0;
}

/* ---- who gets what */

/* Who has got least so far of those who may have it. */
static int least_given(const struct handing *it, const char *team, const char *person)
{
    int best = NOBODY;

    for (int i = 0; i < (int)it->plan->auditor_count; i++)
        if (may_have(&it->auditors[i], team, person) &&
            (best == NOBODY || it->auditors[i].given < it->auditors[best].given))
            best = i;
    return best;
}

static enum cqa_status add_share(struct handing *it, int64_t flag, int auditor,
                                 struct cqa_error *error)
{
    if (auditor == NOBODY) {
        it->left++;
        return CQA_OK;
    }
    if (it->count == it->capacity) {
        const size_t capacity = it->capacity ? 2 * it->capacity : 1024;
        struct share *shares = realloc(it->shares, capacity * sizeof *shares);
        if (shares == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
        it->shares = shares;
        it->capacity = capacity;
    }
    it->shares[it->count++] = (struct share){flag, auditor};
    it->auditors[auditor].given++;
    return CQA_OK;
}

/* The largest group first, each whole, so that who has least so far gets the next: worst first. */
static void build(struct cqa_query *query, struct cqa_sql *db, const struct handing *it)
{
    static const char *const keys[CQA_CLAIM_BY_COUNT] = {"''", "coalesce(f.team, '')", "f.rule"};
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    const char *key = keys[it->plan->by];
    char text[256];

    snprintf(text, sizeof text,
             "SELECT f.id, f.team, f.person, %s AS key, count(*) OVER (PARTITION BY %s) AS size"
             " FROM flags f WHERE f.current = 1",
             key, key);
    cqa_query_add(query, text);
    cqa_query_scope(query, "f", &scope);
    cqa_flag_filter_add(query, db, &it->plan->filter, 0);
    if (!it->plan->takes_all)
        cqa_query_number(query,
                         " AND NOT EXISTS(SELECT 1 FROM claims k WHERE k.flag = f.id"
                         " AND k.until_ms > ?)",
                         cqa_scores_now_ms(it->scores));
    cqa_query_add(query, " ORDER BY size DESC, key, f.severity DESC, f.points_c DESC,"
                         " f.confidence DESC, f.started_ms DESC, f.id DESC");
    cqa_query_number(query, " LIMIT ?", FLAGS_MOST);
}

static enum cqa_status share_out(struct cqa_sql *db, struct handing *it, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;
    char key[256] = "";
    int chosen = NOBODY;

    build(&query, db, it);
    enum cqa_status status = cqa_query_start(&query, db, 5, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        const char *team = cqa_row_text(row, 1);
        const char *person = cqa_row_text(row, 2);
        const int is_new = it->plan->by == CQA_CLAIM_BY_TURN ||
                           strncmp(key, cqa_row_text(row, 3), sizeof key - 1) != 0;
        if (is_new || chosen == NOBODY)
            chosen = least_given(it, team, person);
        snprintf(key, sizeof key, "%s", cqa_row_text(row, 3));
        const int fits = chosen != NOBODY && may_have(&it->auditors[chosen], team, person);
        status = add_share(it, cqa_sql_int(row, 0), fits ? chosen : least_given(it, team, person),
                           error);
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

/* ---- writing it down */

CQA_SQL_STATEMENT(give_claim, "iiiii", 0,
                  "INSERT INTO claims(flag, user, until_ms, given_by, at_ms)"
                  " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(flag) DO UPDATE SET user = ?2,"
                  " until_ms = ?3, given_by = ?4, at_ms = ?5");

static enum cqa_status write_shares(struct cqa_sql *db, const struct handing *it,
                                    struct cqa_error *error)
{
    const int64_t now_ms = cqa_scores_now_ms(it->scores);
    enum cqa_status status = CQA_OK;
    char detail[96];

    for (size_t i = 0; status == CQA_OK && i < it->count; i++)
        status = cqa_sql_do(db, error, &give_claim, it->shares[i].flag,
                            it->auditors[it->shares[i].auditor].who.user,
                            now_ms + it->plan->days * DAY_MS, it->who->user, now_ms);
    snprintf(detail, sizeof detail, "%zu flags to %zu people by %s for %lld days", it->count,
             it->plan->auditor_count, cqa_claim_by_words[it->plan->by], (long long)it->plan->days);
    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name, "claims.hand-out",
                                            "flags", detail, error)
                            : status;
}

static enum cqa_status hand_out(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct handing *it = context;
    enum cqa_status status = CQA_OK;

    it->count = 0;
    it->left = 0;
    for (size_t i = 0; status == CQA_OK && i < it->plan->auditor_count; i++)
        status = read_auditor(db, it, i, error);
    if (status == CQA_OK)
        status = share_out(db, it, error);
    return status == CQA_OK ? write_shares(db, it, error) : status;
}

enum cqa_status cqa_claims_hand_out(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const struct cqa_hand_out *plan, int64_t *given, int64_t *left,
                                    struct cqa_error *error)
{
    struct handing handing = {.scores = scores, .who = who, .plan = plan};
    enum cqa_status status;

    if (who->user == 0)
        status = cqa_fail(error, CQA_E_REFUSED,
                          "handing out needs a person's name: log in instead of using a token");
    else
        status = cqa_scores_write(scores, hand_out, &handing, error);
    for (size_t i = 0; i < plan->auditor_count; i++)
        given[i] = handing.auditors[i].given;
    *left = handing.left;
    free(handing.shares);
    cqa_arena_finish(&handing.arena);
    return status;
}
