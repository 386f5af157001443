/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/escape.h"
#include "base/program.h"
#include "report/day.h"
#include "report/formats.h"
#include "report/pen_svg.h"
#include "report/strip.h"
#include "report/words.h"

/*
 * What stands around the calls of the page: its style and the summary, which is known only in the
 * end. No script, no network: the page opens anywhere, and its policy holds it to that.
 */

static const char HEAD[] =
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n";

static const char STYLE[] =
    ":root{color-scheme:light dark;--ink:#1f2933;--pale:#52606d;--paper:#fff;--card:#f8f9fb;"
    "--line:#cbd2d9;--lost:#b42318;--link:#2f5da8}\n"
    "body{margin:0 auto;max-width:62rem;padding:1rem;font:15px/1.5 system-ui,\"Noto Sans\","
    "\"Noto Sans CJK SC\",\"PingFang SC\",\"Microsoft YaHei\",sans-serif;color:var(--ink);"
    "background:var(--paper)}\n"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin:2rem 0 0;overflow-wrap:anywhere}"
    "h3{font-size:1rem;margin:0}p{margin:.2rem 0}\n"
    "h3 small{font-weight:400;color:var(--pale)}a{color:var(--link)}\n"
    ".facts,footer,.score{color:var(--pale);font-size:.9rem;overflow-wrap:anywhere}"
    ".score{font-weight:400;margin-left:.5rem}\n"
    "dl{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0}dl div{background:var(--card);"
    "border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem}\n"
    "dt{color:var(--pale);font-size:.8rem}dd{margin:0;font-size:1.3rem;font-weight:600}\n"
    "table{border-collapse:collapse;margin:.5rem 0 1rem}caption{text-align:left;font-weight:600}"
    "th,td{padding:.15rem 1rem .15rem 0;text-align:left;border-bottom:1px solid var(--line)}"
    "td+td,th+th{text-align:right}\n"
    "article{border:1px solid var(--line);border-left-width:5px;border-radius:6px;"
    "padding:.6rem .8rem;margin:.7rem 0;break-inside:avoid;content-visibility:auto;"
    "contain-intrinsic-size:auto 360px}article.costs{border-left-color:var(--lost)}\n"
    ".number{background:var(--pale);color:#fff;border-radius:3px;padding:0 .4em}"
    ".number,article,dl div{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    ".costs .number{background:var(--lost)}.costs .cost{color:var(--lost)}"
    ".ground{border-left:3px solid var(--line);padding-left:.6rem}\n"
    "svg{display:block;width:100%;height:auto;margin-top:.4rem}"
    "svg.patterns{position:absolute;width:0;height:0}"
    "svg *{stroke-linecap:butt;print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "@media(max-width:40rem){table{font-size:.8rem}th,td{padding-right:.4rem;"
    "overflow-wrap:anywhere}}\n"
    "@media print{body{max-width:none;padding:0;font-size:11px}"
    "article{content-visibility:visible}a{color:inherit}}\n";

/* By night: what stands for nothing is exchanged, and what would not stand out is lighter. */
static const struct {
    uint32_t day;
    uint32_t night;
} nights[] = {
    {CQA_COLOR_INK, 0xE4E7EB},  {CQA_COLOR_PALE, 0x9AA5B1},  {CQA_COLOR_LINE, 0x3E4C59},
    {CQA_COLOR_GRID, 0x323F4B}, {CQA_COLOR_PAPER, 0x1B2229}, {CQA_COLOR_QUIET, 0x52606D},
};

static void put_night(uint32_t day, uint32_t night, struct cqa_buffer *out)
{
    static const char *const what[] = {"fill", "stroke"};

    for (size_t i = 0; i < sizeof what / sizeof what[0]; i++)
        cqa_buffer_print(out, "svg [%s=\"#%06x\"]{%s:#%06x}", what[i], (unsigned)day, what[i],
                         (unsigned)night);
}

static void put_style(struct cqa_buffer *out)
{
    cqa_buffer_print(out, "<style>\n%s@media screen and (prefers-color-scheme:dark){", STYLE);
    cqa_buffer_print(out, ":root{--ink:#e4e7eb;--pale:#9aa5b1;--paper:#12171c;--card:#1b2229;"
                          "--line:#3e4c59;--lost:#e5695c;--link:#8ab4f8}\n");
    for (size_t i = 0; i < sizeof nights / sizeof nights[0]; i++)
        put_night(nights[i].day, nights[i].night, out);
    put_night(cqa_role_color(CQA_ROLE_AGENT), 0x2BB3AB, out);
    put_night(cqa_role_color(CQA_ROLE_CUSTOMER), 0x6F9FE8, out);
    put_night(cqa_role_color(CQA_ROLE_MIXED), 0x9AA5B1, out);
    put_night(cqa_deduction_color, 0xD9534A, out);
    cqa_buffer_print(out, "}\n</style>\n");
}

static void put_patterns(struct cqa_buffer *out)
{
    cqa_buffer_print(out, "<svg class=\"patterns\" aria-hidden=\"true\"><defs>\n");
    for (int kind = 0; kind < CQA_STRETCH_COUNT; kind++)
        cqa_svg_hatch(cqa_stretch_hatch((enum cqa_stretch_kind)kind), out);
    cqa_buffer_print(out, "</defs></svg>\n");
}

/* A number and what it counts. */
static void tile(const char *name, const char *value, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
}

static void count_tile(enum cqa_day_word name, size_t count, int zh, struct cqa_buffer *out)
{
    char text[32];

    snprintf(text, sizeof text, "%zu", count);
    tile(cqa_day_word(name, zh), text, out);
}

static void put_sums(const struct cqa_report *report, struct cqa_buffer *out)
{
    const struct cqa_day *day = report->day;
    const int zh = report->options.zh;
    char text[64];

    cqa_buffer_print(out, "<dl>\n");
    count_tile(CQA_DAY_CALLS, report->count, zh, out);
    count_tile(CQA_DAY_WITH_DEDUCTIONS, day->calls_charged, zh, out);
    count_tile(CQA_DAY_DEDUCTIONS, report->deduction_count, zh, out);
    cqa_points_text(day->points, text, sizeof text);
    tile(cqa_day_word(CQA_DAY_POINTS, zh), text, out);
    if (report->scored_count > 0) {
        cqa_points_text(report->total_sum / (double)report->scored_count, text, sizeof text);
        tile(cqa_word(CQA_WORD_MEAN_SCORE, zh), text, out);
    }
    count_tile(CQA_DAY_NOTES, day->notes, zh, out);
    count_tile(CQA_DAY_NOT_BORNE, day->not_borne, zh, out);
    count_tile(CQA_DAY_STRETCHES, day->stretches, zh, out);
    count_tile(CQA_DAY_UNREADABLE, day->failure_count, zh, out);
    cqa_buffer_print(out, "</dl>\n");
}

static void put_rules(const struct cqa_day *day, int zh, struct cqa_buffer *out)
{
    if (day->rule_count == 0)
        return;
    cqa_buffer_print(out,
                     "<table><thead><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th>%s</th>"
                     "</tr></thead><tbody>\n",
                     cqa_word(CQA_WORD_RULE, zh), cqa_day_word(CQA_DAY_DEDUCTIONS, zh),
                     cqa_day_word(CQA_DAY_POINTS, zh), cqa_word(CQA_WORD_NOTE, zh),
                     cqa_day_word(CQA_DAY_NOT_BORNE, zh));
    for (size_t i = 0; i < day->rule_count; i++) {
        const struct cqa_day_rule *rule = &day->rules[i];
        char points[32];
        cqa_points_text(rule->points, points, sizeof points);
        cqa_buffer_print(out, "<tr><td>");
        cqa_html_text(rule->id, out);
        cqa_buffer_print(out, "</td><td>%zu</td><td>%s</td><td>%zu</td><td>%zu</td></tr>\n",
                         rule->charged, points, rule->notes, rule->not_borne);
    }
    cqa_buffer_print(out, "</tbody></table>\n");
}

static void put_reasons(const struct cqa_day *day, int zh, struct cqa_buffer *out)
{
    if (day->reason_count == 0)
        return;
    cqa_buffer_print(out,
                     "<table><thead><tr><th>%s</th><th>%s</th><th>%s</th></tr></thead><tbody>\n",
                     cqa_word(CQA_WORD_MEASURABLE, zh), cqa_day_word(CQA_DAY_CALLS, zh),
                     cqa_day_word(CQA_DAY_TIME, zh));
    for (size_t i = 0; i < day->reason_count; i++) {
        const struct cqa_day_reason *reason = &day->reasons[i];
        char time[32];
        cqa_clock_text(reason->sum_ms, time, sizeof time);
        cqa_buffer_print(out, "<tr><td>");
        cqa_html_text(reason->text, out);
        cqa_buffer_print(out, "</td><td>%zu</td><td>%s</td></tr>\n", reason->calls, time);
    }
    cqa_buffer_print(out, "</tbody></table>\n");
}

/* Open where it is short. */
static void put_failures(const struct cqa_day *day, int zh, struct cqa_buffer *out)
{
    enum { SHORT = 20 };

    if (day->failure_count == 0)
        return;
    cqa_buffer_print(out, "<details%s><summary>%s (%zu)</summary>\n<ul>\n",
                     day->failure_count <= SHORT ? " open" : "",
                     cqa_day_word(CQA_DAY_UNREADABLE, zh), day->failure_count);
    if (day->failures.text != NULL)
        cqa_buffer_add(out, day->failures.text, day->failures.length);
    if (day->failures.failed)
        cqa_buffer_print(out, "<li>… %s</li>\n", cqa_day_word(CQA_DAY_MORE, zh));
    cqa_buffer_print(out, "</ul></details>\n");
}

void cqa_html_fail(struct cqa_report *report, const char *path, const struct cqa_failure *failure)
{
    struct cqa_day *day = report->day;
    struct cqa_buffer line = {.limit = CQA_DAY_FAILURES_BYTES};

    day->failure_count++;
    cqa_buffer_print(&line, "<li><bdi>");
    cqa_html_text(path, &line);
    cqa_buffer_print(&line, "</bdi>: %s: ", failure->reason);
    cqa_html_text(cqa_said(&failure->message, report->options.zh ? CQA_CHINESE : CQA_ENGLISH),
                  &line);
    cqa_buffer_print(&line, "</li>\n");
    if (line.failed)
        day->failures.failed = 1;
    else
        cqa_buffer_add(&day->failures, line.text, line.length);
    cqa_buffer_finish(&line);
}

void cqa_html_head(struct cqa_report *report, struct cqa_buffer *out)
{
    const struct cqa_day *day = report->day;
    const int zh = report->options.zh;
    const char *title = cqa_day_word(CQA_DAY_TITLE, zh);

    cqa_buffer_print(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n%s<title>%s</title>\n",
                     zh ? "zh-CN" : "en", HEAD, title);
    put_style(out);
    cqa_buffer_print(out, "</head>\n<body>\n");
    put_patterns(out);
    cqa_buffer_print(out, "<header>\n<h1>%s</h1>\n", title);
    put_sums(report, out);
    put_rules(day, zh, out);
    put_reasons(day, zh, out);
    put_failures(day, zh, out);
    cqa_buffer_print(out, "<p class=\"facts\">%s</p>\n</header>\n<main>\n",
                     cqa_day_word(report->deduction_count + day->notes + day->stretches > 0
                                      ? CQA_DAY_EXPLAIN
                                      : CQA_DAY_NOTHING,
                                  zh));
}

void cqa_html_end(struct cqa_report *report, struct cqa_buffer *out)
{
    const struct cqa_day *day = report->day;
    const int zh = report->options.zh;

    cqa_buffer_print(out, "</main>\n<footer>");
    if (day->rubric[0] != '\0') {
        cqa_buffer_print(out, "%s ", cqa_word(CQA_WORD_RUBRIC, zh));
        cqa_html_text(day->rubric, out);
        cqa_buffer_print(out, " · ");
    }
    cqa_buffer_print(out, "%s callqa ", cqa_word(CQA_WORD_ANALYZER, zh));
    cqa_html_text(day->analyzer[0] != '\0' ? day->analyzer : cqa_program_version(), out);
    cqa_buffer_print(out, "</footer>\n</body>\n</html>\n");
}

void cqa_html_finish(struct cqa_report *report)
{
    if (report->day != NULL)
        cqa_buffer_finish(&report->day->failures);
    free(report->day);
    report->day = NULL;
}
