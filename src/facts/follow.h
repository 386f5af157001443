/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_FACTS_FOLLOW_H
#define CQA_FACTS_FOLLOW_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

/*
 * A text file that somebody appends to and now and then rotates: renamed and begun anew, or copied
 * and cut to nothing. Each whole line is read once; a last line without its end waits until it has
 * one.
 */
struct cqa_follow {
    int64_t inode;  /* 0: nothing read yet */
    int64_t offset; /* behind the last line that was read */
    uint64_t tail;  /* hash of what lies before it, up to 64 bytes: another file is told by it */
};

enum { CQA_FOLLOW_TEXT_SIZE = 80, CQA_FOLLOW_LINE_MAX = 16 << 10 };

/* The place as a text and back; another text is the beginning. */
void cqa_follow_to_text(const struct cqa_follow *follow, char out[CQA_FOLLOW_TEXT_SIZE]);
void cqa_follow_from_text(const char *text, struct cqa_follow *out);

/* One line without its end; lines longer than CQA_FOLLOW_LINE_MAX are left out. */
typedef void cqa_follow_visit(void *context, const char *line, size_t length);

/*
 * Reads on, about `bytes_max` at most; `*more` tells that there is more to be had now. What an
 * older file still holds (PATH.1, or whatever it is called now in the same folder, unless it is
 * compressed) comes before the new one. CQA_E_IO with `follow` as it was: there is no such file, or
 * it cannot be read.
 */
enum cqa_status cqa_follow_read(const char *path, size_t bytes_max, struct cqa_follow *follow,
                                cqa_follow_visit *visit, void *context, int *more,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
