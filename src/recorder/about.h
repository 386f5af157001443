/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_ABOUT_H
#define CQA_RECORDER_ABOUT_H

/* Whom a recording is about, for those who ask that it be erased or held. */

enum cqa_about_kind { CQA_ABOUT_CUSTOMER, CQA_ABOUT_AGENT, CQA_ABOUT_CALL, CQA_ABOUT_KINDS };
extern const char *const cqa_about_words[CQA_ABOUT_KINDS + 1]; /* "customer", "agent", "call" */

/* CQA_ABOUT_KINDS: no such word. */
enum cqa_about_kind cqa_about_kind_of(const char *word);

/* Numbers are the same where their digits are, or where one ends in the other and has 7 or more:
 * 13800138000, +86 138-0013-8000. Strings are borrowed. */
struct cqa_about {
    enum cqa_about_kind kind;
    const char *value;
};

/* A recording with what is known of it. */
struct cqa_about_recording {
    const char *path;
    const char *call_id;
    const char *customer; /* NULL: not known, and so the agent; then the number may stand in the
                             name of the file */
    const char *agent;
};

int cqa_about_matches(const struct cqa_about *about, const struct cqa_about_recording *recording);

#endif
