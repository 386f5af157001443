/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libcurl and the scoring server behind it. The server takes outcomes as callqa-server does: what
 * has a later generation than what it has of the call counts, under whatever key it comes. */
#include <curl/curl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "sim/world.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

/* How a request goes, from the server's side. */
enum course {
    ANSWERED,      /* it was taken, item by item */
    UNANSWERED,    /* it was taken, and the answer was lost */
    HALF,          /* so, but only the first half of it was taken */
    LOST,          /* it never came there */
    NO_CONNECTION, /* nobody listens */
    OVERTIME,      /* no answer in time, and it was not taken */
    LATE,          /* no answer in time, but it was taken */
    STATUS,        /* another status than 200, nothing was taken */
    STRANGER,      /* something else answers 200 */
    COURSE_COUNT
};

static struct {
    const char *body;
    size_t length;
    int count; /* items */
    size_t (*write)(char *bytes, size_t size, size_t count, void *context);
    void *context;
    char *text; /* CURLOPT_ERRORBUFFER */
    int is_busy;
    enum course course;
    long status;
    long retry_after_s;
    int64_t due_ms;
    struct cqa_buffer answer; /* written when it was taken */
    CURLMsg message;
} request;

int64_t sim_http_due_ms(void)
{
    return request.is_busy ? request.due_ms : -1;
}

/* ---- the server */

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash;
}

static const char *text_at(const json_t *root, const char *object, const char *field)
{
    const char *text = json_string_value(json_object_get(json_object_get(root, object), field));

    return text != NULL ? text : "";
}

/* An outcome without its generation is what the server compares. */
static int64_t take_generation(json_t *body)
{
    const json_t *generation = json_object_get(body, "generation");
    const int64_t number = json_integer_value(json_object_get(generation, "number"));

    if (number <= 0 || json_string_length(json_object_get(generation, "store")) == 0)
        sim_fault("the server got an outcome without a generation");
    json_object_del(body, "generation");
    return number;
}

static int is_newest(const struct sim_revision *revision)
{
    for (int i = 0; i < sim->revision_count; i++)
        if (strcmp(sim->revisions[i].call, revision->call) == 0 &&
            sim->revisions[i].number >= revision->number)
            return 0;
    return 1;
}

/* The status of one item. */
static int take_item(const char *key, json_t *body)
{
    const char *schema = json_string_value(json_object_get(body, "schema"));
    const int64_t number = take_generation(body);
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    struct sim_revision revision = {.body_hash = hash_of(text), .number = number};

    free(text);
    (void)snprintf(revision.key, sizeof revision.key, "%s", key);
    (void)snprintf(revision.call, sizeof revision.call, "%s", text_at(body, "call", "id"));
    (void)snprintf(revision.sha256, sizeof revision.sha256, "%s",
                   text_at(body, "recording", "sha256"));
    revision.is_failure = schema != NULL && strcmp(schema, "callqa.failure/1") == 0;
    if (revision.is_failure)
        (void)snprintf(revision.reason, sizeof revision.reason, "%s",
                       json_string_value(json_object_get(body, "reason")));
    for (int i = 0; i < sim->content_count; i++)
        if (sim->contents[i].kind == SIM_REFUSED &&
            strcmp(sim->contents[i].sha256, revision.sha256) == 0)
            return 422;
    for (int i = 0; i < sim->revision_count; i++)
        if (strcmp(sim->revisions[i].key, key) == 0 &&
            (sim->revisions[i].body_hash != revision.body_hash && !revision.is_failure))
            return 422;
    for (int i = 0; i < sim->revision_count; i++)
        if (strcmp(sim->revisions[i].key, key) == 0 && !is_newest(&revision))
            return 200;
    sim_say("  the server takes %s", key);
    if (sim->mutation == SIM_FALSE_RECEIPT && sim_happens(4))
        return 201;
    if (sim->revision_count == SIM_REVISIONS_MAX)
        sim_fault("the server's memory in this simulation is too small");
    else
        sim->revisions[sim->revision_count++] = revision;
    return 201;
}

static void take_line(const char *line, size_t length, int *place)
{
    json_t *root = json_loadb(line, length, 0, NULL);
    const char *key = json_string_value(json_object_get(root, "key"));

    if (key == NULL) {
        sim_fault("the server got a line that is none: %.*s", (int)length, line);
        json_decref(root);
        return;
    }
    /* Now and then one item alone finds the server out of breath. */
    const int status = sim_happens(30) ? 503 : take_item(key, json_object_get(root, "result"));
    json_t *said = json_pack("{s:s, s:i}", "key", key, "status", status);
    char *text = json_dumps(said, JSON_COMPACT);
    cqa_buffer_print(&request.answer, "%s%s", (*place)++ > 0 ? "," : "", text);
    free(text);
    json_decref(said);
    json_decref(root);
}

/* The first `count` items. */
static void take_request(int count)
{
    const char *at = request.body;
    const char *end = request.body + request.length;
    int place = 0;

    cqa_buffer_print(&request.answer, "[");
    while (at < end && place < count) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            break;
        take_line(at, (size_t)(stop - at), &place);
        at = stop + 1;
    }
    cqa_buffer_print(&request.answer, "]");
}

static int count_items(void)
{
    int count = 0;

    for (size_t i = 0; i < request.length; i++)
        count += request.body[i] == '\n';
    return count;
}

static void draw_course(void)
{
    static const long statuses[] = {500, 503, 429, 408, 401, 404, 302};

    request.course = ANSWERED;
    request.status = 200;
    request.retry_after_s = 0;
    request.due_ms = sim->monotonic_ms + 1 + (int64_t)sim_draw(100);
    if (!sim_happens(3))
        return;
    request.course = (enum course)sim_draw(COURSE_COUNT);
    if (request.course == ANSWERED)
        request.due_ms += (int64_t)sim_draw(25000); /* slow */
    if (request.course == OVERTIME || request.course == LATE)
        request.due_ms = sim->monotonic_ms + 30000;
    if (request.course == STATUS) {
        request.status = statuses[sim_draw(sizeof statuses / sizeof *statuses)];
        if (request.count > 1 && sim_draw(3) == 0)
            request.status = 413;
        request.retry_after_s = sim_draw(3) == 0 ? (long)sim_draw(600) : 0;
    }
}

/* What of it the server takes, at whatever time before its answer. */
static void arrive(void)
{
    switch (request.course) {
    case ANSWERED:
    case UNANSWERED:
    case LATE:
        take_request(request.count);
        break;
    case HALF:
        take_request(request.count / 2);
        break;
    default:
        break;
    }
}

/* ---- libcurl: one request at a time */

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    (void)multi;
    request.count = count_items();
    request.answer = (struct cqa_buffer){.limit = 1 << 20};
    request.is_busy = 1;
    sim->requests++;
    draw_course();
    if (sim_step("sends %d items (course %d)", request.count, (int)request.course)) {
        if (sim_draw(2) == 0)
            arrive(); /* it was out already */
        sim_die();
    }
    arrive();
    request.message = (CURLMsg){.msg = CURLMSG_DONE, .easy_handle = easy};
    return CURLM_OK;
}

static CURLcode end_code(void)
{
    switch (request.course) {
    case UNANSWERED:
    case HALF:
    case LOST:
        return CURLE_RECV_ERROR;
    case NO_CONNECTION:
        return CURLE_COULDNT_CONNECT;
    case OVERTIME:
    case LATE:
        return CURLE_OPERATION_TIMEDOUT;
    default:
        return CURLE_OK;
    }
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *left)
{
    static const char page[] = "<html>Welcome</html>";
    static const char problem[] = "{\"title\":\"no\",\"detail\":\"not now\"}";

    (void)multi;
    *left = 0;
    if (!request.is_busy || request.due_ms > sim->monotonic_ms)
        return NULL;
    if (sim_step("the request ends (course %d)", (int)request.course))
        sim_die();
    request.message.data.result = end_code();
    if (request.course == ANSWERED)
        (void)request.write(request.answer.text, 1, request.answer.length, request.context);
    else if (request.course == STRANGER)
        (void)request.write((char *)(uintptr_t)page, 1, sizeof page - 1, request.context);
    else if (request.course == STATUS)
        (void)request.write((char *)(uintptr_t)problem, 1, sizeof problem - 1, request.context);
    request.is_busy = 0;
    return &request.message;
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
    (void)multi;
    (void)easy;
    cqa_buffer_finish(&request.answer);
    request.is_busy = 0;
    return CURLM_OK;
}

CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    va_list values;

    (void)easy;
    va_start(values, option);
    switch ((int)option) {
    case CURLOPT_POSTFIELDS:
        request.body = va_arg(values, const char *);
        break;
    case CURLOPT_POSTFIELDSIZE_LARGE:
        request.length = (size_t)va_arg(values, curl_off_t);
        break;
    case CURLOPT_WRITEFUNCTION:
        request.write = va_arg(values, size_t(*)(char *, size_t, size_t, void *));
        break;
    case CURLOPT_WRITEDATA:
        request.context = va_arg(values, void *);
        break;
    case CURLOPT_ERRORBUFFER:
        request.text = va_arg(values, char *);
        break;
    default:
        break;
    }
    va_end(values);
    return CURLE_OK;
}

CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
    va_list values;

    (void)easy;
    va_start(values, info);
    if (info == CURLINFO_RESPONSE_CODE)
        *va_arg(values, long *) = request.status;
    else if (info == CURLINFO_RETRY_AFTER)
        *va_arg(values, curl_off_t *) = request.retry_after_s;
    va_end(values);
    return CURLE_OK;
}

CURLHcode curl_easy_header(CURL *easy, const char *name, size_t index, unsigned origin,
                           int request_, struct curl_header **out)
{
    (void)easy;
    (void)name;
    (void)index;
    (void)origin;
    (void)request_;
    (void)out;
    return CURLHE_MISSING;
}

/* Handles that nobody looks into. */
static int handles[3];

CURL *curl_easy_init(void)
{
    return &handles[0];
}

CURLM *curl_multi_init(void)
{
    return &handles[1];
}

CURLU *curl_url(void)
{
    return (CURLU *)&handles[2];
}

void curl_easy_cleanup(CURL *easy)
{
    (void)easy;
}

CURLMcode curl_multi_cleanup(CURLM *multi)
{
    (void)multi;
    return CURLM_OK;
}

void curl_url_cleanup(CURLU *url)
{
    (void)url;
}

CURLUcode curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags)
{
    (void)url;
    (void)part;
    (void)text;
    (void)flags;
    return CURLUE_OK;
}

CURLUcode curl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags)
{
    (void)url;
    (void)flags;
    *text = strdup(part == CURLUPART_SCHEME ? "http" : "127.0.0.1");
    return CURLUE_OK;
}

void curl_free(void *text)
{
    free(text);
}

CURLcode curl_global_init(long flags)
{
    (void)flags;
    return CURLE_OK;
}

const char *curl_easy_strerror(CURLcode code)
{
    return code == CURLE_OPERATION_TIMEDOUT ? "timed out" : "cut off";
}

CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
    (void)multi;
    (void)option;
    return CURLM_OK;
}

CURLMcode curl_multi_assign(CURLM *multi, curl_socket_t socket, void *value)
{
    (void)multi;
    (void)socket;
    (void)value;
    return CURLM_OK;
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events, int *running)
{
    (void)multi;
    (void)socket;
    (void)events;
    *running = request.is_busy;
    return CURLM_OK;
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
    struct curl_slist *entry = calloc(1, sizeof *entry);

    if (entry == NULL)
        abort();
    entry->data = strdup(text);
    entry->next = list; /* the order is nobody's business here */
    return entry;
}

void curl_slist_free_all(struct curl_slist *list)
{
    while (list != NULL) {
        struct curl_slist *next = list->next;
        free(list->data);
        free(list);
        list = next;
    }
}
