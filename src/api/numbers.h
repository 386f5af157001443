/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_NUMBERS_H
#define CQA_API_NUMBERS_H

#include "http/http.h"

/* Customers' telephone numbers, which not everybody needs to see (docs/decisions/0174). */

/* Whether whoever asks sees them with stars; recorders, whose they are, never do. */
int cqa_numbers_are_hidden(const struct cqa_request *request);

/* How `who` sees them: full, on_request, or masked. */
const char *cqa_numbers_word(const struct cqa_request *request, const struct cqa_identity *who);

/* Puts the stars into a reply's JSON, for those who see them so. */
void cqa_numbers_hide(const struct cqa_request *request, char *json, size_t length);

#endif
