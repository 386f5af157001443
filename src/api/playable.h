/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_PLAYABLE_H
#define CQA_API_PLAYABLE_H

#include <sys/stat.h>
#include "http/http.h"
#include "media/render.h"

/* What of a call's recording can be heard now. */
enum cqa_heard {
    CQA_HEARD_WHOLE,
    CQA_HEARD_GONE,       /* it is no longer there */
    CQA_HEARD_OUTSIDE,    /* no folder that the server may play from holds it */
    CQA_HEARD_CHANGED,    /* the file that lies there now is not what was judged */
    CQA_HEARD_UNREADABLE, /* it cannot be read now */
    CQA_HEARD_COUNT
};
extern const char *const cqa_heard_words[CQA_HEARD_COUNT + 1];

/* What playing needs to know of a call. Texts lie in the request's arena. */
struct cqa_playable {
    struct cqa_arena *arena;
    const char *site; /* of the token that posted the call */
    const char *path;
    const char *leg_path[CQA_LEGS];    /* of a call in two files */
    const char *sha256;                /* of the recording that was judged */
    const char *file_sha256[CQA_LEGS]; /* of each of its files */
    int64_t duration_ms;
    struct cqa_render_order order;
    struct cqa_render_source source; /* closed by cqa_playable_close */
    struct stat facts[CQA_LEGS];
    enum cqa_heard heard;
    int is_clips;     /* `source` is what was kept of it */
    int64_t since_ms; /* GONE: when it was first missed */
};

/*
 * Finds the call that the request names and opens its recording: its files where they are what was
 * judged, else what clips there are of it. 0 with a problem given: a file that is not what was
 * judged is never played. `order` has its kind beforehand.
 */
int cqa_playable_open(struct cqa_request *request, int64_t *call, struct cqa_playable *playable);
void cqa_playable_close(struct cqa_playable *playable);

#endif
