#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workbooks on the command line: the same figures as the same table saved as CSV, questions at their cells, and hostile ones
within their limits: workbooks.py SOURCE PROGRAMS."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from book import FORMULA_ONLY, Book, column_name, error, formula, inline, pack, rich, styled
from typed import DONE, FAILED, INVALID, UNREADABLE, Desk, fail

SCHEME = """scheme: desk
version: "1"
names: {en: Desk, zh: 前台}
source: "none"
period: monthly
indicators:
  - {id: attendance, names: {en: Attendance, zh: 考勤得分}, range: [0, 100], need: required}
  - {id: late, names: {en: Late, zh: 迟到}, unit: times, range: [0, 100], whole: true, need: required}
  - {id: reward, names: {en: Reward, zh: 奖惩}, unit: CNY, range: [-100000, 100000], need: required}
  - {id: done, names: {en: Done, zh: 完成率}, unit: "%", range: [0, 100], need: required}
  - {id: wait, names: {en: Wait, zh: 等待}, unit: s, range: [0, 100000], need: optional, default: 0}
  - {id: passed, names: {en: Passed, zh: 考试}, yes_no: true, need: optional, default: 1}
items:
  - {id: attendance, type: value, of: attendance}
  - {id: done, type: value, of: done}
  - {id: late, type: occurrences, of: late, each: -1}
  - {id: wait, type: value, of: wait}
  - {id: passed, type: value, of: passed}
  - {id: reward, type: value, of: reward}
  - {id: sum, names: {en: Sum, zh: 合计}, type: sum, plus: [items.attendance, items.done, items.late, items.wait, items.passed, items.reward]}
total: sum
"""
HEADINGS = ["工号", "姓名", "考勤得分", "迟到(次)", "奖惩(元)", "完成率%"]
TABLE = "工号,姓名,考勤得分,迟到(次),奖惩(元),完成率%\n8001,张三,95,1,350.5,85%\n8002,李四,88.25,0,-100,92.5%\n"


def figures(desk, name, *more, code=DONE, **wanted):
    return desk.type("appraise", "-s", "desk.yaml", "-i", name, "-f", "csv", *more, code=code, **wanted)


def same(desk, what, content, *more, **wanted):
    desk.write("table.xlsx", content)
    got = figures(desk, "table.xlsx", *more, **wanted)
    if got != desk.expected:
        fail("%s: %s\nnot %s" % (what, got.decode(), desk.expected.decode()))


def rows(*changed):
    """The table as numbers, with some of its cells changed: (row, column, value)."""
    cells = [list(HEADINGS), [8001, "张三", 95, 1, 350.5, styled(0.85, "0%")],
             [8002, "李四", 88.25, 0, -100, styled(0.925, "0.0%")]]
    for row, column, value in changed:
        cells[row][column] = value
    return cells


def same_figures(desk):
    one = lambda *changed, **how: Book({"Sheet1": rows(*changed)}, **how).bytes()
    same(desk, "plain", one())
    same(desk, "no places", one(no_places=True))
    same(desk, "numbers as text", one((1, 0, "8001"), (1, 2, "95"), (2, 2, inline("88.25")), (1, 5, "85%")))
    same(desk, "numbers of staff", one((1, 0, "8001.0"), (2, 0, "８００２")))
    same(desk, "exponents", Book({"S": rows()}).bytes(**{"xl/worksheets/sheet1.xml": Book({"S": rows()}).sheet("S")
                                                       .replace("<v>8001</v>", "<v>8.001E+03</v>").replace("<v>8002</v>", "<v>8002.0</v>")
                                                       .replace("<v>88.25</v>", "<v>88.250000000000014</v>")}))
    same(desk, "rich text", one((1, 1, rich("张", "三", phonetic="zhangsan")), (0, 2, rich("考勤", "得分", phonetic="kaoqin"))))
    same(desk, "formulas", one((1, 2, formula(95)), (2, 0, formula("8002"))))
    same(desk, "formats", one((1, 4, styled(350.5, '#,##0.00"元"')), (2, 4, styled(-100, '"¥"#,##0;[Red]"¥"-#,##0')), (1, 3, styled(1, "0_ ")),
                              (2, 2, styled("88.2501", "0.00"))),
         says="numbers with more digits than the sheet shows: 1, the first is C3; what the sheet shows counts")
    same(desk, "titles", Book({"Sheet1": [None, ["2025年11月考核表"], None] + rows()}, merges={"Sheet1": ["A2:F2"]}).bytes(),
         says="row 2 is left out")
    same(desk, "headings over two rows", Book({"Sheet1": [["工号", "姓名", "出勤", None, "业绩"], [None, None, "考勤得分", "迟到", "奖惩(元)", "完成率%"]]
                                              + rows()[1:]}, merges={"Sheet1": ["A1:A2", "B1:B2", "C1:D1", "E1:F1"]}).bytes())
    same(desk, "a heading over two columns", Book({"Sheet1": [HEADINGS + [None]] + rows()[1:]}, merges={"Sheet1": ["F1:G1"]}).bytes())
    same(desk, "units", one((0, 4, "奖惩（千元）"), (1, 4, 0.3505), (2, 4, "-100元")))
    same(desk, "a number of its own", one((0, 4, "奖惩"), (1, 4, "0.03505万"), (2, 4, "-100.00")))
    same(desk, "empty cells behind", Book({"Sheet1": [row + [None, ""] for row in rows()] + [[None], [""]]}).bytes())
    same(desk, "what counts for nobody",
         Book({"Sheet1": [rows()[0] + ["备注"]] + [row + ["好"] for row in rows()[1:]] + [["合计", None, 183.25, 1, 250.5]]}).bytes(),
         says=['the column "备注" is left out', '"合计" is left out: a row about the others, not a person'])
    same(desk, "a sum in another column", Book({"Sheet1": [["序号"] + rows()[0]] + [[i] + row for i, row in enumerate(rows()[1:], 1)]
                                               + [["合计", None, None, 183.25, 1, 250.5], ["制表人：王五"]]}).bytes(),
         says=['row 4 is left out ("合计"): a row about the others, not a person', 'row 5 is left out ("制表人：王五"): a line about the table, not a person'])
    same(desk, "hidden", Book({"Sheet1": rows(), "旧": [["x"]], "空": []}, states={"旧": "hidden"}, hidden_rows=[3],
                              columns='<cols><col min="4" max="5" hidden="1"/></cols>').bytes(),
         says=["hidden rows, which are read like the others: 1, the first is row 3", "hidden columns, which are read like the others: 2, the first is D",
               'the hidden sheet "旧" is not read'])
    same(desk, "a sheet that is named", Book({"说明": [["x"]], "11月": rows()}).bytes(), "--sheet", "11月", says='the sheet "说明" is not read')


def dates_and_times(desk):
    """A day of both systems, a month, a time: the period column and a time of seconds."""
    table = "工号,月份,考勤得分,迟到,奖惩,完成率%,等待\n8001,2025-11,95,1,350.5,85%,90\n"
    desk.write("dated.csv", table)
    expected = figures(desk, "dated.csv")
    for is_1904, serial in ((False, 45962), (True, 45962 - 1462)):
        for code in ('yyyy"年"m"月"', 14, "yyyy-mm-dd", "[$-804]yyyy/m/d;@", 57):
            desk.write("dated.xlsx", Book({"S": [["工号", "月份", "考勤得分", "迟到", "奖惩", "完成率%", "等待"],
                                                 [8001, styled(serial, code), 95, 1, 350.5, styled(0.85, 9), styled(0.0010416666666666667, "h:mm:ss")]]},
                                          is_1904=is_1904).bytes())
            got = figures(desk, "dated.xlsx")
            if got != expected:
                fail("a month as %s: %s" % (code, got.decode()))
    for text in ("2025年11月", "2025/11", "202511", "2025-11-01", "2025.11"):
        desk.write("dated.csv", table.replace("2025-11", text))
        if figures(desk, "dated.csv") != expected:
            fail("a month as " + text)


def questions(desk):
    """What is wrong is said at its cell, and what is right is computed."""
    desk.write("five.xlsx", Book({"十一月": [["2025年11月"]] + rows((1, 2, error("#N/A")), (1, 3, FORMULA_ONLY), (1, 5, 0.85), (2, 4, "很多"))
                                  + [[8003, "王五", 90, 1, styled(45962, 14), styled(0.5, "0%")], [8004, "赵六", 90, 1, 5, styled(0.5, "0%")]]}).bytes())
    out = figures(desk, "five.xlsx", code=UNREADABLE, says=[
        "five.xlsx:十一月!C3: agent \"8001\": \"#N/A\" of \"考勤得分\": the cell shows an error; mend its formula, or type the value",
        "five.xlsx:十一月!D3: agent \"8001\": \"=\" of \"迟到\": a formula whose value was never computed: open the workbook, and save it",
        "five.xlsx:十一月!F3: agent \"8001\": \"0.85\" of \"完成率\" may be 0.85 % or 85 %; allowed: \"85%\" or \"0.85%\"",
        "five.xlsx:十一月!E4: agent \"8002\": \"很多\" of \"奖惩\" is not a number",
        "five.xlsx:十一月!E5: agent \"8003\": \"2025-11-01\" of \"奖惩\" is not a number"])
    if b"8004" not in out or b"8001" in out:
        fail("of five faults: " + out.decode())
    figures(desk, "five.xlsx", code=UNREADABLE, says="five.xlsx:十一月!C3: 坐席“8001”", environment={"LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"})
    desk.write("merged.xlsx", Book({"S": rows((2, 2, None)) }, merges={"S": ["C2:C3"]}).bytes())
    figures(desk, "merged.xlsx", code=UNREADABLE, says=["merged.xlsx:S!C2: ", "merged.xlsx:S!C3: ", "the cell is merged with others"])
    desk.write("long.xlsx", Book({"S": [["工号", "指标", "值"], [8001, "考勤得分", 95], [None, "迟到(次)", 1], [None, "奖惩(千元)", 0.3505],
                                       [None, "完成率", styled(0.85, "0%")]]}, merges={"S": ["A2:A5"]}).bytes())
    if figures(desk, "long.xlsx").splitlines()[1].split(b",")[3:] != desk.expected.splitlines()[1].split(b",")[3:]:
        fail("a name that is merged over its rows: " + figures(desk, "long.xlsx").decode())
    desk.write("big.xlsx", Book({"S": rows((1, 0, "12345678901234567890")) }).bytes(**{
        "xl/worksheets/sheet1.xml": Book({"S": rows((1, 0, 12345678901234567890))}).sheet("S")}))
    figures(desk, "big.xlsx", code=UNREADABLE, says="big.xlsx:S!A2: agent \"1.23456789012346E+19\": a spreadsheet wrote this number so")
    desk.write("two.xlsx", Book({"10月": rows(), "11月": rows()}).bytes())
    figures(desk, "two.xlsx", code=FAILED, says="several sheets have data, or a hidden one alone: say which; allowed: 10月, 11月")
    figures(desk, "two.xlsx", "--sheet", "12月", code=FAILED, says='two.xlsx: no sheet "12月"')
    figures(desk, "table.csv", "--sheet", "12月", code=FAILED, says="this is no workbook")
    desk.write("roster.xlsx", Book({"S": [["姓名", "分机", "岗位", "开始日期"], ["8001", 8001, "前台", styled(45962, 14)], ["8002", "8001", "前台", "2025-11-20"]]}).bytes())
    figures(desk, "table.csv", "-R", "roster.xlsx", code=UNREADABLE, says="roster.xlsx:S!A3: extension \"8001\" is held at once")


ANSWERS = """columns: {上班分: attendance, 迟到几回: late, "奖惩(元)": reward, 完成: done, 电话: ""}
names: {老张: 8001, "8002 李四": 8002, 小计栏: ""}
"""


def answers(desk):
    """Headings and names of the house's own: named at their cells, then answered once, for each month's file."""
    head = ["工号", "上班分", "迟到几回", "奖惩(元)", "完成", "电话"]
    desk.write("own.xlsx", Book({"S": [head, ["老张", 95, 1, 350.5, "85%", 1], ["8002 李四", 88.25, 0, -100, "92.5%", 2], ["小计栏", 90, 1, 100, "80%", 3]]}).bytes())
    desk.write("people.csv", "person,extension,team,post,from,to\n8001,1,a,,,\n8002,2,a,,,\n")
    figures(desk, "own.xlsx", "-R", "people.csv", code=UNREADABLE, says=[
        'own.xlsx:S!A2: agent "老张": the roster does not know this name', 'own.xlsx:S!B1: the column "上班分" is no indicator of the scheme'])
    desk.write("own.yaml", ANSWERS)
    expected = figures(desk, "table.csv", "-R", "people.csv")
    got = figures(desk, "own.xlsx", "-R", "people.csv", "--answers", "own.yaml", says=['the column "电话" is left out', 'row 4 is left out ("小计栏")'])
    if got != expected:
        fail("answered: %s\nnot %s" % (got.decode(), expected.decode()))
    desk.write("next.xlsx", Book({"S": [head[:5], ["老张", 95, 1, 350.5, "85%"], ["8002", "many", 0, -100, "92.5%"]]}).bytes())
    figures(desk, "next.xlsx", "-R", "people.csv", "-a", "own.yaml", code=UNREADABLE, says=[
        'next.xlsx:S!B3: agent "8002": "many" of "考勤得分" is not a number', 'note: own.yaml: no column "电话" is in the file',
        'note: own.yaml: no name "小计栏" is in the file'])
    desk.write("own.yaml", ANSWERS.replace("老张: 8001", "老张: 8008"))
    figures(desk, "own.xlsx", "-R", "people.csv", "-a", "own.yaml", code=UNREADABLE, says='own.xlsx:S!A2: agent "8008": the roster does not know this name')
    desk.write("own.yaml", "columns: {上班分: attendence}\nnames: [老张]\nrows: {}\n")
    figures(desk, "own.xlsx", "-a", "own.yaml", code=INVALID, silent=True, says=[
        'own.yaml:1:16: columns: "attendence" is neither an indicator of the scheme', "own.yaml:2:8: ", 'own.yaml:3:1: '])


def other_kinds(desk):
    def refused(name, content, words):
        desk.write(name, content)
        figures(desk, name, code=FAILED, says="%s: %s" % (name, words), silent=True)

    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    refused("a.xls", old, "this is a workbook of the old kind (.xls, .et), which is not read: save it as .xlsx or as CSV UTF-8")
    refused("a.xlsx", old + "EncryptedPackage".encode("utf-16-le") + b"\0\0", "this workbook is locked by a password")
    refused("a.ods", pack({}) and b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "this is an OpenDocument table (.ods)")
    refused("b.xls", b"\xef\xbb\xbf\r\n<html><table><tr><td>8001", "this is a web page or XML, whatever its name says")
    refused("a.docx", pack({"word/document.xml": "<x/>"}), "an archive, but no .xlsx workbook")


def hostile(desk):
    """Each ends within its limits, in words, and leaves nothing behind."""
    book = Book({"S": rows()})
    parts = book.parts()
    sheet = "xl/worksheets/sheet1.xml"
    begin, end = parts[sheet].split("<sheetData>")[0] + "<sheetData>", "</sheetData></worksheet>"
    spaces = begin + " " * (300 << 20) + end
    doctype = parts[sheet].replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet', 1)
    outside = parts[sheet].replace("<worksheet", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet', 1)
    wide = begin + '<row r="1">' + "".join('<c r="%s1"><v>1</v></c>' % column_name(i) for i in range(1, 100001)) + "</row>" + end
    attributes = begin + '<row r="1"><c %s/></row>' % " ".join('a%d="1"' % i for i in range(200000)) + end
    whole = pack(parts)
    damaged = bytearray(whole)
    for i in range(60, 200):
        damaged[i] ^= 0x55
    cases = {
        "a bomb": (pack({**parts, sheet: spaces}), "the workbook unpacks to more than 256 MiB"),
        "entities": (pack({**parts, sheet: doctype}), "the workbook has a document type"),
        "a file of this host": (pack({**parts, sheet: outside}), "the workbook has a document type"),
        "100 000 columns": (pack({**parts, sheet: wide}), "ALM1: more than 1000 columns"),
        "200 000 attributes": (pack({**parts, sheet: attributes}), "the workbook is damaged"),
        "two million rows": (pack({**parts, sheet: begin + '<row r="1048577"><c r="A1048577"><v>1</v></c></row>' + end}), "more than 1048576 rows"),
        "rows that go back": (pack({**parts, sheet: begin + '<row r="9"><c r="A9"><v>1</v></c></row><row r="2"/>' + end}), "A2: the cell is damaged"),
        "a text that is none": (pack({**parts, sheet: begin + '<row r="1"><c r="A1" t="s"><v>99</v></c></row>' + end}), "A1: the cell is damaged"),
        "a number that is none": (pack({**parts, sheet: begin + '<row r="1"><c r="A1"><v>1,5</v></c></row>' + end}), "A1: the cell is damaged"),
        "nesting": (pack({**parts, sheet: begin + "<row>" * 5000 + end}), "damaged"),
        "no sheet part": (pack({**parts, sheet: None}), "the workbook is damaged"),
        "no relations": (pack({**parts, "xl/_rels/workbook.xml.rels": None}), "the workbook is damaged"),
        "a part elsewhere": (pack({**parts, "xl/_rels/workbook.xml.rels": parts["xl/_rels/workbook.xml.rels"].replace("worksheets/", "../../../../etc/")}),
                             "the workbook is damaged"),
        "no end": (whole[:-30], "the workbook is damaged"),
        "bits that fell over": (bytes(damaged), ""),
        "nothing in it": (Book({"S": []}).bytes(), "no sheet has anything in it"),
        "300 sheets": (Book({"S%d" % i: [] for i in range(300)}).bytes(), "more than 250 sheets"),
    }
    for name, (content, words) in cases.items():
        desk.write("hostile.xlsx", content)
        began = time.monotonic()
        figures(desk, "hostile.xlsx", code=FAILED, says=words, silent=True)
        if time.monotonic() - began > 60:
            fail("%s takes %.0f s" % (name, time.monotonic() - began))
    desk.write("hostile.xlsx", pack({**parts, "../../escaped": "x", "/etc/callqa-escaped": "x"}))
    if figures(desk, "hostile.xlsx") != desk.expected or os.path.exists(desk.path("../escaped")):
        fail("parts with the names of other folders")


def large(desk):
    """10 000 agents as a workbook: as fast as they are to be from CSV, give or take the unpacking."""
    cells = [HEADINGS] + [[100000 + i, "张%d" % i, 60 + i % 40, i % 3, i % 500, styled((50 + i % 50) / 100, "0%")] for i in range(10000)]
    desk.write("large.xlsx", Book({"S": cells}).bytes())
    began = time.monotonic()
    lines = figures(desk, "large.xlsx").count(b"\n")
    took = time.monotonic() - began
    if lines != 10001 or took > 10:
        fail("10 000 agents: %d lines in %.1f s" % (lines, took))
    return took


def main(programs):
    with Desk(os.path.join(programs, "callqa")) as desk:
        desk.write("desk.yaml", SCHEME)
        desk.write("table.csv", TABLE)
        desk.expected = figures(desk, "table.csv")
        same_figures(desk)
        dates_and_times(desk)
        questions(desk)
        answers(desk)
        other_kinds(desk)
        hostile(desk)
        took = large(desk)
    print("workbooks: ok (10 000 agents in %.2f s)" % took)


if __name__ == "__main__":
    main(sys.argv[2])
