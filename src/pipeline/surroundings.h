/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_SURROUNDINGS_H
#define CQA_PIPELINE_SURROUNDINGS_H

#include "base/problems.h"
#include "base/yaml.h"
#include "sql/sql.h"

/*
 * What a configuration names, held against the machine it is for. Problems of a kind that no
 * waiting mends are told whenever it is read. With `notes` (else NULL), as callqa check-config
 * asks, also what may mend itself or is a matter of rights; and in `notes` what is odd, but may be
 * meant.
 */
struct cqa_surroundings {
    struct cqa_problems *problems;
    struct cqa_problems *notes;
};

/* A folder of recordings. */
void cqa_check_watched(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                       const char *path);

/* The state's folder. */
void cqa_check_state(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                     const char *path);

/* A log or database of facts. */
void cqa_check_source(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                      const char *path);

/* A server's database of facts: that it answers and lets us in. A note where it does not, for
 * recordings go on without it, and are done again. Waits some seconds for it. */
void cqa_check_database(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                        const struct cqa_sql_place *place);

/* That it lies in no watched folder. 0 with a problem. */
int cqa_check_apart(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                    const char *state, const char *watched);

/* Whether one of two folders is the other or lies in it, by whatever name. */
int cqa_check_overlap(const char *left, const char *right);

/* Where results go. */
void cqa_check_address(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                       const char *url);

/* A file with a secret on its first line; `is_webhook`: one that signs. */
void cqa_check_secret(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                      const char *path, int is_webhook);

#endif
