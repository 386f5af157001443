/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEDIA_RECORDING_H
#define CQA_MEDIA_RECORDING_H

#include <stdint.h>
#include <sys/stat.h>
#include "base/error.h"
#include "settings/sound_folders.h"

/*
 * Opens a recording by the path that its recorder posted (bytes that are no UTF-8 as \xNN, where it
 * has any): only a regular file below one of the folders that serve the call's site, whatever links
 * or dots the path holds (openat2, RESOLVE_BENEATH). -1:
 * CQA_E_NOTFOUND in `error` when it is gone, CQA_E_REFUSED when it lies outside, else CQA_E_IO. The
 * descriptor is the caller's.
 */
int cqa_recording_open(const struct cqa_sound_folders *folders, const char *site, const char *path,
                       struct stat *facts, struct cqa_error *error);

/*
 * The media type of what every browser plays as it is and finds each second in: WAV of plain
 * samples whose header is right about all of the file's `bytes`. NULL when it must be rendered
 * (docs/decisions/0120). Looks at the first bytes only.
 */
const char *cqa_recording_type(int fd, uint64_t bytes);

#endif
