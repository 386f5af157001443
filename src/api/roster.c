/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "api/beside.h"
#include "api/endpoints.h"
#include "api/member.h"
#include "api/query.h"
#include "api/second.h"
#include "scores/seats.h"
#include "scores/when.h"

enum { SEATS_SHOWN = 1000 };

static void refuse_roster(struct cqa_request *request, struct cqa_faults *faults)
{
    struct cqa_buffer detail[CQA_LANGUAGE_COUNT] = {{.limit = CQA_DETAIL_BYTES_MAX},
                                                    {.limit = CQA_DETAIL_BYTES_MAX}};

    for (int i = 0; i < CQA_LANGUAGE_COUNT; i++)
        cqa_faults_put(faults, CQA_N("roster"), (enum cqa_language)i, &detail[i]);
    cqa_reply_problem_details(request, 422, "invalid",
                              faults->count > 0
                                  ? cqa_message_code(cqa_fault_message(&faults->items[0]))
                                  : "out-of-memory",
                              detail);
}

static json_t *seat_json(const struct cqa_seat_row *row)
{
    return json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s?}", "person", row->person, "extension",
                     row->extension, "team", row->team, "post", row->post, "from",
                     row->from[0] ? row->from : NULL, "to",
                     strcmp(row->to, "~") != 0 ? row->to : NULL);
}

struct difference {
    json_t *lists[2]; /* new ones, and those that are gone */
};

static void add_difference(void *context, const struct cqa_seat_row *row, int is_gone)
{
    struct difference *difference = context;
    json_t *list = difference->lists[is_gone];

    if (row == NULL) {
        json_array_clear(difference->lists[0]);
        json_array_clear(difference->lists[1]);
    } else if (json_array_size(list) < SEATS_SHOWN) {
        json_array_append_new(list, seat_json(row));
    }
}

static void reply_change(struct cqa_request *request, const struct cqa_seats_change *change,
                         const struct difference *difference)
{
    cqa_reply_json(request, 200,
                   json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:O, s:O}", "version",
                             (json_int_t)change->version, "seats", (json_int_t)change->seats,
                             "seats_new", (json_int_t)change->added, "seats_gone",
                             (json_int_t)change->gone, "calls_attributed_anew",
                             (json_int_t)change->moved, "calls_decided",
                             (json_int_t)change->decided, "new", difference->lists[0], "gone",
                             difference->lists[1]));
}

static void make_change(struct cqa_request *request, const struct cqa_seats_wish *wish)
{
    struct difference difference = {{json_array(), json_array()}};
    struct cqa_seats_change change;
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_seats_change(cqa_request_scores(request), cqa_request_who(request), wish, &change,
                         add_difference, &difference, &error);

    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else if (change.needs_second && !wish->is_preview)
        cqa_second_ask(request,
                       cqa_words("a roster that moves %lld calls on which somebody decided "
                                 "to another person or team",
                                 (long long)change.decided));
    else
        reply_change(request, &change, &difference);
    json_decref(difference.lists[0]);
    json_decref(difference.lists[1]);
}

static enum cqa_status get_children(void *context, struct cqa_children **out,
                                    struct cqa_error *error)
{
    (void)error;
    *out = cqa_playback_children(context);
    return CQA_OK;
}

void cqa_put_roster(struct cqa_request *request)
{
    const struct cqa_table_children children = {get_children, cqa_request_playback(request)};
    const struct cqa_table_source source = {&children, NULL};
    static const char *const known[] = {"preview", NULL};
    struct cqa_roster roster = {0};
    struct cqa_faults faults = {0};
    struct cqa_error error = {0};
    size_t length;
    int is_preview = 0;
    const char *text = cqa_request_body(request, &length);

    if (!cqa_query_only(request, known) || !cqa_query_yes(request, "preview", &is_preview) ||
        !cqa_request_has_table(request))
        return;
    enum cqa_status status =
        cqa_roster_read(&source, text, length, "roster", &roster, &faults, &error);
    if (status == CQA_E_REFUSED) /* several sheets: the file is to be mended, not the asker */
        status = error.status = CQA_E_BADDATA;
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else if (faults.count + faults.lost > 0)
        refuse_roster(request, &faults);
    else
        make_change(request,
                    &(struct cqa_seats_wish){.roster = &roster,
                                             .is_preview = is_preview,
                                             .is_confirmed = cqa_second_is_confirmed(request)});
    cqa_roster_finish(&roster);
    cqa_faults_finish(&faults);
}

void cqa_post_roster_undo(struct cqa_request *request)
{
    static const char *const known[] = {"version", "preview", NULL};
    struct cqa_seats_wish wish = {.is_confirmed = cqa_second_is_confirmed(request)};
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) &&
        cqa_member_yes(request, body, "preview", &wish.is_preview) &&
        cqa_member_whole(request, body, "version", 1, 1, INT32_MAX, &wish.version))
        make_change(request, &wish);
    json_decref(body);
}

/* ---- what is in force */

static void add_seat(void *context, const struct cqa_seat_row *row)
{
    json_array_append_new(context, seat_json(row));
}

static void add_version(void *context, const struct cqa_seats_version *row)
{
    char at[CQA_WHEN_SIZE];

    cqa_when_write(row->at_ms, at);
    json_array_append_new(context, json_pack("{s:I, s:s?, s:s?, s:I}", "version",
                                             (json_int_t)row->version, "at", row->by ? at : NULL,
                                             "by", row->by, "seats", (json_int_t)row->seats));
}

void cqa_get_roster(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known))
        return;
    json_t *seats = json_array();
    json_t *versions = json_array();
    enum cqa_status status =
        cqa_seats_list(cqa_request_scores(request), &scope, add_seat, seats, &error);
    if (status == CQA_OK)
        status = cqa_seats_versions(cqa_request_scores(request), add_version, versions, &error);
    if (status == CQA_OK)
        cqa_reply_json(request, 200, json_pack("{s:O, s:O}", "seats", seats, "versions", versions));
    else
        cqa_reply_error(request, status, &error);
    json_decref(seats);
    json_decref(versions);
}
