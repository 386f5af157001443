/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/lines.h"

#include <stdio.h>
#include <stdlib.h>

enum cqa_status cqa_lines_each(const char *path, cqa_line_take *take, void *context,
                               struct cqa_error *error)
{
    FILE *file = fopen(path, "re");
    enum cqa_status status = CQA_OK;
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    struct cqa_place at = {path, 0, 1};

    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    while (status == CQA_OK && (length = getline(&line, &size, file)) >= 0) {
        at.line++;
        status = take(context, line, (size_t)length, at);
    }
    if (status != CQA_OK)
        status = cqa_fail(error, status, "%s: out of memory", path);
    else if (ferror(file))
        status = cqa_fail_errno(error, "%s", path);
    free(line);
    fclose(file);
    return status;
}
