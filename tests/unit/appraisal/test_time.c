/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes over time: joiners, leavers and movers by days, the period before, the year so far. The
 * arithmetic stands in the comments. */
#include "unit/appraisal/appraised.h"

static void appraise_of(struct appraised *it, const char *scheme, const char *csv)
{
    char *text = calloc(1, strlen(scheme) + 1);

    assert_non_null(text);
    appraise_text(it, strcpy(text, scheme), csv, strlen(csv));
}

/* ---- by days */

#define BY_DAYS                                                                                     \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: monthly\n"            \
    "applies_to: {posts: [desk]}\nindicators:\n"                                                    \
    "  - {id: base, names: {en: Base, zh: 基数}, range: [0, 100000], need: required}\n"           \
    "  - {id: days, names: {en: Days, zh: 在岗天数}, range: [1, 92], need: required, roster: "  \
    "days}\n"                                                                                       \
    "  - {id: of_days, names: {en: Of, zh: 当期天数}, range: [1, 92], need: required, roster: " \
    "period_days}\n"                                                                                \
    "items:\n"                                                                                      \
    "  - {id: share, names: {en: Share, zh: 在岗比例}, type: ratio, of: days, over: of_days}\n" \
    "  - {id: total, names: {en: T, zh: 总}, type: product, of: [base, share]}\ntotal: total\n"

static void appraise_seats(struct appraised *it, const char *seats, const char *csv)
{
    it->seats = seats;
    it->period = "2025-11";
    appraise_of(it, BY_DAYS, csv);
}

/* November has 30 days; the base is 3000, so each day is 100. */
static void joiners_and_leavers_by_days(void **state)
{
    static const struct {
        const char *seats; /* a's; the rest of the line */
        const char *total;
    } table[] = {
        {"1,east,desk,,\n", "3000.00"},                     /* the whole month */
        {"1,east,desk,2025-11-01,2025-11-30\n", "3000.00"}, /* exactly it */
        {"1,east,desk,2025-11-16,\n", "1500.00"},           /* joined on the 16th: 15 days */
        {"1,east,desk,2025-11-30,\n", "100.00"},            /* on the last: 1 */
        {"1,east,desk,,2025-11-10\n", "1000.00"},           /* left on the 10th: 10 */
        {"1,east,desk,,2025-11-01\n", "100.00"},            /* on the first: 1 */
        {"1,east,desk,2025-11-05,2025-11-09\n", "500.00"},  /* both: 5 */
        {"1,east,desk,,2025-11-10T12:00\n", "1000.00"},     /* at noon: the day counts */
        {"1,east,desk,,2025-11-10 00:00:00\n", "1000.00"},  /* a spreadsheet's midnight is a day */
        {"1,east,desk,2025-11-10T23:59,\n", "2100.00"},     /* late on the 10th: 21 */
        /* two seats at once are one day: 1–10 and 6–15 */
        {"1,east,desk,,2025-11-10\na,2,east,desk,2025-11-06,2025-11-15\n", "1500.00"},
        /* away from the 11th to the 20th: 10 and 10 */
        {"1,east,desk,,2025-11-10\na,1,east,desk,2025-11-21,\n", "2000.00"},
        /* between teams of one post nothing is lost */
        {"1,east,desk,,2025-11-10\na,2,west,desk,2025-11-11,\n", "3000.00"},
        /* a seat of October and one of December count nothing */
        {"1,east,desk,,2025-10-31\na,1,east,desk,2025-11-11,2025-11-20\n"
         "a,1,east,desk,2025-12-01,\n",
         "1000.00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char seats[400] = "person,extension,team,post,from,to\na,";
        struct appraised it = {0};
        appraise_seats(&it, strcat(seats, table[i].seats), "agent,base\na,3000\n");
        assert_no_faults(&it);
        const struct cqa_sheet *sheet = sheet_of(&it, "a");
        assert_number(sheet->total, table[i].total, table[i].seats);
        finish(&it);
    }
}

/* Desk until the 12th, then back office: 12 ÷ 30 of 3000 in the scheme of the desk, whichever way
 * they went; who was never at the desk is left out. */
static void movers_between_posts(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise_seats(&it,
                   "person,extension,team,post,from,to\na,1,e,desk,,2025-11-12\n"
                   "a,2,e,office,2025-11-13,\nb,3,e,office,,2025-11-18\n"
                   "b,4,e,desk,2025-11-19,\nc,5,e,office,,\n",
                   "agent,base\na,3000\nb,3000\nc,3000\n");
    assert_total(&it, "a", "1200.00");
    assert_total(&it, "b", "1200.00");
    assert_null(find_sheet(&it, "c"));
    assert_no_faults(&it);
    finish(&it);
}

/* An import says it better than the roster; without either it is missing. February 2024 has 29. */
static void days_may_be_imported(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise_seats(&it, "person,extension,team,post,from,to\na,1,e,desk,,\n",
                   "agent,base,days,of_days\na,3000,11,22\n");
    assert_total(&it, "a", "1500.00");
    finish(&it);
    it.period = "2024-02";
    it.seats = "person,extension,team,post,from,to\na,1,e,desk,2024-02-29,\n";
    appraise_of(&it, BY_DAYS, "agent,base\na,2900\n");
    assert_total(&it, "a", "100.00");
    finish(&it);
    appraise_seats(&it, "person,extension,team,post,from,to\nb,1,e,desk,,\n",
                   "agent,post,base\na,desk,2900\n");
    assert_fault(&it, "in.csv", 2, 8, "\"days\" (Days, 在岗天数) is missing");
    finish(&it);
}

/* ---- what earlier sheets gave */

#define CARRIED(more)                                                                              \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: monthly\n"           \
    "indicators:\n"                                                                                \
    "  - {id: sold, names: {en: Sold, zh: 销量}, range: [0, 1000], need: required}\n"            \
    "  - {id: other, names: {en: Other, zh: 前期}, range: [-1000, 100000], " more "}\n"            \
    "items:\n"                                                                                     \
    "  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [sold, other]}\ntotal: total\n"

#define SHEET(period, total, more)                                                                 \
    "{\"agent\":\"a\",\"total\":" total more ",\"scheme\":\"t\",\"period\":\"" period              \
    "\",\"trace\":[{\"indicator\":\"sold\",\"value\":7.00}]}\n"

static void carries_over(void **state)
{
    static const char year[] = SHEET("2025-08", "10", "") SHEET("2025-09", "20", "")
        SHEET("2025-10", "33.33", ",\"total_exact\":\"100/3\"");
    static const struct {
        const char *how;
        const char *total;
    } table[] = {
        /* 5 + 100 ÷ 3 = 38.33; the sheet's two places are not what is carried */
        {"need: required, carried: {of: total, from: before}", "38.33"},
        /* 5 + 10 + 20 + 33.33 */
        {"need: required, carried: {of: total, from: year, by: sum}", "68.33"},
        /* 5 + 63.33 ÷ 3 */
        {"need: required, carried: {of: total, from: year, by: mean}", "26.11"},
        /* 5 + 7, what the indicator was */
        {"need: required, carried: {of: sold, from: before}", "12.00"},
        {"need: required, carried: {of: sold, from: year, by: sum}", "26.00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char scheme[1200];
        struct appraised it = {.earlier = year, .period = "2025-11", .begins = 1};
        snprintf(scheme, sizeof scheme, CARRIED("%s"), table[i].how);
        appraise_of(&it, scheme, "agent,sold\na,5\n");
        assert_no_faults(&it);
        assert_number(sheet_of(&it, "a")->total, table[i].total, table[i].how);
        finish(&it);
    }
}

#define BEFORE CARRIED("need: required, carried: {of: total, from: before}")
#define YEAR CARRIED("need: required, carried: {of: total, from: year, by: sum}")
#define OR_NOTHING CARRIED("need: optional, default: 0, carried: {of: total, from: year, by: sum}")

static void what_is_not_there_is_asked_about(void **state)
{
    struct appraised it = {.period = "2025-11"};

    (void)state;
    /* no sheet at all: forgotten, or is this the first month? */
    appraise_of(&it, BEFORE, "agent,sold\na,5\n");
    assert_fault(
        &it, "", 0, 0,
        "\"other\" is carried over, and no sheets of 2025-10 are at hand; allowed: --before");
    finish(&it);
    it = (struct appraised){.period = "2025-11"};
    appraise_of(&it, OR_NOTHING, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "no sheets of 2025-10 are at hand");
    finish(&it);
    it = (struct appraised){.period = "2025-11", .begins = 1};
    appraise_of(&it, OR_NOTHING, "agent,sold\na,5\n");
    assert_total(&it, "a", "5.00");
    finish(&it);
    it = (struct appraised){.begins = 1};
    appraise_of(&it, OR_NOTHING, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "nobody said of which period this appraisal is");
    finish(&it);
    /* September is not the month before November, and the year has a gap */
    it = (struct appraised){.period = "2025-11", .earlier = SHEET("2025-09", "20", "")};
    appraise_of(&it, BEFORE, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "no sheets of 2025-10 are at hand");
    finish(&it);
    it = (struct appraised){.period = "2025-11", .earlier = SHEET("2025-09", "20", "")};
    appraise_of(&it, YEAR, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "no sheets of 2025-10 are at hand");
    finish(&it);
    /* January begins anew: last year is none of it; December is the month before */
    it = (struct appraised){.period = "2026-01", .earlier = SHEET("2025-12", "20", "")};
    appraise_of(&it, OR_NOTHING, "agent,sold\na,5\n");
    assert_total(&it, "a", "5.00");
    finish(&it);
    it = (struct appraised){.period = "2026-01", .earlier = SHEET("2025-12", "20", "")};
    appraise_of(&it, BEFORE, "agent,sold\na,5\n");
    assert_total(&it, "a", "25.00");
    finish(&it);
    /* an import counts for more; of two sheets of one month the later */
    it = (struct appraised){.period = "2025-11",
                            .earlier = SHEET("2025-10", "20", "") SHEET("2025-10", "30", "")};
    appraise_of(&it, BEFORE, "agent,sold,other\na,5,1\nb,1,1\n");
    assert_total(&it, "a", "6.00");
    finish(&it);
    it = (struct appraised){.period = "2025-11",
                            .earlier = SHEET("2025-10", "20", "") SHEET("2025-10", "30", "")};
    appraise_of(&it, BEFORE, "agent,sold\na,5\n");
    assert_total(&it, "a", "35.00");
    finish(&it);
    /* what is no sheet of this scheme */
    it = (struct appraised){.period = "2025-11", .earlier = "{\"agent\":\"a\"}\n"};
    appraise_of(&it, OR_NOTHING, "agent,sold\na,5\n");
    assert_fault(&it, "earlier.jsonl", 1, 1, "no sheet of an earlier period");
    finish(&it);
}

/* What one appraisal writes the next one reads: 40, then 40 + 2. */
static void a_sheet_is_carried_over(void **state)
{
    struct appraised october = {.period = "2025-10", .begins = 1};
    struct appraised november = {.period = "2025-11", .begins = 1};
    struct cqa_buffer json = {.limit = 100000};

    (void)state;
    appraise_of(&october, OR_NOTHING, "agent,sold\na,40\n");
    assert_int_equal(cqa_sheet_to_json(&october.appraisal, sheet_of(&october, "a"), &json), CQA_OK);
    november.earlier = json.text;
    appraise_of(&november, YEAR, "agent,sold\na,2\n");
    assert_total(&november, "a", "42.00");
    finish(&october);
    finish(&november);
    cqa_buffer_finish(&json);
}

/* Of the last two: 10, 20, 33.33 of August to October, and 5 now. */
static void carries_the_last_few(void **state)
{
    static const char year[] = SHEET("2025-08", "10", "") SHEET("2025-09", "20", "")
        SHEET("2025-10", "33.33", ",\"total_exact\":\"100/3\"");
    static const struct {
        const char *how;
        const char *total;
    } table[] = {
        {"periods: 2, by: sum", "58.33"},     /* 5 + 20 + 33.33 */
        {"periods: 2, by: mean", "31.67"},    /* 5 + 53.33 ÷ 2 */
        {"periods: 2, by: lowest", "25.00"},  /* 5 + 20 */
        {"periods: 3, by: lowest", "15.00"},  /* 5 + 10 */
        {"periods: 3, by: highest", "38.33"}, /* 5 + 33.33 */
        {"periods: 3, by: sheets", "8.00"},   /* 5 + 3 */
        {"periods: 4, by: highest",
         "4.00"}, /* July is not there: who came in August has none: 5 - 1 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char scheme[1200];
        struct appraised it = {.earlier = year, .period = "2025-11", .begins = 1};
        snprintf(scheme, sizeof scheme,
                 CARRIED("need: optional, default: -1, carried: {of: total, from: last, %s}"),
                 table[i].how);
        appraise_of(&it, scheme, "agent,sold\na,5\n");
        assert_no_faults(&it);
        assert_number(sheet_of(&it, "a")->total, table[i].total, table[i].how);
        finish(&it);
    }
}

#define LAST_TWO                                                                                   \
    CARRIED("need: optional, default: 0, carried: {of: total, from: last, periods: 2, by: "        \
            "highest}")

/* What is missing between sheets is asked about; before the first one nobody was there. */
static void a_gap_among_the_last_few(void **state)
{
    struct appraised it = {.period = "2025-11", .earlier = SHEET("2025-09", "20", "")};

    (void)state;
    appraise_of(&it, LAST_TWO, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "no sheets of 2025-10 are at hand");
    finish(&it);
    it = (struct appraised){.period = "2025-11",
                            .earlier = SHEET("2025-08", "20", "") SHEET("2025-10", "30", "")};
    appraise_of(&it, LAST_TWO, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "no sheets of 2025-09 are at hand");
    finish(&it);
    it = (struct appraised){.period = "2025-11", .earlier = SHEET("2025-10", "30", "")};
    appraise_of(&it, LAST_TWO, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "no sheets of 2025-09 are at hand");
    finish(&it);
    it =
        (struct appraised){.period = "2025-11", .earlier = SHEET("2025-10", "30", ""), .begins = 1};
    appraise_of(&it, LAST_TWO, "agent,sold\na,5\n");
    assert_no_faults(&it);
    assert_total(&it, "a", "5.00");
    finish(&it);
    /* across the year: December and November */
    it = (struct appraised){.period = "2026-01",
                            .earlier = SHEET("2025-12", "30", "") SHEET("2025-11", "40", "")};
    appraise_of(&it, LAST_TWO, "agent,sold\na,5\n");
    assert_total(&it, "a", "45.00");
    finish(&it);
}

/* Others have sheets of October, and b has none: the roster says whether b was there. What a sheet
 * of this version, whole, has nothing of, was not there; of another version nobody knows. */
static void who_should_have_a_sheet(void **state)
{
    static const char *const seats[] = {
        "person,extension,team,post,from,to\na,1,e,desk,,\nb,2,e,desk,2025-11-03,\n",
        "person,extension,team,post,from,to\na,1,e,desk,,\nb,2,e,desk,2025-10-31,\n"};
    struct appraised it = {
        .period = "2025-11", .earlier = SHEET("2025-10", "20", ""), .seats = seats[0]};

    (void)state;
    appraise_of(&it, OR_NOTHING, "agent,sold,other\na,5,1\nb,1,\n");
    assert_no_faults(&it);
    assert_total(&it, "b", "1.00");
    finish(&it);
    it = (struct appraised){
        .period = "2025-11", .earlier = SHEET("2025-10", "20", ""), .seats = seats[1], .begins = 1};
    appraise_of(&it, OR_NOTHING, "agent,sold,other\na,5,1\nb,1,\n");
    assert_int_equal(it.faults.count, 1);
    assert_fault(&it, "in.csv", 3, 3,
                 "agent \"b\": \"other\" is carried over, and no sheet of 2025-10");
    finish(&it);
    it = (struct appraised){.period = "2025-02",
                            .earlier = SHEET("2025-01", "null", ",\"scheme_version\":\"1\"")};
    appraise_of(&it, OR_NOTHING, "agent,sold\na,5\n");
    assert_total(&it, "a", "5.00");
    finish(&it);
    it = (struct appraised){.period = "2025-02",
                            .earlier = SHEET("2025-01", "null", ",\"scheme_version\":\"0\"")};
    appraise_of(&it, OR_NOTHING, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "no sheets of 2025-01 are at hand");
    finish(&it);
    it = (struct appraised){
        .period = "2025-02",
        .earlier = SHEET("2025-01", "null",
                         ",\"scheme_version\":\"1\",\"preliminary\":{\"en\":\"x\",\"zh\":\"x\"}")};
    appraise_of(&it, OR_NOTHING, "agent,sold\na,5\n");
    assert_fault(&it, "", 0, 0, "no sheets of 2025-01 are at hand");
    finish(&it);
}

/* ---- a year */

#define YEARLY                                                                                      \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: yearly\n"             \
    "indicators:\n"                                                                                 \
    "  - {id: qa, names: {en: QA, zh: 质检}, range: [0, 100], need: required, period: monthly}\n" \
    "  - {id: sold, names: {en: Sold, zh: 销量}, range: [0, 9999], need: required}\n"             \
    "  - {id: days, names: {en: Days, zh: 天数}, range: [1, 366], need: optional, default: 0, "   \
    "roster: days}\nitems:\n"                                                                       \
    "  - {id: points, names: {en: P, zh: 分}, type: bands, of: qa, rows: [{below: 60, points: "    \
    "0}, "                                                                                          \
    "{from: 60, points: 12}]}\n"                                                                    \
    "  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [points, sold, days]}\ntotal: "      \
    "total\n"

static void add_months(char *csv, const char *agent, int first, int last, int low)
{
    for (int month = first; month <= last; month++)
        (void)sprintf(csv + strlen(csv), "%s,qa,%d,2025-%02d\n", agent, month == low ? 59 : 80,
                      month);
}

/* Each month is scored, then the mean: eleven of 12 and one of 0 are 132 ÷ 12 = 11; 11 + 100 = 111.
 */
static void a_year_has_twelve_months(void **state)
{
    char csv[2000] = "agent,indicator,value,period\na,sold,100,2025\nb,sold,100,2025年度\n";
    struct appraised it = {.period = "2025"};

    (void)state;
    add_months(csv, "a", 1, 12, 3);
    add_months(csv, "b", 1, 11, 0);
    appraise_of(&it, YEARLY, csv);
    assert_item(&it, "a", "points", "11.00");
    assert_total(&it, "a", "111.00");
    assert_null(find_sheet(&it, "b"));
    assert_fault(&it, "in.csv", 16, 6,
                 "\"qa\" is given for 11 of the 12 parts of 2025; 2025-12 is missing");
    finish(&it);
}

/* a came on 1 July: six months, 12 each but one: 60 ÷ 6 = 10, and 184 days: 10 + 5 + 184 = 199. b
 * was there all year: 365. */
static void who_joined_has_fewer_months(void **state)
{
    char csv[2000] = "agent,indicator,value,period\na,sold,5,\nb,sold,0,\n";
    struct appraised it = {.period = "2025",
                           .seats = "person,extension,team,post,from,to\na,1,e,desk,2025-07-01,\n"
                                    "b,2,e,desk,,\n"};

    (void)state;
    add_months(csv, "a", 7, 12, 9);
    add_months(csv, "b", 1, 12, 0);
    appraise_of(&it, YEARLY, csv);
    assert_no_faults(&it);
    assert_total(&it, "a", "199.00");
    assert_total(&it, "b", "377.00");
    finish(&it);
}

static void a_month_is_no_year(void **state)
{
    struct appraised it = {0};
    struct cqa_appraisal none = {0};
    struct cqa_error error = {0};

    (void)state;
    appraise_of(&it, YEARLY,
                "agent,indicator,value,period\na,sold,5,2025-11\nb,sold,5,2025Q4\nc,qa,5,2025Q4\n"
                "d,qa,80,2025\nd,sold,1,2025\n");
    assert_fault(&it, "in.csv", 2, 8,
                 "\"sold\" is given for 2025-11, and counts for a year; allowed: such as 2025");
    assert_fault(&it, "in.csv", 3, 8, "given for 2025Q4, and counts for a year");
    assert_fault(&it, "in.csv", 4, 6, "given for 2025Q4, and counts for a month");
    assert_total(&it, "d", "13.00"); /* a value of the year is one of every month: 12 + 1 */
    const struct cqa_appraisal_input input = {
        .scheme = it.scheme, .rows = &it.rows, .period = "2025-11"};
    assert_int_equal(cqa_appraise(&input, &it.faults, &none, &error), CQA_E_BADDATA);
    assert_non_null(strstr(cqa_english(&error.message), "the scheme is for a year"));
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joiners_and_leavers_by_days),
        cmocka_unit_test(movers_between_posts),
        cmocka_unit_test(days_may_be_imported),
        cmocka_unit_test(carries_over),
        cmocka_unit_test(what_is_not_there_is_asked_about),
        cmocka_unit_test(a_sheet_is_carried_over),
        cmocka_unit_test(carries_the_last_few),
        cmocka_unit_test(a_gap_among_the_last_few),
        cmocka_unit_test(who_should_have_a_sheet),
        cmocka_unit_test(a_year_has_twelve_months),
        cmocka_unit_test(who_joined_has_fewer_months),
        cmocka_unit_test(a_month_is_no_year),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
