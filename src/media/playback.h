/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEDIA_PLAYBACK_H
#define CQA_MEDIA_PLAYBACK_H

#include <stdint.h>
#include <sys/stat.h>
#include "media/render.h"

/* Keeps what was rendered lately, so that a player's many Range requests decode a recording once.
 * Any thread. */
struct cqa_playback;

/* `folder` takes the unnamed files. Owned, free with cqa_playback_destroy. */
enum cqa_status cqa_playback_create(struct cqa_playback **out, const char *folder,
                                    struct cqa_error *error) CQA_MUST_CHECK;
void cqa_playback_destroy(struct cqa_playback *playback);

/* As cqa_render; `facts` are those of as many files. One recording is decoded at a time. The
 * descriptor is the caller's. */
enum cqa_status cqa_playback_render(struct cqa_playback *playback,
                                    const struct cqa_render_order *order,
                                    const struct cqa_render_source *source,
                                    const struct stat facts[CQA_LEGS], int *out_fd,
                                    uint64_t *out_size, struct cqa_error *error) CQA_MUST_CHECK;

/* 1 the first time somebody plays a call, and again when ten minutes have passed: then a play is
 * worth a row in the audit log, rather than each Range request. */
int cqa_playback_is_new(struct cqa_playback *playback, const char *name, int64_t call,
                        int64_t now_ms);

/* Which files are what was judged; borrowed. */
struct cqa_genuine *cqa_playback_genuine(const struct cqa_playback *playback);

/* An unnamed file in the folder, the caller's; -1 with `error`. */
int cqa_playback_scratch(const struct cqa_playback *playback, struct cqa_error *error);

/* Where workbooks are read as well. Any thread. */
struct cqa_children *cqa_playback_children(const struct cqa_playback *playback);

#endif
