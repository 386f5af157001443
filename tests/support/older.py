# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores as programs of before left them: what each step of a schema did is taken back. A new step adds what undoes it."""
import sqlite3

# The recorder's callqa.db: number of the step, and what undoes it.
STORE = {
    2: "DROP TABLE previews; ALTER TABLE recordings DROP COLUMN asked;",
    3: "DROP TABLE tombstones; DROP TABLE holds; ALTER TABLE recordings DROP COLUMN held;",
    4: "DROP TABLE folders; DROP TABLE believed;",
    5: "DROP INDEX deliveries_due; DROP INDEX deliveries_aside; ALTER TABLE deliveries DROP COLUMN aside;"
       "ALTER TABLE deliveries DROP COLUMN refused_by;"
       "CREATE INDEX deliveries_pending ON deliveries (id, next_ms) WHERE state = 'pending';"
       "CREATE INDEX deliveries_next ON deliveries (next_ms) WHERE state = 'pending';",
    6: "DROP TABLE generations;",
    7: "DROP TABLE fact_links; DROP TABLE facts; DROP TABLE fact_origins; DROP TABLE fact_watches;",
    8: "DROP INDEX recordings_call; DROP INDEX recordings_stem; DROP INDEX recordings_file; DROP INDEX recordings_unjudged;"
       "DROP INDEX recordings_stale; DROP INDEX results_sha256; DROP TABLE copies;"
       "ALTER TABLE recordings DROP COLUMN call; ALTER TABLE recordings DROP COLUMN named;"
       "ALTER TABLE recordings DROP COLUMN stem; ALTER TABLE recordings DROP COLUMN file_sha256;"
       "ALTER TABLE recordings DROP COLUMN unjudged; ALTER TABLE recordings DROP COLUMN stale;",
    9: "ALTER TABLE recordings DROP COLUMN begun_ms;",
}

# The server's scores.db.
SCORES = {
    9: "DROP TABLE previews; DROP TABLE score_changes;",
    10: "ALTER TABLE import_faults DROP COLUMN about; ALTER TABLE import_faults DROP COLUMN said;",
    11: "DROP TABLE generations; ALTER TABLE calls DROP COLUMN posted; ALTER TABLE failures DROP COLUMN store;"
        "ALTER TABLE failures DROP COLUMN generation;",
    12: "DROP INDEX calls_by_audio; DROP INDEX calls_by_file; DROP INDEX calls_by_stem; DROP INDEX calls_by_first;"
        "DROP INDEX calls_unjudged; ALTER TABLE calls DROP COLUMN stem; ALTER TABLE calls DROP COLUMN name;"
        "ALTER TABLE calls DROP COLUMN file_sha256; ALTER TABLE calls DROP COLUMN unjudged;"
        "ALTER TABLE calls DROP COLUMN copy_of; ALTER TABLE calls DROP COLUMN call_of;",
    13: "DROP TABLE round_leasts;",
    14: "ALTER TABLE decisions DROP COLUMN code;",
    15: "DROP TABLE import_columns; DROP TABLE import_names;",
    16: "DROP TABLE missed; DROP TABLE clip_holds; DROP TABLE clips_erased;",
    17: "ALTER TABLE rubrics DROP COLUMN floor_c; ALTER TABLE rubrics DROP COLUMN cap_c;"
        "ALTER TABLE rubric_rules DROP COLUMN cap_c; ALTER TABLE rubric_rules DROP COLUMN automatic_fail;"
        "DROP TABLE unbounded_totals;",
    18: "DROP TABLE roster_seats; DROP TABLE roster_versions; DROP TABLE asked; ALTER TABLE tokens DROP COLUMN expires_ms;"
        "ALTER TABLE tokens DROP COLUMN used_ms; ALTER TABLE tokens DROP COLUMN teams;",
    19: "DROP INDEX failures_by_call;",
    20: "DROP TABLE clips_kept; DROP TABLE calls_erased;",
    21: "ALTER TABLE notices DROP COLUMN taken_by; ALTER TABLE notices DROP COLUMN taken_ms; DROP TABLE login_tries;",
    22: "DROP INDEX import_rows_written; ALTER TABLE import_rows DROP COLUMN written;",
    23: "DROP TABLE claims;",
    24: "ALTER TABLE audit DROP COLUMN address; ALTER TABLE tokens DROP COLUMN addresses;"
        "ALTER TABLE sessions DROP COLUMN address; ALTER TABLE sessions DROP COLUMN agent; DROP TABLE second_factors; DROP TABLE audit_keys;",
    25: "ALTER TABLE generations DROP COLUMN key_hash;",
    26: "ALTER TABLE users DROP COLUMN once_until_ms;",
    27: "DROP INDEX calls_sums; DROP INDEX flags_agreed; DROP INDEX decisions_by_request; ALTER TABLE decisions DROP COLUMN request;",
    28: "DROP TABLE jobs;",
    29: "DROP INDEX calls_without_basis; ALTER TABLE calls DROP COLUMN basis;",
    30: "ALTER TABLE jobs DROP COLUMN tries;",
    31: "DROP INDEX samples_by_call; DROP TABLE tallies; DROP TRIGGER rounds_changed;" + "".join(
        "DROP TRIGGER IF EXISTS %s_%s;" % (table, done) for table in ("calls", "revisions", "flags", "decisions", "samples", "periods")
        for done in ("moved" if table == "calls" else "added", "changed", "gone")),
    32: "ALTER TABLE kept_sheets DROP COLUMN facts; ALTER TABLE kept_sheets DROP COLUMN trace;"
        "ALTER TABLE kept_left_out DROP COLUMN facts;",
    33: "".join("DROP TRIGGER %s_%s;" % (table, done) for table in ("calls", "revisions", "flags", "decisions", "samples")
                for done in ("moved" if table == "calls" else "added", "changed", "gone")) +
        "DROP TABLE tally_marks; ALTER TABLE tallies ADD COLUMN claim TEXT NOT NULL DEFAULT '';",
}


def age(path, undo, steps):
    """Leaves the database with the first `steps` steps of its schema."""
    store = sqlite3.connect(path)
    (version,) = store.execute("PRAGMA user_version").fetchone()
    for step in range(version, steps, -1):
        store.executescript(undo[step])
    store.execute("PRAGMA user_version = %d" % steps)
    store.commit()
    store.close()
