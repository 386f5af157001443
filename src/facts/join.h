/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_FACTS_JOIN_H
#define CQA_FACTS_JOIN_H

#include "base/error.h"
#include "facts/fact.h"
#include "recorder/profile.h"

/* How far the start of a call in a log may lie from that in a recording's name, where neither has
 * an id of the other. */
enum { CQA_JOIN_WITHIN_MS = 10 * 1000 };

/*
 * Takes the facts of a call, whatever their order, to what its recording's name and sidecar say.
 * The rules, which docs/recorders.md tells people: The queue's log knows better who answered than
 * the call detail record, and that better than the name. Who only rang is nobody. Two different
 * extensions as agents, whoever names them: the call has no agent, and nobody knows which channel
 * is the agent's. A member's name beside an extension is no contradiction. "in" against "out": the
 * call has no direction, and where the profile's channels depend on it, nobody knows which is the
 * agent's. "internal" yields to both. Customer and queue: the better source's is taken. Whatever
 * does not agree stands in the call's doubts with both values. Pure; strings go to `arena`. Only
 * CQA_E_NOMEM.
 */
enum cqa_status cqa_facts_join(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                               const struct cqa_fact *facts, size_t count, struct cqa_arena *arena,
                               struct cqa_call *call, struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Another name of the same recording: where it names another agent than all else does, the call has
 * none, as above. Strings are borrowed from `named`.
 */
void cqa_facts_other_name(const struct cqa_call *named, struct cqa_call *call);

/*
 * Of facts that were found by the customer's number and the time alone, whether all are of one
 * call; else two of their ids are noted as a doubt of the call's id, and none is to be taken. Facts
 * without an id are of one call when they begin at the same second.
 */
int cqa_facts_are_of_one(const struct cqa_fact *facts, size_t count, struct cqa_call *call);

#endif
