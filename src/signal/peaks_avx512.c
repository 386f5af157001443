/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/hot.h"

#ifdef CQA_WIDER
#pragma GCC target("arch=x86-64-v4")
#define CQA_WIDTH 16
#define CQA_PEAKS_CHOOSE cqa_peaks_choose_avx512
#include "signal/peaks_kernel.h"
#else
typedef int cqa_nothing_here; /* ISO C wants one declaration */
#endif
