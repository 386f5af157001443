/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/rest.h"

#include <poll.h>

int cqa_rest(int stop, int64_t ms)
{
    struct pollfd told = {.fd = stop, .events = POLLIN};

    return poll(&told, 1, (int)ms) <= 0 || told.revents == 0;
}
