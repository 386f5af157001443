/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_FACTS_H
#define CQA_PIPELINE_FACTS_H

#include "pipeline/config.h"
#include "store/facts.h"

/*
 * Facts of calls, whenever they come: logs and tables are read on, and recordings whose result was
 * made without what is known now are analysed again.
 */
struct cqa_pipeline;
struct cqa_facts_room;

enum cqa_status cqa_facts_create(const struct cqa_config *config, struct cqa_facts_room **out,
                                 struct cqa_error *error) CQA_MUST_CHECK;
void cqa_facts_destroy(struct cqa_facts_room *room);

/* What is known of a recording's call now. */
struct cqa_known_call {
    struct cqa_call_identity identity; /* what its name says, with this call */
    struct cqa_call call; /* with the id that its name gives it; strings in the caller's arena */
    struct cqa_facts_link link; /* without `facts` and `lines` */
    char facts[CQA_CALL_HASH_SIZE], lines[CQA_CALL_HASH_SIZE];
};

/* By name, sidecar and logs. A sidecar that cannot be read is said and passed over. */
enum cqa_status cqa_facts_know(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                               const char *path, struct cqa_arena *arena,
                               struct cqa_known_call *out, struct cqa_error *error) CQA_MUST_CHECK;

/* The link as the store wants it; points into `known`. */
struct cqa_facts_link cqa_facts_link_of(const struct cqa_pipeline *pipeline,
                                        const struct cqa_known_call *known);

/* Reads on and looks again, as far as it is time. Monotonic time of the next step. */
int64_t cqa_facts_step(struct cqa_pipeline *pipeline);

/* How many logs and tables could not be read the last time that they were looked at. */
size_t cqa_facts_unread(const struct cqa_pipeline *pipeline);

/* Everything has been read since the start, as far as it is there, and nothing is to be looked at.
 */
int cqa_facts_complete(const struct cqa_pipeline *pipeline);

/* A result was stored, whose facts may have come meanwhile. */
void cqa_facts_stored(struct cqa_pipeline *pipeline);

#endif
