/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_WHOSE_H
#define CQA_EVENT_WHOSE_H

#include "event/floors.h"

/*
 * Inside event/: whether a silence may be the customer's, who keeps the agent waiting, or a
 * machine's that the agent has called. Only what is said would tell; this is what can be heard:
 * - the customer spoke last before it, and speaks first after it: "one moment, I'll get my card", a
 *   second call, a lost connection, or an agent who does not answer;
 * - the customer's line falls under its own floor, or carries another one: it was parked, muted or
 *   lost;
 * - the agent presses keys before the customer's line says anything again: so does who talks to a
 *   menu.
 * 0 on a mix, and where nobody can tell whose line is whose. `gaps`: cqa_floor_of_gaps of the
 * customer's channel.
 */
int cqa_may_be_customers(const struct cqa_scene *scene, const struct cqa_floor *gaps,
                         struct cqa_span silence);

/* From the last word of channel c before the silence to the next one, or the ends of the call. */
struct cqa_span cqa_unspoken(const struct cqa_scene *scene, int c, struct cqa_span silence);

#endif
