/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_COMPARE_H
#define CQA_CLI_COMPARE_H

#include <stdio.h>
#include "pipeline/again.h"
#include "pipeline/config.h"
#include "store/recordings.h"

/*
 * What counts against what was kept apart: prints each call whose score would change with every
 * deduction that goes or comes and why, then sums by agent.
 */
struct cqa_compare_config {
    const struct cqa_config *config;
    const char *analyzer; /* of now */
    struct cqa_again_scope scope;
    int zh;
    FILE *text;
    FILE *lines; /* NULL, or a JSON object for each call that was compared */
};

/* Opens the store of the configuration: no pipeline may have it open. CQA_E_IO: the lines cannot be
 * written; else what the store says. */
enum cqa_status cqa_compare(const struct cqa_compare_config *compare,
                            struct cqa_error *error) CQA_MUST_CHECK;

#endif
