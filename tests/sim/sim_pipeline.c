/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lives of the pipeline, drawn from seeds: the real pipeline, the real store, real files; chance at
 * the edges. A life is some processes one after the other, each killed at some step or put down,
 * then one that nothing disturbs; when that has come to rest, the model looks at what is left
 * (sim/model.c). docs/decisions/0085-simulated-lives.md.
 *
 *     sim_pipeline [--from SEED] [--lives N] [--jobs N]     many lives; says which failed
 *     sim_pipeline --seed SEED [--trace] [--mutate WORD]    one, with its story
 *     sim_pipeline --controls                               the world itself is wrong: the model
 * must see it
 */
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "pipeline/pipeline.h"
#include "sim/model.h"
#include "sim/world.h"

enum {
    HUNG_S = 120,           /* of real time: no process of a life takes a second */
    REST_MS_MAX = 86400000, /* of the world's time: it must have come to rest before */
    TURNS_MAX = 4000,
    CONTROL_LIVES = 400,
};

static struct cqa_config settings; /* of every life, but for its folders */
static const char *base;           /* folder for the lives' folders */

/* A life is its seed's alone: with the version of the day its results were of other lengths, its
 * disk wrote other pages, and each commit lived other lives. Linked in place of base/program.c's.
 */
const char *
__wrap_cqa_program_version(void); /* NOLINT(bugprone-reserved-identifier): the linker's */
const char *__wrap_cqa_program_version(void) /* NOLINT(bugprone-reserved-identifier) */
{
    return "0.0.0+gabcdef012345";
}

/* ---- one process of a life */

static void exit_process(void)
{
#ifdef CQA_COVERAGE
    void __gcov_dump(void);
    __gcov_dump();
#endif
    _exit(0);
}

struct process {
    char state_dir[128];
    char calls[128];
    struct cqa_watch_config watch;
    struct cqa_config configs[2]; /* two, to change from one to the other */
    struct cqa_pipeline *pipeline;
};

static void configure(struct process *process)
{
    (void)snprintf(process->state_dir, sizeof process->state_dir, "%s/state", sim->folder);
    (void)snprintf(process->calls, sizeof process->calls, "%s/calls", sim->folder);
    process->watch = settings.watches[0];
    process->watch.path = process->calls;
    for (int i = 0; i < 2; i++) {
        struct cqa_config *config = &process->configs[i];
        *config = settings;
        config->state_dir = process->state_dir;
        config->watches = &process->watch;
        config->workers = 1 + (int)sim_draw(3);
        config->batch = 1 + (int64_t)sim_draw(5);
        config->retention = (struct cqa_retention_days){sim->retention_days, sim->retention_days,
                                                        sim->retention_days};
        config->clips.sends = (int)sim_draw(2);
    }
}

static void change_nothing_but(const char *statement)
{
    char path[160];
    sqlite3 *db = NULL;

    (void)snprintf(path, sizeof path, "%s/state/callqa.db", sim->folder);
    sim->quiet = 1;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        (void)sqlite3_exec(db, statement, NULL, NULL, NULL);
    (void)sqlite3_close(db);
    sim->quiet = 0;
}

static sqlite3 *opened; /* the store's connection */

static int remember(sqlite3 *db, char **text, const struct sqlite3_api_routines *api)
{
    (void)text;
    (void)api;
    opened = db;
    return SQLITE_OK;
}

/* Hangs a trigger of our own on the store, once it is open. */
static void hang_trigger(void)
{
    const char *trigger =
        sim->mutation == SIM_LOST_STEP
            ? "CREATE TEMP TRIGGER wrong AFTER UPDATE OF state ON main.recordings"
              " WHEN OLD.state = 'scored' AND NEW.state = 'ready' BEGIN"
              " UPDATE recordings SET state = 'excluded' WHERE id = NEW.id; END"
            : "CREATE TEMP TRIGGER wrong BEFORE UPDATE OF state ON main.recordings"
              " WHEN OLD.state = 'leased' AND NEW.state = 'failed' BEGIN"
              " SELECT RAISE(ABORT, 'no such step'); END";

    if (sim->mutation != SIM_LOST_STEP && sim->mutation != SIM_MISSING_STEP)
        return;
    sim->quiet = 1;
    if (sqlite3_exec(opened, trigger, NULL, NULL, NULL) != SQLITE_OK)
        abort();
    sim->quiet = 0;
}

/* What is wrong with this world, done before a process opens the store. */
static void mutate(void)
{
    char path[160];

    (void)sqlite3_auto_extension((void (*)(void))remember);
    (void)snprintf(path, sizeof path, "%s/state/callqa.db-journal", sim->folder);
    switch (sim->mutation) {
    case SIM_NO_JOURNAL:
        (void)unlink(path);
        break;
    case SIM_SENT_BY_DYING:
        change_nothing_but("UPDATE deliveries SET state = 'acked', owner = NULL, body = NULL"
                           " WHERE state = 'in_flight'");
        break;
    case SIM_DONE_BY_DYING:
        change_nothing_but(
            "UPDATE recordings SET state = 'scored', owner = NULL WHERE state = 'leased'");
        break;
    default:
        break;
    }
}

/* How long the process sleeps after a turn. */
static int64_t sleep_ms(int64_t next_ms)
{
    const int64_t dues_ms[] = {sim_child_due_ms(), sim_http_due_ms()};
    int is_busy = 0;

    for (size_t i = 0; i < 2; i++) {
        const int64_t left_ms = dues_ms[i] - sim->monotonic_ms;
        if (dues_ms[i] < 0)
            continue;
        is_busy = 1;
        if (left_ms < next_ms)
            next_ms = left_ms > 0 ? left_ms : 0;
    }
    if (sim->calm && !is_busy && next_ms > 1000)
        next_ms += (int64_t)sim_draw(90000); /* a machine may sleep, too */
    else if (sim_happens(4))
        next_ms += (int64_t)sim_draw(6000);
    return next_ms + 1;
}

/* 0: the store is beyond use, and the process ends as it should. */
static int turn(struct process *process)
{
    if (sim_step("turn at %lld", (long long)sim->monotonic_ms))
        sim_die();
    if (sim_happens(40)) {
        const enum cqa_status status = cqa_pipeline_reconfigure(
            process->pipeline, &process->configs[sim_draw(2)], &(struct cqa_error){0});
        sim_say("  another configuration: %d", (int)status);
    }
    const int64_t next_ms = cqa_pipeline_turn(process->pipeline);
    if (next_ms < 0)
        return 0;
    sim_pass(sleep_ms(next_ms));
    return 1;
}

static void live_disturbed(struct process *process)
{
    struct cqa_error error = {0};
    struct cqa_pipeline_options options = {.watches = 1};
    int turns = 5 + (int)sim_draw(sim_draw(2) == 0 ? 30 : 120);

    if (cqa_pipeline_create(&process->pipeline, &process->configs[0], NULL, &sim_clock, &options,
                            &error) != CQA_OK) {
        sim_say("does not start: %s", cqa_english(&error.message));
        return;
    }
    hang_trigger();
    while (turns-- > 0 && turn(process))
        continue;
    if (sim_draw(2) == 0) {
        cqa_pipeline_wind_down(process->pipeline);
        for (turns = (int)sim_draw(10); turns > 0 && turn(process); turns--)
            continue;
    }
    cqa_pipeline_destroy(process->pipeline);
}

static void live_calmly(struct process *process)
{
    const int64_t begun_ms = sim->monotonic_ms;
    const int64_t looked_ms = begun_ms + 2 * settings.scan_interval_ms + 3 * settings.settle_ms + 1;
    struct cqa_pipeline_status status = {.waiting = 1};
    struct cqa_error error = {0};
    struct cqa_pipeline_options options = {.watches = 1};

    if (cqa_pipeline_create(&process->pipeline, &process->configs[0], NULL, &sim_clock, &options,
                            &error) != CQA_OK) {
        sim_fault("does not start: %s", cqa_english(&error.message));
        return;
    }
    hang_trigger();
    for (int turns = 0; status.settling + status.waiting + status.running + status.unsent > 0;
         turns++) {
        if (sim->monotonic_ms > begun_ms + REST_MS_MAX || turns > TURNS_MAX) {
            sim_fault("does not come to rest: %zu waiting, %zu running, %zu unsent; %s",
                      status.waiting, status.running, status.unsent,
                      status.trouble ? cqa_english(status.trouble) : "");
            break;
        }
        if (!turn(process)) {
            sim_fault("the store is beyond use");
            break;
        }
        if (sim->monotonic_ms > looked_ms)
            cqa_pipeline_status(process->pipeline, &status);
    }
    cqa_pipeline_destroy(process->pipeline);
    sim->quiet = 1;
    if (sim->verdict[0] == '\0')
        sim_model_check();
}

/* Runs it as a process of its own. */
static void run_process(void (*live)(struct process *process))
{
    static struct process process;
    int status = 0;
    const pid_t pid = fork();

    if (pid == 0) {
        alarm(HUNG_S);
        configure(&process);
        mutate();
        live(&process);
        exit_process();
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        abort();
    if (WIFSIGNALED(status))
        sim_fault("the process died of signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != SIM_KILLED)
        sim_fault("the process ended with %d", WEXITSTATUS(status));
}

/* ---- one life */

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *place)
{
    (void)facts;
    (void)type;
    (void)place;
    return remove(path);
}

static void make_folder(const char *below)
{
    char path[160];

    (void)snprintf(path, sizeof path, "%s%s", sim->folder, below);
    if (mkdir(path, 0700) != 0)
        abort();
}

static void begin_world(uint64_t seed, enum sim_mutation mutation, int traces)
{
    memset(sim, 0, offsetof(struct sim_world, trace));
    sim->trace[0] = '\0';
    sim->chance = seed;
    (void)sim_draw(2);
    sim->mutation = mutation;
    sim->traces = traces;
    sim->wall_ms = INT64_C(1790000000000) + (int64_t)sim_draw(1000000000);
    sim->monotonic_ms = (int64_t)sim_draw(100000000);
    sim->rareness = 1;
    sim->change_every = 25;
    sim->retention_days = sim_draw(4) == 0 ? 30 : 0;
    sim->changes_left = 4 + (int)sim_draw(24);
    (void)snprintf(sim->folder, sizeof sim->folder, "%s/%010d", base, (int)getpid());
    make_folder("");
    make_folder("/calls");
    make_folder("/calls/a");
    make_folder("/calls/b");
    make_folder("/state");
    for (int i = 1 + (int)sim_draw(4); i > 0; i--)
        sim_files_change();
}

/* 1 when everything held. */
static int live_life(uint64_t seed, enum sim_mutation mutation, int traces)
{
    begin_world(seed, mutation, traces);
    for (int left = 1 + (int)sim_draw(4); left > 0 && sim->verdict[0] == '\0'; left--) {
        static const uint64_t rare[] = {1, 1, 4, 20};
        static const uint64_t every[] = {25, 100, 400, 800};
        sim->rareness = rare[sim_draw(4)];
        sim->change_every = every[sim_draw(4)];
        sim->kill_at =
            sim_draw(3) == 0 ? 0 : sim->step + 1 + sim_draw(sim_draw(2) == 0 ? 200 : 2000);
        run_process(live_disturbed);
        sim_say("-- the process is gone");
        sim->full = 0;
        if (sim_draw(3) == 0)
            sim->monotonic_ms = (int64_t)sim_draw(100000); /* the machine starts anew */
        sim_pass((int64_t)sim_draw(60000));
        for (int i = (int)sim_draw(3); i > 0; i--)
            sim_files_change();
    }
    sim_files_keep_one();
    sim->kill_at = 0;
    sim->calm = 1;
    sim_say("-- calm");
    if (sim->verdict[0] == '\0')
        run_process(live_calmly);
    (void)nftw(sim->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return sim->verdict[0] == '\0';
}

/* ---- many */

static void tell_failure(uint64_t seed)
{
    char verdict[sizeof sim->verdict];

    (void)snprintf(verdict, sizeof verdict, "%s", sim->verdict);
    (void)live_life(seed, SIM_SOUND, 1); /* the same again, with its story */
    printf("seed %" PRIu64 ": %s\n%s", seed, verdict, sim->trace);
    printf("again: sim_pipeline --seed %" PRIu64 " --trace%s\n", seed,
           strcmp(verdict, sim->verdict) == 0 ? "" : " (but it does not come out the same)");
    (void)fflush(stdout);
}

/* How many failed, up to 100. */
static int live_share(uint64_t from, uint64_t lives, uint64_t share, uint64_t shares)
{
    int failed = 0;

    for (uint64_t i = share; i < lives && failed < 100; i += shares) {
        if (live_life(from + i, SIM_SOUND, 0))
            continue;
        if (failed++ < 3)
            tell_failure(from + i);
        else
            printf("seed %" PRIu64 ": %s\n", from + i, sim->verdict);
    }
    return failed;
}

static struct sim_world *make_world(void)
{
    struct sim_world *world =
        mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (world == MAP_FAILED)
        abort();
    return world;
}

static int live_many(uint64_t from, uint64_t lives, int jobs)
{
    int failed = 0;
    int status = 0;

    for (int i = 0; i < jobs; i++)
        if (fork() == 0) {
            sim = make_world();
            _exit(live_share(from, lives, (uint64_t)i, (uint64_t)jobs));
        }
    while (wait(&status) > 0)
        failed += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    printf("%" PRIu64 " lives, %d failed\n", lives, failed);
    return failed > 0;
}

/* Each wrong world must be seen through, soon. */
static int control(void)
{
    int blind = 0;

    for (int mutation = SIM_SOUND + 1; mutation < SIM_MUTATION_COUNT; mutation++) {
        uint64_t seed = 1;
        while (seed <= CONTROL_LIVES && live_life(seed, (enum sim_mutation)mutation, 0))
            seed++;
        if (seed <= CONTROL_LIVES)
            printf("%-15s seen in life %" PRIu64 ": %s\n", sim_mutation_words[mutation], seed,
                   sim->verdict);
        else
            printf("%-15s NOT SEEN in %d lives\n", sim_mutation_words[mutation], CONTROL_LIVES);
        blind += seed > CONTROL_LIVES;
        (void)fflush(stdout);
    }
    return blind > 0;
}

/* ---- the program */

static void load_settings(void)
{
    static const char text[] =
        "state_dir: /s\nworkers: 2\nsettle: 1s\nscan_interval: 10s\nunfinished: 10min\n"
        "analysis_timeout: 30s\nwatch:\n  - {path: /w, recorder: freepbx}\n"
        "post:\n  url: http://127.0.0.1:9/v1/results\n  batch: 4\n";
    struct cqa_problems problems = {0};
    char path[] = "/tmp/callqa-sim-XXXXXX";
    const int fd = mkstemp(path);

    if (fd < 0 || write(fd, text, sizeof text - 1) != (ssize_t)sizeof text - 1)
        abort();
    close(fd);
    if (!cqa_config_load(&settings, path, &problems)) {
        cqa_problems_print(&problems, path, CQA_ENGLISH, stderr);
        exit(2);
    }
    unlink(path);
    cqa_problems_finish(&problems);
}

struct order {
    uint64_t from, lives, seed;
    int jobs, has_seed, traces, controls;
    enum sim_mutation mutation;
};

static enum sim_mutation mutation_of(const char *word)
{
    for (int i = 0; i < SIM_MUTATION_COUNT; i++)
        if (strcmp(sim_mutation_words[i], word) == 0)
            return (enum sim_mutation)i;
    fprintf(stderr, "sim_pipeline: no such mutation: %s\n", word);
    exit(2);
}

static struct order read_order(int argc, char **argv)
{
    static const struct option longs[] = {
        {"from", required_argument, NULL, 'f'},   {"lives", required_argument, NULL, 'n'},
        {"jobs", required_argument, NULL, 'j'},   {"seed", required_argument, NULL, 's'},
        {"mutate", required_argument, NULL, 'm'}, {"trace", no_argument, NULL, 't'},
        {"controls", no_argument, NULL, 'c'},     {NULL, 0, NULL, 0}};
    struct order order = {.from = 1, .lives = 1000, .jobs = 2};
    int option;

    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 'f':
            order.from = strtoull(optarg, NULL, 10);
            break;
        case 'n':
            order.lives = strtoull(optarg, NULL, 10);
            break;
        case 'j':
            order.jobs = (int)strtol(optarg, NULL, 10);
            break;
        case 's':
            order.seed = strtoull(optarg, NULL, 10);
            order.has_seed = 1;
            break;
        case 'm':
            order.mutation = mutation_of(optarg);
            break;
        case 't':
            order.traces = 1;
            break;
        case 'c':
            order.controls = 1;
            break;
        default:
            exit(2);
        }
    }
    return order;
}

static int run(const struct order *order)
{
    if (order->controls) {
        sim = make_world();
        return control();
    }
    if (!order->has_seed)
        return live_many(order->from, order->lives, order->jobs);
    sim = make_world();
    const int held = live_life(order->seed, order->mutation, order->traces);
    printf("%sseed %" PRIu64 ": %s\n", sim->trace, order->seed, held ? "holds" : sim->verdict);
    return !held;
}

int main(int argc, char **argv)
{
    char folder[] = "/dev/shm/callqa-sim-XXXXXX";
    char other[] = "/tmp/callqa-sim-XXXXXX";
    const struct order order = read_order(argc, argv);

    setenv("CALLQA_MODELS", CQA_SOURCE_DIR "/models", 1);
    base = mkdtemp(folder);
    if (base == NULL)
        base = mkdtemp(other);
    if (base == NULL)
        abort();
    load_settings();
    cqa_log_set_level(order.traces ? CQA_LOG_DEBUG : (enum cqa_log_level)0);
    sim_memory_install();
    sim_disk_install();
    const int code = run(&order);
    (void)rmdir(base);
    cqa_config_finish(&settings);
    return code;
}
