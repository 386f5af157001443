/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa appraise: a period's appraisal from files alone. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "appraisal/appraisal.h"
#include "appraisal/import_answers.h"
#include "appraisal/sheet.h"
#include "base/models.h"
#include "base/say.h"
#include "book/book_child.h"
#include "cli/cli.h"

enum { SHEET_BYTES_MAX = 1 << 28, BEFORE_MAX = 13 /* months of a year, and none */ };

static const char NAME[] = "appraise";

static const char HELP[] = CQA_N(
    "Usage: callqa appraise --scheme FILE --indicators FILE [OPTION]...\n"
    "Computes each agent's points, grade and pay by an appraisal scheme, with the trace of every\n"
    "number.\n\n"
    "  -s, --scheme FILE     a scheme, or the name of one in models/schemes\n"
    "  -i, --indicators FILE agent,indicator,value[,count][,rater][,post][,period], or agent and "
    "a\n"
    "                        column for each indicator: .xlsx, or CSV in UTF-8, UTF-16 or GB18030\n"
    "  -S, --sheet NAME      of the .xlsx file of indicators, where several sheets have data\n"
    "  -a, --answers FILE    what columns of the indicators are and whom names mean: columns: "
    "{HEADING:\n"
    "                        INDICATOR}, names: {NAME: PERSON}; \"\" leaves out\n"
    "  -r, --results FILE    results of calls, one a line (callqa analyze --format jsonl, or the\n"
    "                        server's export), for what callqa measures itself\n"
    "  -R, --roster FILE     person,extension,team,post,from,to, as .xlsx or CSV: whose call it "
    "was,\n"
    "                        and who may be appraised\n"
    "  -p, --period PERIOD   2025-11, 2025Q4, 2025H2 or 2025: calls of other times do not count\n"
    "      --before FILE     sheets of an earlier period (--format jsonl --period of it), for "
    "what\n"
    "                        the scheme carries over; may be given again; none: there are none\n"
    "                        before those that are given\n"
    "      --least-coverage P  ask about a measured number that stands on less than P per\n"
    "                        cent of the calls handled\n"
    "      --least-calls N   the same, on fewer than N calls\n"
    "  -f, --format FORMAT   text (default), jsonl or csv\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "Wrong input is named on stderr as FILE:LINE:COLUMN, or FILE:SHEET!CELL; nothing is computed "
    "for that agent,\n"
    "everything for the others, and the exit code is 3. An invalid scheme is exit code 4.\n\n"
    "Example: callqa appraise --scheme agent-2013 --indicators november.csv --results "
    "calls.jsonl");

enum format { FORMAT_TEXT, FORMAT_JSONL, FORMAT_CSV };

struct options {
    const char *scheme;
    const char *indicators;
    const char *results;
    const char *roster;
    const char *period;
    struct cqa_coverage_least least;
    const char *before[BEFORE_MAX];
    size_t before_count;
    const char *sheet;
    const char *answers;
    int format;
};

/* Of options that have no letter. */
enum { LEAST_COVERAGE = 256, LEAST_CALLS, BEFORE };

/* All that a run holds; zero is empty. */
struct work {
    struct cqa_scheme *scheme;
    struct cqa_problems problems;
    struct cqa_faults faults;
    struct cqa_rows rows;
    struct cqa_import_report report;
    struct cqa_import_answers *answers; /* NULL: nobody has said anything */
    struct cqa_children *children;      /* that read workbooks; NULL: none was there yet */
    struct cqa_calls calls;
    struct cqa_roster roster;
    struct cqa_history history;
    struct cqa_appraisal appraisal;
    char scheme_path[PATH_MAX];
};

static void finish(struct work *work)
{
    cqa_appraisal_finish(&work->appraisal);
    cqa_roster_finish(&work->roster);
    cqa_history_finish(&work->history);
    cqa_calls_finish(&work->calls);
    cqa_import_report_finish(&work->report);
    cqa_import_answers_destroy(work->answers);
    cqa_rows_finish(&work->rows);
    cqa_faults_finish(&work->faults);
    cqa_problems_finish(&work->problems);
    cqa_scheme_destroy(work->scheme);
    cqa_children_destroy(work->children);
}

static int parse_format(const char *word)
{
    static const char *const words[] = {"text", "jsonl", "csv"};

    for (int i = 0; i < 3; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

/* -1: go on; else the exit code. */
static int parse_least(int option, const char *word, struct cqa_coverage_least *least)
{
    struct cqa_rational number = cqa_rational_none();
    const int is_share = option == LEAST_COVERAGE;
    const int most = is_share ? 100 : 1000000;

    if (!cqa_rational_parse(word, &number) || cqa_rational_sign(number) < 0 ||
        cqa_rational_compare(number, cqa_rational_whole(most)) > 0 ||
        (!is_share && !cqa_rational_is_whole(number)))
        return cqa_cli_usage(NAME,
                             is_share ? "--least-coverage: \"%s\"; allowed: a share in %%, 0 to 100"
                                      : "--least-calls: \"%s\"; allowed: a whole number of calls",
                             word);
    if (is_share)
        least->pct = number;
    else
        least->calls = (size_t)number.numerator;
    return -1;
}

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"scheme", required_argument, NULL, 's'},
        {"indicators", required_argument, NULL, 'i'},
        {"results", required_argument, NULL, 'r'},
        {"roster", required_argument, NULL, 'R'},
        {"period", required_argument, NULL, 'p'},
        {"sheet", required_argument, NULL, 'S'},
        {"answers", required_argument, NULL, 'a'},
        {"least-coverage", required_argument, NULL, LEAST_COVERAGE},
        {"before", required_argument, NULL, BEFORE},
        {"least-calls", required_argument, NULL, LEAST_CALLS},
        {"format", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "s:i:r:R:p:S:a:f:hV", longs, NULL)) != -1) {
        const char **const texts[] = {&options->scheme, &options->indicators, &options->results,
                                      &options->roster, &options->period,     &options->sheet,
                                      &options->answers};
        static const char letters[] = "sirRpSa";
        const char *letter = option < LEAST_COVERAGE ? strchr(letters, option) : NULL;
        if (letter != NULL) {
            *texts[letter - letters] = optarg;
        } else if (option == BEFORE) {
            if (options->before_count == BEFORE_MAX)
                return cqa_cli_usage(NAME, "--before: allowed are up to %d files", BEFORE_MAX);
            options->before[options->before_count++] = optarg;
        } else if (option >= LEAST_COVERAGE) {
            const int bad = parse_least(option, optarg, &options->least);
            if (bad >= 0)
                return bad;
        } else if (option == 'f') {
            options->format = parse_format(optarg);
            if (options->format < 0)
                return cqa_cli_usage(NAME, "no format \"%s\"; allowed: text, jsonl, csv", optarg);
        } else {
            return cqa_cli_other_option(NAME, HELP, option, argv);
        }
    }
    if (optind != argc)
        return cqa_cli_usage(NAME, "no argument \"%s\" is taken", argv[optind]);
    if (options->scheme == NULL || options->indicators == NULL)
        return cqa_cli_usage(NAME, "--scheme and --indicators are needed");
    return -1;
}

/* ---- input */

/* A process forks the others of which each reads a workbook: it has seen nothing but the scheme and
 * the file. */
static enum cqa_status get_children(void *context, struct cqa_children **out,
                                    struct cqa_error *error)
{
    static const struct cqa_child_role roles[] = {
        {CQA_ROLE_BOOK, NULL, cqa_book_warm, cqa_book_live}};
    struct work *work = context;
    enum cqa_status status = CQA_OK;

    if (work->children == NULL)
        status = cqa_children_create(&work->children, roles, 1, CQA_ZYGOTE_FORKED, error);
    *out = work->children;
    return status;
}

/* "none" is no file: nothing was before what is given. */
static enum cqa_status read_history(const struct options *options, struct work *work,
                                    struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < options->before_count && status == CQA_OK; i++)
        if (strcmp(options->before[i], "none") == 0)
            work->history.begins = 1;
        else
            status = cqa_history_import(&work->history, work->scheme, options->before[i],
                                        &work->faults, error);
    return status;
}

static enum cqa_status read_input(const struct options *options, struct work *work,
                                  struct cqa_error *error)
{
    const struct cqa_table_children children = {get_children, work};
    const struct cqa_table_source roster = {&children, NULL};
    struct cqa_import_how how = {.source = {&children, options->sheet},
                                 .roster = options->roster ? &work->roster : NULL,
                                 .asks_about_strangers = 1,
                                 .appraised = options->period};
    enum cqa_status status = CQA_OK;

    if (work->answers != NULL)
        cqa_import_answers_use(work->answers, &how);
    if (options->roster != NULL)
        status = cqa_roster_import(&roster, options->roster, &work->roster, &work->faults, error);
    if (status == CQA_OK && options->roster != NULL && work->roster.count == 0) {
        cqa_faults_print(&work->faults, cqa_say_language(), stderr);
        status = cqa_fail(error, CQA_E_BADDATA, "%s: nobody can be read from the roster",
                          options->roster);
    }
    if (status == CQA_OK)
        status = cqa_rows_import(work->scheme, &how, options->indicators, &work->rows,
                                 &work->faults, &work->report, error);
    if (status == CQA_OK && options->results != NULL)
        status =
            cqa_calls_import(&work->calls, work->scheme, options->results, &work->faults, error);
    return status == CQA_OK ? read_history(options, work, error) : status;
}

static void report_unused(void *context, const char *asked, int is_column)
{
    const char *path = context;

    cqa_say(stderr,
            is_column ? "note: %s: no column \"%s\" is in the file"
                      : "note: %s: no name \"%s\" is in the file",
            path, asked);
}

/* What of the file does not count, and what cannot be seen in it. */
static void report_import(const struct cqa_import_report *report)
{
    char place[PATH_MAX + 300];

    snprintf(place, sizeof place, "%s", report->place ? report->place : "");
    if (report->sheet_count > 0) /* "FILE:SHEET!" */
        place[strlen(place) - 1] = '\0';
    for (size_t i = 0; i < report->note_count; i++)
        cqa_say(stderr, "note: %s: %p", place, report->notes[i]);
    for (size_t i = 0; i < report->column_count; i++)
        if (report->columns[i].taken != NULL && report->columns[i].taken[0] == '\0')
            cqa_say(stderr, "note: %s: the column \"%s\" is left out", place,
                    report->columns[i].heading);
    for (size_t i = 0; i < report->left_out_count; i++) {
        const struct cqa_import_left_out *row = &report->left_out[i];
        if (row->is_summary && row->is_agent) /* the appraisal names it */
            continue;
        cqa_say(stderr, "note: %s: row %zu is left out (\"%s\"): %p", place, row->line, row->text,
                cqa_words_named(row->why));
    }
}

/* ---- output: a sheet at a time, so that memory does not grow with the floor */

static enum cqa_status write_out(struct cqa_buffer *buffer, enum cqa_status status,
                                 struct cqa_error *error)
{
    if (status != CQA_OK)
        return cqa_fail(error, status, "a sheet is larger than memory or %d bytes",
                        SHEET_BYTES_MAX);
    if (buffer->length > 0 && fwrite(buffer->text, 1, buffer->length, stdout) != buffer->length)
        return cqa_fail_errno(error, "stdout");
    buffer->length = 0;
    return CQA_OK;
}

static enum cqa_status write_sheet(const struct cqa_appraisal *appraisal, int format, size_t index,
                                   struct cqa_buffer *buffer)
{
    const struct cqa_sheet *sheet = &appraisal->sheets[index];

    if (format == FORMAT_JSONL)
        return cqa_sheet_to_json(appraisal, sheet, buffer);
    if (format == FORMAT_CSV)
        return cqa_sheet_to_csv(appraisal, sheet, buffer);
    return cqa_sheet_to_text(appraisal, sheet, cqa_say_language(), buffer);
}

static enum cqa_status print(const struct cqa_appraisal *appraisal, int format,
                             struct cqa_error *error)
{
    const enum cqa_language language = cqa_say_language();
    struct cqa_buffer buffer = {.limit = SHEET_BYTES_MAX};
    enum cqa_status status = CQA_OK;

    if (format == FORMAT_CSV)
        status = write_out(&buffer, cqa_sheets_csv_head(appraisal, &buffer), error);
    else if (format == FORMAT_TEXT)
        status = write_out(&buffer, cqa_sheets_text_head(appraisal, language, &buffer), error);
    for (size_t i = 0; i < appraisal->sheet_count && status == CQA_OK; i++)
        status = write_out(&buffer, write_sheet(appraisal, format, i, &buffer), error);
    if (format == FORMAT_TEXT && status == CQA_OK)
        status = write_out(&buffer, cqa_sheets_text_foot(appraisal, language, &buffer), error);
    if (status == CQA_OK && fflush(stdout) != 0)
        status = cqa_fail_errno(error, "stdout");
    cqa_buffer_finish(&buffer);
    return status;
}

/* What a reader must know besides the numbers. */
static void report(struct work *work)
{
    const struct cqa_appraisal *appraisal = &work->appraisal;

    cqa_faults_print(&work->faults, cqa_say_language(), stderr);
    report_import(&work->report);
    for (size_t i = 0; i < appraisal->left_out_count; i++)
        if (!appraisal->left_out[i].is_fault)
            cqa_say(stderr, "note: \"%s\" is left out: %p", appraisal->left_out[i].agent,
                    cqa_words_named(appraisal->left_out[i].why));
    for (size_t i = 0; i < appraisal->note_count; i++)
        cqa_say(stderr, "note: %p", appraisal->notes[i]);
}

/* 0: they say what is wrong with them. */
static int load_answers(const struct options *options, struct work *work)
{
    if (options->answers == NULL)
        return 1;
    work->answers = cqa_import_answers_load(options->answers, work->scheme, &work->problems);
    if (work->answers == NULL)
        cqa_problems_print(&work->problems, options->answers, cqa_say_language(), stderr);
    return work->answers != NULL;
}

static int appraise(const struct options *options, struct work *work)
{
    struct cqa_error error = {0};

    if (cqa_models_find("schemes", options->scheme, work->scheme_path, sizeof work->scheme_path,
                        &error) != CQA_OK) {
        cqa_cli_fail(NAME, "%p", &error.message);
        return CQA_EXIT_INVALID;
    }
    work->scheme = cqa_scheme_load(work->scheme_path, &work->problems);
    if (work->scheme == NULL) {
        cqa_problems_print(&work->problems, work->scheme_path, cqa_say_language(), stderr);
        return CQA_EXIT_INVALID;
    }
    if (!load_answers(options, work))
        return CQA_EXIT_INVALID;
    if (read_input(options, work, &error) != CQA_OK)
        return cqa_cli_fail(NAME, "%p", &error.message);
    const struct cqa_appraisal_input input = {
        .scheme = work->scheme,
        .rows = &work->rows,
        .calls = options->results ? &work->calls : NULL,
        .roster = options->roster ? &work->roster : NULL,
        .period = options->period,
        .history = &work->history,
        .awaits_roster = 1,
        .least = options->least,
    };
    if (cqa_appraise(&input, &work->faults, &work->appraisal, &error) != CQA_OK)
        return error.status == CQA_E_BADDATA ? cqa_cli_usage(NAME, "%p", &error.message)
                                             : cqa_cli_fail(NAME, "%p", &error.message);
    report(work);
    if (work->answers != NULL)
        cqa_import_answers_unused(work->answers, report_unused,
                                  (void *)(uintptr_t)options->answers);
    if (print(&work->appraisal, options->format, &error) != CQA_OK)
        return cqa_cli_fail(NAME, "%p", &error.message);
    return work->faults.count + work->faults.lost > 0 ? CQA_EXIT_UNREADABLE : CQA_EXIT_DONE;
}

int cqa_cli_appraise(int argc, char **argv)
{
    struct options options = {.format = FORMAT_TEXT};
    struct work work = {0};
    int result = parse(argc, argv, &options);

    if (result >= 0)
        return result;
    result = appraise(&options, &work);
    finish(&work);
    return result;
}
