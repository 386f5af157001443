/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_AUDIT_KEY_H
#define CQA_SCORES_AUDIT_KEY_H

#include <stdint.h>
#include "base/error.h"

/*
 * The key of the audit log's chain. It lies in a file of its own, so that whoever gets at the store
 * alone (a stolen backup that is put back, a statement that should not have run) cannot chain
 * changed rows anew. The file says with which row the key begins: rows of before stay as they are,
 * and no row behind can pass for one of them.
 */
enum { CQA_AUDIT_KEY_SIZE = 32 };
struct cqa_audit_key {
    unsigned char bytes[CQA_AUDIT_KEY_SIZE];
    int64_t from; /* the first row that is chained with it; 0: there is no key */
};

/*
 * Reads the key; where there is none, makes one that begins with row `next`, readable by its owner
 * alone, which is whoever owns the file `beside` (NULL: who runs this). CQA_E_BADDATA: others may
 * read it, or it is none.
 */
enum cqa_status cqa_audit_key_open(const char *path, const char *beside, int64_t next,
                                   struct cqa_audit_key *out,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* What tells this key from all others, and gives nothing of it away. */
enum { CQA_AUDIT_PRINT_SIZE = 16 };
void cqa_audit_key_print(const struct cqa_audit_key *key, unsigned char out[CQA_AUDIT_PRINT_SIZE]);

#endif
