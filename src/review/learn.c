/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/learn.h"

#include <limits.h>
#include <stdio.h>
#include "base/log.h"
#include "base/models.h"
#include "scores/rubrics.h"

enum { FILE_BYTES_MAX = 1 << 20 };

static int read_file(const char *path, struct cqa_buffer *out)
{
    char piece[8192];
    size_t count;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return 0;
    while ((count = fread(piece, 1, sizeof piece, file)) > 0)
        cqa_buffer_add(out, piece, count);
    const int good = !ferror(file) && !out->failed && out->text != NULL;
    fclose(file);
    return good;
}

static void learn(void *context, const char *name)
{
    char path[PATH_MAX];
    struct cqa_buffer text = {.limit = FILE_BYTES_MAX};
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};
    struct cqa_rubric *rubric =
        cqa_models_find("rubrics", name, path, sizeof path, &error) == CQA_OK &&
                read_file(path, &text)
            ? cqa_rubric_parse(text.text, text.length, &problems)
            : NULL;

    if (rubric == NULL)
        cqa_log(CQA_LOG_WARNING,
                "rubric %s: not a valid file: its rules will be shown by their ids", name);
    else if (cqa_rubric_keep(context, "callqa-server", rubric, text.text, 1, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "rubric %s: %p", name, &error.message);
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
    cqa_buffer_finish(&text);
}

void cqa_rubrics_learn(struct cqa_scores *scores)
{
    struct cqa_error error;

    if (cqa_rubrics_read_limits(scores, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "rubrics: %p", &error.message);
    if (cqa_models_list("rubrics", learn, scores, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "rubrics: %p", &error.message);
    if (cqa_scores_bound_totals(scores, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "rubrics: %p", &error.message);
}
