/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_STANDING_H
#define CQA_PIPELINE_STANDING_H

#include "base/clock.h"
#include "pipeline/config.h"
#include "store/folders.h"
#include "store/recordings.h"
#include "store/standing.h"

/*
 * Whether everything that was discovered is accounted for, and what is stuck: what `callqa status`
 * prints. Read from the store alone, so that nothing that hangs can make it hang; it changes
 * nothing.
 */

/* What may be wrong; each has a word for programs (cqa_trouble_words). */
enum cqa_trouble_kind {
    CQA_TROUBLE_SUM,       /* the parts are not the whole */
    CQA_TROUBLE_STOPPED,   /* no process has the store, and there is something to do */
    CQA_TROUBLE_NO_LOOK,   /* a folder has not been looked at for too long: it may hang */
    CQA_TROUBLE_UNREAD,    /* a folder cannot be read */
    CQA_TROUBLE_UNMOUNTED, /* a folder is empty that was not */
    CQA_TROUBLE_FILES,     /* files of a folder cannot be read */
    CQA_TROUBLE_GROWING,   /* a file has been growing for longer than any call */
    CQA_TROUBLE_WAITING,   /* a recording waits for its analysis for too long */
    CQA_TROUBLE_UNSENT,    /* results wait for the server for too long */
    CQA_TROUBLE_REFUSED,   /* the server will not take some */
    CQA_TROUBLE_FULL,      /* the store's disk has no room: nothing is analysed */
    CQA_TROUBLE_KIND_COUNT
};
extern const char *const cqa_trouble_words[CQA_TROUBLE_KIND_COUNT + 1];

struct cqa_trouble {
    enum cqa_trouble_kind kind;
    const char *path;   /* of a recording or a folder; NULL */
    const char *reason; /* a word, where there is one; NULL */
    int64_t since_ms;   /* wall clock; 0: not known */
    int64_t count;      /* of what it is about; FULL: bytes that are free, -1: not known */
};

struct cqa_folder_standing {
    const char *path;
    struct cqa_folder look; /* {0}: none has come to an end */
    int64_t known;          /* recordings whose file lies there, and copies */
};

enum { CQA_STANDING_LIST_MAX = 20 };

struct cqa_standing {
    int64_t discovered;
    int64_t scored, unscorable, excluded, waiting, copies, joined_legs, vanished;
    int64_t growing;  /* of the waiting: files not at rest, for which the store has no row yet */
    int64_t roomless; /* of the waiting: files at rest for which the full disk has no row so far */
    struct cqa_counts counts;
    struct cqa_reason_count *reasons;
    size_t reason_count;
    struct cqa_folder_standing *folders;
    size_t folder_count;
    struct cqa_recording vanished_last[CQA_STANDING_LIST_MAX];
    size_t vanished_count;
    int64_t progress_ms; /* wall clock, never later than now; 0: never */
    int64_t ahead;       /* how much came to its end later than now, by a clock that was wrong */
    int64_t processes;   /* that have the store */
    struct cqa_trouble *troubles;
    size_t trouble_count;
};

/* Strings and lists in `arena`. CQA_E_NOTFOUND: there is no store yet. */
enum cqa_status cqa_standing_read(const struct cqa_config *config, const struct cqa_clock *clock,
                                  struct cqa_arena *arena, struct cqa_standing *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;

#endif
