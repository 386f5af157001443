/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_BALLAST_H
#define CQA_STORE_BALLAST_H

#include <stdint.h>

/*
 * A file beside the store that only takes up room (callqa.ballast). It is shared by all processes
 * that have the store open: whether it is given up is its size, and nothing else. {.fd = -1} is
 * none.
 */
struct cqa_ballast {
    int fd;
    int64_t whole_bytes; /* its size where there is room */
};

/* Opens or makes it, and fills it where there is room. Where it cannot be made the store does
 * without; that is logged. */
void cqa_ballast_open(struct cqa_ballast *ballast, const char *state_dir);
void cqa_ballast_close(struct cqa_ballast *ballast);

/* Opens it to look, where it is there; makes and fills nothing. */
void cqa_ballast_look(struct cqa_ballast *ballast, const char *state_dir);

/* 1: it is given up, or there is so little room besides that it will be. `*free_bytes`: that room;
 * -1: not known. */
int cqa_ballast_is_needed(const struct cqa_ballast *ballast, int64_t *free_bytes);

int cqa_ballast_is_whole(const struct cqa_ballast *ballast);

/* Gives its room to others. 0: it had none. */
int cqa_ballast_give_up(struct cqa_ballast *ballast);

/* Takes it back where as much again stays free. 1: it is whole. */
int cqa_ballast_take_back(struct cqa_ballast *ballast);

#endif
