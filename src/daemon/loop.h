/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_DAEMON_LOOP_H
#define CQA_DAEMON_LOOP_H

#include "analysis/engine.h"
#include "base/clock.h"
#include "base/error.h"
#include "pipeline/config.h"

/*
 * The daemon's life: turns the pipeline until SIGTERM or SIGINT, reloads on SIGHUP, tells systemd
 * how it goes. `config` was read from `path`; it was allocated with malloc, and the loop finishes
 * and frees it. `only` is NULL, or this is the process for these of the watched folders alone
 * (daemon/apart.h; NULL ends them). `clock` must go at the pace of the machine's. Returns once
 * everything is put down.
 */
enum cqa_status cqa_daemon_run(const char *path, const char *const *only, struct cqa_config *config,
                               const struct cqa_engine *engine, const struct cqa_clock *clock,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
