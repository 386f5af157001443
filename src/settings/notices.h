/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SETTINGS_NOTICES_H
#define CQA_SETTINGS_NOTICES_H

#include <stddef.h>
#include "base/arena.h"
#include "base/problems.h"
#include "base/yaml.h"

/* Who is told of what happens here: the configuration's `notices` (docs/decisions/0060-notices.md).
 */
enum cqa_notice_event {
    CQA_NOTICE_OBJECTION_RAISED,
    CQA_NOTICE_OBJECTION_ANSWERED,
    CQA_NOTICE_DECISION_MADE,
    CQA_NOTICE_AUDIT_HEAD,
    CQA_NOTICE_EVENT_COUNT
};
extern const char *const cqa_notice_words[CQA_NOTICE_EVENT_COUNT + 1];

enum { CQA_NOTICE_TARGETS_MAX = 16, CQA_PUBLIC_URL_MAX = 128 };

/* One line of `notices:`; NULL where a setting is absent. */
struct cqa_notice_target {
    const char *url; /* https, or this machine itself; no two targets have the same */
    const char *secret_file;
    const char *ca_file;
    const char *proxy;
    unsigned events; /* 1 << enum cqa_notice_event, … */
};

struct cqa_notice_config {
    struct cqa_notice_target targets[CQA_NOTICE_TARGETS_MAX];
    size_t count;
    const char *public_url; /* of the page, for links; NULL: links begin with "/" */
};

/* Reads `notices` and `public_url` of the configuration; strings go to `arena`. */
void cqa_notice_config_read(struct cqa_notice_config *out, struct cqa_arena *arena,
                            const struct cqa_yaml_node *root, struct cqa_problems *problems);

#endif
