/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_ENGINE_H
#define CQA_ANALYSIS_ENGINE_H

#include "base/error.h"
#include "child/child.h"

/*
 * Where a program has its recordings analysed: the zygote that holds the models, and forks a
 * sandboxed child for each recording (docs/decisions/0074). Any thread.
 */
struct cqa_engine;

/* The first thing in the main() of a program that makes an engine (see cqa_zygote_enter). */
void cqa_engine_enter(int argc, char **argv);

/* Loads models/acoustic and models/tones (found by base/models.h), in the zygote. Owned, free with
 * cqa_engine_destroy. */
enum cqa_status cqa_engine_create(struct cqa_engine **out, enum cqa_zygote_start start,
                                  struct cqa_error *error) CQA_MUST_CHECK;
void cqa_engine_destroy(struct cqa_engine *engine);

/* "sha256:…" over the model files. */
const char *cqa_engine_models(const struct cqa_engine *engine);

/*
 * The children of the program that is linked to FFmpeg (docs/decisions/0122), for a recording that
 * those above refuse as CQA_FAILURE_CODEC; started when they are first asked for. NULL: that
 * program is not installed, or does not start, which is logged once. The engine's.
 */
struct cqa_children *cqa_engine_more(const struct cqa_engine *engine);

/* For other children than workers: outlines (outline.h), sidecars (recorder/profile.h). */
struct cqa_children *cqa_engine_children(const struct cqa_engine *engine);

#endif
