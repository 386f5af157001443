/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_CONFIG_STORE_H
#define CQA_SERVER_CONFIG_STORE_H

#include "base/arena.h"
#include "base/problems.h"
#include "base/yaml.h"
#include "server/store.h"

/*
 * Where the store is, as one line: sqlite:/ABSOLUTE/PATH, or
 * postgresql://[USER@][HOST[:PORT]]/DATABASE[?host=/FOLDER], with %XX for what would be taken for
 * something else. 0 when it is neither. `out` is set; its strings live in `arena`.
 */
int cqa_store_place_read(const char *text, struct cqa_arena *arena, struct cqa_scores_place *out);

/* The keys store, store_password_file and store_ca_file of the configuration, checked. */
void cqa_store_config_read(struct cqa_scores_place *out, struct cqa_arena *arena,
                           const struct cqa_yaml_node *root, struct cqa_problems *problems);

#endif
