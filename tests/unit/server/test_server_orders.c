/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random orders of what recorders post and what people do: test_server_orders [--orders N] [--from
 * SEED] [--plain] [--trace]; --plain: by recorders that count nothing. After each step a model says
 * what must hold: which outcome is current, that no word of a person was lost, and that no number
 * of a closed period changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sql/sql.h"
#include "support/served.h"

/* Days that are not over cannot be closed: the orders' months lie before 2071, and it is 2072. */
static const int64_t after_all_ms = INT64_C(3218800000000);

enum { CALLS = 2, FLAGS_MAX = 10, CONTENTS_MAX = 64, STORES_MAX = 4, GONE_MAX = 32, STEPS = 30 };

/* One deduction, with an event of its own. */
struct flag {
    int rule; /* of `rules` */
    int64_t start_ms, end_ms;
    int points;
};

/* One result of a call. Its id is its "bytes", by which it is known again whatever was scored anew.
 */
struct content {
    int day;  /* of the order's month; 0: none */
    int told; /* which of its facts: they differ */
    struct flag flags[FLAGS_MAX];
    int flag_count;
    int store;      /* whose generation it was last posted with; -1: none */
    int64_t number; /* of it */
    int is_sent;
};

struct call {
    char id[48];
    struct content contents[CONTENTS_MAX];
    int content_count;
    int exists;
    int day;     /* of what counts */
    int current; /* contents */
    int posted;  /* the last that a recorder posted and that counts: its words are not undone */
    int waiting; /* -1: nothing */
    int64_t greatest[STORES_MAX];
    int is_failed;         /* its recording is listed as one without a result */
    int64_t failed_number; /* of that failure */
    int failed_store;
    struct flag gone[GONE_MAX]; /* given back by a person, and not there at present */
    int gone_count;
    json_t *closed; /* its score when its period was closed; NULL: it is open */
};

static struct {
    uint64_t chance;
    int seed;
    int year, month;
    struct call calls[CALLS];
    int stores; /* in use */
    int64_t count;
    int64_t periods[2]; /* days 1 to 10, and 11 to 20; 0: open */
} order;

/* What is made wrong, to see that the model finds it. */
enum control { SOUND, LOST_WORD, CLOSED_NUMBER, OTHER_REVISION, NO_GENERATIONS, CONTROL_COUNT };

static const char *const rules[] = {"dead-air", "interruption"};
static struct served served;
static char lead[512], second[512], agent[512]; /* sessions */
static enum control control;
static int orders = 30, first_seed = 1, plain, traces;
static char fault_text[400];

#define SAY(...)                                                                                   \
    do {                                                                                           \
        if (traces)                                                                                \
            printf(__VA_ARGS__);                                                                   \
    } while (0)

static void fault(const char *format, ...)
{
    va_list values;

    if (fault_text[0] != '\0')
        return;
    va_start(values, format);
    vsnprintf(fault_text, sizeof fault_text, format, values);
    va_end(values);
}

static int draw(int bound)
{
    order.chance = order.chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((order.chance >> 33) % (uint64_t)bound);
}

/* ---- asking the server */

static struct reply as(const char *session, const char *method, const char *path, const char *json)
{
    snprintf(served.session, sizeof served.session, "%s", session);
    return served_as(&served, method, path, json);
}

static int tried(const char *session, const char *path, const char *json)
{
    struct reply reply = served_confirmed(&served, second, as(session, "POST", path, json));
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

/* The call's result as everybody gets it; NULL: there is none. */
static json_t *read_call(const struct call *call)
{
    char path[128];

    snprintf(path, sizeof path, "/api/v1/calls/%s", call->id);
    struct reply reply = as(lead, "GET", path, NULL);
    json_t *json = reply.status == 200 ? json_incref(reply.json) : NULL;
    reply_finish(&reply);
    return json;
}

static json_t *deductions_of(const json_t *result)
{
    return json_object_get(json_object_get(result, "score"), "deductions");
}

static int is_closed(int day)
{
    return day > 0 && order.periods[day > 10] != 0;
}

/* ---- contents */

static void add_flag(struct content *content, int rule, int64_t start_ms, int64_t length_ms)
{
    if (content->flag_count < FLAGS_MAX)
        content->flags[content->flag_count++] =
            (struct flag){rule, start_ms, start_ms + length_ms, 2};
}

/* Slots of 20 s, so that flags of different slots never touch each other however they move. */
static void add_somewhere(struct content *content)
{
    const int slot = 1 + draw(12);
    const int rule = draw(2);

    for (int i = 0; i < content->flag_count; i++)
        if (content->flags[i].start_ms / 20000 == slot)
            return;
    add_flag(content, rule, slot * 20000 + 2000, rule == 0 ? 4000 + draw(4000) : 700);
}

static void move_all(struct content *content)
{
    const int by_ms = draw(1001) - 500;

    for (int i = 0; i < content->flag_count; i++) {
        content->flags[i].start_ms += by_ms;
        content->flags[i].end_ms += by_ms;
    }
}

static void split_one(struct content *content)
{
    if (content->flag_count == 0)
        return;
    struct flag *flag = &content->flags[draw(content->flag_count)];
    const int64_t length_ms = flag->end_ms - flag->start_ms;
    if (length_ms < 3000)
        return;
    flag->end_ms -= length_ms / 2 + 200;
    add_flag(content, flag->rule, flag->end_ms + 400, length_ms / 2 - 200);
}

static int by_start(const void *left, const void *right)
{
    const struct flag *flags[2] = {left, right};

    return (flags[0]->start_ms > flags[1]->start_ms) - (flags[0]->start_ms < flags[1]->start_ms);
}

/* The call's latest content, changed in one way or two; its index. */
static int make_content(struct call *call)
{
    if (call->content_count == CONTENTS_MAX)
        return call->content_count - 1;
    struct content *content = &call->contents[call->content_count];
    *content =
        call->content_count > 0 ? content[-1] : (struct content){.day = 1 + draw(20), .store = -1};
    content->is_sent = 0;
    content->told = call->content_count;
    while (call->content_count == 0 && content->flag_count < 4)
        add_somewhere(content);
    for (int i = draw(2); i >= 0; i--) {
        const int at = content->flag_count > 0 ? draw(content->flag_count) : 0;
        switch (draw(9)) {
        case 0:
        case 1:
        case 2:
            move_all(content);
            break;
        case 3:
            add_somewhere(content);
            break;
        case 4:
            if (content->flag_count > 0)
                content->flags[at] = content->flags[--content->flag_count];
            break;
        case 5:
            if (content->flag_count > 0)
                content->flags[at].points = draw(3); /* 0: a note */
            break;
        case 6:
            content->day = draw(21); /* another, or none */
            break;
        case 7:
            split_one(content);
            break;
        default: /* other facts */
            break;
        }
    }
    qsort(content->flags, (size_t)content->flag_count, sizeof content->flags[0], by_start);
    return call->content_count++;
}

static int total_of(const struct content *content)
{
    int total = 100;

    for (int i = 0; i < content->flag_count; i++)
        total -= content->flags[i].points;
    return total;
}

static json_t *score_of(const struct content *content, json_t *events)
{
    json_t *list = json_array();

    for (int i = 0; i < content->flag_count; i++) {
        const struct flag *flag = &content->flags[i];
        json_array_append_new(
            events,
            flag->rule == 0
                ? json_pack("{s:i, s:s, s:I, s:I, s:s, s:f}", "id", i + 1, "type", "silence",
                            "start_ms", (json_int_t)flag->start_ms, "end_ms",
                            (json_int_t)flag->end_ms, "cause", "unexplained", "confidence", 0.9)
                : json_pack("{s:i, s:s, s:I, s:I, s:s, s:s, s:f}", "id", i + 1, "type", "overtalk",
                            "start_ms", (json_int_t)flag->start_ms, "end_ms",
                            (json_int_t)flag->end_ms, "by", "agent", "kind", "interruption",
                            "confidence", 0.9));
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:i, s:I, s:I, s:{s:s, s:s}}", "rule",
                                        rules[flag->rule], "points", flag->points, "event", i + 1,
                                        "start_ms", (json_int_t)flag->start_ms, "end_ms",
                                        (json_int_t)flag->end_ms, "text", "en", "e", "zh", "z"));
    }
    return json_pack("{s:i, s:o}", "total", total_of(content), "deductions", list);
}

/* The result as a recorder would post it; owned. */
static char *write_result(const struct call *call, const struct content *content)
{
    char started[40];
    char path[64];
    json_t *events = json_array();
    json_t *score = score_of(content, events);

    snprintf(started, sizeof started, "%04d-%02d-%02dT10:00:00+08:00", order.year, order.month,
             content->day);
    snprintf(path, sizeof path, "/var/spool/%s.wav", call->id);
    json_t *changes = json_pack(
        "{s:{s:s, s:i, s:i}, s:{s:s?, s:i}, s:o, s:o}", "recording", "path", path, "bytes",
        1000 + (int)(content - call->contents), "duration_ms", 300000, "call", "started_at",
        content->day > 0 ? started : NULL, "told", content->told, "events", events, "score", score);
    if (content->day == 0)
        json_object_set_new(json_object_get(changes, "call"), "started_at", json_null());
    if (content->store >= 0 && control != NO_GENERATIONS) {
        char store[16];
        snprintf(store, sizeof store, "s%d-%d", order.seed, content->store);
        json_object_set_new(
            changes, "generation",
            json_pack("{s:s, s:I}", "store", store, "number", (json_int_t)content->number));
    }
    char *text = json_dumps(changes, 0);
    char *result = served_result(call->id, text);
    json_decref(changes);
    free(text);
    return result;
}

static int send_result(const struct call *call, const struct content *content)
{
    char key[96];
    char *body = write_result(call, content);

    snprintf(key, sizeof key, "%s|%d", call->id, (int)(content - call->contents));
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", key, body);
    const int status = reply.status;
    if (status >= 400)
        fault("a recorder was told %d: %.200s", status, reply.body);
    reply_finish(&reply);
    free(body);
    return status;
}

/* ---- what people said stands */

static int64_t start_of(const json_t *line)
{
    return json_integer_value(json_object_get(line, "start_ms"));
}

static int64_t end_of(const json_t *line)
{
    return json_integer_value(json_object_get(line, "end_ms"));
}

static const char *rule_of(const json_t *line)
{
    return json_string_value(json_object_get(line, "rule"));
}

static double points_of(const json_t *line)
{
    return json_number_value(json_object_get(line, "points"));
}

/* What a person said of it; "": nothing. */
static const char *word_of(const json_t *line)
{
    const char *state =
        json_string_value(json_object_get(json_object_get(line, "decision"), "state"));

    return state != NULL ? state : "";
}

static int is_given_back(const json_t *line)
{
    return strcmp(word_of(line), "overturned") == 0;
}

static int touches(const json_t *left, const json_t *right)
{
    return strcmp(rule_of(left), rule_of(right)) == 0 && start_of(left) < end_of(right) &&
           start_of(right) < end_of(left);
}

/* Whether it cost before, here or some milliseconds off. */
static int was_there(const json_t *before, const json_t *line)
{
    for (size_t i = 0; i < json_array_size(before); i++)
        if (touches(json_array_get(before, i), line) && points_of(json_array_get(before, i)) > 0)
            return 1;
    return 0;
}

/* Whether nobody had said anything of it, there or some milliseconds off. */
static int was_open(const json_t *before, const json_t *line)
{
    for (size_t i = 0; i < json_array_size(before); i++) {
        const json_t *other = json_array_get(before, i);
        if (touches(other, line) && points_of(other) > 0 && word_of(other)[0] == '\0')
            return 1;
    }
    return 0;
}

static int64_t overlap_ms(const json_t *left, const json_t *right)
{
    const int64_t start = start_of(left) > start_of(right) ? start_of(left) : start_of(right);
    const int64_t end = end_of(left) < end_of(right) ? end_of(left) : end_of(right);

    return strcmp(rule_of(left), rule_of(right)) == 0 && end > start ? end - start : 0;
}

/* Whether what stands now is a neighbour of what was given back that has moved into its place: one
 * with a word of its own, which lies over more of it. */
static int was_neighbour(const json_t *before, const json_t *line, const json_t *now)
{
    for (size_t i = 0; i < json_array_size(before); i++) {
        const json_t *other = json_array_get(before, i);
        if (!is_given_back(other) && word_of(other)[0] != '\0' &&
            strcmp(word_of(other), word_of(now)) == 0 &&
            overlap_ms(other, now) > overlap_ms(line, now))
            return 1;
    }
    return 0;
}

static void remember_gone(struct call *call, const json_t *line)
{
    if (call->gone_count < GONE_MAX)
        call->gone[call->gone_count++] =
            (struct flag){strcmp(rule_of(line), rules[1]) == 0, start_of(line), end_of(line), 0};
}

/* A deduction that a person gave back: nothing in its place costs, and where it went nothing new of
 * its rule has come. */
static void check_given_back(struct call *call, const json_t *line, const json_t *before,
                             const json_t *after)
{
    int is_left = 0;

    for (size_t i = 0; i < json_array_size(after); i++) {
        const json_t *other = json_array_get(after, i);
        if (!touches(line, other))
            continue;
        is_left |= is_given_back(other);
        if (points_of(other) > 0 && !is_given_back(other) && !was_open(before, other) &&
            !was_neighbour(before, line, other))
            fault("%s: what was given back at %lld costs again", call->id,
                  (long long)start_of(line));
    }
    for (size_t i = 0; !is_left && i < json_array_size(after); i++) {
        const json_t *other = json_array_get(after, i);
        if (points_of(other) > 0 && strcmp(rule_of(other), rule_of(line)) == 0 &&
            word_of(other)[0] == '\0' && !was_there(before, other))
            fault("%s: what was given back at %lld is gone, and costs at %lld", call->id,
                  (long long)start_of(line), (long long)start_of(other));
    }
    if (!is_left)
        remember_gone(call, line);
}

static void check_standing(const struct call *call, const json_t *line, const json_t *after)
{
    for (size_t i = 0; i < json_array_size(after); i++) {
        const json_t *other = json_array_get(after, i);
        if (touches(line, other) && strcmp(word_of(other), word_of(line)) == 0 &&
            json_equal(json_object_get(json_object_get(line, "decision"), "points"),
                       json_object_get(json_object_get(other, "decision"), "points")))
            return;
    }
    fault("%s: the word \"%s\" at %lld is lost", call->id, word_of(line),
          (long long)start_of(line));
}

/* What was given back long ago, and comes back, is still given back. */
static void check_gone(struct call *call, const json_t *after)
{
    for (int i = 0; i < call->gone_count; i++)
        for (size_t at = 0; at < json_array_size(after); at++) {
            const struct flag *flag = &call->gone[i];
            const json_t *other = json_array_get(after, at);
            if (strcmp(rule_of(other), rules[flag->rule]) != 0 || points_of(other) == 0 ||
                start_of(other) >= flag->end_ms || flag->start_ms >= end_of(other))
                continue;
            if (word_of(other)[0] == '\0')
                fault("%s: what was given back at %lld and went has come again, and costs",
                      call->id, (long long)flag->start_ms);
            call->gone[i--] = call->gone[--call->gone_count];
            break;
        }
}

static void check_words(struct call *call, const json_t *before_result, const json_t *after_result)
{
    const json_t *before = deductions_of(before_result);
    const json_t *after = deductions_of(after_result);

    check_gone(call, after);
    for (size_t i = 0; i < json_array_size(before); i++) {
        const json_t *line = json_array_get(before, i);
        if (is_given_back(line))
            check_given_back(call, line, before, after);
        else if (word_of(line)[0] != '\0' && points_of(json_object_get(line, "decision")) > 0)
            check_standing(call, line, after);
    }
}

static int has_words(const json_t *result)
{
    for (size_t i = 0; i < json_array_size(deductions_of(result)); i++)
        if (word_of(json_array_get(deductions_of(result), i))[0] != '\0')
            return 1;
    return 0;
}

/* ---- what must hold after every step */

static void trace_call(const struct call *call, const json_t *result)
{
    SAY("    %s", call->id);
    for (size_t i = 0; traces && i < json_array_size(deductions_of(result)); i++) {
        const json_t *line = json_array_get(deductions_of(result), i);
        SAY("  %s %lld-%lld %g %s", rule_of(line), (long long)start_of(line),
            (long long)end_of(line), points_of(line), word_of(line));
    }
    SAY("\n");
}

static void check_call(struct call *call)
{
    json_t *result = read_call(call);
    const json_t *score = json_object_get(result, "score");
    const int is_rescored = strcmp(served_text(result, "score.rubric"), "strict") == 0;

    trace_call(call, result);
    if ((result != NULL) != call->exists) {
        fault("%s %s", call->id,
              call->exists ? "is gone" : "is there, though its period is closed");
    } else if (result != NULL) {
        const int bytes =
            (int)json_integer_value(json_object_get(json_object_get(result, "recording"), "bytes"));
        if (bytes != 1000 + call->current)
            fault("%s: %d is current, not %d", call->id, bytes - 1000, call->current);
        else if (!is_rescored && json_number_value(json_object_get(score, "total")) !=
                                     total_of(&call->contents[call->current]))
            fault("%s: its total is not that of what is current", call->id);
        if (call->closed != NULL && !json_equal(call->closed, score))
            fault("%s: a closed number changed", call->id);
    }
    json_decref(result);
}

static void check_failures(void)
{
    struct reply reply = as(lead, "GET", "/api/v1/failures?limit=1000", NULL);

    for (int i = 0; i < CALLS; i++) {
        const struct call *call = &order.calls[i];
        char path[80];
        snprintf(path, sizeof path, "/%s.wav\"", call->id);
        if ((strstr(reply.body, path) != NULL) != call->is_failed)
            fault("%s %s listed as a failure", call->id, call->is_failed ? "is not" : "is still");
    }
    reply_finish(&reply);
}

/* ---- posting */

/* Whether a later outcome of the same store's count came before. */
static int is_late(const struct call *call, const struct content *content)
{
    if (content->store < 0 || call->greatest[content->store] == 0)
        return 0;
    return content->number < call->greatest[content->store] ||
           (content->number == call->greatest[content->store] && content->is_sent && call->exists);
}

static void note_sent(struct call *call, struct content *content)
{
    if (content->store >= 0 && call->greatest[content->store] < content->number)
        call->greatest[content->store] = content->number;
    content->is_sent = 1;
    if (call->is_failed &&
        (content->store != call->failed_store || content->number > call->failed_number))
        call->is_failed = 0;
}

static void make_current(struct call *call, int index)
{
    call->exists = 1;
    call->current = index;
    call->posted = index;
    call->day = call->contents[index].day;
    call->waiting = -1;
}

static int has_open_objection(const struct call *call)
{
    struct reply reply = as(lead, "GET", "/api/v1/objections?outcome=open&limit=500", NULL);
    const int is_there = strstr(reply.body, call->id) != NULL;

    reply_finish(&reply);
    return is_there;
}

/* How many of the lines the flag lies over. */
static int count_touched(const json_t *lines, const struct flag *flag)
{
    int count = 0;

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        count += strcmp(rule_of(line), rules[flag->rule]) == 0 && start_of(line) < flag->end_ms &&
                 flag->start_ms < end_of(line);
    }
    return count;
}

/* Each deduction lies where one of the same rule lay, and no other, and costs if that did. */
static int only_moved(const json_t *before, const struct content *content)
{
    if (json_array_size(before) != (size_t)content->flag_count)
        return 0;
    for (int i = 0; i < content->flag_count; i++) {
        const json_t *line = json_array_get(before, (size_t)i);
        const struct flag *flag = &content->flags[i];
        if (strcmp(rule_of(line), rules[flag->rule]) != 0 || start_of(line) >= flag->end_ms ||
            flag->start_ms >= end_of(line) || count_touched(before, flag) != 1 ||
            (points_of(line) > 0) != (flag->points > 0))
            return 0;
    }
    return 1;
}

/* A revision of an open period waits only where somebody has something to say about it. */
static void check_reason(const struct call *call, const json_t *before,
                         const struct content *content)
{
    if (call->gone_count == 0 && only_moved(deductions_of(before), content))
        fault("%s: a revision waits in which everything only moved", call->id);
    else if (!has_words(before) && call->gone_count == 0 && !has_open_objection(call))
        fault("%s: a revision waits that nobody has anything to say about", call->id);
}

/* A revision of a call that counts already. */
static void post_revision(struct call *call, int index)
{
    json_t *before = read_call(call);
    const int closed = is_closed(call->day) || is_closed(call->contents[index].day);
    const int status = send_result(call, &call->contents[index]);

    if (status != 202 && (closed || status != 200))
        fault("%s: a revision was told %d", call->id, status);
    if (!closed && status == 202)
        check_reason(call, before, &call->contents[index]);
    if (status == 200) {
        make_current(call, index);
        json_t *after = read_call(call);
        check_words(call, before, after);
        json_decref(after);
    } else {
        call->waiting = index;
    }
    json_decref(before);
}

static void post(struct call *call, int index)
{
    struct content *content = &call->contents[index];
    const int late = is_late(call, content);

    SAY("  post %s content %d day %d store %d number %lld%s\n", call->id, index, content->day,
        content->store, (long long)content->number, late ? " (late)" : "");
    if (call->exists && index == call->posted) {
        const int status = send_result(call, content);
        if (status != 200)
            fault("%s: what counts came again and was told %d", call->id, status);
        if (late) /* a repetition closes no failure that came after it, of whichever store */
            return;
        call->waiting = -1; /* the recorder has it again, whatever it posted meanwhile */
    } else if (late) {
        (void)send_result(call, content);
        return;
    } else if (call->exists) {
        post_revision(call, index);
    } else {
        const int status = send_result(call, content);
        if (status != (is_closed(content->day) ? 202 : 201))
            fault("%s: a new call was told %d", call->id, status);
        if (is_closed(content->day))
            call->waiting = index;
        else
            make_current(call, index);
    }
    note_sent(call, content);
}

static void count_one(struct content *content)
{
    content->store = plain || draw(5) == 0 ? -1 : order.stores - 1;
    content->number = content->store >= 0 ? ++order.count : 0;
}

static void post_new(struct call *call)
{
    const int index = make_content(call);

    count_one(&call->contents[index]);
    post(call, index);
}

/* A file put back: old content, made anew. */
static void post_old(struct call *call)
{
    if (call->content_count == 0)
        return;
    const int index = draw(call->content_count);
    count_one(&call->contents[index]);
    post(call, index);
}

/* The very same as before, however late. */
static void retry(struct call *call)
{
    if (call->content_count > 0)
        post(call, draw(call->content_count));
}

static void post_failure(struct call *call)
{
    const int is_old = draw(3) == 0 && order.count > 2;
    const int store = order.stores - 1;
    const int64_t number = is_old ? order.count - 2 : ++order.count;
    char body[512];

    if (plain || control == NO_GENERATIONS)
        return;
    snprintf(body, sizeof body,
             "{\"schema\":\"callqa.failure/1\",\"generation\":{\"store\":\"s%d-%d\",\"number\":"
             "%lld},\"recording\":{\"path\":\"/var/spool/%s.wav\"},\"call\":{\"id\":\"%s\","
             "\"source\":\"freepbx\"},\"reason\":\"empty\",\"text\":\"no audio\"}",
             order.seed, store, (long long)number, call->id, call->id);
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", "f", body);
    if (reply.status / 100 != 2)
        fault("a failure was told %d", reply.status);
    reply_finish(&reply);
    SAY("  failure of %s number %lld\n", call->id, (long long)number);
    if (number < call->greatest[store] ||
        (call->failed_store == store && number <= call->failed_number))
        return;
    call->is_failed = 1;
    call->failed_store = store;
    call->failed_number = number;
}

/* ---- people */

/* One of the call's flags that cost; 0: none. */
static int64_t some_flag(const struct call *call)
{
    char path[128];
    int64_t flag = 0;

    snprintf(path, sizeof path, "/api/v1/calls/%s/flags", call->id);
    struct reply reply = as(lead, "GET", path, NULL);
    const json_t *list = json_object_get(reply.json, "flags");
    if (json_array_size(list) > 0)
        flag = json_integer_value(json_object_get(
            json_array_get(list, (size_t)draw((int)json_array_size(list))), "flag"));
    reply_finish(&reply);
    return flag;
}

static void decide(struct call *call)
{
    static const char *const verdicts[] = {
        "{\"state\":\"confirmed\"}", "{\"state\":\"overturned\",\"reason\":\"r\"}",
        "{\"state\":\"overturned\",\"reason\":\"r\"}", "{\"state\":\"confirmed\"}"};
    char path[96];
    const int64_t flag = call->exists ? some_flag(call) : 0;

    if (flag == 0)
        return;
    snprintf(path, sizeof path, "/api/v1/flags/%lld/decision", (long long)flag);
    const int status = tried(lead, path, verdicts[draw(4)]);
    SAY("  decide flag %lld of %s: %d\n", (long long)flag, call->id, status);
    if (is_closed(call->day) && status != 409)
        fault("%s: a decision on a closed period was told %d", call->id, status);
}

static void object_to(struct call *call)
{
    char path[96];
    const int64_t flag = call->exists ? some_flag(call) : 0;

    if (flag == 0)
        return;
    snprintf(path, sizeof path, "/api/v1/flags/%lld/objection", (long long)flag);
    const int status = tried(agent, path, "{\"text\":\"not so\"}");
    SAY("  object to flag %lld of %s: %d\n", (long long)flag, call->id, status);
}

static int is_ours(const json_t *objection)
{
    const char *id = json_string_value(json_object_get(objection, "call_id"));

    return strcmp(id, order.calls[0].id) == 0 || strcmp(id, order.calls[1].id) == 0;
}

static void answer_one(const json_t *objection)
{
    char path[96];

    snprintf(path, sizeof path, "/api/v1/objections/%lld/answer",
             (long long)json_integer_value(json_object_get(objection, "objection")));
    const int status = tried(lead, path,
                             draw(2) ? "{\"state\":\"confirmed\",\"reason\":\"it is so\"}"
                                     : "{\"state\":\"overturned\",\"reason\":\"right\"}");
    SAY("  answer: %d\n", status);
    if (status != 204 && status != 409) /* 409: its period is closed */
        fault("the answer to an objection was told %d", status);
}

/* The newest that is open. */
static void answer(void)
{
    struct reply reply = as(lead, "GET", "/api/v1/objections?outcome=open&limit=500", NULL);
    const json_t *list = json_object_get(reply.json, "objections");

    for (size_t i = json_array_size(list); i-- > 0;)
        if (is_ours(json_array_get(list, i))) {
            answer_one(json_array_get(list, i));
            break;
        }
    reply_finish(&reply);
}

/* Dead air costs 3 to 5 points, and nothing else costs anything. */
static void rescore(void)
{
    char rubric[600];
    json_t *before[CALLS];

    snprintf(rubric, sizeof rubric,
             "name: strict\nversion: \"%d\"\ntitle: {en: S, zh: 严}\nbase: 100\nfloor: 0\nrules:\n"
             "  - id: dead-air\n    title: {en: D, zh: 静默}\n    severity: minor\n"
             "    text: {en: s, zh: 静默}\n    on: silence\n    points:\n      each: %d\n",
             3 + draw(3), 3);
    for (int i = 0; i < CALLS; i++)
        before[i] = read_call(&order.calls[i]);
    char from[16], to[16];
    snprintf(from, sizeof from, "%04d-%02d-01", order.year, order.month);
    snprintf(to, sizeof to, "%04d-%02d-28", order.year, order.month);
    json_t *wish = json_pack("{s:s, s:s, s:s}", "rubric", rubric, "from", from, "to", to);
    char *body = json_dumps(wish, 0);
    const int status = tried(lead, "/api/v1/rescore", body);
    SAY("  rescore: %d\n", status);
    if (status != 200)
        fault("re-scoring was told %d", status);
    for (int i = 0; i < CALLS; i++) {
        json_t *after = read_call(&order.calls[i]);
        if (before[i] != NULL)
            check_words(&order.calls[i], before[i], after);
        json_decref(after);
        json_decref(before[i]);
    }
    json_decref(wish);
    free(body);
}

/* ---- periods */

static void close_or_open(void)
{
    const int which = draw(2);
    char body[200];

    if (order.periods[which] != 0) {
        snprintf(body, sizeof body, "/api/v1/periods/%lld/open", (long long)order.periods[which]);
        const int status = tried(lead, body, "{\"note\":\"again\"}");
        SAY("  open %d: %d\n", which, status);
        if (status != 200)
            fault("opening was told %d", status);
        order.periods[which] = 0;
    } else {
        snprintf(body, sizeof body,
                 "{\"from\":\"%04d-%02d-%02d\",\"to\":\"%04d-%02d-%02d\",\"ignore_open\":true,"
                 "\"note\":\"n\"}",
                 order.year, order.month, which ? 11 : 1, order.year, order.month, which ? 20 : 10);
        const int status = tried(lead, "/api/v1/periods", body);
        SAY("  close %d: %d\n", which, status);
        if (status != 201)
            fault("closing was told %d", status);
        struct reply reply = as(lead, "GET", "/api/v1/periods", NULL);
        order.periods[which] = json_integer_value(
            json_object_get(json_array_get(json_object_get(reply.json, "periods"), 0), "period"));
        const json_t *one;
        size_t index;
        snprintf(body, sizeof body, "%04d-%02d-%02d", order.year, order.month, which ? 11 : 1);
        json_array_foreach(json_object_get(reply.json, "periods"), index, one)
        {
            if (strcmp(json_string_value(json_object_get(one, "from")), body) == 0)
                order.periods[which] = json_integer_value(json_object_get(one, "period"));
        }
        reply_finish(&reply);
        order.periods[which] += order.periods[which] == 0; /* an old server lists none */
    }
    for (int i = 0; i < CALLS; i++) {
        struct call *call = &order.calls[i];
        json_decref(call->closed);
        call->closed = NULL;
        if (call->exists && is_closed(call->day)) {
            json_t *result = read_call(call);
            call->closed = json_incref(json_object_get(result, "score"));
            json_decref(result);
        }
    }
}

/* ---- what waits */

/* Its number in the list of what waits; 0: it does not. */
static int64_t find_waiting(const struct call *call)
{
    struct reply reply = as(lead, "GET", "/api/v1/previews?limit=1000", NULL);
    const json_t *one;
    size_t index;
    int64_t number = 0;

    json_array_foreach(json_object_get(reply.json, "most_changed"), index, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "id")), call->id) == 0)
            number = json_integer_value(json_object_get(one, "waiting"));
    }
    reply_finish(&reply);
    return number;
}

static void accept_or_discard(struct call *call)
{
    const int accepts = draw(3) > 0;
    const int64_t number = find_waiting(call);
    char body[64];

    if (number == 0)
        return; /* nothing waits, or what would change nothing */
    if (call->waiting < 0) {
        /* Scored anew against a person's word: nothing of the recorder's. */
        snprintf(body, sizeof body, "{\"waiting\":[%lld]}", (long long)number);
        (void)tried(lead, "/api/v1/previews/discard", body);
        return;
    }
    const struct content *content = &call->contents[call->waiting];
    const int closed = is_closed(content->day) || (call->exists && is_closed(call->day));
    snprintf(body, sizeof body, "{\"waiting\":[%lld]}", (long long)number);
    struct reply reply =
        as(lead, "POST", accepts ? "/api/v1/previews/accept" : "/api/v1/previews/discard", body);
    SAY("  %s what waits of %s: %s\n", accepts ? "accept" : "discard", call->id, reply.body);
    if (!accepts) {
        call->waiting = -1;
    } else if (strcmp(served_text(reply.json, "accepted"), closed ? "0" : "1") != 0) {
        fault("%s: accepting was told %.200s", call->id, reply.body);
    } else if (!closed) {
        make_current(call, call->waiting);
        call->gone_count = 0; /* a person has looked */
    }
    reply_finish(&reply);
}

/* ---- what is made wrong */

static void spoil(const char *text)
{
    served_sql(&served, text);
}

static void spoil_something(void)
{
    if (control == LOST_WORD && draw(4) == 0)
        spoil("UPDATE flags SET state = 0, decided_c = NULL, decision = NULL WHERE current = 0"
              " OR id % 2 = 0");
    if (control == CLOSED_NUMBER && draw(4) == 0)
        spoil("UPDATE calls SET decided_c = coalesce(decided_c, 0) + 100");
    if (control == OTHER_REVISION && draw(4) == 0)
        spoil("UPDATE calls SET revision = 1");
}

/* ---- orders */

static void step(void)
{
    struct call *call = &order.calls[draw(CALLS)];

    switch (draw(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
        post_new(call);
        break;
    case 4:
    case 5:
        post_old(call);
        break;
    case 6:
        retry(call);
        break;
    case 7:
        post_failure(call);
        break;
    case 8:
    case 9:
    case 10:
        decide(call);
        break;
    case 11:
        object_to(call);
        break;
    case 12:
        answer();
        break;
    case 13:
        draw(2) ? rescore() : accept_or_discard(call);
        break;
    case 14:
        accept_or_discard(call);
        break;
    default:
        close_or_open();
        break;
    }
    /* A store is lost now and then, and another begins anew. */
    if (draw(40) == 0 && order.stores < STORES_MAX && order.calls[0].exists &&
        order.calls[1].exists) {
        order.stores++;
        order.count = 0;
    }
}

static void begin(int seed)
{
    memset(&order, 0, sizeof order);
    order.chance = (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    order.seed = seed;
    order.year = 1971 + seed / 12 % 100;
    order.month = 1 + seed % 12;
    order.stores = 1;
    for (int i = 0; i < CALLS; i++) {
        snprintf(order.calls[i].id, sizeof order.calls[i].id, "o%d-%d", seed, i);
        order.calls[i].waiting = -1;
        order.calls[i].failed_store = -1;
    }
}

/* Leaves nothing open behind it. */
static void end(void)
{
    for (int i = 0; i < 2; i++)
        if (order.periods[i] != 0) {
            char path[64];
            snprintf(path, sizeof path, "/api/v1/periods/%lld/open", (long long)order.periods[i]);
            (void)tried(lead, path, "{\"note\":\"over\"}");
        }
    for (int i = 0; i < 8 && fault_text[0] == '\0'; i++)
        answer();
    for (int i = 0; i < CALLS; i++) {
        struct call *call = &order.calls[i];
        char body[64];
        const int64_t number = find_waiting(call);
        snprintf(body, sizeof body, "{\"waiting\":[%lld]}", (long long)number);
        if (number != 0)
            (void)tried(lead, "/api/v1/previews/discard", body);
        json_decref(call->closed);
    }
}

static void run_order(int seed)
{
    begin(seed);
    SAY("order %d\n", seed);
    for (int i = 0; i < STEPS && fault_text[0] == '\0'; i++) {
        step();
        spoil_something();
        for (int at = 0; at < CALLS; at++)
            check_call(&order.calls[at]);
        if (fault_text[0] == '\0')
            check_failures();
    }
    end();
}

/* How many orders a fault was found in; `most`: enough. */
static int run_orders(int first, int count, int most)
{
    int faults = 0;

    for (int seed = first; seed < first + count && faults < most; seed++) {
        fault_text[0] = '\0';
        run_order(seed);
        if (fault_text[0] == '\0')
            continue;
        faults++;
        if (control == SOUND)
            print_message("order %d: %s\n", seed, fault_text);
    }
    return faults;
}

/* ---- the tests */

static int set_up(void **state)
{
    struct cqa_error error = {0};
    const struct cqa_user_new user = {
        .name = "zhang", .role = CQA_ACCOUNT_AGENT, .person = "8001", .password = "correct horse"};

    (void)state;
    served_start(&served, NULL);
    served.now_ms = after_all_ms;
    served_user(&served, "lea", "lead", NULL);
    served_login(&served, "lea", "correct horse");
    snprintf(lead, sizeof lead, "%s", served.session);
    served_user(&served, "max", "lead", NULL);
    served_login(&served, "max", "correct horse");
    snprintf(second, sizeof second, "%s", served.session);
    assert_int_equal(cqa_user_put(served.scores, &user, &error), CQA_OK);
    served_login(&served, "zhang", "correct horse");
    snprintf(agent, sizeof agent, "%s", served.session);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static void in_any_order_what_people_said_stands(void **state)
{
    (void)state;
    control = SOUND;
    assert_int_equal(run_orders(first_seed, orders, 1000), 0);
}

/* A model that finds nothing wrong in a wrong world says nothing. */
static void the_model_finds_what_is_wrong(void **state)
{
    (void)state;
    for (int i = SOUND + 1; i < (plain ? (int)NO_GENERATIONS : CONTROL_COUNT); i++) {
        control = (enum control)i;
        if (run_orders(100000 * i, 15, 1) == 0)
            fail_msg("control %d: nothing was found", i);
        print_message("control %d: %s\n", i, fault_text);
        served_stop(&served);
        (void)set_up(NULL);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_any_order_what_people_said_stands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_model_finds_what_is_wrong, set_up, tear_down),
    };

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0)
            traces = 1;
        else if (strcmp(argv[i], "--plain") == 0)
            plain = 1;
        else if (i + 1 < argc && strcmp(argv[i], "--orders") == 0)
            orders = (int)strtol(argv[++i], NULL, 10);
        else if (i + 1 < argc && strcmp(argv[i], "--from") == 0)
            first_seed = (int)strtol(argv[++i], NULL, 10);
        else
            return fprintf(stderr,
                           "usage: test_server_orders [--orders N] [--from SEED] [--plain]\n"),
                   2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
