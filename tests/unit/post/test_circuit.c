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
    assert_int_equal(cqa_circuit_batch(&circuit, 100), 1);
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
    assert_true(circuit.open);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 0), 60000);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 61000), 0);
    assert_int_equal(cqa_circuit_batch(&circuit, 100), 1);
    tell(&circuit, CQA_DELIVERED, 0, 61000, MOST);
    assert_false(circuit.open);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 61000), 0);
    assert_int_equal(cqa_circuit_batch(&circuit, 100), 100);
}

static void test_ten_refused_in_a_row_are_the_items_fault_more_are_the_servers(void **state)
{
    struct cqa_circuit circuit = {0};

    (void)state;
    for (int i = 0; i < 10; i++)
        assert_int_equal(cqa_circuit_item(&circuit, CQA_NEVER), CQA_NEVER);
    for (int i = 0; i < 50; i++)
        assert_int_equal(cqa_circuit_item(&circuit, CQA_NEVER), CQA_LATER);
    tell(&circuit, CQA_DELIVERED, 0, 0, 0); /* the request itself was fine */
    assert_true(circuit.open);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 0), 60000);

    assert_int_equal(cqa_circuit_item(&circuit, CQA_NEVER), CQA_LATER); /* the probe, refused */
    tell(&circuit, CQA_NEVER, 0, 60000, 0);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 60000), 60000);

    assert_int_equal(cqa_circuit_item(&circuit, CQA_DELIVERED), CQA_DELIVERED);
    tell(&circuit, CQA_DELIVERED, 0, 120000, 0);
    assert_false(circuit.open);
    assert_int_equal(cqa_circuit_item(&circuit, CQA_NEVER), CQA_NEVER);
}

static void test_a_batch_refused_as_a_whole_is_sent_item_by_item(void **state)
{
    const struct cqa_reply refused = {.verdict = CQA_NEVER, .split = 1, .count = 3};
    struct cqa_circuit circuit = {0};

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(cqa_circuit_item(&circuit, CQA_LATER), CQA_LATER);
    cqa_circuit_reply(&circuit, &refused, 0, MOST);
    assert_int_equal(cqa_circuit_wait_ms(&circuit, 0), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cqa_circuit_batch(&circuit, 100), 1);
        assert_int_equal(cqa_circuit_item(&circuit, CQA_DELIVERED), CQA_DELIVERED);
        tell(&circuit, CQA_DELIVERED, 0, 0, MOST);
    }
    assert_int_equal(cqa_circuit_batch(&circuit, 100), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff_doubles_to_a_quarter_hour_and_never_ends),
        cmocka_unit_test(test_retry_after_is_a_floor_of_an_hour_at_most),
        cmocka_unit_test(test_success_clears_everything),
        cmocka_unit_test(test_ten_refused_in_a_row_are_the_items_fault_more_are_the_servers),
        cmocka_unit_test(test_a_batch_refused_as_a_whole_is_sent_item_by_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
