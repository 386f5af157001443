/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_OTHER_VOICE_H
#define CQA_EVENT_OTHER_VOICE_H

#include "base/error.h"
#include "event/scene.h"

/*
 * Inside event/: where another than the agent may be on the agent's line of two channels: a machine
 * that takes a payment, a voice assistant, a second agent. What somebody waits for then, what they
 * say over the customer and what they play is for a person to judge: `events` that have such a
 * voice around them are sure to `voices.other_sure` at most. CQA_E_NOMEM only.
 */
enum cqa_status cqa_scene_doubt_other_voices(struct cqa_scene *scene) CQA_MUST_CHECK;

#endif
