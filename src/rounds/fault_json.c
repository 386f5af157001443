/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/fault_json.h"

#include <stdio.h>
#include <string.h>
#include "appraisal/json.h"
#include "book/book.h"

enum { PLACE_BYTES = 1024 };

/* "FILE:SHEET!" is a file and its sheet (NULL: it has none): neither of these two signs is in a
 * sheet's name. */
static const char *split_place(const char *file, char name[PLACE_BYTES])
{
    snprintf(name, PLACE_BYTES, "%s", file ? file : "");
    char *colon = strrchr(name, ':');
    if (!cqa_place_in_sheet((struct cqa_place){.file = file}) || colon == NULL)
        return NULL;
    *colon = '\0';
    colon[1 + strcspn(colon + 1, "!")] = '\0';
    return colon + 1;
}

void cqa_place_json(struct cqa_buffer *out, const char *file)
{
    char name[PLACE_BYTES];
    const char *sheet = split_place(file, name);

    cqa_json_member(out, "file", name);
    cqa_json_member(out, "sheet", sheet);
}

static const char *cell_of(struct cqa_place at, char name[CQA_CELL_NAME_SIZE])
{
    return cqa_place_in_sheet(at) ? cqa_cell_name(at.line, at.column, name) : NULL;
}

void cqa_fault_json(const struct cqa_fault *fault, struct cqa_buffer *out)
{
    char name[PLACE_BYTES];
    char cell[CQA_CELL_NAME_SIZE];
    const char *sheet = split_place(fault->at.file, name);
    const int has_place = fault->at.file != NULL && fault->at.line > 0;

    cqa_json_put(out, "{\"agent\":");
    cqa_json_text(out, fault->agent);
    cqa_json_member(out, "file", fault->at.file == NULL ? NULL : name);
    if (has_place)
        cqa_buffer_print(out, ",\"line\":%zu,\"column\":%zu", fault->at.line, fault->at.column);
    else
        cqa_json_put(out, ",\"line\":null,\"column\":null");
    cqa_json_member(out, "sheet", sheet);
    cqa_json_member(out, "cell", has_place ? cell_of(fault->at, cell) : NULL);
    cqa_json_said(out, "text", cqa_fault_message(fault));
    cqa_json_member(out, "code", cqa_message_code(cqa_fault_message(fault)));
    cqa_json_put(out, "}");
}

void cqa_faults_json(const struct cqa_faults *faults, struct cqa_buffer *out)
{
    cqa_json_put(out, "[");
    for (size_t i = 0; i < faults->count; i++) {
        struct cqa_fault fault = faults->items[i];
        if (cqa_fault_is_retold(faults, i))
            continue;
        if (i + 1 < faults->count && cqa_fault_is_retold(faults, i + 1))
            fault.agent = NULL; /* it is not of this one alone */
        cqa_json_put(out, i ? "," : "");
        cqa_fault_json(&fault, out);
    }
    cqa_json_put(out, "]");
}
