/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/parts.h"

/*
 * The schemas in their order; the database knows how many have been applied (PRAGMA user_version).
 * A released one is never changed: what comes after is a new one at the end.
 */
static const char schema_0001[] =
    /* Who may hold leases: a row for each open store. It lives while its byte of callqa.lock is
       locked. */
    "CREATE TABLE owners ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  pid INTEGER NOT NULL"
    ") STRICT;"

    "CREATE TABLE recordings ("
    "  id INTEGER PRIMARY KEY,"
    "  path BLOB NOT NULL UNIQUE," /* file names are bytes */
    "  source TEXT NOT NULL,"
    "  call_id TEXT NOT NULL,"
    "  size_bytes INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  gone INTEGER NOT NULL DEFAULT 0," /* no file at the path any more */
    "  state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN"
    "    ('ready', 'leased', 'settling', 'scored', 'failed', 'excluded', 'vanished')),"
    "  owner INTEGER REFERENCES owners (id),"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  deaths INTEGER NOT NULL DEFAULT 0,"
    "  abandoned INTEGER NOT NULL DEFAULT 0," /* attempts that ended with the whole program */
    "  not_before_ms INTEGER NOT NULL DEFAULT 0,"
    "  reason TEXT,"
    "  text TEXT,"
    "  analyzer TEXT," /* that judged it, when failed */
    "  discovered_ms INTEGER NOT NULL,"
    "  revised_ms INTEGER NOT NULL," /* when this size and mtime were first seen */
    "  changed_ms INTEGER NOT NULL," /* last change of state */
    "  UNIQUE (source, call_id),"
    "  CHECK ((state = 'leased') = (owner IS NOT NULL))"
    ") STRICT;"
    "CREATE INDEX recordings_state ON recordings (state, discovered_ms);"
    /* Both orders of a claim, so that neither sorts a backlog of some hundred thousand each time.
     */
    "CREATE INDEX recordings_oldest ON recordings (attempts, mtime_ns) WHERE state = 'ready';"
    "CREATE INDEX recordings_newest ON recordings (attempts, mtime_ns DESC) WHERE state = 'ready';"
    "CREATE INDEX recordings_owner ON recordings (owner) WHERE owner IS NOT NULL;"

    "CREATE TABLE results ("
    "  recording_id INTEGER PRIMARY KEY REFERENCES recordings (id) ON DELETE CASCADE,"
    "  size_bytes INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  sha256 TEXT NOT NULL,"
    "  rubric TEXT NOT NULL,"
    "  rubric_version TEXT NOT NULL,"
    "  analyzer TEXT NOT NULL,"
    "  made_ms INTEGER NOT NULL,"
    "  json BLOB NOT NULL"
    ") STRICT;"

    "CREATE TABLE deliveries ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT," /* a later one is a newer one, for ever */
    "  recording_id INTEGER NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,"
    "  key TEXT UNIQUE," /* NULL once a newer delivery has taken it over */
    "  body BLOB,"       /* NULL once there is nothing more to send */
    "  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN"
    "    ('pending', 'in_flight', 'acked', 'quarantined', 'superseded')),"
    "  owner INTEGER REFERENCES owners (id),"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  next_ms INTEGER NOT NULL DEFAULT 0,"
    "  http_status INTEGER NOT NULL DEFAULT 0,"
    "  text TEXT,"
    "  made_ms INTEGER NOT NULL,"
    "  changed_ms INTEGER NOT NULL,"
    "  CHECK ((state = 'in_flight') = (owner IS NOT NULL)),"
    "  CHECK (body IS NOT NULL OR state IN ('acked', 'superseded'))"
    ") STRICT;"
    "CREATE INDEX deliveries_state ON deliveries (state, made_ms);"
    "CREATE INDEX deliveries_recording ON deliveries (recording_id);"
    "CREATE INDEX deliveries_pending ON deliveries (id, next_ms) WHERE state = 'pending';"
    "CREATE INDEX deliveries_next ON deliveries (next_ms) WHERE state = 'pending';"
    "CREATE INDEX deliveries_owner ON deliveries (owner) WHERE owner IS NOT NULL;";

/* What a person asked to have analysed again, and what was made of it to be looked at. */
static const char schema_0002[] =
    "ALTER TABLE recordings ADD COLUMN asked TEXT NOT NULL DEFAULT 'not' CHECK (asked IN"
    "  ('not', 'again', 'apart'));"

    /* Results that count nothing: beside the current one of the same recording. */
    "CREATE TABLE previews ("
    "  recording_id INTEGER PRIMARY KEY REFERENCES recordings (id) ON DELETE CASCADE,"
    "  size_bytes INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  sha256 TEXT NOT NULL,"
    "  rubric TEXT NOT NULL,"
    "  rubric_version TEXT NOT NULL,"
    "  analyzer TEXT NOT NULL,"
    "  made_ms INTEGER NOT NULL,"
    "  owed INTEGER NOT NULL DEFAULT 0," /* a delivery of it was written */
    "  json BLOB NOT NULL"
    ") STRICT;";

/* Who or what was erased on request, or must not be. */
static const char schema_0003[] =
    "CREATE TABLE tombstones ("
    "  hash TEXT PRIMARY KEY," /* of a call's id or of a recording's content */
    "  made_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE holds ("
    "  id INTEGER PRIMARY KEY,"
    "  kind TEXT NOT NULL CHECK (kind IN ('customer', 'agent', 'call')),"
    "  value TEXT NOT NULL,"
    "  reason TEXT NOT NULL,"
    "  made_ms INTEGER NOT NULL,"
    "  UNIQUE (kind, value)"
    ") STRICT;"
    /* 1: retention found it held, and need not look again until a hold is lifted. */
    "ALTER TABLE recordings ADD COLUMN held INTEGER NOT NULL DEFAULT 0;";

/* What looks at the watched folders found, for whoever asks whether all is accounted for. */
static const char schema_0004[] =
    "CREATE TABLE folders ("
    "  path BLOB PRIMARY KEY NOT NULL,"
    "  looked_ms INTEGER NOT NULL,"
    "  took_ms INTEGER NOT NULL,"
    "  files INTEGER NOT NULL,"
    "  settling INTEGER NOT NULL,"
    "  held INTEGER NOT NULL,"
    "  ignored INTEGER NOT NULL,"
    "  not_regular INTEGER NOT NULL,"
    "  errors INTEGER NOT NULL,"
    "  sys_errno INTEGER NOT NULL,"
    "  held_back INTEGER NOT NULL,"
    "  unread INTEGER NOT NULL,"
    "  settling_since_ms INTEGER NOT NULL,"
    "  settling_path BLOB,"
    "  stream_pause_ms INTEGER NOT NULL,"
    "  whole_pause_ms INTEGER NOT NULL,"
    "  whole_growths INTEGER NOT NULL,"
    "  closes INTEGER NOT NULL"
    ") STRICT;"

    /* One row: the time that was last believed (pipeline/believed.h). */
    "CREATE TABLE believed ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  at_ms INTEGER NOT NULL"
    ") STRICT;";

/*
 * Deliveries that were not taken for a reason that may lie in them go by themselves; each of the
 * two orders has an index that serves it, so that no claim sorts a backlog.
 */
static const char schema_0005[] =
    "DROP INDEX deliveries_pending;"
    "DROP INDEX deliveries_next;"
    "ALTER TABLE deliveries ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;" /* how often put aside */
    "ALTER TABLE deliveries ADD COLUMN refused_by TEXT;" /* by which versions, when quarantined */
    "UPDATE deliveries SET next_ms = 0 WHERE state = 'pending' AND next_ms <> 0;"
    /* What a newer one has replaced is not to be tried again. */
    "UPDATE deliveries SET state = 'superseded', body = NULL WHERE state = 'quarantined' AND EXISTS"
    "  (SELECT 1 FROM deliveries AS n WHERE n.recording_id = deliveries.recording_id"
    "   AND n.id > deliveries.id);"
    "CREATE INDEX deliveries_due ON deliveries (next_ms, id) WHERE state = 'pending' AND aside = 0;"
    "CREATE INDEX deliveries_aside ON deliveries (next_ms) WHERE state = 'pending' AND aside > 0;";

/* Who counts the outcomes that are sent, and how far: a store that was lost and begins anew is
 * another. */
static const char schema_0006[] =
    "CREATE TABLE generations ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  store TEXT NOT NULL,"
    "  last INTEGER NOT NULL"
    ") STRICT;"
    "INSERT INTO generations VALUES (1, lower(hex(randomblob(8))), 0);";

/* What exchanges log of calls, and which recordings it belongs to. */
static const char schema_0007[] =
    "CREATE TABLE fact_watches ("
    "  id INTEGER PRIMARY KEY,"
    "  path TEXT NOT NULL UNIQUE" /* the watched folder; each has facts of its own */
    ") STRICT;"

    /* Logs and tables, and how far each has been read. */
    "CREATE TABLE fact_origins ("
    "  id INTEGER PRIMARY KEY,"
    "  watch INTEGER NOT NULL REFERENCES fact_watches (id),"
    "  name TEXT NOT NULL,"
    "  place TEXT,"
    "  UNIQUE (watch, name)"
    ") STRICT;"

    "CREATE TABLE facts ("
    "  id INTEGER PRIMARY KEY,"
    "  watch INTEGER NOT NULL REFERENCES fact_watches (id),"
    "  origin INTEGER NOT NULL REFERENCES fact_origins (id),"
    "  hash INTEGER NOT NULL," /* of the row as it was written there */
    "  source TEXT NOT NULL,"
    "  call_id TEXT,"
    "  linked_id TEXT,"
    "  file TEXT,"
    "  caller TEXT,"
    "  started_ms INTEGER NOT NULL,"
    "  answered_ms INTEGER NOT NULL,"
    "  hold_start_ms INTEGER NOT NULL,"
    "  hold_end_ms INTEGER NOT NULL,"
    "  agent TEXT,"
    "  customer TEXT,"
    "  queue TEXT,"
    "  direction TEXT,"
    "  seen_ms INTEGER NOT NULL,"
    "  UNIQUE (hash, origin)"
    ") STRICT;"
    "CREATE INDEX facts_call ON facts (call_id, watch) WHERE call_id IS NOT NULL;"
    "CREATE INDEX facts_linked ON facts (linked_id, watch) WHERE linked_id IS NOT NULL;"
    "CREATE INDEX facts_file ON facts (file, watch) WHERE file IS NOT NULL;"
    "CREATE INDEX facts_caller ON facts (caller, watch, started_ms) WHERE caller IS NOT NULL;"

    /* By what a recording is found from its facts, and what its result was made with. */
    "CREATE TABLE fact_links ("
    "  recording_id INTEGER PRIMARY KEY REFERENCES recordings (id) ON DELETE CASCADE,"
    "  watch INTEGER NOT NULL REFERENCES fact_watches (id),"
    "  call_id TEXT NOT NULL,"
    "  file TEXT NOT NULL,"
    "  caller TEXT,"
    "  begun_ms INTEGER NOT NULL,"
    "  facts TEXT NOT NULL,"      /* hash of the facts that the result says */
    "  lines TEXT NOT NULL,"      /* and of those that the sound was measured with */
    "  sidecar INTEGER NOT NULL," /* stamp of the sidecar that was read; 0: none */
    "  made_ms INTEGER NOT NULL,"
    "  look_ms INTEGER NOT NULL,"      /* when to look for facts again; 0: not by itself */
    "  due INTEGER NOT NULL DEFAULT 0" /* facts of it have come since */
    ") STRICT;"
    "CREATE INDEX fact_links_call ON fact_links (call_id, watch);"
    "CREATE INDEX fact_links_file ON fact_links (file, watch);"
    "CREATE INDEX fact_links_caller ON fact_links (caller, watch, begun_ms)"
    "  WHERE caller IS NOT NULL;"
    "CREATE INDEX fact_links_look ON fact_links (look_ms) WHERE look_ms > 0;"
    "CREATE INDEX fact_links_due ON fact_links (watch) WHERE due;";

/*
 * One call once (docs/decisions/0107). `call` is the call's id: `call_id` stays what a row is known
 * by, with "#" and the part behind it where it is a further recording of its call. `stem` is the
 * name's, for recordings whose id is only the path. What was stored before is judged when a program
 * starts: `unjudged`.
 */
static const char schema_0008[] =
    "ALTER TABLE recordings ADD COLUMN call TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE recordings ADD COLUMN named INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE recordings ADD COLUMN stem ANY;"
    /* Of the file, where its result was made of a better source, which is gone. */
    "ALTER TABLE recordings ADD COLUMN file_sha256 TEXT;"
    "ALTER TABLE recordings ADD COLUMN unjudged INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE recordings ADD COLUMN stale INTEGER NOT NULL DEFAULT 0;" /* its result tells of
                                                       another path, or of other copies, than now */
    "UPDATE recordings SET named = substr(call_id, 1, 1) <> '/', unjudged = state = 'scored'"
    "  AND (substr(call_id, 1, 1) = '/' OR call_id GLOB '*#' || replace(hex(zeroblob(4)), '0',"
    "   '[0-9a-f]'));"
    "UPDATE recordings SET call = CASE WHEN named AND call_id GLOB '*#' ||"
    "   replace(hex(zeroblob(4)), '0', '[0-9a-f]') THEN substr(call_id, 1, length(call_id) - 9)"
    "  ELSE call_id END;"
    /* The path's last name without its ending, as cqa_rows_stem has it. */
    "UPDATE recordings SET stem = substr(CAST(path AS TEXT), 1 + length(rtrim(CAST(path AS TEXT),"
    "  replace(CAST(path AS TEXT), '/', ''))));"
    "UPDATE recordings SET stem = CAST(CASE WHEN length(rtrim(stem, replace(stem, '.', ''))) < 2"
    "  THEN stem ELSE substr(stem, 1, length(rtrim(stem, replace(stem, '.', ''))) - 1) END"
    "  AS BLOB);"
    "CREATE INDEX recordings_call ON recordings (source, call);"
    "CREATE INDEX recordings_stem ON recordings (source, stem);"
    "CREATE INDEX recordings_file ON recordings (file_sha256) WHERE file_sha256 IS NOT NULL;"
    "CREATE INDEX recordings_unjudged ON recordings (id) WHERE unjudged;"
    "CREATE INDEX recordings_stale ON recordings (id) WHERE stale;"
    "CREATE INDEX results_sha256 ON results (sha256);"

    /* Files that hold what a recording holds, but count nothing beside it. */
    "CREATE TABLE copies ("
    "  path BLOB PRIMARY KEY,"
    "  recording_id INTEGER NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,"
    "  size_bytes INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  sha256 TEXT," /* NULL: never read */
    "  gone INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "CREATE INDEX copies_recording ON copies (recording_id);"
    "CREATE INDEX copies_sha256 ON copies (sha256) WHERE sha256 IS NOT NULL;"

    /* A result that the server refused for ever because it lay elsewhere is taken now. */
    "UPDATE deliveries SET state = 'pending', next_ms = 0 WHERE state = 'quarantined'"
    "  AND http_status = 422 AND key IS NOT NULL AND text LIKE '%idempotency key%';";

/* When it began, since 1970, as its name or its result says; 0: nobody knows. Of what was analysed
 * before, the result says it. */
static const char schema_0009[] =
    "ALTER TABLE recordings ADD COLUMN begun_ms INTEGER NOT NULL DEFAULT 0;"
    "UPDATE recordings SET begun_ms = coalesce((SELECT 1000 * CAST(strftime('%s',"
    "   json_extract(r.json, '$.call.started_at')) AS INTEGER) FROM results AS r"
    "   WHERE r.recording_id = recordings.id AND json_valid(r.json)), 0);";

static const char *const steps[] = {schema_0001, schema_0002, schema_0003, schema_0004, schema_0005,
                                    schema_0006, schema_0007, schema_0008, schema_0009};
const struct cqa_sql_schema cqa_store_schema = {.steps = steps,
                                                .count = sizeof steps / sizeof *steps};
