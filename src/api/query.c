/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/query.h"

#include <math.h>
#include <string.h>
#include "scores/when.h"
#include "settings/config.h"

int cqa_query_word(struct cqa_request *request, const char *name, const char **out)
{
    const char *word = cqa_request_query(request, name);

    if (word == NULL)
        return 1;
    if (word[0] == '\0' || strlen(word) > 512) {
        cqa_reply_problem(request, 400, "query", "%p: must have 1 to 512 bytes",
                          cqa_words_for(name));
        return 0;
    }
    *out = word;
    return 1;
}

int cqa_query_day(struct cqa_request *request, const char *name, int64_t *out)
{
    const char *word = cqa_request_query(request, name);
    const int64_t day = word ? cqa_when_read_day(word) : 0;

    if (word == NULL)
        return 1;
    if (day == 0) {
        cqa_reply_problem(request, 400, "query", "%p: must be a day (2025-11-20)",
                          cqa_words_for(name));
        return 0;
    }
    *out = day;
    return 1;
}

int cqa_query_shift_named(struct cqa_request *request, const char *name,
                          const struct cqa_shift **out)
{
    const struct cqa_server_config *config = cqa_request_config(request);
    const char *word = cqa_request_query(request, name);

    if (word == NULL)
        return 1;
    for (size_t i = 0; i < config->shift_count; i++)
        if (strcmp(config->shifts[i].name, word) == 0) {
            *out = &config->shifts[i];
            return 1;
        }
    cqa_reply_problem(request, 400, "query", "%p: no such shift; GET /api/v1/shifts lists them",
                      cqa_words_for(name));
    return 0;
}

int cqa_query_severity(struct cqa_request *request, const char *name, int *out)
{
    const char *word = cqa_request_query(request, name);

    if (word == NULL)
        return 1;
    for (int i = 0; i < CQA_FLAG_SEVERITY_COUNT; i++)
        if (strcmp(word, cqa_flag_severity_words[i]) == 0) {
            *out = i;
            return 1;
        }
    cqa_reply_problem(request, 400, "query", "%p: allowed are note, minor, major, critical",
                      cqa_words_for(name));
    return 0;
}

int cqa_query_whole(struct cqa_request *request, const char *name, int64_t least, int64_t most,
                    int64_t *out)
{
    int present;
    double value = 0;

    if (!cqa_request_number(request, name, (double)least, (double)most, &present, &value))
        return 0;
    if (present && value != floor(value)) {
        cqa_reply_problem(request, 400, "query", "%p: must be a whole number", cqa_words_for(name));
        return 0;
    }
    if (present)
        *out = (int64_t)value;
    return 1;
}

int cqa_query_yes(struct cqa_request *request, const char *name, int *out)
{
    int64_t value = *out;
    const int good = cqa_query_whole(request, name, 0, 1, &value);

    *out = (int)value;
    return good;
}

int cqa_query_limit(struct cqa_request *request, int64_t usual, int64_t most, int64_t *out)
{
    *out = usual;
    return cqa_query_whole(request, "limit", 1, most, out);
}

int cqa_query_only(struct cqa_request *request, const char *const *known)
{
    const char *stranger = cqa_request_unknown_query(request, known);

    if (stranger == NULL)
        return 1;
    cqa_reply_problem(request, 400, "query", "unknown parameter \"%s\"", stranger);
    return 0;
}

int cqa_query_call(struct cqa_request *request, int64_t *out)
{
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_error error = {0};
    int64_t ids[2];
    size_t count = 0;
    const enum cqa_status status =
        cqa_scores_find_call(cqa_request_scores(request), &scope, cqa_request_part(request, 0),
                             cqa_request_query(request, "source"), ids, 2, &count, &error);

    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else if (count == 0)
        cqa_reply_problem(request, 404, "not-found", "no call of this id that you may see");
    else if (count > 1)
        cqa_reply_problem(request, 409, "ambiguous",
                          "several recorders have a call of this id: give source=, or ~NUMBER");
    else
        *out = ids[0];
    return status == CQA_OK && count == 1;
}
