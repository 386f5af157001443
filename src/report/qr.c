/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/qr.h"

#include <qrencode.h>

enum cqa_status cqa_qr(const char *text, struct cqa_buffer *out, struct cqa_error *error)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

    if (code == NULL)
        return cqa_fail(error, CQA_E_LIMIT, "this is too long for a QR code");
    for (int i = 0; i < code->width * code->width; i++)
        cqa_buffer_print(out, "%c%s", '0' + (code->data[i] & 1),
                         (i + 1) % code->width == 0 ? "\n" : "");
    QRcode_free(code);
    return out->failed ? cqa_fail(error, CQA_E_NOMEM, "out of memory") : CQA_OK;
}
