/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/spelling.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 1024 };

/* ---- characters */

/* One character of UTF-8; a byte that is none stands for itself. */
static unsigned next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    const size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    unsigned character = bytes[0] & (0xFFU >> (length == 1 ? 0 : length + 1));

    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            *at += 1;
            return bytes[0];
        }
        character = character << 6 | (bytes[i] & 0x3FU);
    }
    *at += length;
    return character;
}

/* Widths and joiners of U+200B to U+200F, the word joiner, the mark of byte order, the soft hyphen:
 * nobody sees them. */
static int is_unseen(unsigned c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || c == 0x2060 ||
           c == 0xFEFF || c == 0x00AD;
}

static int is_space(unsigned c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x00A0 || c == 0x3000 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x202F;
}

/* Of plain text, where no other space is left: a byte of 标 is none, though its number is. */
static int is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void cqa_spell_plain(const char *text, char *out, size_t size)
{
    size_t used = 0;

    while (*text != '\0') {
        const char *from = text;
        const unsigned c = next(&text);
        const size_t length = (size_t)(text - from);
        const int is_wide = c >= 0xFF01 && c <= 0xFF5E;
        if (is_unseen(c))
            continue;
        if (used + (is_wide ? 1 : length) + 1 > size)
            break;
        if (is_wide || (is_space(c) && length > 1)) {
            out[used++] = is_wide ? (char)(c - 0xFEE0) : ' ';
        } else {
            memcpy(out + used, from, length);
            used += length;
        }
    }
    out[used] = '\0';
}

void cqa_spell_fold(const char *text, char *out, size_t size)
{
    size_t used = 0;

    cqa_spell_plain(text, out, size);
    for (size_t i = 0; out[i] != '\0'; i++)
        if (!is_blank(out[i]) && out[i] != '-' && out[i] != '_')
            out[used++] = (char)tolower((unsigned char)out[i]);
    out[used] = '\0';
}

void cqa_spell_fold_name(const char *text, char *out, size_t size)
{
    size_t zeros = 0;

    cqa_spell_fold(text, out, size);
    if (out[strspn(out, "0123456789")] != '\0')
        return;
    while (out[zeros] == '0' && out[zeros + 1] != '\0')
        zeros++;
    memmove(out, out + zeros, strlen(out + zeros) + 1);
}

/* ---- marks around a name */

static int starts_with(const char *text, const char *mark)
{
    return strncmp(text, mark, strlen(mark)) == 0;
}

static int ends_with(const char *text, const char *mark)
{
    const size_t length = strlen(text);
    const size_t mark_length = strlen(mark);

    return length >= mark_length && strcmp(text + length - mark_length, mark) == 0;
}

static char *trimmed(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && is_blank(text[length - 1]))
        text[--length] = '\0';
    while (is_blank(*text))
        text++;
    return text;
}

/* Quotes on both sides; or the apostrophe before a number that tells a spreadsheet to leave it. */
static char *unquoted(char *text)
{
    static const char *const pairs[][2] = {{"\"", "\""}, {"'", "'"}, {"“", "”"}, {"‘", "’"}};
    static const char *const apostrophes[] = {"'", "’", "‘", "`"};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const size_t both = strlen(pairs[i][0]) + strlen(pairs[i][1]);
        if (strlen(text) <= both || !starts_with(text, pairs[i][0]) ||
            !ends_with(text, pairs[i][1]))
            continue;
        text[strlen(text) - strlen(pairs[i][1])] = '\0';
        return trimmed(text + strlen(pairs[i][0]));
    }
    for (size_t i = 0; i < sizeof apostrophes / sizeof *apostrophes; i++)
        if (starts_with(text, apostrophes[i]) &&
            isdigit((unsigned char)text[strlen(apostrophes[i])]))
            return text + strlen(apostrophes[i]);
    return text;
}

/* 8001.0 is 8001, which a spreadsheet took for a number. */
static void drop_zeros(char *text)
{
    const size_t digits = strspn(text, "0123456789");

    if (digits > 0 && text[digits] == '.' && text[digits + 1] == '0' &&
        text[digits + 1 + strspn(text + digits + 1, "0")] == '\0')
        text[digits] = '\0';
}

static int is_exponent(const char *text)
{
    text += strspn(text, "0123456789.");
    if (*text != 'E' && *text != 'e')
        return 0;
    text++;
    if (*text != '+' && *text != '-')
        return 0;
    text++;
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* 8,001 */
static int is_grouped(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 3 || text[digits] != ',')
        return 0;
    for (text += digits; *text == ','; text += 4)
        if (strspn(text + 1, "0123456789") != 3)
            return 0;
    return *text == '\0';
}

/* ---- rows about the others */

/* Statistics, targets, periods and examples: what stands in a table's first column and is nobody.
 * "Max" and "Min" are names. */
static const char *const alone[] = {"total",       "totals",
                                    "grandtotal",  "subtotal",
                                    "sum",         "average",
                                    "avg",         "mean",
                                    "median",      "overall",
                                    "highest",     "lowest",
                                    "maximum",     "minimum",
                                    "target",      "targets",
                                    "stddev",      "count",
                                    "headcount",   "fullmarks",
                                    "fullscore",   "lastyear",
                                    "ytd",         "example",
                                    "sample",      "weight",
                                    "weights",     "lastmonth",
                                    "thismonth",   "yeartodate",
                                    "monthtodate", "standarddeviation",
                                    "std.dev",     "sameperiodlastyear",
                                    "最高",        "最低",
                                    "最大",        "最小",
                                    "目标",        "标准",
                                    "基准",        "上限",
                                    "下限",        "分值",
                                    "权重",        "计划",
                                    "人数",        "总人数",
                                    "总数",        "本月",
                                    "上月",        "去年",
                                    "上年",        "今年",
                                    "本季",        "上季",
                                    "全年",        "方差",
                                    "均分",        "总分",
                                    "得分",        "排名",
                                    "名次",        "全员",
                                    "全体",        "全体人员",
                                    "全部",        "部门",
                                    "本部门",      "班组",
                                    "小组",        "团队",
                                    "极差",        "众数",
                                    "例",          "参考",
                                    "参考值",      "系数",
                                    "占比",        "指标值",
                                    "在职人数",    "在岗人数",
                                    "应到人数",    "实到人数",
                                    "考核人数",    "空缺",
                                    "缺编",        "待定"};

/* Words that a longer text begins or ends with: 本月累计, 去年同期, 示例一. */
static const char *const within[] = {
    "合计",   "总计",   "小计",   "总和",   "汇总",   "共计",   "平均",   "均值",
    "人均",   "中位数", "标准差", "累计",   "同期",   "同比",   "环比",   "示例",
    "样例",   "范例",   "满分",   "目标值", "计划值", "标准值", "基准值", "最高分",
    "最低分", "最高值", "最低值", "最大值", "最小值", "及格线", "合格线", "达标线"};

/* 平均值, 平均分, 平均数; what only ends so. */
static const char *const ends[] = {"平均值", "平均分", "平均数"};

/* What only begins so, and goes on with what it is an example of. */
static const char *const begins[] = {"例:", "例如", "example:", "e.g."};

/* "3", "十二", at *text, which is moved behind it. */
static int skip_count(const char **text)
{
    static const char *const digits[] = {"零", "一", "二", "两", "三", "四", "五",
                                         "六", "七", "八", "九", "十", "百", "千"};
    const char *from = *text;
    int found = 1;

    while (found) {
        const size_t length = strspn(*text, "0123456789");
        *text += length;
        found = length > 0;
        for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
            if (starts_with(*text, digits[i])) {
                *text += strlen(digits[i]);
                found = 1;
                break;
            }
    }
    return *text > from;
}

/* 共3人, 共十二名, 3人; "3 people". */
static int is_count(const char *folded)
{
    static const char *const people[] = {"人", "名", "位", "人次", "名员工", "people", "persons"};
    const char *text = folded + (starts_with(folded, "共") ? strlen("共") : 0);

    if (!skip_count(&text))
        return 0;
    for (size_t i = 0; i < sizeof people / sizeof *people; i++)
        if (strcmp(text, people[i]) == 0)
            return 1;
    return 0;
}

/* 10月, 25年四季度, 2025年上半年: a time, as long as it says which part is what. */
static int is_time(const char *folded)
{
    static const char *const parts[] = {"年度", "年", "月份", "月", "季度", "上半年", "下半年"};
    int found = 0;

    while (*folded != '\0') {
        const char *from = folded;
        if (starts_with(folded, "第"))
            folded += strlen("第");
        (void)skip_count(&folded);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            if (starts_with(folded, parts[i])) {
                folded += strlen(parts[i]);
                found = 1;
                from = NULL;
                break;
            }
        if (from != NULL)
            return 0;
    }
    return found;
}

/* —, /, …, ∑: what a cell holds that has nothing to hold; and 0. */
static int is_mark(const char *text, const char *folded)
{
    if (strcmp(folded, "0") == 0)
        return 1;
    if (*text == '\0')
        return 0;
    while (*text != '\0') {
        const unsigned c = next(&text);
        const int is_ascii = c < 0x80 && !isalnum((int)c);
        if (!is_ascii && c != 0xB7 && !(c >= 0x2010 && c <= 0x203F) && c != 0x3A3 &&
            !(c >= 0x2200 && c <= 0x22FF) && !(c >= 0x2500 && c <= 0x257F) &&
            !(c >= 0x3000 && c <= 0x3003) && !(c >= 0x3008 && c <= 0x301F))
            return 0;
    }
    return 1;
}

int cqa_spell_is_team(const char *name)
{
    static const char *const teams[] = {"组", "小组", "班", "队", "部", "科"};
    char folded[NAME_BYTES] = "";
    const char *at = folded;

    cqa_spell_fold(name, folded, sizeof folded);
    if (starts_with(at, "第"))
        at += strlen("第");
    if (*at >= 'a' && *at <= 'z')
        at++;
    else if (!skip_count(&at))
        return 0;
    for (size_t i = 0; i < sizeof teams / sizeof *teams; i++)
        if (strcmp(at, teams[i]) == 0)
            return 1;
    return 0;
}

int cqa_spell_is_foot(const char *text)
{
    static const char *const words[] = {
        "制表人", "制表",   "制表日期",   "填表人",     "填表",       "审核人",    "审核",
        "审批人", "审批",   "复核人",     "复核",       "核对人",     "核对",      "批准人",
        "批准",   "经办人", "负责人签字", "负责人签名", "负责人",     "签字",      "签名",
        "说明",   "备注",   "附注",       "注",         "preparedby", "checkedby", "approvedby",
        "note",   "notes",  "remarks",    "signature"};
    char folded[NAME_BYTES];

    cqa_spell_fold(text, folded, sizeof folded);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t length = strlen(words[i]);
        if (starts_with(folded, words[i]) && (folded[length] == '\0' || folded[length] == ':'))
            return 1;
    }
    return 0;
}

static int is_summary(const char *text)
{
    char folded[NAME_BYTES];

    cqa_spell_fold(text, folded, sizeof folded);
    if (is_mark(text, folded) || is_time(folded) || cqa_spell_is_team(text))
        return 1;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (starts_with(folded, begins[i]))
            return 1;
    folded[strcspn(folded, "(")] = '\0'; /* 合计（10人） */
    while (ends_with(folded, ":") || ends_with(folded, "."))
        folded[strlen(folded) - 1] = '\0';
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (strcmp(folded, alone[i]) == 0)
            return 1;
    for (size_t i = 0; i < sizeof within / sizeof *within; i++)
        if (starts_with(folded, within[i]) || ends_with(folded, within[i]))
            return 1;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(folded, ends[i]))
            return 1;
    return is_count(folded);
}

enum cqa_spelled cqa_spell_name(struct cqa_arena *arena, const char *text, const char **name)
{
    char plain[NAME_BYTES];

    if (strlen(text) >= sizeof plain) { /* nobody's name; cut, two of them might be one */
        *name = cqa_arena_string(arena, text);
        return CQA_SPELLED_NAME;
    }
    cqa_spell_plain(text, plain, sizeof plain);
    char *bare = unquoted(trimmed(plain));
    drop_zeros(bare);
    *name = cqa_arena_string(arena, bare);
    if (is_exponent(bare) || is_grouped(bare))
        return CQA_SPELLED_REWRITTEN;
    return is_summary(bare) ? CQA_SPELLED_SUMMARY : CQA_SPELLED_NAME;
}

enum cqa_spelled cqa_spell_subject(struct cqa_arena *arena, const char *text, int are_units,
                                   const char **name)
{
    const enum cqa_spelled spelled = cqa_spell_name(arena, text, name);

    return spelled == CQA_SPELLED_SUMMARY && are_units && cqa_spell_is_team(text) ? CQA_SPELLED_NAME
                                                                                  : spelled;
}
