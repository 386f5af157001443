/* SPDX-License-Identifier: GPL-3.0-or-later */
// A CSV file's lines as the server numbers them, so that an error can be shown beside the line that it is about.

/** As src/appraisal/csv.c reads it: a byte order mark, else UTF-8, else GB18030. null: none of these. */
export function decode(bytes) {
  const starts = (...marks) => marks.every((mark, i) => bytes[i] === mark);
  const as = (encoding) => {
    try {
      return { encoding, text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
    } catch {
      return null;
    }
  };
  if (starts(0xff, 0xfe)) return as("utf-16le");
  if (starts(0xfe, 0xff)) return as("utf-16be");
  return as("utf-8") ?? as("gb18030");
}

/** The text's lines, the first as [0]; a line end of any kind, within quotes too. */
export const linesOf = (text) => text.split(/\r\n|\r|\n/);

/** The cell at a column (from 1, in characters) of a line: where it begins and ends. */
export function cellAt(line, column) {
  const marks = { ",": 0, ";": 0, "\t": 0 };
  const characters = [...line];
  for (const one of characters) if (one in marks) marks[one]++;
  const mark = Object.keys(marks).reduce((most, one) => (marks[one] > marks[most] ? one : most));
  const start = Math.min(Math.max(column - 1, 0), characters.length);
  let end = start;
  for (let quoted = false; end < characters.length && (quoted || characters[end] !== mark); end++)
    if (characters[end] === '"') quoted = !quoted;
  const part = (from, to) => characters.slice(from, to).join("");
  return { before: part(0, start), cell: part(start, end), after: part(end) };
}
