/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void cqa_streams_open(void)
{
    /* open() takes the lowest free number, which is the one that was found closed. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int cqa_streams_flush(const char *program)
{
    const int earlier = ferror(stdout); /* its errno has gone */

    if (fflush(stdout) == 0 && !earlier)
        return 1;
    fprintf(stderr, "%s: cannot write standard output%s%s\n", program, earlier ? "" : ": ",
            earlier ? "" : strerror(errno));
    return 0;
}
