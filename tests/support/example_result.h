/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SUPPORT_EXAMPLE_RESULT_H
#define SUPPORT_EXAMPLE_RESULT_H

#include "result/result.h"

/*
 * A result written by hand, 75.417 s of stereo: silence 12.04–24.1 (deducted), an interruption by
 * the agent 25.31–27.99 (deducted), hold music 30.1–61.24 (noted), a backchannel, masked DTMF.
 * Finish it with cqa_result_finish.
 */
void example_result(struct cqa_result *result);

/* The same without parties: one channel, overtalk not measurable, no score. */
void example_mono_result(struct cqa_result *result);

/*
 * 75.417 s of stereo of which not all bears a verdict: conversation 5–68 s; nothing recorded
 * 26–44 s (speech, silence, hold); overtalk degraded 46–54 s. Silence 12.04–24.1 costs points, one
 * of 56–67 s is parked and a note, one of 69–75.4 s lies after the conversation and is a note.
 */
void example_bounded_result(struct cqa_result *result);

/* The same two channels, of which no fact tells which is whose. Not scored. */
void example_unknown_roles(struct cqa_result *result);

#endif
