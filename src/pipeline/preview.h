/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_PREVIEW_H
#define CQA_PIPELINE_PREVIEW_H

#include <stdint.h>
#include "base/clock.h"
#include "pipeline/again.h"
#include "pipeline/config.h"

/* Told of each recording: `why` is "new", "changed", or the state that it waits in; of one that has
 * a result "again" and `again` says why it is no longer of now (enum cqa_again_why). Return 0 to
 * stop. */
typedef int cqa_preview_tell(void *context, const char *path, const char *why, unsigned again);

struct cqa_preview_wish {
    const struct cqa_clock *clock;
    struct cqa_again_scope scope;
    const char *analyzer;          /* of now: tells also what `--redo` would do; NULL: not */
    struct cqa_children *children; /* who read sidecars; NULL where the scope asks for no time */
};

/*
 * What a sweep would analyse, without doing it: what has settled in the watched folders and has no
 * result in the store. Waits one settling time. Changes nothing.
 */
enum cqa_status cqa_preview(const struct cqa_config *config, const struct cqa_preview_wish *wish,
                            cqa_preview_tell *tell, void *context,
                            struct cqa_error *error) CQA_MUST_CHECK;

#endif
