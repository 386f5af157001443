/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_PARTS_H
#define CQA_RECORDER_PARTS_H

/* What a profile is made of; for the files of this folder only. */

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/yaml.h"
#include "recorder/profile.h"
#include "recorder/regex.h"

enum cqa_name_field {
    CQA_FIELD_ID,
    CQA_FIELD_AGENT,
    CQA_FIELD_CUSTOMER,
    CQA_FIELD_QUEUE,
    CQA_FIELD_DIRECTION,
    CQA_FIELD_COUNT
};
extern const char *const cqa_field_words[CQA_FIELD_COUNT + 1];

enum cqa_direction {
    CQA_DIRECTION_IN,
    CQA_DIRECTION_OUT,
    CQA_DIRECTION_INTERNAL,
    CQA_DIRECTION_OTHER, /* not known */
    CQA_DIRECTION_COUNT
};
extern const char *const cqa_direction_words[CQA_DIRECTION_COUNT + 1];

/* A pair of words of the profile. */
struct cqa_word_pair {
    const char *from;
    const char *to;
};

/* Which group gives which field; NULL: none. `direction` is a word of its own where the kind of
 * file settles it. */
struct cqa_mapping {
    const char *type; /* holds where the group "type" took this; NULL in the pattern's own */
    const char *group[CQA_FIELD_COUNT];
    const char *direction;
};

struct cqa_pattern {
    struct cqa_text name;
    int whole_path; /* matched against the path, else the name without folders */
    struct cqa_regex *regex;
    struct cqa_mapping map;
    struct cqa_mapping *types;
    size_t type_count;
};

enum cqa_sidecar_format { CQA_SIDECAR_JSON, CQA_SIDECAR_XML };

/* One value of a sidecar: alternatives, the first that is there wins. "a.b.0.c"; in XML "@name" is
 * an attribute. */
struct cqa_sidecar_paths {
    const char **items;
    size_t count;
};

enum {
    CQA_SIDECAR_STARTED_AT = CQA_FIELD_COUNT,
    CQA_SIDECAR_CHANNEL_0,
    CQA_SIDECAR_CHANNEL_1,
    CQA_SIDECAR_ANSWERED_AT,
    CQA_SIDECAR_OTHER_AGENT, /* a second one in the same recording */
    CQA_SIDECAR_HOLDS,       /* pairs of instants, in any writing */
    CQA_SIDECAR_COUNT
};
extern const char *const cqa_sidecar_words[CQA_SIDECAR_COUNT + 1];

struct cqa_sidecar {
    enum cqa_sidecar_format format;
    /* "{stem}.json": {name}, {stem}, {id} stand for the recording's; the first that is there is
     * read */
    struct cqa_sidecar_paths files;
    int url_encoded;        /* values are %XX-escaped */
    const char *agent_word; /* what channel_0 or channel_1 holds for the agent's */
    struct cqa_sidecar_paths map[CQA_DIRECTION_COUNT]
                                [CQA_SIDECAR_COUNT]; /* OTHER: for any direction */
};

struct cqa_leg_word {
    const char *word;
    int channel;
};

/* How files of one party each become a call. */
struct cqa_leg_profile {
    struct cqa_leg_word *words;
    size_t word_count;
    int any;                                /* any two words make a pair */
    int agent_channel[CQA_DIRECTION_COUNT]; /* of the call put together */
    enum cqa_starts starts;
};

enum { CQA_RECORDER_FILES_MAX = 4 }; /* a profile, what it is like, what that is like */

struct cqa_recorder {
    struct cqa_arena arena;
    struct cqa_yaml *yaml[CQA_RECORDER_FILES_MAX]; /* hold the strings */
    size_t yaml_count;
    uint32_t fingerprint;
    const char *name;
    int takes_any;
    int utc;    /* times in names are UTC */
    int decade; /* 2020: what a year of one digit is counted from; 0: unknown */
    int starts_at_answer;
    int without_domain;           /* agents and queues of sidecars: "1001@pbx" is 1001 */
    struct cqa_regex *extensions; /* numbers of our own; NULL: not told */
    struct cqa_raw raw;
    int agent_channel[CQA_DIRECTION_COUNT];
    struct cqa_leg_profile leg;
    struct cqa_word_pair *definitions; /* {{from}} in a regex stands for `to`; the first counts */
    size_t definition_count;
    const char **ignore;
    size_t ignore_count;
    const char **unknown; /* what the recorder writes when it does not know */
    size_t unknown_count;
    struct cqa_word_pair *directions;
    size_t direction_count;
    struct cqa_pattern *patterns;
    size_t pattern_count;
    struct cqa_sidecar *sidecars;
    size_t sidecar_count;
};

/* Adds the profile's `define`; earlier ones, of a profile that is like this one, stay before it. */
void cqa_definitions_load(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                          struct cqa_problems *problems);

/* `node`'s regular expression with each {{name}} filled in; NULL with a problem added. */
const char *cqa_definitions_expand(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                                   struct cqa_problems *problems);

/* `value` as it may stand in a call: valid UTF-8, nothing that controls a terminal; NULL for NULL,
 * for what the recorder writes when it does not know, and when memory is out. */
const char *cqa_recorder_clean(const struct cqa_recorder *recorder, const char *value,
                               struct cqa_arena *arena);

/* The contract's word for the recorder's, NULL when it has none. Static. */
const char *cqa_recorder_direction(const struct cqa_recorder *recorder, const char *value);

/* `path` with ".wav" for another ending of recordings, in either case, in `arena`; NULL: it has no
 * such ending, or memory is out. */
const char *cqa_ending_to_wav(const char *path, struct cqa_arena *arena);

/* %XX escapes undone in place, as far as they are valid and not NUL. Returns `text`. */
char *cqa_unescape_uri(char *text);

/* Is the number one of ours: 0 too where the profile does not say what those look like. */
int cqa_recorder_is_extension(const struct cqa_recorder *recorder, const char *number);

enum cqa_direction cqa_direction_index(const char *direction);

/* What a name says of time; seconds since 1970, UTC. */
struct cqa_moment {
    int64_t begun_s;  /* the recording */
    int64_t called_s; /* the call; 0: not told */
    int off_minutes;  /* how far the name's clock is ahead of the id's, as clocks of two zones are;
                         0: they agree */
};

/*
 * When the recording began and when its call did, as the groups date, time, year, month, day, hour,
 * minute, second and epoch tell (docs/decisions/0135). 1: `*out` filled; 0: no time in the name;
 * -1: numbers that are no date.
 */
int cqa_moment_from_groups(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                           const struct cqa_groups *groups, struct cqa_arena *arena,
                           struct cqa_moment *out);

/* Whether a recording began at `local_s`, as a clock of some zone says, after its call at
 * `called_s`; 0: before, or the clock is of another zone. */
int cqa_moment_is_later(int64_t local_s, int64_t called_s);

/* The milliseconds that the same text has beyond its second; -1: it tells none. */
int cqa_moment_ms(const char *text);

/* Loads "agent_channel" of a map, where it has one. */
void cqa_agent_channel_load(const struct cqa_yaml_node *map, int out[CQA_DIRECTION_COUNT],
                            struct cqa_problems *problems);

/* Loads the key `leg` of a profile, after agent_channel. */
void cqa_leg_load(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                  struct cqa_problems *problems);

/* Says whose line a file of one party holds, now that its direction is known. */
void cqa_leg_settle(const struct cqa_recorder *recorder, struct cqa_call_identity *identity);

/* Loads the key `sidecars` of a profile. */
void cqa_sidecars_load(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                       struct cqa_problems *problems);

#endif
