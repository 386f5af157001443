/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_SERVER_H
#define CQA_SERVER_SERVER_H

#include "base/clock.h"
#include "base/error.h"
#include "scores/store.h"
#include "settings/config.h"

/* The running server: threads of its own answer until it is stopped. */
struct cqa_server;

/*
 * Starts on the configured address, or on `socket` when that is a listening socket (socket
 * activation; -1: none). `config`, `scores` and `clock` are borrowed until cqa_server_stop.
 */
enum cqa_status cqa_server_start(struct cqa_server **out, const struct cqa_server_config *config,
                                 struct cqa_scores *scores, const struct cqa_clock *clock,
                                 int socket, struct cqa_error *error) CQA_MUST_CHECK;

/* Takes no new connections, answers what has been asked, frees. */
void cqa_server_stop(struct cqa_server *server);

/* The bound address "127.0.0.1:8080", for people and for the port file. */
const char *cqa_server_address(const struct cqa_server *server);
int cqa_server_port(const struct cqa_server *server);

#endif
