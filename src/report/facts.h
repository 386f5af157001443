/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_FACTS_H
#define CQA_REPORT_FACTS_H

#include "base/buffer.h"
#include "result/result.h"

/*
 * The facts of a call and of its recording as one line, with `between` between them. Names come
 * from files: control characters are escaped.
 */
void cqa_call_facts(const struct cqa_call *call, const char *between, int zh,
                    struct cqa_buffer *out);
void cqa_recording_facts(const struct cqa_audio_facts *recording, const char *between, int zh,
                         struct cqa_buffer *out);

/* What follows the last '/'. */
const char *cqa_base_name(const char *path);

#endif
