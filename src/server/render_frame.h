/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_RENDER_FRAME_H
#define CQA_SERVER_RENDER_FRAME_H

#include <stdint.h>

/* What the decoding process sends: a head, then `size` bytes. */
enum cqa_render_frame_type {
    CQA_RENDER_DATA = 1,
    CQA_RENDER_FAILED,
    CQA_RENDER_DONE,
    CQA_RENDER_SKIP /* uint64_t: so many bytes of silence */
};

enum { CQA_RENDER_FRAME_BYTES = 32768, CQA_RENDER_HEADER_BYTES = 44 };

struct cqa_render_frame {
    uint32_t type;
    uint32_t size;
};

#endif
