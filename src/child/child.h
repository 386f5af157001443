/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CHILD_CHILD_H
#define CQA_CHILD_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/error.h"
#include "child/frame.h"

/*
 * Sandboxed children (docs/decisions/0074-one-kind-of-child.md). A process that reads strangers'
 * files lets a zygote of its own fork a child for each: the zygote is this very program, executed
 * anew, which goes straight to its zygote's life and never sees what the process itself has read. A
 * child does one thing and ends; its memory was the zygote's.
 *
 * All of them go with the process, however it ends: the zygote when its socket closes, its children
 * with the zygote.
 */
struct cqa_children;

/* One thing that children of a program can do. */
struct cqa_child_role {
    const char *name;
    /* In the zygote, once, before the first child: loads what a child needs into `*context`, and
     * gives it a name where that matters (`name`, `size` bytes, "" before). NULL: nothing. */
    enum cqa_status (*prepare)(void **context, char *name, size_t size, struct cqa_error *error);
    /* In the zygote, before the first child of this role: what few programs need. NULL: nothing. */
    void (*warm)(void);
    /* In a child, in its sandbox: takes an order (cqa_frame_take_order), answers, returns. */
    void (*live)(void *context);
};

/* How the first zygote comes to be. One that died is always replaced by an executed one. */
enum cqa_zygote_start {
    CQA_ZYGOTE_EXECUTED,
    CQA_ZYGOTE_FORKED, /* saves loading the program again, where it has read no secret yet, and
                          never will */
};

/* The first thing in main(): lives a zygote's life, and never returns, where this process was
 * executed to be one. `roles` are those that cqa_children_create gets later. */
void cqa_zygote_enter(int argc, char **argv, const struct cqa_child_role *roles, size_t role_count);

/* Starts the zygote and waits until it is ready. `roles` must outlive it. What a role's `prepare`
 * says is the error. Owned, free with cqa_children_destroy. Any thread. */
enum cqa_status cqa_children_create(struct cqa_children **out, const struct cqa_child_role *roles,
                                    size_t role_count, enum cqa_zygote_start how,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* The same with the zygote of another program, which enters it (cqa_zygote_enter) with the same
 * roles: one that has libraries which this one does without. */
enum cqa_status cqa_children_create_of(struct cqa_children **out, const char *program,
                                       const struct cqa_child_role *roles, size_t role_count,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/* Ends the zygote, and with it what children are left, within two seconds; one that does not even
 * die is left behind. NULL is fine. */
void cqa_children_destroy(struct cqa_children *children);

/* What the roles' `prepare` named ("" when nothing). A later zygote has the same, or gives no
 * children. */
const char *cqa_children_name(const struct cqa_children *children);

struct cqa_child_order {
    const char *role;     /* its name in the table of roles */
    int64_t memory_bytes; /* address space */
    int64_t processor_s;  /* processor time; 0: no limit */
};

/* A child, from the parent's side. {0} is none. */
struct cqa_child {
    pid_t pid;           /* the zygote's child; not reused before cqa_child_end */
    unsigned generation; /* the zygote's */
    int socket;
    struct cqa_frame_reader reader;
};

/* Starts a child whose frames are read by the table `rules`. Whatever is sent to it before it is
 * ready waits in its socket. A zygote that has gone, or gives no answer for 5 s, is ended with its
 * children and replaced. CQA_E_BUSY and CQA_E_IO: not now. Any thread. */
enum cqa_status cqa_child_start(struct cqa_children *children, const struct cqa_child_order *order,
                                const struct cqa_frame_rule *rules, size_t rule_count,
                                struct cqa_child *out, struct cqa_error *error) CQA_MUST_CHECK;

/* Waits up to `wait_ms` for what the child says once it is ready. WHOLE: `frame`, borrowed from its
 * reader. PARTIAL: it took longer; else it has nothing to say any more. Any thread. */
enum cqa_frame_state cqa_child_answer(struct cqa_child *child, int64_t wait_ms,
                                      struct cqa_frame *frame);

/* Ends the child for sure, and returns its wait status: its own cause of death when it was dying
 * already; that of SIGKILL when its zygote has gone. Any thread. */
int cqa_child_end(struct cqa_children *children, struct cqa_child *child);

/* Ends a child that read something and gave no whole answer, and says why: CQA_E_LIMIT where it
 * took longer than it may, by `state` or by its processor time, CQA_E_BADDATA where it died. */
enum cqa_status cqa_child_lost(struct cqa_children *children, struct cqa_child *child,
                               enum cqa_frame_state state, struct cqa_error *error) CQA_MUST_CHECK;

/* Ends one whose cause of death nobody asks for: does not wait. */
void cqa_child_dismiss(struct cqa_children *children, struct cqa_child *child);

#endif
