/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sql/driver.h"

/* Types by their fixed numbers (src/include/catalog/pg_type.dat of PostgreSQL). */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700
};

enum { NUMBER_SIZE = 32, NAME_SIZE = 24, PARAMETERS = 16 };

enum { POSTED_MAX = 64 }; /* so that outcomes of which nobody hears do not pile up */

struct postgres {
    PGconn *connection;
    int64_t writers; /* of the place */
    int lost;        /* is to be made anew */
    unsigned epoch;  /* how often it was: statements of before are not prepared there */
    unsigned named;  /* statements that have had a name */
    int64_t changes;
    int posted; /* statements that are under way, whose outcome has not been looked at */
};

struct prepared {
    struct postgres *server;
    char *text;
    Oid types[CQA_SQL_PARAMETERS_MAX];
    int count;
    char name[NAME_SIZE];
    unsigned epoch;
    PGresult *result;
    int row;
    struct cqa_arena decoded; /* blobs of this row */
};

/* ---- failures */

/* One line of what the server says; only where it cannot have quoted a value. */
static enum cqa_status say(struct cqa_error *error, enum cqa_status status, const char *state,
                           const char *said)
{
    (void)cqa_fail(error, status, "the database: %.*s (SQLSTATE %s)", (int)strcspn(said, "\n"),
                   said, state);
    return status == CQA_E_IO ? cqa_sql_broken(error) : status;
}

static enum cqa_status lost(struct cqa_sql *sql, struct cqa_error *error)
{
    struct postgres *server = sql->handle;

    server->lost = 1;
    sql->trouble = CQA_SQL_LOST;
    return cqa_fail(error, CQA_E_BUSY, "the connection to the database is lost");
}

static int has_class(const char *state, const char *class)
{
    return strncmp(state, class, strlen(class)) == 0;
}

static int is_conflict(const char *state)
{
    return has_class(state, "40001") || has_class(state, "40P01") || has_class(state, "55P03");
}

/* The server ends the connection, or has. */
static int is_end(const char *state)
{
    return has_class(state, "08") || has_class(state, "57P");
}

static const char *field(const PGresult *result, int code)
{
    const char *text = PQresultErrorField(result, code);

    return text == NULL ? "" : text;
}

/* A trigger of the schema says no. */
static enum cqa_status forbidden(const char *said, struct cqa_error *error)
{
    (void)cqa_fail(error, CQA_E_REFUSED, "the database: %s", said);
    if (error != NULL)
        error->sys_errno = EPERM;
    return CQA_E_REFUSED;
}

/* By the class of the SQLSTATE (appendix A of the manual). */
static enum cqa_status lasting(const char *state, const PGresult *result, struct cqa_error *error)
{
    const char *said = field(result, PG_DIAG_MESSAGE_PRIMARY);

    if (has_class(state, "P0001"))
        return forbidden(said, error);
    if (has_class(state, "23"))
        return say(error, CQA_E_BADDATA, state, field(result, PG_DIAG_CONSTRAINT_NAME));
    if (has_class(state, "54") || has_class(state, "22001") || has_class(state, "22003"))
        return cqa_fail(error, CQA_E_LIMIT, "a value is too large for the database (SQLSTATE %s)",
                        state);
    if (has_class(state, "22"))
        return cqa_fail(error, CQA_E_BADDATA, "the database does not take a value (SQLSTATE %s)",
                        state);
    if (has_class(state, "42501") || has_class(state, "28"))
        return say(error, CQA_E_REFUSED, state, said);
    if (has_class(state, "53200"))
        return say(error, CQA_E_NOMEM, state, said);
    if (has_class(state, "53300") || has_class(state, "57014"))
        return say(error, CQA_E_BUSY, state, said);
    if (has_class(state, "XX001") || has_class(state, "XX002"))
        return say(error, CQA_E_BADDATA, state, "it is damaged");
    return say(error, CQA_E_IO, state, has_class(state, "42") ? said : "it refused a statement");
}

static enum cqa_status failed(struct cqa_sql *sql, const PGresult *result, struct cqa_error *error)
{
    const struct postgres *server = sql->handle;
    const char *state = field(result, PG_DIAG_SQLSTATE);

    sql->trouble = CQA_SQL_LASTING;
    if (is_end(state) && !has_class(state, "57014"))
        return lost(sql, error);
    if (is_conflict(state))
        return cqa_sql_held(sql, error);
    if (has_class(state, "53100"))
        return cqa_sql_full(sql, error);
    if (*state != '\0')
        return lasting(state, result, error);
    if (result == NULL && PQstatus(server->connection) == CONNECTION_OK)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the database");
    return lost(sql, error);
}

static enum cqa_status checked(struct cqa_sql *sql, PGresult *result, struct cqa_error *error)
{
    const ExecStatusType status = PQresultStatus(result);
    const int good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    const enum cqa_status outcome = good ? CQA_OK : failed(sql, result, error);

    PQclear(result);
    return outcome;
}

/* ---- what was posted */

/* The outcome of the next of several statements; a failed one takes those after it with it, and the
 * first is what is told. */
static enum cqa_status take_outcome(struct cqa_sql *sql, enum cqa_status before, PGresult **out,
                                    struct cqa_error *error)
{
    const struct postgres *server = sql->handle;
    PGresult *result = PQgetResult(server->connection);
    const ExecStatusType outcome = PQresultStatus(result);
    enum cqa_status status = before;

    if (status == CQA_OK && outcome != PGRES_COMMAND_OK && outcome != PGRES_TUPLES_OK)
        status = failed(sql, result, error);
    if (result != NULL)
        PQclear(PQgetResult(server->connection)); /* the null that ends it */
    if (status == CQA_OK && out != NULL)
        *out = result;
    else
        PQclear(result);
    return status;
}

/* Waits for all that was posted, and for the statement after it where `out` is given. */
static enum cqa_status gather(struct cqa_sql *sql, PGresult **out, struct cqa_error *error)
{
    struct postgres *server = sql->handle;
    enum cqa_status status = CQA_OK;

    if (!PQpipelineSync(server->connection))
        status = lost(sql, error);
    while (server->posted > 0 && !server->lost) {
        server->posted--;
        status = take_outcome(sql, status, NULL, error);
    }
    if (out != NULL && !server->lost)
        status = take_outcome(sql, status, out, error);
    server->posted = 0;
    if (!server->lost)
        PQclear(PQgetResult(server->connection)); /* of the sync itself */
    if (!server->lost && !PQexitPipelineMode(server->connection))
        status = lost(sql, error);
    return status;
}

/* Before anything that is said in words of its own. */
static enum cqa_status settle(struct cqa_sql *sql, struct cqa_error *error)
{
    const struct postgres *server = sql->handle;

    return server->posted > 0 ? gather(sql, NULL, error) : CQA_OK;
}

/* ---- connection */

static void say_nothing(void *context, const char *message)
{
    (void)context;
    (void)message;
}

/* The server answers but does not let us in, or nobody answers: told apart without a look at
 * texts, which are in the server's language. */
static enum cqa_status refused(const char *const *names, const char *const *values,
                               const struct cqa_sql_place *place, struct cqa_error *error)
{
    const int answers = PQpingParams(names, values, 0) == PQPING_OK;

    return cqa_fail(error, answers ? CQA_E_REFUSED : CQA_E_BUSY,
                    answers ? "the database server at %s does not let us in: user, password and "
                              "database must be right"
                            : "the database server at %s does not answer",
                    place->host == NULL ? "the usual place" : place->host);
}

static enum cqa_status connect(struct cqa_sql *sql, const struct cqa_sql_place *place,
                               const char *password, struct cqa_error *error)
{
    struct postgres *server = sql->handle;
    char port[NUMBER_SIZE];
    char options[160];
    const char *const names[PARAMETERS] = {"host",
                                           "port",
                                           "user",
                                           "dbname",
                                           "password",
                                           "options",
                                           "sslmode",
                                           "sslrootcert",
                                           "client_encoding",
                                           "application_name",
                                           "connect_timeout",
                                           "keepalives_idle",
                                           "keepalives_interval",
                                           "keepalives_count",
                                           "tcp_user_timeout",
                                           NULL};
    const char *const values[PARAMETERS] = {place->host,
                                            place->port == 0 ? NULL : port,
                                            place->user,
                                            place->database,
                                            *password == '\0' ? NULL : password,
                                            options,
                                            place->ca_file == NULL ? NULL : "verify-full",
                                            place->ca_file,
                                            "UTF8",
                                            "callqa",
                                            "10",
                                            "10", /* s: a server whose machine is gone is noticed */
                                            "5",
                                            "3",
                                            "20000",
                                            NULL};

    (void)snprintf(port, sizeof port, "%d", place->port);
    (void)snprintf(options, sizeof options,
                   "-c lock_timeout=%d -c standard_conforming_strings=on"
                   " -c extra_float_digits=3 -c bytea_output=hex -c IntervalStyle=iso_8601",
                   sql->wait_ms);
    server->connection = PQconnectdbParams(names, values, 0);
    if (server->connection == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a database");
    if (PQstatus(server->connection) != CONNECTION_OK)
        return refused(names, values, place, error);
    (void)PQsetNoticeProcessor(server->connection, say_nothing, NULL);
    return CQA_OK;
}

static enum cqa_status open_postgres(struct cqa_sql *sql, const struct cqa_sql_place *place,
                                     const char *password, struct cqa_error *error)
{
    sql->handle = calloc(1, sizeof(struct postgres));
    if (sql->handle == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a database");
    ((struct postgres *)sql->handle)->writers = place->writers;
    return connect(sql, place, password, error);
}

static void close_postgres(struct cqa_sql *sql)
{
    struct postgres *server = sql->handle;

    if (server != NULL)
        PQfinish(server->connection);
    free(server);
}

/* Makes a lost connection anew, where nothing hangs on the old one. */
static enum cqa_status revive(struct cqa_sql *sql, struct cqa_error *error)
{
    struct postgres *server = sql->handle;

    if (!server->lost && PQstatus(server->connection) == CONNECTION_OK)
        return CQA_OK;
    if (sql->depth > 0)
        return lost(sql, error);
    PQreset(server->connection);
    server->epoch++;
    if (PQstatus(server->connection) != CONNECTION_OK)
        return lost(sql, error);
    server->lost = 0;
    server->posted = 0;
    return CQA_OK;
}

/* ---- statements */

static Oid type_of(char letter)
{
    switch (letter) {
    case 'i':
    case 'o':
        return OID_INT8;
    case 'd':
        return OID_FLOAT8;
    case 't':
        return OID_TEXT;
    default:
        return OID_BYTEA;
    }
}

/* Under a name of its own on the connection of now. */
static enum cqa_status announce(struct cqa_sql *sql, struct prepared *prepared,
                                struct cqa_error *error)
{
    struct postgres *server = sql->handle;
    enum cqa_status status = settle(sql, error);

    if (status != CQA_OK)
        return status;
    (void)snprintf(prepared->name, sizeof prepared->name, "s%u", server->named++);
    PGresult *result = PQprepare(server->connection, prepared->name, prepared->text,
                                 prepared->count, prepared->types);
    status = checked(sql, result, error);
    if (status == CQA_OK)
        prepared->epoch = server->epoch;
    return status;
}

static enum cqa_status describe(struct cqa_sql *sql, const struct prepared *prepared,
                                int *placeholders, int *columns, struct cqa_error *error)
{
    struct postgres *server = sql->handle;
    PGresult *result = PQdescribePrepared(server->connection, prepared->name);

    *placeholders = PQnparams(result);
    *columns = PQnfields(result);
    return checked(sql, result, error);
}

static void reset(void *given)
{
    struct prepared *prepared = given;

    PQclear(prepared->result);
    prepared->result = NULL;
    cqa_arena_finish(&prepared->decoded);
}

static void finish(void *given)
{
    struct prepared *prepared = given;
    struct postgres *server = prepared->server;
    char deallocate[NAME_SIZE + 16];

    reset(prepared);
    if (prepared->name[0] != '\0' && prepared->epoch == server->epoch && server->posted == 0 &&
        PQtransactionStatus(server->connection) < PQTRANS_INERROR) {
        (void)snprintf(deallocate, sizeof deallocate, "DEALLOCATE %s", prepared->name);
        PQclear(PQexec(server->connection, deallocate));
    }
    free(prepared->text);
    free(prepared);
}

static struct prepared *make(const struct cqa_sql_statement *statement, struct cqa_error *error)
{
    int order[CQA_SQL_PARAMETERS_MAX];
    struct prepared *prepared = calloc(1, sizeof *prepared);

    if (prepared == NULL) {
        (void)cqa_fail(error, CQA_E_NOMEM, "no memory for a statement");
        return NULL;
    }
    prepared->text = cqa_sql_translate(statement->text, 1, order, &prepared->count, error);
    if (prepared->text == NULL) {
        free(prepared);
        return NULL;
    }
    for (int i = 0; i < prepared->count && statement->types[i] != '\0'; i++)
        prepared->types[i] = type_of(statement->types[i]);
    return prepared;
}

static enum cqa_status prepare(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                               void **out, int *placeholders, int *columns, struct cqa_error *error)
{
    struct cqa_error local = {0};
    enum cqa_status status = revive(sql, error);

    if (status != CQA_OK)
        return status;
    sql->trouble = CQA_SQL_LASTING;
    struct prepared *prepared = make(statement, &local);
    if (prepared == NULL) {
        if (error != NULL)
            *error = local;
        return local.status;
    }
    prepared->server = sql->handle;
    status = announce(sql, prepared, error);
    if (status == CQA_OK)
        status = describe(sql, prepared, placeholders, columns, error);
    if (status != CQA_OK)
        finish(prepared);
    else
        *out = prepared;
    return status;
}

/* What is bound, as the library takes it. */
struct bound {
    const char *values[CQA_SQL_PARAMETERS_MAX];
    int sizes[CQA_SQL_PARAMETERS_MAX];
    int binary[CQA_SQL_PARAMETERS_MAX];
    char numbers[CQA_SQL_PARAMETERS_MAX][NUMBER_SIZE];
};

static void bind(struct bound *bound, int i, const struct cqa_sql_value *value)
{
    bound->values[i] = NULL;
    bound->sizes[i] = 0;
    bound->binary[i] = value->kind == CQA_SQL_BLOB;
    switch (value->kind) {
    case CQA_SQL_INT:
        (void)snprintf(bound->numbers[i], NUMBER_SIZE, "%lld", (long long)value->integer);
        bound->values[i] = bound->numbers[i];
        break;
    case CQA_SQL_DOUBLE:
        (void)snprintf(bound->numbers[i], NUMBER_SIZE, "%.17g", value->real);
        bound->values[i] = bound->numbers[i];
        break;
    case CQA_SQL_TEXT:
    case CQA_SQL_BLOB:
        bound->values[i] = value->bytes;
        bound->sizes[i] = (int)value->size;
        break;
    default:
        break;
    }
}

/* The statement is known to the connection of now. */
static enum cqa_status ready(struct cqa_sql *sql, struct prepared *prepared,
                             struct cqa_error *error)
{
    const struct postgres *server = sql->handle;
    const enum cqa_status status = revive(sql, error);

    return status == CQA_OK && prepared->epoch != server->epoch ? announce(sql, prepared, error)
                                                                : status;
}

/* 0: it cannot be sent. */
static int send_bound(const struct postgres *server, const struct prepared *prepared,
                      const struct bound *bound, int count)
{
    return PQsendQueryPrepared(server->connection, prepared->name, count, bound->values,
                               bound->sizes, bound->binary, 0);
}

static enum cqa_status post(struct cqa_sql *sql, void *given, const struct cqa_sql_value *values,
                            int count, struct cqa_error *error)
{
    struct postgres *server = sql->handle;
    struct bound bound;
    enum cqa_status status = ready(sql, given, error);

    if (status == CQA_OK && server->posted == POSTED_MAX)
        status = gather(sql, NULL, error);
    if (status != CQA_OK)
        return status;
    for (int i = 0; i < count; i++)
        bind(&bound, i, &values[i]);
    if ((server->posted == 0 && !PQenterPipelineMode(server->connection)) ||
        !send_bound(server, given, &bound, count))
        return lost(sql, error);
    server->posted++;
    return CQA_OK;
}

/* In one trip with what was posted. */
static enum cqa_status run_after(struct cqa_sql *sql, const struct prepared *prepared,
                                 const struct bound *bound, int count, PGresult **out,
                                 struct cqa_error *error)
{
    return send_bound(sql->handle, prepared, bound, count) ? gather(sql, out, error)
                                                           : lost(sql, error);
}

static enum cqa_status run_alone(struct cqa_sql *sql, const struct prepared *prepared,
                                 const struct bound *bound, int count, PGresult **out,
                                 struct cqa_error *error)
{
    const struct postgres *server = sql->handle;
    PGresult *result = PQexecPrepared(server->connection, prepared->name, count, bound->values,
                                      bound->sizes, bound->binary, 0);
    const ExecStatusType outcome = PQresultStatus(result);

    if (outcome != PGRES_COMMAND_OK && outcome != PGRES_TUPLES_OK)
        return checked(sql, result, error);
    *out = result;
    return CQA_OK;
}

static enum cqa_status run(struct cqa_sql *sql, void *given, const struct cqa_sql_value *values,
                           int count, struct cqa_error *error)
{
    struct postgres *server = sql->handle;
    struct prepared *prepared = given;
    struct bound bound;
    PGresult *result = NULL;
    enum cqa_status status = ready(sql, prepared, error);

    if (status != CQA_OK)
        return status;
    for (int i = 0; i < count; i++)
        bind(&bound, i, &values[i]);
    status = server->posted > 0 ? run_after(sql, prepared, &bound, count, &result, error)
                                : run_alone(sql, prepared, &bound, count, &result, error);
    if (status != CQA_OK)
        return status;
    server->changes = strtoll(PQcmdTuples(result), NULL, 10);
    prepared->result = result;
    prepared->row = -1;
    return CQA_OK;
}

/* ---- rows */

static enum cqa_status step(struct cqa_sql *sql, void *given, struct cqa_error *error)
{
    struct prepared *prepared = given;

    (void)sql;
    (void)error;
    cqa_arena_finish(&prepared->decoded);
    return ++prepared->row < PQntuples(prepared->result) ? CQA_OK : CQA_E_NOTFOUND;
}

static int digit(char hex)
{
    return hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}

/* "\x00ff": bytea_output=hex. Out of memory it is a blob without bytes, as SQLite's. */
static void decode(struct prepared *prepared, const char *hex, struct cqa_sql_value *out)
{
    const size_t size = hex[0] == '\\' && hex[1] == 'x' ? (strlen(hex) - 2) / 2 : 0;
    char *bytes = cqa_arena_alloc(&prepared->decoded, size + 1);

    *out = (struct cqa_sql_value){.kind = CQA_SQL_BLOB, .bytes = bytes};
    if (bytes == NULL)
        return;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(digit(hex[2 + 2 * i]) << 4 | digit(hex[3 + 2 * i]));
    out->size = size;
}

static void column(void *given, int index, struct cqa_sql_value *out)
{
    struct prepared *prepared = given;
    const char *text = PQgetvalue(prepared->result, prepared->row, index);

    *out = (struct cqa_sql_value){0};
    if (PQgetisnull(prepared->result, prepared->row, index))
        return;
    switch (PQftype(prepared->result, index)) {
    case OID_BOOL:
        *out = (struct cqa_sql_value){.kind = CQA_SQL_INT, .integer = *text == 't'};
        return;
    case OID_BYTEA:
        decode(prepared, text, out);
        return;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_NUMERIC:
        cqa_sql_numeral(text, out);
        return;
    case OID_FLOAT4:
    case OID_FLOAT8:
        *out = (struct cqa_sql_value){.kind = CQA_SQL_DOUBLE, .real = strtod(text, NULL)};
        return;
    default:
        *out = (struct cqa_sql_value){.kind = CQA_SQL_TEXT, .bytes = text};
        out->size = (size_t)PQgetlength(prepared->result, prepared->row, index);
    }
}

static int64_t changes(struct cqa_sql *sql)
{
    return ((const struct postgres *)sql->handle)->changes;
}

/* ---- transactions */

static enum cqa_status script(struct cqa_sql *sql, const char *text, struct cqa_error *error)
{
    const struct postgres *server = sql->handle;
    const enum cqa_status status = settle(sql, error);

    return status == CQA_OK ? checked(sql, PQexec(server->connection, text), error) : status;
}

/* Who waits until no other writes sees in each statement what the one before it wrote: that is as
 * good as serializable, and never in vain. */
static enum cqa_status begin_in_line(struct cqa_sql *sql, struct cqa_error *error)
{
    const struct postgres *server = sql->handle;
    char text[160];

    (void)snprintf(text, sizeof text,
                   "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = %d;"
                   " SELECT pg_advisory_xact_lock(%lld)",
                   sql->wait_ms, (long long)server->writers);
    return script(sql, text, error);
}

/* A migration waits before it looks, so that it sees what the one before it wrote. */
static enum cqa_status begin(struct cqa_sql *sql, enum cqa_sql_begin how, struct cqa_error *error)
{
    static const char *const words[] = {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(6003741)",
    };
    struct postgres *server = sql->handle;
    enum cqa_status status = revive(sql, error);

    if (status == CQA_OK && how == CQA_SQL_BEGIN_WRITE && server->writers != 0)
        status = begin_in_line(sql, error);
    else if (status == CQA_OK)
        status = script(sql, words[how], error);
    if (status != CQA_OK && PQtransactionStatus(server->connection) == PQTRANS_INERROR)
        PQclear(PQexec(server->connection, "ROLLBACK"));
    return status;
}

/* The server rolls back with a word that is no failure when the transaction was spoilt before. */
static enum cqa_status commit(struct cqa_sql *sql, struct cqa_error *error)
{
    const struct postgres *server = sql->handle;
    enum cqa_status status = settle(sql, error);

    if (status != CQA_OK)
        return status;
    PGresult *result = PQexec(server->connection, "COMMIT");
    if (PQresultStatus(result) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        PQclear(result);
        sql->trouble = CQA_SQL_LASTING;
        (void)cqa_fail(error, CQA_E_IO, "the database took a transaction back");
        return cqa_sql_broken(error);
    }
    status = checked(sql, result, error);
    if (status == CQA_OK || sql->trouble != CQA_SQL_LOST)
        return status;
    sql->trouble = CQA_SQL_UNKNOWN;
    (void)cqa_fail(error, CQA_E_IO,
                   "the connection to the database was lost while it wrote: whether it has "
                   "written is not known");
    return cqa_sql_broken(error);
}

static void rollback(struct cqa_sql *sql)
{
    const struct postgres *server = sql->handle;

    (void)settle(sql, NULL);
    if (!server->lost)
        PQclear(PQexec(server->connection, "ROLLBACK"));
}

/* ---- schema */

static enum cqa_status version(struct cqa_sql *sql, int set, int *out, struct cqa_error *error)
{
    static const struct cqa_sql_statement get = {"SELECT coalesce(max(steps), 0) FROM cqa_schema",
                                                 "", 1, 0};
    char insert[96];
    int64_t found = 0;

    enum cqa_status status =
        script(sql, "CREATE TABLE IF NOT EXISTS cqa_schema (steps integer NOT NULL)", error);
    if (status == CQA_OK && set >= 0) {
        (void)snprintf(insert, sizeof insert,
                       "DELETE FROM cqa_schema; INSERT INTO cqa_schema VALUES (%d)", set);
        status = script(sql, insert, error);
    }
    if (status == CQA_OK)
        status = cqa_sql_number(sql, &found, error, &get);
    *out = (int)found;
    return status;
}

const struct cqa_sql_driver cqa_sql_postgres = {
    .open = open_postgres,
    .close = close_postgres,
    .prepare = prepare,
    .run = run,
    .post = post,
    .step = step,
    .column = column,
    .reset = reset,
    .finish = finish,
    .changes = changes,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .script = script,
    .version = version,
    .comes_back = 1,
};
