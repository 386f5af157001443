/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_ERROR_H
#define CQA_BASE_ERROR_H

#define CQA_MUST_CHECK __attribute__((warn_unused_result))
#define CQA_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* What can go wrong. Only CQA_E_BUSY is worth trying again. */
enum cqa_status {
    CQA_OK,
    CQA_E_NOMEM,
    CQA_E_IO,      /* the system refused: sys_errno says why */
    CQA_E_BADDATA, /* input that is not what it should be */
    CQA_E_LIMIT,   /* input larger than we take */
    CQA_E_BUSY,    /* passing: lock, timeout, 429, 5xx */
    CQA_E_REFUSED, /* the other side says no, for good */
    CQA_E_NOTFOUND,
};

/* Filled by whatever fails; on success it is left as it was. `text` is one line, for a person. */
struct cqa_error {
    enum cqa_status status;
    int sys_errno;
    char text[256];
};

/* Fills `error` (may be NULL) and returns `status`, so that `return cqa_fail(...)` is one line. */
enum cqa_status cqa_fail(struct cqa_error *error, enum cqa_status status, const char *format, ...)
    CQA_PRINTF(3, 4);

/* As cqa_fail with CQA_E_IO (CQA_E_NOMEM for ENOMEM); adds what errno says to the text. */
enum cqa_status cqa_fail_errno(struct cqa_error *error, const char *format, ...) CQA_PRINTF(2, 3);

/* Puts "CONTEXT: " before the text of an error that is on its way up. Returns its status. */
enum cqa_status cqa_fail_within(struct cqa_error *error, const char *context, ...) CQA_PRINTF(2, 3);

#endif
