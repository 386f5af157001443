/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_RAW_H
#define CQA_BASE_RAW_H

#include <stdint.h>

/* What a file without a header holds, as somebody says who knows the recorder. */
enum cqa_raw_encoding {
    CQA_RAW_UNSAID, /* its ending says it, or nobody does */
    CQA_RAW_SLIN,   /* 16 bit linear, little-endian: as Asterisk calls it */
    CQA_RAW_ULAW,
    CQA_RAW_ALAW,
    CQA_RAW_G722, /* 64 kbit/s, 16 kHz, one channel */
    CQA_RAW_COUNT
};

struct cqa_raw {
    enum cqa_raw_encoding encoding;
    int rate_hz;  /* 8000 to 192000; 0: the ending's, else 8000 */
    int channels; /* 1 or 2; 0: the samples tell */
    /* How long the call is by a record of it (a CDR's duration), which its recording does not
     * exceed; 0: nobody says. */
    int64_t call_ms;
};

/* The recording of a result, to be read again as it was then. The words are those of
 * cqa_audio_facts; {0} for files with a header. NULL is fine. */
struct cqa_raw cqa_raw_of_facts(const char *container, const char *encoding, int rate_hz,
                                int channels);

#endif
