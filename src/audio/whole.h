/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_WHOLE_H
#define CQA_AUDIO_WHOLE_H

#include <stdint.h>

/*
 * Whether a file says itself how long it is, and is: 1 when its header (of Ogg: its last page) was
 * written with the end in sight and agrees with `size_bytes`. 0 for what never says it (audio
 * without a header, GSM, AMR, MP3 without a Xing frame, WAV of size 0 or 0xFFFFFFFF, …), for what
 * is not whole, and for what cannot be read: more may follow.
 *
 * Not the probe: this says nothing about the audio, believes nothing, allocates nothing and looks
 * at a few hundred bytes, so that it may be asked outside of a sandbox. Reads by pread.
 */
int cqa_audio_is_whole(int fd, int64_t size_bytes);

#endif
