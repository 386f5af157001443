/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The query of a request, of its connection or kept with it. */
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "http/kept.h"
#include "http/parts.h"

/* The argument at `*at`, of the length `*length`, with its value behind '='; 0: there is none. */
static int next_argument(const char **at, const char **name, size_t *name_length,
                         const char **value, size_t *length)
{
    if (**at == '\0')
        return 0;
    *name = *at;
    const size_t whole = strcspn(*at, "&");
    const char *equals = memchr(*at, '=', whole);
    *name_length = equals != NULL ? (size_t)(equals - *at) : whole;
    *value = equals != NULL ? equals + 1 : *at + whole;
    *length = (size_t)(*at + whole - *value);
    *at += whole + ((*at)[whole] == '&');
    return 1;
}

static const char *raw_query(struct cqa_request *request, const char *wanted)
{
    const char *at = request->kept != NULL ? request->kept->query : "";
    const char *name;
    const char *value;
    size_t name_length;
    size_t length;

    if (request->kept == NULL)
        return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, wanted);
    while (next_argument(&at, &name, &name_length, &value, &length))
        if (strlen(wanted) == name_length && memcmp(name, wanted, name_length) == 0)
            return cqa_arena_bytes(&request->arena, value, length);
    return NULL;
}

const char *cqa_request_query(struct cqa_request *request, const char *name)
{
    const char *raw = raw_query(request, name);

    return raw ? cqa_percent_decode(raw, strlen(raw), &request->arena) : NULL;
}

struct search {
    const char *const *known;
    const char *stranger;
};

static enum MHD_Result look_up(void *context, enum MHD_ValueKind kind, const char *key,
                               const char *value)
{
    struct search *search = context;

    (void)kind;
    (void)value;
    for (size_t i = 0; search->known[i] != NULL; i++)
        if (strcmp(key, search->known[i]) == 0)
            return MHD_YES;
    search->stranger = key;
    return MHD_NO;
}

const char *cqa_request_unknown_query(struct cqa_request *request, const char *const *known)
{
    struct search search = {known, NULL};
    const char *at = request->kept != NULL ? request->kept->query : "";
    const char *name;
    const char *value;
    size_t name_length;
    size_t length;

    if (request->kept == NULL)
        MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, look_up, &search);
    while (search.stranger == NULL && next_argument(&at, &name, &name_length, &value, &length))
        look_up(&search, MHD_GET_ARGUMENT_KIND, cqa_arena_bytes(&request->arena, name, name_length),
                NULL);
    return search.stranger;
}

int cqa_request_number(struct cqa_request *request, const char *name, double least, double most,
                       int *present, double *out)
{
    const char *raw = raw_query(request, name);
    char *end;

    *present = 0;
    if (raw == NULL)
        return 1;
    const double value = strtod(raw, &end);
    if (raw[0] == '\0' || raw[strspn(raw, "-.0123456789")] != '\0' || *end != '\0' ||
        !(value >= least && value <= most)) {
        cqa_reply_problem(request, 400, "query", "%p: must be a number from %g to %g",
                          cqa_words_for(name), least, most);
        return 0;
    }
    *present = 1;
    *out = value;
    return 1;
}
