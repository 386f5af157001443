/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "facts/follow.h"
#include "facts/join.h"
#include "pipeline/names.h"
#include "pipeline/parts.h"
#include "pipeline/table_reader.h"

enum {
    PIECE_BYTES = 4 << 20, /* of a log, a turn */
    ASKED_MS = 50,         /* until a table's answer is looked for again */
    LOOKS = 2000,          /* recordings a turn */
    FEW_ROWS = 20 * 1000,  /* so few, and the next question reaches twice as far */
};
static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;
static const int64_t LOOK_FOR_MS = INT64_C(30) * 24 * 3600 * 1000; /* a sidecar comes within */

/* One log or table, and how far it has been read. */
struct origin {
    const struct cqa_watch_config *watch;
    const struct cqa_fact_origin *origin;
    struct cqa_fact_clock clock;
    int64_t next_ms; /* monotonic */
    int placed;      /* the store has told where to go on */
    int read;        /* to its end, or it could not be, since the start */
    int troubled;
    struct cqa_follow follow;        /* of a log */
    struct cqa_table_reader *reader; /* of a table; NULL until it is first asked */
    int64_t place_ms;                /* up to where it has been read; 0: nothing yet */
    int64_t until_ms;                /* of the question */
    int64_t window_ms;               /* how much of the past is asked for at once */
    int64_t asked_ms;                /* wall clock; when it was asked */
    int asked;
    int again; /* the last answer was not stored: ask for all of it */
};

struct cqa_facts_room {
    struct origin *origins;
    size_t count;
    int64_t look_at_ms; /* monotonic */
    size_t sweep_watch; /* of a sweep, which looks at everything once: where it stands */
    int64_t sweep_after;
};

enum cqa_status cqa_facts_create(const struct cqa_config *config, struct cqa_facts_room **out,
                                 struct cqa_error *error)
{
    struct cqa_facts_room *room = calloc(1, sizeof *room);
    size_t count = 0;

    for (size_t i = 0; i < config->watch_count; i++)
        count += config->watches[i].facts.count;
    if (room != NULL)
        room->origins = calloc(count + 1, sizeof *room->origins);
    if (room == NULL || room->origins == NULL) {
        free(room);
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < config->watch_count; i++)
        for (size_t k = 0; k < config->watches[i].facts.count; k++) {
            const struct cqa_watch_config *watch = &config->watches[i];
            const struct cqa_fact_origin *origin = &watch->facts.origins[k];
            room->origins[room->count++] = (struct origin){
                .watch = watch,
                .origin = origin,
                .window_ms = DAY_MS,
                .clock = {origin->own_zone != NULL ? origin->own_zone : watch->zone, origin->utc}};
        }
    *out = room;
    return CQA_OK;
}

void cqa_facts_destroy(struct cqa_facts_room *room)
{
    if (room == NULL)
        return;
    for (size_t i = 0; i < room->count; i++)
        cqa_table_reader_destroy(room->origins[i].reader);
    free(room->origins);
    free(room);
}

/* ---- what is known of a call */

/* The name without folders and ending, as facts have it. */
static const char *stem_of(const char *path, struct cqa_arena *arena)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *ending = strrchr(name, '.');

    return cqa_arena_bytes(
        arena, name, ending == NULL || ending == name ? strlen(name) : (size_t)(ending - name));
}

static enum cqa_status join(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                            struct cqa_arena *arena, struct cqa_known_call *known,
                            struct cqa_error *error)
{
    struct cqa_fact facts[CQA_FACTS_MAX];
    struct cqa_facts_link *link = &known->link;
    size_t count = 0;

    if (watch->facts.count == 0)
        return CQA_OK;
    const enum cqa_status status = cqa_facts_find(pipeline->store, &link->keys, arena, facts,
                                                  &count, &link->by_time, &link->last, error);
    if (status != CQA_OK)
        return status;
    if (link->by_time && !cqa_facts_are_of_one(facts, count, &known->call))
        return CQA_OK;
    return cqa_facts_join(watch->recorder, watch->zone, facts, count, arena, &known->call, error);
}

enum cqa_status cqa_facts_know(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                               const char *path, struct cqa_arena *arena,
                               struct cqa_known_call *out, struct cqa_error *error)
{
    struct cqa_call_identity identity = {0};
    struct cqa_error sidecar = {0};
    enum cqa_status status =
        cqa_recorder_identify(watch->recorder, watch->zone, path, arena, &identity, error);

    *out = (struct cqa_known_call){0};
    if (status != CQA_OK)
        return status;
    /* Before it is read: one that changes meanwhile is looked at again. */
    out->link.sidecar = cqa_recorder_sidecar_stamp(watch->recorder, path, identity.call.id);
    if (out->link.sidecar != 0 &&
        cqa_recorder_read_sidecar(watch->recorder, cqa_engine_children(pipeline->engine),
                                  watch->zone, path, arena, &identity, NULL, &sidecar) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "%s: its metadata is not used: %p", cqa_log_private(path),
                &sidecar.message);
    out->call = identity.call;
    out->link.keys = (struct cqa_facts_wish){
        .watch = watch->path,
        .call_id = identity.call.id,
        .file = stem_of(path, arena),
        .caller = cqa_fact_caller(identity.call.customer, arena),
        .begun_ms = identity.call.called_ms > 0 ? identity.call.called_ms : identity.call.begun_ms,
        .within_ms = CQA_JOIN_WITHIN_MS};
    if (out->link.keys.file == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    status = join(pipeline, watch, arena, out, error);
    if (status == CQA_OK)
        status = cqa_names_hear(pipeline->config, pipeline->store, path, arena, &out->call, error);
    out->identity = identity;
    out->identity.call = out->call;
    cqa_call_hash(&out->call, out->facts, out->lines);
    return status;
}

/* ---- when to look again for a sidecar */

/* The older the result, the rarer; 0: no more. */
static int64_t next_look_ms(const struct cqa_pipeline *pipeline,
                            const struct cqa_watch_config *watch, int64_t made_ms)
{
    const int64_t now_ms = cqa_pipeline_wall_ms(pipeline);
    const int64_t age_ms = now_ms > made_ms ? now_ms - made_ms : 0;
    const int64_t interval_ms = pipeline->config->scan_interval_ms;

    if (!cqa_recorder_has_sidecars(watch->recorder) || age_ms > LOOK_FOR_MS)
        return 0;
    return now_ms + (age_ms / 4 > interval_ms ? age_ms / 4 : interval_ms);
}

static const struct cqa_watch_config *watch_of(const struct cqa_pipeline *pipeline,
                                               const char *path)
{
    for (size_t i = 0; i < pipeline->config->watch_count; i++)
        if (strcmp(pipeline->config->watches[i].path, path) == 0)
            return &pipeline->config->watches[i];
    return NULL;
}

struct cqa_facts_link cqa_facts_link_of(const struct cqa_pipeline *pipeline,
                                        const struct cqa_known_call *known)
{
    const struct cqa_watch_config *watch = watch_of(pipeline, known->link.keys.watch);
    struct cqa_facts_link link = known->link;

    link.facts = known->facts;
    link.lines = known->lines;
    link.look_ms =
        watch == NULL ? 0 : next_look_ms(pipeline, watch, cqa_pipeline_wall_ms(pipeline));
    return link;
}

void cqa_facts_stored(struct cqa_pipeline *pipeline)
{
    pipeline->facts->look_at_ms = 0;
}

/* ---- looking */

/* Looks at one. */
static enum cqa_status look_at(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                               const struct cqa_facts_due *due, struct cqa_arena *arena,
                               struct cqa_facts_looked *looked, struct cqa_error *error)
{
    struct cqa_call_identity identity = {0};
    struct cqa_known_call known = {0};
    enum cqa_status status = CQA_OK;

    *looked = (struct cqa_facts_looked){.id = due->id,
                                        .look_ms = next_look_ms(pipeline, watch, due->made_ms),
                                        .sidecar = due->sidecar};
    if (!due->is_due) {
        status =
            cqa_recorder_identify(watch->recorder, watch->zone, due->path, arena, &identity, error);
        if (status == CQA_OK)
            looked->sidecar =
                cqa_recorder_sidecar_stamp(watch->recorder, due->path, identity.call.id);
    }
    /* One that was taken away says as much as it did while it was there. */
    const int is_new = looked->sidecar != 0 && looked->sidecar != due->sidecar;
    if (status == CQA_OK && (due->is_due || is_new))
        status = cqa_facts_know(pipeline, watch, due->path, arena, &known, error);
    if (status == CQA_OK && known.call.id != NULL) {
        looked->sidecar = known.link.sidecar;
        looked->differs = strcmp(known.facts, due->facts) != 0;
    }
    return status;
}

/* Some of a folder's recordings that are looked at together. */
struct looking {
    struct cqa_pipeline *pipeline;
    const struct cqa_watch_config *watch;
    int everything;
    int64_t *last;
    const struct cqa_facts_due *due;
    size_t count;
    struct cqa_facts_looked *looked;
    size_t done;
};

static enum cqa_status look_at_all(void *context, struct cqa_error *error)
{
    struct looking *looking = context;
    struct cqa_arena arena = {0};
    enum cqa_status status = CQA_OK;

    looking->done = 0;
    for (size_t i = 0; status == CQA_OK && i < looking->count; i++) {
        const struct cqa_facts_due *due = &looking->due[i];
        struct cqa_facts_looked *looked = &looking->looked[looking->done];
        status = look_at(looking->pipeline, looking->watch, due, &arena, looked, error);
        /* of all, only what changes is written */
        const int same = looked->sidecar == due->sidecar && !due->is_due;
        looking->done += (size_t) !(looking->everything && same);
        *looking->last = due->id;
    }
    cqa_arena_finish(&arena);
    return status;
}

/* Sidecars are read by children, and nobody is to wait for these to write. */
static int look_together(struct looking *looking)
{
    struct cqa_pipeline *pipeline = looking->pipeline;
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_recorder_has_sidecars(looking->watch->recorder)
            ? look_at_all(looking, &error)
            : cqa_store_reading(pipeline->store, look_at_all, looking, &error);

    return cqa_pipeline_took(pipeline, status, &error, CQA_N("a look at facts"));
}

static int write_looked(const struct looking *looking)
{
    struct cqa_pipeline *pipeline = looking->pipeline;
    struct cqa_error error = {0};
    size_t requeued = 0;

    if (looking->done == 0)
        return 1;
    const enum cqa_status status =
        cqa_facts_looked(pipeline->store, looking->looked, looking->done,
                         cqa_pipeline_wall_ms(pipeline), &requeued, &error);
    if (requeued > 0)
        cqa_log(CQA_LOG_INFO, "%zu recordings have other facts now and are analysed again",
                requeued);
    return cqa_pipeline_took(pipeline, status, &error, CQA_N("a look at facts"));
}

/* Looks at some of a folder; how many, -1: not now. `*last`: the last id. */
static int look_some(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                     int everything, int64_t *last)
{
    struct cqa_arena arena = {0};
    struct cqa_facts_due *due = cqa_arena_alloc(&arena, LOOKS * sizeof *due);
    struct looking looking = {.pipeline = pipeline,
                              .watch = watch,
                              .everything = everything,
                              .last = last,
                              .due = due,
                              .looked = cqa_arena_alloc(&arena, LOOKS * sizeof *looking.looked)};
    struct cqa_error error = {0};
    int took = due != NULL && looking.looked != NULL;

    if (took)
        took = cqa_pipeline_took(pipeline,
                                 cqa_facts_due(pipeline->store, watch->path, everything, *last,
                                               cqa_pipeline_wall_ms(pipeline), LOOKS, &arena, due,
                                               &looking.count, &error),
                                 &error, CQA_N("a look at facts"));
    took = took && (looking.count == 0 || (look_together(&looking) && write_looked(&looking)));
    cqa_arena_finish(&arena);
    return took ? (int)looking.count : -1;
}

/* A sweep looks at everything once, for no daemon may have been there in between. 1: done. */
static int sweep_all(struct cqa_pipeline *pipeline)
{
    struct cqa_facts_room *room = pipeline->facts;
    const struct cqa_config *config = pipeline->config;

    if (pipeline->options.watches || room->sweep_watch == config->watch_count)
        return 1;
    const struct cqa_watch_config *watch = &config->watches[room->sweep_watch];
    const int count = cqa_recorder_has_sidecars(watch->recorder)
                          ? look_some(pipeline, watch, 1, &room->sweep_after)
                          : 0;
    if (count >= 0 && count < LOOKS) {
        room->sweep_watch++;
        room->sweep_after = 0;
    }
    return room->sweep_watch == config->watch_count;
}

static void plan_look(struct cqa_pipeline *pipeline, int more)
{
    struct cqa_error error = {0};
    int64_t at_ms = 0;
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);
    const int64_t wall_ms = cqa_pipeline_wall_ms(pipeline);

    pipeline->facts->look_at_ms = now_ms;
    if (more || !cqa_pipeline_took(pipeline, cqa_facts_next(pipeline->store, &at_ms, &error),
                                   &error, CQA_N("a look at facts")))
        return;
    pipeline->facts->look_at_ms = at_ms == 0        ? INT64_MAX
                                  : at_ms > wall_ms ? now_ms + (at_ms - wall_ms)
                                                    : now_ms + 1000;
}

static void look(struct cqa_pipeline *pipeline)
{
    int more = !sweep_all(pipeline);

    for (size_t i = 0; i < pipeline->config->watch_count; i++) {
        int64_t last = 0;
        const int count = look_some(pipeline, &pipeline->config->watches[i], 0, &last);
        if (count < 0)
            return;
        more |= count == LOOKS;
    }
    plan_look(pipeline, more);
}

/* ---- reading logs */

static void say_trouble(struct origin *origin, const struct cqa_message *why)
{
    if (why != NULL && !origin->troubled)
        cqa_log(CQA_LOG_ERROR, "facts: %s: %p; looked at again from time to time",
                origin->origin->name, why);
    else if (why == NULL && origin->troubled)
        cqa_log(CQA_LOG_NOTICE, "facts: %s: can be read again", origin->origin->name);
    origin->troubled = why != NULL;
}

struct piece {
    const struct origin *origin;
    struct cqa_arena arena;
    struct cqa_fact *facts;
    size_t count, capacity;
};

static void take_line(void *context, const char *line, size_t length)
{
    struct piece *piece = context;
    const struct cqa_fact_clock *clock = &piece->origin->clock;
    struct cqa_fact fact;

    if (!(piece->origin->origin->kind == CQA_ORIGIN_CSV
              ? cqa_fact_from_csv(line, length, clock, &piece->arena, &fact)
              : cqa_fact_from_queue_log(line, length, clock, &piece->arena, &fact)))
        return;
    if (piece->count == piece->capacity) {
        const size_t capacity = piece->capacity == 0 ? 256 : 2 * piece->capacity;
        struct cqa_fact *facts = realloc(piece->facts, capacity * sizeof *facts);
        if (facts == NULL)
            return; /* the log is read again from the beginning by whoever misses it */
        piece->facts = facts;
        piece->capacity = capacity;
    }
    piece->facts[piece->count++] = fact;
}

/* 1: the facts and the place are stored. */
static int store_facts(struct cqa_pipeline *pipeline, const struct origin *origin,
                       const struct cqa_fact *facts, size_t count, const char *place)
{
    const struct cqa_facts_batch batch = {.watch = origin->watch->path,
                                          .origin = origin->origin->name,
                                          .place = place,
                                          .facts = facts,
                                          .count = count,
                                          .within_ms = CQA_JOIN_WITHIN_MS};
    struct cqa_error error = {0};
    size_t added = 0;
    const enum cqa_status status =
        cqa_facts_add(pipeline->store, &batch, cqa_pipeline_wall_ms(pipeline), &added, &error);

    if (added > 0) {
        pipeline->facts->look_at_ms = 0;
        cqa_log(CQA_LOG_DEBUG, "facts: %s: %zu new", origin->origin->name, added);
    }
    return cqa_pipeline_took(pipeline, status, &error, CQA_N("facts")) && status == CQA_OK;
}

static void read_log(struct cqa_pipeline *pipeline, struct origin *origin)
{
    struct piece piece = {.origin = origin};
    struct cqa_follow follow = origin->follow;
    struct cqa_error error = {0};
    char place[CQA_FOLLOW_TEXT_SIZE];
    int more = 0;
    const enum cqa_status status = cqa_follow_read(origin->origin->path, PIECE_BYTES, &follow,
                                                   take_line, &piece, &more, &error);
    const int moved = memcmp(&follow, &origin->follow, sizeof follow) != 0;

    cqa_follow_to_text(&follow, place);
    say_trouble(origin, status == CQA_OK ? NULL : &error.message);
    if (status != CQA_OK || !moved ||
        store_facts(pipeline, origin, piece.facts, piece.count, place)) {
        origin->follow = follow;
        origin->read |= !more;
        origin->next_ms = cqa_pipeline_now_ms(pipeline) + (more ? 0 : origin->origin->interval_ms);
    }
    free(piece.facts);
    cqa_arena_finish(&piece.arena);
}

/* ---- reading tables */

/* A piece of the past after the other until it has caught up; then what may have come since. */
static void ask_table(struct cqa_pipeline *pipeline, struct origin *origin)
{
    const struct cqa_fact_origin *table = origin->origin;
    const int64_t now_ms = cqa_pipeline_wall_ms(pipeline);
    const int64_t first_ms = now_ms - table->reach_ms;
    struct cqa_error error = {0};

    if (origin->reader == NULL &&
        cqa_table_reader_create(&origin->reader, table, &origin->clock, &error) != CQA_OK) {
        say_trouble(origin, &error.message);
        origin->read = 1;
        origin->next_ms = cqa_pipeline_now_ms(pipeline) + table->interval_ms;
        return;
    }
    int64_t since_ms = origin->place_ms == 0 ? first_ms : origin->place_ms - table->overlap_ms;
    if (since_ms > now_ms - table->overlap_ms) /* the clock was put back */
        since_ms = now_ms - table->overlap_ms;
    origin->asked_ms = now_ms;
    origin->until_ms =
        since_ms + origin->window_ms >= now_ms ? now_ms + DAY_MS : since_ms + origin->window_ms;
    origin->asked = 1;
    origin->next_ms = cqa_pipeline_now_ms(pipeline) + ASKED_MS;
    cqa_table_reader_ask(origin->reader, since_ms, origin->until_ms, origin->again);
}

static void take_table(struct cqa_pipeline *pipeline, struct origin *origin)
{
    const struct cqa_fact_origin *table = origin->origin;
    const int caught_up = origin->until_ms > origin->asked_ms;
    int64_t place_ms = origin->until_ms + table->overlap_ms;
    struct cqa_table_answer answer;
    char place[32];

    origin->next_ms = cqa_pipeline_now_ms(pipeline) + ASKED_MS;
    if (!cqa_table_reader_take(origin->reader, &answer))
        return;
    origin->asked = 0;
    place_ms = place_ms > origin->asked_ms ? origin->asked_ms : place_ms;
    (void)snprintf(place, sizeof place, "%" PRId64, place_ms);
    say_trouble(origin, answer.status == CQA_OK ? NULL : &answer.error.message);
    origin->again = answer.status != CQA_OK ||
                    !store_facts(pipeline, origin, answer.facts, answer.count, place);
    origin->read |= answer.status != CQA_OK || caught_up;
    if (!origin->again)
        origin->place_ms = place_ms;
    if (answer.count < FEW_ROWS && origin->window_ms < table->reach_ms)
        origin->window_ms *= 2;
    else if (origin->window_ms > DAY_MS)
        origin->window_ms /= 2;
    origin->next_ms = cqa_pipeline_now_ms(pipeline) +
                      (answer.status != CQA_OK || caught_up ? table->interval_ms : 0);
    cqa_arena_finish(&answer.arena);
    free(answer.facts);
}

static int find_place(struct cqa_pipeline *pipeline, struct origin *origin)
{
    struct cqa_arena arena = {0};
    struct cqa_error error = {0};
    const char *place = NULL;
    const enum cqa_status status = cqa_facts_place(pipeline->store, origin->watch->path,
                                                   origin->origin->name, &arena, &place, &error);

    origin->placed = cqa_pipeline_took(pipeline, status, &error, CQA_N("facts"));
    if (origin->placed && place != NULL) {
        cqa_follow_from_text(place, &origin->follow);
        origin->place_ms = strtoll(place, NULL, 10);
    }
    cqa_arena_finish(&arena);
    return origin->placed;
}

static void read_origin(struct cqa_pipeline *pipeline, struct origin *origin)
{
    if (!origin->placed && !find_place(pipeline, origin))
        return;
    if (origin->origin->kind <= CQA_ORIGIN_QUEUE_LOG)
        read_log(pipeline, origin);
    else if (origin->asked)
        take_table(pipeline, origin);
    else
        ask_table(pipeline, origin);
}

/* ---- all of it */

int64_t cqa_facts_step(struct cqa_pipeline *pipeline)
{
    struct cqa_facts_room *room = pipeline->facts;
    int64_t next_ms = INT64_MAX;

    for (size_t i = 0; i < room->count; i++) {
        struct origin *origin = &room->origins[i];
        const int64_t now_ms = cqa_pipeline_now_ms(pipeline);
        if (origin->next_ms <= now_ms && pipeline->pause_until_ms <= now_ms)
            read_origin(pipeline, origin);
        if (origin->next_ms < next_ms)
            next_ms = origin->next_ms;
    }
    if (room->look_at_ms <= cqa_pipeline_now_ms(pipeline) &&
        pipeline->pause_until_ms <= cqa_pipeline_now_ms(pipeline))
        look(pipeline);
    return room->look_at_ms < next_ms ? room->look_at_ms : next_ms;
}

size_t cqa_facts_unread(const struct cqa_pipeline *pipeline)
{
    const struct cqa_facts_room *room = pipeline->facts;
    size_t count = 0;

    for (size_t i = 0; i < room->count; i++)
        count += room->origins[i].troubled != 0;
    return count;
}

int cqa_facts_complete(const struct cqa_pipeline *pipeline)
{
    const struct cqa_facts_room *room = pipeline->facts;

    for (size_t i = 0; i < room->count; i++)
        if (!room->origins[i].read)
            return 0;
    return room->look_at_ms > cqa_pipeline_now_ms(pipeline) &&
           (pipeline->options.watches || room->sweep_watch == pipeline->config->watch_count);
}
