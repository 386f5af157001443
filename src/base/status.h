/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_STATUS_H
#define CQA_BASE_STATUS_H

#define CQA_MUST_CHECK __attribute__((warn_unused_result))

/* For what formats data (a query, a name). What a person reads is a message: CQA_MESSAGE. */
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

#endif
