/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CHILD_ZYGOTE_H
#define CQA_CHILD_ZYGOTE_H

/* Between a process and its zygote; for the files of this folder only. */

#include <stdint.h>
#include <sys/types.h>
#include "child/child.h"

/* The hidden argument that makes a program a zygote. */
#define CQA_ZYGOTE_ARGUMENT "--zygote"

/* Where the zygote has its end of the control socket (SOCK_SEQPACKET). */
enum { CQA_ZYGOTE_FD = 3 };

enum cqa_zygote_wish {
    CQA_ZYGOTE_START,   /* a child; its end of the socket comes along. Answered */
    CQA_ZYGOTE_END,     /* kill and bury `pid`. Answered */
    CQA_ZYGOTE_DISMISS, /* the same, not answered */
};

struct cqa_zygote_order {
    uint32_t wish;
    pid_t pid;     /* of END and DISMISS */
    uint32_t role; /* of START: index in the table */
    int64_t memory_bytes;
    int64_t processor_s;
};

/* Also the zygote's first word. */
struct cqa_zygote_answer {
    enum cqa_status status;
    int wait_status; /* of END */
    pid_t pid;       /* of START */
    int sys_errno;
    char text[256]; /* the error's, in English; of the first word the name of what was prepared */
};

/* Prepares, says so, and serves orders until the socket closes. */
_Noreturn void cqa_zygote_live(const struct cqa_child_role *roles, size_t role_count);

#endif
