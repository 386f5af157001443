/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_RANGE_H
#define CQA_HTTP_RANGE_H

#include <stdint.h>

enum cqa_range_kind {
    CQA_RANGE_WHOLE, /* no range that we serve: answer with the whole */
    CQA_RANGE_PART,
    CQA_RANGE_NONE /* nothing of it is inside: 416 */
};

struct cqa_range {
    uint64_t start;
    uint64_t end; /* half-open */
};

/* Reads a Range header (RFC 9110 §14.2) against `size` bytes. One range is served; several, other
 * units and broken syntax are answered with the whole, as the RFC allows. */
enum cqa_range_kind cqa_range_read(const char *header, uint64_t size, struct cqa_range *out);

#endif
