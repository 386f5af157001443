/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_ONE_VOICE_H
#define CQA_EVENT_ONE_VOICE_H

#include "base/error.h"
#include "base/span.h"
#include "event/scene.h"

/*
 * Whether what both channels carry over the span is one voice, its own on the louder channel and
 * leaking into the softer: there the spectrum's shape moves as it does here, at once or a little
 * later, and two voices' do not. 0 on a mix, and for what is too short to tell. CQA_E_NOMEM only.
 */
enum cqa_status cqa_scene_is_one_voice(const struct cqa_scene *scene, struct cqa_span span,
                                       int *out) CQA_MUST_CHECK;

#endif
