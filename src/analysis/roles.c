/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker's side: runs on foreign bytes, in the sandbox, with nothing but a socket and one open
 * recording. */
#include "analysis/roles.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "analysis/analyze.h"
#include "analysis/clips.h"

enum { BODY_MAX = sizeof(struct cqa_clip_order) + CQA_FRAME_NAMES_MAX };

enum cqa_status cqa_worker_prepare(void **context, char *name, size_t size, struct cqa_error *error)
{
    struct cqa_instruments *instruments = NULL;
    const enum cqa_status status = cqa_instruments_create(&instruments, error);

    if (status == CQA_OK)
        snprintf(name, size, "%s", cqa_instruments_models(instruments));
    *context = instruments;
    return status;
}

void cqa_role_say_failure(const struct cqa_failure *failure)
{
    char body[CQA_FAILURE_BYTES_MAX];

    cqa_frame_say(CQA_FRAME_FAILURE, body, cqa_failure_write(failure, body));
}

/* `body` is an order and names. */
static void analyse(const struct cqa_instruments *instruments, const struct cqa_frame_named *files,
                    const char *body)
{
    struct cqa_job_order order;
    struct cqa_call call = {.id = "-"};
    struct cqa_result result = {.path = "/"}; /* the parent knows better */
    struct cqa_buffer json = {.limit = CQA_RESULT_BYTES_MAX};
    struct cqa_failure failure = {0};
    const struct cqa_call_files opened = {files->open.fd, files->name};

    memcpy(&order, body, sizeof order);
    call.lines = order.lines;
    result.call = call;
    const int joins = files->open.count == CQA_LEGS;
    for (int i = 0; joins && i < CQA_LEGS; i++)
        result.leg_path[i] = "/";
    if (cqa_analyze(instruments, &opened, joins ? &order.align : NULL, &call, &result, &failure) !=
        CQA_OK) {
        if (failure.reason[0] == '\0')
            cqa_failure_set(&failure, CQA_FAILURE_INTERNAL, "the analysis failed without a reason");
        cqa_role_say_failure(&failure);
    } else if (cqa_result_to_json(&result, &json) != CQA_OK) {
        cqa_failure_set(&failure, CQA_FAILURE_INTERNAL, "the result does not fit in memory");
        cqa_role_say_failure(&failure);
    } else {
        cqa_frame_say(CQA_FRAME_RESULT, json.text, json.length);
    }
}

/* The same. */
static void cut(const struct cqa_frame_named *files, const char *body)
{
    struct cqa_clip_order order;
    struct cqa_buffer clips = {.limit = CQA_FRAME_BODY_MAX};
    struct cqa_failure failure = {0};

    memcpy(&order, body, sizeof order);
    if (!cqa_clip_order_is_sound(&order) ||
        (files->open.count == CQA_LEGS) != (order.legs.joined != 0))
        _exit(1);
    if (cqa_clips_cut(files->open.fd, files->name, &order, &clips, &failure) == CQA_OK)
        cqa_frame_say(CQA_FRAME_CLIPS, clips.text, clips.length);
    else
        cqa_role_say_failure(&failure);
}

/* What was allocated goes with the process. */
void cqa_worker_live(void *context)
{
    static char body[BODY_MAX + 1];
    struct cqa_frame_named files;
    struct cqa_frame_head head;

    cqa_frame_take_files(&head, body, sizeof body, &files.open);
    const size_t size =
        head.kind == CQA_FRAME_CUT ? sizeof(struct cqa_clip_order) : sizeof(struct cqa_job_order);
    cqa_frame_find_names(&files, &head, body, size);
    if (head.kind == CQA_FRAME_CUT)
        cut(&files, body);
    else if (head.kind == CQA_FRAME_JOB)
        analyse(context, &files, body);
    else
        _exit(1);
}
