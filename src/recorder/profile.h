/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_PROFILE_H
#define CQA_RECORDER_PROFILE_H

#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/litter.h"
#include "base/message.h"
#include "base/problems.h"
#include "child/child.h"
#include "recorder/call.h"
#include "recorder/zone.h"

/*
 * A recorder's profile (models/recorders/NAME.yaml, docs/recorders.md): what its file names say
 * about the call, which channel is the agent's, where the metadata beside a recording lies.
 * Read-only once loaded: any thread may use it.
 */
struct cqa_recorder;

enum { CQA_LEG_ANY = 2 }; /* the one or the other, as its partner leaves it */

/* What a name says. */
struct cqa_call_identity {
    struct cqa_call call;
    int matched;     /* 0: no pattern fits; the call's id is the path and nothing else is known */
    int path_is_id;  /* the id is the path: another path may be the same recording */
    const char *leg; /* what of the name says whose file of a call's two it is; NULL: none */
    int leg_channel; /* which of the call it becomes: 0, 1 or CQA_LEG_ANY; -1: nobody knows */
    struct cqa_text pattern; /* the recorder's: which fits, or would but for a day or hour that does
                                not exist; NULL: none */
    struct cqa_message why;  /* which pattern, or why none; what of a name could not be used */
};

/*
 * Loads the profile NAME (looked for as base/models.h says). `path` (PATH_MAX bytes) gets the file
 * that was read, for cqa_problems_print. CQA_E_NOTFOUND: no such profile; CQA_E_BADDATA: see
 * `problems`. Owned, free with cqa_recorder_destroy.
 */
enum cqa_status cqa_recorder_load(const char *name, struct cqa_recorder **out, char *path,
                                  struct cqa_problems *problems,
                                  struct cqa_error *error) CQA_MUST_CHECK;
void cqa_recorder_destroy(struct cqa_recorder *recorder);

/* Its name, every call's source; and a number by which what it says, with what it is like, is told
 * from what another says, or said before. */
const char *cqa_recorder_name(const struct cqa_recorder *recorder);
uint32_t cqa_recorder_fingerprint(const struct cqa_recorder *recorder);

/* Why the file (its name without folders) is none of the recordings: base/litter.h's names, and
 * what the profile adds, as sidecars. 0: it may be one. */
enum cqa_litter cqa_recorder_ignores(const struct cqa_recorder *recorder, const char *name);

/*
 * What `path` (absolute or relative; opened by nobody) says about the call. Strings go to `arena`;
 * invalid UTF-8 and control characters in them are escaped as \xNN. `call.id` and `call.source` are
 * always filled. Local times are taken in `zone`. Only CQA_E_NOMEM.
 */
enum cqa_status cqa_recorder_identify(const struct cqa_recorder *recorder,
                                      const struct cqa_zone *zone, const char *path,
                                      struct cqa_arena *arena, struct cqa_call_identity *out,
                                      struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Reads the metadata that the profile says lies beside the recording, and lets it fill and correct
 * `identity->call`; never its id, which must not depend on which of two files came first. No such
 * file is CQA_OK with nothing changed; so is a profile without sidecars. `found` (may be NULL)
 * tells whether one was read. It is parsed in one of `children`, which must have the role
 * CQA_ROLE_SIDECAR (recorder/sidecar_child.h). CQA_E_IO: could not be read; CQA_E_LIMIT: over 1
 * MiB, or another of docs/decisions/0075; CQA_E_BADDATA: neither JSON nor XML.
 */
enum cqa_status cqa_recorder_read_sidecar(const struct cqa_recorder *recorder,
                                          struct cqa_children *children,
                                          const struct cqa_zone *zone, const char *path,
                                          struct cqa_arena *arena,
                                          struct cqa_call_identity *identity, int *found,
                                          struct cqa_error *error) CQA_MUST_CHECK;

int cqa_recorder_has_sidecars(const struct cqa_recorder *recorder);

/*
 * A number that changes with the sidecar that cqa_recorder_read_sidecar would read for the
 * recording at `path` with the id `id` that its name gave it; 0: there is none.
 */
int64_t cqa_recorder_sidecar_stamp(const struct cqa_recorder *recorder, const char *path,
                                   const char *id);

/* Sets `call`'s direction and what follows from it. */
void cqa_recorder_set_direction(const struct cqa_recorder *recorder, const char *direction,
                                struct cqa_call *call);

/* Whether the value is what the recorder writes when it does not know. */
int cqa_recorder_is_unknown(const struct cqa_recorder *recorder, const char *value);

/*
 * An instant as recorders and exchanges write it: seconds, milliseconds or microseconds since 1970,
 * ISO 8601, or RFC 2822 ("Tue, 31 Aug 2010 20:36:28 +0000"). Without an offset it is local in
 * `zone`, or UTC with `utc`. 1: `*utc_ms` filled; 0: none of these.
 */
int cqa_moment_from_text(const struct cqa_zone *zone, int utc, const char *text, int64_t *utc_ms);

#endif
