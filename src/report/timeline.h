/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_TIMELINE_H
#define CQA_REPORT_TIMELINE_H

#include "base/buffer.h"
#include "report/format.h"
#include "report/stretch.h"

/*
 * Adds the call as a picture in characters: a time axis, a lane of speech a party, a lane of event
 * letters, a lane of deducted seconds, a lane of what bears no verdict; long calls in several rows.
 * Then the meaning of the letters that occur.
 */
void cqa_timeline(const struct cqa_result *result, const struct cqa_stretches *stretches,
                  const struct cqa_report_options *options, struct cqa_buffer *out);

#endif
