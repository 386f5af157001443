/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/listen.h"

static enum cqa_status out_of_memory(struct cqa_failure *failure)
{
    return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
}

static enum cqa_status take_samples(struct cqa_audio *audio, struct cqa_extractor *extractor,
                                    struct cqa_frames *frames, struct cqa_failure *failure)
{
    for (;;) {
        size_t capacity;
        float *room = cqa_extractor_room(extractor, &capacity);
        const ptrdiff_t count = cqa_audio_read(audio, room, capacity, failure);
        if (count < 0)
            return CQA_E_BADDATA;
        if (count == 0)
            break;
        if (cqa_extractor_take(extractor, (size_t)count) != CQA_OK)
            return out_of_memory(failure);
    }
    return cqa_extractor_end(extractor, frames) == CQA_OK ? CQA_OK : out_of_memory(failure);
}

enum cqa_status cqa_listen(const struct cqa_signal_plan *plan, const struct cqa_call_files *files,
                           const struct cqa_legs *legs, struct cqa_frames *frames,
                           struct cqa_audio_facts *facts, struct cqa_failure *failure)
{
    struct cqa_audio *audio = NULL;
    struct cqa_extractor *extractor = NULL;
    struct cqa_error error;
    enum cqa_status status = cqa_audio_open_legs(&audio, files->fd, files->name, legs, failure);

    if (status == CQA_OK && cqa_extractor_create(&extractor, plan, &error) != CQA_OK)
        status = out_of_memory(failure);
    if (status == CQA_OK)
        status = take_samples(audio, extractor, frames, failure);
    if (status == CQA_OK)
        status = cqa_audio_facts(audio, facts, failure);
    cqa_extractor_destroy(extractor);
    cqa_audio_close(audio);
    return status;
}
