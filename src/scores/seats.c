/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "scores/audit.h"
#include "scores/seats.h"
#include "scores/store_internal.h"

struct changing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_seats_wish *wish;
    struct cqa_seats_change *out;
    void (*visit)(void *context, const struct cqa_seat_row *row, int is_gone);
    void *context;
    int is_rolled_back; /* on purpose */
};

/* ---- the seats */

CQA_SQL_STATEMENT(drop_seats, "", 0, "DELETE FROM roster");
CQA_SQL_STATEMENT(insert_seat, "tttttt", 0,
                  "INSERT INTO roster(person, extension, team, post, from_local, to_local)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
CQA_SQL_STATEMENT(put_back, "i", 0,
                  "INSERT INTO roster(person, extension, team, post, from_local, to_local)"
                  " SELECT person, extension, team, post, from_local, to_local FROM roster_seats"
                  " WHERE version = ?1");
CQA_SQL_STATEMENT(version_before, "i", 1,
                  "SELECT max(version) FROM roster_versions WHERE version < ?1"
                  " HAVING max(version) IS NOT NULL");
CQA_SQL_STATEMENT(newest_version, "", 1, "SELECT coalesce(max(version), 0) FROM roster_versions");
CQA_SQL_STATEMENT(count_seats, "", 1, "SELECT count(*) FROM roster");

static enum cqa_status write_roster(struct cqa_sql *db, const struct cqa_roster *roster,
                                    struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < roster->count; i++) {
        const struct cqa_seat *seat = &roster->seats[i];
        /* Recorders that know names rather than extensions give the person itself. */
        status = cqa_sql_do(db, error, &insert_seat, seat->person,
                            seat->extension ? seat->extension : seat->person, seat->team,
                            seat->post, seat->from, seat->to);
    }
    return status;
}

static enum cqa_status write_before(struct cqa_sql *db, int64_t version, struct cqa_error *error)
{
    int64_t before = 0;
    const enum cqa_status status = cqa_scores_find(db, &before, error, &version_before, version);

    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "there is no roster before this one");
    return status == CQA_OK ? cqa_sql_do(db, error, &put_back, before) : status;
}

static enum cqa_status write_seats(struct cqa_sql *db, const struct changing *it,
                                   struct cqa_error *error)
{
    const struct cqa_seats_wish *wish = it->wish;
    enum cqa_status status = cqa_sql_number(db, &it->out->version, error, &newest_version);

    if (status == CQA_OK && wish->version != 0 && wish->version != it->out->version)
        return cqa_fail(error, CQA_E_REFUSED,
                        "another roster is in force meanwhile: version %lld, not %lld",
                        (long long)it->out->version, (long long)wish->version);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &drop_seats);
    if (status == CQA_OK)
        status = wish->roster != NULL ? write_roster(db, wish->roster, error)
                                      : write_before(db, it->out->version, error);
    return status == CQA_OK ? cqa_sql_number(db, &it->out->seats, error, &count_seats) : status;
}

/* ---- what becomes other */

#define SEATS "SELECT person, extension, team, post, from_local, to_local FROM "
CQA_SQL_STATEMENT(list_added, "i", 6,
                  SEATS "roster EXCEPT " SEATS "roster_seats WHERE version = ?1 ORDER BY 1, 2, 5");
CQA_SQL_STATEMENT(list_gone, "i", 6,
                  SEATS "roster_seats WHERE version = ?1 EXCEPT " SEATS "roster ORDER BY 1, 2, 5");

static struct cqa_seat_row seat_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_seat_row){cqa_row_text(row, 0), cqa_row_text(row, 1), cqa_sql_text(row, 2),
                                 cqa_sql_text(row, 3), cqa_row_text(row, 4), cqa_row_text(row, 5)};
}

static enum cqa_status visit_seats(struct cqa_sql *db, const struct changing *it, int is_gone,
                                   int64_t *count, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, is_gone ? &list_gone : &list_added, it->out->version);

    while (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        const struct cqa_seat_row seat = seat_of(row);
        it->visit(it->context, &seat, is_gone);
        ++*count;
    }
    cqa_sql_end(row);
    return status;
}

/* The calls of open periods whose person or team is another by the roster as it now is. */
#define MOVED                                                                                      \
    " FROM (SELECT id, person, team FROM ("                                                        \
    " SELECT c.id, c.person AS old_person, c.team AS old_team,"                                    \
    "  coalesce((SELECT r.person FROM roster r WHERE r.extension = c.agent AND r.from_local <="    \
    "   substr(c.started_at, 1, 19) AND substr(c.started_at, 1, 19) < r.to_local"                  \
    "   ORDER BY r.from_local DESC LIMIT 1), c.agent) AS person,"                                  \
    "  (SELECT r.team FROM roster r WHERE r.extension = c.agent AND r.from_local <="               \
    "   substr(c.started_at, 1, 19) AND substr(c.started_at, 1, 19) < r.to_local"                  \
    "   ORDER BY r.from_local DESC LIMIT 1) AS team"                                               \
    " FROM calls c WHERE NOT EXISTS(SELECT 1 FROM periods p"                                       \
    "  WHERE p.from_day <= c.day AND c.day < p.to_day)) n"                                         \
    " WHERE person IS DISTINCT FROM old_person OR team IS DISTINCT FROM old_team) m"

CQA_SQL_STATEMENT(move_flags, "", 0,
                  "UPDATE flags SET person = m.person, team = m.team" MOVED
                  " WHERE flags.call = m.id");
CQA_SQL_STATEMENT(move_calls, "", 0,
                  "UPDATE calls SET person = m.person, team = m.team" MOVED
                  " WHERE calls.id = m.id");

CQA_SQL_STATEMENT(count_moved, "", 2,
                  "SELECT count(*), count(*) FILTER (WHERE EXISTS(SELECT 1 FROM flags f"
                  "  WHERE f.call = m.id AND f.state <> 0)"
                  " OR EXISTS(SELECT 1 FROM objections o WHERE o.call = m.id))" MOVED);

/* Only rows that change are written: after a transfer that is one person's calls, not a million.
 * Flags first: a call tells that it moves until it has. */
static enum cqa_status attribute_again(struct cqa_sql *db, struct cqa_error *error)
{
    const enum cqa_status status = cqa_sql_do(db, error, &move_flags);

    return status == CQA_OK ? cqa_sql_do(db, error, &move_calls) : status;
}

static enum cqa_status look_at_calls(struct cqa_sql *db, struct cqa_seats_change *out,
                                     struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &count_moved);

    if (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        out->moved = cqa_sql_int(row, 0);
        out->decided = cqa_sql_int(row, 1);
    }
    cqa_sql_end(row);
    return status;
}

/* ---- the version */

CQA_SQL_STATEMENT(
    insert_version, "iiii", 0,
    "INSERT INTO roster_versions(version, at_ms, user, seats) VALUES(?1, ?2, ?3, ?4)");
CQA_SQL_STATEMENT(keep_seats, "i", 0,
                  "INSERT INTO roster_seats(version, person, extension, team, post, from_local,"
                  " to_local) SELECT ?1, person, extension, team, post, from_local,"
                  " to_local FROM roster");

static enum cqa_status keep_version(struct cqa_sql *db, const struct changing *it,
                                    struct cqa_error *error)
{
    struct cqa_seats_change *out = it->out;
    char detail[160];
    enum cqa_status status = CQA_OK;

    if (out->added + out->gone > 0) {
        status = cqa_sql_do(db, error, &insert_version, ++out->version,
                            cqa_scores_now_ms(it->scores), it->who->user, out->seats);
        if (status == CQA_OK)
            status = cqa_sql_do(db, error, &keep_seats, out->version);
    }
    snprintf(detail, sizeof detail,
             "version %lld, %lld seats, %lld new, %lld gone, %lld calls attributed anew",
             (long long)out->version, (long long)out->seats, (long long)out->added,
             (long long)out->gone, (long long)out->moved);
    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name,
                                            it->wish->roster ? "roster.replace" : "roster.undo",
                                            "roster", detail, error)
                            : status;
}

static enum cqa_status change(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct changing *it = context;
    struct cqa_seats_change *out = it->out;

    *out = (struct cqa_seats_change){0};
    it->visit(it->context, NULL, 0);
    enum cqa_status status = write_seats(db, it, error);
    if (status == CQA_OK)
        status = visit_seats(db, it, 0, &out->added, error);
    if (status == CQA_OK)
        status = visit_seats(db, it, 1, &out->gone, error);
    if (status == CQA_OK)
        status = look_at_calls(db, out, error);
    if (status != CQA_OK)
        return status;
    out->needs_second = out->decided > 0 && !it->wish->is_confirmed;
    it->is_rolled_back = it->wish->is_preview || out->needs_second;
    if (it->is_rolled_back)
        return cqa_fail(error, CQA_E_REFUSED, "only a preview");
    status = attribute_again(db, error);
    return status == CQA_OK ? keep_version(db, it, error) : status;
}

enum cqa_status cqa_seats_change(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_seats_wish *wish, struct cqa_seats_change *out,
                                 void (*visit)(void *context, const struct cqa_seat_row *row,
                                               int is_gone),
                                 void *context, struct cqa_error *error)
{
    struct changing changing = {scores, who, wish, out, visit, context, 0};
    const enum cqa_status status = cqa_scores_write(scores, change, &changing, error);

    return changing.is_rolled_back ? CQA_OK : status;
}

/* ---- lists */

enum cqa_status cqa_seats_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                               void (*visit)(void *context, const struct cqa_seat_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(&query, SEATS "roster r WHERE 1 = 1");
    cqa_query_scope(&query, "r", scope);
    cqa_query_add(&query, " ORDER BY 1, 2, 5");
    cqa_list_ask(&list, &query, 6, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_seat_row seat = seat_of(list.row);
        visit(context, &seat);
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(list_versions, "", 4,
                  "SELECT v.version, v.at_ms, v.seats, u.name FROM roster_versions v"
                  " LEFT JOIN users u ON u.id = v.user ORDER BY v.version DESC LIMIT 200");

enum cqa_status cqa_seats_versions(struct cqa_scores *scores,
                                   void (*visit)(void *context,
                                                 const struct cqa_seats_version *row),
                                   void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_versions);
    while (cqa_list_next(&list, error)) {
        const struct cqa_seats_version version = {
            cqa_sql_int(list.row, 0), cqa_sql_int(list.row, 1), cqa_sql_int(list.row, 2),
            cqa_sql_text(list.row, 3)};
        visit(context, &version);
    }
    return cqa_list_end(scores, &list);
}
