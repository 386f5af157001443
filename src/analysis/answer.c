/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/answer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "analysis/clips.h"
#include "base/escape.h"

void cqa_answer_explain_death(struct cqa_failure *failure, int wait_status)
{
    if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGXCPU)
        cqa_failure_set(failure, CQA_FAILURE_TIMED_OUT, "the analysis used up its processor time");
    else if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL)
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL,
                        "the analysing process was killed from outside (out of memory?)");
    else if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGSYS)
        cqa_failure_set(failure, CQA_FAILURE_CRASHED,
                        "the analysing process made a forbidden system call");
    else if (WIFSIGNALED(wait_status))
        cqa_failure_set(failure, CQA_FAILURE_CRASHED,
                        "the analysing process died of signal %d (%s)", WTERMSIG(wait_status),
                        strsignal(WTERMSIG(wait_status)));
    else
        cqa_failure_set(failure, CQA_FAILURE_CRASHED, "the analysing process left with status %d",
                        WEXITSTATUS(wait_status));
}

int cqa_answer_failure(const char *body, size_t length, struct cqa_failure *failure)
{
    return cqa_failure_read(body, length, failure);
}

struct cqa_result *cqa_answer_result(const char *body, size_t length, struct cqa_failure *failure)
{
    struct cqa_result *result = calloc(1, sizeof *result);
    struct cqa_error error = {0};

    if (result == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return NULL;
    }
    if (cqa_result_from_json(body, length, 0, result, &error) == CQA_OK)
        return result;
    cqa_failure_set(failure, CQA_FAILURE_CRASHED, "the analysing process answered nonsense: %p",
                    &error.message);
    cqa_result_finish(result);
    free(result);
    return NULL;
}

int cqa_answer_clips(const char *body, size_t length, struct cqa_buffer *out)
{
    struct cqa_clip clip;
    size_t at = 0;
    int more;

    *out = (struct cqa_buffer){.limit = length + 1};
    while ((more = cqa_clips_next(body, length, &at, &clip)) > 0)
        continue;
    return more == 0 && (length == 0 || cqa_buffer_add(out, body, length) == CQA_OK);
}
