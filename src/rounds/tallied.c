/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/tallied.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/program.h"
#include "rounds/load_calls.h"

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
    struct cqa_arena *arena;
    struct cqa_names names;
    int no_memory;
};

static void add_missing(void *context, const char *person)
{
    struct missing *missing = context;
    const char *name = cqa_arena_string(missing->arena, person);
    size_t index;

    missing->no_memory |= name == NULL || cqa_names_add(&missing->names, name, &index) != CQA_OK;
}

void cqa_tallied_claim(struct cqa_tallied *tallied, struct cqa_scores *scores,
                       const struct cqa_round *round)
{
    struct missing missing = {.arena = &tallied->arena};
    struct cqa_error ignored = {0};

    tallied->claim[0] = '\0';
    say_made_by(round->scheme, tallied->made_by);
    const struct cqa_tallies_of of = of_round(tallied, round);
    if (tallied->made_by[0] != '\0' &&
        cqa_tallies_missing(scores, &of, add_missing, &missing, &ignored) == CQA_OK &&
        !missing.no_memory && missing.names.count > 0 &&
        cqa_tallies_claim(scores, &of, missing.names.items, missing.names.count, tallied->claim,
                          &ignored) != CQA_OK)
        tallied->claim[0] = '\0';
    cqa_names_finish(&missing.names);
}

/* ---- what is known */

struct reading {
    struct cqa_tallied *tallied;
    const struct cqa_scheme *scheme;
    int no_memory;
};

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

static void add_kept(void *context, const char *person, const char *tally)
{
    struct reading *reading = context;
    struct cqa_tallied *tallied = reading->tallied;
    struct cqa_known_tally *item = add_item(tallied, person);

    reading->no_memory |= item == NULL;
    if (item != NULL && !cqa_tally_read(reading->scheme, tally, &tallied->arena, &item->tally))
        tallied->needs_calls = 1;
}

/* ---- what is made */

/* Calls of one person; those outside the period are counted. */
static enum cqa_status make_of_calls(const struct cqa_scheme *scheme, const char *period,
                                     const struct cqa_calls *calls, struct cqa_arena *arena,
                                     struct cqa_tally *out)
{
    const struct cqa_scored_call **inside = malloc((calls->count + 1) * sizeof *inside);
    size_t count = 0;

    for (size_t i = 0; inside != NULL && i < calls->count; i++)
        if (!cqa_call_is_outside(&calls->items[i], period))
            inside[count++] = &calls->items[i];
    const enum cqa_status status =
        inside == NULL ? CQA_E_NOMEM : cqa_tally_make(scheme, period, inside, count, arena, out);
    out->outside = calls->count - count;
    free(inside);
    return status;
}

/* With which the tally is kept; what would not be read as it was written is not. */
static enum cqa_status add_text(struct cqa_tallied *tallied, const struct cqa_scheme *scheme,
                                const char *person, const struct cqa_tally *tally)
{
    struct cqa_buffer text = {.limit = CQA_TALLY_BYTES_MAX};
    struct cqa_buffer again = {.limit = CQA_TALLY_BYTES_MAX};
    struct cqa_tally read;
    enum cqa_status status = CQA_OK;
    size_t index;

    cqa_tally_write(scheme, tally, &text);
    if (!text.failed && cqa_tally_read(scheme, text.text, &tallied->arena, &read))
        cqa_tally_write(scheme, &read, &again);
    if (!again.failed && again.text != NULL && strcmp(text.text, again.text) == 0) {
        const char **texts = realloc(tallied->texts, (tallied->made.count + 1) * sizeof *texts);
        const char *kept = cqa_arena_bytes(&tallied->arena, text.text, text.length);
        tallied->texts = texts != NULL ? texts : tallied->texts;
        status = texts == NULL || kept == NULL ? CQA_E_NOMEM
                                               : cqa_names_add(&tallied->made, person, &index);
        if (status == CQA_OK)
            tallied->texts[index] = kept;
    }
    cqa_buffer_finish(&text);
    cqa_buffer_finish(&again);
    return status;
}

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

static enum cqa_status make_one(struct cqa_tallied *tallied, struct cqa_scores *scores,
                                const struct cqa_round *round, const struct cqa_scheme *scheme,
                                const char *person, const struct cqa_going *going,
                                struct cqa_error *error)
{
    const struct cqa_whose_calls whose = {1, person};
    struct cqa_calls calls = {0};
    struct cqa_faults faults = {0};
    enum cqa_status status =
        cqa_load_calls(scores, scheme, round->period, whose, going, &calls, &faults, error);

    if (status == CQA_OK) {
        struct cqa_known_tally *item = add_item(tallied, person);
        status = item == NULL
                     ? CQA_E_NOMEM
                     : make_of_calls(scheme, round->period, &calls, &tallied->arena, &item->tally);
        if (status == CQA_OK)
            status = add_text(tallied, scheme, person, &item->tally);
        if (status != CQA_OK)
            status = cqa_fail(error, status, "out of memory");
    }
    tallied->needs_calls |= calls.broken.line != 0;
    cqa_calls_finish(&calls);
    cqa_faults_finish(&faults);
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

enum cqa_status cqa_tallied_load(struct cqa_tallied *tallied, struct cqa_scores *scores,
                                 const struct cqa_round *round, const struct cqa_scheme *scheme,
                                 const struct cqa_going *going, struct cqa_error *error)
{
    const struct cqa_tallies_of of = of_round(tallied, round);
    struct reading reading = {tallied, scheme, 0};
    struct missing missing = {.arena = &tallied->arena};

    start(tallied);
    enum cqa_status status = cqa_tallies_list(scores, &of, add_kept, &reading, error);
    if (status == CQA_OK)
        status = cqa_tallies_missing(scores, &of, add_missing, &missing, error);
    if (status == CQA_OK && (reading.no_memory || missing.no_memory))
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; i < missing.names.count && status == CQA_OK && !tallied->needs_calls; i++) {
        struct within within = {going, (int64_t)i, (int64_t)missing.names.count};
        const struct cqa_going told = {tell_within, &within};
        status = make_one(tallied, scores, round, scheme, missing.names.items[i],
                          going != NULL ? &told : NULL, error);
    }
    cqa_names_finish(&missing.names);
    return status;
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
    if (tallied->needs_calls || tallied->claim[0] == '\0' || tallied->made.count == 0)
        return;
    const enum cqa_status status =
        cqa_tallies_keep(scores, &of, tallied->claim, tallied->made.items, tallied->texts,
                         tallied->made.count, &ignored);
    (void)status; /* what is not kept is made again */
}

void cqa_tallied_finish(struct cqa_tallied *tallied)
{
    cqa_names_finish(&tallied->made);
    free(tallied->texts);
    free(tallied->items);
    cqa_arena_finish(&tallied->arena);
    *tallied = (struct cqa_tallied){0};
}
