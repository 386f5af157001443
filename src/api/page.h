/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_PAGE_H
#define CQA_API_PAGE_H

#include <jansson.h>
#include "api/cursor.h"
#include "http/http.h"

/* A list that is given in pages. Start with {.limit = N}, and ask the store for one more: what is
 * there beyond says that there is more. */
struct cqa_list_page {
    json_t *list; /* owned until it is replied */
    json_t *also; /* an object, what the reply says besides, owned until then; NULL: nothing */
    int64_t limit;
    int64_t last[CQA_CURSOR_VALUES_MAX]; /* the place of the last row in the list's order */
    int has_more;
};

/* Whether the row that has come is beyond the page. */
int cqa_page_is_full(struct cqa_list_page *page);

/* Appends it, owned. Non-zero where there is no memory. */
int cqa_page_add(struct cqa_list_page *page, json_t *row);

/* The parameter "cursor": the place behind which the page begins; `*is_there` 0: at the beginning.
 * 0 with a problem given. */
int cqa_page_begin(struct cqa_request *request, char kind, int64_t *after, size_t count,
                   int *is_there);

/* {NAME: […], "next": cursor or null}, or the problem. `count` of `last` are the cursor's. */
void cqa_page_reply(struct cqa_request *request, const char *name, char kind, size_t count,
                    struct cqa_list_page *page, enum cqa_status status,
                    const struct cqa_error *error);

#endif
