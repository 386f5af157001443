/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SETTINGS_DECISION_REASON_H
#define CQA_SETTINGS_DECISION_REASON_H

#include <stddef.h>
#include "base/arena.h"
#include "base/yaml.h"

enum { CQA_DECISION_REASONS_MAX = 9 }; /* a digit each on the page */

/* Why people decide otherwise than the analyzer, as the site counts it. */
struct cqa_decision_reason {
    const char *id; /* 1 to 32 of a-z 0-9 - _ */
    const char *en, *zh;
};

/* Taken back at once: every site knows this one besides its own; pages have the words. */
extern const char cqa_decision_undone[];

/*
 * Reads the list under "reasons" of `root` into `reasons`; texts live in `arena`. Without such a
 * list four usual ones are there. Returns how many; what is wrong is added to `problems`.
 */
size_t cqa_decision_reasons_read(const struct cqa_yaml_node *root, struct cqa_arena *arena,
                                 struct cqa_decision_reason reasons[CQA_DECISION_REASONS_MAX],
                                 struct cqa_problems *problems);

/* The one of this id, or NULL. */
const struct cqa_decision_reason *
cqa_decision_reason_find(const struct cqa_decision_reason *reasons, size_t count, const char *id);

#endif
