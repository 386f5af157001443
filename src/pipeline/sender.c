/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/sender.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "base/log.h"
#include "base/version.h"
#include "post/circuit.h"
#include "store/deliveries.h"
#include "store/mend.h"
#include "store/refused.h"

enum {
    LOOK_MS = 1000,         /* between two looks for what others have left to send: a read */
    CLAIM_MS = 60000,       /* between two for what a process that died was sending: a write */
    NEXT_IN_LINE_MS = 1000, /* behind the circuit's wait, so that another item is tried next: one
                             * that breaks the server does not hold up all */
    BUSY_MS = 500,          /* another process held the database */
    FULL_MS = 2000,         /* the disk has no room */
    JUMP_MS = 5000,         /* a step of the wall clock against the monotonic one */
    VERSIONS_SIZE = 80,
};
static const size_t REQUEST_BYTES_MAX = (size_t)16 << 20;

/* What is to be written of one item of a reply. */
struct judged {
    int64_t id; /* the delivery's */
    enum cqa_verdict verdict;
    int http_status;
    int written;
};

struct cqa_sender {
    const struct cqa_config *config;
    const struct cqa_clock *clock;
    struct cqa_store *store;
    struct cqa_post *post;
    struct cqa_circuit circuit;
    enum cqa_lane lane; /* whose turn it is */

    /* The request under way. */
    struct cqa_arena arena;
    struct cqa_delivery *rows;
    size_t row_count;

    /* A reply that the store has not taken yet. */
    int replied;
    struct cqa_reply reply;
    struct judged judged[CQA_BATCH_MAX]; /* one a receipt */

    int winding_down;
    int64_t pause_until_ms;        /* monotonic: the store takes nothing before */
    int64_t send_at_ms;            /* monotonic: when there may be something to send again */
    int64_t claim_at_ms;           /* monotonic: when a claim is made without knowing of anything */
    int64_t ahead_ms;              /* of the wall clock before the monotonic one */
    int hurried;                   /* since the start or the clock's last jump */
    int64_t called;                /* the last call of a person's (cqa_owed_called) */
    char by[VERSIONS_SIZE];        /* versions of these programs, as far as known */
    char by_before[VERSIONS_SIZE]; /* the one before it: two servers behind one address may take
                                    * turns, which is no upgrade */
    int by_is_news;                /* what others refused is to be tried again */
    size_t at_once;                /* deliveries in one transaction: few where the disk is full */
    int is_full;                   /* it was said that the disk is full */
    enum cqa_status broken;        /* the store is beyond use */
    struct cqa_sender_status status;
    struct cqa_message trouble; /* the last of the server; {0}: none */
};

static int64_t now_of(const struct cqa_sender *sender)
{
    return cqa_clock_monotonic_ms(sender->clock);
}

static int64_t wall_of(const struct cqa_sender *sender)
{
    return cqa_clock_wall_ms(sender->clock);
}

static uint64_t random_bits(const struct cqa_sender *sender)
{
    uint64_t bits = 0;

    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits)
        bits = (uint64_t)now_of(sender) * UINT64_C(6364136223846793005);
    return bits;
}

/* --- the store --- */

static void pause_for(struct cqa_sender *sender, int64_t for_ms)
{
    sender->pause_until_ms = now_of(sender) + for_ms;
}

/* A transaction of fewer deliveries needs less room. */
static void try_less(struct cqa_sender *sender, const struct cqa_error *error)
{
    if (sender->at_once > 1) {
        sender->at_once = (sender->at_once + 3) / 4;
        return;
    }
    if (!sender->is_full)
        cqa_log(CQA_LOG_ERROR, "no room even for striking what was sent: sending waits (%p)",
                &error->message);
    sender->is_full = 1;
    pause_for(sender, FULL_MS);
}

/* As cqa_pipeline_took, for what only sending waits for. */
static int took(struct cqa_sender *sender, enum cqa_status status, const struct cqa_error *error,
                const char *what)
{
    switch (status) {
    case CQA_OK:
        sender->is_full = 0;
        sender->at_once += sender->at_once < CQA_BATCH_MAX;
        return 1;
    case CQA_E_REFUSED:
    case CQA_E_NOTFOUND: /* another process has it now */
        cqa_log(CQA_LOG_NOTICE, "%p: %p", cqa_words_named(what), &error->message);
        return 1;
    case CQA_E_BUSY:
    case CQA_E_NOMEM:
        pause_for(sender, BUSY_MS);
        return 0;
    default:
        break;
    }
    if (status == CQA_E_IO && error->sys_errno == ENOSPC) {
        try_less(sender, error);
        return 0;
    }
    cqa_log(CQA_LOG_ERROR, "the store cannot take %p: %p", cqa_words_named(what), &error->message);
    sender->broken = status;
    pause_for(sender, FULL_MS);
    return 0;
}

/* --- the answer --- */

/* Ids of what is still to be written of one verdict, as many as go at once. */
static size_t pick(const struct cqa_sender *sender, enum cqa_verdict verdict, int64_t *ids)
{
    size_t count = 0;

    for (size_t i = 0; i < sender->reply.count && count < sender->at_once; i++)
        if (!sender->judged[i].written && sender->judged[i].verdict == verdict)
            ids[count++] = sender->judged[i].id;
    return count;
}

/* The first `count` of those that are left. */
static void mark_written(struct cqa_sender *sender, enum cqa_verdict verdict, size_t count)
{
    for (size_t i = 0; i < sender->reply.count && count > 0; i++)
        if (!sender->judged[i].written && sender->judged[i].verdict == verdict) {
            sender->judged[i].written = 1;
            count--;
        }
}

/* How many of these the server has, but does not count. */
static size_t count_kept_back(const struct cqa_sender *sender, const int64_t *ids, size_t count)
{
    enum { ACCEPTED = 202 };
    size_t found = 0;

    for (size_t i = 0; i < sender->reply.count; i++)
        for (size_t k = 0; k < count; k++)
            found += sender->judged[i].id == ids[k] && sender->judged[i].http_status == ACCEPTED;
    return found;
}

static int write_delivered(struct cqa_sender *sender)
{
    int64_t ids[CQA_BATCH_MAX];
    size_t count;

    while ((count = pick(sender, CQA_DELIVERED, ids)) > 0) {
        struct cqa_error error = {0};
        const enum cqa_status status =
            cqa_deliveries_acked(sender->store, ids, count, wall_of(sender), &error);
        if (!took(sender, status, &error, CQA_N("a receipt")))
            return 0;
        sender->status.kept_back += count_kept_back(sender, ids, count);
        mark_written(sender, CQA_DELIVERED, count);
        sender->status.delivered += count;
    }
    return 1;
}

static const struct cqa_delivery *row_of(const struct cqa_sender *sender, int64_t id)
{
    for (size_t i = 0; i < sender->row_count; i++)
        if (sender->rows[i].id == id)
            return &sender->rows[i];
    return NULL;
}

/* The recording's, as the log may show it. */
static const char *name_of(const struct cqa_sender *sender, int64_t id)
{
    const struct cqa_delivery *row = row_of(sender, id);

    return row != NULL ? cqa_log_private(row->path) : "?";
}

static int write_refused(struct cqa_sender *sender)
{
    struct cqa_error error = {0};

    for (size_t i = 0; i < sender->reply.count; i++) {
        const struct cqa_receipt *receipt = &sender->reply.receipts[i];
        const struct cqa_refusal refusal = {receipt->http_status, receipt->text, sender->by};
        if (sender->judged[i].written || sender->judged[i].verdict != CQA_NEVER)
            continue;
        const enum cqa_status status = cqa_deliveries_quarantine(sender->store, receipt->id,
                                                                 &refusal, wall_of(sender), &error);
        if (!took(sender, status, &error, CQA_N("a refusal")))
            return 0;
        sender->judged[i].written = 1;
        sender->status.refused++;
        cqa_log(CQA_LOG_ERROR,
                "the server refuses the result of %s: %s; it is kept (callqa deliveries)",
                name_of(sender, receipt->id), receipt->text);
    }
    return 1;
}

/* Those that were given up before it was seen that the server refuses everything. */
static int reopen_refused(struct cqa_sender *sender)
{
    const struct cqa_circuit *circuit = &sender->circuit;
    struct cqa_error error = {0};

    if (circuit->state != CQA_CIRCUIT_REFUSING)
        return 1;
    const enum cqa_status status =
        cqa_refused_reopen(sender->store, circuit->refused, (size_t)circuit->refused_count, &error);
    return took(sender, status, &error, CQA_N("a delay"));
}

static int write_delay(struct cqa_sender *sender, enum cqa_verdict verdict,
                       const struct cqa_retry *how)
{
    int64_t ids[CQA_BATCH_MAX];
    size_t count;

    while ((count = pick(sender, verdict, ids)) > 0) {
        struct cqa_error error = {0};
        const enum cqa_status status = cqa_deliveries_retry(sender->store, ids, count, how, &error);
        if (!took(sender, status, &error, CQA_N("a delay")))
            return 0;
        mark_written(sender, verdict, count);
    }
    return 1;
}

static int64_t after_the_circuit(const struct cqa_sender *sender)
{
    return wall_of(sender) + cqa_circuit_wait_ms(&sender->circuit, now_of(sender));
}

/* Where a person must act the circuit alone waits: once it is mended, everything goes at once. */
static int write_delayed(struct cqa_sender *sender)
{
    const int is_halted = sender->reply.verdict == CQA_HALTED;
    const struct cqa_retry how = {.at_ms = is_halted ? wall_of(sender)
                                                     : after_the_circuit(sender) + NEXT_IN_LINE_MS,
                                  .http_status = sender->reply.http_status,
                                  .text = sender->reply.text};

    return write_delay(sender, CQA_LATER, &how);
}

static int is_aside(const struct cqa_sender *sender, size_t index)
{
    return !sender->judged[index].written && sender->judged[index].verdict == CQA_ASIDE;
}

static void say_aside(const struct cqa_sender *sender, const struct cqa_receipt *receipt)
{
    const struct cqa_delivery *row = row_of(sender, receipt->id);

    if (row != NULL && row->aside < 2) /* it was said often enough */
        cqa_log(CQA_LOG_WARNING,
                "the server does not take the result of %s: %s; it waits (callqa deliveries)",
                name_of(sender, receipt->id), receipt->text);
}

/* The item `first` and all others of which the same was said. */
static int write_alike(struct cqa_sender *sender, size_t first)
{
    const struct cqa_receipt *said = &sender->reply.receipts[first];
    const struct cqa_retry how = {.aside = CQA_ASIDE_LONGER,
                                  .at_ms = after_the_circuit(sender),
                                  .http_status = said->http_status,
                                  .text = said->text};
    size_t places[CQA_BATCH_MAX];
    int64_t ids[CQA_BATCH_MAX];
    struct cqa_error error = {0};
    size_t count = 0;

    for (size_t i = first; i < sender->reply.count && count < sender->at_once; i++)
        if (is_aside(sender, i) && strcmp(sender->reply.receipts[i].text, said->text) == 0) {
            places[count] = i;
            ids[count++] = sender->reply.receipts[i].id;
        }
    const enum cqa_status status = cqa_deliveries_retry(sender->store, ids, count, &how, &error);
    if (!took(sender, status, &error, CQA_N("a delay")))
        return 0;
    for (size_t i = 0; i < count; i++) {
        sender->judged[places[i]].written = 1;
        say_aside(sender, &sender->reply.receipts[places[i]]);
    }
    return 1;
}

/* What was refused, or came to nothing, as a whole is sent item by item; an item alone waits. Its
 * own receipt says more of it than the reply. */
static int write_aside(struct cqa_sender *sender)
{
    const struct cqa_retry alone = {.aside = CQA_ASIDE_AT_ONCE,
                                    .at_ms = after_the_circuit(sender),
                                    .http_status = sender->reply.http_status,
                                    .text = sender->reply.text};

    if (sender->reply.verdict == CQA_ASIDE && sender->reply.count > 1)
        return write_delay(sender, CQA_ASIDE, &alone);
    for (size_t i = 0; i < sender->reply.count; i++)
        while (is_aside(sender, i))
            if (!write_alike(sender, i))
                return 0;
    return 1;
}

static void say_how_it_went(struct cqa_sender *sender, const struct cqa_circuit *before)
{
    const struct cqa_circuit *now = &sender->circuit;
    const int was_open = before->state != CQA_CIRCUIT_CLOSED;
    const int is_well = now->failures == 0 && now->state == CQA_CIRCUIT_CLOSED;

    sender->status.halted = now->state == CQA_CIRCUIT_HALTED;
    if (is_well && !sender->reply.refused) {
        if (before->failures > 0 || was_open)
            cqa_log(CQA_LOG_NOTICE, "the server takes results again");
        sender->trouble.format = NULL;
        return;
    }
    cqa_message_set(&sender->trouble, "server: %s", sender->reply.text);
    if (now->state == CQA_CIRCUIT_HALTED && before->state != CQA_CIRCUIT_HALTED)
        cqa_log(CQA_LOG_ERROR, "%p; a person must act, trying once a minute", &sender->trouble);
    else if (now->state == CQA_CIRCUIT_REFUSING && before->state != CQA_CIRCUIT_REFUSING)
        cqa_log(CQA_LOG_ERROR,
                "%p; it refuses item after item, so nothing is given up, and one after the other "
                "is tried",
                &sender->trouble);
    else if (!is_well && before->failures == 0 && !was_open)
        cqa_log(CQA_LOG_WARNING, "%p; results are kept and sent later", &sender->trouble);
}

/* The server is another than that which refused. */
static void note_server(struct cqa_sender *sender)
{
    char by[VERSIONS_SIZE];

    if (sender->reply.http_status == 0 || sender->reply.server[0] == '\0')
        return;
    (void)snprintf(by, sizeof by, CQA_VERSION "/%s", sender->reply.server);
    if (strcmp(by, sender->by) == 0 || strcmp(by, sender->by_before) == 0)
        return;
    memcpy(sender->by_before, sender->by, sizeof by);
    memcpy(sender->by, by, sizeof by);
    sender->by_is_news = 1;
}

/* Judges the reply once; writing it may take several attempts. */
static void judge(struct cqa_sender *sender)
{
    const struct cqa_circuit before = sender->circuit;
    enum cqa_verdict verdicts[CQA_BATCH_MAX];

    assert(sender->reply.count <= CQA_BATCH_MAX);
    cqa_circuit_items(&sender->circuit, &sender->reply, verdicts);
    for (size_t i = 0; i < sender->reply.count; i++)
        sender->judged[i] = (struct judged){.id = sender->reply.receipts[i].id,
                                            .verdict = verdicts[i],
                                            .http_status = sender->reply.receipts[i].http_status};
    cqa_circuit_reply(&sender->circuit, &sender->reply, now_of(sender), random_bits(sender));
    say_how_it_went(sender, &before);
    note_server(sender);
    sender->replied = 1;
}

/* --- the next request --- */

static void forget_rows(struct cqa_sender *sender)
{
    cqa_arena_finish(&sender->arena);
    sender->arena = (struct cqa_arena){0};
    sender->rows = NULL;
    sender->row_count = 0;
}

/* How many of the claimed fit one request; at least one. */
static size_t fitting(const struct cqa_delivery *rows, size_t count)
{
    size_t bytes = 0;
    size_t fit = 0;

    while (fit < count && (fit == 0 || bytes + rows[fit].body_length <= REQUEST_BYTES_MAX))
        bytes += rows[fit++].body_length;
    return fit;
}

static enum cqa_status give_back(struct cqa_sender *sender, size_t from, struct cqa_error *error)
{
    const struct cqa_retry how = {.at_ms = wall_of(sender)};
    int64_t ids[CQA_BATCH_MAX];
    size_t count = 0;

    for (size_t i = from; i < sender->row_count; i++)
        ids[count++] = sender->rows[i].id;
    return cqa_deliveries_retry(sender->store, ids, count, &how, error);
}

static void send_rows(struct cqa_sender *sender)
{
    struct cqa_parcel *parcels =
        cqa_arena_alloc(&sender->arena, sender->row_count * sizeof *parcels);
    const size_t fit = fitting(sender->rows, sender->row_count);
    struct cqa_error error = {0};
    enum cqa_status status = CQA_E_NOMEM;

    if (parcels != NULL) {
        for (size_t i = 0; i < fit; i++)
            parcels[i] = (struct cqa_parcel){.id = sender->rows[i].id,
                                             .key = sender->rows[i].key,
                                             .body = sender->rows[i].body,
                                             .length = sender->rows[i].body_length};
        status = cqa_post_send(sender->post, parcels, fit, &error);
    }
    if (status != CQA_OK) {
        cqa_log(CQA_LOG_WARNING, "a request cannot be made: %p", &error.message);
        pause_for(sender, BUSY_MS);
        status = cqa_deliveries_release(sender->store, &error);
    } else if (fit < sender->row_count) {
        status = give_back(sender, fit, &error);
    }
    (void)took(sender, status, &error, CQA_N("a delivery"));
}

static size_t batch_of(const struct cqa_sender *sender)
{
    const size_t most = cqa_circuit_batch(&sender->circuit, (size_t)sender->config->batch);

    return most < sender->at_once ? most : sender->at_once;
}

static enum cqa_status claim_in(struct cqa_sender *sender, enum cqa_lane lane,
                                struct cqa_error *error)
{
    const size_t limit = batch_of(sender);

    forget_rows(sender);
    sender->rows = cqa_arena_alloc(&sender->arena, limit * sizeof *sender->rows);
    if (sender->rows == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a claim");
    return cqa_deliveries_claim(sender->store, lane, limit, wall_of(sender), &sender->arena,
                                sender->rows, &sender->row_count, error);
}

/* The lanes take turns, so that neither waits for the other; while the server is in doubt what was
 * not tried yet goes first. */
static enum cqa_status claim(struct cqa_sender *sender, struct cqa_error *error)
{
    const enum cqa_lane first =
        sender->circuit.state == CQA_CIRCUIT_REFUSING ? CQA_LANE_DUE : sender->lane;
    enum cqa_lane lane = first;
    enum cqa_status status = claim_in(sender, lane, error);

    if (status == CQA_OK && sender->row_count == 0) {
        lane = first == CQA_LANE_DUE ? CQA_LANE_ASIDE : CQA_LANE_DUE;
        status = claim_in(sender, lane, error);
    }
    sender->lane = lane == CQA_LANE_DUE ? CQA_LANE_ASIDE : CQA_LANE_DUE;
    return status;
}

/* 1: there is something to claim, or it is time to look whether a dead process had something. */
static int is_something_due(struct cqa_sender *sender)
{
    const int64_t now_ms = now_of(sender);
    const int64_t wall_ms = wall_of(sender);
    struct cqa_error error = {0};
    int64_t next_ms = 0;
    enum cqa_status status = CQA_OK;

    if (!cqa_store_is_current(sender->store))
        status = cqa_fail(&error, CQA_E_BADDATA, "the store was taken away or replaced");
    if (status == CQA_OK)
        status = cqa_deliveries_next(sender->store, &next_ms, &error);
    if (!took(sender, status, &error, CQA_N("a delivery")))
        return 0;
    sender->status.idle_ms = next_ms == 0 ? INT64_MAX : next_ms > wall_ms ? next_ms - wall_ms : 0;
    if (sender->status.idle_ms == 0 || sender->claim_at_ms <= now_ms)
        return 1;
    sender->send_at_ms =
        now_ms + (sender->status.idle_ms < LOOK_MS ? sender->status.idle_ms : LOOK_MS);
    return 0;
}

static void send_next(struct cqa_sender *sender)
{
    struct cqa_error error = {0};

    if (!is_something_due(sender))
        return;
    if (!took(sender, claim(sender, &error), &error, CQA_N("a delivery")))
        return;
    if (sender->row_count > 0) {
        send_rows(sender);
        return;
    }
    sender->claim_at_ms = now_of(sender) + CLAIM_MS;
    sender->send_at_ms = now_of(sender) + LOOK_MS;
}

/* --- another chance --- */

/* Times that wait in the store are the wall clock's, which may be put back or forward. */
static void mind_the_clock(struct cqa_sender *sender)
{
    const int64_t ahead_ms = wall_of(sender) - now_of(sender);
    const int64_t jump_ms = ahead_ms - sender->ahead_ms;

    if (jump_ms < JUMP_MS && jump_ms > -JUMP_MS)
        return;
    sender->ahead_ms = ahead_ms;
    if (sender->hurried)
        cqa_log(CQA_LOG_NOTICE, "the clock jumped by %" PRId64 " s: what waits is tried at once",
                jump_ms / 1000);
    sender->hurried = 0;
}

/* A person who asks for it does not wait for the pause of a server in trouble. */
static void mind_the_call(struct cqa_sender *sender)
{
    const int64_t called = cqa_owed_called(sender->store);

    if (called == sender->called)
        return;
    sender->called = called;
    cqa_circuit_hurry(&sender->circuit);
    sender->send_at_ms = 0;
    cqa_log(CQA_LOG_NOTICE, "what is owed to the server is tried at once, as was asked");
}

/* 0: the store did not take it; to be tried again. */
static int hurry(struct cqa_sender *sender)
{
    struct cqa_error error = {0};
    int64_t count = 0;

    mind_the_clock(sender);
    mind_the_call(sender);
    if (!sender->hurried) {
        if (!took(sender, cqa_owed_hurry(sender->store, &error), &error, CQA_N("a delay")))
            return 0;
        sender->hurried = 1;
    }
    if (!sender->by_is_news)
        return 1;
    if (!took(sender, cqa_refused_again(sender->store, sender->by, &count, &error), &error,
              CQA_N("a delay")))
        return 0;
    sender->by_is_news = 0;
    if (count > 0)
        cqa_log(CQA_LOG_NOTICE, "%" PRId64 " results that another version refused are tried again",
                count);
    return 1;
}

/* --- making, ending, going on --- */

enum cqa_status cqa_sender_create(struct cqa_sender **out, const struct cqa_config *config,
                                  struct cqa_store *store, const struct cqa_clock *clock,
                                  struct cqa_error *error)
{
    struct cqa_post_config post = config->post;
    struct cqa_sender *sender = calloc(1, sizeof *sender);

    if (sender == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    sender->config = config;
    sender->store = store;
    sender->clock = clock;
    sender->by_is_news = 1;
    sender->at_once = CQA_BATCH_MAX;
    sender->called = cqa_owed_called(store);
    (void)snprintf(sender->by, sizeof sender->by, CQA_VERSION "/");
    post.clock = clock;
    const enum cqa_status status = cqa_post_create(&sender->post, &post, error);
    if (status != CQA_OK) {
        free(sender);
        return status;
    }
    *out = sender;
    return CQA_OK;
}

void cqa_sender_destroy(struct cqa_sender *sender)
{
    struct cqa_error error = {0};

    if (sender == NULL)
        return;
    cqa_post_destroy(sender->post);
    if (cqa_deliveries_release(sender->store, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "store: %p", &error.message); /* the next claim frees them */
    forget_rows(sender);
    free(sender);
}

int cqa_sender_fd(const struct cqa_sender *sender)
{
    return cqa_post_fd(sender->post);
}

/* 0: the store did not take all of it. */
static int write_reply(struct cqa_sender *sender)
{
    if (!write_delivered(sender) || !write_refused(sender) || !write_delayed(sender) ||
        !write_aside(sender) || !reopen_refused(sender))
        return 0;
    sender->replied = 0;
    sender->send_at_ms = now_of(sender);
    forget_rows(sender);
    return 1;
}

static int64_t at_least(int64_t at_ms, int64_t now_ms)
{
    return at_ms > now_ms ? at_ms - now_ms : 0;
}

static int64_t next_step_ms(const struct cqa_sender *sender)
{
    const int64_t now_ms = now_of(sender);
    const int64_t circuit_ms = cqa_circuit_wait_ms(&sender->circuit, now_ms);
    const int64_t send_ms = at_least(sender->send_at_ms, now_ms);

    if (sender->broken != CQA_OK)
        return -1;
    if (sender->pause_until_ms > now_ms)
        return sender->pause_until_ms - now_ms;
    if (cqa_post_busy(sender->post) || sender->winding_down)
        return LOOK_MS; /* so that an end which nobody tells is seen */
    return circuit_ms > send_ms ? circuit_ms : send_ms;
}

int64_t cqa_sender_step(struct cqa_sender *sender)
{
    if (!sender->replied && cqa_post_take(sender->post, 0, &sender->reply))
        judge(sender);
    if (sender->pause_until_ms > now_of(sender) || (sender->replied && !write_reply(sender)))
        return next_step_ms(sender);
    if (!cqa_post_busy(sender->post) && !sender->winding_down && hurry(sender) &&
        sender->send_at_ms <= now_of(sender) &&
        cqa_circuit_wait_ms(&sender->circuit, now_of(sender)) == 0)
        send_next(sender);
    return next_step_ms(sender);
}

void cqa_sender_wind_down(struct cqa_sender *sender)
{
    sender->winding_down = 1;
}

void cqa_sender_wake(struct cqa_sender *sender)
{
    sender->send_at_ms = 0;
    sender->status.idle_ms = 0;
}

struct cqa_sender_status cqa_sender_status(const struct cqa_sender *sender)
{
    struct cqa_sender_status status = sender->status;

    status.busy = cqa_post_busy(sender->post) || sender->replied;
    status.failures = sender->circuit.failures;
    status.trouble = sender->trouble.format != NULL ? &sender->trouble : NULL;
    return status;
}
