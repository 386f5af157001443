/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_ROUNDS_ASKING_H
#define CQA_API_ROUNDS_ASKING_H

#include <jansson.h>
#include "http/http.h"
#include "rounds/outcome.h"
#include "rounds/sight.h"
#include "rounds/work.h"
#include "scores/rounds/rounds.h"

/* What the endpoints of appraisal share. Functions that return int give a problem with 0. */

/* The round that the route's first part names. */
int cqa_asked_round(struct cqa_request *request, struct cqa_round *out);

/* Tells the job, where the request is one, how far it is. */
struct cqa_going cqa_asked_going(struct cqa_request *request);

/* How the asker reads sheets. */
enum cqa_reader cqa_asked_reader(const struct cqa_request *request);

/* As whom of this agent's sheet: whoever it is about reads it as an agent does, leads and hr too,
 * for the names of those who rated are not for them. */
enum cqa_reader cqa_asked_reader_of(const struct cqa_request *request, const char *agent);

/* For what concerns a whole round: an account that is bound to some teams is refused. */
int cqa_asked_by_all(struct cqa_request *request);

/* Members of a body: place, date, person, note. `place` is needed where a step asks for it. */
int cqa_member_step(struct cqa_request *request, const json_t *body, int place_needed,
                    struct cqa_round_step *out);

/* ---- JSON, appended to `out` */

/* The members of a round without the braces, so that more can follow. */
void cqa_round_json(const struct cqa_round *round, struct cqa_buffer *out);
void cqa_step_json(const struct cqa_round_step_row *row, struct cqa_buffer *out);
void cqa_json_time(struct cqa_buffer *out, const char *key, int64_t ms); /* ,"key":… or null */
void cqa_json_empty_as_null(struct cqa_buffer *out, const char *key, const char *text);

/* Steps of a round, or of one agent in it, as a list. */
enum cqa_status cqa_steps_json(struct cqa_scores *scores, int64_t round, const char *agent,
                               struct cqa_buffer *out, struct cqa_error *error) CQA_MUST_CHECK;

/* The whole round with steps and versions as the reply. */
void cqa_reply_round(struct cqa_request *request, int http_status, int64_t id);

/* Sends `out` when `status` is CQA_OK, else the problem; `out` is finished either way. */
void cqa_reply_built(struct cqa_request *request, int http_status, enum cqa_status status,
                     struct cqa_buffer *out, const struct cqa_error *error);

enum { CQA_REPLY_BYTES_MAX = 256 << 20 };

#endif
