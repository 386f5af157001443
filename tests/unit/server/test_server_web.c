/* SPDX-License-Identifier: GPL-3.0-or-later */
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
#include "support/served.h"

static struct served served;
static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    char path[128];
    char config[128];

    (void)state;
    snprintf(folder, sizeof folder, "/tmp/callqa-web-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/web", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/web/lang", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file("secret.js", "secret");
    snprintf(config, sizeof config, "web: %s/web\n", folder);
    served_start(&served, config);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const files[] = {"web/index.html", "web/app.js",  "web/app.js.gz",
                                        "web/.hidden.js", "web/key.pem", "web/lang/en.json",
                                        "secret.js",      "web/lang",    "web"};
    char path[128];

    (void)state;
    served_stop(&served);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        remove(path);
    }
    return rmdir(folder);
}

static void expect(const char *path, int status, const char *body)
{
    struct reply reply = served_ask(&served, "GET", path, NULL, NULL);

    assert_int_equal(reply.status, status);
    if (body != NULL)
        assert_string_equal(reply.body, body);
    else
        assert_null(strstr(reply.body, "secret"));
    reply_finish(&reply);
}

static void files_have_their_types(void **state)
{
    (void)state;
    write_file("web/index.html", "<!doctype html>");
    write_file("web/app.js", "start()");
    write_file("web/lang/en.json", "{}");
    struct reply reply = served_ask(&served, "GET", "/", NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Content-Type: text/html; charset=utf-8"));
    assert_non_null(strstr(reply.head, "script-src 'self'"));
    assert_null(strstr(reply.head, "unsafe"));
    reply_finish(&reply);
    reply = served_ask(&served, "GET", "/web/app.js", NULL, NULL);
    assert_non_null(strstr(reply.head, "Content-Type: text/javascript"));
    assert_string_equal(reply.body, "start()");
    reply_finish(&reply);
    expect("/web/lang/en.json", 200, "{}");
}

static void a_browser_that_has_the_file_is_told_so(void **state)
{
    char header[160];

    (void)state;
    write_file("web/app.js", "start()");
    struct reply reply = served_ask(&served, "GET", "/web/app.js", NULL, NULL);
    const char *tag = strstr(reply.head, "ETag: ");
    assert_non_null(tag);
    snprintf(header, sizeof header, "If-None-Match: %.*s\r\n", (int)strcspn(tag + 6, "\r"),
             tag + 6);
    reply_finish(&reply);
    reply = served_ask(&served, "GET", "/web/app.js", header, NULL);
    assert_int_equal(reply.status, 304);
    assert_int_equal(reply.length, 0);
    reply_finish(&reply);
    write_file("web/app.js", "start(now)");
    reply = served_ask(&served, "GET", "/web/app.js", header, NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "start(now)");
    reply_finish(&reply);
}

/* What `accepted` gets of app.js: packed, or as it is. */
static void expect_packed(const char *accepted, int is_packed)
{
    struct reply reply = served_ask(&served, "GET", "/web/app.js", accepted, NULL);

    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, is_packed ? "packed" : "start()");
    assert_int_equal(strstr(reply.head, "Content-Encoding: gzip") != NULL, is_packed);
    assert_non_null(strstr(reply.head, "Vary: Accept-Encoding"));
    assert_non_null(strstr(reply.head, "Content-Type: text/javascript"));
    reply_finish(&reply);
}

static void whoever_takes_gzip_gets_what_the_build_packed(void **state)
{
    char path[128];
    static const struct timespec past[] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

    (void)state;
    write_file("web/app.js", "start()");
    expect_packed("Accept-Encoding: gzip\r\n", 0);
    write_file("web/app.js.gz", "packed");
    expect_packed("Accept-Encoding: gzip\r\n", 1);
    expect_packed("Accept-Encoding: deflate, GZIP;q=0.5, br\r\n", 1);
    expect_packed("Accept-Encoding: br, gzip;q=0\r\n", 0);
    expect_packed("Accept-Encoding: xgzip, gzipped\r\n", 0);
    expect_packed(NULL, 0);
    snprintf(path, sizeof path, "%s/web/app.js.gz", folder);
    assert_int_equal(utimensat(AT_FDCWD, path, past, 0), 0);
    expect_packed("Accept-Encoding: gzip\r\n", 0); /* the file was changed since */
    expect("/web/app.js.gz", 404, NULL);
}

static void nothing_outside_the_page_is_served(void **state)
{
    (void)state;
    write_file("web/.hidden.js", "secret");
    write_file("web/key.pem", "secret");
    expect("/web/../secret.js", 404, NULL);
    expect("/web/%2e%2e/secret.js", 404, NULL);
    expect("/web/..%2fsecret.js", 404, NULL);
    expect("/web/lang/..%2f..%2fsecret.js", 404, NULL);
    expect("/web/.hidden.js", 404, NULL);
    expect("/web/key.pem", 404, NULL);
    expect("/web/lang", 404, NULL);
    expect("/web/missing.js", 404, NULL);
}

static void without_a_page_the_server_says_why(void **state)
{
    (void)state;
    struct reply reply = served_ask(&served, "GET", "/", NULL, NULL);
    assert_int_equal(reply.status, 404);
    assert_non_null(strstr(served_text(reply.json, "detail"), "needs npm"));
    reply_finish(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_have_their_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_browser_that_has_the_file_is_told_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_takes_gzip_gets_what_the_build_packed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_outside_the_page_is_served, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_page_the_server_says_why, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
