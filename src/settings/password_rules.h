/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SETTINGS_PASSWORD_RULES_H
#define CQA_SETTINGS_PASSWORD_RULES_H

#include <stdint.h>

/* Which passwords are taken (docs/decisions/0203). */
struct cqa_password_rules {
    int64_t characters_least; /* 8 to 64 */
    const char *common;       /* file of those that are tried first, one a line; NULL: none */
};

#endif
