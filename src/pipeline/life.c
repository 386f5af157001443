/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/life.h"

#include <errno.h>
#include <unistd.h>

#include <stdlib.h>
#include "base/log.h"

const char *const cqa_life_words[CQA_LIFE_COUNT + 1] = {
    "unknown", "ready",  "settling", "claimed",  "analysing", "cutting",
    "ended",   "scored", "failed",   "excluded", "vanished",  NULL};

const char *const cqa_life_event_words[CQA_LIFE_EVENT_COUNT + 1] = {
    "found",     "missed",   "revised",  "gone",   "back",   "asked",  "barred",
    "forgotten", "expired",  "claim",    "submit", "cut",    "answer", "kept",
    "copied",    "stays",    "outdated", "again",  "undone", "waited", "given up",
    "lost",      "returned", "taken",    NULL};

const char *const cqa_life_action_words[CQA_LIFE_ACTION_COUNT + 1] = {"", "start", "put down",
                                                                      "send", NULL};

#define STEP(from, event, to, action)                                                              \
    {                                                                                              \
        CQA_LIFE_##from, CQA_LIFE_##event, CQA_LIFE_##to, CQA_LIFE_##action                        \
    }
/* While a process has it, what scans tell changes the row but not the state: its end finds out.
 * Somebody may bar it at any time. */
#define HELD(state)                                                                                \
    STEP(state, REVISED, state, NOTHING), STEP(state, GONE, state, NOTHING),                       \
        STEP(state, BACK, state, NOTHING), STEP(state, BARRED, EXCLUDED, PUT_DOWN),                \
        STEP(state, LOST, VANISHED, PUT_DOWN), STEP(state, RETURNED, READY, PUT_DOWN)
/* What is done stays so while its file only comes and goes, until its time is over. */
#define DONE(state)                                                                                \
    STEP(state, REVISED, READY, NOTHING), STEP(state, GONE, state, NOTHING),                       \
        STEP(state, BACK, state, NOTHING), STEP(state, BARRED, EXCLUDED, NOTHING),                 \
        STEP(state, FORGOTTEN, UNKNOWN, NOTHING), STEP(state, EXPIRED, EXCLUDED, NOTHING)

const struct cqa_life_step cqa_life_table[] = {
    STEP(UNKNOWN, FOUND, READY, NOTHING),
    STEP(UNKNOWN, MISSED, VANISHED, NOTHING),

    STEP(READY, CLAIM, CLAIMED, START),
    STEP(READY, REVISED, READY, NOTHING),
    STEP(READY, GONE, VANISHED, NOTHING),
    STEP(READY, BARRED, EXCLUDED, NOTHING),
    STEP(READY, ASKED, READY, NOTHING),

    STEP(SETTLING, WAITED, READY, NOTHING),
    STEP(SETTLING, REVISED, READY, NOTHING),
    STEP(SETTLING, GONE, VANISHED, NOTHING),
    STEP(SETTLING, BARRED, EXCLUDED, NOTHING),

    HELD(CLAIMED),
    STEP(CLAIMED, SUBMIT, ANALYSING, NOTHING),
    STEP(CLAIMED, ANSWER, ENDED, NOTHING),

    HELD(ANALYSING),
    STEP(ANALYSING, CUT, CUTTING, NOTHING),
    STEP(ANALYSING, ANSWER, ENDED, NOTHING),

    HELD(CUTTING),
    STEP(CUTTING, ANSWER, ENDED, NOTHING),

    HELD(ENDED),
    STEP(ENDED, KEPT, SCORED, SEND),
    STEP(ENDED, COPIED, UNKNOWN, SEND),
    STEP(ENDED, STAYS, SCORED, SEND),
    STEP(ENDED, OUTDATED, READY, PUT_DOWN),
    STEP(ENDED, AGAIN, READY, PUT_DOWN),
    STEP(ENDED, UNDONE, SETTLING, PUT_DOWN),
    STEP(ENDED, GIVEN_UP, FAILED, SEND),
    STEP(ENDED, TAKEN, UNKNOWN, PUT_DOWN),

    DONE(SCORED),
    STEP(SCORED, ASKED, READY, NOTHING),

    DONE(FAILED),
    STEP(FAILED, ASKED, READY, NOTHING),

    DONE(EXCLUDED),

    STEP(VANISHED, BACK, READY, NOTHING),
    STEP(VANISHED, REVISED, READY, NOTHING),
    STEP(VANISHED, BARRED, EXCLUDED, NOTHING),
    STEP(VANISHED, FORGOTTEN, UNKNOWN, NOTHING),
    STEP(VANISHED, EXPIRED, EXCLUDED, NOTHING),
};
const size_t cqa_life_table_count = sizeof cqa_life_table / sizeof *cqa_life_table;

const struct cqa_life_step *cqa_life_find(enum cqa_life from, enum cqa_life_event event)
{
    for (size_t i = 0; i < cqa_life_table_count; i++)
        if (cqa_life_table[i].from == from && cqa_life_table[i].event == event)
            return &cqa_life_table[i];
    return NULL;
}

/* Nothing was changed. */
static void tell_bug(const char *what, const char *how)
{
    cqa_log(CQA_LOG_ERROR, "a bug: %s: %s; it stays as it is", what, how);
#ifdef CQA_STOPS_AT_BUGS
    abort();
#endif
}

enum cqa_life_action cqa_life_take(enum cqa_life *life, enum cqa_life_event event)
{
    const struct cqa_life_step *step = cqa_life_find(*life, event);

    if (step == NULL) {
        tell_bug(cqa_life_words[*life], cqa_life_event_words[event]);
        return CQA_LIFE_NOTHING;
    }
    *life = step->to;
    return step->action;
}

void cqa_life_refused(const struct cqa_error *error)
{
    tell_bug("the store refused a step", cqa_english(&error->message));
}

/* ---- the store's side */

enum cqa_recording_state cqa_life_stored(enum cqa_life life)
{
    static const enum cqa_recording_state stored[CQA_LIFE_COUNT] = {
        [CQA_LIFE_UNKNOWN] = CQA_RECORDING_STATE_COUNT,
        [CQA_LIFE_READY] = CQA_RECORDING_READY,
        [CQA_LIFE_SETTLING] = CQA_RECORDING_SETTLING,
        [CQA_LIFE_CLAIMED] = CQA_RECORDING_LEASED,
        [CQA_LIFE_ANALYSING] = CQA_RECORDING_LEASED,
        [CQA_LIFE_CUTTING] = CQA_RECORDING_LEASED,
        [CQA_LIFE_ENDED] = CQA_RECORDING_LEASED,
        [CQA_LIFE_SCORED] = CQA_RECORDING_SCORED,
        [CQA_LIFE_FAILED] = CQA_RECORDING_FAILED,
        [CQA_LIFE_EXCLUDED] = CQA_RECORDING_EXCLUDED,
        [CQA_LIFE_VANISHED] = CQA_RECORDING_VANISHED,
    };

    return stored[life];
}

enum cqa_life_event cqa_life_failure(enum cqa_recording_state state)
{
    static const enum cqa_life_event events[CQA_RECORDING_STATE_COUNT] = {
        [CQA_RECORDING_READY] = CQA_LIFE_AGAIN,     [CQA_RECORDING_LEASED] = CQA_LIFE_EVENT_COUNT,
        [CQA_RECORDING_SETTLING] = CQA_LIFE_UNDONE, [CQA_RECORDING_SCORED] = CQA_LIFE_STAYS,
        [CQA_RECORDING_FAILED] = CQA_LIFE_GIVEN_UP, [CQA_RECORDING_EXCLUDED] = CQA_LIFE_BARRED,
        [CQA_RECORDING_VANISHED] = CQA_LIFE_LOST,
    };

    return events[state];
}

enum cqa_status cqa_life_has_place(const char *state_dir, struct cqa_error *error)
{
    if (access(state_dir, F_OK) != 0 && errno == ENOENT)
        return cqa_fail(error, CQA_E_IO,
                        "state_dir: there is no folder %s: make it, for the user of the service "
                        "(install -d -o callqa -m 750)",
                        state_dir);
    return CQA_OK;
}

enum cqa_status cqa_life_open(const char *state_dir, struct cqa_store **out,
                              struct cqa_error *error)
{
    struct cqa_store_step steps[sizeof cqa_life_table / sizeof *cqa_life_table];
    size_t count = 0;
    enum cqa_status status = cqa_store_open(state_dir, out, error);

    if (status != CQA_OK)
        return status;
    for (size_t i = 0; i < cqa_life_table_count; i++)
        if (cqa_life_table[i].event != CQA_LIFE_TAKEN) /* which only this process forgets */
            steps[count++] = (struct cqa_store_step){cqa_life_stored(cqa_life_table[i].from),
                                                     cqa_life_stored(cqa_life_table[i].to)};
    status = cqa_store_hold_to(*out, steps, count, error);
    if (status != CQA_OK) {
        cqa_store_close(*out);
        *out = NULL;
    }
    return status;
}
