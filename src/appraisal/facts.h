/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_FACTS_H
#define CQA_APPRAISAL_FACTS_H

#include "base/buffer.h"

/*
 * Facts are JSON without blanks, written for nobody yet: what is not for everyone stands in an
 * object of its own, under one of these names, which no scheme can give (docs/decisions/0213). A
 * view writes the members of those that are its reader's in their places, and nothing of the
 * others.
 */
#define CQA_FACTS_FOR_PAY "for pay"
#define CQA_FACTS_FOR_PEERS "for peers"

/* ,"name":{…} around the members that are written between the two, each with its comma before it.
 */
size_t cqa_facts_begin(const char *name, struct cqa_buffer *out);
void cqa_facts_end(size_t begun, struct cqa_buffer *out);

/* Appends what may be seen: `parts` as of sheet.h. Damaged facts give damaged JSON, and no more
 * than is for their reader. Failures stay in the buffer. */
void cqa_facts_view(const char *facts, unsigned parts, struct cqa_buffer *out);

/* The same of two objects, as one. */
void cqa_facts_view_both(const char *facts, const char *more, unsigned parts,
                         struct cqa_buffer *out);

#endif
