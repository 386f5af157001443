/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_SCHEMA_H
#define CQA_SCORES_SCHEMA_H

#include "sql/sql.h"

/* The database's schema as numbered steps. A step that has been released is never changed. */
extern const struct cqa_sql_schema cqa_scores_schema;

#endif
