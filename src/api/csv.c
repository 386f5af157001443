/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/csv.h"

#include <stdlib.h>
#include <string.h>
#include "base/escape.h"

static void separate(struct cqa_csv_line *csv)
{
    if (csv->started)
        fputc(',', csv->out);
    csv->started = 1;
}

void cqa_csv_text(struct cqa_csv_line *csv, const char *text)
{
    separate(csv);
    if (text == NULL || text[0] == '\0')
        return;
    fputc('"', csv->out);
    if (cqa_looks_like_formula(text))
        fputc('\'', csv->out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', csv->out);
        fputc(*text, csv->out);
    }
    fputc('"', csv->out);
}

void cqa_csv_whole(struct cqa_csv_line *csv, int64_t number)
{
    separate(csv);
    fprintf(csv->out, "%lld", (long long)number);
}

void cqa_csv_points(struct cqa_csv_line *csv, int64_t points_c)
{
    separate(csv);
    fprintf(csv->out, "%s%lld", points_c < 0 ? "-" : "", llabs((long long)points_c) / 100);
    if (points_c % 100 != 0)
        fprintf(csv->out, ".%02lld", llabs((long long)points_c) % 100);
}

void cqa_csv_empty(struct cqa_csv_line *csv)
{
    separate(csv);
}

void cqa_csv_end(struct cqa_csv_line *csv)
{
    fputs("\r\n", csv->out);
    csv->started = 0;
}
