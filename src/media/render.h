/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEDIA_RENDER_H
#define CQA_MEDIA_RENDER_H

#include <stdint.h>
#include "audio/audio.h"
#include "base/error.h"
#include "base/span.h"
#include "child/child.h"

/*
 * Decoding for playback and for the waveform. Recordings come from other people's machines, so the
 * decoder runs in a sandboxed process of its own (docs/decisions/0001, 0074), started for the one
 * file.
 */
enum cqa_render_kind {
    CQA_RENDER_WAV,   /* WAV, 8 kHz 16 bit */
    CQA_RENDER_PEAKS, /* for each bucket and channel the least and the greatest sample, as int8 */
};

enum { CQA_RENDER_MUTES_MAX = 64, CQA_RENDER_SPANS_MAX = 32 };

struct cqa_render_order {
    enum cqa_render_kind kind;
    int channels;                                /* 1 or 2 */
    int bucket_ms;                               /* of peaks */
    struct cqa_span mutes[CQA_RENDER_MUTES_MAX]; /* made silent */
    size_t mute_count;
    /* Where the file holds clips one after another: the spans of the recording that they are, all
     * else of it being silent; by their beginnings, they may overlap. None: the file is the
     * recording. */
    struct cqa_span spans[CQA_RENDER_SPANS_MAX];
    size_t span_count;
    int64_t duration_ms;  /* of the recording; with spans */
    struct cqa_legs legs; /* how it was read when it was analysed */
};

/* What is rendered: a recording's one file, or the two of a call. Descriptors and names (which tell
 * raw formats by their endings) are borrowed. */
struct cqa_render_source {
    struct cqa_frame_files files;
    const char *name[CQA_LEGS];
};

/* The first thing in the main() of a program that renders (see cqa_zygote_enter). */
void cqa_render_enter(int argc, char **argv);

/* The processes that decode. Owned, free with cqa_children_destroy. */
enum cqa_status cqa_render_children(struct cqa_children **out,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* Those of the program that is linked to FFmpeg (docs/decisions/0122), for what cqa_render refuses;
 * NULL where it is not installed. Owned as well. */
enum cqa_status cqa_render_more(struct cqa_children **out, struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Renders it into an unnamed file in `folder`, whose descriptor and size come back, the caller's.
 * CQA_E_BADDATA: it can't be decoded, `error` says why; CQA_E_REFUSED: not by these children. Any
 * thread.
 */
enum cqa_status cqa_render(struct cqa_children *children, const struct cqa_render_order *order,
                           const struct cqa_render_source *source, const char *folder, int *out_fd,
                           uint64_t *out_size, struct cqa_error *error) CQA_MUST_CHECK;

#endif
