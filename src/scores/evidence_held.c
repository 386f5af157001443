/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long evidence clips are kept, and by whose wish they go or stay. */
#include <stdio.h>
#include <stdlib.h>
#include "scores/accounts_internal.h"
#include "scores/audit.h"
#include "scores/evidence.h"
#include "scores/rounds/follow.h"
#include "scores/store_internal.h"

enum { PAGE_CALLS = 200, HOLDS_MAX = 1024 };

CQA_SQL_STATEMENT(list_holds, "", 4,
                  "SELECT kind, value, reason, made_ms FROM clip_holds ORDER BY made_ms, value");
CQA_SQL_STATEMENT(put_hold, "ttti", 0,
                  "INSERT INTO clip_holds(kind, value, reason, made_ms) VALUES(?1, ?2, ?3, ?4)"
                  " ON CONFLICT(kind, value) DO UPDATE SET reason = excluded.reason");
CQA_SQL_STATEMENT(drop_hold, "tt", 0, "DELETE FROM clip_holds WHERE kind = ?1 AND value = ?2");
#define HAS_CLIPS                                                                                  \
    "(EXISTS (SELECT 1 FROM clips AS k WHERE k.call = c.id)"                                       \
    " OR EXISTS (SELECT 1 FROM clips_kept AS k WHERE k.call = c.id))"
#define CALL                                                                                       \
    "SELECT c.id, c.path, coalesce(c.call_of, c.call_id), c.customer, c.agent, c.received_ms,"     \
    " EXISTS (SELECT 1 FROM objections AS o WHERE o.call = c.id AND o.outcome = 0), " HAS_CLIPS    \
    " FROM calls AS c WHERE "
CQA_SQL_STATEMENT(one_call, "i", 8, CALL "c.id = ?1");
CQA_SQL_STATEMENT(all_calls, "ii", 8, CALL "c.id > ?1 ORDER BY c.id LIMIT ?2");
CQA_SQL_STATEMENT(calls_with_clips, "ii", 8,
                  CALL "c.id > ?1 AND " HAS_CLIPS " ORDER BY c.id LIMIT ?2");
CQA_SQL_STATEMENT(bury_call, "ii", 0,
                  "INSERT INTO calls_erased(call, made_ms) VALUES(?1, ?2) ON CONFLICT DO NOTHING");
CQA_SQL_STATEMENT(bury, "ii", 0,
                  "INSERT INTO clips_erased(sha256, made_ms) SELECT sha256, ?2 FROM clips"
                  " WHERE call = ?1 UNION SELECT sha256, ?2 FROM clips_kept WHERE call = ?1"
                  " ON CONFLICT DO NOTHING");
CQA_SQL_STATEMENT(drop_clips, "i", 0, "DELETE FROM clips WHERE call = ?1");
CQA_SQL_STATEMENT(drop_kept, "i", 0, "DELETE FROM clips_kept WHERE call = ?1");

struct holds {
    struct cqa_about items[HOLDS_MAX];
    size_t count;
};

/* What is thrown away: all that is about somebody, or all that is old. */
struct clearing {
    struct cqa_scores *scores;
    const struct cqa_about *about; /* NULL: what came before `before_ms` */
    int64_t before_ms;
    int dry;
    struct holds *holds;
    struct cqa_arena arena; /* of the holds */
    int64_t after;          /* the page begins behind this call */
    int more;
    struct cqa_evidence_erasure done;
};

static enum cqa_status read_holds(struct cqa_sql *db, struct holds *holds, struct cqa_arena *arena,
                                  struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(db, &rows, error, &list_holds);

    holds->count = 0;
    while (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        const enum cqa_about_kind kind = cqa_about_kind_of(cqa_sql_text(rows, 0));
        const char *value = cqa_sql_copy(rows, 1, arena);
        if (value == NULL || holds->count == HOLDS_MAX)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
        else
            holds->items[holds->count++] = (struct cqa_about){kind, value};
    }
    cqa_sql_end(rows);
    return status;
}

static int is_held(const struct holds *holds, const struct cqa_about_recording *recording)
{
    for (size_t i = 0; i < holds->count; i++)
        if (cqa_about_matches(&holds->items[i], recording))
            return 1;
    return 0;
}

static struct cqa_about_recording recording_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_about_recording){cqa_sql_text(row, 1), cqa_sql_text(row, 2),
                                        cqa_sql_text(row, 3), cqa_sql_text(row, 4)};
}

enum cqa_status cqa_evidence_is_held(struct cqa_sql *db, int64_t call, int *held,
                                     struct cqa_error *error)
{
    struct holds *holds = calloc(1, sizeof *holds);
    struct cqa_arena arena = {0};
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = holds != NULL ? read_holds(db, holds, &arena, error)
                                           : cqa_fail(error, CQA_E_NOMEM, "out of memory");

    *held = 0;
    if (status == CQA_OK)
        status = cqa_sql_start(db, &row, error, &one_call, call);
    if (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        const struct cqa_about_recording recording = recording_of(row);
        *held = cqa_sql_int(row, 6) != 0 || is_held(holds, &recording);
    }
    cqa_sql_end(row);
    cqa_arena_finish(&arena);
    free(holds);
    return status;
}

/* Whether this call's clips are to go. One that is held, or that somebody objects to, keeps them,
 * whoever asks. */
static int goes(struct clearing *clearing, const struct cqa_sql_rows *row)
{
    const struct cqa_about_recording recording = recording_of(row);
    const int objected = cqa_sql_int(row, 6) != 0;

    if (clearing->about != NULL ? !cqa_about_matches(clearing->about, &recording)
                                : cqa_sql_int(row, 5) >= clearing->before_ms)
        return 0;
    clearing->done.calls++;
    if (is_held(clearing->holds, &recording) || (clearing->about == NULL && objected)) {
        clearing->done.held++;
        return 0;
    }
    clearing->done.erased += cqa_sql_int(row, 7);
    return !clearing->dry;
}

static enum cqa_status drop(struct cqa_sql *db, const struct clearing *clearing, int64_t call,
                            struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (clearing->about != NULL)
        status = cqa_sql_do(db, error, &bury_call, call, cqa_scores_now_ms(clearing->scores));
    if (status == CQA_OK && clearing->about != NULL)
        status = cqa_sql_do(db, error, &bury, call, cqa_scores_now_ms(clearing->scores));
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &drop_kept, call);
    return status == CQA_OK ? cqa_sql_do(db, error, &drop_clips, call) : status;
}

/* A page in a transaction: nobody waits for the whole store. */
static enum cqa_status clear_page(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct clearing *clearing = context;
    const struct cqa_evidence_erasure before = clearing->done;
    int64_t calls[PAGE_CALLS];
    int64_t last = clearing->after;
    size_t count = 0;
    int seen = 0;
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &rows, error, clearing->about != NULL ? &all_calls : &calls_with_clips,
                      clearing->after, (int64_t)PAGE_CALLS);

    for (; status == CQA_OK && seen < PAGE_CALLS && cqa_sql_next(rows, &status, error); seen++) {
        last = cqa_sql_int(rows, 0);
        if (goes(clearing, rows))
            calls[count++] = last;
    }
    cqa_sql_end(rows);
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = drop(db, clearing, calls[i], error);
    if (status == CQA_OK)
        clearing->after = last;
    else
        clearing->done = before;
    clearing->more = seen == PAGE_CALLS;
    return status;
}

static enum cqa_status read_holds_of(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct clearing *clearing = context;

    return read_holds(db, clearing->holds, &clearing->arena, error);
}

static enum cqa_status clear(struct clearing *clearing, struct cqa_error *error)
{
    clearing->holds = calloc(1, sizeof *clearing->holds);
    clearing->more = 1;
    if (clearing->holds == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    enum cqa_status status = cqa_scores_write(clearing->scores, read_holds_of, clearing, error);
    while (status == CQA_OK && clearing->more)
        status = cqa_scores_write(clearing->scores, clear_page, clearing, error);
    cqa_arena_finish(&clearing->arena);
    free(clearing->holds);
    return status;
}

enum cqa_status cqa_evidence_tidy(struct cqa_scores *scores, int64_t before_ms, int64_t *calls,
                                  struct cqa_error *error)
{
    struct clearing clearing = {.scores = scores, .before_ms = before_ms};
    const enum cqa_status status = clear(&clearing, error);

    *calls = clearing.done.erased;
    return status;
}

/* ---- by somebody's wish; each leaves a row in the audit log */

struct wish {
    struct cqa_scores *scores;
    const char *action;
    const struct cqa_about *about;
    const char *reason;                        /* of a hold */
    const struct cqa_sql_statement *statement; /* NULL: only the row */
};

static enum cqa_status write_audit(struct cqa_sql *db, const struct wish *wish,
                                   struct cqa_error *error)
{
    char object[256];

    (void)snprintf(object, sizeof object, "%s %s", cqa_about_words[wish->about->kind],
                   wish->about->value);
    return cqa_audit_add(wish->scores, db, cqa_actor_console, wish->action, object,
                         wish->reason != NULL ? wish->reason : "", error);
}

static enum cqa_status fulfil(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct wish *wish = context;
    const char *kind = cqa_about_words[wish->about->kind];
    const char *value = wish->about->value;
    enum cqa_status status = CQA_OK;

    if (wish->statement == &put_hold)
        status = cqa_sql_do(db, error, &put_hold, kind, value, wish->reason,
                            cqa_scores_now_ms(wish->scores));
    else if (wish->statement == &drop_hold)
        status = cqa_sql_do(db, error, &drop_hold, kind, value);
    if (status == CQA_OK && wish->statement == &drop_hold && cqa_sql_changes(db) == 0)
        return cqa_fail(error, CQA_E_NOTFOUND, "there is no such hold");
    return status == CQA_OK ? write_audit(db, wish, error) : status;
}

CQA_SQL_STATEMENT(held_itself, "tt", 1,
                  "SELECT count(*) FROM clip_holds WHERE kind = ?1 AND value = ?2");

struct forgetting {
    const struct cqa_about *about;
    int dry;
    int64_t names;
};

/* Of an agent also what imports remember of the name; not under a hold, as what the answers led to
 * is what people argue about. */
static enum cqa_status forget(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct forgetting *it = context;
    const struct cqa_about *about = it->about;
    int64_t held = 0;
    const enum cqa_status status =
        cqa_sql_number(db, &held, error, &held_itself, cqa_about_words[about->kind], about->value);

    it->names = 0;
    return status == CQA_OK && held == 0
               ? cqa_answers_forget(db, about->value, it->dry, &it->names, error)
               : status;
}

/* That it was asked is on record before the first clip goes. */
enum cqa_status cqa_evidence_erase(struct cqa_scores *scores, const struct cqa_about *about,
                                   int dry, struct cqa_evidence_erasure *out,
                                   struct cqa_error *error)
{
    struct clearing clearing = {.scores = scores, .about = about, .dry = dry};
    struct wish wish = {scores, "clips.erase", about, NULL, NULL};
    enum cqa_status status = dry ? CQA_OK : cqa_scores_write(scores, fulfil, &wish, error);

    if (status == CQA_OK)
        status = clear(&clearing, error);
    struct forgetting forgetting = {about, dry, 0};
    if (status == CQA_OK && about->kind == CQA_ABOUT_AGENT)
        status = cqa_scores_write(scores, forget, &forgetting, error);
    *out = clearing.done;
    out->names = forgetting.names;
    return status;
}

enum cqa_status cqa_evidence_hold(struct cqa_scores *scores, const struct cqa_about *about,
                                  const char *reason, struct cqa_error *error)
{
    struct wish wish = {scores, "clips.hold", about, reason, &put_hold};

    return cqa_scores_write(scores, fulfil, &wish, error);
}

enum cqa_status cqa_evidence_lift(struct cqa_scores *scores, const struct cqa_about *about,
                                  struct cqa_error *error)
{
    struct wish wish = {scores, "clips.lift", about, NULL, &drop_hold};

    return cqa_scores_write(scores, fulfil, &wish, error);
}

enum cqa_status cqa_evidence_holds(struct cqa_scores *scores,
                                   int (*visit)(void *context, const struct cqa_about *about,
                                                const char *reason, int64_t made_ms),
                                   void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_holds);
    while (cqa_list_next(&list, error)) {
        const struct cqa_about about = {cqa_about_kind_of(cqa_row_text(list.row, 0)),
                                        cqa_row_text(list.row, 1)};
        if (visit(context, &about, cqa_row_text(list.row, 2), cqa_sql_int(list.row, 3)))
            break;
    }
    return cqa_list_end(scores, &list);
}
