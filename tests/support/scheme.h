/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SUPPORT_SCHEME_H
#define CQA_TESTS_SUPPORT_SCHEME_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "appraisal/scheme.h"

/* A scheme from a text, by the one way that the programs have: from a file. As cqa_scheme_load. */
static inline struct cqa_scheme *scheme_of(const char *text, size_t length,
                                           struct cqa_problems *problems)
{
    char path[64];
    const int fd = memfd_create("scheme", MFD_CLOEXEC);

    if (fd < 0 || write(fd, text, length) != (ssize_t)length)
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct cqa_scheme *scheme = cqa_scheme_load(path, problems);
    close(fd);
    return scheme;
}

#endif
