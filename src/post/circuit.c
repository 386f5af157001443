/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "post/circuit.h"

static const int64_t FIRST_MS = 1000;
static const int64_t LONGEST_MS = INT64_C(15) * 60 * 1000;
static const int64_t ASKED_MS_MAX =
    INT64_C(60) * 60 * 1000; /* a Retry-After beyond this is an error */
static const int64_t PROBE_MS = INT64_C(60) * 1000;
static const int REFUSED_MAX = 10;

int64_t cqa_circuit_wait_ms(const struct cqa_circuit *circuit, int64_t now_ms)
{
    return circuit->until_ms > now_ms ? circuit->until_ms - now_ms : 0;
}

size_t cqa_circuit_batch(const struct cqa_circuit *circuit, size_t most)
{
    return circuit->open || circuit->failures > 0 || circuit->alone > 0 ? 1 : most;
}

enum cqa_verdict cqa_circuit_item(struct cqa_circuit *circuit, enum cqa_verdict verdict)
{
    if (circuit->alone > 0)
        circuit->alone--;
    if (verdict == CQA_DELIVERED)
        circuit->refused = 0;
    if (verdict != CQA_NEVER)
        return verdict;
    if (circuit->refused < REFUSED_MAX && !circuit->open) {
        circuit->refused++;
        return CQA_NEVER;
    }
    circuit->open = 1;
    return CQA_LATER;
}

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

void cqa_circuit_reply(struct cqa_circuit *circuit, const struct cqa_reply *reply, int64_t now_ms,
                       uint64_t random)
{
    if (reply->split) {
        circuit->alone = reply->count;
        return;
    }
    if (reply->verdict == CQA_HALTED || (circuit->open && circuit->refused >= REFUSED_MAX)) {
        circuit->open = 1;
        circuit->failures++;
        circuit->until_ms = now_ms + PROBE_MS;
        return;
    }
    circuit->open = 0;
    if (reply->verdict != CQA_LATER) {
        circuit->failures = 0;
        circuit->until_ms = 0;
        return;
    }
    const int64_t asked_ms =
        reply->retry_after_ms < ASKED_MS_MAX ? reply->retry_after_ms : ASKED_MS_MAX;
    circuit->until_ms = now_ms + asked_ms + jitter_ms(circuit->failures, random);
    circuit->failures++;
}
