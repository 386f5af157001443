/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/member.h"

#include <math.h>
#include <string.h>
#include "scores/when.h"

/* NULL when absent; `*good` is cleared with a problem given when it had to be there. */
static const json_t *find(struct cqa_request *request, const json_t *body, const char *name,
                          int required, int *good)
{
    const json_t *value = json_object_get(body, name);

    *good = 1;
    if (value != NULL && !json_is_null(value))
        return value;
    if (required) {
        cqa_reply_problem(request, 422, "invalid", "%p: is missing", cqa_words_for(name));
        *good = 0;
    }
    return NULL;
}

int cqa_member_text(struct cqa_request *request, const json_t *body, const char *name, int required,
                    const char **out)
{
    int good;
    const json_t *value = find(request, body, name, required, &good);

    if (value == NULL)
        return good;
    if (!json_is_string(value)) {
        cqa_reply_problem(request, 422, "invalid", "%p: must be a text", cqa_words_for(name));
        return 0;
    }
    *out = json_string_value(value);
    return 1;
}

int cqa_member_yes(struct cqa_request *request, const json_t *body, const char *name, int *out)
{
    const json_t *value = json_object_get(body, name);

    *out = json_is_true(value);
    if (value == NULL || json_is_null(value) || json_is_boolean(value))
        return 1;
    cqa_reply_problem(request, 422, "invalid", "%p: must be true or false", cqa_words_for(name));
    return 0;
}

int cqa_member_word(struct cqa_request *request, const json_t *body, const char *name, int required,
                    const char *const *words, int *out)
{
    char allowed[256] = "";
    int good;
    const json_t *value = find(request, body, name, required, &good);

    if (value == NULL)
        return good;
    for (int i = 0; words[i] != NULL; i++) {
        if (json_is_string(value) && strcmp(json_string_value(value), words[i]) == 0) {
            *out = i;
            return 1;
        }
        strncat(allowed, i ? ", " : "", sizeof allowed - strlen(allowed) - 1);
        strncat(allowed, words[i], sizeof allowed - strlen(allowed) - 1);
    }
    cqa_reply_problem(request, 422, "invalid", "%p: allowed are %s", cqa_words_for(name), allowed);
    return 0;
}

int cqa_member_number(struct cqa_request *request, const json_t *body, const char *name,
                      int required, double least, double most, double *out)
{
    int good;
    const json_t *value = find(request, body, name, required, &good);

    if (value == NULL)
        return good;
    if (!json_is_number(value) ||
        !(json_number_value(value) >= least && json_number_value(value) <= most)) {
        cqa_reply_problem(request, 422, "invalid", "%p: must be a number from %.15g to %.15g",
                          cqa_words_for(name), least, most);
        return 0;
    }
    *out = json_number_value(value);
    return 1;
}

int cqa_member_whole(struct cqa_request *request, const json_t *body, const char *name,
                     int required, int64_t least, int64_t most, int64_t *out)
{
    double value = (double)*out;

    if (!cqa_member_number(request, body, name, required, (double)least, (double)most, &value))
        return 0;
    if (value != floor(value)) {
        cqa_reply_problem(request, 422, "invalid", "%p: must be a whole number",
                          cqa_words_for(name));
        return 0;
    }
    *out = (int64_t)value;
    return 1;
}

int cqa_member_points(struct cqa_request *request, const json_t *body, const char *name,
                      int required, int64_t *out_c)
{
    double value = (double)*out_c / 100;

    if (!cqa_member_number(request, body, name, required, 0, 100000, &value))
        return 0;
    if (fabs(value * 100 - round(value * 100)) > 1e-6) {
        cqa_reply_problem(request, 422, "invalid", "%p: at most two decimals", cqa_words_for(name));
        return 0;
    }
    *out_c = llround(value * 100);
    return 1;
}

int cqa_member_day(struct cqa_request *request, const json_t *body, const char *name, int required,
                   int64_t *out)
{
    const char *text = NULL;

    if (!cqa_member_text(request, body, name, required, &text) || text == NULL)
        return text == NULL && !required;
    const int64_t day = cqa_when_read_day(text);
    if (day == 0)
        cqa_reply_problem(request, 422, "invalid", "%p: must be a day (2025-11-20)",
                          cqa_words_for(name));
    else
        *out = day;
    return day != 0;
}

int cqa_member_only(struct cqa_request *request, const json_t *body, const char *const *known)
{
    const char *name;
    const json_t *value;

    json_object_foreach((json_t *)body, name, value)
    {
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], name) != 0)
            i++;
        if (known[i] == NULL) {
            cqa_reply_problem(request, 422, "invalid", "unknown member \"%s\"", name);
            return 0;
        }
    }
    return 1;
}
