/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indicators as people's files have them: long and wide, encodings, spreadsheet habits, and all
 * that is wrong. */
#include <iconv.h>
#include "unit/appraisal/appraised.h"

#define HEAD "agent,indicator,value\n"
#define GOOD_B                                                                                     \
    "B,calls_handled,2000\nB,wrong_orders,3\nB,recording_qa,100\n" /* 800 + 30 + 30 = 860 */

/* ---- what is taken */

static void assert_860(const char *csv, size_t length, const char *agent)
{
    struct appraised it = {0};

    appraise_text(&it, scheme_text("agent-2013"), csv, length);
    assert_no_faults(&it);
    assert_total(&it, agent, "860.00");
    finish(&it);
}

static void takes_spreadsheets(void **state)
{
    static const char *const files[] = {
        HEAD GOOD_B,
        "agent,indicator,value\r\nB,calls_handled,2000\r\nB,wrong_orders,3\r\nB,recording_qa,"
        "100", /* no last line end */
        "sep=;\r\nagent;indicator;value\r\nB;calls_handled;2000\r\nB;wrong_orders;3\r\nB;"
        "recording_qa;100\r\n",
        "agent\tindicator\tvalue\rB\tcalls_handled\t2000\rB\twrong_orders\t3\rB\trecording_"
        "qa\t100\r",
        "\xEF\xBB\xBF" HEAD GOOD_B,
        HEAD "\n,,\n" GOOD_B ",,\n", /* blank lines */
        HEAD "\"B\",\"calls_handled\",\"2,000\"\nB,wrong_orders,3.00\nB,recording_qa,1E+2\n",
        HEAD " B , calls_handled ,\xE3\x80\x80"
             "2000\xC2\xA0\nB,wrong_orders,+3\nB,recording_qa,100\n",
        HEAD "=\"B\",calls_handled,2000\nB,wrong_orders,3\n\"=\"\"B\"\"\",recording_qa,100\n",
        HEAD
        "B,calls_handled,２０００\nB,wrong_orders,３\nB,recording_qa,１００．０\n", /* digits of
                                                                                       Chinese
                                                                                       width */
        "agent,wrong_orders,recording_qa,calls_handled\nB,3,100,2000\n",
        "坐席,话务总量,错单量,录音质检\nB,2000,3,100\n",
        "工号,指标,数值\nB,话务总量,2000\nB,错单量,3\nB,Recording QA,100\n",
        "value,count,rater,post,period,agent,indicator\n2000,,,,,B,calls_handled\n3,,,,,B,"
        "wrong_orders\n"
        "100,,,,2025-11,B,recording_qa\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_860(files[i], strlen(files[i]), "B");
}

static void takes_a_quoted_line_break_in_a_name(void **state)
{
    static const char csv[] =
        "agent,calls_handled,wrong_orders,recording_qa\n\"B \"\"x\"\"\nsecond, line\",2000,3,100\n";

    (void)state;
    assert_860(csv, sizeof csv - 1, "B \"x\"\nsecond, line");
}

/* What Excel in Chinese saves as "CSV", and as "Unicode text". */
static void takes_encodings(void **state)
{
    static const char *const encodings[] = {"GB18030", "GBK", "UTF-16LE", "UTF-16BE"};
    char csv[] = "坐席,话务总量,错单量,录音质检\r\n张三,2000,3,100\r\n";

    (void)state;
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        char bytes[400];
        char *in = csv;
        char *out = bytes;
        size_t in_left = strlen(csv);
        size_t out_left = sizeof bytes;
        iconv_t converter = iconv_open(encodings[i], "UTF-8");
        assert_true(converter != (iconv_t)-1);
        if (i >= 2) {
            memcpy(out, i == 2 ? "\xFF\xFE" : "\xFE\xFF", 2);
            out += 2;
        }
        assert_int_equal(iconv(converter, &in, &in_left, &out, &out_left), 0);
        iconv_close(converter);
        assert_860(bytes, (size_t)(out - bytes), "张三");
    }
}

static void refuses_other_encodings(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } files[] = {{"agent,\xFF\xFF\xFF", 9}, {"agent,a\0b", 9}};
    struct cqa_problems problems = {0};

    (void)state;
    char *text = scheme_text("agent-2013");
    struct cqa_scheme *scheme = scheme_of(text, strlen(text), &problems);
    for (size_t i = 0; i < 2; i++) {
        struct cqa_rows rows = {0};
        struct cqa_faults faults = {0};
        struct cqa_error error = {0};
        assert_int_equal(cqa_rows_read(scheme, NULL, files[i].bytes, files[i].length, "x", &rows,
                                       &faults, NULL, &error),
                         CQA_E_BADDATA);
        assert_non_null(strstr(cqa_english(&error.message), "GB18030"));
        cqa_rows_finish(&rows);
        cqa_faults_finish(&faults);
    }
    cqa_scheme_destroy(scheme);
    free(text);
}

/* 90 counted three times, 70 once: (270 + 70) ÷ 4 = 85. */
static void weighs_raters_by_count(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "grades-310",
             "agent,indicator,value,count,rater\nA,self_score,85,,A\nA,supervisor_score,90,3,x\n"
             "A,supervisor_score,70,,y\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "85.00");
    finish(&it);
}

/* ---- what is wrong: A has it, B is computed all the same */

static void names_what_is_wrong(void **state)
{
    static const struct {
        const char *rows;
        size_t line, column;
        const char *piece;
    } table[] = {
        {"A,calls_handled,2000\nA,recording_qa,100\n", 2, 17,
         "\"wrong_orders\" (Wrong orders, 错单量) is missing"},
        {"A,calls_handled,2000\nA,wrong_orders,3\n", 2, 17,
         "\"recording_qa\" (Recording QA, 录音质检) is missing"},
        {"A,calls_handled,2000\nA,wrong_orders,3\nA,recording_qa,100\nA,smile,5\n", 5, 3,
         "unknown indicator \"smile\""},
        {"A,calls_handled,2000\nA,wrong_orders,3\nA,recording_qa,100\nA,wrong_orders,3\n", 5, 16,
         "\"wrong_orders\" is given twice, first in line 3"},
        {"A,calls_handled,many\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 17,
         "\"many\" of \"calls_handled\" is not a"},
        {"A,calls_handled,nan\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 17, "not a number"},
        {"A,calls_handled,#N/A\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 17, "not a number"},
        {"A,calls_handled,\"20,00\"\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 17,
         "not a number"},
        {"A,calls_handled,2000 km\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 17,
         "in another unit"},
        {"A,calls_handled,2000%\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 17, "in another unit"},
        {"A,calls_handled,\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 1,
         "the value of \"calls_handled\" is empty"},
        {"A,calls_handled\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 1,
         "the value of \"calls_handled\" is empty"},
        {"A,,5\n", 2, 1, "names no indicator"},
        {"A,calls_handled,2000,7\n", 2, 22, "4 cells under 3 columns"},
        {"A,calls_handled,-1\nA,wrong_orders,3\nA,recording_qa,100\n", 2, 17,
         "\"calls_handled\" is -1; allowed: 0 to"},
        {"A,calls_handled,2000\nA,wrong_orders,3\nA,recording_qa,100.01\n", 4, 16,
         "is 100.01; allowed: 0 to 100"},
        {"A,calls_handled,2000\nA,wrong_orders,3.5\nA,recording_qa,100\n", 3, 16,
         "is 3.5; allowed: whole numbers"},
        {"A,calls_handled,\"2000\"x\nA,wrong_orders,3\n", 2, 23, "text after a closing quote"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char csv[1000];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, "%s%s%s", HEAD, table[i].rows, GOOD_B);
        appraise(&it, "agent-2013", csv);
        assert_fault(&it, "in.csv", table[i].line, table[i].column, table[i].piece);
        assert_null(find_sheet(&it, "A"));
        assert_total(&it, "B", "860.00");
        assert_int_equal(it.appraisal.left_out_count, 1);
        assert_string_equal(it.appraisal.left_out[0].agent, "A");
        finish(&it);
    }
}

/* A wrong cell is not reported as missing besides. */
static void says_it_once(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013",
             HEAD "A,calls_handled,x\nA,wrong_orders,99999\nA,recording_qa,100\n");
    assert_int_equal(it.faults.count, 2);
    finish(&it);
}

static void knows_raters_posts_and_periods(void **state)
{
    static const struct {
        const char *csv;
        size_t line, column;
        const char *piece;
    } table[] = {
        {"agent,indicator,value,rater\nA,supervisor_score,90,x\nA,supervisor_score,80,x\n", 3, 20,
         "given twice by x, first in line 2"},
        {"agent,indicator,value,post\nA,supervisor_score,90,desk\nA,self_score,80,lead\n", 3, 17,
         "is in two posts"},
        {"agent,indicator,value,count\nA,supervisor_score,90,0\n", 2, 23,
         "the count \"0\" must be a number above 0"},
        {"agent,indicator,value,count\nA,supervisor_score,90,-1\n", 2, 23,
         "must be a number above 0"},
        {"agent,indicator,value,period\nA,supervisor_score,90,2025-13\n", 2, 23,
         "\"2025-13\" is no period"},
        {"agent,indicator,value,period\nA,self_score,90,2025-10\nA,self_score,90,2025-11\n", 2, 17,
         "the row is of 2025-10; the rows are of several periods"},
        {"agent,indicator,value,period\nA,self_score,90,2025-10\nA,supervisor_score,90,2025-11\n",
         3, 23, "the row is of 2025-11; the rows are of several periods"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct appraised it = {0};
        appraise(&it, "grades-310", table[i].csv);
        assert_fault(&it, "in.csv", table[i].line, table[i].column, table[i].piece);
        assert_int_equal(it.appraisal.sheet_count, 0);
        finish(&it);
    }
}

/* 5 to 20, or 0; not 4. */
static void keeps_to_the_declared_range(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "levels", "agent,caused_complaint_points\nA,4\nB,0\nC,5\nD,20.5\n");
    assert_fault(&it, "in.csv", 2, 3, "is 4; allowed: 0, or 5 to 20");
    assert_fault(&it, "in.csv", 5, 3, "is 20.5");
    for (size_t i = 0; i < it.faults.count; i++)
        if (it.faults.items[i].at.line == 3 || it.faults.items[i].at.line == 4)
            assert_null(strstr(cqa_english(it.faults.items[i].message), "caused_complaint_points"));
    finish(&it);
}

/* Numbers whose mean needs more digits than there are: an error of the agent, not a wrong number
 * and not a crash. */
static void says_when_digits_run_out(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(
        &it, "grades-310",
        "agent,indicator,value,count,rater\nA,self_score,85,,A\n"
        "A,supervisor_score,1.00000000000000000000000000007,0.00000000000000000000000000007,x\n"
        "A,supervisor_score,1.00000000000000000000000000003,0.00000000000000000000000000009,y\n"
        "B,self_score,85,,B\nB,supervisor_score,85,,x\n");
    assert_fault(&it, "in.csv", 2, 14, "too many digits");
    assert_total(&it, "B", "85.00");
    finish(&it);
}

static void columns_count_characters(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013", HEAD "张三,话务总量,很多\n" GOOD_B);
    assert_fault(&it, "in.csv", 2, 9, "很多");
    finish(&it);
}

static void wide_files_fail_by_cell(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013",
             "agent,calls_handled,wrong_orders,recording_qa,smile\nA,2000,3,100,5\nB,2000,3,100,"
             "\nC,2000,,100,\n");
    assert_fault(&it, "in.csv", 1, 47,
                 "the column \"smile\" is no indicator of the scheme; allowed: calls_handled");
    assert_total(&it, "B", "860.00");
    assert_fault(&it, "in.csv", 4, 3, "\"wrong_orders\"");
    assert_int_equal(it.appraisal.sheet_count, 1);
    finish(&it);
}

static void heads_must_be_right(void **state)
{
    static const struct {
        const char *csv;
        size_t line, column;
        const char *piece;
    } table[] = {
        {"", 1, 1, "empty"},
        {"\n\n", 1, 1, "empty"},
        {"team,calls_handled\nA,5\n", 1, 1, "the column \"agent\" is missing"},
        {"agent,indicator\nA,calls_handled\n", 1, 1, "the column \"value\" is missing"},
        {"agent,indicator,value,mood\nA,calls_handled,5,x\n", 1, 23, "unknown column \"mood\""},
        {"agent,agent,calls_handled\nA,A,5\n", 1, 7, "given twice"},
        {"agent,calls_handled,话务总量\nA,5,6\n", 1, 21, "given twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct appraised it = {0};
        appraise(&it, "agent-2013", table[i].csv);
        assert_fault(&it, "in.csv", table[i].line, table[i].column, table[i].piece);
        finish(&it);
    }
}

/* What an open quote swallowed may be anyone's: nobody is computed from half a file. */
static void an_open_quote_spoils_the_file(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013", HEAD GOOD_B "\"A,calls_handled,2000\nB,wrong_orders,9\n");
    assert_fault(&it, "in.csv", 5, 1, "a quote is never closed");
    assert_int_equal(it.appraisal.sheet_count, 0);
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_spreadsheets),
        cmocka_unit_test(takes_a_quoted_line_break_in_a_name),
        cmocka_unit_test(takes_encodings),
        cmocka_unit_test(refuses_other_encodings),
        cmocka_unit_test(weighs_raters_by_count),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(says_it_once),
        cmocka_unit_test(knows_raters_posts_and_periods),
        cmocka_unit_test(keeps_to_the_declared_range),
        cmocka_unit_test(says_when_digits_run_out),
        cmocka_unit_test(columns_count_characters),
        cmocka_unit_test(wide_files_fail_by_cell),
        cmocka_unit_test(heads_must_be_right),
        cmocka_unit_test(an_open_quote_spoils_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
