/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an import, a roster and a result: no crash, and whatever is computed can be printed.
 */
#include <stdint.h>
#include <string.h>
#include "appraisal/appraisal.h"
#include "appraisal/import.h"
#include "appraisal/sheet.h"
#include "support/scheme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char scheme_text[] =
    "scheme: s\nversion: \"1\"\nnames: {en: a, zh: b}\nsource: here\nperiod: "
    "quarterly\nindicators:\n"
    "  - {id: x, names: {en: X, zh: 甲}, unit: \"%\", range: [0, 100], period: monthly, need: "
    "required}\n"
    "  - {id: y, names: {en: Y, zh: 乙}, yes_no: true, need: optional, default: 0}\n"
    "  - id: q\n    names: {en: Q, zh: 丙}\n    range: [0, 100]\n    need: measured\n"
    "    measured: {take: score, by: median}\n"
    "items:\n"
    "  - {id: b, names: {en: B, zh: B}, type: bands, of: x, rows: [{to: 50, rate: 0.5}, {above: "
    "50, points: 7}]}\n"
    "  - {id: t, names: {en: T, zh: T}, type: sum, plus: [b, y, q]}\n"
    "total: t\n";

static void appraise(const struct cqa_scheme *scheme, const char *text, size_t size)
{
    struct cqa_rows rows = {0};
    struct cqa_faults faults = {0};
    struct cqa_calls calls = {0};
    struct cqa_roster roster = {0};
    struct cqa_appraisal appraisal = {0};
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = 1 << 20};
    const struct cqa_place at = {"r", 1, 1};
    const struct cqa_appraisal_input input = {
        .scheme = scheme, .rows = &rows, .calls = &calls, .roster = &roster};

    if (cqa_rows_read(scheme, NULL, text, size, "i", &rows, &faults, NULL, &error) == CQA_OK &&
        cqa_roster_read(NULL, text, size, "o", &roster, &faults, &error) == CQA_OK &&
        cqa_calls_add(&calls, scheme, text, size, at, &faults) == CQA_OK &&
        cqa_appraise(&input, &faults, &appraisal, &error) == CQA_OK)
        for (size_t i = 0; i < appraisal.sheet_count; i++)
            if (cqa_sheet_to_json(&appraisal, &appraisal.sheets[i], &out) != CQA_OK)
                break;
    cqa_buffer_finish(&out);
    cqa_appraisal_finish(&appraisal);
    cqa_roster_finish(&roster);
    cqa_calls_finish(&calls);
    cqa_faults_finish(&faults);
    cqa_rows_finish(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cqa_problems problems = {0};
    struct cqa_scheme *scheme = scheme_of(scheme_text, sizeof scheme_text - 1, &problems);

    if (scheme != NULL)
        appraise(scheme, (const char *)data, size);
    cqa_scheme_destroy(scheme);
    cqa_problems_finish(&problems);
    return scheme == NULL ? -1 : 0;
}
