/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/page.h"

int cqa_page_is_full(struct cqa_list_page *page)
{
    page->has_more = (int64_t)json_array_size(page->list) == page->limit;
    return page->has_more;
}

int cqa_page_add(struct cqa_list_page *page, json_t *row)
{
    if (page->list == NULL)
        page->list = json_array();
    return json_array_append_new(page->list, row) != 0;
}

int cqa_page_begin(struct cqa_request *request, char kind, int64_t *after, size_t count,
                   int *is_there)
{
    const char *cursor = cqa_request_query(request, "cursor");

    *is_there = cursor != NULL && cursor[0] != '\0';
    if (!*is_there || cqa_cursor_read(cursor, kind, after, count))
        return 1;
    cqa_reply_problem(request, 400, "cursor", "cursor: not one that this list gave");
    return 0;
}

void cqa_page_reply(struct cqa_request *request, const char *name, char kind, size_t count,
                    struct cqa_list_page *page, enum cqa_status status,
                    const struct cqa_error *error)
{
    json_t *list = page->list != NULL ? page->list : json_array();
    char next[CQA_CURSOR_SIZE];

    page->list = NULL;
    if (status != CQA_OK) {
        json_decref(list);
        json_decref(page->also);
        cqa_reply_error(request, status, error);
        return;
    }
    if (page->has_more)
        cqa_cursor_write(kind, page->last, count, next);
    json_t *reply = page->also != NULL ? page->also : json_object();

    json_object_set_new(reply, name, list);
    json_object_set_new(reply, "next", page->has_more ? json_string(next) : json_null());
    cqa_reply_json(request, 200, reply);
}
