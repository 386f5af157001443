/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_ERROR_H
#define CQA_BASE_ERROR_H

#include "base/message.h"
#include "base/status.h"

/* Filled by whatever fails; on success it is left as it was. The message is one line, for a person:
 * cqa_english(&error.message), or cqa_said in another language. */
struct cqa_error {
    enum cqa_status status;
    int sys_errno;
    struct cqa_message message;
};

/* Fills `error` (may be NULL) and returns `status`, so that `return cqa_fail(...)` is one line.
 * What `error` said before may stand among the arguments: "%p", &error->message. */
enum cqa_status cqa_fail(struct cqa_error *error, enum cqa_status status, const char *format, ...)
    CQA_MESSAGE(3, 4);

/* As cqa_fail with CQA_E_IO (CQA_E_NOMEM for ENOMEM); adds what errno says to the message. */
enum cqa_status cqa_fail_errno(struct cqa_error *error, const char *format, ...) CQA_MESSAGE(2, 3);

/* Puts "CONTEXT: " before an error that is on its way up. Returns its status. */
enum cqa_status cqa_fail_within(struct cqa_error *error, const char *context, ...)
    CQA_MESSAGE(2, 3);

/* What errno means, for a %p. */
const struct cqa_message *cqa_message_set_errno(struct cqa_message *message, int sys_errno);
#define cqa_words_of_errno(sys_errno)                                                              \
    cqa_message_set_errno(&(struct cqa_message){.format = NULL}, sys_errno)

#endif
