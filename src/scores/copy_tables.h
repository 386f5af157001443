/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_COPY_TABLES_H
#define CQA_SCORES_COPY_TABLES_H

#include "base/arena.h"
#include "sql/sql.h"

enum { CQA_COPY_TABLES_MAX = 128, CQA_COPY_COLUMNS_MAX = 60, CQA_COPY_KEYS_MAX = 8 };

/* One table of the store, and how it is walked through by its key on either database. */
struct cqa_copy_table {
    const char *name;
    const char *columns[CQA_COPY_COLUMNS_MAX];
    char types[CQA_COPY_COLUMNS_MAX + 1]; /* as those of a statement: i, t, b */
    int column_count;
    int keys[CQA_COPY_KEYS_MAX]; /* columns that tell a row from all others, in order */
    int key_count;
    char key_types[CQA_COPY_KEYS_MAX + 2];
    const char *identity; /* the column that the database numbers by itself; NULL: none */
    struct cqa_sql_statement first, next; /* a page of rows: from the beginning, behind a key */
    struct cqa_sql_statement last;        /* the key of the last row */
    struct cqa_sql_statement insert;
};

struct cqa_copy_tables {
    struct cqa_arena arena; /* holds the texts */
    struct cqa_copy_table tables[CQA_COPY_TABLES_MAX];
    int count;
};

/* Rows of a page. */
enum { CQA_COPY_PAGE = 200 };

/* What PostgreSQL has, in the order in which the tables were made: each refers to those before it
 * alone. Connections have to be closed before the arena is finished. */
enum cqa_status cqa_copy_tables_read(struct cqa_sql *postgres, struct cqa_copy_tables *out,
                                     struct cqa_error *error) CQA_MUST_CHECK;

#endif
