/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_WORDS_H
#define CQA_SERVER_WORDS_H

#include <jansson.h>
#include <stddef.h>
#include "base/buffer.h"

/*
 * What a person at the page is told in English, in Chinese. Errors are made where nobody knows who
 * will read them (store, rubrics, CSV), put into one another, and arrive as finished sentences; so
 * it is the sentence that is looked up here, by the format that it was made of.
 */

/*
 * Appends what `english` (one line, or several) says in Chinese to `out`. Lines that are not known
 * stay as they are. 0: none is known, or there is no room, and `out` is as it was.
 */
int cqa_words_chinese(const char *english, struct cqa_buffer *out);

/* Sets `key` of a JSON object to what `english` says in Chinese, where that is known. NULL says
 * nothing. */
void cqa_words_add(json_t *object, const char *key, const char *english);

/*
 * A sentence, both times as a printf format: `en` as it stands in the source that says it. In `zh`
 * each conversion, whichever it is, gives what stood at its place in the English one; %S gives it
 * in Chinese where that is known, and %T only fits where it is.
 */
struct cqa_words {
    const char *en;
    const char *zh;
};

struct cqa_word_list {
    const struct cqa_words *items;
    size_t count;
};

extern const struct cqa_word_list cqa_words_general;   /* of any request: log-in, rights, members */
extern const struct cqa_word_list cqa_words_store;     /* flags, objections, notes, accounts */
extern const struct cqa_word_list cqa_words_appraisal; /* rounds, ratings, signatures */
extern const struct cqa_word_list cqa_words_rubric;    /* check-rubric's, and YAML's */
extern const struct cqa_word_list cqa_words_scheme;    /* check-scheme's */
extern const struct cqa_word_list cqa_words_audio;     /* why there is no result, or no sound */

/* All of them. */
enum { CQA_WORD_LISTS = 6 };
extern const struct cqa_word_list *const cqa_word_lists[CQA_WORD_LISTS];

/* What a conversion at `format` takes of it, "%.64s" 5 bytes; 0: none begins there. */
size_t cqa_words_conversion(const char *format);

#endif
