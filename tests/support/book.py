# SPDX-License-Identifier: GPL-3.0-or-later
"""Workbooks made by hand, so that a test says what is in each part of them, right or wrong."""
import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# What a cell can be besides a number or a text.
FORMULA_ONLY = object()  # a formula whose value nobody has computed


def formula(value):
    return ("formula", value)


def error(text):
    return ("error", text)


def inline(text):
    return ("inline", text)


def styled(value, code):
    """A number under a format: styled(0.85, "0%"), or under one that is known by its number: styled(45962, 14)."""
    return ("styled", value, code)


def rich(*runs, phonetic=None):
    """A text in several runs, with how to pronounce it."""
    return ("rich", runs, phonetic)


def column_name(number):
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


class Book:
    """Book({"Sheet1": [[...], ...]}).bytes(); rows of None are left out, cells of None too."""

    def __init__(self, sheets, *, is_1904=False, states=None, merges=None, hidden_rows=(), columns="", no_places=False):
        self.sheets, self.is_1904, self.states, self.merges = sheets, is_1904, states or {}, merges or {}
        self.hidden_rows, self.columns, self.no_places = set(hidden_rows), columns, no_places
        self.strings, self.formats = [], []

    def shared(self, xml):
        if xml not in self.strings:
            self.strings.append(xml)
        return self.strings.index(xml)

    def style(self, code):
        if code not in self.formats:
            self.formats.append(code)
        return self.formats.index(code) + 1

    def cell(self, place, value):
        at = "" if self.no_places else ' r="%s"' % place
        kind, *rest = value if isinstance(value, tuple) else (None, value)
        if value is FORMULA_ONLY:
            return "<c%s><f>SUM(A1:A2)</f></c>" % at
        if kind == "formula" and isinstance(rest[0], str):
            return '<c%s t="str"><f>A1&amp;""</f><v>%s</v></c>' % (at, escape(rest[0]))
        if kind == "formula":
            return "<c%s><f>1+1</f><v>%s</v></c>" % (at, rest[0])
        if kind == "error":
            return '<c%s t="e"><f>NA()</f><v>%s</v></c>' % (at, escape(rest[0]))
        if kind == "inline":
            return '<c%s t="inlineStr"><is><t>%s</t></is></c>' % (at, escape(rest[0]))
        if kind == "styled":
            return '<c%s s="%d"><v>%s</v></c>' % (at, self.style(rest[1]), rest[0])
        if kind == "rich":
            runs = "".join("<r><rPr><b/></rPr><t xml:space=\"preserve\">%s</t></r>" % escape(run) for run in rest[0])
            spoken = '<rPh sb="0" eb="1"><t>%s</t></rPh>' % escape(rest[1]) if rest[1] else ""
            return '<c%s t="s"><v>%d</v></c>' % (at, self.shared(runs + spoken))
        if isinstance(rest[0], bool):
            return '<c%s t="b"><v>%d</v></c>' % (at, rest[0])
        if isinstance(rest[0], str):
            return '<c%s t="s"><v>%d</v></c>' % (at, self.shared("<t xml:space=\"preserve\">%s</t>" % escape(rest[0])))
        return "<c%s><v>%s</v></c>" % (at, rest[0])

    def sheet(self, name):
        rows = []
        for number, cells in enumerate(self.sheets[name], 1):
            if cells is None:
                continue
            made = "".join(self.cell("%s%d" % (column_name(i), number), value) for i, value in enumerate(cells, 1) if value is not None)
            at = "" if self.no_places else ' r="%d"' % number
            rows.append("<row%s%s>%s</row>" % (at, ' hidden="1"' if number in self.hidden_rows else "", made))
        merges = "".join('<mergeCell ref="%s"/>' % area for area in self.merges.get(name, ()))
        return (HEAD + '<worksheet xmlns="%s">%s<sheetData>%s</sheetData>%s</worksheet>'
                % (MAIN, self.columns, "".join(rows), merges and "<mergeCells>%s</mergeCells>" % merges))

    def style_sheet(self):
        codes = [code for code in self.formats if isinstance(code, str)]
        own = "".join('<numFmt numFmtId="%d" formatCode=%s/>' % (164 + i, quoteattr(code)) for i, code in enumerate(codes))
        number = [164 + codes.index(code) if isinstance(code, str) else code for code in self.formats]
        return (HEAD + '<styleSheet xmlns="%s"><numFmts count="%d">%s</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
                '<cellXfs><xf numFmtId="0"/>%s</cellXfs></styleSheet>'
                % (MAIN, len(codes), own, "".join('<xf numFmtId="%d" applyNumberFormat="1"/>' % one for one in number)))

    def parts(self):
        names = list(self.sheets)
        parts = {"xl/worksheets/sheet%d.xml" % i: self.sheet(name) for i, name in enumerate(names, 1)}
        listed = "".join('<sheet name=%s sheetId="%d"%s r:id="rId%d"/>'
                         % (quoteattr(name), i, ' state="%s"' % self.states[name] if name in self.states else "", i)
                         for i, name in enumerate(names, 1))
        parts["xl/workbook.xml"] = (HEAD + '<workbook xmlns="%s" xmlns:r="%s">%s<sheets>%s</sheets></workbook>'
                                    % (MAIN, RELATIONS, '<workbookPr date1904="1"/>' if self.is_1904 else "", listed))
        parts["xl/_rels/workbook.xml.rels"] = (
            HEAD + '<Relationships xmlns="%s/relationships">%s</Relationships>'
            % (PACKAGE, "".join('<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>'
                                % (i, RELATIONS, i) for i in range(1, len(names) + 1))))
        parts["xl/sharedStrings.xml"] = (HEAD + '<sst xmlns="%s">%s</sst>'
                                         % (MAIN, "".join("<si>%s</si>" % one for one in self.strings)))
        parts["xl/styles.xml"] = self.style_sheet()
        parts["[Content_Types].xml"] = HEAD + '<Types xmlns="%s/content-types"/>' % PACKAGE
        return parts

    def bytes(self, **changed):
        """`changed`: parts instead, by name with / and . as they are; None leaves one out."""
        return pack({**self.parts(), **changed})


def pack(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            if text is not None:
                archive.writestr(name, text)
    return out.getvalue()
