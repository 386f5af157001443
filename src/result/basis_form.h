/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_BASIS_FORM_H
#define CQA_RESULT_BASIS_FORM_H

#include "event/event.h"
#include "measure/measure.h"

/*
 * The stored form of a basis, version 1. Numbers are LEB128, signed ones (s) zigzag; texts end with
 * NUL.
 *   version, duration_ms, head (bits below), [queue], [s start_ms, s length of the conversation],
 *   aspects (two bits each),
 *   how many reasons: each aspect, id, English, Chinese,
 *   how many spans: each aspect | state << 3, s start_ms after the last one's, s length,
 *     number of its reason from 1, or 0 and its id,
 *   how many measures: each its number after the last one's, s value in steps of its last place,
 *   how many events: each type, s id after the one that follows the last, s start_ms after the last
 *     one's, s length, details (shifts below), confidence in hundredths as a byte, or 255 and the
 *     four bytes of the float, least first.
 * Numbers of types, words and measures are those of the enums: they are appended to, never changed
 * (tests/unit/result/test_basis.c has one as it was stored). Version 0 and nothing more: there is
 * the text.
 */
enum { CQA_BASIS_NONE = 0, CQA_BASIS_VERSION = 1 };

enum {
    CQA_BASIS_MONO = 1,
    CQA_BASIS_KNOWS_TALK = 2,
    CQA_BASIS_TALKED = 4,
    CQA_BASIS_HAS_QUEUE = 8,
    CQA_BASIS_DIRECTION_SHIFT = 4, /* 0: unknown, else in, out, internal from 1 */
};

enum {
    CQA_BASIS_KIND_SHIFT = 4, /* behind the cause */
    CQA_BASIS_BY_SHIFT = 8,
    CQA_BASIS_SIDE_SHIFT = 10,
    CQA_BASIS_PHASE_SHIFT = 12,
    CQA_BASIS_RAW_CONFIDENCE = 255,
};
_Static_assert(CQA_CAUSE_COUNT <= 16 && CQA_KIND_COUNT <= 16 && CQA_PARTY_COUNT <= 4 &&
                   CQA_PHASE_COUNT <= 4,
               "details of an event have these bits");
_Static_assert(CQA_ASPECT_COUNT <= 8 && CQA_QUALITY_COUNT <= 4, "aspects have these bits");

#endif
