/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PASSWORD_H
#define CQA_SCORES_PASSWORD_H

#include "base/error.h"
#include "settings/password_rules.h"

enum { CQA_PASSWORD_CHARACTERS_MIN = 8, CQA_PASSWORD_BYTES_MAX = 1024 };

/* Whose it is: the account's name, and the person's. */
struct cqa_password_owner {
    const char *name, *person;
};

/*
 * Whether its owner may have this password, after NIST SP 800-63B revision 4, 3.1.1: long enough in
 * characters, none that is tried first, and not of the own names; nor either of them with digits
 * and signs around, between or in the place of letters ("Passw0rd!"), or repeated. No rule on kinds
 * of characters. CQA_E_BADDATA says what is wrong; CQA_E_IO: the list of common ones cannot be
 * read.
 */
enum cqa_status cqa_password_check(const struct cqa_password_rules *rules,
                                   const struct cqa_password_owner *owner, const char *password,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* By which passwords are set from here on; borrowed. Before that 8 characters are enough, and no
 * list is read. */
struct cqa_scores;
void cqa_passwords_by(struct cqa_scores *scores, const struct cqa_password_rules *rules);

#endif
