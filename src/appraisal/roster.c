/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/roster.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "appraisal/spelling.h"

enum { CELL_BYTES = 128 };
enum column { NUMBER, PERSON, NAME, EXTENSION, TEAM, POST, FROM, TO, COLUMN_COUNT };

static const char *const column_words[COLUMN_COUNT][8] = {
    [NUMBER] = {"number", "工号", "员工号", "员工工号", "员工编号", "坐席工号", NULL},
    [PERSON] = {"person", "人员", "员工", NULL},
    [NAME] = {"name", "姓名", "员工姓名", "坐席姓名", NULL},
    [EXTENSION] = {"extension", "ext", "分机", "分机号", "分机号码", "坐席分机", NULL},
    [TEAM] = {"team", "group", "班组", "团队", "组别", "小组", "部门", NULL},
    [POST] = {"post", "岗位", "职位", "岗位名称", NULL},
    [FROM] = {"from", "start", "开始", "开始日期", "开始时间", "起始日期", "生效日期", NULL},
    [TO] = {"to", "end", "结束", "结束日期", "结束时间", "截止日期", "失效日期", NULL},
};

struct importer {
    struct cqa_table table;
    struct cqa_roster *roster;
    struct cqa_faults *faults;
    size_t columns[COLUMN_COUNT]; /* index of the cell plus 1; 0: there is none */
};

/* People go by their numbers of staff where there are some, else by the names. */
static void name_persons(struct importer *importer)
{
    size_t *columns = importer->columns;

    if (columns[NUMBER] != 0)
        columns[PERSON] = columns[NUMBER];
    if (columns[PERSON] != 0)
        return;
    columns[PERSON] = columns[NAME];
    columns[NAME] = 0;
}

static int read_head(struct importer *importer)
{
    int good = 1;

    for (size_t i = 0; i < importer->table.cell_count; i++) {
        const struct cqa_csv_cell *cell = &importer->table.cells[i];
        int found = COLUMN_COUNT;
        for (int column = 0; column < COLUMN_COUNT; column++)
            for (int k = 0; column_words[column][k] != NULL; k++)
                if (strcasecmp(cell->text, column_words[column][k]) == 0)
                    found = column;
        if (found == COLUMN_COUNT || importer->columns[found] != 0) {
            cqa_faults_add(importer->faults, NULL,
                           (struct cqa_place){importer->table.place, cell->line, cell->column},
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
    name_persons(importer);
    if (importer->columns[PERSON] == 0) {
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->table.place, 1, 1},
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

/* Year, month and day as people write them: 2025-11-20, 2025/11/20, 2025.11.20, 20251120,
 * 2025年11月20日. A day or a month that comes first can be either, and is none of these. */
static int read_day(const char **at, struct tm *parts)
{
    const int is_bare = strspn(*at, "0123456789") == 8;
    const int digits = is_bare ? 2 : 1;

    if (!read_digits(at, 4, 4, &parts->tm_year))
        return 0;
    const int is_chinese = strncmp(*at, "年", 3) == 0;
    const char sign[2] = {**at, '\0'};
    if (is_chinese)
        *at += 3;
    else if (!is_bare && !read_sign(at, "-/."))
        return 0;
    if (!read_digits(at, digits, 2, &parts->tm_mon))
        return 0;
    if (is_chinese && strncmp(*at, "月", 3) == 0)
        *at += 3;
    else if (is_chinese || (!is_bare && !read_sign(at, sign)))
        return 0;
    if (!read_digits(at, digits, 2, &parts->tm_mday))
        return 0;
    if (is_chinese && strncmp(*at, "日", 3) == 0)
        *at += 3;
    return parts->tm_year >= 1900;
}

/* A spreadsheet shows a day as its midnight. */
static int is_shown_midnight(const char *text)
{
    return strcmp(text, " 00:00:00") == 0 || strcmp(text, " 0:00:00") == 0 ||
           strcmp(text, " 0:00") == 0;
}

/* A day or a moment, to one spelling; the end of a day is the next one's beginning. 0 when it is
 * neither. */
static int read_moment(const char *cell, int end, char out[20])
{
    struct tm parts = {.tm_isdst = -1};
    char plain[CELL_BYTES];
    const char *text = plain;

    cqa_spell_plain(cell, plain, sizeof plain);
    if (!read_day(&text, &parts))
        return 0;
    const int is_day = *text == '\0' || is_shown_midnight(text);
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

    if (index == 0 || index > importer->table.cell_count ||
        importer->table.cells[index - 1].text[0] == '\0')
        return NULL;
    return &importer->table.cells[index - 1];
}

static const char *text_of(struct importer *importer, enum column column)
{
    const struct cqa_csv_cell *cell = cell_of(importer, column);

    return cell == NULL ? NULL : cqa_arena_string(&importer->roster->arena, cell->text);
}

/* The name in a cell, in the one spelling; NULL: none is there. */
static const char *name_of(struct importer *importer, enum column column, enum cqa_spelled *spelled)
{
    const struct cqa_csv_cell *cell = cell_of(importer, column);
    const char *name = NULL;

    *spelled = CQA_SPELLED_NAME;
    if (cell != NULL)
        *spelled = cqa_spell_name(&importer->roster->arena, cell->text, &name);
    return name != NULL && name[0] != '\0' ? name : NULL;
}

/* "8002;8003": a row each, for one may be handed on before the other. */
static int is_several(const char *extension)
{
    static const char *const signs[] = {";", ",", "/", "、", "；", "，", " "};

    for (size_t i = 0; extension != NULL && i < sizeof signs / sizeof *signs; i++) {
        const char *at = strstr(extension, signs[i]);
        if (at != NULL && at > extension && isdigit((unsigned char)at[-1]) &&
            isdigit((unsigned char)at[strlen(signs[i])]))
            return 1;
    }
    return 0;
}

/* 0 when the extension is not one that a call can have. */
static int check_extension(struct importer *importer, const struct cqa_seat *seat,
                           enum cqa_spelled spelled)
{
    const struct cqa_csv_cell *cell = cell_of(importer, EXTENSION);
    const char *wrong = spelled == CQA_SPELLED_REWRITTEN
                            ? CQA_N("a spreadsheet wrote the number so, and digits may be lost")
                        : is_several(seat->extension) ? CQA_N("one extension a row")
                                                      : NULL;

    if (wrong == NULL)
        return 1;
    cqa_faults_add(importer->faults, seat->person,
                   (struct cqa_place){importer->table.place, cell->line, cell->column},
                   "person \"%s\": \"%s\" is no extension: %p", seat->person, cell->text,
                   cqa_words_named(wrong));
    return 0;
}

static int read_times(struct importer *importer, struct cqa_seat *seat)
{
    const struct cqa_csv_cell *from = cell_of(importer, FROM);
    const struct cqa_csv_cell *to = cell_of(importer, TO);
    const struct cqa_csv_cell *wrong = NULL;

    snprintf(seat->to, sizeof seat->to, "~");
    if (from != NULL && !read_moment(from->text, 0, seat->from))
        wrong = from;
    else if (to != NULL && !read_moment(to->text, 1, seat->to))
        wrong = to;
    if (wrong != NULL) {
        cqa_faults_add(importer->faults, seat->person,
                       (struct cqa_place){importer->table.place, wrong->line, wrong->column},
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
    const struct cqa_csv_cell *first = &importer->table.cells[0];
    enum cqa_spelled person_spelled, spelled;
    struct cqa_seat seat = {.person = name_of(importer, PERSON, &person_spelled),
                            .extension = name_of(importer, EXTENSION, &spelled),
                            .name = text_of(importer, NAME),
                            .team = text_of(importer, TEAM),
                            .post = text_of(importer, POST),
                            .at = {importer->table.place, first->line, first->column}};

    if (importer->table.problem != NULL || seat.person == NULL) {
        cqa_faults_add(importer->faults, seat.person, seat.at, "%p",
                       cqa_words_named(importer->table.problem ? importer->table.problem
                                                               : CQA_N("the row names no person")));
        return CQA_OK;
    }
    /* Somebody called 目标 has an extension; the sum under a roster has none. */
    if ((person_spelled == CQA_SPELLED_SUMMARY && seat.extension == NULL) ||
        !check_extension(importer, &seat, spelled) || !read_times(importer, &seat))
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

/* Two who have one name would be one person, with the calls and the values of both. */
static void check_one_person(const struct cqa_seat *before, const struct cqa_seat *seat,
                             struct cqa_faults *faults)
{
    if (before->post != NULL && seat->post != NULL && strcmp(before->post, seat->post) != 0)
        cqa_faults_add(faults, seat->person, seat->at,
                       "\"%s\" is in two posts at once: \"%s\" and (line %zu) \"%s\"", seat->person,
                       seat->post, before->at.line, before->post);
    if (before->team != NULL && seat->team != NULL && strcmp(before->team, seat->team) != 0)
        cqa_faults_add(faults, seat->person, seat->at,
                       "\"%s\" is in two teams at once: \"%s\" and (line %zu) \"%s\"; two who "
                       "have one name need numbers of staff",
                       seat->person, seat->team, before->at.line, before->team);
}

static void check_persons(const struct cqa_roster *roster, struct cqa_faults *faults)
{
    for (size_t i = 0; i < roster->count; i++)
        for (size_t k = i + 1; k < roster->count; k++) {
            const struct cqa_seat *before = &roster->seats[i];
            const struct cqa_seat *seat = &roster->seats[k];
            if (strcmp(before->person, seat->person) != 0 || strcmp(seat->from, before->to) >= 0)
                break;
            check_one_person(before, seat, faults);
        }
}

static enum cqa_status import(struct importer *importer, struct cqa_error *error)
{
    struct cqa_roster *roster = importer->roster;
    enum cqa_status status = CQA_OK;

    if (!cqa_table_next(&importer->table))
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->table.place, 1, 1},
                       "the file is empty; needed: person,extension,team,post,from,to");
    else if (read_head(importer))
        while (status == CQA_OK && cqa_table_next(&importer->table))
            status = add_seat(importer);
    if (status != CQA_OK)
        return cqa_fail(error, status, "%s: out of memory", importer->table.place);
    if (roster->count > 0) {
        qsort(roster->seats, roster->count, sizeof *roster->seats, by_person);
        check_persons(roster, importer->faults);
        qsort(roster->seats, roster->count, sizeof *roster->seats, by_extension);
        check_extensions(roster, importer->faults);
    }
    return CQA_OK;
}

enum cqa_status cqa_roster_read(const struct cqa_table_source *source, const char *bytes,
                                size_t length, const char *name, struct cqa_roster *roster,
                                struct cqa_faults *faults, struct cqa_error *error)
{
    struct importer importer = {.roster = roster, .faults = faults};
    enum cqa_status status =
        cqa_table_init(&importer.table, source, bytes, length, name, &roster->arena, error);

    if (status == CQA_OK)
        status = import(&importer, error);
    cqa_table_finish(&importer.table);
    return status;
}

enum cqa_status cqa_roster_import(const struct cqa_table_source *source, const char *path,
                                  struct cqa_roster *roster, struct cqa_faults *faults,
                                  struct cqa_error *error)
{
    struct cqa_buffer bytes;
    enum cqa_status status = cqa_table_load(path, &bytes, error);

    if (status == CQA_OK) {
        status = cqa_roster_read(source, bytes.text ? bytes.text : "", bytes.length, path, roster,
                                 faults, error);
        if (status != CQA_OK && status != CQA_E_NOMEM)
            status = cqa_fail_within(error, "%s", path);
    }
    cqa_buffer_finish(&bytes);
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

int cqa_roster_knows(const struct cqa_roster *roster, const char *person)
{
    for (size_t i = 0; roster != NULL && i < roster->count; i++)
        if (strcmp(roster->seats[i].person, person) == 0)
            return 1;
    return 0;
}

const char *cqa_roster_name(const struct cqa_roster *roster, const char *person)
{
    for (size_t i = 0; roster != NULL && i < roster->count; i++)
        if (roster->seats[i].name != NULL && strcmp(roster->seats[i].person, person) == 0)
            return roster->seats[i].name;
    return NULL;
}

const char *cqa_roster_near(const struct cqa_roster *roster, const char *name)
{
    char wanted[CELL_BYTES];
    char other[CELL_BYTES];

    cqa_spell_fold_name(name, wanted, sizeof wanted);
    for (size_t i = 0; i < roster->count; i++) {
        cqa_spell_fold_name(roster->seats[i].person, other, sizeof other);
        if (strcmp(wanted, other) == 0)
            return roster->seats[i].person;
    }
    return NULL;
}
