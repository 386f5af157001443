/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_ROUTE_H
#define CQA_HTTP_ROUTE_H

#include <stddef.h>
#include "http/http.h"
#include "scores/accounts.h"

enum cqa_body {
    CQA_BODY_NONE,
    CQA_BODY_SMALL,
    CQA_BODY_PASSWORD, /* small, and a password in it is hashed (aside.h) */
    CQA_BODY_RESULTS
};

/* How far an operation reaches, which is checked before its endpoint is called. */
enum cqa_reach {
    CQA_REACH_NONE,    /* not said: no operation may be so */
    CQA_REACH_ANYBODY, /* without a token; no roles */
    CQA_REACH_OWN,     /* what is the asker's own: account, session, what a recorder posts */
    CQA_REACH_OBJECT,  /* the one thing named in the path, of a call that the asker may see */
    CQA_REACH_TEAM,    /* of all there is what the asker may see: a list, or work within it */
    CQA_REACH_COMPANY, /* everyone: an account of some teams may not */
    CQA_REACH_BY_NAME, /* everyone, and a person does it who has logged in, no token */
    CQA_REACH_COUNT
};
extern const char *const cqa_reach_words[CQA_REACH_COUNT + 1];

/* Where it is answered: on the threads that serve everybody, or aside (aside.h) because it may take
 * long. */
enum cqa_route_lane {
    CQA_ROUTE_HERE,
    CQA_ROUTE_PASSWORDS, /* 64 MiB and most of a tenth of a second each: by turns of addresses */
    CQA_ROUTE_WRITING,   /* a few rows, but behind whoever writes at the time */
    CQA_ROUTE_TAKING,    /* what recorders post: many results in one transaction */
    CQA_ROUTE_SUMS,      /* somebody waits for the page: by turns of people, as the next ones */
    CQA_ROUTE_COMPUTING, /* reads or writes all rows of weeks, or a file that somebody sent */
    CQA_ROUTE_MEDIA,     /* reads or decodes recordings */
    CQA_ROUTE_LANE_COUNT
};

/* One line of the table: method, pattern ("/api/v1/calls/{id}"), who may, how far, and the function
 * that answers. */
struct cqa_route {
    const char *method;
    const char *pattern;
    unsigned roles; /* CQA_MAY(…) | …; 0: anybody, without a token */
    enum cqa_reach reach;
    enum cqa_body body;
    void (*answer)(struct cqa_request *request);
};

/* The whole table, and what says whether whoever asks may do what a line of it does: 0 with a 403
 * or 404 given when not. */
struct cqa_routes {
    const struct cqa_route *lines;
    size_t count;
    int (*hold)(struct cqa_request *request, const struct cqa_route *route);
    enum cqa_route_lane (*lane)(const struct cqa_route *route);
    /* Whether it is to be kept, and done later (kept.h); and keeps it, with its reply given. */
    int (*keeps)(struct cqa_request *request, const struct cqa_route *route);
    void (*keep)(struct cqa_request *request);
    void (*hide)(const struct cqa_request *request, char *json,
                 size_t length); /* in a reply, what whoever asks is not to see */
    /* Who confirms what was asked for by it (docs/decisions/0151). */
    struct cqa_seconds (*seconds)(const struct cqa_route *route);
};

/*
 * Finds the route of a raw (still percent-encoded) path; `parts` get the {…} values, decoded into
 * `arena`. NULL: no such path (`*allowed` empty), or not with this method (`*allowed` lists those
 * there are, for the Allow header).
 */
const struct cqa_route *cqa_route_find(const struct cqa_routes *routes, const char *method,
                                       const char *path, struct cqa_arena *arena,
                                       const char *parts[CQA_PATH_PARTS_MAX], char *allowed,
                                       size_t allowed_size);

/* Percent-decodes `length` bytes into `arena`; NULL for a broken escape, a NUL or text that is not
 * UTF-8. */
char *cqa_percent_decode(const char *text, size_t length, struct cqa_arena *arena);

#endif
