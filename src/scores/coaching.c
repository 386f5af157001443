/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "scores/audit.h"
#include "scores/coaching.h"
#include "scores/store_internal.h"

enum { TEXT_BYTES_MAX = 4000 };

static enum cqa_status check_text(const char *what, const char *text, struct cqa_error *error)
{
    if (text[strspn(text, " \t\n")] == '\0' || strlen(text) > TEXT_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "%p: must have 1 to %d bytes", cqa_words_for(what),
                        TEXT_BYTES_MAX);
    return CQA_OK;
}

static enum cqa_status check_name(const struct cqa_identity *who, struct cqa_error *error)
{
    return who->user != 0 ? CQA_OK
                          : cqa_fail(error, CQA_E_REFUSED,
                                     "a note needs a person's name: log in instead of using a "
                                     "token");
}

/* The first column of the first row as a number; CQA_E_NOTFOUND with `missing`, a CQA_N, when there
 * is none.
 */
static enum cqa_status find_one(struct cqa_sql *db, struct cqa_query *query, int64_t *out,
                                const char *missing, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_query_start(query, db, 1, &row, error);

    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK)
        *out = cqa_sql_int(row, 0);
    cqa_sql_end(row);
    cqa_query_finish(query);
    return status == CQA_E_NOTFOUND
               ? cqa_fail(error, CQA_E_NOTFOUND, "%p", cqa_words_named(missing))
               : status;
}

/* An agent is known by a seat in the roster, or by calls. `*team_seat` gets the roster row that the
 * team is taken from, 0 when only calls know the person. */
static enum cqa_status find_person(struct cqa_sql *db, const struct cqa_scope *scope,
                                   const char *person, int64_t *team_seat, struct cqa_error *error)
{
    static const char missing[] = CQA_N("person: no such agent that you may see");
    struct cqa_query seats = {0};
    struct cqa_query calls = {0};
    int64_t call;

    *team_seat = 0;
    cqa_query_text(&seats, "SELECT r.id FROM roster r WHERE r.person = ?", person);
    cqa_query_scope(&seats, "r", scope);
    cqa_query_add(&seats, " ORDER BY r.to_local DESC, r.from_local DESC LIMIT 1");
    const enum cqa_status status = find_one(db, &seats, team_seat, missing, error);
    if (status != CQA_E_NOTFOUND)
        return status;
    cqa_query_text(&calls, "SELECT c.id FROM calls c WHERE c.person = ?", person);
    cqa_query_scope(&calls, "c", scope);
    cqa_query_add(&calls, " LIMIT 1");
    return find_one(db, &calls, &call, missing, error);
}

static enum cqa_status check_link(struct cqa_sql *db, const struct cqa_scope *scope,
                                  const char *person, const struct cqa_coaching_link *link,
                                  struct cqa_error *error)
{
    struct cqa_query query = {0};
    int64_t found;

    cqa_query_number(&query, "SELECT c.id FROM calls c WHERE c.id = ?", link->call);
    cqa_query_text(&query, " AND c.person = ?", person);
    cqa_query_scope(&query, "c", scope);
    if (link->flag != 0)
        cqa_query_number(&query,
                         " AND EXISTS(SELECT 1 FROM flags f WHERE f.id = ? AND f.call = c.id)",
                         link->flag);
    return find_one(db, &query, &found, CQA_N("links: no such call or flag of this agent"), error);
}

CQA_SQL_STATEMENT(
    insert_coaching, "tiiiti", 1,
    "INSERT INTO coaching(person, team, author, at_ms, text, follow_day) VALUES(?1,"
    " coalesce((SELECT team FROM roster WHERE id = ?2),"
    "  (SELECT team FROM calls WHERE person = ?1 ORDER BY day DESC NULLS LAST, id DESC LIMIT 1)),"
    " ?3, ?4, ?5, nullif(?6, 0)) RETURNING id");
CQA_SQL_STATEMENT(insert_link, "iii", 0,
                  "INSERT INTO coaching_links(note, call, flag) VALUES(?1, ?2, ?3)"
                  " ON CONFLICT DO NOTHING");

static enum cqa_status insert_note(struct cqa_scores *scores, struct cqa_sql *db,
                                   const struct cqa_identity *who,
                                   const struct cqa_coaching_new *note, int64_t team_seat,
                                   int64_t *number, struct cqa_error *error)
{
    enum cqa_status status =
        cqa_sql_number(db, number, error, &insert_coaching, note->person, team_seat, who->user,
                       cqa_scores_now_ms(scores), note->text, note->follow_day);
    for (size_t i = 0; status == CQA_OK && i < note->link_count; i++)
        status =
            cqa_sql_do(db, error, &insert_link, *number, note->links[i].call, note->links[i].flag);
    return status;
}

struct adding {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_coaching_new *note;
    int64_t *number;
};

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct adding *it = context;
    const struct cqa_coaching_new *note = it->note;
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    char object[40];
    char detail[400];
    int64_t team_seat;
    enum cqa_status status = find_person(db, &scope, note->person, &team_seat, error);

    for (size_t i = 0; status == CQA_OK && i < note->link_count; i++)
        status = check_link(db, &scope, note->person, &note->links[i], error);
    if (status == CQA_OK)
        status = insert_note(it->scores, db, it->who, note, team_seat, it->number, error);
    snprintf(object, sizeof object, "coaching %lld", (long long)*it->number);
    snprintf(detail, sizeof detail, "for %.256s, follow-up %lld, %zu links", note->person,
             (long long)note->follow_day, note->link_count);
    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, it->who->name, "coaching.add", object, detail, error)
               : status;
}

enum cqa_status cqa_coaching_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_coaching_new *note, int64_t *number,
                                 struct cqa_error *error)
{
    struct adding adding = {scores, who, note, number};
    enum cqa_status status = check_name(who, error);

    *number = 0;
    if (status == CQA_OK)
        status = check_text("text", note->text, error);
    return status == CQA_OK ? cqa_scores_write(scores, add, &adding, error) : status;
}

CQA_SQL_STATEMENT(set_done, "iiti", 0,
                  "UPDATE coaching SET done_by = ?1, done_ms = ?2, outcome = ?3 WHERE id = ?4");

struct finishing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t number;
    const char *outcome;
};

static enum cqa_status finish(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct finishing *it = context;
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    struct cqa_query query = {0};
    char object[40];
    int64_t is_open = 0;

    cqa_query_number(&query,
                     "SELECT n.follow_day IS NOT NULL AND n.done_ms IS NULL FROM coaching n"
                     " WHERE n.id = ?",
                     it->number);
    cqa_query_scope(&query, "n", &scope);
    enum cqa_status status =
        find_one(db, &query, &is_open, CQA_N("no such note that you may see"), error);
    if (status == CQA_OK && !is_open)
        status =
            cqa_fail(error, CQA_E_REFUSED, "this note has no follow-up that is still to be done");
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &set_done, it->who->user, cqa_scores_now_ms(it->scores),
                            it->outcome, it->number);
    snprintf(object, sizeof object, "coaching %lld", (long long)it->number);
    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name, "coaching.done", object,
                                            it->outcome ? it->outcome : "", error)
                            : status;
}

enum cqa_status cqa_coaching_done(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t number, const char *outcome, struct cqa_error *error)
{
    struct finishing finishing = {scores, who, number, outcome};
    enum cqa_status status = check_name(who, error);

    if (status == CQA_OK && outcome != NULL)
        status = check_text("outcome", outcome, error);
    return status == CQA_OK ? cqa_scores_write(scores, finish, &finishing, error) : status;
}

/* ---- the list */

static void build(struct cqa_query *query, const struct cqa_scope *scope,
                  const struct cqa_coaching_filter *filter)
{
    const char *key = filter->is_open ? "n.follow_day" : "-n.id";
    char sql[96];

    snprintf(sql, sizeof sql, "SELECT n.id, %s, n.at_ms, n.follow_day, n.done_ms,", key);
    cqa_query_add(query, sql);
    cqa_query_add(
        query,
        " n.person, n.team, a.name, n.text, d.name, n.outcome"
        " FROM coaching n JOIN users a ON a.id = n.author LEFT JOIN users d ON d.id = n.done_by"
        " WHERE 1 = 1");
    cqa_query_scope(query, "n", scope);
    if (filter->person != NULL)
        cqa_query_text(query, " AND n.person = ?", filter->person);
    if (filter->is_open)
        cqa_query_add(query, " AND n.follow_day IS NOT NULL AND n.done_ms IS NULL");
    if (filter->due_day != 0)
        cqa_query_number(query, " AND n.follow_day <= ?", filter->due_day);
    if (filter->has_after) {
        snprintf(sql, sizeof sql, " AND (%s, n.id) > (?", key);
        cqa_query_number(query, sql, filter->after_key);
        cqa_query_number(query, ", ?)", filter->after_id);
    }
    snprintf(sql, sizeof sql, " ORDER BY %s, n.id LIMIT ?", key);
    cqa_query_number(query, sql, filter->limit);
}

CQA_SQL_STATEMENT(links_of, "i", 7,
                  "SELECT l.call, c.call_id, c.started_at, l.flag, f.rule, q.title_en, q.title_zh"
                  " FROM coaching_links l JOIN calls c ON c.id = l.call"
                  " LEFT JOIN flags f ON f.id = l.flag" CQA_RULE_JOIN
                  " WHERE l.note = ?1 ORDER BY l.call, l.flag");

static json_t *link_of(const struct cqa_sql_rows *row)
{
    const int64_t flag = cqa_sql_int(row, 3);
    const char *title = cqa_sql_text(row, 5);

    return json_pack("{s:I, s:s, s:s?, s:o, s:s?, s:o}", "call", (json_int_t)cqa_sql_int(row, 0),
                     "call_id", cqa_row_text(row, 1), "started_at", cqa_sql_text(row, 2), "flag",
                     flag == 0 ? json_null() : json_integer((json_int_t)flag), "rule",
                     cqa_sql_text(row, 4), "title",
                     title == NULL
                         ? json_null()
                         : json_pack("{s:s, s:s}", "en", title, "zh", cqa_row_text(row, 6)));
}

/* What the note is about, as text. Owned, free with free; NULL with `status` filled. */
static char *read_links(struct cqa_sql *db, int64_t note, enum cqa_status *status,
                        struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    json_t *list = json_array();

    *status = cqa_sql_start(db, &row, error, &links_of, note);
    while (*status == CQA_OK && cqa_sql_next(row, status, error))
        json_array_append_new(list, link_of(row));
    cqa_sql_end(row);
    char *text = *status == CQA_OK ? json_dumps(list, JSON_COMPACT) : NULL;
    if (*status == CQA_OK && text == NULL)
        *status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    json_decref(list);
    return text;
}

static struct cqa_coaching_row row_of(struct cqa_sql_rows *row, const char *links)
{
    return (struct cqa_coaching_row){.id = cqa_sql_int(row, 0),
                                     .key = cqa_sql_int(row, 1),
                                     .at_ms = cqa_sql_int(row, 2),
                                     .follow_day = cqa_sql_int(row, 3),
                                     .done_ms = cqa_sql_int(row, 4),
                                     .person = cqa_row_text(row, 5),
                                     .team = cqa_sql_text(row, 6),
                                     .by = cqa_row_text(row, 7),
                                     .text = cqa_row_text(row, 8),
                                     .done_by = cqa_sql_text(row, 9),
                                     .outcome = cqa_sql_text(row, 10),
                                     .links = links};
}

enum cqa_status cqa_coaching_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                  const struct cqa_coaching_filter *filter,
                                  int (*visit)(void *context, const struct cqa_coaching_row *row),
                                  void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;
    struct cqa_sql *db = cqa_list_take(scores, &list, error);

    if (db == NULL)
        return list.status;
    build(&query, scope, filter);
    cqa_list_ask(&list, &query, 11, error);
    for (int stop = 0; !stop && cqa_list_next(&list, error);) {
        char *links = read_links(db, cqa_sql_int(list.row, 0), &list.status, error);
        const struct cqa_coaching_row note = row_of(list.row, links);
        stop = list.status != CQA_OK || visit(context, &note);
        free(links);
    }
    return cqa_list_end(scores, &list);
}
