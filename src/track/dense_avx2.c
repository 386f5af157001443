/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/hot.h"

#ifdef CQA_WIDER
#pragma GCC target("arch=x86-64-v3")
#define CQA_WIDTH 8
#define CQA_DENSE_RUN cqa_dense_run_avx2
#include "track/dense_kernel.h"
#else
typedef int cqa_nothing_here; /* ISO C wants one declaration */
#endif
