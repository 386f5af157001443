/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "post/post.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "base/escape.h"
#include "base/log.h"
#include "base/version.h"
#include "post/answer.h"
#include "post/request.h"

enum {
    CONNECT_MS = 5000,
    REQUEST_MS = 30000,
    SLOW_BYTES_PER_S = 10, /* a server slower than this for SLOW_S has stopped */
    SLOW_S = 20,
    LATE_MS = 5000, /* a request that libcurl has not ended by then ends here */
};

/* --- settings --- */

static int is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

enum cqa_status cqa_post_check_url(const char *url, struct cqa_error *error)
{
    CURLU *parts = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    enum cqa_status status = CQA_OK;

    if (parts == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        status = cqa_fail(error, CQA_E_BADDATA, "not a full address like https://host/path");
    else if (strcmp(scheme, "http") == 0 && !is_loopback(host))
        status = cqa_fail(error, CQA_E_BADDATA,
                          "http would send it in the clear: https, or this machine itself");
    else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        status = cqa_fail(error, CQA_E_BADDATA, "a scheme that is neither https nor http");
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return status;
}

/* One line of a file that its owner and its group may read: root's, in the group of the service. */
static enum cqa_status read_secret(const char *path, char out[CQA_TOKEN_MAX], int *is_open,
                                   struct cqa_error *error)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a FIFO must not stop us */
    struct stat facts;

    if (fd < 0)
        return cqa_fail_errno(error, "%s", path);
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        close(fd);
        return cqa_fail(error, CQA_E_BADDATA, "%s is no regular file", path);
    }
    *is_open = (facts.st_mode & (S_IWGRP | S_IRWXO)) != 0;
    const ssize_t length = read(fd, out, CQA_TOKEN_MAX - 1);
    close(fd);
    out[length < 0 ? 0 : length] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    if (out[0] == '\0')
        return cqa_fail(error, CQA_E_BADDATA, "%s: its first line is empty", path);
    for (const char *at = out; *at != '\0'; at++)
        if (!isgraph((unsigned char)*at))
            return cqa_fail(error, CQA_E_BADDATA, "%s: a space or control character inside", path);
    return CQA_OK;
}

enum cqa_status cqa_post_check_secret(const char *path, int is_webhook, int *is_open,
                                      struct cqa_error *error)
{
    struct cqa_secret secret = {0};
    char text[CQA_TOKEN_MAX];
    enum cqa_status status = read_secret(path, text, is_open, error);

    if (status == CQA_OK && is_webhook && cqa_secret_parse(&secret, text, error) != CQA_OK)
        status = cqa_fail_within(error, "%s", path);
    sodium_memzero(text, sizeof text);
    sodium_memzero(&secret, sizeof secret);
    return status;
}

/* As read_secret, of a service that goes on with what it was given, and says what is amiss. */
static enum cqa_status take_secret(const char *path, char out[CQA_TOKEN_MAX],
                                   struct cqa_error *error)
{
    int is_open = 0;
    const enum cqa_status status = read_secret(path, out, &is_open, error);

    if (status == CQA_OK && is_open)
        cqa_log(CQA_LOG_WARNING,
                "everybody on this machine can read %s or its group can write it: chmod 640 it, "
                "owned by root, in the group of the service",
                path);
    return status;
}

static enum cqa_status read_secrets(struct cqa_post *post, const struct cqa_post_config *config,
                                    struct cqa_error *error)
{
    char text[CQA_TOKEN_MAX];
    enum cqa_status status = CQA_OK;

    if (config->token_file != NULL) {
        status = take_secret(config->token_file, text, error);
        if (status == CQA_OK)
            snprintf(post->authorization, sizeof post->authorization, "Authorization: Bearer %s",
                     text);
    }
    if (status == CQA_OK && config->webhook_secret_file != NULL) {
        status = take_secret(config->webhook_secret_file, text, error);
        if (status == CQA_OK)
            status = cqa_secret_parse(&post->secret, text, error);
        post->signs = 1;
    }
    sodium_memzero(text, sizeof text);
    return status;
}

/* --- libcurl's own wishes: which sockets to watch, when to wake, where the answer goes --- */

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    struct cqa_post *post = context;
    struct epoll_event event = {.data.fd = socket};

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(post->epoll, EPOLL_CTL_DEL, socket, NULL); /* a closed one has left by itself */
        return 0;
    }
    if (what & CURL_POLL_IN)
        event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        event.events |= EPOLLOUT;
    if (epoll_ctl(post->epoll, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) !=
        0) {
        post->deaf = 1;
        return -1;
    }
    curl_multi_assign(post->multi, socket, post); /* anything but NULL: known from now on */
    return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct cqa_post *post = context;
    struct itimerspec when = {0}; /* all zero: off, which is what -1 asks for */

    (void)multi;
    if (timeout_ms >= 0) {
        when.it_value.tv_sec = timeout_ms / 1000;
        when.it_value.tv_nsec = timeout_ms % 1000 * 1000000 + 1;
    }
    if (timerfd_settime(post->timer, 0, &when, NULL) == 0)
        return 0;
    post->deaf = 1;
    return -1;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct cqa_post *post = context;

    return cqa_buffer_add(&post->answer, bytes, size * count) == CQA_OK ? size * count : 0;
}

/* --- making and ending --- */

static enum cqa_status set_up(struct cqa_post *post, const struct cqa_post_config *config,
                              struct cqa_error *error)
{
    CURL *easy = post->easy;
    const long timeout_ms = config->timeout_ms > 0 ? (long)config->timeout_ms : REQUEST_MS;
    CURLcode code = CURLE_OK;

    post->timeout_ms = timeout_ms;
#define SET(option, value) code = code == CURLE_OK ? curl_easy_setopt(easy, option, value) : code
    SET(CURLOPT_URL, config->url);
    SET(CURLOPT_PROTOCOLS_STR, "https,http");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, config->proxy != NULL ? config->proxy : "");
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (config->ca_file != NULL)
        SET(CURLOPT_CAINFO, config->ca_file);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    SET(CURLOPT_TIMEOUT_MS, timeout_ms);
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_PER_S);
    SET(CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_USERAGENT, "callqa/" CQA_VERSION);
    SET(CURLOPT_WRITEFUNCTION, take_answer);
    SET(CURLOPT_WRITEDATA, (void *)post);
    SET(CURLOPT_ERRORBUFFER, post->curl_error);
    SET(CURLOPT_POST, 1L);
#undef SET
    if (code != CURLE_OK)
        return cqa_fail(error, CQA_E_BADDATA, "libcurl does not take the settings: %s",
                        curl_easy_strerror(code));
    curl_multi_setopt(post->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(post->multi, CURLMOPT_SOCKETDATA, post);
    curl_multi_setopt(post->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(post->multi, CURLMOPT_TIMERDATA, post);
    return CQA_OK;
}

enum cqa_status cqa_post_create(struct cqa_post **out, const struct cqa_post_config *config,
                                struct cqa_error *error)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct cqa_post *post = NULL;
    enum cqa_status status = cqa_post_check_url(config->url, error);

    if (status != CQA_OK)
        return cqa_fail_within(error, "%s", config->url);
    unsetenv("SSLKEYLOGFILE"); /* libcurl would write the session keys there */
    if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return cqa_fail(error, CQA_E_IO, "cannot start libsodium and libcurl");
    post = calloc(1, sizeof *post);
    if (post == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    post->clock = config->clock != NULL ? config->clock : &cqa_clock_system;
    post->single = config->single;
    post->trusts_status = config->trusts_status;
    post->multi = curl_multi_init();
    post->easy = curl_easy_init();
    post->epoll = epoll_create1(EPOLL_CLOEXEC);
    post->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    event.data.fd = post->timer;
    if (post->multi == NULL || post->easy == NULL || post->epoll < 0 || post->timer < 0 ||
        epoll_ctl(post->epoll, EPOLL_CTL_ADD, post->timer, &event) != 0)
        status = cqa_fail_errno(error, "cannot make the sender");
    if (status == CQA_OK)
        status = read_secrets(post, config, error);
    if (status == CQA_OK)
        status = set_up(post, config, error);
    if (status != CQA_OK) {
        cqa_post_destroy(post);
        return status;
    }
    *out = post;
    return CQA_OK;
}

void cqa_post_destroy(struct cqa_post *post)
{
    if (post == NULL)
        return;
    if (post->busy)
        curl_multi_remove_handle(post->multi, post->easy);
    curl_easy_cleanup(post->easy);
    curl_multi_cleanup(post->multi);
    cqa_request_clear(post);
    if (post->timer >= 0)
        close(post->timer);
    if (post->epoll >= 0)
        close(post->epoll);
    sodium_memzero(post, sizeof *post);
    free(post);
}

/* --- one request --- */

enum cqa_status cqa_post_send(struct cqa_post *post, const struct cqa_parcel *parcels, size_t count,
                              struct cqa_error *error)
{
    if (post->busy)
        return cqa_fail(error, CQA_E_BUSY, "a request is under way");
    if (cqa_request_write(post, parcels, post->single ? 1 : count) != CQA_OK)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory for a request of %zu items", count);
    post->curl_error[0] = '\0';
    curl_easy_setopt(post->easy, CURLOPT_HTTPHEADER, post->headers);
    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, post->body.text);
    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.length);
    post->deaf = 0;
    post->end_ms = cqa_clock_monotonic_ms(post->clock) + post->timeout_ms + LATE_MS;
    if (curl_multi_add_handle(post->multi, post->easy) != CURLM_OK)
        return cqa_fail(error, CQA_E_IO, "libcurl does not take the request");
    post->busy = 1;
    return CQA_OK;
}

int cqa_post_busy(const struct cqa_post *post)
{
    return post->busy;
}

int cqa_post_fd(const struct cqa_post *post)
{
    return post->epoll;
}

/* --- the answer --- */

static void settle_all(struct cqa_post *post, enum cqa_verdict verdict, int http_status,
                       const char *text)
{
    for (size_t i = 0; i < post->count; i++) {
        post->receipts[i].verdict = verdict;
        post->receipts[i].http_status = http_status;
        snprintf(post->receipts[i].text, sizeof post->receipts[i].text, "%s", text);
    }
}

static enum cqa_verdict meaning_of_trouble(CURLcode code)
{
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
        return CQA_HALTED;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
        return CQA_LATER; /* before anything of it was seen */
    default:
        return CQA_ASIDE;
    }
}

static size_t count_of(const struct cqa_post *post, enum cqa_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < post->count; i++)
        count += post->receipts[i].verdict == verdict;
    return count;
}

/* Some of it was stored: the server is well, and what it could not take lies in the item. */
static void read_exceptions(struct cqa_post *post)
{
    for (size_t i = 0; i < post->count; i++)
        if (post->receipts[i].verdict == CQA_LATER)
            post->receipts[i].verdict = CQA_ASIDE;
}

/* What the server says of each item, where it says that. 0: it gave no receipts. */
static int read_receipts(struct cqa_post *post, struct cqa_reply *reply)
{
    if (cqa_answer_read(post->answer.text, post->answer.length, (const char *const *)post->keys,
                        post->receipts, post->count) == 0)
        return 0;
    if (count_of(post, CQA_DELIVERED) > 0) {
        reply->verdict = CQA_DELIVERED;
        read_exceptions(post);
        return 1;
    }
    reply->refused = count_of(post, CQA_LATER) == 0;
    reply->verdict = reply->refused ? CQA_NEVER : CQA_LATER;
    snprintf(reply->text, sizeof reply->text, "%s", post->receipts[0].text);
    return 1;
}

/* Success without receipts: a proxy's page, or another service. */
static void distrust(struct cqa_post *post, struct cqa_reply *reply)
{
    reply->verdict = CQA_ASIDE;
    snprintf(reply->text, sizeof reply->text,
             "the server answered %d, but with no receipt for what was sent; is this the right "
             "address?",
             reply->http_status);
    settle_all(post, CQA_ASIDE, reply->http_status, reply->text);
}

static void read_answer(struct cqa_post *post, struct cqa_reply *reply)
{
    reply->verdict = cqa_answer_meaning(reply->http_status);
    if (reply->verdict == CQA_DELIVERED) {
        if (post->trusts_status)
            settle_all(post, CQA_DELIVERED, reply->http_status, "");
        else if (!read_receipts(post, reply))
            distrust(post, reply);
        return;
    }
    /* A single item's refusal is a problem that names it; a receipt under any other status that
     * claims success is none. */
    if (post->count == 1 && reply->verdict == CQA_ASIDE && read_receipts(post, reply) &&
        reply->verdict == CQA_NEVER && post->receipts[0].http_status == reply->http_status)
        return;
    reply->verdict = cqa_answer_meaning(reply->http_status);
    reply->refused = reply->verdict == CQA_ASIDE && reply->http_status < 500;
    cqa_answer_explain(post->answer.text, post->answer.length, reply->http_status, reply->text,
                       sizeof reply->text);
    settle_all(post, reply->verdict, reply->http_status, reply->text);
}

static void read_version(struct cqa_post *post, struct cqa_reply *reply)
{
    struct curl_header *header = NULL;

    if (curl_easy_header(post->easy, "Callqa-Server", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        cqa_escape_control(header->value, reply->server, sizeof reply->server);
}

/* It came to nothing, for a reason that is none of the server's answers. */
static void read_trouble(struct cqa_post *post, struct cqa_reply *reply, enum cqa_verdict verdict,
                         const char *text)
{
    *reply =
        (struct cqa_reply){.receipts = post->receipts, .count = post->count, .verdict = verdict};
    cqa_escape_control(text, reply->text, sizeof reply->text);
    settle_all(post, verdict, 0, reply->text);
}

static void read_reply(struct cqa_post *post, CURLcode code, struct cqa_reply *reply)
{
    long http_status = 0;
    curl_off_t retry_after_s = 0;

    if (code != CURLE_OK) {
        read_trouble(post, reply, meaning_of_trouble(code),
                     post->curl_error[0] != '\0' ? post->curl_error : curl_easy_strerror(code));
        return;
    }
    *reply = (struct cqa_reply){.receipts = post->receipts, .count = post->count};
    curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &http_status);
    curl_easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    reply->retry_after_ms = (retry_after_s < INT32_MAX ? retry_after_s : INT32_MAX) * 1000;
    reply->http_status = (int)http_status;
    read_version(post, reply);
    read_answer(post, reply);
}

/* Hands what epoll found to libcurl. */
static void go_on(struct cqa_post *post, int fd, uint32_t events)
{
    int running = 0;
    uint64_t expirations;

    if (fd == post->timer) {
        const ssize_t got = read(post->timer, &expirations, sizeof expirations);
        (void)got; /* a timer that was moved meanwhile has nothing to read: libcurl looks at the
                      clock anyway */
        curl_multi_socket_action(post->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        return;
    }
    const int what = (events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                     (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                     (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(post->multi, fd, what, &running);
}

/* 1 when the request is over. */
static int take_end(struct cqa_post *post, struct cqa_reply *reply)
{
    const CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(post->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const CURLcode code = message->data.result; /* the message goes with the handle */
        read_reply(post, code, reply);
        curl_multi_remove_handle(post->multi, post->easy);
        post->busy = 0;
        return 1;
    }
    return 0;
}

/* 1 when nobody will tell its end, so that it ends here. */
static int give_up(struct cqa_post *post, struct cqa_reply *reply)
{
    if (!post->deaf && cqa_clock_monotonic_ms(post->clock) < post->end_ms)
        return 0;
    read_trouble(post, reply, CQA_LATER,
                 post->deaf ? "the system does not let us wait for its answer"
                            : "it has not come to an end in time");
    cqa_log(CQA_LOG_WARNING, "a request to the server is given up: %s", reply->text);
    curl_multi_remove_handle(post->multi, post->easy);
    post->busy = 0;
    return 1;
}

int cqa_post_take(struct cqa_post *post, int timeout_ms, struct cqa_reply *reply)
{
    struct epoll_event events[8];

    for (;;) {
        const int ready = epoll_wait(post->epoll, events, 8, timeout_ms);
        for (int i = 0; i < ready; i++)
            go_on(post, events[i].data.fd, events[i].events);
        if (post->busy && (take_end(post, reply) || give_up(post, reply)))
            return 1;
        if (ready <= 0)
            return 0;
    }
}
