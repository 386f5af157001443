/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/appraisal/fault_json.h"

#include "appraisal/json.h"

void cqa_fault_json(const struct cqa_fault *fault, struct cqa_buffer *out)
{
    const int has_place = fault->at.file != NULL && fault->at.line > 0;

    cqa_json_put(out, "{\"agent\":");
    cqa_json_text(out, fault->agent);
    cqa_json_member(out, "file", fault->at.file);
    if (has_place)
        cqa_buffer_print(out, ",\"line\":%zu,\"column\":%zu", fault->at.line, fault->at.column);
    else
        cqa_json_put(out, ",\"line\":null,\"column\":null");
    cqa_json_said(out, "text", cqa_fault_message(fault));
    cqa_json_member(out, "code", cqa_message_code(cqa_fault_message(fault)));
    cqa_json_put(out, "}");
}

void cqa_faults_json(const struct cqa_faults *faults, struct cqa_buffer *out)
{
    cqa_json_put(out, "[");
    for (size_t i = 0; i < faults->count; i++) {
        cqa_json_put(out, i ? "," : "");
        cqa_fault_json(&faults->items[i], out);
    }
    cqa_json_put(out, "]");
}
