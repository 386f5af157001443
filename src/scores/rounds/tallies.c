/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/tallies.h"

#include <sodium.h>
#include "scores/store_internal.h"

/* ---- reading */

CQA_SQL_STATEMENT(list_tallies, "tt", 2,
                  "SELECT person, tally FROM tallies WHERE made_by = ?1 AND period = ?2"
                  " AND tally IS NOT NULL ORDER BY person");

enum cqa_status cqa_tallies_list(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                 void (*visit)(void *context, const char *person,
                                               const char *tally),
                                 void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_tallies, of->made_by, of->period);
    while (cqa_list_next(&list, error))
        visit(context, cqa_row_text(list.row, 0), cqa_row_text(list.row, 1));
    return cqa_list_end(scores, &list);
}

/* From person to person along an index, and of each whether there is one call: so that it costs the
 * same however many there are. In sub-selects, which no planner makes a walk over the month of. */
#define NOT_KEPT(person)                                                                           \
    "(SELECT k.id FROM tallies k WHERE k.made_by = ?3 AND k.period = ?4"                           \
    "  AND k.person = " person " AND k.tally IS NOT NULL) IS NULL"
#define IN_PERIOD(condition)                                                                       \
    " AND (SELECT c.id FROM calls c WHERE " condition                                              \
    " AND c.day BETWEEN ?1 AND ?2 AND c.copy_of IS NULL LIMIT 1) IS NOT NULL"
CQA_SQL_STATEMENT(list_missing, "iitt", 1,
                  "WITH RECURSIVE p(person) AS (SELECT min(person) FROM calls UNION ALL"
                  " SELECT (SELECT min(n.person) FROM calls n WHERE n.person > p.person) FROM p"
                  "  WHERE p.person IS NOT NULL)"
                  " SELECT p.person FROM p WHERE p.person IS NOT NULL AND " NOT_KEPT("p.person")
                      IN_PERIOD("c.person = p.person") " UNION ALL SELECT '' WHERE " NOT_KEPT("''")
                          IN_PERIOD("c.person IS NULL"));

enum cqa_status cqa_tallies_missing(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                    void (*visit)(void *context, const char *person), void *context,
                                    struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_missing, of->day_from, of->day_to, of->made_by,
                   of->period);
    while (cqa_list_next(&list, error))
        visit(context, cqa_row_text(list.row, 0));
    return cqa_list_end(scores, &list);
}

/* ---- writing */

/* Who looks at a sheet does not wait for a long transaction: then nothing is kept. */
enum { WAIT_MS = 1000 };

struct writing {
    const struct cqa_tallies_of *of;
    const char *claim;
    const char *const *persons, *const *tallies;
    size_t count;
};

CQA_SQL_STATEMENT(drop_others, "ttt", 0,
                  "DELETE FROM tallies WHERE scheme = ?1 AND period = ?2 AND made_by <> ?3");
CQA_SQL_STATEMENT(claim_tally, "tttiitt", 0,
                  "INSERT INTO tallies(made_by, scheme, period, from_day, to_day, claim, person)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(made_by, period, person)"
                  " DO UPDATE SET claim = excluded.claim, tally = NULL");

static enum cqa_status claim_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct writing *it = context;
    const struct cqa_tallies_of *of = it->of;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < it->count && status == CQA_OK; i++)
        status = cqa_sql_do(db, error, &claim_tally, of->made_by, of->scheme, of->period,
                            of->day_from, of->day_to, it->claim, it->persons[i]);
    return status == CQA_OK
               ? cqa_sql_do(db, error, &drop_others, of->scheme, of->period, of->made_by)
               : status;
}

enum cqa_status cqa_tallies_claim(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                  const char *const *persons, size_t count,
                                  char claim[CQA_CLAIM_SIZE], struct cqa_error *error)
{
    unsigned char random[(CQA_CLAIM_SIZE - 1) / 2];
    struct writing writing = {of, claim, persons, NULL, count};

    randombytes_buf(random, sizeof random);
    sodium_bin2hex(claim, CQA_CLAIM_SIZE, random, sizeof random);
    return cqa_scores_write_soon(scores, WAIT_MS, claim_all, &writing, error);
}

CQA_SQL_STATEMENT(keep_tally, "ttttt", 0,
                  "UPDATE tallies SET tally = ?1 WHERE made_by = ?2 AND period = ?3"
                  " AND person = ?4 AND claim = ?5 AND tally IS NULL");

static enum cqa_status keep_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct writing *it = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < it->count && status == CQA_OK; i++)
        status = cqa_sql_do(db, error, &keep_tally, it->tallies[i], it->of->made_by, it->of->period,
                            it->persons[i], it->claim);
    return status;
}

enum cqa_status cqa_tallies_keep(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                 const char *claim, const char *const *persons,
                                 const char *const *tallies, size_t count, struct cqa_error *error)
{
    struct writing writing = {of, claim, persons, tallies, count};

    return cqa_scores_write_soon(scores, WAIT_MS, keep_all, &writing, error);
}
