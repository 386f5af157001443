/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_LEG_H
#define CQA_RECORDER_LEG_H

#include "recorder/profile.h"

/*
 * Two files of one call, one for each party. Only the profile says which they are: `leg: {pair: …}`
 * over the group "leg" of a name (docs/decisions/0125-legs.md).
 */

/* One of two, as its name and sidecar tell. */
struct cqa_leg_file {
    const char *path;
    const struct cqa_call_identity *identity;
    int64_t mtime_ms; /* since 1970 */
};

/* Whether the profile says which files are two of one call. */
int cqa_recorder_has_legs(const struct cqa_recorder *recorder);

/*
 * Whether both are legs of one call: the same id, in the same folder, different parties of a pair.
 * 0: not; 1: `a` is channel 0 of the call; 2: `b` is.
 */
int cqa_recorder_is_pair(const struct cqa_leg_file *a, const struct cqa_leg_file *b);

/*
 * The one of `count` files of a call that makes a pair with files[self], and no other with it;
 * `count`: there is none, or nobody knows which. Where several could, a name that differs by
 * nothing but the word of the leg counts for more than the call's id alone, and of codings of one
 * recording (the same name with other endings) the first is taken.
 */
size_t cqa_recorder_partner(const struct cqa_leg_file *files, size_t count, size_t self);

/*
 * Whether files[self] makes a pair with none because nobody knows with which: others could be, and
 * no other coding of its recording is one of two.
 */
int cqa_recorder_is_unsure(const struct cqa_leg_file *files, size_t count, size_t self);

/* What the call is that the two make: `first` is its channel 0. Strings are borrowed from both. */
void cqa_recorder_join(const struct cqa_recorder *recorder, const struct cqa_leg_file *first,
                       const struct cqa_leg_file *second, struct cqa_call *call,
                       struct cqa_align_order *align);

#endif
