/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/fault_words.h"

#include <string.h>

const struct cqa_fault_words cqa_fault_words[] = {
    /* reading the file */
    {"the column \"%s\" is given twice", "列“%s”重复"},
    {"unknown column \"%s\"; allowed: agent (or subject), indicator, value, count, rater, post, "
     "period",
     "未知的列“%s”；允许：agent（或 subject）、indicator、value、count、rater、post、period"},
    {"the column \"%s\" is missing; needed: agent, indicator, value",
     "缺少列“%s”；需要：agent、indicator、value"},
    {"the column \"agent\" is missing; needed: agent,indicator,value or agent and a column for "
     "each indicator",
     "缺少列“agent”；需要：agent,indicator,value，或 agent 加每个指标一列"},
    {"agent \"%s\": the count \"%s\" must be a number above 0",
     "坐席“%s”：次数“%s”须为大于 0 的数字"},
    {"agent \"%s\": \"%s\" of \"%s\" is not a number; allowed: 1 or 0, yes or no",
     "坐席“%s”：“%s”（指标“%s”）不是数字；允许：1 或 0，是或否"},
    {"agent \"%s\": \"%s\" of \"%s\" is not a number; allowed: a decimal such as 94.5",
     "坐席“%s”：“%s”（指标“%s”）不是数字；允许 94.5 这样的小数"},
    {"agent \"%s\": the row names no indicator", "坐席“%s”：该行没有指标"},
    {"agent \"%s\": the value of \"%s\" is empty", "坐席“%s”：“%s”的值为空"},
    {"the row names no agent", "该行没有坐席"},
    {"agent \"%s\": %zu cells under %zu columns", "坐席“%s”：%zu 个单元格，却只有 %zu 列"},
    {"the file is empty; needed: agent,indicator,value", "文件为空；需要：agent,indicator,value"},
    {"a quote is never closed", "引号没有结束"},
    {"text after a closing quote", "结束引号之后还有文字"},
    /* a roster */
    {"unknown column \"%s\"; allowed: person, extension, team, post, from, to",
     "未知的列“%s”；允许：person、extension、team、post、from、to"},
    {"the column \"person\" is missing", "缺少列“person”"},
    {"person \"%s\": \"%s\" is no time; allowed: 2025-11-20 or 2025-11-20T08:00",
     "人员“%s”：“%s”不是时间；允许：2025-11-20 或 2025-11-20T08:00"},
    {"person \"%s\": the seat ends before it begins", "人员“%s”：该条记录的结束早于开始"},
    {"the row names no person", "该行没有人员"},
    {"%s \"%s\" is held at once by \"%s\" and (line %zu) \"%s\"",
     "%s“%s”同时属于“%s”与（第 %zu 行）“%s”"},
    {"\"%s\" is in two posts at once: \"%s\" and (line %zu) \"%s\"",
     "“%s”同时有两个岗位：“%s”与（第 %zu 行）“%s”"},
    {"the file is empty; needed: person,extension,team,post,from,to",
     "文件为空；需要：person,extension,team,post,from,to"},
    /* the rows of an agent */
    {"agent \"%s\" is in two posts: \"%s\" and (line %zu) \"%s\"",
     "坐席“%s”有两个岗位：“%s”与（第 %zu 行）“%s”"},
    {"agent \"%s\": unknown indicator \"%s\"; allowed: %s", "坐席“%s”：未知指标“%s”；允许：%s"},
    {"agent \"%s\": \"%s\" is no period; allowed: 2025-11 or 2025Q4",
     "坐席“%s”：“%s”不是周期；允许：2025-11 或 2025Q4"},
    {"agent \"%s\": \"%s\" is %s; allowed: 0, or %s to %s",
     "坐席“%s”：“%s”为 %s；允许：0，或 %s 至 %s"},
    {"agent \"%s\": \"%s\" is %s; allowed: %s to %s", "坐席“%s”：“%s”为 %s；允许：%s 至 %s"},
    {"agent \"%s\": \"%s\" is %s; allowed: whole numbers", "坐席“%s”：“%s”为 %s；允许：整数"},
    {"agent \"%s\": \"%s\" is given twice by %s, first in line %zu",
     "坐席“%s”：“%s”由 %s 重复给出，首次在第 %zu 行"},
    {"agent \"%s\": \"%s\" is given twice, first in line %zu",
     "坐席“%s”：“%s”重复，首次在第 %zu 行"},
    {"agent \"%s\": the row is of %s, the import begins with %s",
     "坐席“%s”：该行属于 %s，而导入以 %s 开头"},
    {"agent \"%s\": \"%s\" is given for %s, which is not in %s",
     "坐席“%s”：“%s”的周期为 %s，不在 %s 之内"},
    {"agent \"%s\": \"%s\" is given for more than one quarter (%s and %s)",
     "坐席“%s”：“%s”给出了不止一个季度（%s 与 %s）"},
    {"agent \"%s\": \"%s\" is given for more than one period (%s and %s)",
     "坐席“%s”：“%s”给出了不止一个周期（%s 与 %s）"},
    {"agent \"%s\": \"%s\" is missing for %s", "坐席“%s”：“%s”缺少 %s 的值"},
    {"agent \"%s\": \"%s\" has too many digits", "坐席“%s”：“%s”的位数过多"},
    /* computing */
    {"agent \"%s\": \"%s\" cannot be computed: no row of the scheme takes %s, or the number is too "
     "large",
     "坐席“%s”：“%s”无法计算：方案中没有适用于 %s 的行，或数字过大"},
    {"agent \"%s\": no grade takes the total", "坐席“%s”：没有适用于该总分的等级"},
    {"agent \"%s\": \"%s\" stands on %zu calls, %s %% of those handled; the scheme asks for %s %%",
     "坐席“%s”：“%s”依据 %zu 通通话，为处理量的 %s %%；方案要求 %s %%"},
    {"agent \"%s\": \"%s\" was measured as %s; allowed: %s to %s",
     "坐席“%s”：“%s”测得 %s；允许：%s 至 %s"},
    {"agent \"%s\": \"%s\" (%s, %s) is missing", "坐席“%s”：缺少“%s”（%s，%s）"},
    {"agent \"%s\": \"%s\" (%s, %s) is missing: not imported, and no results to measure it from",
     "坐席“%s”：缺少“%s”（%s，%s）：没有导入，也没有可供测量的通话结果"},
    {"agent \"%s\": \"%s\" cannot be measured: line %zu of the results is unreadable and may be a "
     "call of theirs",
     "坐席“%s”：“%s”无法测量：通话结果第 %zu 行无法读取，可能是其通话"},
    {"agent \"%s\": \"%s\" (%s, %s) is missing: import it, or \"%s\" to measure it with",
     "坐席“%s”：缺少“%s”（%s，%s）：请导入该指标，或导入测量所需的“%s”"},
    {"agent \"%s\": \"%s\" (%s, %s) is missing: not imported, and none of %zu calls gives it",
     "坐席“%s”：缺少“%s”（%s，%s）：没有导入，%zu 通通话中也测不出"},
    {"agent \"%s\": the mean of \"%s\" has too many digits", "坐席“%s”：“%s”的平均值位数过多"},
};
const size_t cqa_fault_word_count = sizeof cqa_fault_words / sizeof cqa_fault_words[0];

const char *cqa_fault_chinese(const char *format)
{
    for (size_t i = 0; i < cqa_fault_word_count; i++)
        if (strcmp(cqa_fault_words[i].en, format) == 0)
            return cqa_fault_words[i].zh;
    return NULL;
}
