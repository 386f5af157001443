/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_LITTER_H
#define CQA_BASE_LITTER_H

/*
 * Names of files and folders that lie among recordings and are none, whatever the recorder: of
 * copies under way, wastebaskets, the file system's and the NAS's own. Capitals do not matter.
 */
enum cqa_litter {
    CQA_LITTER_NONE,
    CQA_LITTER_HIDDEN,     /* begins with a dot */
    CQA_LITTER_UNFINISHED, /* a copy or download under way, or left half done */
    CQA_LITTER_BACKUP,     /* what an editor kept of a file */
    CQA_LITTER_DELETED,    /* a wastebasket */
    CQA_LITTER_SYSTEM,     /* kept beside files by a NAS, a Mac or Windows: indexes, snapshots */
    CQA_LITTER_PROFILE,    /* the recorder's profile leaves it out */
    CQA_LITTER_COUNT
};

/* By enum, for messages: "hidden", … */
extern const char *const cqa_litter_words[CQA_LITTER_COUNT + 1];

/* Of a name without folders. Never CQA_LITTER_PROFILE. */
enum cqa_litter cqa_litter_file(const char *name);
enum cqa_litter cqa_litter_folder(const char *name);

#endif
