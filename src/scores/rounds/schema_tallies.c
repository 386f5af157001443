/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/schema.h"

/*
 * What each person's calls of a period come to under a scheme (docs/decisions/0211). `made_by`: the
 * scheme's file and the program, by content; `person` "": calls of nobody; `claim`: who is making
 * it, while `tally` is NULL. Whatever a tally is made from takes it away as it is written, whoever
 * writes: calls with their results, flags with what was decided, samples that were heard, and which
 * days are closed.
 */
#define TALLIES(integer, words, key)                                                               \
    "CREATE TABLE tallies("                                                                        \
    " id " key ", person " words " NOT NULL, made_by " words " NOT NULL,"                          \
    " scheme " words " NOT NULL, period " words " NOT NULL, from_day " integer " NOT NULL,"        \
    " to_day " integer " NOT NULL, claim " words " NOT NULL, tally " words ","                     \
    " UNIQUE(made_by, period, person));"                                                           \
    "CREATE INDEX tallies_by_person ON tallies(person, to_day);"                                   \
    "CREATE INDEX samples_by_call ON samples(call);"

/* Which tallies have counted the call: since marks are kept (step 33) only those of its mark. */
#define ANY(tally, call) ""
#define COUNTED(tally, call)                                                                       \
    " AND NOT EXISTS(SELECT 1 FROM tally_marks m WHERE m.made_by = " tally ".made_by"              \
    " AND m.period = " tally ".period AND m.claim IS NULL AND m.upto < " call ")"

/* Those of the row of calls, as it was or is. */
#define FORGET_CALL_IN(row, which)                                                                 \
    "DELETE FROM tallies WHERE person = coalesce(" row ".person, '')"                              \
    " AND from_day <= " row ".day AND to_day >= " row ".day" which("tallies", row ".id") ";"
#define FORGET_CALL(row) FORGET_CALL_IN(row, COUNTED)
#define FIRST_FORGET_CALL(row) FORGET_CALL_IN(row, ANY)

/* Those of the call that the row is of. */
#define FORGET_OF_CALL_IN(row, which)                                                              \
    "DELETE FROM tallies WHERE id IN (SELECT k.id FROM calls c JOIN tallies k"                     \
    " ON k.person = coalesce(c.person, '') AND k.from_day <= c.day AND k.to_day >= c.day"          \
    " WHERE c.id = " row ".call" which("k", "c.id") ");"
#define FORGET_OF_CALL(row) FORGET_OF_CALL_IN(row, COUNTED)
#define FIRST_FORGET_OF_CALL(row) FORGET_OF_CALL_IN(row, ANY)

/*
 * Up to which call the tallies of a scheme's file and a period have counted: all of them, so that
 * what came behind it, by its number, is added to what is there. `claim`: who is at it, while any
 * change takes tallies away, whichever call it is of.
 */
#define MARKS(integer, words)                                                                      \
    "DELETE FROM tallies; ALTER TABLE tallies DROP COLUMN claim;"                                  \
    "CREATE TABLE tally_marks("                                                                    \
    " made_by " words " NOT NULL, scheme " words " NOT NULL, period " words " NOT NULL,"           \
    " upto " integer " NOT NULL DEFAULT 0, claim " words ", PRIMARY KEY(made_by, period));"

#define FORGET_ROUND(row)                                                                          \
    "DELETE FROM tallies WHERE scheme = " row ".scheme AND period = " row ".period;"

#define FORGET_ALL(row) "DELETE FROM tallies;"

/* What comes in with each result is kept short: a call counts with its result, which comes behind
 * it; an undecided flag of the analyzer's stands in that result already; and whose row did not move
 * is taken away once. */
#define COUNTS "(NEW.state <> 0 OR NEW.author IS NOT NULL)"

/* ---- SQLite: a trigger for each table and what is done to it */

#define DONE(name, when, forget) "CREATE TRIGGER " name " AFTER " when " BEGIN " forget " END;"
#define ADDED(table, forget) DONE(table "_added", "INSERT ON " table, forget("NEW"))
#define CHANGED(table, forget)                                                                     \
    DONE(table "_changed", "UPDATE ON " table, forget("OLD") forget("NEW"))
#define GONE(table, forget) DONE(table "_gone", "DELETE ON " table, forget("OLD"))
#define WATCHED(table, forget) ADDED(table, forget) CHANGED(table, forget) GONE(table, forget)

#define WATCHING(forget_call, forget_of_call)                                                      \
    DONE("calls_changed", "UPDATE ON calls", forget_call("OLD"))                                   \
    DONE("calls_moved",                                                                            \
         "UPDATE ON calls WHEN NEW.person IS NOT OLD.person OR NEW.day IS NOT OLD.day",            \
         forget_call("NEW"))                                                                       \
    GONE("calls", forget_call)                                                                     \
    DONE("flags_added", "INSERT ON flags WHEN " COUNTS, forget_of_call("NEW"))                     \
    CHANGED("flags", forget_of_call)                                                               \
    GONE("flags", forget_of_call)                                                                  \
    WATCHED("revisions", forget_of_call)                                                           \
    WATCHED("decisions", forget_of_call) WATCHED("samples", forget_of_call)

const char cqa_tallies_schema[] = TALLIES("INTEGER", "TEXT", "INTEGER PRIMARY KEY")
    WATCHING(FIRST_FORGET_CALL, FIRST_FORGET_OF_CALL) WATCHED("periods", FORGET_ALL)
        CHANGED("rounds", FORGET_ROUND);

#define UNWATCHED(table)                                                                           \
    "DROP TRIGGER IF EXISTS " table "_added; DROP TRIGGER IF EXISTS " table                        \
    "_changed; DROP TRIGGER IF EXISTS " table "_gone;"

const char cqa_tally_marks_schema[] = MARKS(
    "INTEGER", "TEXT") "DROP TRIGGER IF EXISTS calls_changed; DROP TRIGGER IF EXISTS calls_moved;"
                       "DROP TRIGGER IF EXISTS calls_gone;" UNWATCHED("flags")
                           UNWATCHED("revisions") UNWATCHED("decisions") UNWATCHED("samples")
                               WATCHING(FORGET_CALL, FORGET_OF_CALL);

/* ---- PostgreSQL: a function for each kind of table */

/* Whoever writes without waiting for others, by hand, may have taken away what was there before a
 * claim, and ends behind it: so nothing is claimed or kept while anybody else is at it, and whoever
 * looks does not wait for them. Not by the table's own locks, which whoever vacuums it takes too.
 */
#define AT_IT "6003743"
#define ALONE                                                                                      \
    " IF NOT pg_try_advisory_xact_lock(" AT_IT ") THEN"                                            \
    " RAISE lock_not_available USING MESSAGE = 'somebody writes by hand'; END IF;"

#define FUNCTION(name, body)                                                                       \
    "CREATE OR REPLACE FUNCTION " name "() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " body      \
    " RETURN NULL; END$$;"
#define FORGETS(name, body)                                                                        \
    FUNCTION(name, " PERFORM pg_advisory_xact_lock_shared(" AT_IT "); " body)
#define FORGET_BOTH(forget)                                                                        \
    "IF TG_OP <> 'INSERT' THEN " forget("OLD") " END IF;"                                          \
                                               " IF TG_OP <> 'DELETE' THEN " forget(               \
                                                   "NEW") " END IF;"
#define DOES(table, name, when, function)                                                          \
    "CREATE TRIGGER " table name " AFTER " when " EXECUTE FUNCTION " function "();"
#define WATCHED_BY(table, function)                                                                \
    DOES(table, "_tallies", "INSERT OR UPDATE OR DELETE ON " table " FOR EACH ROW", function)

#define FORGET_MOVED(forget_call)                                                                  \
    forget_call("OLD") " IF TG_OP = 'UPDATE' AND (NEW.person IS DISTINCT FROM OLD.person"          \
                       " OR NEW.day IS DISTINCT FROM OLD.day) THEN " forget_call("NEW") " END IF;"
#define FORGETTING(forget_call, forget_of_call)                                                    \
    FORGETS("forget_call", FORGET_MOVED(forget_call))                                              \
    FORGETS("forget_of_call", FORGET_BOTH(forget_of_call))
#define FUNCTIONS                                                                                  \
    FUNCTION("tallies_alone", ALONE)                                                               \
    FORGETTING(FIRST_FORGET_CALL, FIRST_FORGET_OF_CALL)                                            \
    FORGETS("forget_all", FORGET_ALL(""))                                                          \
    FORGETS("forget_round", FORGET_ROUND("NEW"))

const char cqa_tallies_schema_postgres[] =
    TALLIES("bigint", "words", "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY") FUNCTIONS
    "CREATE TRIGGER tallies_alone BEFORE INSERT OR UPDATE ON tallies"
    " EXECUTE FUNCTION tallies_alone();" DOES(
        "calls", "_tallies", "UPDATE OR DELETE ON calls FOR EACH ROW", "forget_call")
        DOES("flags", "_added", "INSERT ON flags FOR EACH ROW WHEN " COUNTS, "forget_of_call")
            DOES("flags", "_tallies", "UPDATE OR DELETE ON flags FOR EACH ROW", "forget_of_call")
                WATCHED_BY("revisions", "forget_of_call") WATCHED_BY("decisions", "forget_of_call")
                    WATCHED_BY("samples", "forget_of_call") WATCHED_BY("periods", "forget_all")
                        DOES("rounds", "_tallies", "UPDATE ON rounds FOR EACH ROW", "forget_round");

/* TRUNCATE fires no trigger of a row. */
#define EMPTIED(table) DOES(table, "_emptied", "TRUNCATE ON " table, "forget_all")

const char cqa_tally_marks_schema_postgres[] = MARKS("bigint", "words") FORGETTING(FORGET_CALL,
                                                                                   FORGET_OF_CALL)
    EMPTIED("calls") EMPTIED("flags") EMPTIED("revisions") EMPTIED("samples")
        EMPTIED("periods") "CREATE TRIGGER tally_marks_alone BEFORE INSERT OR UPDATE ON tally_marks"
                           " EXECUTE FUNCTION tallies_alone();";
