/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_CLIPS_CONFIG_H
#define CQA_PIPELINE_CLIPS_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/yaml.h"
#include "rubric/rubric.h"

/* Evidence clips that go with results (pipeline/clips.h). */
struct cqa_clips_config {
    int sends;
    int64_t bytes_max;  /* of one recording's clips */
    int64_t around_ms;  /* before and behind a flag */
    int severity_least; /* enum cqa_severity: of flags that get one */
    const char **rules; /* whose flags get one; none: all rules' */
    size_t rule_count;
    const char **private_queues;
    size_t private_count;
};

/* Reads the map `clips` of callqad's configuration over what stands in `out`; its rules must be the
 * rubric's (NULL: that is not known). Texts lie in the arena. */
void cqa_clips_config_read(struct cqa_clips_config *out, const struct cqa_yaml_node *root,
                           const struct cqa_rubric *rubric, struct cqa_arena *arena,
                           struct cqa_problems *problems);

#endif
