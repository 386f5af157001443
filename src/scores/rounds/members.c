/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/period.h"
#include "scores/rounds/members.h"
#include "scores/store_internal.h"

/* Roster times are texts in ISO form, so that they compare as texts. */
static void bounds(const char *period, char first[24], char end[24])
{
    int64_t from;
    int64_t to;

    cqa_period_days(period, &from, &to);
    snprintf(first, 24, "%04d-%02d-01T00:00:00", (int)(from / 10000), (int)(from / 100 % 100));
    snprintf(end, 24, "%04d-%02d-31T~", (int)(to / 10000), (int)(to / 100 % 100));
}

/* ---- the roster of the period */

static enum cqa_status add_seat(struct cqa_members *members, struct cqa_sql_rows *row)
{
    struct cqa_roster *roster = &members->roster;
    struct cqa_seat *seats =
        realloc(roster->seats, (roster->count + 1) * sizeof *seats); /* rosters are short */
    const char *team = cqa_sql_text(row, 2);
    const char *post = cqa_sql_text(row, 3);
    size_t index;

    if (seats == NULL)
        return CQA_E_NOMEM;
    roster->seats = seats;
    struct cqa_seat *seat = &seats[roster->count++];
    *seat =
        (struct cqa_seat){.person = cqa_arena_string(&members->arena, cqa_row_text(row, 0)),
                          .extension = cqa_arena_string(&members->arena, cqa_row_text(row, 1)),
                          .team = cqa_arena_string(&members->arena, team && team[0] ? team : NULL),
                          .post = cqa_arena_string(&members->arena, post && post[0] ? post : NULL)};
    snprintf(seat->from, sizeof seat->from, "%s", cqa_row_text(row, 4));
    snprintf(seat->to, sizeof seat->to, "%s", cqa_row_text(row, 5));
    if (seat->person == NULL || seat->extension == NULL)
        return CQA_E_NOMEM;
    return cqa_names_add(&members->names, seat->person, &index);
}

/* The last seat of the period says where a person belongs. */
static enum cqa_status settle(struct cqa_members *members)
{
    const size_t count = members->names.count;
    const char **since = calloc(count + 1, sizeof *since);

    members->items = cqa_arena_alloc(&members->arena, (count + 1) * sizeof *members->items);
    if (since == NULL || members->items == NULL) {
        free(since);
        return CQA_E_NOMEM;
    }
    for (size_t i = 0; i < members->roster.count; i++) {
        const struct cqa_seat *seat = &members->roster.seats[i];
        size_t index = 0;
        if (!cqa_names_find(&members->names, seat->person, &index) ||
            (since[index] != NULL && strcmp(seat->from, since[index]) < 0))
            continue;
        since[index] = seat->from;
        members->items[index] = (struct cqa_member){seat->person, seat->team, seat->post};
    }
    members->count = count;
    free(since);
    return CQA_OK;
}

CQA_SQL_STATEMENT(list_members, "tt", 6,
                  "SELECT person, extension, team, post, from_local, to_local FROM roster"
                  " WHERE from_local <= ?1 AND to_local > ?2 ORDER BY extension, from_local");

enum cqa_status cqa_members_load(struct cqa_scores *scores, const char *period,
                                 struct cqa_members *out, struct cqa_error *error)
{
    char first[24];
    char end[24];
    struct cqa_list list;

    *out = (struct cqa_members){0};
    bounds(period, first, end);
    cqa_list_start(scores, &list, error, &list_members, end, first);
    while (cqa_list_next(&list, error))
        list.status = add_seat(out, list.row);
    enum cqa_status status = cqa_list_end(scores, &list);
    if (status == CQA_OK)
        status = settle(out);
    return status == CQA_E_NOMEM ? cqa_fail(error, status, "out of memory") : status;
}

void cqa_members_finish(struct cqa_members *members)
{
    free(members->roster.seats);
    cqa_names_finish(&members->names);
    cqa_arena_finish(&members->arena);
    *members = (struct cqa_members){0};
}

const struct cqa_member *cqa_members_find(const struct cqa_members *members, const char *person)
{
    size_t index;

    return cqa_names_find(&members->names, person, &index) ? &members->items[index] : NULL;
}
