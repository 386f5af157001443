/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_JOINT_H
#define CQA_AUDIO_JOINT_H

#include "audio/audio.h"

/* Two recordings of one party each as the two channels of one: inside audio/, for audio.h. */
struct cqa_joint;

/* As cqa_audio_open_legs. */
enum cqa_status cqa_joint_open(struct cqa_joint **out, const int fd[CQA_LEGS],
                               const char *const name[CQA_LEGS], const struct cqa_legs *legs,
                               struct cqa_failure *failure) CQA_MUST_CHECK;
void cqa_joint_close(struct cqa_joint *joint);

/* As cqa_audio_read. */
ptrdiff_t cqa_joint_read(struct cqa_joint *joint, float *pairs, size_t capacity,
                         struct cqa_failure *failure);

/* Fills what stands on the files alone: hash, bytes, container, encoding, rate, legs. */
enum cqa_status cqa_joint_facts(struct cqa_joint *joint, struct cqa_audio_facts *out,
                                struct cqa_failure *failure) CQA_MUST_CHECK;

/* One file, of a clock that ran `drift_ppm` too fast. */
enum cqa_status cqa_audio_open_drifting(struct cqa_audio **out, int fd, const char *name,
                                        const struct cqa_raw *said, double drift_ppm,
                                        struct cqa_failure *failure) CQA_MUST_CHECK;

/* How many channels it has, once it is open. */
int cqa_audio_channels(const struct cqa_audio *audio);

/* How many pairs at its beginning are the coding's delay, where the file does not tell. */
int64_t cqa_audio_lead(const struct cqa_audio *audio);

#endif
