/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/tallied.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/program.h"
#include "rounds/persons_calls.h"

/* Another scheme's file or another program may make another tally of the same calls. */
static void say_made_by(const char *scheme, char out[CQA_MADE_BY_SIZE])
{
    struct cqa_hashes hashes;

    cqa_hashes_load(&hashes, scheme);
    out[0] = '\0';
    if (hashes.scheme[0] != '\0')
        snprintf(out, CQA_MADE_BY_SIZE, "%s %s", hashes.scheme, cqa_program_version());
}

static struct cqa_tallies_of of_round(const struct cqa_tallied *tallied,
                                      const struct cqa_round *round)
{
    struct cqa_tallies_of of = {
        .made_by = tallied->made_by, .scheme = round->scheme, .period = round->period};

    cqa_period_days(round->period, &of.day_from, &of.day_to);
    return of;
}

/* ---- who has none */

struct missing {
    struct cqa_tallied *tallied;
    int no_memory;
};

static void add_missing(void *context, const char *person)
{
    struct missing *missing = context;
    struct cqa_tallied *tallied = missing->tallied;
    const char *name = cqa_arena_string(&tallied->arena, person);
    size_t index;

    missing->no_memory |= name == NULL || cqa_names_add(&tallied->missing, name, &index) != CQA_OK;
}

static enum cqa_status find_missing(struct cqa_tallied *tallied, struct cqa_scores *scores,
                                    const struct cqa_tallies_of *of, struct cqa_error *error)
{
    struct missing missing = {.tallied = tallied};

    cqa_names_finish(&tallied->missing);
    const enum cqa_status status = cqa_tallies_missing(scores, of, add_missing, &missing, error);
    return status == CQA_OK && missing.no_memory ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                                                 : status;
}

void cqa_tallied_claim(struct cqa_tallied *tallied, struct cqa_scores *scores,
                       const struct cqa_round *round)
{
    struct cqa_error ignored = {0};
    struct cqa_tallies_mark mark = {0};

    tallied->claim[0] = '\0';
    tallied->asks_for_claim = 0;
    say_made_by(round->scheme, tallied->made_by);
    const struct cqa_tallies_of of = of_round(tallied, round);
    const struct cqa_names *missing = &tallied->missing;
    tallied->is_last_claim = missing->count > 0 || tallied->made_by[0] == '\0' ||
                             cqa_tallies_mark(scores, &of, &mark, &ignored) != CQA_OK;
    if (tallied->made_by[0] != '\0' && (missing->count > 0 || mark.newest > mark.upto) &&
        cqa_tallies_claim(scores, &of, missing->items, missing->count, tallied->claim, &ignored) !=
            CQA_OK) {
        tallied->claim[0] = '\0';
        tallied->is_last_claim = 1; /* nobody waits twice */
    }
}

/* ---- what is made */

static struct cqa_known_tally *add_item(struct cqa_tallied *tallied, const char *person)
{
    if (tallied->count == tallied->capacity) {
        const size_t capacity = tallied->capacity ? tallied->capacity * 2 : 256;
        struct cqa_known_tally *items = realloc(tallied->items, capacity * sizeof *items);
        if (items == NULL)
            return NULL;
        tallied->items = items;
        tallied->capacity = capacity;
    }
    const char *name = cqa_arena_string(&tallied->arena, person);
    if (name == NULL)
        return NULL;
    tallied->items[tallied->count] = (struct cqa_known_tally){.person = name[0] ? name : NULL};
    return &tallied->items[tallied->count++];
}

/* What is being read: of which round, under which scheme. */
struct reading {
    struct cqa_tallied *tallied;
    const struct cqa_scheme *scheme;
    const char *period;
    struct cqa_persons_calls new_calls;
    enum cqa_status status;
};

/* Calls of one person, behind those that are counted; those outside the period are counted. */
static enum cqa_status make_of_calls(const struct reading *reading, const struct cqa_tally *before,
                                     const struct cqa_scored_call *const *calls, size_t count,
                                     struct cqa_tally *out)
{
    const struct cqa_scored_call **inside = malloc((count + 1) * sizeof *inside);
    size_t found = 0;

    for (size_t i = 0; inside != NULL && i < count; i++)
        if (!cqa_call_is_outside(calls[i], reading->period))
            inside[found++] = calls[i];
    const enum cqa_status status =
        inside == NULL ? CQA_E_NOMEM
                       : cqa_tally_make(reading->scheme, reading->period, before, inside, found,
                                        &reading->tallied->arena, out);
    out->outside += count - found;
    free(inside);
    return status;
}

static void write_text(const struct cqa_scheme *scheme, const struct cqa_tally *tally,
                       struct cqa_buffer *out)
{
    out->limit = CQA_TALLY_BYTES_MAX;
    cqa_tally_write(scheme, tally, CQA_TALLY_WHOLE, out);
}

/* Whether the text can be kept: it is not too long, and is read as it was written. */
static int is_lasting(const struct cqa_scheme *scheme, const struct cqa_buffer *text,
                      struct cqa_arena *arena)
{
    struct cqa_buffer again = {0};
    struct cqa_tally read;
    int same = 0;

    if (!text->failed && cqa_tally_read(scheme, text->text, CQA_TALLY_WHOLE, arena, &read)) {
        write_text(scheme, &read, &again);
        same = !again.failed && strcmp(text->text, again.text) == 0;
    }
    cqa_buffer_finish(&again);
    return same;
}

/* With which the tally is kept, or none: what was kept before goes with either, since it lacks
 * calls that all others have counted by then. */
static enum cqa_status add_text(const struct reading *reading, const char *person,
                                const struct cqa_tally *tally)
{
    struct cqa_tallied *tallied = reading->tallied;
    const char **texts = realloc(tallied->texts, (tallied->made.count + 1) * sizeof *texts);
    struct cqa_buffer text = {0};
    enum cqa_status status = CQA_E_NOMEM;
    size_t index;

    if (texts != NULL) {
        tallied->texts = texts;
        status = cqa_names_add(&tallied->made, person, &index);
    }
    if (status == CQA_OK) {
        write_text(reading->scheme, tally, &text);
        texts[index] = is_lasting(reading->scheme, &text, &tallied->arena)
                           ? cqa_arena_bytes(&tallied->arena, text.text, text.length)
                           : NULL;
    }
    cqa_buffer_finish(&text);
    return status;
}

/* Of what was kept before as a text, NULL: nothing, and of calls behind it. */
static enum cqa_status add_made(struct reading *reading, const char *person, const char *kept,
                                const struct cqa_scored_call *const *calls, size_t count)
{
    struct cqa_tallied *tallied = reading->tallied;
    struct cqa_known_tally *item = add_item(tallied, person);
    struct cqa_tally before;

    if (item == NULL)
        return CQA_E_NOMEM;
    if (kept != NULL &&
        !cqa_tally_read(reading->scheme, kept, CQA_TALLY_WHOLE, &tallied->arena, &before)) {
        tallied->needs_calls = 1;
        return CQA_OK;
    }
    const enum cqa_status status =
        make_of_calls(reading, kept != NULL ? &before : NULL, calls, count, &item->tally);
    return status == CQA_OK
               ? add_text(reading, item->person != NULL ? item->person : "", &item->tally)
               : status;
}

/* ---- what is known */

static enum cqa_status add_known(struct reading *reading, const char *person, const char *kept)
{
    struct cqa_tallied *tallied = reading->tallied;
    struct cqa_known_tally *item = add_item(tallied, person);

    if (item != NULL &&
        !cqa_tally_read(reading->scheme, kept, CQA_TALLY_NUMBERS, &tallied->arena, &item->tally))
        tallied->needs_calls = 1;
    return item != NULL ? CQA_OK : CQA_E_NOMEM;
}

static void add_kept(void *context, const char *person, const char *kept)
{
    struct reading *reading = context;
    size_t count;
    const struct cqa_scored_call *const *calls =
        cqa_persons_calls_of(&reading->new_calls, person, &count);

    if (reading->status == CQA_OK)
        reading->status = count > 0 ? add_made(reading, person, kept, calls, count)
                                    : add_known(reading, person, kept);
}

/* ---- how far it is */

/* Of several people, one after the other, how far each one's calls are. */
struct within {
    const struct cqa_going *going;
    int64_t person, persons;
};

enum { PARTS = 1024 }; /* of one person */

static int tell_within(void *context, int64_t done, int64_t total)
{
    const struct within *within = context;
    const int64_t part = total > 0 && done < total ? PARTS * done / total : 0;

    return within->going->goes_on(within->going->context, within->person * PARTS + part,
                                  within->persons * PARTS);
}

static enum cqa_status make_one(struct reading *reading, struct cqa_scores *scores,
                                const char *person, const struct cqa_going *going,
                                struct cqa_error *error)
{
    const struct cqa_whose_calls whose = {.is_of_one = 1, .person = person};
    struct cqa_persons_calls all = {0};
    enum cqa_status status =
        cqa_persons_calls_load(scores, reading->scheme, reading->period, whose, going, &all, error);

    if (status == CQA_OK) {
        status = add_made(reading, person, NULL, all.sorted, all.calls.count);
        if (status != CQA_OK)
            status = cqa_fail(error, status, "out of memory");
    }
    reading->tallied->needs_calls |= all.calls.broken.line != 0;
    cqa_persons_calls_finish(&all);
    return status;
}

/* ---- the steps */

static void start(struct cqa_tallied *tallied)
{
    tallied->count = 0;
    tallied->needs_calls = 0;
    cqa_names_finish(&tallied->made);
    tallied->made = (struct cqa_names){0};
}

/* What is kept, and what came in behind it; where nothing is, who has calls is missing. */
static enum cqa_status take_kept(struct reading *reading, struct cqa_scores *scores,
                                 const struct cqa_tallies_of *of,
                                 const struct cqa_tallies_mark *mark, const struct cqa_going *going,
                                 struct cqa_error *error)
{
    struct cqa_tallied *tallied = reading->tallied;
    const struct cqa_whose_calls whose = {.since = mark->upto, .newest = mark->newest};
    enum cqa_status status = CQA_OK;

    if (mark->newest > mark->upto && mark->any_kept)
        status = cqa_persons_calls_load(scores, reading->scheme, reading->period, whose, going,
                                        &reading->new_calls, error);
    if (status == CQA_OK)
        status = cqa_tallies_list(scores, of, add_kept, reading, error);
    tallied->needs_calls |= reading->new_calls.calls.broken.line != 0;
    cqa_persons_calls_finish(&reading->new_calls);
    return status == CQA_OK && reading->status != CQA_OK
               ? cqa_fail(error, reading->status, "out of memory")
               : status;
}

/* Of whom nothing is kept. */
static enum cqa_status make_missing(struct reading *reading, struct cqa_scores *scores,
                                    struct within *within, struct cqa_error *error)
{
    const struct cqa_names *names = &reading->tallied->missing;
    const struct cqa_going told = {tell_within, within};
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < names->count && status == CQA_OK; i++) {
        if (reading->tallied->needs_calls)
            break;
        within->person++;
        status =
            make_one(reading, scores, names->items[i], within->going != NULL ? &told : NULL, error);
    }
    return status;
}

/* All of one moment. Without a mark nobody knows what the tallies that are there have counted. */
static enum cqa_status load_of(struct reading *reading, struct cqa_scores *scores,
                               const struct cqa_tallies_of *of, const struct cqa_tallies_mark *mark,
                               const struct cqa_going *going, struct cqa_error *error)
{
    struct cqa_tallied *tallied = reading->tallied;
    struct within within = {going, 0, (int64_t)tallied->missing.count + 1};
    const struct cqa_going told = {tell_within, &within};
    enum cqa_status status = CQA_OK;

    if (mark->is_known)
        status = take_kept(reading, scores, of, mark, going != NULL ? &told : NULL, error);
    return status == CQA_OK ? make_missing(reading, scores, &within, error) : status;
}

enum cqa_status cqa_tallied_load(struct cqa_tallied *tallied, struct cqa_scores *scores,
                                 const struct cqa_round *round, const struct cqa_scheme *scheme,
                                 const struct cqa_going *going, struct cqa_error *error)
{
    struct reading reading = {.tallied = tallied, .scheme = scheme, .period = round->period};
    struct cqa_tallies_of of = of_round(tallied, round);
    struct cqa_tallies_mark mark;

    start(tallied);
    enum cqa_status status = cqa_tallies_mark(scores, &of, &mark, error);
    if (status == CQA_OK && !mark.is_known)
        of.made_by = "";
    tallied->upto = mark.newest;
    if (status == CQA_OK)
        status = find_missing(tallied, scores, &of, error);
    tallied->asks_for_claim = tallied->missing.count > 0 && !tallied->is_last_claim;
    return status == CQA_OK && !tallied->asks_for_claim
               ? load_of(&reading, scores, &of, &mark, going, error)
               : status;
}

/* The scheme's file may have been changed between its two readings. */
void cqa_tallied_keep(struct cqa_tallied *tallied, struct cqa_scores *scores,
                      const struct cqa_round *round)
{
    const struct cqa_tallies_of of = of_round(tallied, round);
    struct cqa_error ignored = {0};
    char made_by[CQA_MADE_BY_SIZE];

    say_made_by(round->scheme, made_by);
    if (strcmp(made_by, tallied->made_by) != 0)
        tallied->needs_calls = 1;
    if (tallied->needs_calls || tallied->claim[0] == '\0')
        return;
    const struct cqa_tallies_made made = {tallied->made.items, tallied->texts, tallied->made.count,
                                          tallied->upto};
    const enum cqa_status status = cqa_tallies_keep(scores, &of, tallied->claim, &made, &ignored);
    (void)status; /* what is not kept is made again */
}

void cqa_tallied_finish(struct cqa_tallied *tallied)
{
    cqa_names_finish(&tallied->missing);
    cqa_names_finish(&tallied->made);
    free(tallied->texts);
    free(tallied->items);
    cqa_arena_finish(&tallied->arena);
    *tallied = (struct cqa_tallied){0};
}
