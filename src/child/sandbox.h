/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CHILD_SANDBOX_H
#define CQA_CHILD_SANDBOX_H

#include <linux/filter.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/error.h"

struct cqa_sandbox_limits {
    int64_t memory_bytes; /* address space */
    int64_t processor_s;  /* processor time of the whole life; 0: no limit */
};

/* The system call filter, made once for all children: making it takes as long as loading it. */
struct cqa_sandbox_filter {
    struct sock_filter code[256];
    unsigned short count;
    int own_pid; /* index of the instruction that compares with the process's own number */
};

enum cqa_status cqa_sandbox_prepare(struct cqa_sandbox_filter *out,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Takes from this process whatever decoding does not need (docs/decisions/0001): every descriptor
 * but `keep_fd`, which becomes CQA_SANDBOX_FD; standard streams (they become /dev/null); memory and
 * processor time over `limits`; core dumps, file writing, new processes; and by seccomp every
 * system call but those of plain computing, reading and answering. What a library may try in
 * passing (opening a file, asking the terminal) gets EPERM; what only an intruder does (exec,
 * sockets, ptrace, …) ends the process with SIGSYS. It dies with `parent`.
 *
 * For a freshly forked, single-threaded process; there is no way back. In a sanitized build memory
 * stays unlimited, stderr stays open and no filter is loaded, because the sanitizers need all
 * three.
 */
enum { CQA_SANDBOX_FD = 3 };

enum cqa_status cqa_sandbox_enter(int keep_fd, pid_t parent,
                                  const struct cqa_sandbox_limits *limits,
                                  const struct cqa_sandbox_filter *filter,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Signals as a fresh process has them: none blocked, none handled. */
void cqa_sandbox_reset_signals(void);

#endif
