/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_CONFIGURED_H
#define CQA_CLI_CONFIGURED_H

#include "pipeline/config.h"

/*
 * Calls `run` with the configuration at `path`, which lives as long as the call, and returns what
 * it returns. Where the configuration is not valid: its problems on stderr, CQA_EXIT_INVALID.
 */
int cqa_cli_configured(const char *path, int (*run)(const struct cqa_config *config, void *context),
                       void *context);

#endif
