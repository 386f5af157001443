/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_HASHES_H
#define CQA_ROUNDS_HASHES_H

#include "appraisal/appraisal.h"
#include "base/buffer.h"
#include "scores/store.h"

/* By which very texts a sheet was made: SHA-256 of the scheme's file and of its rubrics, in hex. */
enum { CQA_HASH_TEXT = 65, CQA_HASHES_MAX = 64 };

struct cqa_rubric_hash {
    const char *rubric, *version; /* borrowed of the calls */
    char text[CQA_HASH_TEXT];     /* "": the server does not know this rubric */
};

/* {0} is empty. */
struct cqa_hashes {
    char scheme[CQA_HASH_TEXT]; /* "": its file cannot be read any more */
    struct cqa_rubric_hash rubrics[CQA_HASHES_MAX];
    size_t count;
};

void cqa_hashes_load(struct cqa_hashes *hashes, const char *scheme);

/* ,"hashes":{"scheme":…,"rubrics":[{rubric, version, sha256}]} of one sheet. */
void cqa_hashes_put(struct cqa_hashes *hashes, struct cqa_scores *scores,
                    const struct cqa_sheet *sheet, struct cqa_buffer *out);

#endif
