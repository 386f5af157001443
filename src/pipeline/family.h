/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_FAMILY_H
#define CQA_PIPELINE_FAMILY_H

#include "pipeline/pipeline.h"
#include "recorder/leg.h"
#include "store/recordings.h"

enum { CQA_FAMILY_MAX = 16 }; /* recordings of one call that are looked at */

/* The recordings of a call in folders that somebody looks at: those that are there by their ids,
 * then those that were. Which two belong together does not change because a third is deleted. */
struct cqa_family {
    struct cqa_recording recording[CQA_FAMILY_MAX];
    struct cqa_call_identity identity[CQA_FAMILY_MAX]; /* as the names say */
    struct cqa_leg_file file[CQA_FAMILY_MAX];          /* borrows from both */
    size_t count; /* 0 where there are too many to look at: nobody knows which belong together */
    size_t there; /* of them */
};

/* Strings are the arena's. CQA_E_BUSY, CQA_E_NOMEM and what the store says. */
enum cqa_status cqa_family_find(const struct cqa_pipeline *pipeline, const char *source,
                                const char *call, struct cqa_arena *arena, struct cqa_family *out,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Which of those that are there has the store's `id`; `count` where none has. */
size_t cqa_family_member(const struct cqa_family *family, int64_t id);

/* The one that makes a pair with it and is there; `count` where there is none. */
size_t cqa_family_partner(const struct cqa_family *family, size_t self);

/* Whether its file is there, and counts by itself or in a call of two. */
int cqa_is_there(const struct cqa_recording *recording);

/* The configured folder that the path lies in; NULL where nobody looks at it. Borrowed. */
const struct cqa_watch_config *cqa_watch_of(const struct cqa_pipeline *pipeline, const char *path);

#endif
