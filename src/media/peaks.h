/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEDIA_PEAKS_H
#define CQA_MEDIA_PEAKS_H

#include <stdint.h>
#include "base/buffer.h"
#include "base/error.h"

/*
 * The waveform of a WAV that cqa_render wrote: for each bucket and channel the least and the
 * greatest sample as int8, as CQA_RENDER_PEAKS gives them. What has been rendered to be heard need
 * not be decoded a second time to be seen; these bytes are our own, so that no sandbox is needed.
 * CQA_E_IO, CQA_E_NOMEM.
 */
enum cqa_status cqa_peaks_of_wav(int fd, uint64_t size, int channels, int bucket_ms,
                                 struct cqa_buffer *out, struct cqa_error *error) CQA_MUST_CHECK;

#endif
