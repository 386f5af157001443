/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real requests over real sockets, against a server whose replies are the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "post/post.h"
#include "post/signature.h"
#include "support/http_script.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static const struct cqa_parcel TWO[] = {
    {.id = 11, .key = "k-1", .body = "{\"a\":1}", .length = 7},
    {.id = 12, .key = "k\"\\2", .body = "{\"b\":22}", .length = 8},
};

static struct cqa_post *make(const struct http_script *script, struct cqa_post_config config)
{
    char url[64];
    struct cqa_post *post = NULL;
    struct cqa_error error = {0};

    snprintf(url, sizeof url, "http://127.0.0.1:%d/api/v1/results", http_script_port(script));
    config.url = url;
    if (cqa_post_create(&post, &config, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    return post;
}

static struct cqa_reply exchange(struct cqa_post *post, const struct cqa_parcel *parcels,
                                 size_t count)
{
    struct cqa_reply reply = {0};

    assert_int_equal(cqa_post_send(post, parcels, count, NULL), CQA_OK);
    assert_true(cqa_post_busy(post));
    assert_int_equal(cqa_post_send(post, parcels, count, NULL), CQA_E_BUSY);
    assert_true(cqa_post_take(post, 10000, &reply));
    assert_false(cqa_post_busy(post));
    return reply;
}

/* One reply to both parcels. */
static enum cqa_verdict fate_of(const char *raw, int64_t *retry_after_ms)
{
    const char *const replies[] = {raw, NULL};
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(script, (struct cqa_post_config){0});
    const struct cqa_reply reply = exchange(post, TWO, 1);
    const enum cqa_verdict verdict = reply.verdict;

    assert_int_equal(reply.count, 1);
    assert_int_equal(reply.receipts[0].id, 11);
    if (retry_after_ms != NULL)
        *retry_after_ms = reply.retry_after_ms;
    if (verdict != CQA_DELIVERED)
        assert_true(reply.text[0] != '\0');
    cqa_post_destroy(post);
    http_script_stop(script);
    return verdict;
}

static void test_many_are_sent_as_lines_and_settled_one_by_one(void **state)
{
    const char *const replies[] = {
        "[{\"key\": \"k\\\"\\\\2\", \"status\": 422, \"error\": \"measures: a string\"},"
        " {\"key\": \"stranger\", \"status\": 201},{\"key\":\"k-1\",\"status\":201}]",
        NULL};
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(script, (struct cqa_post_config){0});
    const struct cqa_reply reply = exchange(post, TWO, 2);

    (void)state;
    assert_int_equal(reply.verdict, CQA_DELIVERED);
    assert_int_equal(reply.count, 2);
    assert_int_equal(reply.receipts[0].id, 11);
    assert_int_equal(reply.receipts[0].verdict, CQA_DELIVERED);
    assert_int_equal(reply.receipts[1].verdict, CQA_NEVER);
    assert_string_equal(reply.receipts[1].text, "422 measures: a string");
    const char *request = http_script_request(script, 0);
    assert_non_null(strstr(request, "POST /api/v1/results HTTP/1.1\r\n"));
    assert_non_null(strstr(request, "Content-Type: application/x-ndjson\r\n"));
    assert_non_null(strstr(request, "\r\n\r\n{\"key\":\"k-1\",\"result\":{\"a\":1}}\n"
                                    "{\"key\":\"k\\\"\\\\2\",\"result\":{\"b\":22}}\n"));
    assert_null(strstr(request, "Authorization"));
    cqa_post_destroy(post);
    http_script_stop(script);
}

static void test_an_item_that_goes_unmentioned_is_sent_again(void **state)
{
    const char *const replies[] = {"[{\"key\": \"k-1\", \"status\": 201}]", NULL};
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(script, (struct cqa_post_config){0});
    const struct cqa_reply reply = exchange(post, TWO, 2);

    (void)state;
    assert_int_equal(reply.verdict, CQA_DELIVERED);
    assert_int_equal(reply.receipts[0].verdict, CQA_DELIVERED);
    assert_int_equal(reply.receipts[1].verdict, CQA_ASIDE);
    cqa_post_destroy(post);
    http_script_stop(script);
}

static void test_every_answer_has_its_meaning(void **state)
{
    static const struct {
        const char *reply;
        enum cqa_verdict verdict;
    } table[] = {
        {"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
         CQA_HALTED},
        {"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", CQA_ASIDE},
        {"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n", CQA_HALTED},
        {"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", CQA_ASIDE},
        {"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n", CQA_HALTED},
        {"HTTP/1.1 408 Slow\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", CQA_LATER},
        {"HTTP/1.1 409 Twice\r\nContent-Length: 0\r\n\r\n", CQA_ASIDE},
        {"HTTP/1.1 413 Big\r\nContent-Length: 0\r\n\r\n", CQA_ASIDE},
        {"HTTP/1.1 422 What\r\nContent-Length: 0\r\n\r\n", CQA_ASIDE},
        {"HTTP/1.1 429 Wait\r\nContent-Length: 0\r\n\r\n", CQA_LATER},
        {"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", CQA_ASIDE},
        {"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n", CQA_LATER},
        {"[]", CQA_ASIDE},
        {OK_HEAD "Content-Length: 13\r\n\r\n<html></html>", CQA_ASIDE},
        {"", CQA_ASIDE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (fate_of(table[i].reply, NULL) != table[i].verdict)
            fail_msg("wrong meaning of %s", table[i].reply);
    }
}

static void test_an_answer_that_stops_midway_is_no_answer(void **state)
{
    const char *const replies[] = {OK_HEAD "Content-Length: 9999\r\n\r\n[{\"key\":", NULL};
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(script, (struct cqa_post_config){.timeout_ms = 300});
    const struct cqa_reply reply = exchange(post, TWO, 2);

    (void)state;
    assert_int_equal(reply.verdict, CQA_ASIDE);
    assert_int_equal(reply.receipts[0].verdict, CQA_ASIDE);
    cqa_post_destroy(post);
    http_script_stop(script);
}

static void test_an_endless_answer_is_cut_off(void **state)
{
    static char raw[(2 << 20) + 200];
    const char *const replies[] = {raw, NULL};

    (void)state;
    const int head = snprintf(raw, sizeof raw, OK_HEAD "Content-Length: %d\r\n\r\n", 2 << 20);
    memset(raw + head, ' ', 2 << 20);
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(script, (struct cqa_post_config){0});
    assert_int_equal(exchange(post, TWO, 2).verdict, CQA_ASIDE);
    cqa_post_destroy(post);
    http_script_stop(script);
}

static void test_retry_after_in_seconds_and_nonsense(void **state)
{
    int64_t wait_ms = -1;

    (void)state;
    fate_of("HTTP/1.1 429 Wait\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", &wait_ms);
    assert_int_equal(wait_ms, 7000);
    fate_of("HTTP/1.1 503 Wait\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", &wait_ms);
    assert_int_equal(wait_ms, 0);
}

static void test_retry_after_as_a_date(void **state)
{
    int64_t wait_ms = 0;

    (void)state;
    fate_of("HTTP/1.1 503 Wait\r\nRetry-After: Fri, 31 Dec 2094 23:59:59 GMT\r\nContent-Length: "
            "0\r\n\r\n",
            &wait_ms);
    assert_true(wait_ms > 3600000);
}

static void test_a_batch_refused_as_a_whole_says_nothing_of_its_items(void **state)
{
    const char *const replies[] = {"HTTP/1.1 422 What\r\nContent-Length: 0\r\n\r\n", NULL};
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(script, (struct cqa_post_config){0});
    const struct cqa_reply reply = exchange(post, TWO, 2);

    (void)state;
    assert_int_equal(reply.verdict, CQA_ASIDE);
    assert_true(reply.refused);
    assert_int_equal(reply.receipts[0].verdict, CQA_ASIDE);
    assert_int_equal(reply.receipts[1].verdict, CQA_ASIDE);
    cqa_post_destroy(post);
    http_script_stop(script);
}

/* What counts as the receipt of one item that was sent alone: whatever else there is, its key and a
 * status. */
static void test_receipts_of_single_items(void **state)
{
    static const struct {
        const char *status, *body;
        enum cqa_verdict verdict;
    } table[] = {
        {"201 Stored", "{\"key\":\"k-1\",\"status\":201,\"error\":null}", CQA_DELIVERED},
        {"202 Kept", "{\"key\":\"k-1\",\"status\":202,\"error\":\"kept back\"}", CQA_DELIVERED},
        {"200 OK", "[{\"key\":\"k-1\",\"status\":200}]", CQA_DELIVERED},
        {"200 OK", "{\"key\":\"other\",\"status\":201}", CQA_ASIDE},
        {"200 OK", "{\"key\":\"k-1\"}", CQA_LATER},
        {"200 OK", "{\"key\":\"k-1\",\"status\":\"201\"}", CQA_LATER},
        {"200 OK", "{\"key\":\"k-1\",\"status\":503}", CQA_LATER},
        {"200 OK", "{\"key\":\"k-1\",\"status\":503,\"status\":201}", CQA_ASIDE},
        {"200 OK", "[{\"key\":\"k-1\",\"status\":201},{\"key\":\"k-1\",\"status\":500}]",
         CQA_LATER},
        {"200 OK", "{\"key\":\"k-1\",\"status\":20", CQA_ASIDE},
        {"200 OK", "{\"headers\":{\"key\":\"k-1\",\"status\":201}}", CQA_ASIDE},
        {"200 OK", "{}", CQA_ASIDE},
        {"200 OK", "null", CQA_ASIDE},
        {"200 OK", "<html>Welcome</html>", CQA_ASIDE},
        {"200 OK", "", CQA_ASIDE},
        {"204 Nothing", "", CQA_ASIDE},
        {"404 No", "{\"key\":\"k-1\",\"status\":201}", CQA_HALTED},
        {"422 No", "{\"key\":\"k-1\",\"status\":201}", CQA_ASIDE},
        {"422 No", "{\"title\":\"no\",\"status\":422}", CQA_ASIDE},
        {"422 No", "{\"key\":\"k-1\",\"status\":422,\"detail\":\"why\"}", CQA_NEVER},
        {"409 No", "{\"key\":\"k-1\",\"status\":409,\"detail\":\"why\"}", CQA_NEVER},
        {"400 No", "{\"key\":\"k-1\",\"status\":400}", CQA_ASIDE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char raw[256];
        const char *const replies[] = {raw, NULL};
        snprintf(raw, sizeof raw, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", table[i].status,
                 strlen(table[i].body), table[i].body);
        struct http_script *script = http_script_start(replies);
        struct cqa_post *post = make(script, (struct cqa_post_config){.single = 1});
        const struct cqa_reply reply = exchange(post, TWO, 1);
        if (reply.receipts[0].verdict != table[i].verdict ||
            (reply.verdict == CQA_DELIVERED) != (table[i].verdict == CQA_DELIVERED))
            fail_msg("%d, %d of %s", (int)reply.verdict, (int)reply.receipts[0].verdict, raw);
        cqa_post_destroy(post);
        http_script_stop(script);
    }
}

static void test_the_servers_version_is_read(void **state)
{
    const char *const replies[] = {"HTTP/1.1 503 Later\r\nCallqa-Server: 9.8.7\r\n"
                                   "Content-Length: 0\r\n\r\n",
                                   NULL};
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(script, (struct cqa_post_config){0});

    (void)state;
    assert_string_equal(exchange(post, TWO, 2).server, "9.8.7");
    cqa_post_destroy(post);
    http_script_stop(script);
}

static void test_nobody_listens(void **state)
{
    const char *const replies[] = {"", NULL};
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(script, (struct cqa_post_config){0});

    (void)state;
    http_script_stop(script);
    assert_int_equal(exchange(post, TWO, 2).verdict, CQA_LATER);
    cqa_post_destroy(post);
}

static void write_file(char *path, const char *text, mode_t mode)
{
    const int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* The value of a header of a request, in a buffer of the caller's. */
static const char *header(const char *request, const char *name, char out[256])
{
    const char *at = strstr(request, name);

    assert_non_null(at);
    snprintf(out, 256, "%.*s", (int)strcspn(at + strlen(name), "\r"), at + strlen(name));
    return out;
}

static void test_single_items_carry_token_key_and_signature(void **state)
{
    const char *const replies[] = {"HTTP/1.1 201 Stored\r\nContent-Length: 27\r\n\r\n"
                                   "{\"key\":\"k-1\",\"status\":201} ",
                                   NULL};
    char token_file[] = "/tmp/cqa-token-XXXXXX";
    char secret_file[] = "/tmp/cqa-secret-XXXXXX";
    struct cqa_secret secret;
    char id[256];
    char time_s[256];
    char sent[256];
    char expected[CQA_SIGNATURE_SIZE];

    (void)state;
    write_file(token_file, "t0ken\n", 0600);
    write_file(secret_file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", 0600);
    struct http_script *script = http_script_start(replies);
    struct cqa_post *post = make(
        script, (struct cqa_post_config){
                    .token_file = token_file, .webhook_secret_file = secret_file, .single = 1});
    const struct cqa_reply reply = exchange(post, TWO, 2);
    assert_int_equal(reply.count, 1);
    assert_int_equal(reply.receipts[0].verdict, CQA_DELIVERED);
    const char *request = http_script_request(script, 0);
    assert_non_null(strstr(request, "Authorization: Bearer t0ken\r\n"));
    assert_non_null(strstr(request, "Idempotency-Key: k-1\r\n"));
    assert_non_null(strstr(request, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(request, "\r\n\r\n{\"a\":1}"));
    assert_int_equal(cqa_secret_parse(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", NULL),
                     CQA_OK);
    cqa_sign(&secret, header(request, "webhook-id: ", id),
             strtoll(header(request, "webhook-timestamp: ", time_s), NULL, 10), "{\"a\":1}", 7,
             expected);
    assert_string_equal(header(request, "webhook-signature: ", sent), expected);
    cqa_post_destroy(post);
    http_script_stop(script);
    unlink(token_file);
    unlink(secret_file);
}

/* The example of the Standard Webhooks specification. */
static void test_signature_is_the_standards(void **state)
{
    static const char BODY[] = "{\"test\": 2432232314}";
    struct cqa_secret secret;
    char out[CQA_SIGNATURE_SIZE];

    (void)state;
    assert_int_equal(cqa_secret_parse(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", NULL),
                     CQA_OK);
    cqa_sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY, sizeof BODY - 1, out);
    assert_string_equal(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_int_equal(cqa_secret_parse(&secret, "short", NULL), CQA_E_BADDATA);
    assert_int_equal(cqa_secret_parse(&secret, "whsec_!!!!", NULL), CQA_E_BADDATA);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *url;
        int good;
    } table[] = {
        {"https://scores.example/api", 1},
        {"http://127.0.0.1:8080/x", 1},
        {"http://localhost/x", 1},
        {"http://[::1]:80/x", 1},
        {"http://scores.example/api", 0},
        {"http://127.0.0.1.example/x", 0},
        {"http://127.0.0.1@scores.example/", 0},
        {"ftp://localhost/x", 0},
        {"file:///etc/passwd", 0},
        {"scores.example/api", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if ((cqa_post_check_url(table[i].url, NULL) == CQA_OK) != table[i].good)
            fail_msg("%s", table[i].url);
}

static void test_bad_token_files_are_named(void **state)
{
    char empty[] = "/tmp/cqa-token-XXXXXX";
    struct cqa_post *post = NULL;
    struct cqa_error error = {0};

    (void)state;
    write_file(empty, "\nsecond line\n", 0600);
    const struct cqa_post_config config = {.url = "http://localhost/", .token_file = empty};
    assert_int_equal(cqa_post_create(&post, &config, &error), CQA_E_BADDATA);
    assert_non_null(strstr(cqa_english(&error.message), empty));
    unlink(empty);
    assert_int_equal(cqa_post_create(&post, &config, &error), CQA_E_IO);
    assert_null(post);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_are_sent_as_lines_and_settled_one_by_one),
        cmocka_unit_test(test_an_item_that_goes_unmentioned_is_sent_again),
        cmocka_unit_test(test_every_answer_has_its_meaning),
        cmocka_unit_test(test_an_answer_that_stops_midway_is_no_answer),
        cmocka_unit_test(test_an_endless_answer_is_cut_off),
        cmocka_unit_test(test_retry_after_in_seconds_and_nonsense),
        cmocka_unit_test(test_retry_after_as_a_date),
        cmocka_unit_test(test_a_batch_refused_as_a_whole_says_nothing_of_its_items),
        cmocka_unit_test(test_receipts_of_single_items),
        cmocka_unit_test(test_the_servers_version_is_read),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_single_items_carry_token_key_and_signature),
        cmocka_unit_test(test_signature_is_the_standards),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_bad_token_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
