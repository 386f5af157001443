/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/more.h"

enum cqa_status cqa_more_open(struct cqa_decoder **out, struct cqa_source *source,
                              const struct cqa_probe *probe, struct cqa_failure *failure)
{
    (void)source;
    *out = NULL;
    return cqa_failure_set(failure, CQA_FAILURE_CODEC,
                           "%s, which is not decoded: the part for more codecs is not installed",
                           probe->what);
}
