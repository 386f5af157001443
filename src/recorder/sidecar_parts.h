/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_SIDECAR_PARTS_H
#define CQA_RECORDER_SIDECAR_PARTS_H

/* Reading one sidecar in a child; for the files of this folder only. */

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "child/frame.h"
#include "recorder/parts.h"

/* What a sidecar may be (docs/decisions/0075-limits-on-sidecars.md). */
enum {
    CQA_SIDECAR_BYTES_MAX = 1 << 20,
    CQA_SIDECAR_DEPTH_MAX = 32,       /* elements, lists and maps within each other */
    CQA_SIDECAR_NODES_MAX = 20000,    /* elements, attributes, comments; values */
    CQA_SIDECAR_ATTRIBUTES_MAX = 128, /* of one element */
    CQA_SIDECAR_VALUE_MAX = 4096,     /* bytes of a value that the profile asks for */
    CQA_SIDECAR_WANTED_MAX = 256,     /* values that a profile asks for */
};

enum cqa_sidecar_frame {
    CQA_FRAME_LOOK_UP = CQA_FRAME_OF_ROLE, /* order: struct cqa_sidecar_order, "path\0path\0" */
    CQA_FRAME_VALUES, /* answer: for each path "+value\0", or "-\0" where there is none */
    CQA_FRAME_FAULT,  /* answer: struct cqa_sidecar_fault */
};

struct cqa_sidecar_order {
    uint32_t format; /* enum cqa_sidecar_format */
    uint32_t count;  /* paths */
};

/* Why there are no values. The parent puts it into words: a child's sentences are not believed. */
enum cqa_sidecar_why {
    CQA_SIDECAR_GOOD,
    CQA_SIDECAR_UNREADABLE,
    CQA_SIDECAR_NO_MEMORY,
    CQA_SIDECAR_TOO_LARGE,
    CQA_SIDECAR_TOO_DEEP,
    CQA_SIDECAR_TOO_MANY_NODES,
    CQA_SIDECAR_TOO_MANY_ATTRIBUTES,
    CQA_SIDECAR_VALUE_TOO_LONG,
    CQA_SIDECAR_NOT_XML,
    CQA_SIDECAR_DOCTYPE,
    CQA_SIDECAR_ENCODING,
    CQA_SIDECAR_NOT_JSON,
    CQA_SIDECAR_WHY_COUNT
};

struct cqa_sidecar_fault {
    uint32_t why;
    uint32_t line; /* from 1; 0: none in particular */
};

/* Fills it and returns 0, so that `return cqa_sidecar_fault(...)` is one line. */
int cqa_sidecar_fault(struct cqa_sidecar_fault *fault, enum cqa_sidecar_why why, size_t line);

/* Whether the text keeps to the limits above, in one pass over its bytes: before a parser that may
 * take the square of their number sees them. Says nothing of whether it is well-formed. The bytes
 * of ASCII must stand for themselves. */
int cqa_sidecar_xml_scan(const char *text, size_t length, struct cqa_sidecar_fault *fault);
int cqa_sidecar_json_scan(const char *text, size_t length, struct cqa_sidecar_fault *fault);

/* A parsed sidecar, 0 with `fault` when it is none; what lies at `path`, in `arena`, NULL when
 * there is nothing or no scalar. The document goes with the process. */
int cqa_sidecar_json_parse(const char *text, size_t length, void **out,
                           struct cqa_sidecar_fault *fault);
int cqa_sidecar_xml_parse(const char *text, size_t length, void **out,
                          struct cqa_sidecar_fault *fault);
const char *cqa_sidecar_json_get(void *document, const char *path, struct cqa_arena *arena);
const char *cqa_sidecar_xml_get(void *document, const char *path, struct cqa_arena *arena);

/* Loads what the parser would otherwise look for on the disk. */
void cqa_sidecar_xml_warm(void);

#endif
