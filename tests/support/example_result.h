#ifndef SUPPORT_EXAMPLE_RESULT_H
#define SUPPORT_EXAMPLE_RESULT_H

#include "report/result.h"

/*
 * A result written by hand, 75.417 s of stereo: silence 12.04–24.1 (deducted), an interruption by
 * the agent 25.31–27.99 (deducted), hold music 30.1–61.24 (noted), a backchannel, masked DTMF.
 * Finish it with cqa_result_finish.
 */
void example_result(struct cqa_result *result);

/* The same without parties: one channel, overtalk not measurable, no score. */
void example_mono_result(struct cqa_result *result);

#endif
