/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/roster.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "appraisal/csv.h"

enum column { PERSON, EXTENSION, TEAM, POST, FROM, TO, COLUMN_COUNT };

static const char *const column_words[COLUMN_COUNT][4] = {
    [PERSON] = {"person", "人员", "姓名", NULL},
    [EXTENSION] = {"extension", "分机", NULL},
    [TEAM] = {"team", "班组", "团队", NULL},
    [POST] = {"post", "岗位", NULL},
    [FROM] = {"from", "开始", NULL},
    [TO] = {"to", "结束", NULL},
};

struct importer {
    const char *name;
    struct cqa_csv csv;
    struct cqa_roster *roster;
    struct cqa_faults *faults;
    size_t columns[COLUMN_COUNT]; /* index of the cell plus 1; 0: there is none */
};

static int read_head(struct importer *importer)
{
    int good = 1;

    for (size_t i = 0; i < importer->csv.cell_count; i++) {
        const struct cqa_csv_cell *cell = &importer->csv.cells[i];
        int found = COLUMN_COUNT;
        for (int column = 0; column < COLUMN_COUNT; column++)
            for (int k = 0; column_words[column][k] != NULL; k++)
                if (strcasecmp(cell->text, column_words[column][k]) == 0)
                    found = column;
        if (found == COLUMN_COUNT || importer->columns[found] != 0) {
            cqa_faults_add(importer->faults, NULL,
                           (struct cqa_place){importer->name, cell->line, cell->column},
                           found == COLUMN_COUNT
                               ? "unknown column \"%s\"; allowed: person, extension, team, post, "
                                 "from, to"
                               : "the column \"%s\" is given twice",
                           cell->text);
            good = 0;
        } else {
            importer->columns[found] = i + 1;
        }
    }
    if (importer->columns[PERSON] == 0) {
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->name, 1, 1},
                       "the column \"person\" is missing");
        good = 0;
    }
    return good;
}

/* `least` to `most` digits into `*out`. */
static int read_digits(const char **at, int least, int most, int *out)
{
    int count = 0;

    *out = 0;
    for (; count < most && isdigit((unsigned char)**at); count++)
        *out = *out * 10 + (*(*at)++ - '0');
    return count >= least;
}

static int read_sign(const char **at, const char *signs)
{
    if (**at == '\0' || strchr(signs, **at) == NULL)
        return 0;
    (*at)++;
    return 1;
}

static int read_time(const char **at, struct tm *parts)
{
    if (!read_sign(at, "T ") || !read_digits(at, 1, 2, &parts->tm_hour) || !read_sign(at, ":") ||
        !read_digits(at, 2, 2, &parts->tm_min))
        return 0;
    return !read_sign(at, ":") || read_digits(at, 2, 2, &parts->tm_sec);
}

/* "2025-11-20", "2025/11/20 8:00" as spreadsheets write them, to one spelling. 0 when it is no
 * moment. */
static int read_moment(const char *text, int end, char out[20])
{
    struct tm parts = {.tm_isdst = -1};

    if (!read_digits(&text, 4, 4, &parts.tm_year) || !read_sign(&text, "-/") ||
        !read_digits(&text, 1, 2, &parts.tm_mon) || !read_sign(&text, "-/") ||
        !read_digits(&text, 1, 2, &parts.tm_mday) || parts.tm_year < 1900)
        return 0;
    const int is_day = *text == '\0';
    if (!is_day && (!read_time(&text, &parts) || *text != '\0'))
        return 0;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    struct tm carried = parts; /* timegm moves what overflows: a 31st of November is no day */
    if (timegm(&carried) == (time_t)-1 || carried.tm_mday != parts.tm_mday ||
        carried.tm_mon != parts.tm_mon || carried.tm_hour != parts.tm_hour ||
        carried.tm_min != parts.tm_min || carried.tm_sec != parts.tm_sec)
        return 0;
    parts.tm_mday += is_day && end;
    timegm(&parts);
    return strftime(out, 20, "%Y-%m-%dT%H:%M:%S", &parts) > 0;
}

static const struct cqa_csv_cell *cell_of(const struct importer *importer, enum column column)
{
    const size_t index = importer->columns[column];

    if (index == 0 || index > importer->csv.cell_count ||
        importer->csv.cells[index - 1].text[0] == '\0')
        return NULL;
    return &importer->csv.cells[index - 1];
}

static const char *text_of(struct importer *importer, enum column column)
{
    const struct cqa_csv_cell *cell = cell_of(importer, column);

    return cell == NULL ? NULL : cqa_arena_string(&importer->roster->arena, cell->text);
}

static int read_times(struct importer *importer, struct cqa_seat *seat)
{
    const struct cqa_csv_cell *from = cell_of(importer, FROM);
    const struct cqa_csv_cell *to = cell_of(importer, TO);
    const struct cqa_csv_cell *wrong = NULL;

    strcpy(seat->to, "~");
    if (from != NULL && !read_moment(from->text, 0, seat->from))
        wrong = from;
    else if (to != NULL && !read_moment(to->text, 1, seat->to))
        wrong = to;
    if (wrong != NULL) {
        cqa_faults_add(importer->faults, seat->person,
                       (struct cqa_place){importer->name, wrong->line, wrong->column},
                       "person \"%s\": \"%s\" is no time; allowed: 2025-11-20 or 2025-11-20T08:00",
                       seat->person, wrong->text);
        return 0;
    }
    if (strcmp(seat->from, seat->to) >= 0) {
        cqa_faults_add(importer->faults, seat->person, seat->at,
                       "person \"%s\": the seat ends before it begins", seat->person);
        return 0;
    }
    return 1;
}

static enum cqa_status add_seat(struct importer *importer)
{
    struct cqa_roster *roster = importer->roster;
    const struct cqa_csv_cell *first = &importer->csv.cells[0];
    struct cqa_seat seat = {.person = text_of(importer, PERSON),
                            .extension = text_of(importer, EXTENSION),
                            .team = text_of(importer, TEAM),
                            .post = text_of(importer, POST),
                            .at = {importer->name, first->line, first->column}};

    if (importer->csv.problem != NULL || seat.person == NULL) {
        cqa_faults_add(importer->faults, seat.person, seat.at, "%p",
                       cqa_words_named(importer->csv.problem ? importer->csv.problem
                                                             : CQA_N("the row names no person")));
        return CQA_OK;
    }
    if (!read_times(importer, &seat))
        return CQA_OK;
    if (roster->count == roster->capacity) {
        const size_t capacity = roster->capacity ? roster->capacity * 2 : 64;
        struct cqa_seat *seats = realloc(roster->seats, capacity * sizeof *seats);
        if (seats == NULL)
            return CQA_E_NOMEM;
        roster->seats = seats;
        roster->capacity = capacity;
    }
    roster->seats[roster->count++] = seat;
    return CQA_OK;
}

/* ---- contradictions */

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int by_extension(const void *left, const void *right)
{
    const struct cqa_seat *a = left;
    const struct cqa_seat *b = right;
    const int order = compare_text(a->extension, b->extension);

    return order != 0 ? order : strcmp(a->from, b->from);
}

static int by_person(const void *left, const void *right)
{
    const struct cqa_seat *a = left;
    const struct cqa_seat *b = right;
    const int order = strcmp(a->person, b->person);

    return order != 0 ? order : strcmp(a->from, b->from);
}

static void both_at_fault(struct cqa_faults *faults, const struct cqa_seat *seat,
                          const struct cqa_seat *before, const char *what, const char *which)
{
    cqa_faults_add(faults, seat->person, seat->at,
                   "%p \"%s\" is held at once by \"%s\" and (line %zu) \"%s\"",
                   cqa_words_named(what), which, seat->person, before->at.line, before->person);
    cqa_faults_add(faults, before->person, before->at,
                   "%p \"%s\" is held at once by \"%s\" and (line %zu) \"%s\"",
                   cqa_words_named(what), which, before->person, seat->at.line, seat->person);
}

/* Seats are in order of extension and time. One that lasts long may overlap many that follow. */
static void check_extensions(const struct cqa_roster *roster, struct cqa_faults *faults)
{
    for (size_t i = 0; i < roster->count; i++)
        for (size_t k = i + 1; k < roster->count; k++) {
            const struct cqa_seat *before = &roster->seats[i];
            const struct cqa_seat *seat = &roster->seats[k];
            if (before->extension == NULL ||
                compare_text(before->extension, seat->extension) != 0 ||
                strcmp(seat->from, before->to) >= 0)
                break;
            if (strcmp(before->person, seat->person) != 0)
                both_at_fault(faults, seat, before, CQA_N("extension"), seat->extension);
        }
}

static void check_posts(const struct cqa_roster *roster, struct cqa_faults *faults)
{
    for (size_t i = 0; i < roster->count; i++)
        for (size_t k = i + 1; k < roster->count; k++) {
            const struct cqa_seat *before = &roster->seats[i];
            const struct cqa_seat *seat = &roster->seats[k];
            if (strcmp(before->person, seat->person) != 0 || strcmp(seat->from, before->to) >= 0)
                break;
            if (before->post != NULL && seat->post != NULL && strcmp(before->post, seat->post) != 0)
                cqa_faults_add(faults, seat->person, seat->at,
                               "\"%s\" is in two posts at once: \"%s\" and (line %zu) \"%s\"",
                               seat->person, seat->post, before->at.line, before->post);
        }
}

static enum cqa_status import(struct importer *importer, struct cqa_error *error)
{
    struct cqa_roster *roster = importer->roster;
    enum cqa_status status = CQA_OK;

    if (!cqa_csv_next(&importer->csv))
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->name, 1, 1},
                       "the file is empty; needed: person,extension,team,post,from,to");
    else if (read_head(importer))
        while (status == CQA_OK && cqa_csv_next(&importer->csv))
            status = add_seat(importer);
    cqa_csv_finish(&importer->csv);
    if (status != CQA_OK)
        return cqa_fail(error, status, "%s: out of memory", importer->name);
    if (roster->count > 0) {
        qsort(roster->seats, roster->count, sizeof *roster->seats, by_person);
        check_posts(roster, importer->faults);
        qsort(roster->seats, roster->count, sizeof *roster->seats, by_extension);
        check_extensions(roster, importer->faults);
    }
    return CQA_OK;
}

enum cqa_status cqa_roster_import(const char *path, struct cqa_roster *roster,
                                  struct cqa_faults *faults, struct cqa_error *error)
{
    struct importer importer = {.name = path, .roster = roster, .faults = faults};
    const enum cqa_status status = cqa_csv_open(&importer.csv, path, error);

    if (status == CQA_OK)
        return import(&importer, error);
    cqa_csv_finish(&importer.csv);
    return status;
}

enum cqa_status cqa_roster_parse(const char *text, size_t length, const char *name,
                                 struct cqa_roster *roster, struct cqa_faults *faults,
                                 struct cqa_error *error)
{
    struct importer importer = {.name = name, .roster = roster, .faults = faults};
    const enum cqa_status status = cqa_csv_init(&importer.csv, text, length, error);

    if (status == CQA_OK)
        return import(&importer, error);
    cqa_csv_finish(&importer.csv);
    return status;
}

void cqa_roster_finish(struct cqa_roster *roster)
{
    free(roster->seats);
    cqa_arena_finish(&roster->arena);
    *roster = (struct cqa_roster){0};
}

/* ---- questions */

/* The first seat of `extension`, by halving. */
static size_t first_seat(const struct cqa_roster *roster, const char *extension)
{
    size_t low = 0;
    size_t high = roster->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_text(roster->seats[middle].extension, extension) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *cqa_roster_person(const struct cqa_roster *roster, const char *extension,
                              const char *moment)
{
    char local[20];

    snprintf(local, sizeof local, "%s", moment);
    for (size_t i = first_seat(roster, extension); i < roster->count; i++) {
        const struct cqa_seat *seat = &roster->seats[i];
        if (compare_text(seat->extension, extension) != 0 || strcmp(seat->from, local) > 0)
            break;
        if (strcmp(local, seat->to) < 0)
            return seat->person;
    }
    return NULL;
}
