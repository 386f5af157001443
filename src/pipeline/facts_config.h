/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_FACTS_CONFIG_H
#define CQA_PIPELINE_FACTS_CONFIG_H

#include "base/arena.h"
#include "base/problems.h"
#include "base/yaml.h"
#include "facts/table.h"

/* Where the facts of a watched folder's calls come from: the key `facts` of a watch
 * (docs/recorders.md). */

enum { CQA_FACT_ORIGINS_MAX = 16 };

enum cqa_fact_origin_kind {
    CQA_ORIGIN_CSV,       /* Asterisk's Master.csv */
    CQA_ORIGIN_QUEUE_LOG, /* Asterisk's queue_log */
    CQA_ORIGIN_SQLITE,
    CQA_ORIGIN_MARIADB,
    CQA_ORIGIN_POSTGRESQL,
    CQA_ORIGIN_KIND_COUNT
};

/* One log or table. Strings live in the configuration's arena. */
struct cqa_fact_origin {
    enum cqa_fact_origin_kind kind;
    const char *name; /* what the store knows it by: the path, or a table's "database@host" */
    const char *path; /* of a log */
    struct cqa_sql_place place;
    struct cqa_fact_table table;
    struct cqa_zone *own_zone; /* NULL: the watched folder's */
    int utc;
    int64_t interval_ms; /* between two looks */
    int64_t overlap_ms;  /* of a table: a row may come so long after its call began */
    int64_t reach_ms;    /* of a table: how far back the first look goes */
};

struct cqa_facts_config {
    struct cqa_fact_origin *origins;
    size_t count;
    int64_t wait_ms; /* a recording waits so long for facts; 0: not at all */
};

/* Reads the map; every problem at its place. */
void cqa_facts_config_read(const struct cqa_yaml_node *map, struct cqa_arena *arena,
                           struct cqa_facts_config *out, struct cqa_problems *problems);
void cqa_facts_config_finish(struct cqa_facts_config *config);

#endif
