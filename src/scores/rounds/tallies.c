/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/tallies.h"

#include <sodium.h>
#include <string.h>
#include "scores/store_internal.h"

/* ---- reading */

CQA_SQL_STATEMENT(read_mark, "tt", 3,
                  "SELECT upto, coalesce((SELECT max(id) FROM calls), 0),"
                  " EXISTS(SELECT 1 FROM tallies k WHERE k.made_by = ?1 AND k.period = ?2"
                  " AND k.tally IS NOT NULL) FROM tally_marks"
                  " WHERE made_by = ?1 AND period = ?2");

enum cqa_status cqa_tallies_mark(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                 struct cqa_tallies_mark *out, struct cqa_error *error)
{
    struct cqa_list list;

    *out = (struct cqa_tallies_mark){0};
    cqa_list_start(scores, &list, error, &read_mark, of->made_by, of->period);
    if (cqa_list_next(&list, error))
        *out = (struct cqa_tallies_mark){1, cqa_sql_int(list.row, 0), cqa_sql_int(list.row, 1),
                                         cqa_sql_int(list.row, 2) != 0};
    return cqa_list_end(scores, &list);
}

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
    person " NOT IN (SELECT k.person FROM tallies k WHERE k.made_by = ?3 AND k.period = ?4"        \
           " AND k.tally IS NOT NULL)"
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
    const struct cqa_tallies_made *made;
};

/* Nobody knows what tallies without a mark have counted. */
CQA_SQL_STATEMENT(drop_other_marks, "ttt", 0,
                  "DELETE FROM tally_marks WHERE scheme = ?1 AND period = ?2 AND made_by <> ?3");
CQA_SQL_STATEMENT(drop_unmarked, "tt", 0,
                  "DELETE FROM tallies WHERE scheme = ?1 AND period = ?2 AND NOT EXISTS(SELECT 1"
                  " FROM tally_marks m WHERE m.made_by = tallies.made_by"
                  " AND m.period = tallies.period)");
CQA_SQL_STATEMENT(claim_mark, "tttt", 0,
                  "INSERT INTO tally_marks(made_by, scheme, period, claim, upto) VALUES(?1, ?2, ?3,"
                  " ?4, coalesce((SELECT max(id) FROM calls), 0)) ON CONFLICT(made_by, period) DO "
                  "UPDATE SET claim = excluded.claim");
CQA_SQL_STATEMENT(
    claim_tally, "tttiit", 0,
    "INSERT INTO tallies(made_by, scheme, period, from_day, to_day, person)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(made_by, period, person) DO NOTHING");

static enum cqa_status claim_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct writing *it = context;
    const struct cqa_tallies_of *of = it->of;
    enum cqa_status status =
        cqa_sql_do(db, error, &drop_other_marks, of->scheme, of->period, of->made_by);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &drop_unmarked, of->scheme, of->period);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &claim_mark, of->made_by, of->scheme, of->period, it->claim);
    for (size_t i = 0; i < it->made->count && status == CQA_OK; i++)
        status = cqa_sql_post(db, error, &claim_tally, of->made_by, of->scheme, of->period,
                              of->day_from, of->day_to, it->made->persons[i]);
    return status;
}

enum cqa_status cqa_tallies_claim(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                  const char *const *persons, size_t count,
                                  char claim[CQA_CLAIM_SIZE], struct cqa_error *error)
{
    unsigned char random[(CQA_CLAIM_SIZE - 1) / 2];
    const struct cqa_tallies_made none_yet = {.persons = persons, .count = count};
    struct writing writing = {of, claim, &none_yet};

    randombytes_buf(random, sizeof random);
    sodium_bin2hex(claim, CQA_CLAIM_SIZE, random, sizeof random);
    return cqa_scores_write_soon(scores, WAIT_MS, claim_all, &writing, error);
}

CQA_SQL_STATEMENT(keep_mark, "ittt", 0,
                  "UPDATE tally_marks SET upto = ?1, claim = NULL WHERE made_by = ?2"
                  " AND period = ?3 AND claim = ?4");
/* Many at a time: each statement is planned, and asks on PostgreSQL whether somebody writes by
 * hand. */
enum { AT_A_TIME = 32, OF_ALL = 2 };
#define TWO(a, b, c, d) "(?" #a ", ?" #b "), (?" #c ", ?" #d ")"
#define EIGHT_TYPES "tttttttttttttttt"
/* clang-format off */
CQA_SQL_STATEMENT(keep_some, "tt" EIGHT_TYPES EIGHT_TYPES EIGHT_TYPES EIGHT_TYPES, 0,
                  "WITH made(person, tally) AS (VALUES "
                  TWO( 3,  4,  5,  6) ", " TWO( 7,  8,  9, 10) ", " TWO(11, 12, 13, 14) ", " TWO(15, 16, 17, 18) ", "
                  TWO(19, 20, 21, 22) ", " TWO(23, 24, 25, 26) ", " TWO(27, 28, 29, 30) ", " TWO(31, 32, 33, 34) ", "
                  TWO(35, 36, 37, 38) ", " TWO(39, 40, 41, 42) ", " TWO(43, 44, 45, 46) ", " TWO(47, 48, 49, 50) ", "
                  TWO(51, 52, 53, 54) ", " TWO(55, 56, 57, 58) ", " TWO(59, 60, 61, 62) ", " TWO(63, 64, 65, 66)
                  ") UPDATE tallies SET tally = made.tally FROM made WHERE made_by = ?1 AND period = ?2"
                  " AND tallies.person = made.person");
/* clang-format on */

static struct cqa_sql_value text_value(const char *text)
{
    return text == NULL
               ? (struct cqa_sql_value){.kind = CQA_SQL_NULL}
               : (struct cqa_sql_value){.kind = CQA_SQL_TEXT, .bytes = text, .size = strlen(text)};
}

/* From `first` on; where there are fewer, a null is nobody. */
static enum cqa_status keep_from(struct cqa_sql *db, const struct writing *it, size_t first,
                                 struct cqa_error *error)
{
    const struct cqa_tallies_made *made = it->made;
    struct cqa_sql_value values[OF_ALL + 2 * AT_A_TIME] = {text_value(it->of->made_by),
                                                           text_value(it->of->period)};

    for (size_t i = first; i < made->count && i < first + AT_A_TIME; i++) {
        values[OF_ALL + 2 * (i - first)] = text_value(made->persons[i]);
        values[OF_ALL + 2 * (i - first) + 1] = text_value(made->tallies[i]);
    }
    return cqa_sql_do_values(db, error, &keep_some, values, OF_ALL + 2 * AT_A_TIME);
}

/* Whose claim it is no longer keeps nothing. */
static enum cqa_status keep_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct writing *it = context;
    const struct cqa_tallies_of *of = it->of;
    const struct cqa_tallies_made *made = it->made;
    enum cqa_status status =
        cqa_sql_do(db, error, &keep_mark, made->upto, of->made_by, of->period, it->claim);
    const size_t count = status == CQA_OK && cqa_sql_changes(db) > 0 ? made->count : 0;

    for (size_t i = 0; i < count && status == CQA_OK; i += AT_A_TIME)
        status = keep_from(db, it, i, error);
    return status;
}

enum cqa_status cqa_tallies_keep(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                 const char *claim, const struct cqa_tallies_made *made,
                                 struct cqa_error *error)
{
    struct writing writing = {of, claim, made};

    return cqa_scores_write_soon(scores, WAIT_MS, keep_all, &writing, error);
}
