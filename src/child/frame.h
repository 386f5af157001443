/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CHILD_FRAME_H
#define CQA_CHILD_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include "base/buffer.h"
#include "base/error.h"

/*
 * What a process and its child say to each other over a stream socket: a head, then `length` bytes.
 * Both run the same program on the same machine, so heads travel as they lie in memory. A child has
 * read a stranger's file: nothing that it sends is believed. What it may say stands in a table of
 * rules; everything else ends the conversation. Descriptors travel from parent to child alone:
 * whatever a child attaches, the kernel closes.
 */
struct cqa_frame_head {
    uint32_t magic; /* CQA_FRAME_MAGIC */
    uint32_t kind;
    uint32_t length;
};

enum { CQA_FRAME_MAGIC = 0x63716132, CQA_FRAME_BODY_MAX = 64 << 20 };

/* Kinds that every child may send; those of one sort of child begin at CQA_FRAME_OF_ROLE. */
enum cqa_frame_kind {
    CQA_FRAME_READY,   /* in its sandbox, waiting. No body */
    CQA_FRAME_BROKEN,  /* cannot enter the sandbox; the body says why */
    CQA_FRAME_OF_ROLE, /* the first of a role's own */
};

/* One kind that may come, with the least and the greatest length of its body. */
struct cqa_frame_rule {
    uint32_t kind;
    uint32_t least;
    uint32_t most; /* at most CQA_FRAME_BODY_MAX */
};

/* The two of every child, for the head of a table. */
#define CQA_FRAME_RULES_COMMON                                                                     \
    {CQA_FRAME_READY, 0, 0},                                                                       \
    {                                                                                              \
        CQA_FRAME_BROKEN, 1, 255                                                                   \
    }

/* {.rules, .rule_count} is a reader at the begin of a frame. Holds no more than one frame. */
struct cqa_frame_reader {
    const struct cqa_frame_rule *rules;
    size_t rule_count;
    struct cqa_buffer in;
};

enum cqa_frame_state {
    CQA_FRAME_PARTIAL, /* more is to come */
    CQA_FRAME_WHOLE,   /* see the frame; cqa_frame_next before more is taken */
    CQA_FRAME_REFUSED, /* not what the table allows, or no memory: the child is beyond use */
    CQA_FRAME_ENDED,   /* it has closed its end, at any point of a frame */
};

/* Borrowed from the reader. The body is followed by a NUL. */
struct cqa_frame {
    uint32_t kind;
    uint32_t length;
    const char *body;
};

/* How many bytes the reader can take next: up to the end of the head, then to that of the frame. */
size_t cqa_frame_wanted(const struct cqa_frame_reader *reader);

/* Takes `count` bytes, at most as many as are wanted. Pure but for memory. */
enum cqa_frame_state cqa_frame_feed(struct cqa_frame_reader *reader, const void *bytes,
                                    size_t count, struct cqa_frame *frame);

/* Takes what the socket has, up to the end of one frame; never waits. */
enum cqa_frame_state cqa_frame_receive(struct cqa_frame_reader *reader, int socket,
                                       struct cqa_frame *frame);

/* The same, but waits for a whole frame until `due_ms` of the monotonic clock: PARTIAL then. */
enum cqa_frame_state cqa_frame_await(struct cqa_frame_reader *reader, int socket, int64_t due_ms,
                                     struct cqa_frame *frame);

/* Forgets the frame that was taken, and its memory. */
void cqa_frame_next(struct cqa_frame_reader *reader);
void cqa_frame_finish(struct cqa_frame_reader *reader);

/* --- parent to child: an order of one message, which fits an empty socket's buffer whole --- */

enum { CQA_FRAME_ORDER_PARTS = 3, CQA_FRAME_ORDER_MAX = 64 << 10 };

/* The open files of an order: one, or the two of a call with a file for each party. */
enum { CQA_FRAME_FILES = 2 };
struct cqa_frame_files {
    size_t count; /* 1 or 2 */
    int fd[CQA_FRAME_FILES];
};

/* Sends an order with its files; never waits. 0 when it did not go whole. */
int cqa_frame_order_files(int socket, uint32_t kind, const struct iovec *parts, size_t part_count,
                          const struct cqa_frame_files *files);

/*
 * Orders about recordings: what is to be done, then the files' names, which tell raw formats by
 * their endings. `other` is NULL where there is one file. Returns how many `parts` it takes, at
 * most CQA_FRAME_ORDER_PARTS.
 */
enum { CQA_FRAME_NAME_MAX = 4096, CQA_FRAME_NAMES_MAX = 2 * CQA_FRAME_NAME_MAX + 2 };
size_t cqa_frame_named_parts(const void *order, size_t size, const char *name, const char *other,
                             struct iovec *parts);

/* The same with one file. */
int cqa_frame_order(int socket, uint32_t kind, const struct iovec *parts, size_t part_count,
                    int fd);

/* The child's side, in the sandbox: the next order, `body` NUL-terminated, and its files, the
 * caller's. Ends the process when the parent has gone, or the message is no order of `capacity`
 * bytes with one file or two. */
void cqa_frame_take_files(struct cqa_frame_head *head, char *body, size_t capacity,
                          struct cqa_frame_files *files);

/* The same of an order with one file, which is returned. */
int cqa_frame_take_order(struct cqa_frame_head *head, char *body, size_t capacity);

/* The files of such an order and their names, which lie in its body. */
struct cqa_frame_named {
    struct cqa_frame_files open;
    const char *name[CQA_FRAME_FILES];
};

/* The child's side: finds the names behind the `size` bytes of the order itself. Ends the process
 * where there are fewer names than files. */
void cqa_frame_find_names(struct cqa_frame_named *files, const struct cqa_frame_head *head,
                          const char *body, size_t size);

/* The child's side: says something, waiting as long as it takes. Ends the process when the parent
 * has gone. */
void cqa_frame_say(uint32_t kind, const void *body, size_t length);
void cqa_frame_say_parts(uint32_t kind, const struct iovec *parts, size_t part_count);

#endif
