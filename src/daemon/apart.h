/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_DAEMON_APART_H
#define CQA_DAEMON_APART_H

#include <stddef.h>
#include <stdint.h>
#include "base/clock.h"
#include "base/error.h"
#include "pipeline/config.h"

/*
 * Processes for the watched folders that lie on shared mounts, one a mount
 * (docs/decisions/0103-a-process-a-mount.md). Each is this very program with `--only FOLDER…`: it
 * looks at its folders and analyses what is there, in the same store, and leaves the sending to
 * others. When its mount hangs it hangs with it, alone: nobody waits for it, whatever is asked of
 * it.
 *
 * For one thread.
 */
struct cqa_apart;

/* What one of them says of itself from time to time, and at once when it has done something. */
struct cqa_apart_word {
    uint64_t analysed, failed; /* since its start */
    uint64_t running;
    uint64_t settling;
};

enum { CQA_APART_FD = 3 }; /* where such a process has its end of the socket */

/* Owned, free with destroy. `program` is this one, `config` the path of the configuration. */
enum cqa_status cqa_apart_create(struct cqa_apart **out, const char *program, const char *config,
                                 const struct cqa_clock *clock,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* Ends all that still run, without waiting. NULL is fine. */
void cqa_apart_destroy(struct cqa_apart *apart);

/*
 * Takes the folders on shared mounts out of `config`, and has processes for them and for no others:
 * those that lack are started, those whose folders stay read their configuration again, the others
 * are ended.
 */
enum cqa_status cqa_apart_take(struct cqa_apart *apart, struct cqa_config *config,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Whether cqa_apart_take would choose other folders by now: something was mounted or unmounted. */
int cqa_apart_outdated(struct cqa_apart *apart);

/* Readable (EPOLLIN) when there is something for cqa_apart_step. */
int cqa_apart_fd(const struct cqa_apart *apart);

/* Hears what they say, starts those anew that have ended, and says which hang. Milliseconds until
 * it is due again. `*news`: 1 when one of them has left something to send. */
int64_t cqa_apart_step(struct cqa_apart *apart, int *news);

/* Asks all to end. */
void cqa_apart_stop(struct cqa_apart *apart);

/* The sum of what they said last; `*hanging`: how many do not answer, `*alive`: how many others
 * run. */
struct cqa_apart_word cqa_apart_sum(const struct cqa_apart *apart, size_t *hanging, size_t *alive);

#endif
