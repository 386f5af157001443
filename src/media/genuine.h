/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEDIA_GENUINE_H
#define CQA_MEDIA_GENUINE_H

#include <sys/stat.h>

/* Which files were found to have which content, for as long as they do not change: a player's many
 * requests read a recording through once. Any thread. */
struct cqa_genuine;

/* Owned, free with cqa_genuine_destroy; NULL: no memory. */
struct cqa_genuine *cqa_genuine_create(void);
void cqa_genuine_destroy(struct cqa_genuine *genuine);

/* Whether the content of the open file has this SHA-256 (hex), `facts` being what fstat said of it.
 * 0 also where it cannot be read. */
int cqa_genuine_is(struct cqa_genuine *genuine, int fd, const struct stat *facts,
                   const char *sha256);

#endif
