/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/complete.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "pipeline/logged.h"
#include "result/basis.h"

int cqa_open_recording(const char *path, struct cqa_failure *failure)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat facts;

    if (fd < 0 || fstat(fd, &facts) != 0) {
        cqa_failure_set(failure, CQA_FAILURE_UNREADABLE, "%p", cqa_words_of_errno(errno));
    } else if (!S_ISREG(facts.st_mode)) {
        cqa_failure_set(failure, CQA_FAILURE_NOT_AUDIO, "not a regular file");
    } else {
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

enum cqa_status cqa_complete(struct cqa_result *result, const char *path,
                             const struct cqa_call *call, const struct cqa_rubric *rubric,
                             int show_digits, struct cqa_error *error)
{
    if (!show_digits)
        cqa_result_mask_digits(result);
    result->path = cqa_arena_string(&result->arena, path);
    if (result->path == NULL || !cqa_call_copy(&result->arena, call, &result->call))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (cqa_logged_apply(result) != CQA_OK)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    const struct cqa_rubric_input input = cqa_basis_of(result);
    if (cqa_rubric_apply(rubric, &input, &result->arena, &result->score) != CQA_OK)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    result->scored = 1;
    return CQA_OK;
}

enum cqa_status cqa_complete_legs(struct cqa_result *result, const char *const paths[CQA_LEGS],
                                  struct cqa_error *error)
{
    for (int i = 0; i < CQA_LEGS; i++) {
        result->leg_path[i] = cqa_arena_string(&result->arena, paths[i]);
        if (result->leg_path[i] == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    return CQA_OK;
}

void cqa_result_destroy(struct cqa_result *result)
{
    if (result == NULL)
        return;
    cqa_result_finish(result);
    free(result);
}
