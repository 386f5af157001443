/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loader: what a scheme may say, and how it is told what is wrong with it, all at once and with
 * its place. */
#include <dirent.h>
#include "unit/appraisal/appraised.h"

#define HEAD                                                                                       \
    "scheme: s\nversion: \"1\"\nnames: {en: a, zh: b}\nsource: here\nperiod: "                     \
    "monthly\nindicators:\n"                                                 /* lines 1 to 6 */    \
    "  - {id: x, names: {en: X, zh: 甲}, range: [0, 100], need: required}\n" /* 7 */               \
    "  - {id: y, names: {en: Y, zh: 乙}, range: [1, 10], whole: true, need: required}\n" /* 8 */   \
    "  - {id: z, names: {en: Z, zh: 丙}, range: [0, 10], need: optional}\n"              /* 9 */   \
    "items:\n"                                                                           /* 10 */
#define NAMES "names: {en: T, zh: 总}"
#define SUM "  - {id: t, " NAMES ", type: sum, plus: [x, y]}\n"

static void assert_problem(const char *text, size_t line, const char *piece)
{
    struct cqa_problems problems = {0};
    struct cqa_scheme *scheme = scheme_of(text, strlen(text), &problems);
    int found = 0;

    for (size_t i = 0; i < problems.count; i++)
        found |= problems.items[i].line == line &&
                 strstr(cqa_english(problems.items[i].message), piece) != NULL;
    if (!found || scheme != NULL) {
        cqa_problems_print(&problems, "scheme", CQA_ENGLISH, stderr);
        fail_msg("no problem %zu: …%s… in\n%s", line, piece, text);
    }
    cqa_problems_finish(&problems);
}

static void takes_every_scheme_of_models(void **state)
{
    char path[500];
    size_t count = 0;

    (void)state;
    snprintf(path, sizeof path, "%s/models/schemes", CQA_SOURCE_DIR);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct cqa_problems problems = {0};
        if (strstr(entry->d_name, ".yaml") == NULL)
            continue;
        snprintf(path, sizeof path, "%s/models/schemes/%.100s", CQA_SOURCE_DIR, entry->d_name);
        struct cqa_scheme *scheme = cqa_scheme_load(path, &problems);
        cqa_problems_print(&problems, path, CQA_ENGLISH, stderr);
        assert_non_null(scheme);
        assert_int_equal(strncmp(scheme->id, entry->d_name, strlen(scheme->id)), 0);
        cqa_scheme_destroy(scheme);
        cqa_problems_finish(&problems);
        count++;
    }
    closedir(folder);
    assert_true(count >= 14);
}

static void names_each_problem(void **state)
{
    static const struct {
        const char *items;
        size_t line;
        const char *piece;
    } table[] = {
        /* weights */
        {"  - {id: t, " NAMES
         ", type: weighted, parts: [{of: x, weight: 50}, {of: y, weight: 40}]}\n",
         11, "the weights sum to 90; allowed: 100, or \"weights_sum: 90\""},
        {"  - {id: t, " NAMES ", type: weighted, weights_sum: 90, parts: [{of: x, weight: 100}]}\n",
         11, "the weights sum to 100; allowed: 90"},
        {"  - {id: t, " NAMES
         ", type: weighted, parts: [{of: x, weight: 120}, {of: y, weight: -20}]}\n",
         11, "a weight below 0"},
        {"  - {id: t, " NAMES ", type: weighted, parts: [{of: x, weight: some}]}\n", 11,
         "\"some\" is neither an indicator nor an earlier item"},
        {"  - {id: t, " NAMES ", type: value, of: x, floor: 1e16}\n", 11, "up to 1e15"},
        {"  - {id: t, " NAMES ", type: value, of: x, floor: 0.1234567891}\n", 11,
         "up to 9 decimals"},
        {"  - {id: t, " NAMES ", type: ratio, of: x, over: 1e30}\n", 11, "up to 1e15"},
        /* bands */
        {"  - {id: t, " NAMES
         ", type: bands, of: x, rows: [{to: 10, points: 1}, {from: 11, points: 2}]}\n",
         11, "the rows leave a gap at or above 10"},
        {"  - {id: t, " NAMES
         ", type: bands, of: x, rows: [{below: 10, points: 1}, {above: 10, points: 2}]}\n",
         11, "a gap at or above 10"},
        {"  - {id: t, " NAMES
         ", type: bands, of: x, rows: [{to: 10, points: 1}, {from: 10, points: 2}]}\n",
         11, "overlaps the one below it at 10"},
        {"  - {id: t, " NAMES
         ", type: bands, of: x, rows: [{to: 10, points: 1}, {to: 20, points: 2}]}\n",
         11, "the row overlaps another"},
        {"  - {id: t, " NAMES ", type: bands, of: x, rows: [{from: 0, to: 99, points: 1}]}\n", 11,
         "no row for values up to 100"},
        {"  - {id: t, " NAMES ", type: bands, of: x, rows: [{above: 0, points: 1}]}\n", 11,
         "no row for values from 0"},
        {"  - {id: t, " NAMES
         ", type: bands, of: y, rows: [{from: 1, to: 3, points: 1}, {from: 5, points: 1}]}\n",
         11, "a gap at or above 4"}, /* of whole numbers, the first that no row takes */
        {"  - {id: t, " NAMES ", type: bands, of: x, rows: [{from: 20, to: 10, points: 1}]}\n", 11,
         "ends below its start"},
        {"  - {id: t, " NAMES ", type: bands, of: x, rows: [{from: 1, above: 2, points: 1}]}\n", 11,
         "an end is given twice"},
        {"  - {id: t, " NAMES ", type: bands, of: x, rows: [{points: 1, rate: 2}]}\n", 11,
         "either \"points\" or a \"rate\""},
        {"  - {id: t, " NAMES ", type: bands, of: x, rows: []}\n", 11, "\"rows\" is empty"},
        /* references */
        {"  - {id: t, " NAMES ", type: sum, plus: [x, w]}\n", 11,
         "\"w\" is neither an indicator nor an earlier item"},
        {"  - {id: t, " NAMES ", type: sum, plus: [later]}\n  - {id: later, " NAMES
         ", type: sum, plus: [x]}\n",
         11, "\"later\" is neither"},
        {"  - {id: x, type: value, of: x}\n  - {id: t, " NAMES ", type: sum, plus: [x]}\n", 12,
         "\"x\" is both an indicator and an item; allowed: indicators.x or items.x"},
        {"  - {id: t, " NAMES ", type: sum}\n", 11, "looks at nothing"},
        {"  - {id: t, " NAMES ", type: sum, plus: []}\n", 11, "looks at nothing"},
        {SUM SUM, 12, "the item \"t\" is given twice"},
        /* divisions, and what may be absent */
        {"  - {id: t, " NAMES ", type: ratio, of: y, over: x}\n", 11, "\"over\" may be 0"},
        {"  - {id: t, " NAMES ", type: ratio, of: y, over: 0}\n", 11, "\"over\" may be 0"},
        {"  - {id: t, " NAMES ", type: sum, plus: [x, z]}\n", 11,
         "the total hangs on an optional indicator"},
        /* types and keys */
        {"  - {id: t, " NAMES ", type: magic, of: x}\n", 11, "\"magic\" is not one of: value, sum"},
        {"  - {id: t, " NAMES ", type: sum, plus: [x], rows: []}\n", 11, "unknown key \"rows\""},
        {"  - {id: t, " NAMES ", type: threshold, of: x}\n", 11, "a threshold has one of"},
        {"  - {id: t, " NAMES ", type: threshold, of: x, above: 1, below: 2}\n", 11,
         "a threshold has one of"},
        {"  - {id: t, " NAMES ", type: occurrences, of: [x], each: -1, cap: -5}\n", 11,
         "a cap is a size"},
        {"  - {id: t, " NAMES ", type: value, of: x, times: coefficient}\n", 11,
         "stands only in \"pay\""},
        {"  - {id: t, type: sum, plus: [x]}\n", 11, "\"names\" is missing"},
        {"  - {id: t, " NAMES ", type: sum, plus: [x], assumed: true}\n", 11,
         "\"reason\" is missing"},
        {"  - {id: t, " NAMES ", type: sum, plus: [x], reason: {en: a, zh: b}}\n", 11,
         "only with \"assumed: true\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[3000];
        snprintf(text, sizeof text, "%s%stotal: t\n", HEAD, table[i].items);
        assert_problem(text, table[i].line, table[i].piece);
    }
}

static void checks_grades(void **state)
{
    static const struct {
        const char *rest;
        size_t line;
        const char *piece;
    } table[] = {
        {"grades:\n  - {grade: a, names: {en: a, zh: a}, above: 50}\n  - {grade: b, names: {en: b, "
         "zh: b}, below: 50}\n",
         14, "a gap at or above 50"},
        {"grades:\n  - {grade: a, names: {en: a, zh: a}, from: 50}\n  - {grade: b, names: {en: b, "
         "zh: b}, to: 50}\n",
         14, "overlaps"},
        {"grades:\n  - {grade: a, names: {en: a, zh: a}, from: 50, to: 109}\n"
         "  - {grade: b, names: {en: b, zh: b}, below: 50}\n",
         14, "no row for values up to 110"}, /* x to 100, y to 10 */
        {"grades:\n  - {grade: a, names: {en: a, zh: a}, from: 50}\n  - {grade: a, names: {en: b, "
         "zh: b}, below: 50}\n",
         15, "\"a\" is given twice"},
        {"grades:\n  - {grade: a, names: {en: a, zh: a}, from: 50, quota: 50}\n"
         "  - {grade: b, names: {en: b, zh: b}, below: 50, quota: 40}\n",
         14, "the quotas sum to 90"},
        {"grades:\n  - {grade: a, names: {en: a, zh: a}, from: 50, bonus: 50}\n"
         "  - {grade: b, names: {en: b, zh: b}, below: 50}\n",
         14, "in every grade or in none"},
        {"pay_by: distribution\n", 13, "needs a \"quota\""},
        {"bonus_by: rank\n", 13, "needs \"rank_bonus\""},
        {"distribution: {group_at_least: 0}\n", 13, "out of range"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[3000];
        snprintf(text, sizeof text, "%s%stotal: t\n%s", HEAD, SUM, table[i].rest);
        assert_problem(text, table[i].line, table[i].piece);
    }
}

static void checks_indicators(void **state)
{
    static const struct {
        const char *indicators;
        size_t line;
        const char *piece;
    } table[] = {
        {"  - {id: x, names: {en: X, zh: X}, range: [5, 1], need: required}\n", 7,
         "the first is above the second"},
        {"  - {id: x, names: {en: X, zh: X}, range: [5], need: required}\n", 7,
         "must be [least, most]"},
        {"  - {id: x, names: {en: X, zh: X}, need: required}\n", 7, "\"range\" is missing"},
        {"  - {id: x, names: {en: X, zh: X}, range: [0, 1]}\n", 7, "\"need\" is missing"},
        {"  - {id: x, names: {en: X, zh: X}, range: [0, 1], need: measured}\n", 7,
         "stand together"},
        {"  - {id: x, names: {en: X, zh: X}, range: [0, 1], need: required, default: 0}\n", 7,
         "only with \"need: optional\""},
        {"  - {id: X, names: {en: X, zh: X}, range: [0, 1], need: required}\n", 7,
         "allowed in an id: a-z"},
        {"  - {id: value, names: {en: X, zh: X}, range: [0, 1], need: required}\n", 7,
         "a column of its own"},
        {"  - {id: x, names: {en: X, zh: X}, range: [0, 1], need: required, period: quarterly}\n",
         7, "the indicator's period is longer than the scheme's"},
        {"  - {id: x, names: {en: X, zh: X}, range: [0, 1], need: measured, measured: {take: "
         "flags}}\n",
         7, "\"take: flags\" and \"rules\" stand together"},
        {"  - {id: x, names: {en: X, zh: X}, range: [0, 1], need: measured, measured: {take: "
         "score, by: mean, over: q}}\n",
         7, "\"q\" is no indicator"},
        {"  - {id: x, names: {en: X, zh: X}, range: [0, 1], need: required}\n"
         "  - {id: x, names: {en: Y, zh: Y}, range: [0, 1], need: required}\n",
         8, "\"x\" is given twice"},
        {"  - {id: x, names: {en: X, zh: X}, range: [0, 1], need: required}\n"
         "  - {id: y, names: {en: Y, zh: X}, range: [0, 1], need: required}\n",
         8, "has the same name"},
        {"  []\n", 7, "\"indicators\" is empty"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[3000];
        snprintf(text, sizeof text,
                 "scheme: s\nversion: \"1\"\nnames: {en: a, zh: b}\nsource: here\nperiod: "
                 "monthly\nindicators:\n%s"
                 "items:\n  - {id: t, names: {en: T, zh: T}, type: sum, plus: [x]}\ntotal: t\n",
                 table[i].indicators);
        assert_problem(text, table[i].line, table[i].piece);
    }
}

static void tells_all_at_once(void **state)
{
    static const char text[] =
        HEAD "  - {id: t, " NAMES ", type: sum, plus: [w, v], colour: red}\ntotal: u\nmood: good\n";
    struct cqa_problems problems = {0};

    (void)state;
    assert_null(scheme_of(text, strlen(text), &problems));
    assert_int_equal(problems.count, 5);
    cqa_problems_finish(&problems);
}

static void refuses_what_is_no_scheme(void **state)
{
    static const char *const texts[] = {"",     "[]",          "x",
                                        "a: [", "scheme: s\n", "items: 5\nindicators: {}\n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cqa_problems problems = {0};
        assert_null(scheme_of(texts[i], strlen(texts[i]), &problems));
        assert_true(problems.count > 0);
        cqa_problems_finish(&problems);
    }
}

/* Caps and floors, which the schemes of models/ hardly use: 5 × −3 is cut at −10; a plus at 10; 3
 * is lifted to 4. */
static void caps_and_floors(void **state)
{
    static const char text[] =
        HEAD "  - {id: minus, " NAMES ", type: occurrences, of: [x], each: -3, cap: 10}\n"
             "  - {id: plus, " NAMES ", type: occurrences, of: [x], each: 3, cap: 10}\n"
             "  - {id: low, " NAMES ", type: value, of: y, floor: 4}\n"
             "  - {id: t, " NAMES ", type: sum, plus: [low], minus: [y], ceiling: 0.5}\n"
             "total: t\n";
    static const char csv[] = "agent,x,y\nA,5,3\nB,3,5\n";
    struct appraised it = {0};

    (void)state;
    appraise_text(&it, strdup(text), csv, strlen(csv));
    assert_item(&it, "A", "minus", "-10.00");
    assert_item(&it, "A", "plus", "10.00");
    assert_item(&it, "A", "low", "4.00");
    assert_total(&it, "A", "0.50"); /* 4 − 3 = 1, cut at 0.5 */
    assert_item(&it, "B", "minus", "-9.00");
    assert_item(&it, "B", "low", "5.00");
    assert_total(&it, "B", "0.00");
    finish(&it);
}

/* What is shown rounded is not what grades look at: 89.996 prints as 90.00 and is below 90. */
static void grades_look_at_unrounded_values(void **state)
{
    static const char text[] =
        HEAD SUM "total: t\ngrades:\n  - {grade: a, names: {en: a, zh: a}, from: 90}\n"
                 "  - {grade: b, names: {en: b, zh: b}, below: 90}\n";
    static const char csv[] = "agent,x,y\nA,88.996,1\nB,89,1\n";
    struct appraised it = {0};

    (void)state;
    appraise_text(&it, strdup(text), csv, strlen(csv));
    assert_total(&it, "A", "90.00");
    assert_grade(&it, "A", "b");
    assert_grade(&it, "B", "a");
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_scheme_of_models),
        cmocka_unit_test(names_each_problem),
        cmocka_unit_test(checks_grades),
        cmocka_unit_test(checks_indicators),
        cmocka_unit_test(tells_all_at_once),
        cmocka_unit_test(refuses_what_is_no_scheme),
        cmocka_unit_test(caps_and_floors),
        cmocka_unit_test(grades_look_at_unrounded_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
