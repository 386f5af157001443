/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in one table a kind of event is whole: docs/decisions and the contract's readers rely
 * on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "report/format.h"
#include "report/stretch.h"
#include "report/words.h"

static void expect_text(struct cqa_text text)
{
    assert_non_null(text.en);
    assert_non_null(text.zh);
    assert_true(text.en[0] != '\0' && (unsigned char)text.en[0] < 0x80);
    assert_true(text.zh[0] != '\0');
}

static void test_types(void **state)
{
    unsigned char seen[256] = {0};

    (void)state;
    for (int type = 0; type < CQA_EVENT_TYPE_COUNT; type++) {
        const struct cqa_event event = {.type = (enum cqa_event_type)type};
        const struct cqa_event_look look = cqa_event_mark(&event);
        char en[128];
        char zh[128];
        assert_true(look.letter > ' ' && look.letter < 0x7F);
        assert_int_equal(seen[(unsigned char)look.letter]++, 0);
        assert_true(look.sgr[0] != '\0');
        assert_true(look.color > 0 && look.color < 0xFFFFFF);
        expect_text(look.text);
        cqa_event_label(&event, 0, en, sizeof en);
        cqa_event_label(&event, 1, zh, sizeof zh);
        assert_ptr_equal(strstr(en, look.text.en), en);
        assert_string_not_equal(en, zh);
    }
    for (int kind = 0; kind < CQA_STRETCH_COUNT; kind++) {
        expect_text(cqa_stretch_looks[kind].text);
        assert_int_equal(seen[(unsigned char)cqa_stretch_looks[kind].letter]++, 0);
    }
}

/* A kind's own letter is nobody else's; all else looks as its type. */
static void test_kinds(void **state)
{
    (void)state;
    for (int kind = CQA_KIND_NONE + 1; kind < CQA_KIND_COUNT; kind++) {
        for (int type = 0; type < CQA_EVENT_TYPE_COUNT; type++) {
            const struct cqa_event event = {.type = CQA_EVENT_OVERTALK,
                                            .kind = (enum cqa_event_kind)kind};
            const struct cqa_event_look look = cqa_event_mark(&event);
            if (look.letter == cqa_event_looks[type].letter)
                assert_int_equal(type, CQA_EVENT_OVERTALK);
        }
        expect_text(cqa_event_kind_texts[kind]);
    }
    for (int cause = CQA_CAUSE_NONE + 1; cause < CQA_CAUSE_COUNT; cause++) {
        const struct cqa_event event = {.type = CQA_EVENT_SILENCE,
                                        .cause = (enum cqa_event_cause)cause};
        char label[128];
        expect_text(cqa_event_cause_texts[cause]);
        cqa_event_label(&event, 0, label, sizeof label);
        assert_non_null(strstr(label, cqa_event_cause_texts[cause].en));
    }
}

/* What no rule may charge says why by itself. */
static void test_ground_of_events(void **state)
{
    const struct cqa_event silence = {.type = CQA_EVENT_SILENCE, .cause = CQA_CAUSE_UNEXPLAINED};
    const struct cqa_event parked = {.type = CQA_EVENT_SILENCE, .cause = CQA_CAUSE_PARKED};
    const struct cqa_event lost = {.type = CQA_EVENT_LINE_LOST};

    (void)state;
    assert_null(cqa_event_ground(&silence));
    assert_ptr_equal(cqa_event_ground(&parked), &cqa_ground_texts[CQA_GROUND_PARKED]);
    assert_ptr_equal(cqa_event_ground(&lost), &cqa_ground_texts[CQA_GROUND_LINE_LOST]);
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i < CQA_GROUND_COUNT; i++)
        expect_text(cqa_ground_texts[i]);
    for (int i = 0; i < CQA_ROLE_COUNT; i++)
        assert_string_not_equal(cqa_role_word((enum cqa_role)i, 0),
                                cqa_role_word((enum cqa_role)i, 1));
    for (int i = 0; i < CQA_LAYOUT_COUNT; i++)
        assert_string_not_equal(cqa_layout_word((enum cqa_layout)i, 0),
                                cqa_layout_word((enum cqa_layout)i, 1));
    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        assert_string_not_equal(cqa_aspect_word((enum cqa_aspect)i, 0),
                                cqa_aspect_word((enum cqa_aspect)i, 1));
}

static void test_sentences_are_cut_whole(void **state)
{
    const struct cqa_deduction note = {.text = {"It was.", "发生了。"},
                                       .ground = "parked",
                                       .ground_text = cqa_ground_texts[CQA_GROUND_PARKED],
                                       .automatic_fail = 1};
    char text[200];

    (void)state;
    cqa_deduction_text(&note, 1, text, sizeof text);
    assert_string_equal(text,
                        "发生了。（不扣分：线路被停放、静音或中断，无法判断由谁造成）（一票否决）");
    for (size_t size = 1; size < sizeof text; size++) {
        char cut[200];
        cqa_deduction_text(&note, 1, cut, size);
        assert_true(strlen(cut) < size);
        assert_int_equal(strncmp(cut, text, strlen(cut)), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_ground_of_events),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_sentences_are_cut_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
