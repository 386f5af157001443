/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_LOG_H
#define CQA_BASE_LOG_H

#include "base/error.h"

enum cqa_log_level {
    CQA_LOG_ERROR = 3,
    CQA_LOG_WARNING = 4,
    CQA_LOG_NOTICE = 5,
    CQA_LOG_INFO = 6,
    CQA_LOG_DEBUG = 7
};

/*
 * One line to the journal when stderr is the journal, else "level=… msg" on stderr, in the language
 * of the program's environment (base/say.h). Levels are syslog's. In the journal the line has a
 * field CALLQA_CODE, the message's stable code: alerts match on that, which neither language nor
 * rewording changes. Private values (names, numbers, paths of recordings) go through
 * cqa_log_private, so that a site can mask them.
 */
void cqa_log(enum cqa_log_level level, const char *format, ...) CQA_MESSAGE(2, 3);

/* Lines above `level` are dropped; CQA_LOG_INFO at start. */
void cqa_log_set_level(enum cqa_log_level level);

/* What a log may hold of names and paths: all; all but telephone numbers, of which the middle is
 * starred; or a short hash. All at start. */
enum cqa_log_masking {
    CQA_LOG_MASK_NOTHING,
    CQA_LOG_MASK_NUMBERS,
    CQA_LOG_MASK_ALL,
    CQA_LOG_MASKS
};
extern const char *const cqa_log_masking_words[CQA_LOG_MASKS + 1]; /* "false", "numbers", "true" */
void cqa_log_set_masking(enum cqa_log_masking wish);

/* `value` as it may be logged: control characters escaped, masked where that is on. Up to four at a
 * time (buffers rotate, one set a thread). */
const char *cqa_log_private(const char *value);

#endif
