/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_MESSAGE_JSON_H
#define CQA_BASE_MESSAGE_JSON_H

#include <jansson.h>
#include "base/message.h"

/*
 * A message on its way to another program, or kept for later: {"code": CODE, "arguments": [...]},
 * where an argument is a number, a text, another message, or {"en", "zh"}. Whoever has the same
 * code says it in any language; for all others the English words belong beside it.
 */

/* Owned; NULL: out of memory. What has a format without a code goes as its English words. */
json_t *cqa_message_to_json(const struct cqa_message *message);

/* 0: no message of this program (an unknown code, other arguments than it takes), and `out` is as
 * it was. What is read may come from anybody. */
int cqa_message_from_json(const json_t *object, struct cqa_message *out);

/* The same as text, for a column of a store. NULL where there is none; owned: free(). */
char *cqa_message_to_text(const struct cqa_message *message);
int cqa_message_from_text(const char *text, struct cqa_message *out);

#endif
