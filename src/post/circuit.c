/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "post/circuit.h"

static const int64_t FIRST_MS = 1000;
static const int64_t LONGEST_MS = INT64_C(15) * 60 * 1000;
static const int64_t ASKED_MS_MAX =
    INT64_C(60) * 60 * 1000; /* a Retry-After beyond this is an error */
static const int64_t PROBE_MS = INT64_C(60) * 1000;
static const int64_t DOUBT_MS = 2000;
static const int OUTAGE_FAILURES = 2; /* from so many in a row on it is no single item's doing */

int64_t cqa_circuit_wait_ms(const struct cqa_circuit *circuit, int64_t now_ms)
{
    return circuit->until_ms > now_ms ? circuit->until_ms - now_ms : 0;
}

size_t cqa_circuit_batch(const struct cqa_circuit *circuit, size_t most)
{
    return circuit->state != CQA_CIRCUIT_CLOSED || circuit->failures >= OUTAGE_FAILURES ? 1 : most;
}

void cqa_circuit_hurry(struct cqa_circuit *circuit)
{
    circuit->until_ms = 0;
}

/* ---- items */

static int is_refused(const struct cqa_reply *reply, const struct cqa_receipt *receipt)
{
    return receipt->verdict == CQA_NEVER || (receipt->verdict == CQA_ASIDE && reply->refused);
}

/* The same item twice says nothing new of the server. */
static void note_refused(struct cqa_circuit *circuit, int64_t id)
{
    for (int i = 0; i < circuit->refused_count; i++)
        if (circuit->refused[i] == id)
            return;
    if (circuit->refused_count < CQA_REFUSED_MAX)
        circuit->refused[circuit->refused_count++] = id;
}

/* A request that was refused as a whole says something of one item at most. */
static void count_refused(struct cqa_circuit *circuit, const struct cqa_reply *reply)
{
    if (reply->verdict == CQA_DELIVERED)
        circuit->refused_count = 0;
    else if (reply->verdict == CQA_ASIDE && reply->refused)
        note_refused(circuit, reply->receipts[0].id);
    else
        for (size_t i = 0; i < reply->count; i++)
            if (is_refused(reply, &reply->receipts[i]))
                note_refused(circuit, reply->receipts[i].id);
}

void cqa_circuit_items(struct cqa_circuit *circuit, const struct cqa_reply *reply,
                       enum cqa_verdict *verdicts)
{
    const int is_outage = circuit->failures >= OUTAGE_FAILURES && !reply->refused;

    count_refused(circuit, reply);
    for (size_t i = 0; i < reply->count; i++) {
        verdicts[i] = reply->receipts[i].verdict;
        if (verdicts[i] == CQA_NEVER && circuit->refused_count == CQA_REFUSED_MAX)
            verdicts[i] = CQA_ASIDE;
        else if (verdicts[i] == CQA_HALTED ||
                 (verdicts[i] == CQA_ASIDE && reply->verdict == CQA_ASIDE && is_outage))
            verdicts[i] = CQA_LATER;
    }
}

/* ---- the reply as a whole */

/* Uniform in [0, 1 s · 2^failures), at most 15 min. */
static int64_t jitter_ms(int failures, uint64_t random)
{
    int64_t ceiling_ms = FIRST_MS;

    for (int i = 0; i < failures && ceiling_ms < LONGEST_MS; i++)
        ceiling_ms *= 2;
    if (ceiling_ms > LONGEST_MS)
        ceiling_ms = LONGEST_MS;
    return (int64_t)(random % (uint64_t)ceiling_ms);
}

static void open_circuit(struct cqa_circuit *circuit, enum cqa_circuit_state state,
                         int64_t until_ms)
{
    circuit->state = state;
    circuit->failures++;
    circuit->until_ms = until_ms;
}

void cqa_circuit_reply(struct cqa_circuit *circuit, const struct cqa_reply *reply, int64_t now_ms,
                       uint64_t random)
{
    if (reply->verdict == CQA_HALTED) {
        open_circuit(circuit, CQA_CIRCUIT_HALTED, now_ms + PROBE_MS);
        return;
    }
    if (reply->refused && circuit->refused_count == CQA_REFUSED_MAX) {
        open_circuit(circuit, CQA_CIRCUIT_REFUSING, now_ms + DOUBT_MS);
        return;
    }
    circuit->state = CQA_CIRCUIT_CLOSED;
    if (reply->verdict == CQA_DELIVERED || reply->refused) {
        circuit->failures = 0;
        circuit->until_ms = 0;
        return;
    }
    const int64_t asked_ms =
        reply->retry_after_ms < ASKED_MS_MAX ? reply->retry_after_ms : ASKED_MS_MAX;
    circuit->until_ms = now_ms + asked_ms + jitter_ms(circuit->failures, random);
    circuit->failures++;
}
