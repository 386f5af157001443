/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/dense.h"

#define CQA_WIDTH CQA_WIDTH_PLAIN
#define CQA_DENSE_RUN cqa_dense_run_plain
#include "track/dense_kernel.h"

cqa_dense_run *cqa_dense_runner(void)
{
#ifdef CQA_WIDER
    if (__builtin_cpu_supports("x86-64-v4"))
        return cqa_dense_run_avx512;
    if (__builtin_cpu_supports("x86-64-v3"))
        return cqa_dense_run_avx2;
#endif
    return cqa_dense_run_plain;
}
