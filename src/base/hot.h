/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_HOT_H
#define CQA_BASE_HOT_H

/*
 * For the loops that cost. A simple one is marked CQA_HOT: built three times where the compiler can
 * (AVX-512, AVX2 with FMA, and any x86-64) and chosen at start. Where registers are spelled out,
 * the code lies in a _kernel.h, and a file for each width includes it (CQA_WIDER), because the
 * compiler handles vectors wider than its registers badly. Sanitizers run before the choice is
 * made, so they get one build.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(CQA_SANITIZED)
#define CQA_HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define CQA_WIDER 1
#else
#define CQA_HOT
#endif
#define CQA_INLINE static inline __attribute__((always_inline))

/* Floats in a register of what the compiler builds for. */
#if defined(__AVX512F__)
#define CQA_WIDTH_PLAIN 16
#elif defined(__AVX__)
#define CQA_WIDTH_PLAIN 8
#else
#define CQA_WIDTH_PLAIN 4
#endif

#endif
