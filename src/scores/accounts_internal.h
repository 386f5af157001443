/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ACCOUNTS_INTERNAL_H
#define CQA_SCORES_ACCOUNTS_INTERNAL_H

#include "scores/accounts.h"
#include "scores/password.h"
#include "scores/store_internal.h"

/* What accounts.c, tokens.c and sessions.c share. */

enum { CQA_SECRET_HASH_SIZE = 32 };

/* A secret has 256 random bits, so a fast hash without salt is enough to keep it out of a stolen
 * database. `out` of cqa_secret_make takes 44 characters with the NUL. */
void cqa_secret_hash(const char *secret, unsigned char out[CQA_SECRET_HASH_SIZE]);
void cqa_secret_make(char *out, size_t size);

/* Of accounts, tokens and sites; `what` begins the problem. CQA_E_BADDATA. */
enum cqa_status cqa_account_check_name(const char *what, const char *name,
                                       struct cqa_error *error) CQA_MUST_CHECK;

enum { CQA_PASSWORD_HASH_SIZE = 128 };

/* Argon2id, of a password that `owner` may have (cqa_password_check). */
enum cqa_status cqa_password_hash(const struct cqa_scores *scores,
                                  const struct cqa_password_owner *owner, const char *password,
                                  char out[CQA_PASSWORD_HASH_SIZE],
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Fills `out` and the password's hash (into `arena`), by name or, where that is NULL, by number.
 * CQA_E_NOTFOUND: no such account in force. */
enum cqa_status cqa_user_read(struct cqa_sql *db, const char *name, int64_t id,
                              struct cqa_arena *arena, struct cqa_identity *out,
                              const char **password, struct cqa_error *error) CQA_MUST_CHECK;

#endif
