/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/coaching.h"

#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "api/page.h"
#include "api/query.h"
#include "scores/when.h"

/* ---- writing one */

static int read_links(struct cqa_request *request, const json_t *body,
                      struct cqa_coaching_new *note)
{
    static const char *const known[] = {"call", "flag", NULL};
    const json_t *list = json_object_get(body, "links");
    const json_t *link;
    size_t index;

    if (list != NULL && (!json_is_array(list) || json_array_size(list) > CQA_COACHING_LINKS_MAX)) {
        cqa_reply_problem(request, 422, "invalid", "links: must be a list of up to %d",
                          CQA_COACHING_LINKS_MAX);
        return 0;
    }
    json_array_foreach((json_t *)list, index, link)
    {
        struct cqa_coaching_link *out = &note->links[note->link_count++];
        if (!json_is_object(link)) {
            cqa_reply_problem(request, 422, "invalid", "links: must be {\"call\", \"flag\"}");
            return 0;
        }
        if (!cqa_member_only(request, link, known) ||
            !cqa_member_whole(request, link, "call", 1, 1, INT64_MAX / 2, &out->call) ||
            !cqa_member_whole(request, link, "flag", 0, 1, INT64_MAX / 2, &out->flag))
            return 0;
    }
    return 1;
}

void cqa_post_coaching(struct cqa_request *request)
{
    static const char *const known[] = {"person", "text", "follow_up", "links", NULL};
    struct cqa_coaching_new note = {0};
    struct cqa_error error = {0};
    int64_t number = 0;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "person", 1, &note.person) &&
        cqa_member_text(request, body, "text", 1, &note.text) &&
        cqa_member_day(request, body, "follow_up", 0, &note.follow_day) &&
        read_links(request, body, &note)) {
        const enum cqa_status status = cqa_coaching_add(
            cqa_request_scores(request), cqa_request_who(request), &note, &number, &error);
        if (status == CQA_OK)
            cqa_reply_json(request, 201, json_pack("{s:I}", "note", (json_int_t)number));
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

void cqa_post_coaching_done(struct cqa_request *request)
{
    static const char *const known[] = {"outcome", NULL};
    const char *outcome = NULL;
    struct cqa_error error = {0};
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "outcome", 0, &outcome)) {
        const enum cqa_status status =
            cqa_coaching_done(cqa_request_scores(request), cqa_request_who(request),
                              cqa_request_part_number(request, 0), outcome, &error);
        if (status == CQA_OK)
            cqa_reply_empty(request, 204);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

/* ---- the list */

static int add_note(void *context, const struct cqa_coaching_row *row)
{
    struct cqa_list_page *page = context;
    char at[CQA_WHEN_SIZE];
    char done[CQA_WHEN_SIZE];
    char follow[CQA_DAY_SIZE];

    if (cqa_page_is_full(page))
        return 1;
    cqa_when_write(row->at_ms, at);
    cqa_when_write(row->done_ms, done);
    cqa_when_write_day(row->follow_day, follow);
    page->last[0] = row->key;
    page->last[1] = row->id;
    return cqa_page_add(page,
                        json_pack("{s:I, s:s, s:s?, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:o}",
                                  "note", (json_int_t)row->id, "person", row->person, "team",
                                  row->team, "by", row->by, "at", at, "text", row->text,
                                  "follow_up", row->follow_day ? follow : NULL, "done_by",
                                  row->done_by, "done_at", row->done_ms ? done : NULL, "outcome",
                                  row->outcome, "links", json_loads(row->links, 0, NULL)));
}

static int read_filter(struct cqa_request *request, struct cqa_coaching_filter *filter)
{
    static const char *const known[] = {"person", "open", "due", "limit", "cursor", NULL};
    int64_t after[2] = {0};

    if (!cqa_query_only(request, known) || !cqa_query_word(request, "person", &filter->person) ||
        !cqa_query_day(request, "due", &filter->due_day) ||
        !cqa_query_yes(request, "open", &filter->is_open) ||
        !cqa_query_limit(request, 100, 500, &filter->limit))
        return 0;
    filter->is_open |= filter->due_day != 0;
    if (!cqa_page_begin(request, filter->is_open ? 'n' : 'N', after, 2, &filter->has_after))
        return 0;
    filter->after_key = after[0];
    filter->after_id = after[1];
    return 1;
}

void cqa_get_coaching(struct cqa_request *request)
{
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_coaching_filter filter = {0};
    struct cqa_list_page page = {0};
    struct cqa_error error = {0};

    if (!read_filter(request, &filter))
        return;
    page.limit = filter.limit++;
    const enum cqa_status status =
        cqa_coaching_list(cqa_request_scores(request), &scope, &filter, add_note, &page, &error);
    cqa_page_reply(request, "notes", filter.is_open ? 'n' : 'N', 2, &page, status, &error);
}
