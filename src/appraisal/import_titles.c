/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which time the titles over a table name, or its sheet: the table of last month looks like that of
 * this one. */
#include <ctype.h>
#include <string.h>
#include "appraisal/importer.h"
#include "appraisal/period.h"

enum { TITLE_BYTES = 512 };

/* What the words say of the time that they are held against. */
struct told {
    int is_of_it;                /* they name it, or a part of it */
    char other[CQA_PERIOD_SIZE]; /* the first that is not; "": none */
    const char *text;            /* where that one stands */
    struct cqa_place at;
};

/* "2025 年 10 月" without spaces, but those that part two numbers. */
static void close_up(char *text)
{
    char *to = text;

    for (const char *at = text; *at != '\0'; at++)
        if (*at != ' ' ||
            (to > text && isdigit((unsigned char)to[-1]) && isdigit((unsigned char)at[1])))
            *to++ = *at;
    *to = '\0';
}

static void listen(struct told *told, const char *wanted, const char *text, struct cqa_place at)
{
    char plain[TITLE_BYTES];
    char period[CQA_PERIOD_SIZE];

    cqa_spell_plain(text, plain, sizeof plain);
    close_up(plain);
    for (const char *rest = cqa_period_next(plain, wanted, period); rest != NULL;
         rest = cqa_period_next(rest, wanted, period)) {
        told->is_of_it |= cqa_period_holds(wanted, period);
        if (told->other[0] != '\0' || cqa_period_holds(wanted, period) ||
            cqa_period_holds(period, wanted))
            continue;
        memcpy(told->other, period, sizeof period);
        told->text = text;
        told->at = at;
    }
}

static const char *sheet_name(const struct cqa_importer *importer)
{
    const struct cqa_book *book = &importer->table.book;

    return importer->table.is_book && book->chosen >= 0 ? book->sheets[book->chosen].name : "";
}

int cqa_import_titles_fit(const struct cqa_importer *importer)
{
    const struct cqa_import_how *how = importer->how;
    const char *wanted = how == NULL ? NULL : how->period != NULL ? how->period : how->appraised;
    struct told told = {.other = ""};

    if (wanted == NULL || importer->columns[CQA_HEADING_PERIOD] != 0)
        return 1;
    for (size_t i = 0; i < importer->head_at; i++)
        for (size_t k = 0; k < importer->ahead[i].cell_count; k++) {
            const struct cqa_csv_cell *cell = &importer->ahead[i].cells[k];
            listen(&told, wanted, cell->text, cqa_import_place(importer, cell));
        }
    listen(&told, wanted, sheet_name(importer), (struct cqa_place){importer->table.place, 1, 1});
    if (told.other[0] == '\0' || told.is_of_it)
        return 1;
    cqa_faults_add(importer->faults, NULL, told.at,
                   "\"%s\" names %s, and %s is appraised; allowed: the table of that period, or a "
                   "title and a sheet's name that name no other",
                   told.text, told.other, wanted);
    return 0;
}
