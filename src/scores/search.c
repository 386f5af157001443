/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/search.h"

#include <stdio.h>
#include <string.h>
#include "scores/store_internal.h"

void cqa_search_pattern(const char *text, char *out)
{
    size_t used = 0;

    out[used++] = '%';
    for (; *text != '\0'; text++) {
        if (strchr("%_!", *text) != NULL)
            out[used++] = '!';
        out[used++] = *text;
    }
    out[used++] = '%';
    out[used] = '\0';
}

static void add_part(struct cqa_query *query, const char *before, const char *alias,
                     const char *column, const char *pattern)
{
    char sql[80];

    snprintf(sql, sizeof sql, "%slower(%s.%s) LIKE ? ESCAPE '!'", before, alias, column);
    cqa_query_text(query, sql, pattern);
}

static void add_people(struct cqa_query *query, const char *alias, const char *people)
{
    char sql[80];

    snprintf(sql, sizeof sql, " OR replace(?, '|' || %s.person || '|', '')", alias);
    cqa_query_text(query, sql, people);
    cqa_query_text(query, " <> ?", people);
}

void cqa_search_add(struct cqa_query *query, const char *alias, const struct cqa_search *search,
                    int has_numbers)
{
    char sql[40];

    if (search->text == NULL)
        return;
    add_part(query, " AND (", alias, "person", search->pattern);
    add_part(query, " OR ", alias, "agent", search->pattern);
    if (has_numbers && search->whole_numbers) {
        snprintf(sql, sizeof sql, " OR %s.customer = ?", alias);
        cqa_query_text(query, sql, search->text);
    } else if (has_numbers) {
        add_part(query, " OR ", alias, "customer", search->pattern);
    }
    if (search->people != NULL)
        add_people(query, alias, search->people);
    cqa_query_add(query, ")");
}

CQA_SQL_STATEMENT(list_people, "", 1,
                  "SELECT person FROM roster_seats UNION SELECT person FROM roster");

enum cqa_status cqa_search_people(struct cqa_scores *scores,
                                  void (*visit)(void *context, const char *person), void *context,
                                  struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_people);
    while (cqa_list_next(&list, error))
        visit(context, cqa_row_text(list.row, 0));
    return cqa_list_end(scores, &list);
}
