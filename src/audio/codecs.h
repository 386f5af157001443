/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_CODECS_H
#define CQA_AUDIO_CODECS_H

/* The usual name of a codec by its tag in a WAV file; "unknown codec" where there is none. */
const char *cqa_codec_name(unsigned tag);

#endif
