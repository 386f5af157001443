/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_BASIS_H
#define CQA_RESULT_BASIS_H

#include "base/buffer.h"
#include "result/result.h"

/*
 * What a rubric is evaluated over: events, measures, and what the recording bears. Of a result that
 * is stored it lies beside the text in a form of its own, a few hundred bytes which are read in
 * microseconds and without memory for each field (docs/decisions/0209-what-rules-need.md). Times
 * are whole milliseconds, measures whole steps of the places that a rubric judges by
 * (rubric/measured.h): a score of the one is that of the other, to the bit.
 */
enum { CQA_BASIS_BYTES_MAX = 65536 };

/* That of a result; everything is borrowed from it. */
struct cqa_rubric_input cqa_basis_of(const struct cqa_result *result);

/* Appends its stored form. What is larger than CQA_BASIS_BYTES_MAX is told by one byte, and read
 * from the text for good. CQA_E_NOMEM; CQA_E_LIMIT where `out` has less room. */
enum cqa_status cqa_basis_write(const struct cqa_rubric_input *input,
                                struct cqa_buffer *out) CQA_MUST_CHECK;

/* The one byte of what is read from its text for good. */
enum cqa_status cqa_basis_write_none(struct cqa_buffer *out) CQA_MUST_CHECK;

/* One that is read, after another. {0} is empty; finish frees. */
struct cqa_basis {
    struct cqa_rubric_input input; /* borrows from here and from the bytes that were read */
    struct cqa_result result;      /* where it was read from a text */
    struct cqa_measurable measurable;
    struct cqa_measures measures;
    struct cqa_event *events;
    size_t event_capacity, span_capacity;
};

/* Replaces what was read before by a stored form, from which texts are borrowed. CQA_E_BADDATA: it
 * is damaged, or of a version that we do not know. CQA_E_NOMEM. */
enum cqa_status cqa_basis_read(struct cqa_basis *basis, const void *bytes, size_t size,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* The same from a result's text; as cqa_result_from_json fails. */
enum cqa_status cqa_basis_read_text(struct cqa_basis *basis, const char *text,
                                    struct cqa_error *error) CQA_MUST_CHECK;
void cqa_basis_finish(struct cqa_basis *basis);

#endif
