/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/standing.h"

#include <string.h>
#include "pipeline/life.h"
#include "store/legs.h"

const char *const cqa_trouble_words[CQA_TROUBLE_KIND_COUNT + 1] = {
    "sum",     "stopped", "no_look", "unread",  "unmounted", "files",
    "growing", "waiting", "unsent",  "refused", "full",      NULL};

enum {
    MINUTE_MS = 60000,
    STILL_MS = 10 * MINUTE_MS, /* without progress while something waits */
    UNSENT_MS = 15 * MINUTE_MS,
    GROWING_MS = 6 * 60 * MINUTE_MS,
    LOOKS_MISSED = 3,
    ATTEMPTS_MANY = 5,
    REASONS_MAX = 64,
    TROUBLES_MAX = 64 + 8 * CQA_WATCHES_MAX,
};

struct reading {
    const struct cqa_config *config;
    struct cqa_store *store;
    struct cqa_arena *arena;
    int64_t now_ms;
    int full;
    int64_t free_bytes;
    struct cqa_standing *out;
};

static void add_trouble(struct reading *reading, const struct cqa_trouble *trouble)
{
    if (reading->out->trouble_count < TROUBLES_MAX)
        reading->out->troubles[reading->out->trouble_count++] = *trouble;
}

/* ---- recordings */

static int note_reason(void *context, const struct cqa_reason_count *count)
{
    struct reading *reading = context;
    struct cqa_standing *out = reading->out;

    /* What is a part of another recording is left out as such, and no policy's doing. */
    if (strcmp(count->reason, CQA_LEG_LENT) == 0 &&
        strcmp(count->state, cqa_recording_state_words[CQA_RECORDING_EXCLUDED]) == 0)
        out->joined_legs += count->count;
    else if (count->reason[0] != '\0' && out->reason_count < REASONS_MAX)
        out->reasons[out->reason_count++] = (struct cqa_reason_count){
            cqa_arena_string(reading->arena, count->state),
            cqa_arena_string(reading->arena, count->reason), count->count};
    return 1;
}

static enum cqa_status read_counts(struct reading *reading, struct cqa_error *error)
{
    struct cqa_standing *out = reading->out;
    const int64_t *by_state = out->counts.recordings;
    enum cqa_status status = cqa_store_counts(reading->store, &out->counts, error);

    out->scored = by_state[CQA_RECORDING_SCORED];
    out->unscorable = by_state[CQA_RECORDING_FAILED];
    out->excluded = by_state[CQA_RECORDING_EXCLUDED];
    out->vanished = by_state[CQA_RECORDING_VANISHED];
    out->waiting = by_state[CQA_RECORDING_READY] + by_state[CQA_RECORDING_LEASED] +
                   by_state[CQA_RECORDING_SETTLING];
    if (status == CQA_OK)
        status = cqa_standing_reasons(reading->store, note_reason, reading, error);
    out->excluded -= out->joined_legs;
    if (status == CQA_OK)
        status = cqa_standing_vanished(reading->store, CQA_STANDING_LIST_MAX, reading->arena,
                                       out->vanished_last, &out->vanished_count, error);
    if (status == CQA_OK)
        status = cqa_standing_progress(reading->store, reading->now_ms, &out->progress_ms,
                                       &out->ahead, error);
    if (status == CQA_OK)
        status = cqa_standing_owners(reading->store, &out->processes, error);
    return status;
}

/* What is tried again and again, what a worker holds for longer than it may, and all when nothing
 * comes to an end. */
static int is_stuck(const struct reading *reading, const struct cqa_recording *recording)
{
    const struct cqa_standing *out = reading->out;
    const int64_t since_ms = reading->now_ms - recording->discovered_ms;
    const int is_still = out->progress_ms < reading->now_ms - STILL_MS;

    switch (recording->state) {
    case CQA_RECORDING_READY:
        return recording->attempts >= ATTEMPTS_MANY || (is_still && since_ms > STILL_MS);
    case CQA_RECORDING_LEASED:
        return reading->now_ms - recording->changed_ms >
               reading->config->analysis_timeout_ms + MINUTE_MS;
    default:
        return reading->now_ms - recording->changed_ms > reading->config->unfinished_ms + STILL_MS;
    }
}

static enum cqa_status judge_waiting(struct reading *reading, struct cqa_error *error)
{
    enum { LOOKED_AT = 1000 };
    struct cqa_recording *list =
        cqa_arena_alloc(reading->arena, LOOKED_AT * sizeof(struct cqa_recording));
    size_t count = 0;

    if (list == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a list");
    const enum cqa_status status =
        cqa_standing_waiting(reading->store, LOOKED_AT, reading->arena, list, &count, error);
    size_t told = 0;
    for (size_t i = 0; status == CQA_OK && i < count && told < CQA_STANDING_LIST_MAX; i++) {
        if (!is_stuck(reading, &list[i]))
            continue;
        const struct cqa_trouble trouble = {CQA_TROUBLE_WAITING, list[i].path, list[i].reason,
                                            list[i].discovered_ms, list[i].attempts};
        add_trouble(reading, &trouble);
        told++;
    }
    return status;
}

/* ---- folders */

static void judge_folder(struct reading *reading, const struct cqa_folder_standing *folder)
{
    const struct cqa_folder *look = &folder->look;
    int64_t patience_ms = LOOKS_MISSED * (reading->config->scan_interval_ms + look->took_ms);

    if (patience_ms < 2 * MINUTE_MS)
        patience_ms = 2 * MINUTE_MS;
    /* One that nobody looks at because nobody runs is told as that. */
    if (reading->out->processes > 0 && reading->now_ms - look->looked_ms > patience_ms)
        add_trouble(reading, &(struct cqa_trouble){.kind = CQA_TROUBLE_NO_LOOK,
                                                   .path = folder->path,
                                                   .since_ms = look->looked_ms});
    if (look->unread)
        add_trouble(reading,
                    &(struct cqa_trouble){.kind = CQA_TROUBLE_UNREAD, .path = folder->path});
    else if (look->errors > 0)
        add_trouble(reading, &(struct cqa_trouble){.kind = CQA_TROUBLE_FILES,
                                                   .path = folder->path,
                                                   .count = look->errors});
    if (look->held_back > 0)
        add_trouble(reading, &(struct cqa_trouble){.kind = CQA_TROUBLE_UNMOUNTED,
                                                   .path = folder->path,
                                                   .count = look->held_back});
    if (look->settling_since_ms > 0 && reading->now_ms - look->settling_since_ms > GROWING_MS)
        add_trouble(reading, &(struct cqa_trouble){.kind = CQA_TROUBLE_GROWING,
                                                   .path = look->settling_path,
                                                   .since_ms = look->settling_since_ms});
}

/* Files at rest that the last look saw and that no row stands for: while the disk is full none can.
 */
static void count_roomless(struct reading *reading, const struct cqa_folder_standing *folder)
{
    const int64_t rest = folder->look.files - folder->look.settling - folder->known;

    if (reading->full && rest > 0)
        reading->out->roomless += rest;
}

static enum cqa_status read_folders(struct reading *reading, struct cqa_error *error)
{
    struct cqa_standing *out = reading->out;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < reading->config->watch_count; i++) {
        struct cqa_folder_standing *folder = &out->folders[out->folder_count++];
        folder->path = reading->config->watches[i].path;
        status =
            cqa_folders_find(reading->store, folder->path, reading->arena, &folder->look, error);
        if (status == CQA_OK)
            status = cqa_standing_present(reading->store, folder->path, &folder->known, error);
        out->growing += folder->look.settling;
        if (status == CQA_OK) {
            judge_folder(reading, folder);
            count_roomless(reading, folder);
        }
    }
    out->waiting += out->growing + out->roomless;
    if (out->roomless > 0 && out->reason_count < REASONS_MAX)
        out->reasons[out->reason_count++] =
            (struct cqa_reason_count){"waiting", "full", out->roomless};
    return status;
}

/* ---- the whole */

static void judge_sending(struct reading *reading)
{
    const struct cqa_counts *counts = &reading->out->counts;
    const int64_t unsent =
        counts->deliveries[CQA_DELIVERY_PENDING] + counts->deliveries[CQA_DELIVERY_IN_FLIGHT];
    const int64_t refused = counts->deliveries[CQA_DELIVERY_QUARANTINED];

    if (reading->config->posts && unsent > 0 &&
        reading->now_ms - counts->oldest_unsent_ms > UNSENT_MS)
        add_trouble(reading, &(struct cqa_trouble){.kind = CQA_TROUBLE_UNSENT,
                                                   .since_ms = counts->oldest_unsent_ms,
                                                   .count = unsent});
    if (refused > 0)
        add_trouble(reading, &(struct cqa_trouble){.kind = CQA_TROUBLE_REFUSED, .count = refused});
}

static void judge_room(struct reading *reading)
{
    if (reading->full)
        add_trouble(reading,
                    &(struct cqa_trouble){.kind = CQA_TROUBLE_FULL, .count = reading->free_bytes});
}

static void judge_sum(struct reading *reading)
{
    const struct cqa_standing *out = reading->out;
    const int64_t sum = out->scored + out->unscorable + out->excluded + out->waiting + out->copies +
                        out->joined_legs + out->vanished;

    if (sum != out->discovered)
        add_trouble(reading,
                    &(struct cqa_trouble){.kind = CQA_TROUBLE_SUM, .count = out->discovered - sum});
    if (out->processes == 0)
        add_trouble(reading, &(struct cqa_trouble){.kind = CQA_TROUBLE_STOPPED,
                                                   .since_ms = out->progress_ms});
}

static enum cqa_status read_all(void *context, struct cqa_error *error)
{
    struct reading *reading = context;
    struct cqa_standing *out = reading->out;

    *out = (struct cqa_standing){
        .reasons = out->reasons, .folders = out->folders, .troubles = out->troubles};
    reading->full = cqa_standing_is_full(reading->store, &reading->free_bytes);
    enum cqa_status status = read_counts(reading, error);
    if (status == CQA_OK)
        status = read_folders(reading, error);
    if (status == CQA_OK)
        status = judge_waiting(reading, error);
    if (status == CQA_OK)
        status = cqa_standing_recordings(reading->store, &out->discovered, error);
    if (status == CQA_OK)
        status = cqa_standing_copies(reading->store, &out->copies, error);
    out->discovered +=
        out->growing + out->roomless + out->copies; /* for which no row stands yet, or any more */
    judge_sending(reading);
    judge_room(reading);
    judge_sum(reading);
    return status;
}

enum cqa_status cqa_standing_read(const struct cqa_config *config, const struct cqa_clock *clock,
                                  struct cqa_arena *arena, struct cqa_standing *out,
                                  struct cqa_error *error)
{
    struct reading reading = {
        .config = config, .arena = arena, .now_ms = cqa_clock_wall_ms(clock), .out = out};

    *out = (struct cqa_standing){
        .reasons = cqa_arena_alloc(arena, REASONS_MAX * sizeof *out->reasons),
        .folders = cqa_arena_alloc(arena, (config->watch_count + 1) * sizeof *out->folders),
        .troubles = cqa_arena_alloc(arena, TROUBLES_MAX * sizeof *out->troubles)};
    if (out->reasons == NULL || out->folders == NULL || out->troubles == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    enum cqa_status status = cqa_life_has_place(config->state_dir, error);
    if (status == CQA_OK)
        status = cqa_store_open_to_look(config->state_dir, &reading.store, error);
    if (status == CQA_OK)
        status = cqa_standing_snapshot(reading.store, read_all, &reading, error);
    cqa_store_close(reading.store);
    return status;
}
