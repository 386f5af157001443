/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/schemes.h"

#include <limits.h>
#include <string.h>
#include "base/models.h"

enum { ID_BYTES_MAX = 64 };

/* A name, never a path: the asker chooses it. */
static int is_id(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const size_t length = strlen(text);

    return length > 0 && length <= ID_BYTES_MAX && text[strspn(text, allowed)] == '\0';
}

enum cqa_status cqa_schemes_load(const char *id, struct cqa_scheme **out, struct cqa_error *error)
{
    char path[PATH_MAX];
    struct cqa_problems problems = {0};
    enum cqa_status status = CQA_OK;

    *out = NULL;
    if (!is_id(id) || cqa_models_find("schemes", id, path, sizeof path, error) != CQA_OK)
        return cqa_fail(error, CQA_E_NOTFOUND, "there is no scheme \"%.64s\"", id);
    *out = cqa_scheme_load(path, &problems);
    if (*out == NULL) {
        const size_t line = problems.items ? problems.items[0].line : 0;
        status = cqa_fail(error, CQA_E_BADDATA,
                          "the scheme \"%s\" cannot be used: %zu: %p (%zu "
                          "problems; callqa check-scheme names them)",
                          id, line, cqa_problem_message(&problems, 0), problems.count);
    }
    cqa_problems_finish(&problems);
    return status;
}
