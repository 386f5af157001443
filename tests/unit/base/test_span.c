/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/span.h"

enum { LINE_MS = 60, TRIALS = 2000 };

/* Spans as a picture: a '#' a millisecond. */
static struct cqa_spans draw(const char *picture)
{
    struct cqa_spans spans = {0};
    const int64_t end = (int64_t)strlen(picture);

    for (int64_t t = 0; t < end; t++) {
        const int64_t start = t;
        while (t < end && picture[t] == '#')
            t++;
        if (t > start)
            assert_int_equal(cqa_spans_add(&spans, start, t), CQA_OK);
    }
    return spans;
}

static void paint(const struct cqa_spans *spans, char *picture, size_t length)
{
    memset(picture, '.', length);
    picture[length] = '\0';
    for (size_t i = 0; i < spans->count; i++)
        for (int64_t t = spans->items[i].start_ms; t < spans->items[i].end_ms; t++)
            picture[t] = '#';
}

static void expect(struct cqa_spans *spans, const char *wanted)
{
    char found[200];

    paint(spans, found, strlen(wanted));
    assert_string_equal(found, wanted);
    cqa_spans_finish(spans);
}

static void test_bridge(void **state)
{
    struct cqa_spans spans = draw(".##..##...##.");

    (void)state;
    cqa_spans_bridge(&spans, 3);
    assert_int_equal(spans.count, 2);
    expect(&spans, ".######...##.");
}

/* A span inside the one before it must not shorten that one. */
static void test_bridge_nested(void **state)
{
    struct cqa_spans spans = {0};

    (void)state;
    assert_int_equal(cqa_spans_add(&spans, 0, 10), CQA_OK);
    assert_int_equal(cqa_spans_add(&spans, 2, 4), CQA_OK);
    cqa_spans_bridge(&spans, 1);
    assert_int_equal(spans.count, 1);
    expect(&spans, "##########");
}

static void test_drop_short(void **state)
{
    struct cqa_spans spans = draw("#.##.###");

    (void)state;
    cqa_spans_drop_short(&spans, 2);
    assert_int_equal(cqa_spans_total_ms(&spans), 5);
    expect(&spans, "..##.###");
}

static void test_within(void **state)
{
    struct cqa_spans spans = draw("..####..####");

    (void)state;
    assert_int_equal(cqa_spans_within_ms(&spans, (struct cqa_span){4, 10}), 4);
    assert_int_equal(cqa_spans_within_ms(&spans, (struct cqa_span){6, 8}), 0);
    assert_int_equal(cqa_spans_within_ms(&spans, (struct cqa_span){0, 99}), 8);
    assert_int_equal(cqa_spans_within_ms(&spans, (struct cqa_span){5, 5}), 0);
    cqa_spans_finish(&spans);
}

static void test_invert(void **state)
{
    struct cqa_spans spans = draw("##..##..####");
    struct cqa_spans inverse = {0};

    (void)state;
    assert_int_equal(cqa_spans_invert(&spans, 10, &inverse), CQA_OK);
    assert_int_equal(inverse.count, 2);
    expect(&inverse, "..##..##....");
    cqa_spans_finish(&spans);
    assert_int_equal(cqa_spans_invert(&spans, 3, &inverse), CQA_OK);
    expect(&inverse, "###");
    assert_int_equal(cqa_spans_invert(&spans, 0, &inverse), CQA_OK);
    assert_int_equal(inverse.count, 0);
}

/* What is appended does not join what the list already held. */
static void test_unite_appends(void **state)
{
    struct cqa_spans left = draw(".....##");
    struct cqa_spans right = draw(".......##");
    struct cqa_spans out = draw("#####");

    (void)state;
    assert_int_equal(cqa_spans_unite(&left, &right, &out), CQA_OK);
    assert_int_equal(out.count, 2);
    assert_int_equal(out.items[1].start_ms, 5);
    assert_int_equal(out.items[1].end_ms, 9);
    cqa_spans_finish(&left);
    cqa_spans_finish(&right);
    cqa_spans_finish(&out);
}

static void scribble(char *picture)
{
    int on = rand() % 2;

    for (int t = 0; t < LINE_MS; t++) {
        on = rand() % 4 == 0 ? !on : on;
        picture[t] = on ? '#' : '.';
    }
    picture[LINE_MS] = '\0';
}

/* Every operation against the same done a millisecond at a time. */
static void test_against_pictures(void **state)
{
    (void)state;
    srand(7);
    for (int trial = 0; trial < TRIALS; trial++) {
        char a[LINE_MS + 1];
        char b[LINE_MS + 1];
        char both[LINE_MS + 1] = {0};
        char either[LINE_MS + 1] = {0};
        char neither[LINE_MS + 1] = {0};
        struct cqa_spans out = {0};
        int64_t within = 0;

        scribble(a);
        scribble(b);
        struct cqa_spans left = draw(a);
        struct cqa_spans right = draw(b);
        const struct cqa_span window = {rand() % LINE_MS, rand() % LINE_MS};
        for (int t = 0; t < LINE_MS; t++) {
            both[t] = a[t] == '#' && b[t] == '#' ? '#' : '.';
            either[t] = a[t] == '#' || b[t] == '#' ? '#' : '.';
            neither[t] = a[t] == '#' ? '.' : '#';
            within += t >= window.start_ms && t < window.end_ms && a[t] == '#';
        }
        assert_int_equal(cqa_spans_within_ms(&left, window), within);
        assert_int_equal(cqa_spans_intersect(&left, &right, &out), CQA_OK);
        expect(&out, both);
        assert_int_equal(cqa_spans_unite(&left, &right, &out), CQA_OK);
        for (size_t i = 1; i < out.count; i++)
            assert_true(out.items[i].start_ms > out.items[i - 1].end_ms);
        expect(&out, either);
        assert_int_equal(cqa_spans_invert(&left, LINE_MS, &out), CQA_OK);
        expect(&out, neither);
        cqa_spans_finish(&left);
        cqa_spans_finish(&right);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bridge),           cmocka_unit_test(test_bridge_nested),
        cmocka_unit_test(test_drop_short),       cmocka_unit_test(test_within),
        cmocka_unit_test(test_invert),           cmocka_unit_test(test_unite_appends),
        cmocka_unit_test(test_against_pictures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
