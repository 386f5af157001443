/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_BELIEVED_H
#define CQA_STORE_BELIEVED_H

#include "store/store.h"

/* What time it was when somebody last believed the clock: pipeline/believed.h. 0: nobody has yet.
 */
enum cqa_status cqa_believed_read(struct cqa_store *store, int64_t *at_ms,
                                  struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_believed_write(struct cqa_store *store, int64_t at_ms,
                                   struct cqa_error *error) CQA_MUST_CHECK;

#endif
