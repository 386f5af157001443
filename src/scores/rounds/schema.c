/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/schema.h"

/*
 * Values are texts that hold exact decimals or fractions, never REAL. Input belongs to a scheme and
 * a period, so that a correction of a closed round starts from the same rows. Rows, ratings and
 * signatures are only ever added; `current` marks those that count. What a round was closed with is
 * kept as it was written then (since cqa_appraisal_kept as facts, before as a text for each
 * reader).
 */
const char cqa_appraisal_schema[] =
    "CREATE TABLE rounds("
    " id INTEGER PRIMARY KEY, scheme TEXT NOT NULL, period TEXT NOT NULL, version INTEGER NOT NULL,"
    " stage INTEGER NOT NULL, corrects INTEGER UNIQUE REFERENCES rounds(id),"
    " opened_by INTEGER NOT NULL REFERENCES users(id), opened_ms INTEGER NOT NULL,"
    " closed_by INTEGER REFERENCES users(id), closed_ms INTEGER, note TEXT,"
    " kept_notes TEXT, kept_lines TEXT, kept_lines_open TEXT, kept_grades TEXT, kept_csv_head TEXT,"
    " UNIQUE(scheme, period, version));"
    "CREATE TABLE round_steps("
    " id INTEGER PRIMARY KEY, round INTEGER NOT NULL REFERENCES rounds(id), step INTEGER NOT NULL,"
    " stage INTEGER NOT NULL, agent TEXT, place TEXT, day INTEGER NOT NULL, person TEXT NOT NULL,"
    " note TEXT, user INTEGER NOT NULL REFERENCES users(id), at_ms INTEGER NOT NULL);"
    "CREATE INDEX round_steps_by_round ON round_steps(round, id);"
    "CREATE TABLE imports("
    " id INTEGER PRIMARY KEY, scheme TEXT NOT NULL, period TEXT NOT NULL, file TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, user INTEGER NOT NULL REFERENCES users(id), at_ms INTEGER NOT NULL,"
    " row_count INTEGER NOT NULL, fault_count INTEGER NOT NULL);"
    "CREATE INDEX imports_by_period ON imports(scheme, period, id);"
    "CREATE TABLE import_rows("
    " id INTEGER PRIMARY KEY, import INTEGER NOT NULL REFERENCES imports(id), scheme TEXT NOT NULL,"
    " period TEXT NOT NULL, agent TEXT NOT NULL, indicator TEXT NOT NULL, value TEXT NOT NULL,"
    " weight TEXT NOT NULL, rater TEXT NOT NULL, post TEXT NOT NULL, row_period TEXT NOT NULL,"
    " line INTEGER NOT NULL, col INTEGER NOT NULL, replaces INTEGER REFERENCES import_rows(id),"
    " current INTEGER NOT NULL DEFAULT 1);"
    "CREATE UNIQUE INDEX import_rows_current"
    " ON import_rows(scheme, period, agent, indicator, rater, row_period) WHERE current = 1;"
    "CREATE INDEX import_rows_by_import ON import_rows(import, line, col);"
    "CREATE TABLE import_faults("
    " id INTEGER PRIMARY KEY, import INTEGER NOT NULL REFERENCES imports(id), scheme TEXT NOT NULL,"
    " period TEXT NOT NULL, agent TEXT, line INTEGER NOT NULL, col INTEGER NOT NULL,"
    " text TEXT NOT NULL, zh TEXT, current INTEGER NOT NULL DEFAULT 1);"
    "CREATE INDEX import_faults_current ON import_faults(scheme, period, agent) WHERE current = 1;"
    "CREATE INDEX import_faults_by_import ON import_faults(import, line, col);"
    "CREATE TABLE ratings("
    " id INTEGER PRIMARY KEY, scheme TEXT NOT NULL, period TEXT NOT NULL, agent TEXT NOT NULL,"
    " indicator TEXT NOT NULL, kind INTEGER NOT NULL, rater TEXT NOT NULL,"
    " user INTEGER NOT NULL REFERENCES users(id), value TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " replaces INTEGER REFERENCES ratings(id), current INTEGER NOT NULL DEFAULT 1);"
    "CREATE UNIQUE INDEX ratings_current ON ratings(scheme, period, agent, indicator, rater)"
    " WHERE current = 1;"
    "CREATE INDEX ratings_by_rater ON ratings(scheme, period, rater) WHERE current = 1;"
    "CREATE TABLE sheet_signatures("
    " id INTEGER PRIMARY KEY, round INTEGER NOT NULL REFERENCES rounds(id), agent TEXT NOT NULL,"
    " side INTEGER NOT NULL, how INTEGER NOT NULL, user INTEGER NOT NULL REFERENCES users(id),"
    " at_ms INTEGER NOT NULL, note TEXT, numbers TEXT NOT NULL);"
    "CREATE INDEX sheet_signatures_by_sheet ON sheet_signatures(round, agent, id);"
    "CREATE TABLE sheet_objections("
    " id INTEGER PRIMARY KEY, round INTEGER NOT NULL REFERENCES rounds(id), agent TEXT NOT NULL,"
    " user INTEGER NOT NULL REFERENCES users(id), at_ms INTEGER NOT NULL, text TEXT NOT NULL,"
    " outcome INTEGER NOT NULL DEFAULT 0, answer TEXT, answered_by INTEGER REFERENCES users(id),"
    " answered_ms INTEGER, UNIQUE(round, agent));"
    "CREATE TABLE kept_sheets("
    " round INTEGER NOT NULL REFERENCES rounds(id), place INTEGER NOT NULL, agent TEXT NOT NULL,"
    " team TEXT, undecided INTEGER NOT NULL, numbers TEXT NOT NULL,"
    " row_paid TEXT NOT NULL, row_open TEXT NOT NULL, full_hr TEXT NOT NULL,"
    " full_lead TEXT NOT NULL, full_agent TEXT NOT NULL, csv TEXT NOT NULL,"
    " PRIMARY KEY(round, place), UNIQUE(round, agent)) WITHOUT ROWID;"
    "CREATE TABLE kept_left_out("
    " round INTEGER NOT NULL REFERENCES rounds(id), place INTEGER NOT NULL, agent TEXT NOT NULL,"
    " team TEXT, fault INTEGER NOT NULL, body TEXT NOT NULL, body_open TEXT NOT NULL,"
    " PRIMARY KEY(round, place))"
    " WITHOUT ROWID;"
    "CREATE TRIGGER kept_sheets_stay BEFORE UPDATE ON kept_sheets"
    " BEGIN SELECT RAISE(ABORT, 'a closed round keeps its numbers'); END;"
    "CREATE TRIGGER kept_sheets_keep BEFORE DELETE ON kept_sheets"
    " BEGIN SELECT RAISE(ABORT, 'a closed round keeps its numbers'); END;"
    "CREATE TRIGGER kept_left_out_stay BEFORE UPDATE ON kept_left_out"
    " BEGIN SELECT RAISE(ABORT, 'a closed round keeps its numbers'); END;"
    "CREATE TRIGGER kept_left_out_keep BEFORE DELETE ON kept_left_out"
    " BEGIN SELECT RAISE(ABORT, 'a closed round keeps its numbers'); END;"
    "CREATE TRIGGER sheet_signatures_stay BEFORE UPDATE ON sheet_signatures"
    " BEGIN SELECT RAISE(ABORT, 'signatures are append-only'); END;"
    "CREATE TRIGGER sheet_signatures_keep BEFORE DELETE ON sheet_signatures"
    " BEGIN SELECT RAISE(ABORT, 'signatures are append-only'); END;"
    "CREATE TRIGGER rounds_closed BEFORE UPDATE ON rounds WHEN OLD.stage = 3"
    " BEGIN SELECT RAISE(ABORT, 'a closed round keeps its numbers'); END;";

/*
 * What a fault is about, and its message, whose words are made when it is read. Of older ones it is
 * not known what they are about: nobody who may not see pay reads them any more, nor those that a
 * closed round has kept, which were sifted by their words.
 */
const char cqa_appraisal_faults[] =
    "ALTER TABLE import_faults ADD COLUMN about TEXT DEFAULT '';"
    "ALTER TABLE import_faults ADD COLUMN said TEXT;"
    "DROP TRIGGER kept_left_out_stay;"
    "UPDATE kept_left_out SET body_open = json_set(body_open, '$.errors', json('[]'));"
    "CREATE TRIGGER kept_left_out_stay BEFORE UPDATE ON kept_left_out"
    " BEGIN SELECT RAISE(ABORT, 'a closed round keeps its numbers'); END;";

/* How much coverage a round asks for; the last row counts. */
const char cqa_appraisal_leasts[] =
    "CREATE TABLE round_leasts("
    " id INTEGER PRIMARY KEY, round INTEGER NOT NULL REFERENCES rounds(id), pct TEXT NOT NULL,"
    " calls INTEGER NOT NULL, user INTEGER NOT NULL REFERENCES users(id), at_ms INTEGER NOT NULL,"
    " note TEXT NOT NULL);"
    "CREATE INDEX round_leasts_by_round ON round_leasts(round, id);"
    "CREATE TRIGGER round_leasts_stay BEFORE UPDATE ON round_leasts"
    " BEGIN SELECT RAISE(ABORT, 'what was asked for stays on record'); END;";

/* The name as it was written, where it is not the person's: rows go with what it means. */
const char cqa_appraisal_written[] =
    "ALTER TABLE import_rows ADD COLUMN written TEXT;"
    "CREATE INDEX import_rows_written ON import_rows(written) WHERE written IS NOT NULL;";

/* What somebody said of a table's columns (of a scheme, by all headings of the table), and of names
 * as they are written: asked about once. */
const char cqa_appraisal_answers[] =
    "CREATE TABLE import_columns("
    " scheme TEXT NOT NULL, headings TEXT NOT NULL, heading TEXT NOT NULL, taken TEXT NOT NULL,"
    " user INTEGER NOT NULL REFERENCES users(id), at_ms INTEGER NOT NULL,"
    " PRIMARY KEY(scheme, headings, heading)) WITHOUT ROWID;"
    "CREATE TABLE import_names("
    " written TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL,"
    " user INTEGER NOT NULL REFERENCES users(id), at_ms INTEGER NOT NULL) WITHOUT ROWID;";

/* What a round is closed with, for nobody yet (docs/decisions/0213). */
const char cqa_appraisal_kept[] = "ALTER TABLE kept_sheets ADD COLUMN facts TEXT;"
                                  "ALTER TABLE kept_sheets ADD COLUMN trace TEXT;"
                                  "ALTER TABLE kept_left_out ADD COLUMN facts TEXT;";
