/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/import.h"

#include <stdlib.h>

void cqa_import_report_finish(struct cqa_import_report *report)
{
    cqa_names_finish(&report->written);
    free(report->names);
    free(report->left_out);
    free(report->notes);
    cqa_arena_finish(&report->arena);
    *report = (struct cqa_import_report){0};
}

enum cqa_status cqa_rows_import(const struct cqa_scheme *scheme, const struct cqa_import_how *how,
                                const char *path, struct cqa_rows *rows, struct cqa_faults *faults,
                                struct cqa_import_report *report, struct cqa_error *error)
{
    struct cqa_buffer bytes;
    enum cqa_status status = cqa_table_load(path, &bytes, error);

    if (status == CQA_OK) {
        status = cqa_rows_read(scheme, how, bytes.text ? bytes.text : "", bytes.length, path, rows,
                               faults, report, error);
        if (status != CQA_OK && status != CQA_E_NOMEM)
            status = cqa_fail_within(error, "%s", path);
    }
    cqa_buffer_finish(&bytes);
    return status;
}
