/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_SECOND_FACTOR_H
#define CQA_SCORES_SECOND_FACTOR_H

#include "scores/accounts.h"
#include "sql/sql.h"

/*
 * A second factor of an account: a time-based code (TOTP, RFC 6238: six digits, 30 s, SHA-1, which
 * is what telephones compute). The secret is kept encrypted with a key that is not in the store. A
 * code is taken once, from one step before to one behind the server's clock (docs/decisions/0202).
 */
enum { CQA_FACTOR_TEXT_SIZE = 33 }; /* a secret in base32, with the NUL */

/* Makes a secret and writes it to `text`; it does not count before it was confirmed. CQA_E_REFUSED:
 * the account has one that counts. */
enum cqa_status cqa_factor_begin(struct cqa_scores *scores, const struct cqa_identity *who,
                                 char text[CQA_FACTOR_TEXT_SIZE],
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* From now on it counts, and other sessions end: `code` shows that the telephone has it.
 * CQA_E_REFUSED: it is wrong. CQA_E_NOTFOUND: none was begun. */
enum cqa_status cqa_factor_confirm(struct cqa_scores *scores, const struct cqa_identity *who,
                                   const char *code, const char *session,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Takes it away by its owner, who shows a code once more. As cqa_factor_confirm. */
enum cqa_status cqa_factor_end(struct cqa_scores *scores, const struct cqa_identity *who,
                               const char *code, struct cqa_error *error) CQA_MUST_CHECK;

/* By whoever has the command line: gives the account one that counts at once, or takes away what it
 * has; its sessions end. CQA_E_NOTFOUND: no such account, or nothing to take away. */
enum cqa_status cqa_factor_give(struct cqa_scores *scores, const char *name,
                                char text[CQA_FACTOR_TEXT_SIZE],
                                struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_factor_take(struct cqa_scores *scores, const char *name,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Inside the transaction of a log-in: whether the account needs a code, and takes it. `code` may be
 * NULL. CQA_E_REFUSED: it is wrong, was taken before, or (`*is_missing`) is needed. */
enum cqa_status cqa_factor_check(struct cqa_scores *scores, struct cqa_sql *db,
                                 const struct cqa_identity *who, const char *code, int *is_missing,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* otpauth://totp/…, as telephones read it from a picture. */
enum { CQA_FACTOR_URI_SIZE = 256 };
void cqa_factor_uri(const char *name, const char *text, char out[CQA_FACTOR_URI_SIZE]);

#endif
