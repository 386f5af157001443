/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of calls gives the very bytes that the calls give, whatever was done to them, and
 * through the server or behind its back (docs/decisions/0211). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include "appraisal/schemes.h"
#include "appraisal/sheet.h"
#include "base/clock.h"
#include "base/message.h"
#include "rounds/load_calls.h"
#include "rounds/outcome.h"
#include "rounds/work.h"
#include "support/desk.h"

enum { STEPS = 120, TEXT_BYTES_MAX = 64 << 20, IDS = 40, MEDIANS = 250, FEW = 60, MANY = 120 };

/* ---- schemes that take all that can be taken of calls */

static char folder[] = "/tmp/callqa-schemes-XXXXXX";

#define INDICATORS(part)                                                                           \
    "indicators:\n"                                                                                \
    "  - {id: handled, names: {en: Handled, zh: 接听量}, range: [1, 9999], need: required}\n"   \
    "  - {id: quality, names: {en: Quality, zh: 质检}, range: [0, 100], need: measured," part      \
    " measured: {take: score, by: mean, coverage: {of: handled}}}\n"                               \
    "  - {id: length, names: {en: Length, zh: 时长}, unit: s, range: [0, 9999], need: measured," \
    " measured: {take: duration_ms, by: median}}\n"                                                \
    "  - {id: silences, names: {en: Silences, zh: 静默}, range: [0, 9999], need: measured,"      \
    " measured: {take: flags, rules: [dead-air, by-hand]}}\n"                                      \
    "  - {id: talk, names: {en: Talk, zh: 通话}, range: [0, 9999], need: measured,"              \
    " measured: {take: talk_agent_ms, by: sum, over: handled, times: %d}}\n"
#define REST                                                                                       \
    "items:\n"                                                                                     \
    "  - {id: total, names: {en: Total, zh: 总}, type: sum, plus: [quality, length], minus: "     \
    "[silences]}\n"                                                                                \
    "total: total\n"                                                                               \
    "grades:\n"                                                                                    \
    "  - {grade: A, names: {en: A, zh: A}, from: 120, quota: 40}\n"                                \
    "  - {grade: B, names: {en: B, zh: B}, from: -9999, below: 120, quota: 60}\n"
static const char monthly[] =
    "scheme: monthly\nversion: \"1\"\nnames: {en: M, zh: 月}\nsource: own\nperiod: "
    "monthly\n" INDICATORS("") REST;
static const char quarterly[] =
    "scheme: quarterly\nversion: \"1\"\nnames: {en: Q, zh: 季}\nsource: own\nperiod: "
    "quarterly\n" INDICATORS(" period: monthly,") REST;

static void write_scheme(const char *name, const char *format, int times)
{
    char path[64];

    snprintf(path, sizeof path, "%s/schemes/%s.yaml", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fprintf(file, format, times);
#pragma GCC diagnostic pop
    fclose(file);
}

static int make_schemes(void **state)
{
    char path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/schemes", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    return setenv("CALLQA_MODELS", folder, 1);
}

static int remove_schemes(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static int set_up(void **state)
{
    write_scheme("monthly", monthly, 1);
    write_scheme("quarterly", quarterly, 1);
    return desk_set_up(state);
}

/* ---- both ways */

static int64_t number_of(const char *round)
{
    return strtoll(strrchr(round, '/') + 1, NULL, 10);
}

static struct cqa_round read_round(int64_t number, struct cqa_arena *arena)
{
    struct cqa_round round;
    struct cqa_error error = {0};

    assert_int_equal(cqa_round_read(served.scores, number, arena, &round, &error), CQA_OK);
    return round;
}

static void put_sheet(const struct cqa_work *work, const struct cqa_sheet *sheet,
                      struct cqa_buffer *out)
{
    const struct cqa_whose_calls own = {.is_of_one = 1, .person = sheet->agent};
    struct cqa_sheet whole = *sheet;
    struct cqa_calls calls = {0};
    struct cqa_faults faults = {0};
    struct cqa_error error = {0};

    if (work->from == CQA_WORK_FROM_TALLIES) {
        assert_int_equal(cqa_load_calls(served.scores, work->scheme, work->appraisal.period, own,
                                        NULL, &calls, &faults, &error),
                         CQA_OK);
        assert_int_equal(
            cqa_sheet_with_calls(&work->appraisal, sheet, &calls, &calls.arena, &whole), CQA_OK);
    }
    assert_int_equal(cqa_sheet_to_csv(&work->appraisal, sheet, out), CQA_OK);
    assert_int_equal(cqa_sheet_to_json(&work->appraisal, &whole, out), CQA_OK);
    cqa_sheet_put_programs(&whole, out);
    cqa_calls_finish(&calls);
    cqa_faults_finish(&faults);
}

/* All that a reader may ever see of the round. */
static char *text_of(const struct cqa_work *work)
{
    const struct cqa_appraisal *appraisal = &work->appraisal;
    struct cqa_buffer out = {.limit = TEXT_BYTES_MAX};

    for (size_t i = 0; i < appraisal->sheet_count; i++)
        put_sheet(work, &appraisal->sheets[i], &out);
    for (size_t i = 0; i < appraisal->left_out_count; i++)
        cqa_buffer_print(&out, "left out: %s %s\n", appraisal->left_out[i].agent,
                         appraisal->left_out[i].why);
    for (size_t i = 0; i < appraisal->note_count; i++)
        cqa_buffer_print(&out, "note: %s\n", cqa_english(appraisal->notes[i]));
    for (size_t i = 0; i < work->faults.count; i++)
        cqa_buffer_print(&out, "fault: %s\n", cqa_english(work->faults.items[i].message));
    assert_false(out.failed);
    return out.text;
}

static size_t sheets_seen, persons_seen, tallies_made; /* of all that was compared */

/* Owned. `*made`: how many tallies were made for it. */
static char *computed(int64_t number, enum cqa_work_from from, size_t *made)
{
    struct cqa_arena arena = {0};
    struct cqa_error error = {0};
    struct cqa_work work;
    const struct cqa_round round = read_round(number, &arena);

    if (cqa_work_run(served.scores, &round, from, NULL, &work, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    assert_int_equal(work.from, from); /* nothing odd was found */
    *made = work.tallied.made.count;
    sheets_seen += work.appraisal.sheet_count;
    persons_seen += work.tallied.count;
    char *text = text_of(&work);
    cqa_work_finish(&work);
    cqa_arena_finish(&arena);
    return text;
}

/* From what is kept, from what is kept by then, and from nothing. */
static void assert_same(int64_t round, const char *after)
{
    size_t made = 0;
    size_t again = 0;
    size_t none = 0;
    char *first = computed(round, CQA_WORK_FROM_TALLIES, &made);
    char *second = computed(round, CQA_WORK_FROM_TALLIES, &again);
    char *fresh = computed(round, CQA_WORK_FROM_CALLS, &none);

    if (strcmp(first, fresh) != 0)
        fail_msg("after %s\nfrom tallies %s\nfrom calls %s", after, first, fresh);
    assert_string_equal(second, fresh);
    assert_int_equal(again, 0); /* all were kept */
    tallies_made += made;
    free(first);
    free(second);
    free(fresh);
}

/* ---- what happens to calls */

static uint64_t seed;

static unsigned below(unsigned limit)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(seed >> 33) % limit;
}

static unsigned keys; /* of results that were posted */

/* A call that is new, or another result of one that is not; some cannot be scored. */
static void a_result(void)
{
    static const char *const agents[] = {"\"8001\"", "\"8002\"", "\"8003\"",
                                         "\"8004\"", "\"8009\"", "null"};
    char id[8];
    char changes[600];
    const unsigned call = below(IDS);
    const unsigned month = below(2) ? 11 : 9 + below(4);

    snprintf(id, sizeof id, "%u", call);
    snprintf(changes, sizeof changes,
             "{\"call\": {\"agent\": %s, \"started_at\": \"2025-%02u-%02uT%02u:15:02%s\"},"
             " \"recording\": {\"sha256\": \"%064x\", \"path\": \"/var/spool/%u.wav\","
             "  \"duration_ms\": %u},"
             " \"measurable\": {\"speech\": \"%s\"}, \"measures\": {\"talk_agent_ms\": %u},"
             " \"score\": {\"rubric\": \"%s\", \"total\": %u}}",
             agents[below(6)], month, 1 + below(30), below(24), below(2) ? "+08:00" : "Z", call,
             call, 30000 + below(90000), below(9) ? "ok" : "not_measurable", below(9000),
             below(12) ? "standard" : "other", below(97));
    char *body = served_result(id, changes);
    snprintf(id, sizeof id, "k%u", ++keys);
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", id, body);
    assert_in_range(reply.status, 200, 202); /* 202: it waits for a person */
    reply_finish(&reply);
    free(body);
}

static void a_decision(void)
{
    static const char *const words[] = {
        "{\"state\":\"confirmed\"}",
        "{\"state\":\"overturned\",\"reason\":\"it was announced\"}",
        "{\"state\":\"changed\",\"points\":1,\"reason\":\"short\"}",
        "{\"state\":\"changed\",\"points\":0,\"reason\":\"nothing\"}",
    };
    char path[64];

    snprintf(path, sizeof path, "/api/v1/flags/%u/decision", 1 + below(2 * IDS));
    (void)tried("ann", "POST", path, words[below(4)]);
}

static void a_flag_by_hand(void)
{
    char path[64];

    snprintf(path, sizeof path, "/api/v1/calls/%u/flags", below(IDS));
    (void)tried("ann", "POST", path,
                "{\"rule\":\"by-hand\",\"points\":3,\"severity\":\"major\",\"start_ms\":100,"
                "\"end_ms\":900,\"note\":\"rude\"}");
}

static void an_objection(void)
{
    static const char *const agents[] = {"zhang", "li", "wang"};
    char path[64];

    snprintf(path, sizeof path, "/api/v1/flags/%u/objection", 1 + below(2 * IDS));
    (void)tried(agents[below(3)], "POST", path, "{\"text\":\"the line was dead\"}");
    snprintf(path, sizeof path, "/api/v1/objections/%u/answer", 1 + below(9));
    (void)tried(below(2) ? "lea" : "wei", "POST", path,
                below(2) ? "{\"accept\":true,\"answer\":\"yes\"}"
                         : "{\"accept\":false,\"answer\":\"no\"}");
}

/* Somebody moves to another seat in the middle of a month. */
static void a_move(void)
{
    char csv[500];
    const unsigned day = 2 + below(27);

    snprintf(csv, sizeof csv,
             "person,extension,team,post,from,to\nzhang,8001,east,前台坐席,,2025-11-%02u\n"
             "li,8001,east,前台坐席,2025-11-%02u,\nli,8002,east,前台坐席,,2025-11-%02u\n"
             "%s,8002,west,前台坐席,2025-11-%02u,\nwang,8003,west,前台坐席,,\n"
             "chen,8004,west,前台坐席,,\n",
             day, day, day, below(2) ? "zhang" : "wang", day);
    (void)uploaded("hana", "PUT", "/api/v1/roster", csv);
}

static void an_import(int64_t round)
{
    char path[80];
    char csv[200];

    snprintf(path, sizeof path, "/api/v1/appraisals/%lld/imports?file=more.csv", (long long)round);
    snprintf(csv, sizeof csv, "agent,handled\nzhang,%u\nli,%u\nwang,%u\n", 1 + below(60),
             1 + below(60), 1 + below(60));
    assert_int_equal(uploaded("hana", "POST", path, csv), 201);
}

static void a_scheme(void)
{
    const int times = 1 + (int)below(3);

    write_scheme("monthly", monthly, times);
    write_scheme("quarterly", quarterly, times);
}

/* By whoever writes: the store's own hand, and hands that know nothing of tallies. */
static void a_row(void)
{
    static const char *const texts[] = {
        "UPDATE calls SET person = 'wang' WHERE id %% 7 = %u",
        "UPDATE calls SET person = NULL WHERE id %% 11 = %u",
        "UPDATE calls SET day = 20251201 + %u WHERE day = 20251110 + %u",
        "UPDATE calls SET copy_of = 1 WHERE id %% 13 = %u AND id > 1",
        "UPDATE calls SET copy_of = NULL WHERE id %% 13 = %u",
        "UPDATE calls SET decided_c = 7700 WHERE id %% 9 = %u AND decided_c IS NOT NULL",
        "UPDATE flags SET state = 1 WHERE id %% 9 = %u",
        "UPDATE flags SET decided_c = 100 WHERE state = 3 AND id %% 5 = %u",
        "DELETE FROM flags WHERE author IS NOT NULL AND id %% 3 = %u AND id NOT IN"
        " (SELECT flag FROM decisions)",
        "INSERT INTO samples(plan, call, due_day, done_ms) SELECT 'p', id, 20251130, %u FROM calls"
        " WHERE id %% 4 = %u AND id NOT IN (SELECT call FROM samples)",
        "UPDATE samples SET done_ms = NULL WHERE id %% 3 = %u",
        "DELETE FROM samples WHERE id %% 5 = %u",
        "INSERT INTO periods(from_day, to_day, closed_by, closed_ms) VALUES(20251101 + %u,"
        " 20251115, 1, 1)",
        "DELETE FROM periods WHERE id %% 2 = %u %% 2",
        "UPDATE revisions SET body = replace(body, '\"total\":9', '\"total\":8')"
        " WHERE call %% 6 = %u",
    };
    char sql[400];
    const unsigned number = below(6);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(sql, sizeof sql, texts[below(sizeof texts / sizeof *texts)], number, number);
#pragma GCC diagnostic pop
    served_sql(&served, sql);
}

/* As if nothing had ever come of the call. */
static void a_call_less(void)
{
    static const char *const tables[] = {"clips",    "samples",  "objections", "score_changes",
                                         "previews", "comments", "claims",     "coaching_links"};
    char sql[200];
    const unsigned call = 1 + below(IDS);

    if (below(3) != 0)
        return;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(tables[i], "claims") == 0)
            snprintf(sql, sizeof sql,
                     "DELETE FROM claims WHERE flag IN (SELECT id FROM flags WHERE call = %u)",
                     call);
        else
            snprintf(sql, sizeof sql, "DELETE FROM %s WHERE call = %u", tables[i], call);
        served_sql(&served, sql);
    }
    /* decisions stay for good, so a call with one does */
    static const char *const last[] = {"flags WHERE call", "revisions WHERE call",
                                       "calls WHERE id"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(sql, sizeof sql,
                 "DELETE FROM %s = %u AND NOT EXISTS(SELECT 1 FROM decisions d WHERE d.call = %u)",
                 last[i], call, call);
        served_sql(&served, sql);
    }
}

static const char *something(int64_t month)
{
    static const struct {
        const char *name;
        void (*happens)(void);
        unsigned often;
    } things[] = {
        {"a result", a_result, 14},
        {"a decision", a_decision, 8},
        {"a row", a_row, 8},
        {"a flag by hand", a_flag_by_hand, 3},
        {"an objection", an_objection, 3},
        {"a move", a_move, 2},
        {"a scheme", a_scheme, 1},
        {"a call less", a_call_less, 3},
    };
    unsigned drawn = below(44);

    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        if (drawn < things[i].often) {
            things[i].happens();
            return things[i].name;
        }
        drawn -= things[i].often;
    }
    an_import(month);
    return "an import";
}

static void whatever_happens_the_bytes_are_the_same(void **state)
{
    (void)state;
    const char *asked = getenv("CQA_TEST_SEED");
    seat_people();
    const int64_t month = number_of(open_round_of("monthly", "2025-11"));
    const int64_t quarter = number_of(open_round_of("quarterly", "2025Q4"));

    seed = asked ? strtoull(asked, NULL, 10) : 20251120;
    an_import(month);
    an_import(quarter);
    for (int i = 0; i < IDS; i++)
        a_result();
    for (int i = 0; i < STEPS; i++) {
        char after[64];
        snprintf(after, sizeof after, "step %d, %s", i, something(month));
        assert_same(month, after);
        if (i % 3 == 0)
            assert_same(quarter, after);
    }
    assert_true(sheets_seen > 3 * STEPS);         /* there was something to compare */
    assert_true(tallies_made * 4 < persons_seen); /* and most of it was kept, each time */
}

/* ---- what is kept, and of whom */

struct kept {
    char persons[200];
};

static void note_kept(void *context, const char *person, const char *tally)
{
    struct kept *kept = context;
    const size_t length = strlen(kept->persons);

    assert_non_null(tally);
    snprintf(kept->persons + length, sizeof kept->persons - length, "%s ",
             person[0] ? person : "nobody");
}

/* Those of the round, by name. */
static const char *kept_of(const struct cqa_tallied *known, const struct cqa_round *round)
{
    static struct kept kept;
    const struct cqa_tallies_of of = {known->made_by, round->scheme, round->period, 20251101,
                                      20251131};
    struct cqa_error error = {0};

    kept.persons[0] = '\0';
    assert_int_equal(cqa_tallies_list(served.scores, &of, note_kept, &kept, &error), CQA_OK);
    return kept.persons;
}

static void of_agent(const char *id, const char *agent)
{
    char changes[200];

    snprintf(changes, sizeof changes,
             "{\"call\": {\"agent\": %s}, \"recording\": {\"path\": \"/var/spool/%s.wav\","
             " \"sha256\": \"%s%063d\"}}",
             agent, id, id, 0);
    served_put(&served, id, changes);
}

/* What comes while a tally is being made is not in it, so that it is not kept. */
static void what_comes_meanwhile_is_not_lost(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};
    struct cqa_tallied known = {0};
    struct cqa_scheme *scheme = NULL;
    struct cqa_error error = {0};

    seat_people();
    of_agent("1", "\"8001\"");
    of_agent("2", "\"8002\"");
    of_agent("3", "null");
    const struct cqa_round round =
        read_round(number_of(open_round_of("monthly", "2025-11")), &arena);
    assert_int_equal(cqa_schemes_load("monthly", &scheme, &error), CQA_OK);
    for (int i = 0; i < 2; i++) { /* the first finds whose tallies are to be claimed */
        cqa_tallied_claim(&known, served.scores, &round);
        assert_int_equal(cqa_tallied_load(&known, served.scores, &round, scheme, NULL, &error),
                         CQA_OK);
        assert_int_equal(known.made.count, i == 0 ? 0 : 3);
        assert_int_equal(known.asks_for_claim, i == 0);
    }
    of_agent("4", "\"8002\"");
    cqa_tallied_keep(&known, served.scores, &round);
    assert_string_equal(kept_of(&known, &round), "nobody zhang ");
    assert_int_equal(cqa_tallied_load(&known, served.scores, &round, scheme, NULL, &error), CQA_OK);
    assert_int_equal(known.made.count, 1);
    cqa_tallied_keep(&known, served.scores, &round); /* claimed before the call came */
    assert_string_equal(kept_of(&known, &round), "nobody zhang ");
    cqa_tallied_finish(&known);
    assert_same(round.id, "what came meanwhile");
    cqa_scheme_destroy(scheme);
    cqa_arena_finish(&arena);
}

static const char *number_asked; /* whose calls are counted */
static unsigned long counted;

static void count_kept(void *context, const char *person, const char *tally)
{
    (void)context;
    if (strcmp(person, number_asked) == 0)
        counted = strtoul(strchr(tally, ' '), NULL, 10);
}

/* How many calls the tally that is kept of the person has counted. */
static unsigned long counted_of(const struct cqa_round *round, const char *person)
{
    struct cqa_tallied known = {0};
    struct cqa_error error = {0};

    cqa_tallied_claim(&known, served.scores, round);
    const struct cqa_tallies_of of = {known.made_by, round->scheme, round->period, 20251101,
                                      20251131};
    number_asked = person;
    counted = 0;
    assert_int_equal(cqa_tallies_list(served.scores, &of, count_kept, NULL, &error), CQA_OK);
    cqa_tallied_finish(&known);
    return counted;
}

static void look(const struct cqa_round *round, size_t made)
{
    struct cqa_error error = {0};
    struct cqa_work work;

    assert_int_equal(cqa_work_run(served.scores, round, CQA_WORK_FROM_TALLIES, NULL, &work, &error),
                     CQA_OK);
    assert_int_equal(work.tallied.made.count, made);
    cqa_work_finish(&work);
}

/* What comes in behind what was counted is added to it: none of the calls before it is read again,
 * and nobody else's tally is touched. */
static void what_comes_in_is_added(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};

    seat_people();
    of_agent("1", "\"8001\"");
    of_agent("2", "\"8002\"");
    const struct cqa_round round =
        read_round(number_of(open_round_of("monthly", "2025-11")), &arena);
    look(&round, 2);
    look(&round, 0);
    served_sql(&served, "UPDATE tallies SET tally = '2 70' || substr(tally, 3)"); /* of 701 calls */
    of_agent("3", "\"8002\"");
    of_agent("4", "\"8002\"");
    look(&round, 1);
    assert_int_equal(counted_of(&round, "li"), 703);
    assert_int_equal(counted_of(&round, "zhang"), 701);
    look(&round, 0);
    served_sql(&served, "UPDATE flags SET note = 'other' WHERE call = 3"); /* that is counted now */
    look(&round, 1);
    assert_int_equal(counted_of(&round, "li"), 3);
    assert_int_equal(counted_of(&round, "zhang"), 701);
    of_agent("5", "\"8002\"");
    served_sql(&served, "UPDATE flags SET note = 'other' WHERE call = 5"); /* not yet */
    assert_int_equal(counted_of(&round, "li"), 3);
    cqa_arena_finish(&arena);
}

/* PostgreSQL empties a table without a look at its rows. */
/* A roster with a quote in it, in UTF-8 beyond its first plane, and with what SQL would read. */
static void seat(unsigned count)
{
    static const char *const odd[] = {
        "O'Brien", "\"say \"\"hi\"\"\"",       "\xf0\x9f\x98\x80", "?3", "\\", "$1", "%s",
        "a;b",     "\xe5\xbc\xa0 \xe4\xb8\x89"};
    struct cqa_buffer csv = {.limit = TEXT_BYTES_MAX};

    cqa_buffer_print(&csv, "person,extension,team,post,from,to\n");
    for (unsigned i = 0; i < count; i++)
        if (i < sizeof odd / sizeof *odd)
            cqa_buffer_print(&csv, "%s,%u,east,前台坐席,,\n", odd[i], 9000 + i);
        else
            cqa_buffer_print(&csv, "p%u,%u,east,前台坐席,,\n", i, 9000 + i);
    assert_int_equal(uploaded("hana", "PUT", "/api/v1/roster", csv.text), 200);
    cqa_buffer_finish(&csv);
}

static void each_gets_a_call(unsigned count)
{
    char id[16];
    char changes[160];

    for (unsigned i = 0; i < count; i++) {
        snprintf(id, sizeof id, "n%u", ++keys);
        snprintf(changes, sizeof changes,
                 "{\"call\": {\"agent\": \"%u\", \"started_at\": \"2025-11-03T10:00:00Z\"},"
                 " \"score\": {\"total\": %u}}",
                 9000 + i, below(97));
        served_put(&served, id, changes);
    }
}

/* 32 are kept a statement. */
static void however_many_they_are_each_has_the_own(void **state)
{
    static const unsigned counts[] = {1, 31, 32, 33, 64, 65};

    (void)state;
    const int64_t month = number_of(open_round_of("monthly", "2025-11"));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        seat(counts[i]);
        for (int calls = 0; calls < 2; calls++) {
            each_gets_a_call(counts[i]);
            assert_same(month, "everybody's new call");
        }
        served_sql(&served, "UPDATE calls SET person = NULL WHERE id % 2 = 0");
        assert_same(month, "half of them are nobody's");
        served_sql(&served, "DELETE FROM tallies");
        assert_same(month, "all tallies went");
        served_sql(&served, "DELETE FROM tally_marks");
        assert_same(month, "the marks went");
    }
}

static void what_empties_a_table_is_not_overlooked(void **state)
{
    static const char *const tables[] = {"samples", "periods"}; /* nothing hangs on their rows */
    (void)state;
    struct cqa_arena arena = {0};
    char sql[64];

    if (served_is_sqlite())
        skip();
    seat_people();
    of_agent("1", "\"8001\"");
    const char *path = open_round_of("monthly", "2025-11");
    const struct cqa_round round = read_round(number_of(path), &arena);
    import(path, "agent,handled\nzhang,3\n");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        served_sql(&served, "INSERT INTO samples(plan, call, due_day, done_ms)"
                            " VALUES('p', 1, 20251130, 1)");
        served_sql(&served, "INSERT INTO periods(from_day, to_day, closed_by, closed_ms)"
                            " VALUES(20251101, 20251130, 1, 1)");
        assert_same(round.id, "what stands there");
        snprintf(sql, sizeof sql, "TRUNCATE %s", tables[i]);
        served_sql(&served, sql);
        assert_same(round.id, sql);
        served_sql(&served, "DELETE FROM samples");
        served_sql(&served, "DELETE FROM periods");
    }
    cqa_arena_finish(&arena);
}

/* A hand stands in no line: it may have taken away what was there before a claim, and write what
 * nobody sees yet. So nothing is made to last meanwhile; and nobody waits for it. */
static void a_hand_that_is_at_it_is_not_overlooked(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};
    size_t made;

    if (served_is_sqlite()) /* one writes at a time, whoever it is */
        skip();
    seat_people();
    of_agent("1", "\"8001\"");
    of_agent("2", "\"8002\"");
    const char *path = open_round_of("monthly", "2025-11");
    const struct cqa_round round = read_round(number_of(path), &arena);
    import(path, "agent,handled\nzhang,3\nli,3\n");
    for (int i = 0; i < 2; i++) { /* nothing is kept yet, then all is */
        struct pg_conn *hand =
            served_begin(&served, i == 0 ? "UPDATE calls SET person = 'li' WHERE id = 1"
                                         : "UPDATE calls SET person = 'zhang' WHERE id = 1");
        free(computed(round.id, CQA_WORK_FROM_TALLIES, &made));
        served_commit(hand);
        assert_same(round.id, "a hand");
    }
    cqa_arena_finish(&arena);
}

/* Another process, or another server, that writes. */
struct writer {
    struct pg_conn *hand;
    sqlite3 *db;
};

static struct writer hold_line(void)
{
    struct writer writer = {0};
    char path[128];

    snprintf(path, sizeof path, "%s/scores.db", served.folder);
    if (!served_is_sqlite())
        writer.hand = served_begin(&served, "SELECT pg_advisory_xact_lock(6003742)");
    else if (sqlite3_open(path, &writer.db) != SQLITE_OK ||
             sqlite3_exec(writer.db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(writer.db));
    return writer;
}

static void let_go(struct writer writer)
{
    if (writer.hand != NULL)
        served_commit(writer.hand);
    sqlite3_close(writer.db);
}

/* Whoever looks waits a second at most for each of two writings, and not the minute that a writer
 * waits. */
static void who_looks_waits_for_no_long_writer(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};
    size_t made;

    seat_people();
    of_agent("1", "\"8001\"");
    const struct cqa_round round =
        read_round(number_of(open_round_of("monthly", "2025-11")), &arena);
    const struct writer writer = hold_line();
    const int64_t begun_ms = cqa_clock_monotonic_ms(&cqa_clock_system);
    free(computed(round.id, CQA_WORK_FROM_TALLIES, &made));
    assert_in_range(cqa_clock_monotonic_ms(&cqa_clock_system) - begun_ms, 0, 30000);
    let_go(writer);
    assert_same(round.id, "a long writer");
    cqa_arena_finish(&arena);
}

static int count_call(void *context, int64_t done, int64_t total)
{
    size_t *count = context;

    (void)done;
    (void)total;
    ++*count;
    return 1;
}

static size_t read_by_look(const struct cqa_round *round)
{
    size_t read = 0;
    const struct cqa_going going = {count_call, &read};
    struct cqa_error error = {0};
    struct cqa_work work;

    assert_int_equal(
        cqa_work_run(served.scores, round, CQA_WORK_FROM_TALLIES, &going, &work, &error), CQA_OK);
    cqa_work_finish(&work);
    return read;
}

/* By a look that can claim nothing, by one that adds to what is kept, and where all was taken away
 * that the mark was of. */
static void each_call_is_read_once(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};

    seat_people();
    of_agent("1", "\"8001\"");
    of_agent("2", "\"8002\"");
    of_agent("3", "\"8002\"");
    const struct cqa_round round =
        read_round(number_of(open_round_of("monthly", "2025-11")), &arena);
    const struct writer writer = hold_line();
    assert_int_equal(read_by_look(&round), 3);
    let_go(writer);
    look(&round, 2);
    of_agent("4", "\"8001\"");
    assert_int_equal(read_by_look(&round), 1);
    served_sql(&served, "DELETE FROM tallies");
    of_agent("5", "\"8001\"");
    assert_int_equal(read_by_look(&round), 5);
    cqa_arena_finish(&arena);
}

/* Requests that came to nothing so far. */
static unsigned long refused(void)
{
    static const char name[] = "callqa_http_requests_total{status=\"4xx\"} ";
    struct reply reply = served_get(&served, served.recorder, "/metrics");
    const char *line = reply.body != NULL ? strstr(reply.body, name) : NULL;

    if (line == NULL)
        fail_msg("no %s", name);
    const unsigned long count = line != NULL ? strtoul(line + strlen(name), NULL, 10) : 0;
    reply_finish(&reply);
    return count;
}

/* Who asks for one sheet, which needs everybody's calls, and hangs up before they are read. */
static void a_sheet_that_nobody_waits_for_is_not_computed(void **state)
{
    enum { BEGUN_US = 300000, WAIT_US = 20000, WAITS = 500 };
    const struct linger at_once = {1, 0}; /* a reset, which is seen at the first look */
    char asked[800];
    (void)state;

    seat_people();
    of_agent("1", "\"8001\"");
    const char *round = open_round_of("monthly", "2025-11");
    import(round, "agent,handled\nzhang,3\n");
    served_login(&served, "hana", "correct horse");
    const unsigned long before = refused();
    const int length = snprintf(asked, sizeof asked, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                                under(round, "/sheets/zhang"), served.session);
    const struct writer writer = hold_line(); /* for which whoever looks waits first */
    const int fd = served_connect(&served);
    assert_int_equal(write(fd, asked, (size_t)length), length);
    usleep(BEGUN_US);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(fd);
    let_go(writer);
    for (int i = 0; i < WAITS && refused() == before; i++)
        usleep(WAIT_US);
    assert_int_equal(refused(), before + 1);
}

/* Nothing of a person is kept longer than the calls that it is made of, nor of a closed round. */
static void what_is_kept_goes_with_its_calls(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};
    struct cqa_tallied known = {0};
    size_t made;

    seat_people();
    of_agent("1", "\"8001\"");
    of_agent("2", "\"8002\"");
    const struct cqa_round round =
        read_round(number_of(open_round_of("monthly", "2025-11")), &arena);
    free(computed(round.id, CQA_WORK_FROM_TALLIES, &made));
    assert_int_equal(made, 2);
    cqa_tallied_claim(&known, served.scores, &round);
    assert_string_equal(kept_of(&known, &round), "li zhang ");
    served_sql(&served, "DELETE FROM flags WHERE call = 1");
    assert_string_equal(kept_of(&known, &round), "li ");
    served_sql(&served, "DELETE FROM revisions WHERE call = 1");
    served_sql(&served, "DELETE FROM calls WHERE id = 1");
    assert_same(round.id, "erasing");
    assert_string_equal(kept_of(&known, &round), "li ");
    served_sql(&served, "UPDATE rounds SET stage = 1");
    assert_string_equal(kept_of(&known, &round), "");
    cqa_tallied_finish(&known);
    cqa_arena_finish(&arena);
}

/* Whoever writes a row that a tally is made of takes it away, and nobody else's. */
static void each_table_that_counts_is_watched(void **state)
{
    (void)state;
    static const char *const of_one[] = {
        "UPDATE calls SET queue = 'other' WHERE id = 1",
        "UPDATE revisions SET recorder = recorder WHERE call = 1",
        "UPDATE flags SET note = 'other' WHERE call = 1",
        "INSERT INTO flags(call, current, rule, severity, points_c, confidence, start_ms, end_ms,"
        " automatic_fail, day, started_ms, state) SELECT call, 0, rule, severity, points_c,"
        " confidence, start_ms, end_ms, automatic_fail, day, started_ms, 1 FROM flags WHERE id = 1",
        "DELETE FROM flags WHERE call = 1 AND current = 0",
        "INSERT INTO decisions(flag, call, \"user\", at_ms, state, points_c)"
        " VALUES(1, 1, 1, 1, 1, 1)",
        "INSERT INTO samples(plan, call, due_day) VALUES('p', 1, 20251130)",
        "UPDATE samples SET done_ms = 1",
        "DELETE FROM samples",
        "INSERT INTO revisions(call, revision, key_hash, key, digest, recorder, received_ms, body)"
        " SELECT r.call, 2, r.digest, 'x', r.digest, 'r', 1, 'x' FROM revisions r WHERE r.call = 1",
        "DELETE FROM revisions WHERE key = 'x'",
        "UPDATE calls SET person = 'wang' WHERE id = 1",
    };
    static const char *const of_all[] = {
        "INSERT INTO periods(from_day, to_day, closed_by, closed_ms) SELECT 1, 2, 1, 1",
        "UPDATE periods SET to_day = 20251103",
        "DELETE FROM periods",
        "UPDATE rounds SET note = 'x'",
    };
    struct cqa_arena arena = {0};
    struct cqa_tallied known = {0};
    size_t made;

    seat_people();
    of_agent("1", "\"8001\"");
    of_agent("2", "\"8002\"");
    const struct cqa_round round =
        read_round(number_of(open_round_of("monthly", "2025-11")), &arena);
    cqa_tallied_claim(&known, served.scores, &round);
    for (size_t i = 0; i < sizeof of_one / sizeof *of_one; i++) {
        free(computed(round.id, CQA_WORK_FROM_TALLIES, &made));
        assert_string_equal(kept_of(&known, &round), "li zhang ");
        served_sql(&served, of_one[i]);
        if (strcmp(kept_of(&known, &round), "li ") != 0)
            fail_msg("%s: %s", of_one[i], kept_of(&known, &round));
    }
    for (size_t i = 0; i < sizeof of_all / sizeof *of_all; i++) {
        free(computed(round.id, CQA_WORK_FROM_TALLIES, &made));
        assert_string_equal(kept_of(&known, &round), "li wang ");
        served_sql(&served, of_all[i]);
        assert_string_equal(kept_of(&known, &round), "");
    }
    cqa_tallied_finish(&known);
    cqa_arena_finish(&arena);
}

/* A scheme whose tallies are as long as can be: of each call what many medians are taken of. */
static void write_long_scheme(void)
{
    char path[64];

    snprintf(path, sizeof path, "%s/schemes/long.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "scheme: long\nversion: \"1\"\nnames: {en: L, zh: 长}\nsource: own\n"
                  "period: quarterly\nindicators:\n");
    for (int i = 0; i < MEDIANS; i++)
        fprintf(file,
                "  - {id: m%d, names: {en: M%d, zh: 中%d}, range: [0, 9999], need: measured,"
                " period: monthly, measured: {take: talk_agent_ms, by: median}}\n",
                i, i, i);
    fprintf(file, "items:\n  - {id: total, names: {en: T, zh: 总}, type: value, of: m0}\n"
                  "total: total\n");
    fclose(file);
}

static void talked(int from, int to)
{
    for (int i = from; i < to; i++) {
        char id[12];
        char changes[300];
        snprintf(id, sizeof id, "%d", i);
        snprintf(
            changes, sizeof changes,
            "{\"call\": {\"agent\": \"8001\"}, \"recording\": {\"path\": \"/var/spool/%d.wav\","
            " \"sha256\": \"%064x\"}, \"measures\": {\"talk_agent_ms\": %d.12345678}}",
            i, (unsigned)i, 1000 + i * 7);
        served_put(&served, id, changes);
    }
}

/* What was kept of somebody does not stand for the calls behind it once all of them together are
 * too long to be kept. */
static void what_grows_too_long_is_made_again(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};
    size_t made;

    seat_people();
    write_long_scheme();
    talked(0, FEW);
    const struct cqa_round round = read_round(number_of(open_round_of("long", "2025Q4")), &arena);
    look(&round, 1);
    look(&round, 0);
    talked(FEW, MANY);
    for (int i = 0; i < 3; i++) {
        char *fresh = computed(round.id, CQA_WORK_FROM_CALLS, &made);
        char *known = computed(round.id, CQA_WORK_FROM_TALLIES, &made);
        assert_string_equal(known, fresh);
        free(known);
        free(fresh);
    }
    cqa_arena_finish(&arena);
}

/* A table that cannot be written to costs time, and no number. */
static void what_cannot_be_kept_is_made_again(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};
    size_t made;

    seat_people();
    of_agent("1", "\"8001\"");
    const struct cqa_round round =
        read_round(number_of(open_round_of("monthly", "2025-11")), &arena);
    served_sql(&served, "ALTER TABLE tallies ADD COLUMN more INTEGER NOT NULL DEFAULT 1"
                        " CHECK(more = 1)");
    served_sql(&served, "ALTER TABLE tallies ADD COLUMN other INTEGER CHECK(other IS NULL AND"
                        " tally IS NULL)");
    for (int i = 0; i < 2; i++) {
        free(computed(round.id, CQA_WORK_FROM_TALLIES, &made));
        assert_int_equal(made, 1);
    }
    cqa_arena_finish(&arena);
}

/* What lies in the table and is none is not believed. */
static void what_is_kept_wrongly_is_not_read(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};
    struct cqa_error error = {0};
    struct cqa_work work;
    size_t made;

    seat_people();
    of_agent("1", "\"8001\"");
    import(open_round_of("monthly", "2025-11"), "agent,handled\nzhang,3\n");
    const struct cqa_round round = read_round(1, &arena);
    char *fresh = computed(round.id, CQA_WORK_FROM_CALLS, &made);
    free(computed(round.id, CQA_WORK_FROM_TALLIES, &made));
    served_sql(&served, "UPDATE tallies SET tally = '1 2 3 '");
    assert_int_equal(
        cqa_work_run(served.scores, &round, CQA_WORK_FROM_TALLIES, NULL, &work, &error), CQA_OK);
    assert_int_equal(work.from, CQA_WORK_FROM_CALLS);
    char *text = text_of(&work);
    assert_string_equal(text, fresh);
    free(text);
    free(fresh);
    cqa_work_finish(&work);
    cqa_arena_finish(&arena);
}

int main(void)
{
#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, desk_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DESK(whatever_happens_the_bytes_are_the_same),
        WITH_DESK(what_comes_meanwhile_is_not_lost),
        WITH_DESK(what_comes_in_is_added),
        WITH_DESK(however_many_they_are_each_has_the_own),
        WITH_DESK(what_empties_a_table_is_not_overlooked),
        WITH_DESK(a_hand_that_is_at_it_is_not_overlooked),
        WITH_DESK(who_looks_waits_for_no_long_writer),
        WITH_DESK(each_call_is_read_once),
        WITH_DESK(a_sheet_that_nobody_waits_for_is_not_computed),
        WITH_DESK(what_is_kept_goes_with_its_calls),
        WITH_DESK(each_table_that_counts_is_watched),
        WITH_DESK(what_grows_too_long_is_made_again),
        WITH_DESK(what_cannot_be_kept_is_made_again),
        WITH_DESK(what_is_kept_wrongly_is_not_read),
    };

    return cmocka_run_group_tests(tests, make_schemes, remove_schemes);
}
