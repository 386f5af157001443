/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "api/beside.h"
#include "api/csv.h"
#include "api/endpoints.h"
#include "api/numbers.h"
#include "api/query.h"
#include "base/stars.h"
#include "review/export.h"
#include "scores/audit.h"
#include "scores/flags.h"

/* An export is written to an unnamed file first: it may be larger than memory, and one that fails
 * half-way is a clear problem rather than a file that looks whole. */
struct writing {
    struct cqa_request *request;
    struct cqa_scores *scores;
    int64_t written, total; /* rows */
    struct cqa_csv_line csv;
    int zh;     /* titles of rules and grounds in Chinese, else in English */
    int hidden; /* customers' numbers, with stars */
    struct cqa_error error;
    enum cqa_status status;
};

static const char *text_at(const json_t *root, const char *object, const char *key)
{
    return json_string_value(json_object_get(json_object_get(root, object), key));
}

static void add_number(struct cqa_csv_line *csv, const json_t *value)
{
    if (json_is_number(value))
        cqa_csv_points(csv, llround(json_number_value(value) * 100));
    else
        cqa_csv_empty(csv);
}

/* After each row: whether there are to be more. */
static int goes_on(struct writing *writing)
{
    enum { STEP = 200 };

    writing->written++;
    if (writing->status == CQA_OK && writing->written % STEP == 0)
        writing->status = cqa_request_check_wanted(writing->request, writing->written,
                                                   writing->total, &writing->error);
    return writing->status == CQA_OK && !ferror(writing->csv.out);
}

static int add_call_line(void *context, const struct cqa_call_row *row)
{
    struct writing *writing = context;
    struct cqa_buffer line = {.limit = 64 << 20};

    writing->status = cqa_export_result(writing->scores, row, &line, &writing->error);
    if (writing->status == CQA_OK && writing->hidden)
        cqa_star_json(line.text, line.length);
    if (writing->status == CQA_OK)
        fprintf(writing->csv.out, "%s\n", line.text);
    cqa_buffer_finish(&line);
    return !goes_on(writing);
}

/* A cell with what may be, or may tell, a customer's number. */
static void add_telling(struct writing *writing, const char *text,
                        void (*star)(char *text, size_t length))
{
    char *own = text ? strdup(text) : NULL;

    if (own != NULL && writing->hidden)
        star(own, strlen(own));
    cqa_csv_text(&writing->csv, own);
    free(own);
}

static const char *const call_heads[] = {"number", "call_id",        "source",     "recorder",
                                         "agent",  "person",         "team",       "customer",
                                         "queue",  "direction",      "started_at", "duration_ms",
                                         "rubric", "rubric_version", "total",      "decided_total",
                                         "flags",  "open_flags",     "path",       NULL};

static int add_call_row(void *context, const struct cqa_call_row *row)
{
    struct writing *writing = context;
    struct cqa_csv_line *csv = &writing->csv;
    json_t *root = json_loads(row->body, 0, NULL);
    const json_t *score = json_object_get(root, "score");

    cqa_csv_whole(csv, row->id);
    add_telling(writing, text_at(root, "call", "id"), cqa_star_numbers);
    cqa_csv_text(csv, row->source);
    cqa_csv_text(csv, row->recorder);
    cqa_csv_text(csv, text_at(root, "call", "agent"));
    cqa_csv_text(csv, row->person);
    cqa_csv_text(csv, row->team);
    add_telling(writing, text_at(root, "call", "customer"), cqa_star_number);
    cqa_csv_text(csv, text_at(root, "call", "queue"));
    cqa_csv_text(csv, text_at(root, "call", "direction"));
    cqa_csv_text(csv, text_at(root, "call", "started_at"));
    cqa_csv_whole(csv, json_integer_value(
                           json_object_get(json_object_get(root, "recording"), "duration_ms")));
    cqa_csv_text(csv, json_string_value(json_object_get(score, "rubric")));
    cqa_csv_text(csv, json_string_value(json_object_get(score, "rubric_version")));
    add_number(csv, json_object_get(score, "total"));
    if (row->decided_c != NULL)
        cqa_csv_points(csv, *row->decided_c);
    else
        cqa_csv_empty(csv);
    cqa_csv_whole(csv, row->flag_count);
    cqa_csv_whole(csv, row->open_count);
    add_telling(writing, row->path, cqa_star_numbers);
    cqa_csv_end(csv);
    json_decref(root);
    return !goes_on(writing);
}

static const char *const flag_heads[] = {
    "flag",   "call_id",    "source", "agent",       "person", "team",
    "queue",  "started_at", "rule",   "severity",    "points", "standing_points",
    "state",  "decided_by", "reason", "start_ms",    "end_ms", "confidence",
    "author", "rule_title", "ground", "ground_text", NULL};

static int add_flag_row(void *context, const struct cqa_queue_row *row)
{
    struct writing *writing = context;
    struct cqa_csv_line *csv = &writing->csv;
    const struct cqa_flag_row *flag = &row->flag;
    const char *title = writing->zh ? flag->title_zh : flag->title_en;

    cqa_csv_whole(csv, flag->id);
    add_telling(writing, row->call_id, cqa_star_numbers);
    cqa_csv_text(csv, row->source);
    cqa_csv_text(csv, row->agent);
    cqa_csv_text(csv, row->person);
    cqa_csv_text(csv, row->team);
    cqa_csv_text(csv, row->queue);
    cqa_csv_text(csv, row->started_at);
    cqa_csv_text(csv, flag->rule);
    cqa_csv_text(csv, cqa_flag_severity_words[flag->severity]);
    cqa_csv_points(csv, flag->points_c);
    cqa_csv_points(csv, flag->standing_c);
    cqa_csv_text(csv, cqa_flag_state_words[flag->state]);
    cqa_csv_text(csv, flag->decided_by);
    cqa_csv_text(csv, flag->reason);
    cqa_csv_whole(csv, flag->start_ms);
    cqa_csv_whole(csv, flag->end_ms);
    cqa_csv_points(csv, flag->confidence / 10);
    cqa_csv_text(csv, flag->author);
    cqa_csv_text(csv, title ? title : flag->rule);
    cqa_csv_text(csv, row->ground);
    cqa_csv_text(csv, writing->zh ? row->ground_zh : row->ground_en);
    cqa_csv_end(csv);
    return !goes_on(writing);
}

static void add_heads(struct cqa_csv_line *csv, const char *const *heads)
{
    for (size_t i = 0; heads[i] != NULL; i++)
        cqa_csv_text(csv, heads[i]);
    cqa_csv_end(csv);
}

/* ---- the three files */

struct wish {
    const char *name; /* "calls.csv" */
    int64_t from, to;
    const char *person, *team;
    int zh;
    int bom; /* for spreadsheets that take UTF-8 for something else without it */
};

static enum cqa_status write_calls(struct writing *writing, const struct cqa_scope *scope,
                                   const struct wish *wish, int lines)
{
    const struct cqa_call_filter filter = {.severity_least = -1,
                                           .day_from = wish->from,
                                           .day_to = wish->to,
                                           .person = wish->person,
                                           .team = wish->team,
                                           .limit = INT64_MAX};

    const enum cqa_status status =
        cqa_scores_count_calls(writing->scores, scope, &filter, &writing->total, &writing->error);

    if (!lines)
        add_heads(&writing->csv, call_heads);
    return status == CQA_OK
               ? cqa_scores_calls(writing->scores, scope, &filter,
                                  lines ? add_call_line : add_call_row, writing, &writing->error)
               : status;
}

static enum cqa_status write_flags(struct writing *writing, const struct cqa_scope *scope,
                                   const struct wish *wish)
{
    const struct cqa_flag_filter filter = {.severity_least = -1,
                                           .state = -1,
                                           .day_from = wish->from,
                                           .day_to = wish->to,
                                           .person = wish->person,
                                           .team = wish->team,
                                           .order = CQA_FLAGS_NEWEST,
                                           .limit = INT64_MAX};

    add_heads(&writing->csv, flag_heads);
    return cqa_scores_queue(writing->scores, scope, &filter, add_flag_row, writing,
                            &writing->error);
}

static enum cqa_status write_export(struct writing *writing, const struct cqa_scope *scope,
                                    const struct wish *wish)
{
    enum cqa_status status;

    if (wish->bom && strstr(wish->name, ".csv") != NULL)
        fputs("\xef\xbb\xbf", writing->csv.out);
    if (strcmp(wish->name, "flags.csv") == 0)
        status = write_flags(writing, scope, wish);
    else
        status = write_calls(writing, scope, wish, strcmp(wish->name, "calls.jsonl") == 0);
    if (status == CQA_OK)
        status = writing->status;
    if (status == CQA_OK && (fflush(writing->csv.out) != 0 || ferror(writing->csv.out)))
        status = cqa_fail_errno(&writing->error, "writing the export");
    return status;
}

static int read_language(struct cqa_request *request, int *zh)
{
    const char *word = cqa_request_query(request, "lang");

    *zh = word != NULL && strcmp(word, "zh") == 0;
    if (word == NULL || *zh || strcmp(word, "en") == 0)
        return 1;
    cqa_reply_problem(request, 400, "query", "lang: allowed are en, zh");
    return 0;
}

/* 0 with a problem given. */
static int read_wish(struct cqa_request *request, struct wish *wish)
{
    static const char *const known[] = {"from", "to", "person", "team", "bom", "lang", NULL};
    static const char *const names[] = {"calls.csv", "calls.jsonl", "flags.csv"};
    int found = 0;

    wish->name = cqa_request_part(request, 0);
    for (size_t i = 0; i < 3; i++)
        found |= strcmp(wish->name, names[i]) == 0;
    if (!found) {
        cqa_reply_problem(request, 404, "not-found",
                          "exports are calls.csv, calls.jsonl, flags.csv");
        return 0;
    }
    return cqa_query_only(request, known) && read_language(request, &wish->zh) &&
           cqa_query_day(request, "from", &wish->from) && cqa_query_day(request, "to", &wish->to) &&
           cqa_query_word(request, "person", &wish->person) &&
           cqa_query_word(request, "team", &wish->team) &&
           cqa_query_yes(request, "bom", &wish->bom);
}

static void reply_export(struct cqa_request *request, const struct wish *wish, FILE *file)
{
    char disposition[96];
    struct stat facts;
    const int fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);

    if (fd < 0 || fstat(fd, &facts) != 0) {
        if (fd >= 0)
            close(fd);
        cqa_reply_problem(request, 503, "export", "the export cannot be read back");
        return;
    }
    snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", wish->name);
    cqa_reply_header(request, "Content-Disposition", disposition);
    cqa_reply_file(request,
                   strstr(wish->name, ".csv") ? "text/csv; charset=utf-8" : "application/x-ndjson",
                   fd, (uint64_t)facts.st_size);
}

void cqa_get_export(struct cqa_request *request)
{
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct wish wish = {0};
    struct writing writing = {.request = request, .scores = cqa_request_scores(request)};

    if (!read_wish(request, &wish))
        return;
    enum cqa_status status =
        cqa_audit_write(writing.scores, cqa_request_who(request)->name, "export", wish.name,
                        wish.person ? wish.person : "", &writing.error);
    const int fd =
        status == CQA_OK ? cqa_playback_scratch(cqa_request_playback(request), &writing.error) : -1;
    writing.csv.out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (writing.csv.out == NULL) {
        cqa_reply_error(request, CQA_E_IO, &writing.error);
        return;
    }
    writing.zh = wish.zh;
    writing.hidden = cqa_numbers_are_hidden(request);
    status = write_export(&writing, &scope, &wish);
    if (status == CQA_OK)
        reply_export(request, &wish, writing.csv.out);
    else
        cqa_reply_error(request, status, &writing.error);
    fclose(writing.csv.out);
}
