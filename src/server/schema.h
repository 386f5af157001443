/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_SCHEMA_H
#define CQA_SERVER_SCHEMA_H

/* The database's schema as numbered steps: step i brings `user_version` from i to i + 1.
 * NULL-ended. A step that has been released is never changed. */
extern const char *const cqa_schema_steps[];

#endif
