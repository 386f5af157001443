/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose a row is: what was said of the name before, and what is asked about it. */
#include <string.h>
#include "appraisal/importer.h"

enum { FOLD_BYTES = 1024 };

static void ask_about_agent(struct cqa_importer *importer, const char *agent,
                            enum cqa_spelled spelled)
{
    const struct cqa_csv_cell *cell = cqa_import_cell(importer, CQA_HEADING_AGENT);

    if (cell->lacks != NULL)
        cqa_faults_add(importer->faults, agent, cqa_import_place(importer, cell), "\"%s\": %p",
                       cell->text, cqa_words_named(cell->lacks));
    if (spelled == CQA_SPELLED_REWRITTEN)
        cqa_faults_add(importer->faults, agent, cqa_import_place(importer, cell),
                       "agent \"%s\": a spreadsheet wrote this number so, and digits may be lost; "
                       "allowed: the number as text, such as 8001",
                       agent);
}

/* Once a name. A unit is no person. */
static void ask_about_stranger(struct cqa_importer *importer, const char *agent,
                               enum cqa_spelled spelled)
{
    const struct cqa_roster *roster = importer->how ? importer->how->roster : NULL;
    size_t index;

    if (roster == NULL || roster->count == 0 || !importer->how->asks_about_strangers ||
        importer->scheme->units || spelled == CQA_SPELLED_SUMMARY)
        return;
    const size_t known = importer->met.count;
    if (cqa_names_add(&importer->met, agent, &index) != CQA_OK || index < known ||
        cqa_roster_knows(roster, agent))
        return;
    const char *near = cqa_roster_near(roster, agent);
    const struct cqa_place at =
        cqa_import_place(importer, cqa_import_cell(importer, CQA_HEADING_AGENT));
    if (near != NULL)
        cqa_faults_add(importer->faults, agent, at,
                       "agent \"%s\": the roster does not know this name; it has \"%s\"", agent,
                       near);
    else
        cqa_faults_add(importer->faults, agent, at,
                       "agent \"%s\": the roster does not know this name; allowed: a name of the "
                       "roster, or a row of its own in it",
                       agent);
}

static int same_name(const char *a, const char *b)
{
    char left[FOLD_BYTES];
    char right[FOLD_BYTES];

    cqa_spell_fold_name(a, left, sizeof left);
    cqa_spell_fold_name(b, right, sizeof right);
    return strcmp(left, right) == 0;
}

/* The roster has another name beside the number, or the name as another person. Once a number: two
 * names in the table are asked about as such. */
static void ask_about_name_beside(struct cqa_importer *importer, const struct cqa_row *row)
{
    const struct cqa_roster *roster = importer->how ? importer->how->roster : NULL;
    const size_t known = importer->beside.count;
    size_t index;

    if (roster == NULL || row->name == NULL || strcmp(row->name, row->agent) == 0 ||
        cqa_names_add(&importer->beside, row->agent, &index) != CQA_OK || index < known)
        return;
    const char *name = cqa_roster_name(roster, row->agent);
    if (name != NULL && !same_name(name, row->name))
        cqa_faults_add(
            importer->faults, row->agent, row->name_at,
            "agent \"%s\": the name beside the number is \"%s\", and in the roster \"%s\"",
            row->agent, row->name, name);
    else if (name == NULL && cqa_roster_knows(roster, row->name) &&
             cqa_roster_knows(roster, row->agent))
        cqa_faults_add(importer->faults, row->agent, row->name_at,
                       "agent \"%s\": the name beside the number is \"%s\", whom the roster has as "
                       "another person",
                       row->agent, row->name);
}

/* Whom the name means, by what was said before; the row is left out where that is nobody. */
enum cqa_status cqa_import_person(struct cqa_importer *importer, struct cqa_row *row,
                                  enum cqa_spelled *spelled, int *is_out)
{
    const struct cqa_import_how *how = importer->how;
    const char *written = row->agent;
    const char *person =
        how != NULL && how->person != NULL ? how->person(how->context, written) : NULL;

    *is_out = person != NULL && person[0] == '\0';
    if (*is_out && cqa_roster_knows(how->roster, written)) {
        const struct cqa_csv_cell *cell = cqa_import_cell(importer, CQA_HEADING_AGENT);
        cqa_faults_add(
            importer->faults, written, cqa_import_place(importer, cell),
            "agent \"%s\": an answer says that this is nobody, and the roster that it is "
            "a person; one of them is wrong",
            written);
        person = NULL;
        *is_out = 0;
    }
    if (person != NULL && !*is_out) {
        row->written = strcmp(written, person) != 0 ? written : NULL;
        row->agent = person;
        *spelled = CQA_SPELLED_NAME;
    }
    if (*spelled == CQA_SPELLED_SUMMARY && how != NULL && cqa_roster_knows(how->roster, written))
        *spelled = CQA_SPELLED_NAME;
    enum cqa_status status = CQA_OK;
    if (*spelled != CQA_SPELLED_SUMMARY)
        status = cqa_import_report_name(importer, written, person ? person : written,
                                        person != NULL, row->name);
    if (status == CQA_OK && *is_out)
        status = cqa_import_report_left_out(importer, cqa_import_cell(importer, CQA_HEADING_AGENT),
                                            CQA_N("somebody has said that this is nobody"));
    if (*is_out)
        return status;
    ask_about_agent(importer, row->agent, *spelled);
    ask_about_name_beside(importer, row);
    if (person == NULL || row->written != NULL) /* else: somebody has said that it is a person */
        ask_about_stranger(importer, row->agent, *spelled);
    return status;
}
