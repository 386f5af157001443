/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_DAEMON_SENDER_PROCESS_H
#define CQA_DAEMON_SENDER_PROCESS_H

#include <stdint.h>

/* The sender's side, and what passes between the daemon and it. */

/* The first thing in main(): lives the sender's life, and never returns, where this process was
 * executed to be one. */
void cqa_sender_enter(int argc, char **argv);

/* The hidden argument, before the configuration's path, that makes the program a sender. */
#define CQA_SENDER_ARGUMENT "--sender"

/* Where the sender has its end of the socket (SOCK_SEQPACKET, struct cqa_sending_news). */
enum { CQA_SENDER_FD = 3 };

/* What the sender says of itself after each step; in its socket as it lies here. */
struct cqa_sending_news {
    uint64_t delivered, refused;
    int32_t failures, halted, busy;
    char trouble[200]; /* finished, in the program's language; "": none */
};

#endif
