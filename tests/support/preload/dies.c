/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into a server: where it makes an unnamed file, as an export does, it is killed, as by a
 * machine without memory. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

static int open_or_die(const char *name, const char *path, int flags, mode_t mode)
{
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);

    if ((flags & O_TMPFILE) == O_TMPFILE)
        (void)kill(getpid(), SIGKILL);
    return real(path, flags, mode);
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list arguments;                                                                         \
        mode_t mode = 0;                                                                           \
        va_start(arguments, flags);                                                                \
        if ((flags & (O_CREAT | O_TMPFILE)) != 0)                                                  \
            mode = va_arg(arguments, mode_t);                                                      \
        va_end(arguments);                                                                         \
        return open_or_die(#name, path, flags, mode);                                              \
    }
OPEN(open)
OPEN(open64)
