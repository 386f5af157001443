/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_SANDBOX_H
#define CQA_ANALYSIS_SANDBOX_H

#include <stdint.h>
#include <sys/types.h>
#include "base/error.h"

/*
 * Takes from this process whatever decoding does not need (docs/decisions/0001): every descriptor
 * but `keep_fd`, which becomes CQA_SANDBOX_FD; standard streams (they become /dev/null); memory
 * over `memory_bytes`; core dumps, file writing, new processes; and by seccomp every system call
 * but those of plain computing, reading and answering. What a library may try in passing (opening a
 * file, asking the terminal) gets EPERM; what only an intruder does (exec, sockets, ptrace, …) ends
 * the process with SIGSYS. It dies with `parent`.
 *
 * For a freshly forked, single-threaded process; there is no way back. In a sanitized build memory
 * stays unlimited, stderr stays open and no filter is loaded, because the sanitizers need all
 * three.
 */
enum { CQA_SANDBOX_FD = 3 };

enum cqa_status cqa_sandbox_enter(int keep_fd, pid_t parent, int64_t memory_bytes,
                                  struct cqa_error *error) CQA_MUST_CHECK;

#endif
