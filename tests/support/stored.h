/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_STORED_H
#define CQA_TESTS_STORED_H

#include "sql/sql.h"

/* What lies in a store's file STATE_DIR/callqa.db, read past the store over a connection of its
 * own. The store may be open. */

/* Does the file itself hold together? CQA_E_BADDATA says what is broken. */
enum cqa_status stored_check(const char *state_dir, struct cqa_error *error) CQA_MUST_CHECK;

/* The current result of the recording of that path, in `arena`; `*json` is NULL: it has none. */
enum cqa_status stored_result(const char *state_dir, const char *path, struct cqa_arena *arena,
                              const char **json, struct cqa_error *error) CQA_MUST_CHECK;

/* The path of the recording that the file at `path` is a copy of, in `arena`; `*original` is NULL:
 * it is none. */
enum cqa_status stored_original(const char *state_dir, const char *path, struct cqa_arena *arena,
                                const char **original, struct cqa_error *error) CQA_MUST_CHECK;

/* `key` may be NULL: a newer one has taken it. `state` is one of cqa_delivery_state_words. Both
 * live during the call only. */
typedef void stored_visit(const char *key, const char *state);

/* Every delivery, oldest first. */
enum cqa_status stored_deliveries(const char *state_dir, stored_visit *visit,
                                  struct cqa_error *error) CQA_MUST_CHECK;

#endif
