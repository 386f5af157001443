/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a scheme: no crash, and a scheme without problems appraises a small import and
 * prints it. */
#include <stdint.h>
#include <stdlib.h>
#include "appraisal/appraisal.h"
#include "appraisal/sheet.h"
#include "support/scheme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void appraise(const struct cqa_scheme *scheme)
{
    struct cqa_rows rows = {0};
    struct cqa_faults faults = {0};
    struct cqa_appraisal appraisal = {0};
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = 1 << 20};

    for (int agent = 0; agent < 3; agent++)
        for (size_t i = 0; i < scheme->indicator_count; i++) {
            static const char *const agents[] = {"A", "B", "C"};
            const struct cqa_indicator *indicator = &scheme->indicators[i];
            const struct cqa_row row = {.agent = agents[agent],
                                        .indicator = indicator->id,
                                        .value = agent == 0 ? indicator->low : indicator->high,
                                        .count = cqa_rational_whole(1)};
            if (cqa_rows_add(&rows, &row) != CQA_OK)
                break;
        }
    const struct cqa_appraisal_input input = {.scheme = scheme, .rows = &rows};
    if (cqa_appraise(&input, &faults, &appraisal, &error) == CQA_OK)
        for (size_t i = 0; i < appraisal.sheet_count; i++)
            if (cqa_sheet_to_json(&appraisal, &appraisal.sheets[i], &out) != CQA_OK ||
                cqa_sheet_to_csv(&appraisal, &appraisal.sheets[i], &out) != CQA_OK ||
                cqa_sheet_to_text(&appraisal, &appraisal.sheets[i], CQA_ENGLISH, &out) != CQA_OK)
                break;
    cqa_buffer_finish(&out);
    cqa_appraisal_finish(&appraisal);
    cqa_faults_finish(&faults);
    cqa_rows_finish(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cqa_problems problems = {0};
    struct cqa_scheme *scheme = scheme_of((const char *)data, size, &problems);

    if ((scheme == NULL) != (problems.count > 0))
        abort();
    if (scheme != NULL)
        appraise(scheme);
    cqa_scheme_destroy(scheme);
    cqa_problems_finish(&problems);
    return 0;
}
