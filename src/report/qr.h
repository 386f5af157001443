/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_QR_H
#define CQA_REPORT_QR_H

#include "base/buffer.h"
#include "base/error.h"

/* A QR code (ISO/IEC 18004) of a text: `out` gets a row of '0' and '1' each for light and dark, its
 * quiet zone of four left out, and a newline behind each row. CQA_E_LIMIT: too long. */
enum cqa_status cqa_qr(const char *text, struct cqa_buffer *out,
                       struct cqa_error *error) CQA_MUST_CHECK;

#endif
