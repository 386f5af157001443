/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/search.h"

#include <ctype.h>
#include <string.h>
#include "api/numbers.h"
#include "api/query.h"
#include "scores/search.h"
#include "spelling/spelling.h"

enum { SEARCH_BYTES_MAX = 64, PEOPLE_BYTES_MAX = 1 << 20 };

struct finding {
    const char *typed;
    struct cqa_buffer people;
};

static void add_person(void *context, const char *person)
{
    struct finding *finding = context;

    if (cqa_spelling_is_of(finding->typed, person))
        cqa_buffer_print(&finding->people, "|%s|", person);
}

/* Whose names the text spells, in the request's memory. */
static enum cqa_status find_people(struct cqa_request *request, struct cqa_search *search,
                                   struct cqa_error *error)
{
    struct finding finding = {search->text, {.limit = PEOPLE_BYTES_MAX}};
    const enum cqa_status status =
        cqa_search_people(cqa_request_scores(request), add_person, &finding, error);

    if (finding.people.text != NULL)
        search->people = cqa_arena_string(cqa_request_arena(request), finding.people.text);
    cqa_buffer_finish(&finding.people);
    return status;
}

static char *in_lower_case(struct cqa_arena *arena, const char *text)
{
    char *out = cqa_arena_string(arena, text);

    for (char *at = out; at != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return out;
}

int cqa_search_read(struct cqa_request *request, struct cqa_search *out)
{
    struct cqa_arena *arena = cqa_request_arena(request);
    const char *text = cqa_request_query(request, "search");
    struct cqa_error error = {0};

    if (text == NULL)
        return 1;
    if (text[0] == '\0' || strlen(text) > SEARCH_BYTES_MAX) {
        cqa_reply_problem(request, 400, "query", "%p: must have 1 to %d bytes",
                          cqa_words_named("search"), SEARCH_BYTES_MAX);
        return 0;
    }
    char *pattern = cqa_arena_alloc(arena, 2 * strlen(text) + 3);
    out->text = in_lower_case(arena, text);
    out->whole_numbers = cqa_numbers_are_hidden(request);
    if (pattern == NULL || out->text == NULL)
        return 0;
    cqa_search_pattern(out->text, pattern);
    out->pattern = pattern;
    const enum cqa_status status = find_people(request, out, &error);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}
