/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/schema.h"

#include <stddef.h>
#include "scores/rounds/schema.h"

/*
 * Points are whole hundredths (_c), confidence is per mille, times are milliseconds since 1970
 * (_ms). `calls` and `flags` repeat what lists filter and sort by, so that a page is one walk along
 * one index. Partial indexes hold current flags only; superseded ones stay as history.
 */
static const char calls_step[] =
    "CREATE TABLE calls("
    " id INTEGER PRIMARY KEY, site TEXT NOT NULL, source TEXT NOT NULL, call_id TEXT NOT NULL,"
    " revision INTEGER NOT NULL, recorder TEXT NOT NULL, agent TEXT, customer TEXT, queue TEXT,"
    " direction TEXT, started_at TEXT, started_ms INTEGER, day INTEGER, person TEXT, team TEXT,"
    " path TEXT NOT NULL, sha256 TEXT NOT NULL, duration_ms INTEGER NOT NULL, rubric TEXT,"
    " rubric_version TEXT, base_c INTEGER, total_c INTEGER, decided_c INTEGER, score_c INTEGER,"
    " flag_count INTEGER NOT NULL DEFAULT 0, open_count INTEGER NOT NULL DEFAULT 0,"
    " received_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, talk_agent_ms INTEGER,"
    " talk_customer_ms INTEGER, silence_ms INTEGER, hold_ms INTEGER, overtalk_ms INTEGER,"
    " response_ms INTEGER, greeting_ms INTEGER, measurable INTEGER NOT NULL,"
    " UNIQUE(site, source, call_id));"
    "CREATE INDEX calls_by_id ON calls(call_id);"
    "CREATE INDEX calls_by_recorder ON calls(recorder, id);"
    "CREATE INDEX calls_by_day ON calls(day, id);"
    "CREATE INDEX calls_by_start ON calls(started_ms, id);"
    "CREATE INDEX calls_by_agent ON calls(agent, day, id);"
    "CREATE INDEX calls_by_person ON calls(person, day, id);"
    "CREATE INDEX calls_by_team ON calls(team, day, id);"
    "CREATE INDEX calls_by_score ON calls(score_c, id);"
    "CREATE INDEX calls_by_path ON calls(path);"
    "CREATE TABLE revisions("
    " call INTEGER NOT NULL REFERENCES calls(id), revision INTEGER NOT NULL,"
    " key_hash BLOB NOT NULL UNIQUE, key TEXT NOT NULL, digest BLOB NOT NULL, recorder TEXT NOT "
    "NULL,"
    " received_ms INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE(call, revision));"
    "CREATE TABLE failures("
    " id INTEGER PRIMARY KEY, site TEXT NOT NULL, path TEXT NOT NULL, source TEXT, call_id TEXT,"
    " recorder TEXT NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL, first_ms INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL, resolved_ms INTEGER, UNIQUE(site, path));"
    "CREATE INDEX failures_open ON failures(id) WHERE resolved_ms IS NULL;";

static const char flags_step[] =
    "CREATE TABLE flags("
    " id INTEGER PRIMARY KEY, call INTEGER NOT NULL REFERENCES calls(id), current INTEGER NOT NULL,"
    " ordinal INTEGER, rule TEXT NOT NULL, severity INTEGER NOT NULL, points_c INTEGER NOT NULL,"
    " confidence INTEGER NOT NULL, event INTEGER, event_type TEXT, start_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL, automatic_fail INTEGER NOT NULL, author INTEGER REFERENCES "
    "users(id),"
    " note TEXT, state INTEGER NOT NULL DEFAULT 0, decided_c INTEGER, decision INTEGER,"
    " day INTEGER NOT NULL, started_ms INTEGER NOT NULL, person TEXT, team TEXT, agent TEXT, queue "
    "TEXT);"
    "CREATE INDEX flags_by_call ON flags(call, ordinal);"
    "CREATE INDEX flags_worst ON flags(severity, points_c, confidence, started_ms, state)"
    " WHERE current = 1;"
    "CREATE INDEX flags_worst_open ON flags(severity, points_c, confidence, started_ms)"
    " WHERE current = 1 AND state = 0;"
    "CREATE INDEX flags_by_points ON flags(points_c, started_ms, state) WHERE current = 1;"
    "CREATE INDEX flags_by_confidence ON flags(confidence, started_ms, state) WHERE current = 1;"
    "CREATE INDEX flags_newest ON flags(started_ms, state) WHERE current = 1;"
    "CREATE INDEX flags_by_day ON flags(day, severity, points_c, confidence, started_ms, state)"
    " WHERE current = 1;"
    "CREATE INDEX flags_by_person ON flags(person, day) WHERE current = 1;"
    "CREATE INDEX flags_by_team ON flags(team, day, severity, points_c, confidence, started_ms, "
    "state)"
    " WHERE current = 1;"
    "CREATE INDEX flags_by_rule ON flags(rule, day, severity, points_c, confidence, started_ms, "
    "state)"
    " WHERE current = 1;"
    "CREATE TABLE decisions("
    " id INTEGER PRIMARY KEY, flag INTEGER NOT NULL REFERENCES flags(id),"
    " call INTEGER NOT NULL REFERENCES calls(id), user INTEGER NOT NULL REFERENCES users(id),"
    " at_ms INTEGER NOT NULL, state INTEGER NOT NULL, points_c INTEGER NOT NULL, reason TEXT);"
    "CREATE INDEX decisions_by_call ON decisions(call, id);"
    "CREATE INDEX decisions_by_user ON decisions(user, at_ms);"
    "CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions"
    " BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;"
    "CREATE TRIGGER decisions_keep BEFORE DELETE ON decisions"
    " BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;"
    "CREATE TABLE comments("
    " id INTEGER PRIMARY KEY, call INTEGER NOT NULL REFERENCES calls(id),"
    " user INTEGER NOT NULL REFERENCES users(id), at_ms INTEGER NOT NULL, position_ms INTEGER,"
    " text TEXT NOT NULL);"
    "CREATE INDEX comments_by_call ON comments(call, id);"
    "CREATE TABLE objections("
    " id INTEGER PRIMARY KEY, flag INTEGER NOT NULL REFERENCES flags(id),"
    " call INTEGER NOT NULL REFERENCES calls(id), user INTEGER NOT NULL REFERENCES users(id),"
    " at_ms INTEGER NOT NULL, text TEXT NOT NULL, outcome INTEGER NOT NULL DEFAULT 0,"
    " decided_by INTEGER REFERENCES users(id), decided_ms INTEGER, answer TEXT, UNIQUE(flag));"
    "CREATE INDEX objections_open ON objections(id) WHERE outcome = 0;"
    "CREATE TABLE samples("
    " id INTEGER PRIMARY KEY, plan TEXT NOT NULL, call INTEGER NOT NULL REFERENCES calls(id),"
    " auditor INTEGER REFERENCES users(id), due_day INTEGER NOT NULL, done_ms INTEGER,"
    " UNIQUE(plan, call));"
    "CREATE INDEX samples_due ON samples(auditor, due_day) WHERE done_ms IS NULL;"
    "CREATE TABLE calibration_flags("
    " session TEXT NOT NULL, flag INTEGER NOT NULL REFERENCES flags(id), PRIMARY KEY(session, "
    "flag))"
    " WITHOUT ROWID;"
    "CREATE TABLE judgements("
    " session TEXT NOT NULL, flag INTEGER NOT NULL, user INTEGER NOT NULL REFERENCES users(id),"
    " verdict INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY(session, flag, user),"
    " FOREIGN KEY(session, flag) REFERENCES calibration_flags(session, flag)) WITHOUT ROWID;"
    "CREATE TABLE periods("
    " id INTEGER PRIMARY KEY, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,"
    " closed_by INTEGER NOT NULL REFERENCES users(id), closed_ms INTEGER NOT NULL,"
    " note TEXT, CHECK(from_day < to_day));";

static const char people_step[] =
    "CREATE TABLE tokens("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL, role INTEGER NOT NULL, site TEXT NOT NULL,"
    " hash BLOB NOT NULL UNIQUE, created_ms INTEGER NOT NULL, revoked_ms INTEGER);"
    "CREATE TABLE users("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role INTEGER NOT NULL, person TEXT NOT "
    "NULL,"
    " password TEXT NOT NULL, created_ms INTEGER NOT NULL, disabled_ms INTEGER);"
    "CREATE TABLE user_teams("
    " user INTEGER NOT NULL REFERENCES users(id), team TEXT NOT NULL, PRIMARY KEY(user, team))"
    " WITHOUT ROWID;"
    "CREATE TABLE sessions("
    " hash BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES users(id), csrf TEXT NOT NULL,"
    " created_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE roster("
    " id INTEGER PRIMARY KEY, person TEXT NOT NULL, extension TEXT NOT NULL, team TEXT, post TEXT,"
    " from_local TEXT NOT NULL, to_local TEXT NOT NULL);"
    "CREATE INDEX roster_by_extension ON roster(extension, from_local);"
    "CREATE TABLE audit("
    " id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,"
    " object TEXT NOT NULL, detail TEXT NOT NULL, hash BLOB NOT NULL);"
    "CREATE TRIGGER audit_stays BEFORE UPDATE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;"
    "CREATE TRIGGER audit_keeps BEFORE DELETE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;";

/* What is to be told to other systems; a row waits until it was sent, or dropped with its address.
 */
static const char notices_step[] =
    "CREATE TABLE notices("
    " id INTEGER PRIMARY KEY, url TEXT NOT NULL, event TEXT NOT NULL, key TEXT NOT NULL UNIQUE,"
    " body TEXT NOT NULL, made_ms INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, problem TEXT,"
    " sent_ms INTEGER, dropped_ms INTEGER);"
    "CREATE INDEX notices_waiting ON notices(url, tries, id)"
    " WHERE sent_ms IS NULL AND dropped_ms IS NULL;";

/* Seconds around flags, of recordings that the server itself cannot open. */
static const char clips_step[] =
    "CREATE TABLE clips("
    " id INTEGER PRIMARY KEY, call INTEGER NOT NULL REFERENCES calls(id) ON DELETE CASCADE,"
    " start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, sha256 TEXT NOT NULL,"
    " bytes BLOB NOT NULL, UNIQUE(call, start_ms));";

/* What rubrics say, so that a flag is shown with its rule's own title and limits whatever has
 * become of the file since. */
static const char rubrics_step[] =
    "CREATE TABLE rubrics("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, title_en TEXT NOT NULL,"
    " title_zh TEXT NOT NULL, digest BLOB NOT NULL, text TEXT NOT NULL, learned_ms INTEGER NOT "
    "NULL,"
    " UNIQUE(name, version));"
    "CREATE TABLE rubric_rules("
    " rubric TEXT NOT NULL, version TEXT NOT NULL, rule TEXT NOT NULL, title_en TEXT NOT NULL,"
    " title_zh TEXT NOT NULL, range_least_c INTEGER NOT NULL, range_most_c INTEGER NOT NULL,"
    " learned_ms INTEGER NOT NULL, PRIMARY KEY(rubric, version, rule)) WITHOUT ROWID;"
    "CREATE INDEX rubric_rules_by_rule ON rubric_rules(rule, learned_ms);";

static const char coaching_step[] =
    "CREATE TABLE coaching("
    " id INTEGER PRIMARY KEY, person TEXT NOT NULL, team TEXT,"
    " author INTEGER NOT NULL REFERENCES users(id), at_ms INTEGER NOT NULL, text TEXT NOT NULL,"
    " follow_day INTEGER, done_by INTEGER REFERENCES users(id), done_ms INTEGER, outcome TEXT);"
    "CREATE INDEX coaching_by_person ON coaching(person, id);"
    "CREATE INDEX coaching_due ON coaching(follow_day, id)"
    " WHERE follow_day IS NOT NULL AND done_ms IS NULL;"
    "CREATE TABLE coaching_links("
    " note INTEGER NOT NULL REFERENCES coaching(id), call INTEGER NOT NULL REFERENCES calls(id),"
    " flag INTEGER NOT NULL, PRIMARY KEY(note, call, flag)) WITHOUT ROWID;";

/*
 * Results that wait to be accepted, and what revisions changed: `revision` 0 is of the waiting one.
 * A preview is stale when a decision has moved what it would come to.
 */
static const char previews_step[] =
    "CREATE TABLE previews("
    " call INTEGER PRIMARY KEY REFERENCES calls(id), kept INTEGER NOT NULL, recorder TEXT NOT NULL,"
    " site TEXT NOT NULL, key TEXT NOT NULL, received_ms INTEGER NOT NULL, after_c INTEGER,"
    " needs_person INTEGER NOT NULL, stale INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL);"
    "CREATE INDEX previews_stale ON previews(call) WHERE stale = 1;"
    "CREATE TABLE score_changes("
    " id INTEGER PRIMARY KEY, call INTEGER NOT NULL REFERENCES calls(id),"
    " revision INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " rule TEXT NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,"
    " before_c INTEGER NOT NULL, after_c INTEGER NOT NULL, ground TEXT, reason_en TEXT NOT NULL,"
    " reason_zh TEXT NOT NULL);"
    "CREATE INDEX score_changes_by_call ON score_changes(call, revision);";

/*
 * The latest outcome of each call (site, source and id, hashed) by the count of each store of
 * recorders, and which revision was
 * the last that a recorder posted (NULL: the current one), where a rubric of the server's made the
 * current one of it. What waits may be of a call that nothing counts of yet: `call` is NULL.
 */
static const char generations_step[] =
    "CREATE TABLE generations("
    " call BLOB NOT NULL, store TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(call, store))"
    " WITHOUT ROWID;"
    "ALTER TABLE calls ADD COLUMN posted INTEGER;"
    "UPDATE calls SET posted = (SELECT max(r.revision) FROM revisions r WHERE r.call = calls.id"
    " AND r.key NOT LIKE 'rescore:%') WHERE revision > 1;"
    "ALTER TABLE failures ADD COLUMN store TEXT;"
    "ALTER TABLE failures ADD COLUMN generation INTEGER;"
    "CREATE TABLE waiting("
    " id INTEGER PRIMARY KEY, call INTEGER UNIQUE REFERENCES calls(id), site TEXT NOT NULL,"
    " source TEXT NOT NULL, call_id TEXT NOT NULL, kept INTEGER NOT NULL, recorder TEXT NOT NULL,"
    " key TEXT NOT NULL, digest BLOB, received_ms INTEGER NOT NULL,"
    " day INTEGER, person TEXT, team TEXT, agent TEXT, after_c INTEGER,"
    " needs_person INTEGER NOT NULL, stale INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL,"
    " UNIQUE(site, source, call_id));"
    "INSERT INTO waiting(call, site, source, call_id, kept, recorder, key, received_ms, day, "
    "person,"
    " team, agent, after_c, needs_person, stale, body) SELECT p.call, p.site, c.source, c.call_id,"
    " p.kept, p.recorder, p.key, p.received_ms, c.day, c.person, c.team, c.agent, p.after_c,"
    " p.needs_person, p.stale, p.body FROM previews p JOIN calls c ON c.id = p.call;"
    "DROP TABLE previews;"
    "ALTER TABLE waiting RENAME TO previews;"
    "CREATE INDEX previews_stale ON previews(id) WHERE stale = 1;";

/*
 * One call once (docs/decisions/0107). `call_of`: the call's id, of a further recording of it.
 * `copy_of`: the call that this row was found to be; it counts nothing since, and what people did
 * to it is there. Rows of before are judged when the server starts.
 */
static const char one_call_step[] =
    "ALTER TABLE calls ADD COLUMN call_of TEXT;"
    "ALTER TABLE calls ADD COLUMN copy_of INTEGER;"
    "ALTER TABLE calls ADD COLUMN file_sha256 TEXT;"
    "ALTER TABLE calls ADD COLUMN name TEXT AS (substr(path, 1 + length(rtrim(path,"
    "  replace(path, '/', '')))));"
    "ALTER TABLE calls ADD COLUMN stem TEXT AS (CASE WHEN length(rtrim(name,"
    "  replace(name, '.', ''))) < 2 THEN name"
    "  ELSE substr(name, 1, length(rtrim(name, replace(name, '.', ''))) - 1) END);"
    "ALTER TABLE calls ADD COLUMN unjudged INTEGER NOT NULL DEFAULT 0;"
    "UPDATE calls SET unjudged = 1, call_of = substr(call_id, 1, length(call_id) - 9)"
    " WHERE substr(call_id, 1, 1) <> '/'"
    " AND call_id GLOB '*#' || replace(hex(zeroblob(4)), '0', '[0-9a-f]');"
    "UPDATE calls SET unjudged = 1 WHERE substr(call_id, 1, 1) = '/';"
    "CREATE INDEX calls_by_audio ON calls(sha256);"
    "CREATE INDEX calls_by_file ON calls(file_sha256) WHERE file_sha256 IS NOT NULL;"
    "CREATE INDEX calls_by_stem ON calls(stem);"
    "CREATE INDEX calls_by_first ON calls(call_of) WHERE call_of IS NOT NULL;"
    "CREATE INDEX calls_unjudged ON calls(id) WHERE unjudged;";

/* What bounds a call's total, whoever adds to it (docs/decisions/0150). `floor_c` is NULL where the
 * text was kept before there was this column: it is read when the server starts, and
 * so are the totals of calls to which people had added before. */
static const char limits_step[] = "ALTER TABLE rubrics ADD COLUMN floor_c INTEGER;"
                                  "ALTER TABLE rubrics ADD COLUMN cap_c INTEGER;"
                                  "ALTER TABLE rubric_rules ADD COLUMN cap_c INTEGER;"
                                  "ALTER TABLE rubric_rules ADD COLUMN automatic_fail INTEGER NOT "
                                  "NULL DEFAULT 0;"
                                  "CREATE TABLE unbounded_totals(call INTEGER PRIMARY KEY);"
                                  "INSERT INTO unbounded_totals SELECT DISTINCT call FROM flags"
                                  " WHERE current = 1 AND (author IS NOT NULL OR state = 3);";

/* What was the roster when, and what waits for a second person (docs/decisions/0151). */
static const char second_step[] =
    "CREATE TABLE roster_versions("
    " version INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, user INTEGER REFERENCES users(id),"
    " seats INTEGER NOT NULL);"
    "CREATE TABLE roster_seats("
    " version INTEGER NOT NULL REFERENCES roster_versions(version), person TEXT NOT NULL,"
    " extension TEXT NOT NULL, team TEXT, post TEXT, from_local TEXT NOT NULL,"
    " to_local TEXT NOT NULL);"
    "CREATE INDEX roster_seats_by_version ON roster_seats(version);"
    "INSERT INTO roster_versions SELECT 1, 0, NULL, count(*) FROM roster HAVING count(*) > 0;"
    "INSERT INTO roster_seats SELECT 1, person, extension, team, post, from_local, to_local"
    " FROM roster;"
    "CREATE TABLE asked("
    " id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, user INTEGER NOT NULL REFERENCES users(id),"
    " method TEXT NOT NULL, path TEXT NOT NULL, type TEXT NOT NULL, why TEXT NOT NULL,"
    " body BLOB NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
    " done_by INTEGER REFERENCES users(id), done_ms INTEGER);"
    "CREATE INDEX asked_waiting ON asked(id) WHERE state = 0;"
    "ALTER TABLE tokens ADD COLUMN expires_ms INTEGER;"
    "ALTER TABLE tokens ADD COLUMN used_ms INTEGER;"
    "ALTER TABLE tokens ADD COLUMN teams TEXT;";

/*
 * Evidence that outlives the recording (docs/decisions/0138). `missed`: when a recording was first
 * not found. Of clips that were erased on request a hash of the sound stays, so that the recorder
 * cannot bring them back.
 */
static const char evidence_step[] =
    "CREATE TABLE missed("
    " call INTEGER PRIMARY KEY REFERENCES calls(id) ON DELETE CASCADE, since_ms INTEGER NOT NULL);"
    "CREATE TABLE clip_holds("
    " kind TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL, made_ms INTEGER NOT NULL,"
    " PRIMARY KEY(kind, value)) WITHOUT ROWID;"
    "CREATE TABLE clips_erased(sha256 TEXT PRIMARY KEY, made_ms INTEGER NOT NULL) WITHOUT ROWID;";

/* Why a person decided, as a code of the site's list; the words beside it stay free. */
static const char reason_codes_step[] = "ALTER TABLE decisions ADD COLUMN code TEXT;";

/* A recording that cannot be read has one failure, wherever it lay before. */
static const char failures_step[] =
    "CREATE INDEX failures_by_call ON failures(source, call_id) WHERE resolved_ms IS NULL;";

/*
 * What is held outlives the next revision, and what is erased does (docs/decisions/0157).
 * `clips_kept`: clips that a later revision has no more, of a call that was held or objected to.
 * `calls_erased`: calls whose clips went on request, whatever recording of them comes.
 */
static const char kept_step[] =
    "CREATE TABLE clips_kept("
    " id INTEGER PRIMARY KEY, call INTEGER NOT NULL REFERENCES calls(id) ON DELETE CASCADE,"
    " start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, sha256 TEXT NOT NULL,"
    " bytes BLOB NOT NULL, UNIQUE(call, sha256, start_ms, end_ms));"
    "CREATE TABLE calls_erased("
    " call INTEGER PRIMARY KEY REFERENCES calls(id) ON DELETE CASCADE, made_ms INTEGER NOT NULL);";

/*
 * Several servers on one store (docs/decisions/0182): which of them sends a notice, and who has
 * tried wrong passwords. And an index as a statement that every database understands finds it.
 */
static const char shared_step[] =
    "ALTER TABLE notices ADD COLUMN taken_by TEXT;"
    "ALTER TABLE notices ADD COLUMN taken_ms INTEGER;"
    "CREATE TABLE login_tries("
    " slot INTEGER PRIMARY KEY, failures INTEGER NOT NULL, last_ms INTEGER NOT NULL);"
    "DROP INDEX calls_unjudged; CREATE INDEX calls_unjudged ON calls(id) WHERE unjudged = 1;";
/*
 * Where requests came from, and how people show that it is they. A second factor's secret is
 * encrypted with a key that is not in the store; `step` is the last one whose code was taken. Of
 * the keys that chain the audit log a fingerprint tells which they are.
 */
static const char shown_step[] =
    "ALTER TABLE audit ADD COLUMN address TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE tokens ADD COLUMN addresses TEXT;"
    "ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE second_factors("
    " account INTEGER PRIMARY KEY REFERENCES users(id), secret BLOB NOT NULL,"
    " made_ms INTEGER NOT NULL, confirmed_ms INTEGER, step INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE audit_keys(from_row INTEGER PRIMARY KEY, print BLOB NOT NULL);";

/* Whose an undecided flag is for now; `given_by` is the lead who handed it out, NULL where its
 * holder took it. */
static const char claims_step[] =
    "CREATE TABLE claims("
    " flag INTEGER PRIMARY KEY REFERENCES flags(id) ON DELETE CASCADE,"
    " user INTEGER NOT NULL REFERENCES users(id), until_ms INTEGER NOT NULL,"
    " given_by INTEGER REFERENCES users(id), at_ms INTEGER NOT NULL);"
    "CREATE INDEX claims_by_end ON claims(until_ms);";

/* Under which key the greatest number came: what waited and was replaced leaves nothing else. */
static const char counted_step[] = "ALTER TABLE generations ADD COLUMN key_hash BLOB;";

/* Until when a password that others have seen lets its owner set another one (docs/decisions/0189);
 * NULL: it is the owner's. */
static const char once_step[] = "ALTER TABLE users ADD COLUMN once_until_ms INTEGER;";
/*
 * Under which name a request decided, so that one that is sent again decides nothing more
 * (docs/decisions/0159). Objections of days that were closed before wait no longer. And indexes
 * that hold all that sums are made of, a day's rows side by side.
 */
static const char requests_step[] =
    "ALTER TABLE decisions ADD COLUMN request TEXT;"
    "CREATE UNIQUE INDEX decisions_by_request ON decisions(user, request)"
    " WHERE request IS NOT NULL;" CQA_OBJECTIONS_OF_CLOSED_DAYS CQA_INDEXES_OF_SUMS;
/* What is done beside requests, for a person, by one of the servers (docs/decisions/0207). */
static const char jobs_step[] =
    "CREATE TABLE jobs("
    " id INTEGER PRIMARY KEY, user INTEGER NOT NULL REFERENCES users(id), address TEXT NOT NULL,"
    " method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, type TEXT NOT NULL,"
    " body BLOB NOT NULL, at_ms INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
    " stop INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,"
    " total INTEGER NOT NULL DEFAULT 0, begun_ms INTEGER, ended_ms INTEGER, taken_by TEXT,"
    " taken_ms INTEGER, status INTEGER, reply_type TEXT, reply_name TEXT, reply BLOB);"
    "CREATE INDEX jobs_by_user ON jobs(user, id);"
    "CREATE INDEX jobs_unfinished ON jobs(id) WHERE state < 2;";
/* How often one was begun: what ends its server each time is not begun for ever
 * (docs/decisions/0207). */
static const char tried_step[] = "ALTER TABLE jobs ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;";

/* What rules need, beside each result (docs/decisions/0209); NULL: not put there yet. */
static const char basis_step[] = "ALTER TABLE calls ADD COLUMN basis BLOB;" CQA_INDEX_OF_BASES;

static const char *const steps[] = {
    people_step,
    calls_step,
    flags_step,
    notices_step,
    clips_step,
    cqa_appraisal_schema,
    rubrics_step,
    coaching_step,
    previews_step,
    cqa_appraisal_faults,
    generations_step,
    one_call_step,
    cqa_appraisal_leasts,
    reason_codes_step,
    cqa_appraisal_answers,
    evidence_step,
    limits_step,
    second_step,
    failures_step,
    kept_step,
    shared_step,
    cqa_appraisal_written,
    claims_step,
    shown_step,
    counted_step,
    once_step,
    requests_step,
    jobs_step,
    basis_step,
    tried_step,
    cqa_tallies_schema,
    cqa_appraisal_kept,
    cqa_tally_marks_schema,
};

const struct cqa_sql_schema cqa_scores_schema = {.steps = steps,
                                                 .count = sizeof steps / sizeof *steps};
