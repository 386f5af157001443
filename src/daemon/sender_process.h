/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_DAEMON_SENDER_PROCESS_H
#define CQA_DAEMON_SENDER_PROCESS_H

/* Between the daemon and its sender; for the files of this folder only. */

/* The hidden argument, before the configuration's path, that makes the program a sender. */
#define CQA_SENDER_ARGUMENT "--sender"

/* Where the sender has its end of the socket (SOCK_SEQPACKET, struct cqa_sending_news). */
enum { CQA_SENDER_FD = 3 };

#endif
