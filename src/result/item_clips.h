/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_ITEM_CLIPS_H
#define CQA_RESULT_ITEM_CLIPS_H

#include <jansson.h>
#include "result/item.h"

/* Takes the field "clips" out of a result's tree into the item, checked against the recording's
 * length, which the item knows by now. CQA_E_BADDATA says what is wrong. */
enum cqa_status cqa_item_read_clips(struct cqa_item *item, json_t *root,
                                    struct cqa_error *error) CQA_MUST_CHECK;

#endif
