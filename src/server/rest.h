/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_REST_H
#define CQA_SERVER_REST_H

#include <stdint.h>

/* Waits so many milliseconds, for a thread that works beside requests. 0: `stop`, an eventfd, was
 * written to meanwhile, and it is to end. */
int cqa_rest(int stop, int64_t ms);

#endif
