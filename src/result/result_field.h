/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_RESULT_FIELD_H
#define CQA_RESULT_RESULT_FIELD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/*
 * Typed reads of foreign JSON, for result_read.c. A read that fails records the first error with
 * the path of the field ("events[3].start_ms: …") and every later read does nothing, so a reader
 * reads everything and looks once.
 */
struct cqa_field_reader {
    struct cqa_arena *arena; /* strings are copied here */
    struct cqa_error *error;
    enum cqa_status status; /* of the first failure; CQA_OK so far */
    int strict;             /* unknown fields are failures */
    int foreign;            /* words that the tables do not have are no failures */
    size_t event_count;     /* of the list of events, once it was read */
};

/* One value and the way to it. */
struct cqa_field {
    const struct cqa_field *up;
    const char *name; /* NULL: an item of a list */
    size_t index;
    json_t *json; /* borrowed; NULL: absent */
};

/* The field `name` of an object, the i-th item of a list. `up` must outlive it. */
struct cqa_field cqa_field_of(const struct cqa_field *up, const char *name);
struct cqa_field cqa_field_item(const struct cqa_field *up, size_t index);

/* Records the first failure; later ones are ignored. */
void cqa_field_fail(struct cqa_field_reader *reader, const struct cqa_field *field,
                    enum cqa_status status, const char *format, ...) CQA_MESSAGE(4, 5);

int cqa_field_is_null(const struct cqa_field *field);

/* Fails unless it is an object (with none but the NULL-ended `known` fields where the reader is
 * strict). 1 when it is. */
int cqa_field_object(struct cqa_field_reader *reader, const struct cqa_field *field,
                     const char *const *known);

/* The number of items of a list of at most `most`; 0 after a failure. */
size_t cqa_field_list(struct cqa_field_reader *reader, const struct cqa_field *field, size_t most);

/* What no honest result exceeds. */
enum {
    CQA_FIELD_EVENTS_MAX = 100000,
    CQA_FIELD_NAME_BYTES_MAX = 1024,
    CQA_FIELD_TEXT_BYTES_MAX = 4096,
};

enum cqa_field_need {
    CQA_FIELD_REQUIRED,
    CQA_FIELD_OR_NULL,
    CQA_FIELD_OPTIONAL /* absent or null */
};

/* Each returns the value within its range, or the `absent` value (0, NaN, NULL, -1) for null and
 * after a failure. */
int64_t cqa_field_whole(struct cqa_field_reader *reader, const struct cqa_field *up,
                        const char *name, int64_t least, int64_t most);
double cqa_field_number(struct cqa_field_reader *reader, const struct cqa_field *up,
                        const char *name, enum cqa_field_need need, double least, double most);
const char *cqa_field_string(struct cqa_field_reader *reader, const struct cqa_field *up,
                             const char *name, enum cqa_field_need need, size_t length_max);
int cqa_field_bool(struct cqa_field_reader *reader, const struct cqa_field *up, const char *name,
                   enum cqa_field_need need);

/* The index of the word in the NULL-ended list; "" entries match nothing. -1 also for a word that
 * it does not have, where the reader is foreign. */
int cqa_field_word(struct cqa_field_reader *reader, const struct cqa_field *up, const char *name,
                   enum cqa_field_need need, const char *const *words);
/* The same for enums that the tables spell: null is 0, the NONE of those that have one; or null is
 * a failure. What a foreign reader does not know is 0, too. */
int cqa_field_word_or_none(struct cqa_field_reader *reader, const struct cqa_field *up,
                           const char *name, const char *const *words);
int cqa_field_required_word(struct cqa_field_reader *reader, const struct cqa_field *up,
                            const char *name, const char *const *words);

/* A required text into an array of `size`; "" after a failure. */
void cqa_field_copy(struct cqa_field_reader *reader, const struct cqa_field *up, const char *name,
                    char *out, size_t size);

/* The field "text": {en, zh}. */
struct cqa_text cqa_field_text(struct cqa_field_reader *reader, const struct cqa_field *up);

#endif
