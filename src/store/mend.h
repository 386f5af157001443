/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_MEND_H
#define CQA_STORE_MEND_H

#include <limits.h>
#include "store/store.h"

/* What was done to a store that could not be used. {0}: it was sound, or there was none. */
struct cqa_mended {
    int replaced;          /* a new store is in its place: everything is to be analysed anew */
    char kept[PATH_MAX];   /* where the old one is; "" where there was nothing to keep */
    char listed[PATH_MAX]; /* a text that lists what no recording brings back; "" when nothing does
                            */
    int64_t excluded;      /* recordings that stay left out in the new one, as do tombstones, and
                              legal holds stay in force … */
    int incomplete;        /* … but not all of these could be read, or none: some may come back */
    int64_t refused;       /* deliveries that the server had refused: not in the new one … */
    int64_t vanished;      /* … nor recordings that had vanished … */
    int64_t unsent;        /* … nor results to be sent whose recording is gone */
};

/*
 * Before the store in `state_dir` is opened by who keeps it: a damaged one, one that was taken away
 * or emptied, or what lies in its place and is no file, is set aside (renamed, never deleted) and a
 * new one is made, so that work goes on; what can be read of the old one and cannot come from the
 * recordings is listed beside it. Rights that only its owner's own hand has taken away are given
 * back. `force`: it is not sound whatever it looks like. Others that do the same at the same time
 * wait.
 *
 * CQA_E_REFUSED: a newer version's store or another program's database, which is left alone.
 * CQA_E_IO, CQA_E_BUSY: it could not be told; nothing was changed.
 */
enum cqa_status cqa_store_mend(const char *state_dir, int force, struct cqa_mended *out,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* 0: another file lies in the place of the one that is open, or none, or it was emptied. */
int cqa_store_is_current(const struct cqa_store *store);

#endif
