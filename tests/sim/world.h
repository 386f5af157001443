/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SIM_WORLD_H
#define CQA_TESTS_SIM_WORLD_H

#include <stddef.h>
#include <stdint.h>
#include "base/clock.h"

/*
 * The world around a simulated pipeline: one clock, one chance, one folder of recordings, one
 * server. It lies in memory that the lives' processes share, so that it outlives them: a life that
 * is killed leaves the folder, the server and the time as they were, and the next goes on from
 * there. Everything that happens is drawn from the seed, so that a seed tells the whole story.
 */

enum {
    SIM_FILES_MAX = 10,
    SIM_CONTENTS_MAX = 64,
    SIM_REVISIONS_MAX = 256,
    SIM_NAME_SIZE = 96,
    SIM_TRACE_SIZE = 1 << 20,
    SIM_KILLED = 77 /* exit code of a life that was killed on purpose */
};

/* What a recording's bytes are to whoever reads them. */
enum sim_kind {
    SIM_CALL,       /* a call: has a result */
    SIM_UNFINISHED, /* its header is not final */
    SIM_NOISE,      /* not audio */
    SIM_DEADLY,     /* kills every worker */
    SIM_REFUSED,    /* has a result that the server will never take */
    SIM_KIND_COUNT
};

struct sim_content {
    enum sim_kind kind;
    int deaths; /* workers that died on it by chance: at most two, the third would be its end */
    int size;
    char sha256[65];
};

struct sim_file {
    char name[SIM_NAME_SIZE]; /* below the watched folder */
    int exists;
    int content;
    int before; /* the content that it had before; -1: none */
};

/* What the server took, in its order: one row for each new key. */
struct sim_revision {
    char key[256];
    char call[SIM_NAME_SIZE];
    char sha256[65];
    uint64_t body_hash; /* without the generation */
    int64_t number;     /* of the generation */
    int is_failure;
    char reason[32];
};

/* Faults of the world itself, to see that the model finds them (sim_pipeline --controls). */
enum sim_mutation {
    SIM_SOUND,
    SIM_FALSE_RECEIPT,  /* the server answers what it did not store */
    SIM_FORGETFUL_DISK, /* a write that was reported done is not there */
    SIM_NO_JOURNAL,     /* what undoes a half-done change is gone after a kill */
    SIM_SENT_BY_DYING,  /* what a killed process was sending counts as sent */
    SIM_DONE_BY_DYING,  /* what it was analysing counts as analysed */
    SIM_STALE_CHILD,    /* a worker answers with what it read of the file before */
    SIM_LOST_STEP,      /* a scored recording is not ready again when its file changes */
    SIM_MISSING_STEP,   /* the store refuses a step that the table has */
    SIM_MUTATION_COUNT
};
extern const char *const sim_mutation_words[SIM_MUTATION_COUNT + 1];

struct sim_world {
    uint64_t chance;
    int64_t wall_ms, monotonic_ms;
    uint64_t step, kill_at; /* 0: not killed */
    int calm;               /* nothing goes wrong any more, and nobody changes a file */
    int quiet;              /* nothing happens at all: the model looks */
    enum sim_mutation mutation;
    uint64_t rareness;     /* of mishaps: 1 or more */
    uint64_t change_every; /* steps, about, between two changes of files */
    int full;              /* writes that still find the disk full */
    int changes_left;
    int64_t retention_days; /* 0: nothing is forgotten in this life */
    int64_t last_mtime_ns;
    char folder[64]; /* …/calls and …/state are in it */
    struct sim_file files[SIM_FILES_MAX];
    int file_count;
    struct sim_content contents[SIM_CONTENTS_MAX];
    int content_count;
    struct sim_revision revisions[SIM_REVISIONS_MAX];
    int revision_count;
    int64_t requests;
    char verdict[512]; /* what does not hold; empty: all does */
    int traces;
    size_t trace_length;
    char trace[SIM_TRACE_SIZE];
};
extern struct sim_world *sim; /* of this process and all its lives */

/* The clock of that world. */
extern const struct cqa_clock sim_clock;
void sim_pass(int64_t ms);

/* 0 .. count - 1. */
uint64_t sim_draw(uint64_t count);
/* A mishap: 1 once in `count` times and as much rarer as this time is, while the world is not calm.
 */
int sim_happens(uint64_t count);

/* Writes a line of the story. */
void sim_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The first thing that does not hold is kept. */
void sim_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A point at which the process can be killed, the wall clock be set, and somebody change a file:
 * everything at the system's edge calls it. 1 when the process is to die here: the caller may do a
 * part of its work and then call sim_die.
 */
int sim_step(const char *format, ...) __attribute__((format(printf, 1, 2)));
void sim_die(void) __attribute__((noreturn));

/* ---- files (files.c) */

void sim_files_change(void);   /* something by chance */
void sim_files_keep_one(void); /* so that the folder does not look like a disk that is away */
int sim_content_of(const char *bytes, size_t length); /* -1: none of ours (half written) */
const struct sim_file *sim_file_at(const char *path); /* absolute; NULL: there is none */

/* ---- the disk below SQLite (disk.c) */

void sim_disk_install(void);

/* ---- SQLite's memory (memory.c): before anything else of SQLite's is called */

void sim_memory_install(void);

/* ---- the analysing child (child.c): when its next answer is due; -1: none is */
int64_t sim_child_due_ms(void);

/* ---- the server (http.c): when the answer of the request under way is due; -1: there is none */
int64_t sim_http_due_ms(void);

#endif
