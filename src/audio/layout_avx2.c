/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hot.h"

#ifdef CQA_WIDER
#pragma GCC target("arch=x86-64-v3")
#define CQA_WIDTH 8
#define CQA_LAYOUT_ADD_BLOCK cqa_layout_add_block_avx2
#include "audio/layout_kernel.h"
#else
typedef int cqa_nothing_here; /* ISO C wants one declaration */
#endif
