/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PUT_SETTLED_H
#define CQA_SCORES_PUT_SETTLED_H

#include <stddef.h>
#include <stdint.h>

/* Whether what people said of flags still stands once a new revision has come. */

/* A current flag that the machine found, as far as it matters whether a person's word stands. */
struct cqa_put_flag {
    int64_t id;
    const char *rule;
    int64_t start_ms, end_ms;
    int is_whole;   /* of the whole call: no seconds */
    int is_settled; /* a person decided on it, or objected to it */
    int must_stay;  /* it costs because a person said so, or an objection to it waits */
    int costs;
};

/*
 * How many of the settled flags of before a person must look at: those that cost by a person's word
 * and are gone, those that are gone while a new flag of their rule costs, and those of which more
 * became than one. Pure.
 */
size_t cqa_put_unsettled(const struct cqa_put_flag *before, size_t before_count,
                         const struct cqa_put_flag *after, size_t after_count);

#endif
