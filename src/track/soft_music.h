/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_SOFT_MUSIC_H
#define CQA_TRACK_SOFT_MUSIC_H

#include <stddef.h>
#include "track/track.h"

/*
 * Inside track/: music that the classifier half hears. Of a piece it never met it gives music a
 * third here and a tenth there, for seconds on end; noise and silence get a fiftieth. So frames of
 * no class become music where music's posterior is over 0.2 on the mean of three seconds around
 * them.
 */
void cqa_soft_music(struct cqa_channel_track *track, size_t count);

/* The same with what the second look says, voices too: some sing. Needs the rows CQA_TRACK_PARKED
 * and CQA_TRACK_ANNOUNCED. */
void cqa_parked_music(struct cqa_channel_track *track, size_t count);

#endif
