/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SQL_DRIVER_H
#define CQA_SQL_DRIVER_H

/* What a database has to be able to do; for the files of this folder only. */

#include "sql/sql.h"

/* What a failure means for the transaction that it ended. */
enum cqa_sql_trouble {
    CQA_SQL_LASTING,
    CQA_SQL_PASSING, /* a conflict with others: may be run again */
    CQA_SQL_LOST,    /* the connection is gone, and with it what was not committed */
    CQA_SQL_UNKNOWN, /* the connection went while it committed */
};

/* How a transaction is begun: cqa_sql_mode, and for migrations so that one goes after the other. */
enum cqa_sql_begin { CQA_SQL_BEGIN_READ, CQA_SQL_BEGIN_WRITE, CQA_SQL_BEGIN_MIGRATE };

/*
 * Each function that fails fills the error and sets sql->trouble. `handle` of the connection and
 * `prepared` are the driver's own.
 */
struct cqa_sql_driver {
    enum cqa_status (*open)(struct cqa_sql *sql, const struct cqa_sql_place *place,
                            const char *password, struct cqa_error *error);
    void (*close)(struct cqa_sql *sql); /* also after an open that failed */

    /* Of the statement as written, with the types of its placeholders; tells how many of them and
     * how many columns the database sees. */
    enum cqa_status (*prepare)(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                               void **prepared, int *placeholders, int *columns,
                               struct cqa_error *error);
    enum cqa_status (*run)(struct cqa_sql *sql, void *prepared, const struct cqa_sql_value *values,
                           int count, struct cqa_error *error);
    /* As `run`, of a statement without rows whose outcome is told by a later `run` or by `commit`;
     * what is handed over is no longer needed. NULL: there is no trip to save. */
    enum cqa_status (*post)(struct cqa_sql *sql, void *prepared, const struct cqa_sql_value *values,
                            int count, struct cqa_error *error);
    /* CQA_OK: a row is there; CQA_E_NOTFOUND: no more. */
    enum cqa_status (*step)(struct cqa_sql *sql, void *prepared, struct cqa_error *error);
    void (*column)(void *prepared, int column, struct cqa_sql_value *out);
    void (*reset)(void *prepared);
    void (*finish)(void *prepared);
    int64_t (*changes)(struct cqa_sql *sql);

    enum cqa_status (*begin)(struct cqa_sql *sql, enum cqa_sql_begin how, struct cqa_error *error);
    enum cqa_status (*commit)(struct cqa_sql *sql, struct cqa_error *error);
    void (*rollback)(struct cqa_sql *sql);

    enum cqa_status (*script)(struct cqa_sql *sql, const char *text, struct cqa_error *error);
    /* The number of schema steps that the database has; `set` at least 0 writes it first. */
    enum cqa_status (*version)(struct cqa_sql *sql, int set, int *version, struct cqa_error *error);
    int comes_back;    /* a lost connection is made anew by `begin` */
    int takes_indexes; /* knows INDEXED BY */
};

/* A statement that was prepared, and its rows. */
struct cqa_sql_rows {
    struct cqa_sql *sql;
    const struct cqa_sql_statement *statement;
    void *prepared;
    int in_use;
    int loose; /* prepared for this one use */
};

enum { CQA_SQL_KEPT_MAX = 512 }; /* a power of two, well above the number of statements */

struct cqa_sql {
    const struct cqa_sql_driver *driver;
    void *handle;
    struct cqa_sql_turn turn;
    void (*sleep_ms)(void *context, int ms);
    void *sleep_context;
    int wait_ms;            /* for a lock, of one try */
    uint32_t jitter;        /* state of the generator */
    int depth;              /* of transactions */
    enum cqa_sql_begin how; /* of the outermost */
    enum cqa_sql_trouble trouble;
    int unknown;
    struct cqa_error doom; /* what failed first inside the transaction; status CQA_OK: nothing */
    enum cqa_sql_trouble doom_trouble;
    int64_t changes;
    struct cqa_sql_rows kept[CQA_SQL_KEPT_MAX];
};

/* Fails of the sql layer itself and of what drivers have in common. */
enum cqa_status cqa_sql_held(struct cqa_sql *sql, struct cqa_error *error);
enum cqa_status cqa_sql_full(struct cqa_sql *sql, struct cqa_error *error);

/* Sets sys_errno to EIO: a failure of the disk or the server. */
enum cqa_status cqa_sql_broken(struct cqa_error *error);

/* Inside a transaction: whatever fails ends it. Returns `status`. */
enum cqa_status cqa_sql_noted(struct cqa_sql *sql, enum cqa_status status,
                              const struct cqa_error *error);

/* As cqa_sql_transaction, in any way of beginning. */
enum cqa_status cqa_sql_within(struct cqa_sql *sql, enum cqa_sql_begin how, cqa_sql_body *body,
                               void *context, struct cqa_error *error);

/*
 * Placeholders as the database wants them. With `numbered` ?N becomes $N, and `user` is
 * quoted; else each becomes ? and
 * `order` takes the N of each in turn. `*count`: how many there are now. Quoted text and comments
 * stay. Owned, free with free(); NULL with `error` filled.
 */
char *cqa_sql_translate(const char *text, int numbered, int order[CQA_SQL_PARAMETERS_MAX],
                        int *count, struct cqa_error *error);

/* The first line of a file into `out` ("" for NULL). */
enum cqa_status cqa_sql_password(const char *path, char out[CQA_SQL_PASSWORD_MAX + 1],
                                 struct cqa_error *error);

/* A whole number where the text is one, else a real one. */
void cqa_sql_numeral(const char *text, struct cqa_sql_value *out);

#endif
