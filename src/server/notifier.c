/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/notifier.h"

#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/log.h"
#include "post/circuit.h"
#include "post/post.h"

enum {
    LOOK_MS = 300, /* how long a notice may lie before it is noticed */
    REQUEST_MS = 15000,
    HTTP_GONE = 410
};

struct receiver {
    const struct cqa_notice_target *target;
    struct cqa_post *post;
    struct cqa_circuit circuit;
    struct cqa_notice_row row; /* under way */
    int is_gone;
    char where[128]; /* scheme and host: paths and queries of such addresses often are secrets */
};

struct cqa_notifier {
    struct cqa_scores *scores;
    const struct cqa_clock *clock;
    struct cqa_counters *counters;
    pthread_t thread;
    int is_running;
    int stop; /* eventfd */
    size_t count;
    struct receiver receivers[CQA_NOTICE_TARGETS_MAX];
};

static void name_host(const char *url, char *out, size_t size)
{
    const char *host = strstr(url, "://");
    const size_t scheme = host ? (size_t)(host - url) + 3 : 0;
    const char *rest = url + scheme;
    const size_t length = strcspn(rest, "/?#");
    const char *at = memrchr(rest, '@', length); /* a name and password before the host */
    const size_t skipped = at ? (size_t)(at - rest) + 1 : 0;

    snprintf(out, size, "%.*s%.*s", (int)scheme, url, (int)(length - skipped), rest + skipped);
}

/* The store is in trouble: the try counts as nothing, and is repeated. */
static void complain(const struct cqa_error *error)
{
    cqa_log(CQA_LOG_ERROR, "notices: %p", &error->message);
}

static void settle(struct cqa_notifier *notifier, struct receiver *receiver,
                   const struct cqa_reply *reply)
{
    struct cqa_error error = {0};
    struct cqa_reply lesson = *reply;
    uint64_t random;
    enum cqa_status status;

    if (reply->verdict == CQA_DELIVERED) {
        status = cqa_notice_sent(notifier->scores, &receiver->row, receiver->where,
                                 reply->http_status, &error);
        atomic_fetch_add(&notifier->counters->notices_sent, 1);
    } else {
        cqa_log(CQA_LOG_WARNING, "notice %lld to %s: %s", (long long)receiver->row.id,
                receiver->where, reply->text);
        status = cqa_notice_failed(notifier->scores, &receiver->row, receiver->where, reply->text,
                                   &error);
        atomic_fetch_add(&notifier->counters->notice_failures, 1);
    }
    if (reply->http_status == HTTP_GONE) {
        receiver->is_gone = 1;
        atomic_fetch_add(&notifier->counters->notice_receivers_gone, 1);
        cqa_log(CQA_LOG_ERROR,
                "%s answers 410: it gets no more notices until callqa-server is started anew",
                receiver->where);
    }
    /* Whatever is no 2xx is tried again, ever more rarely; and so is what we could not note. */
    if (lesson.verdict != CQA_DELIVERED || status != CQA_OK) {
        lesson.verdict = CQA_LATER;
        lesson.refused = 0; /* else the circuit goes on at once, with an item that is set aside */
    }
    if (status != CQA_OK)
        complain(&error);
    randombytes_buf(&random, sizeof random);
    cqa_circuit_reply(&receiver->circuit, &lesson, cqa_clock_monotonic_ms(notifier->clock), random);
}

static void send_next(struct cqa_notifier *notifier, struct receiver *receiver)
{
    struct cqa_error error = {0};
    enum cqa_status status =
        cqa_notice_next(notifier->scores, receiver->target->url, &receiver->row, &error);

    if (status == CQA_OK) {
        const struct cqa_parcel parcel = {receiver->row.id, receiver->row.key, receiver->row.body,
                                          strlen(receiver->row.body)};
        status = cqa_post_send(receiver->post, &parcel, 1, &error);
    }
    if (status != CQA_OK && status != CQA_E_NOTFOUND)
        complain(&error);
}

static void go_on(struct cqa_notifier *notifier, struct receiver *receiver)
{
    struct cqa_reply reply;
    const int64_t now_ms = cqa_clock_monotonic_ms(notifier->clock);

    if (cqa_post_busy(receiver->post) && cqa_post_take(receiver->post, 0, &reply))
        settle(notifier, receiver, &reply);
    if (!cqa_post_busy(receiver->post) && !receiver->is_gone &&
        cqa_circuit_wait_ms(&receiver->circuit, now_ms) == 0)
        send_next(notifier, receiver);
}

static void count_waiting(struct cqa_notifier *notifier)
{
    struct cqa_error error = {0};
    int64_t waiting = 0;

    if (cqa_notices_waiting(notifier->scores, &waiting, &error) == CQA_OK)
        atomic_store(&notifier->counters->notices_waiting, (unsigned long long)waiting);
    else
        complain(&error);
}

static void *run(void *context)
{
    struct cqa_notifier *notifier = context;
    struct pollfd wait[CQA_NOTICE_TARGETS_MAX + 1] = {{.fd = notifier->stop, .events = POLLIN}};

    for (size_t i = 0; i < notifier->count; i++)
        wait[i + 1] =
            (struct pollfd){.fd = cqa_post_fd(notifier->receivers[i].post), .events = POLLIN};
    do {
        for (size_t i = 0; i < notifier->count; i++)
            go_on(notifier, &notifier->receivers[i]);
        count_waiting(notifier);
        poll(wait, notifier->count + 1, LOOK_MS);
    } while (wait[0].revents == 0);
    return NULL;
}

static enum cqa_status open_receiver(struct receiver *receiver,
                                     const struct cqa_notice_target *target,
                                     const struct cqa_clock *clock, struct cqa_error *error)
{
    const struct cqa_post_config post = {.url = target->url,
                                         .webhook_secret_file = target->secret_file,
                                         .ca_file = target->ca_file,
                                         .proxy = target->proxy,
                                         .timeout_ms = REQUEST_MS,
                                         .clock = clock,
                                         .single = 1,
                                         .trusts_status = 1};

    receiver->target = target;
    name_host(target->url, receiver->where, sizeof receiver->where);
    return cqa_post_create(&receiver->post, &post, error);
}

enum cqa_status cqa_notifier_start(struct cqa_notifier **out,
                                   const struct cqa_notice_config *config,
                                   struct cqa_scores *scores, const struct cqa_clock *clock,
                                   struct cqa_counters *counters, struct cqa_error *error)
{
    enum cqa_status status = cqa_notices_drop_others(scores, error);
    struct cqa_notifier *notifier = calloc(1, sizeof *notifier);

    *out = NULL;
    if (notifier == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    *notifier = (struct cqa_notifier){.scores = scores, .clock = clock, .counters = counters};
    notifier->stop = eventfd(0, EFD_CLOEXEC);
    if (status == CQA_OK && notifier->stop < 0)
        status = cqa_fail_errno(error, "eventfd");
    for (size_t i = 0; status == CQA_OK && i < config->count; i++, notifier->count++)
        status = open_receiver(&notifier->receivers[i], &config->targets[i], clock, error);
    if (status == CQA_OK && notifier->count > 0) {
        notifier->is_running = pthread_create(&notifier->thread, NULL, run, notifier) == 0;
        if (!notifier->is_running)
            status = cqa_fail(error, CQA_E_NOMEM, "cannot make the thread that sends notices");
    }
    if (status != CQA_OK || notifier->count == 0)
        cqa_notifier_stop(notifier);
    else
        *out = notifier;
    return status;
}

void cqa_notifier_stop(struct cqa_notifier *notifier)
{
    if (notifier == NULL)
        return;
    if (notifier->is_running) {
        eventfd_write(notifier->stop, 1);
        pthread_join(notifier->thread, NULL);
    }
    for (size_t i = 0; i < notifier->count; i++)
        cqa_post_destroy(notifier->receivers[i].post);
    if (notifier->stop >= 0)
        close(notifier->stop);
    free(notifier);
}
