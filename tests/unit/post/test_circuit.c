/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When to send next: pure, so time and chance are the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "post/circuit.h"

static const uint64_t MOST = UINT64_MAX - 1; /* an unlucky draw */

static void tell(struct cqa_circuit *circuit, enum cqa_verdict verdict, int64_t retry_after_ms,
                 int64_t now_ms, uint64_t random)
{
    const struct cqa_reply reply = {
        .verdict = verdict, .retry_after_ms = retry_after_ms, .count = 1};

    cqa_circuit_reply(circuit, &reply, now_ms, random);
}

static void test_backoff_doubles_to_a_quarter_hour_and_never_ends(void **state)
{
    struct cqa_circuit circuit = {0};
    int64_t ceiling_ms = 1000;

    (void)state;
    for (int i = 0; i < 100; i++) {
        tell(&circuit, CQA_LATER, 0, 5000, (uint64_t)ceiling_ms - 1);
        assert_int_equal(cqa_circuit_wait_ms(&circuit, 5000), ceiling_ms - 1);
        tell(&circuit, CQA_LATER, 0, 5000, 0); /* full jitter: from nothing on */
        assert_int_equal(cqa_circuit_wait_ms(&circuit, 5000), 0);
        circuit.failures = i + 1;
        ceiling_ms = ceiling_ms * 2 > 900000 ? 900000 : ceiling_ms * 2;
    }
}

static void test_retry_after_is_a_floor_of_an_hour_at_most(void **state)
{
    struct cqa_circuit circuit = {0};

    (void)state;
    tell(&circuit, CQA_LATER, 120000, 0, 0);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 0), 120000);
    circuit = (struct cqa_circuit){0};
    tell(&circuit, CQA_LATER, INT64_C(1000000000000), 0, 0);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 0), 3600000);
}

static void test_success_clears_everything(void **state)
{
    struct cqa_circuit circuit = {0};

    (void)state;
    tell(&circuit, CQA_LATER, 0, 0, MOST);
    tell(&circuit, CQA_HALTED, 0, 0, MOST);
    assert_int_equal(circuit.state, CQA_CIRCUIT_HALTED);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 0), 60000);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 61000), 0);
    assert_int_equal(cqa_circuit_batch(&circuit, 100), 1);
    tell(&circuit, CQA_DELIVERED, 0, 61000, MOST);
    assert_int_equal(circuit.state, CQA_CIRCUIT_CLOSED);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 61000), 0);
    assert_int_equal(cqa_circuit_batch(&circuit, 100), 100);
}

/* A reply about the items `first`, `first` + 1, …, which the words tell: d, n, a, l. */
static struct cqa_reply reply_of(const char *words, int64_t first, struct cqa_receipt *receipts)
{
    struct cqa_reply reply = {.receipts = receipts, .verdict = CQA_NEVER, .refused = 1};

    for (; words[reply.count] != '\0'; reply.count++) {
        const char word = words[reply.count];
        const enum cqa_verdict verdict = word == 'd'   ? CQA_DELIVERED
                                         : word == 'n' ? CQA_NEVER
                                         : word == 'a' ? CQA_ASIDE
                                                       : CQA_LATER;
        receipts[reply.count] =
            (struct cqa_receipt){.id = first + (int64_t)reply.count, .verdict = verdict};
        if (verdict == CQA_DELIVERED) {
            reply.verdict = CQA_DELIVERED;
            reply.refused = 0;
        }
    }
    return reply;
}

/* What becomes of them, in the same words. */
static void expect(struct cqa_circuit *circuit, const char *words, int64_t first,
                   const char *expected)
{
    struct cqa_receipt receipts[16];
    enum cqa_verdict verdicts[16];
    char got[17] = "";
    const struct cqa_reply reply = reply_of(words, first, receipts);

    cqa_circuit_items(circuit, &reply, verdicts);
    for (size_t i = 0; i < reply.count; i++)
        got[i] = verdicts[i] == CQA_DELIVERED ? 'd'
                 : verdicts[i] == CQA_NEVER   ? 'n'
                 : verdicts[i] == CQA_ASIDE   ? 'a'
                                              : 'l';
    assert_string_equal(got, expected);
    cqa_circuit_reply(circuit, &reply, 0, 0);
}

static void test_what_is_refused_beside_what_is_taken_is_the_items_fault(void **state)
{
    struct cqa_circuit circuit = {0};

    (void)state;
    expect(&circuit, "nnnnnnnnnnd", 1, "nnnnnnnnnnd");
    assert_int_equal(circuit.state, CQA_CIRCUIT_CLOSED);
    assert_int_equal(circuit.refused_count, 0);
}

static void test_item_after_item_refused_is_the_servers(void **state)
{
    struct cqa_circuit circuit = {0};

    (void)state;
    for (int i = 0; i < CQA_REFUSED_MAX - 1; i++)
        expect(&circuit, "n", 10 + i, "n");
    expect(&circuit, "n", 10, "n"); /* the same again says nothing new */
    assert_int_equal(circuit.state, CQA_CIRCUIT_CLOSED);
    expect(&circuit, "n", 20, "a");
    assert_int_equal(circuit.state, CQA_CIRCUIT_REFUSING);
    assert_int_equal(circuit.refused_count, CQA_REFUSED_MAX); /* and these are to be reopened */
    assert_int_equal(circuit.refused[0], 10);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 0), 2000);
    assert_int_equal(cqa_circuit_batch(&circuit, 100), 1);
    expect(&circuit, "d", 30, "d");
    assert_int_equal(circuit.state, CQA_CIRCUIT_CLOSED);
    assert_int_equal(cqa_circuit_batch(&circuit, 100), 100);
    expect(&circuit, "n", 31, "n");
}

static void test_a_batch_of_refusals_is_in_doubt_at_once(void **state)
{
    struct cqa_circuit circuit = {0};

    (void)state;
    expect(&circuit, "nnnnnnnn", 1, "aaaaaaaa");
    assert_int_equal(circuit.state, CQA_CIRCUIT_REFUSING);
}

/* A batch that is refused without a word of its items tells of one of them at most. */
static void test_a_batch_refused_as_a_whole_counts_once(void **state)
{
    struct cqa_circuit circuit = {0};
    struct cqa_receipt receipts[16];
    enum cqa_verdict verdicts[16];
    struct cqa_reply reply = reply_of("aaaaaaaa", 1, receipts);

    (void)state;
    reply.verdict = CQA_ASIDE;
    cqa_circuit_items(&circuit, &reply, verdicts);
    cqa_circuit_reply(&circuit, &reply, 0, MOST);
    assert_int_equal(verdicts[7], CQA_ASIDE);
    assert_int_equal(circuit.state, CQA_CIRCUIT_CLOSED);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 0), 0);
}

/* One item that brings the server down is put aside; in an outage no item is to blame. */
static void test_trouble_with_one_item_is_not_an_outage(void **state)
{
    struct cqa_receipt receipts[1];
    enum cqa_verdict verdicts[1];
    struct cqa_reply reply = reply_of("a", 1, receipts);
    struct cqa_circuit circuit = {0};
    static const enum cqa_verdict expected[] = {CQA_ASIDE, CQA_ASIDE, CQA_LATER, CQA_LATER};

    (void)state;
    reply.verdict = CQA_ASIDE;
    reply.refused = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        cqa_circuit_items(&circuit, &reply, verdicts);
        assert_int_equal(verdicts[0], expected[i]);
        assert_int_equal(cqa_circuit_batch(&circuit, 100), i < 2 ? 100 : 1);
        cqa_circuit_reply(&circuit, &reply, 0, MOST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff_doubles_to_a_quarter_hour_and_never_ends),
        cmocka_unit_test(test_retry_after_is_a_floor_of_an_hour_at_most),
        cmocka_unit_test(test_success_clears_everything),
        cmocka_unit_test(test_what_is_refused_beside_what_is_taken_is_the_items_fault),
        cmocka_unit_test(test_item_after_item_refused_is_the_servers),
        cmocka_unit_test(test_a_batch_of_refusals_is_in_doubt_at_once),
        cmocka_unit_test(test_a_batch_refused_as_a_whole_counts_once),
        cmocka_unit_test(test_trouble_with_one_item_is_not_an_outage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
