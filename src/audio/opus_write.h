/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_OPUS_WRITE_H
#define CQA_AUDIO_OPUS_WRITE_H

#include <stddef.h>
#include <stdint.h>
#include "base/buffer.h"
#include "base/error.h"

/*
 * Writes Opus in Ogg (RFC 7845) from samples at CQA_AUDIO_RATE_HZ, for speech. What is decoded of
 * it has as many samples as were put in, so that positions stay what they were.
 */
struct cqa_opus_writer;

/* `channels` is 1 or 2; `serial` names the stream: files that are to be chained need different
 * ones. Pages are added to `sink`, which is borrowed. Owned, free with cqa_opus_writer_destroy. */
enum cqa_status cqa_opus_writer_create(struct cqa_opus_writer **out, int channels, int serial,
                                       struct cqa_buffer *sink,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/* Adds `count` frames of `channels` samples, interleaved, ±1 full scale. CQA_E_NOMEM and
 * CQA_E_LIMIT as the sink has it. */
enum cqa_status cqa_opus_writer_add(struct cqa_opus_writer *writer, const float *frames,
                                    size_t count, struct cqa_error *error) CQA_MUST_CHECK;

/* Writes the last page. Nothing can be added afterwards. */
enum cqa_status cqa_opus_writer_end(struct cqa_opus_writer *writer,
                                    struct cqa_error *error) CQA_MUST_CHECK;
void cqa_opus_writer_destroy(struct cqa_opus_writer *writer);

#endif
