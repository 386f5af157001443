/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_DAEMON_ALONE_H
#define CQA_DAEMON_ALONE_H

#include "base/error.h"

/*
 * One daemon a state folder (docs/decisions/0134-one-daemon-a-state-folder.md). Holds the folder
 * until the process ends, however it ends; what it has started does not hold it.
 *
 * CQA_E_BUSY: another daemon has it, and the error says which. A folder without room even for an
 * empty file is taken all the same. `*out` is a descriptor to close, or -1.
 */
enum cqa_status cqa_alone_take(const char *state_dir, int *out,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
