/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_PROBE_FORMS_H
#define CQA_AUDIO_PROBE_FORMS_H

#include <stdbool.h>
#include "audio/chunks.h"
#include "audio/probe.h"

/* What a W64 file begins with. */
extern const unsigned char cqa_w64_magic[16];

/*
 * One container each: whether what its header announces is there, and for WAV where the samples
 * lie. All take a file that begins with the container's magic and fail as cqa_probe_file.
 */
enum cqa_status cqa_probe_wav(struct cqa_probe *out, struct cqa_source *source,
                              enum cqa_chunk_form form, bool rf64,
                              struct cqa_failure *failure) CQA_MUST_CHECK;
enum cqa_status cqa_probe_caf(struct cqa_probe *out, struct cqa_source *source,
                              struct cqa_failure *failure) CQA_MUST_CHECK;
enum cqa_status cqa_probe_aiff(struct cqa_probe *out, struct cqa_source *source,
                               struct cqa_failure *failure) CQA_MUST_CHECK;
enum cqa_status cqa_probe_au(struct cqa_probe *out, struct cqa_source *source,
                             struct cqa_failure *failure) CQA_MUST_CHECK;
enum cqa_status cqa_probe_flac(struct cqa_probe *out, struct cqa_source *source,
                               struct cqa_failure *failure) CQA_MUST_CHECK;
enum cqa_status cqa_probe_ogg(struct cqa_probe *out, struct cqa_source *source,
                              struct cqa_failure *failure) CQA_MUST_CHECK;

/* Only whether the writer has finished it, and whether another was joined. */
enum cqa_status cqa_probe_mp4(struct cqa_probe *out, struct cqa_source *source,
                              struct cqa_failure *failure) CQA_MUST_CHECK;

/* MPEG audio has no magic: `*is_mpeg` says whether two frames in a row begin at `start`. */
enum cqa_status cqa_probe_mpeg(struct cqa_probe *out, struct cqa_source *source, uint64_t start,
                               bool *is_mpeg, struct cqa_failure *failure) CQA_MUST_CHECK;

/*
 * Whether what lies from `from` to the end of the file, where no header speaks of it, may be left
 * unread: it is short, or zeros, or a tag that players write. Else a recorder went on behind its
 * own header: CQA_FAILURE_UNFINISHED. `tolerated` bytes are short.
 */
enum cqa_status cqa_probe_tail(const struct cqa_probe *out, struct cqa_source *source,
                               uint64_t from, uint64_t tolerated,
                               struct cqa_failure *failure) CQA_MUST_CHECK;

/* Looks from `from` on for the bytes that a file of its kind begins with: where they come again
 * another recording was joined, and `next` says where. */
enum cqa_status cqa_probe_again(struct cqa_probe *out, struct cqa_source *source, uint64_t from,
                                const void *magic, size_t length,
                                struct cqa_failure *failure) CQA_MUST_CHECK;

/* Looks from `from` on for where `matches` says that a recording begins whose first byte is
 * `first`; it is given 16 bytes. `*at` is 0 where none does. CQA_E_IO: reading failed. */
enum cqa_status cqa_probe_seek(struct cqa_source *source, uint64_t from, unsigned char first,
                               bool (*matches)(const unsigned char *bytes),
                               uint64_t *at) CQA_MUST_CHECK;

/*
 * What a header announces against what the file holds. `closed` is false where the header says that
 * the writer never came back to it; `tail_is_chunks` where what follows zero announced bytes cannot
 * be audio. `slack` bytes may lack: a last block or padding.
 */
struct cqa_announced {
    uint64_t start;
    uint64_t length;
    uint64_t slack;
    bool unknown; /* the writer could not seek: the file's end is the end */
    bool closed;
    bool tail_is_chunks;
};

enum cqa_status cqa_probe_extent(struct cqa_probe *out, const struct cqa_source *source,
                                 const struct cqa_announced *announced,
                                 struct cqa_failure *failure) CQA_MUST_CHECK;

#endif
