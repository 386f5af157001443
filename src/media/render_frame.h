/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEDIA_RENDER_FRAME_H
#define CQA_MEDIA_RENDER_FRAME_H

#include "child/frame.h"

/* What the decoding process and its parent say to each other (child/frame.h says how). */
#define CQA_ROLE_RENDER "render"

enum cqa_render_frame {
    CQA_FRAME_RENDER = CQA_FRAME_OF_ROLE, /* order: struct cqa_render_order, the files' names */
    CQA_RENDER_DATA,
    CQA_RENDER_FAILED, /* the body says why */
    CQA_RENDER_DONE,
    CQA_RENDER_SKIP,     /* uint64_t: so many bytes of silence */
    CQA_RENDER_UNDECODED /* as FAILED, where another program may have the codec */
};

enum { CQA_RENDER_FRAME_BYTES = 32768, CQA_RENDER_HEADER_BYTES = 44 };

#endif
