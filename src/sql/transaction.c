/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sql/driver.h"

enum { PAUSE_FIRST_MS = 8 };

enum cqa_status cqa_sql_noted(struct cqa_sql *sql, enum cqa_status status,
                              const struct cqa_error *error)
{
    if (status == CQA_OK || sql->depth == 0 || sql->doom.status != CQA_OK)
        return status;
    if (error != NULL)
        sql->doom = *error;
    sql->doom.status = status;
    sql->doom_trouble = sql->trouble;
    return status;
}

/* ---- one try */

static enum cqa_status take_turn(struct cqa_sql *sql, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (sql->how != CQA_SQL_BEGIN_READ && sql->turn.take != NULL)
        status = sql->turn.take(sql->turn.context, sql->wait_ms, error);
    sql->trouble = status == CQA_E_BUSY ? CQA_SQL_PASSING : CQA_SQL_LASTING;
    return status;
}

static void give_turn(struct cqa_sql *sql)
{
    if (sql->how != CQA_SQL_BEGIN_READ && sql->turn.give != NULL)
        sql->turn.give(sql->turn.context);
}

/* What the body came to: also when it went on after something had failed. */
static enum cqa_status verdict(const struct cqa_sql *sql, enum cqa_status status,
                               struct cqa_error *error)
{
    if (status != CQA_OK || sql->doom.status == CQA_OK)
        return status;
    if (error != NULL)
        *error = sql->doom;
    return sql->doom.status;
}

static enum cqa_status run_body(struct cqa_sql *sql, cqa_sql_body *body, void *context,
                                struct cqa_error *error)
{
    sql->depth = 1;
    sql->doom = (struct cqa_error){0};
    sql->doom_trouble = CQA_SQL_LASTING;
    enum cqa_status status = verdict(sql, body(sql, context, error), error);
    sql->depth = 0;
    sql->trouble = sql->doom_trouble;
    if (status == CQA_OK)
        status = sql->driver->commit(sql, error);
    /* The rollback may fail too, where the connection is gone; then nothing was written anyway. */
    if (status != CQA_OK) {
        const enum cqa_sql_trouble trouble = sql->trouble;
        sql->driver->rollback(sql);
        sql->trouble = trouble;
    }
    return status;
}

static enum cqa_status attempt(struct cqa_sql *sql, cqa_sql_body *body, void *context,
                               struct cqa_error *error)
{
    enum cqa_status status = take_turn(sql, error);

    if (status != CQA_OK)
        return status;
    status = sql->driver->begin(sql, sql->how, error);
    if (!sql->turn.whole)
        give_turn(sql);
    if (status == CQA_OK)
        status = run_body(sql, body, context, error);
    if (sql->turn.whole)
        give_turn(sql);
    return status;
}

/* ---- trying again */

/* 8, 16, 32, 64 ms and up to as much again, so that two who met do not meet again. */
static void pause_after(struct cqa_sql *sql, int tries)
{
    const int least = PAUSE_FIRST_MS << (tries - 1);

    sql->jitter ^= sql->jitter << 13;
    sql->jitter ^= sql->jitter >> 17;
    sql->jitter ^= sql->jitter << 5;
    sql->sleep_ms(sql->sleep_context, least + (int)(sql->jitter % (unsigned)least));
}

static int may_run_again(const struct cqa_sql *sql)
{
    return sql->trouble == CQA_SQL_PASSING ||
           (sql->trouble == CQA_SQL_LOST && sql->driver->comes_back);
}

static enum cqa_status run_outermost(struct cqa_sql *sql, cqa_sql_body *body, void *context,
                                     struct cqa_error *error)
{
    struct cqa_error last = {0};
    enum cqa_status status = CQA_OK;

    for (int tries = 1; tries <= CQA_SQL_TRIES; tries++) {
        status = attempt(sql, body, context, &last);
        if (status == CQA_OK || !may_run_again(sql))
            break;
        if (tries < CQA_SQL_TRIES)
            pause_after(sql, tries);
        else
            status = last.status == CQA_E_BUSY ? CQA_E_BUSY : cqa_sql_held(sql, &last);
    }
    sql->unknown = status != CQA_OK && sql->trouble == CQA_SQL_UNKNOWN;
    if (status != CQA_OK && error != NULL)
        *error = last;
    return status;
}

/* A part of the one that runs: it can fail, and then takes that one with it. */
static enum cqa_status run_inner(struct cqa_sql *sql, enum cqa_sql_begin how, cqa_sql_body *body,
                                 void *context, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (how > sql->how)
        status = cqa_fail(error, CQA_E_REFUSED, "a transaction that reads cannot write");
    sql->trouble = CQA_SQL_LASTING;
    sql->depth++;
    if (status == CQA_OK)
        status = body(sql, context, error);
    status = cqa_sql_noted(sql, status, error);
    sql->depth--;
    return status;
}

enum cqa_status cqa_sql_within(struct cqa_sql *sql, enum cqa_sql_begin how, cqa_sql_body *body,
                               void *context, struct cqa_error *error)
{
    if (sql->depth > 0)
        return run_inner(sql, how, body, context, error);
    sql->how = how;
    return run_outermost(sql, body, context, error);
}

enum cqa_status cqa_sql_transaction(struct cqa_sql *sql, enum cqa_sql_mode mode, cqa_sql_body *body,
                                    void *context, struct cqa_error *error)
{
    return cqa_sql_within(sql, mode == CQA_SQL_READ ? CQA_SQL_BEGIN_READ : CQA_SQL_BEGIN_WRITE,
                          body, context, error);
}

int cqa_sql_outcome_unknown(const struct cqa_sql *sql)
{
    return sql->unknown;
}
