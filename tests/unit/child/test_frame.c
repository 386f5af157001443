/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames made by hand, as a child would send them that was taken over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "child/frame.h"

enum { WORD = CQA_FRAME_OF_ROLE, NUMBER, BULK };

static const struct cqa_frame_rule RULES[] = {
    CQA_FRAME_RULES_COMMON, {WORD, 1, 16}, {NUMBER, 8, 8}, {BULK, 0, CQA_FRAME_BODY_MAX}};

struct talk {
    int ours;
    int theirs;
    struct cqa_frame_reader reader;
    struct cqa_frame frame;
};

static struct talk begin(void)
{
    struct talk talk = {.reader = {.rules = RULES, .rule_count = sizeof RULES / sizeof RULES[0]}};
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    talk.ours = pair[0];
    talk.theirs = pair[1];
    return talk;
}

static void end(struct talk *talk)
{
    close(talk->ours);
    if (talk->theirs >= 0)
        close(talk->theirs);
    cqa_frame_finish(&talk->reader);
}

static void say(const struct talk *talk, const void *bytes, size_t count)
{
    assert_int_equal(send(talk->theirs, bytes, count, MSG_NOSIGNAL), count);
}

static void say_head(const struct talk *talk, uint32_t magic, uint32_t kind, uint32_t length)
{
    const struct cqa_frame_head head = {magic, kind, length};

    say(talk, &head, sizeof head);
}

static enum cqa_frame_state hear(struct talk *talk)
{
    return cqa_frame_receive(&talk->reader, talk->ours, &talk->frame);
}

/* What is said to a head alone: it must not wait for the body of a frame that it will refuse. */
static void expect_of_head(uint32_t magic, uint32_t kind, uint32_t length,
                           enum cqa_frame_state wanted)
{
    struct talk talk = begin();

    say_head(&talk, magic, kind, length);
    assert_int_equal(hear(&talk), wanted);
    end(&talk);
}

static void test_only_what_the_table_allows(void **state)
{
    const uint32_t magic = CQA_FRAME_MAGIC;

    (void)state;
    expect_of_head(magic, CQA_FRAME_READY, 0, CQA_FRAME_WHOLE);
    expect_of_head(magic, WORD, 16, CQA_FRAME_PARTIAL);
    expect_of_head(magic, BULK, CQA_FRAME_BODY_MAX, CQA_FRAME_PARTIAL);
    expect_of_head(magic + 1, CQA_FRAME_READY, 0, CQA_FRAME_REFUSED);
    expect_of_head(0, 0, 0, CQA_FRAME_REFUSED);
    expect_of_head(magic, CQA_FRAME_READY, 1, CQA_FRAME_REFUSED);
    expect_of_head(magic, BULK + 1, 0, CQA_FRAME_REFUSED);
    expect_of_head(magic, UINT32_MAX, 0, CQA_FRAME_REFUSED);
    expect_of_head(magic, WORD, 0, CQA_FRAME_REFUSED);
    expect_of_head(magic, WORD, 17, CQA_FRAME_REFUSED);
    expect_of_head(magic, NUMBER, 7, CQA_FRAME_REFUSED);
    expect_of_head(magic, NUMBER, 9, CQA_FRAME_REFUSED);
    expect_of_head(magic, BULK, CQA_FRAME_BODY_MAX + 1, CQA_FRAME_REFUSED);
    expect_of_head(magic, BULK, UINT32_MAX, CQA_FRAME_REFUSED);
}

static void test_a_frame_that_trickles(void **state)
{
    struct talk talk = begin();
    struct {
        struct cqa_frame_head head;
        char body[5];
    } word = {{CQA_FRAME_MAGIC, WORD, 5}, "hello"};

    (void)state;
    const size_t length = sizeof word.head + sizeof word.body;
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(hear(&talk), CQA_FRAME_PARTIAL);
        say(&talk, (const char *)&word + i, 1);
    }
    assert_int_equal(hear(&talk), CQA_FRAME_WHOLE);
    assert_int_equal(talk.frame.kind, WORD);
    assert_int_equal(talk.frame.length, 5);
    assert_string_equal(talk.frame.body, "hello");
    end(&talk);
}

/* Nothing of the next is taken along. */
static void test_two_frames_at_once(void **state)
{
    struct talk talk = begin();

    (void)state;
    say_head(&talk, CQA_FRAME_MAGIC, WORD, 2);
    say(&talk, "ab", 2);
    say_head(&talk, CQA_FRAME_MAGIC, WORD, 3);
    say(&talk, "cde", 3);
    assert_int_equal(hear(&talk), CQA_FRAME_WHOLE);
    assert_string_equal(talk.frame.body, "ab");
    cqa_frame_next(&talk.reader);
    assert_int_equal(hear(&talk), CQA_FRAME_WHOLE);
    assert_string_equal(talk.frame.body, "cde");
    cqa_frame_next(&talk.reader);
    assert_int_equal(hear(&talk), CQA_FRAME_PARTIAL);
    end(&talk);
}

static void test_more_than_was_wanted_is_refused(void **state)
{
    struct cqa_frame_reader reader = {.rules = RULES, .rule_count = 2};
    const char bytes[64] = {0};
    struct cqa_frame frame;

    (void)state;
    assert_int_equal(cqa_frame_wanted(&reader), sizeof(struct cqa_frame_head));
    assert_int_equal(cqa_frame_feed(&reader, bytes, sizeof bytes, &frame), CQA_FRAME_REFUSED);
    cqa_frame_finish(&reader);
}

static void test_one_that_leaves(void **state)
{
    struct talk talk = begin();

    (void)state;
    say_head(&talk, CQA_FRAME_MAGIC, NUMBER, 8);
    say(&talk, "1234567", 7);
    close(talk.theirs);
    talk.theirs = -1;
    assert_int_equal(hear(&talk), CQA_FRAME_ENDED);
    end(&talk);
}

static size_t open_files(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void test_descriptors_that_nobody_asked_for(void **state)
{
    struct talk talk = begin();
    const struct iovec part = {"x", 1};
    const size_t before = open_files();

    (void)state;
    for (int i = 0; i < 50; i++) {
        const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(cqa_frame_order(talk.theirs, WORD, &part, 1, fd));
        close(fd);
        assert_int_equal(hear(&talk), CQA_FRAME_WHOLE);
        cqa_frame_next(&talk.reader);
    }
    assert_int_equal(open_files(), before);
    end(&talk);
}

static void *flood(void *context)
{
    const int *socket = context;
    const struct cqa_frame_head head = {CQA_FRAME_MAGIC, BULK, CQA_FRAME_BODY_MAX};
    static const char zeros[1 << 16];

    if (send(*socket, &head, sizeof head, MSG_NOSIGNAL) > 0)
        while (send(*socket, zeros, sizeof zeros, MSG_NOSIGNAL) > 0)
            continue;
    return NULL;
}

/* It never stops: what is held of it does. */
static void test_a_flood(void **state)
{
    const int64_t due_ms = cqa_clock_monotonic_ms(&cqa_clock_system) + 60000;
    struct talk talk = begin();
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, flood, &talk.theirs), 0);
    assert_int_equal(cqa_frame_await(&talk.reader, talk.ours, due_ms, &talk.frame),
                     CQA_FRAME_WHOLE);
    assert_int_equal(talk.frame.length, CQA_FRAME_BODY_MAX);
    assert_true(talk.reader.in.capacity <= 4 * (size_t)CQA_FRAME_BODY_MAX);
    cqa_frame_next(&talk.reader);
    assert_int_equal(cqa_frame_await(&talk.reader, talk.ours, due_ms, &talk.frame),
                     CQA_FRAME_REFUSED);
    shutdown(talk.ours, SHUT_RDWR);
    pthread_join(thread, NULL);
    end(&talk);
}

/* It takes no order: the parent never waits for it. */
static void test_one_that_stops_reading(void **state)
{
    struct talk talk = begin();
    static char body[CQA_FRAME_ORDER_MAX];
    const struct iovec part = {body, sizeof body};
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int sent = 0;

    (void)state;
    while (sent < 1000 && cqa_frame_order(talk.ours, WORD, &part, 1, fd))
        sent++;
    assert_in_range(sent, 1, 999);
    close(fd);
    end(&talk);
}

static void test_too_long_an_order(void **state)
{
    struct talk talk = begin();
    static char body[CQA_FRAME_ORDER_MAX + 1];
    const struct iovec part = {body, sizeof body};

    (void)state;
    assert_false(cqa_frame_order(talk.ours, WORD, &part, 1, talk.theirs));
    assert_int_equal(recv(talk.theirs, body, sizeof body, MSG_DONTWAIT), -1);
    end(&talk);
}

static void test_patience_ends(void **state)
{
    struct talk talk = begin();
    const int64_t begun_ms = cqa_clock_monotonic_ms(&cqa_clock_system);

    (void)state;
    say_head(&talk, CQA_FRAME_MAGIC, NUMBER, 8);
    assert_int_equal(cqa_frame_await(&talk.reader, talk.ours, begun_ms + 100, &talk.frame),
                     CQA_FRAME_PARTIAL);
    assert_true(cqa_clock_monotonic_ms(&cqa_clock_system) - begun_ms >= 100);
    end(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_the_table_allows),
        cmocka_unit_test(test_a_frame_that_trickles),
        cmocka_unit_test(test_two_frames_at_once),
        cmocka_unit_test(test_more_than_was_wanted_is_refused),
        cmocka_unit_test(test_one_that_leaves),
        cmocka_unit_test(test_descriptors_that_nobody_asked_for),
        cmocka_unit_test(test_a_flood),
        cmocka_unit_test(test_one_that_stops_reading),
        cmocka_unit_test(test_too_long_an_order),
        cmocka_unit_test(test_patience_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
