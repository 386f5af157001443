/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into a program under test: the n-th call of one function of the C library fails there.
 * FAULT=NAME says of which (malloc stands for calloc and realloc too), FAULT_COUNT names a file
 * that holds n as a long: it is mapped, so that all processes count together from their main() on,
 * and is 0 once it has happened.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static const char *fault; /* name; NULL: none */
static atomic_long *left; /* calls until it happens; 0 or less: it has */

/* Whether this call of `name` is the one; `number` goes to errno. */
static int fails(const char *name, int number)
{
    if (fault == NULL || strcmp(name, fault) != 0 || atomic_load(left) <= 0 ||
        atomic_fetch_sub(left, 1) != 1)
        return 0;
    errno = number;
    return 1;
}

static void arm(void)
{
    const char *path = getenv("FAULT_COUNT");
    const int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map =
        fd >= 0 ? mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (fd >= 0)
        close(fd);
    if (map == MAP_FAILED)
        return;
    left = map;
    fault = getenv("FAULT");
}

static int (*real_main)(int, char **, char **);

static int armed_main(int argc, char **argv, char **environment)
{
    arm();
    return real_main(argc, argv, environment);
}

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    return found;
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*finish)(void), void (*loader)(void), void *stack);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*finish)(void), void (*loader)(void), void *stack)
{
    int (*real)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void),
                void (*)(void), void *) = next("__libc_start_main");

    real_main = main;
    return real(armed_main, argc, argv, init, finish, loader, stack);
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    return fails("malloc", ENOMEM) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails("malloc", ENOMEM) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails("malloc", ENOMEM) ? NULL : __libc_realloc(memory, size);
}

/* A function that returns `bad` with errno when it is due. */
#define FAULTY(type, name, bad, number, declared, passed)                                          \
    type name declared                                                                             \
    {                                                                                              \
        static type(*real) declared;                                                               \
        if (fails(#name, number))                                                                  \
            return bad;                                                                            \
        if (real == NULL)                                                                          \
            real = (type(*) declared)next(#name);                                                  \
        return real passed;                                                                        \
    }

FAULTY(pid_t, fork, -1, EAGAIN, (void), ())
FAULTY(int, socketpair, -1, EMFILE, (int domain, int type, int protocol, int pair[2]),
       (domain, type, protocol, pair))
FAULTY(int, epoll_create1, -1, EMFILE, (int flags), (flags))
FAULTY(int, epoll_ctl, -1, ENOSPC, (int epoll, int what, int fd, struct epoll_event *event),
       (epoll, what, fd, event))
FAULTY(int, dup2, -1, EBADF, (int from, int to), (from, to))
FAULTY(int, close_range, -1, EINVAL, (unsigned first, unsigned last, int flags),
       (first, last, flags))
FAULTY(int, setrlimit, -1, EPERM, (__rlimit_resource_t what, const struct rlimit *limit),
       (what, limit))
FAULTY(int, seccomp_load, -ENOMEM, ENOMEM, (void *filter), (filter))
FAULTY(ssize_t, sendmsg, -1, ENOBUFS, (int fd, const struct msghdr *message, int flags),
       (fd, message, flags))
FAULTY(ssize_t, recvmsg, -1, ECONNRESET, (int fd, struct msghdr *message, int flags),
       (fd, message, flags))
FAULTY(ssize_t, send, -1, ECONNRESET, (int fd, const void *bytes, size_t count, int flags),
       (fd, bytes, count, flags))
FAULTY(ssize_t, recv, -1, ECONNRESET, (int fd, void *bytes, size_t count, int flags),
       (fd, bytes, count, flags))
FAULTY(FILE *, fopen, NULL, EMFILE, (const char *path, const char *mode), (path, mode))
FAULTY(FILE *, fdopen, NULL, ENOMEM, (int fd, const char *mode), (fd, mode))
FAULTY(int, mkostemp, -1, EDQUOT, (char *path, int flags), (path, flags))
FAULTY(int, fchmod, -1, EPERM, (int fd, mode_t mode), (fd, mode))
FAULTY(int, fsync, -1, EIO, (int fd), (fd))
FAULTY(int, rename, -1, EXDEV, (const char *from, const char *to), (from, to))
FAULTY(int, fflush, EOF, ENOSPC, (FILE * file), (file))
FAULTY(FTS *, fts_open, NULL, EMFILE,
       (char *const *tops, int options, int (*order)(const FTSENT **, const FTSENT **)),
       (tops, options, order))

/* What takes a number of arguments that only its caller knows. */
int open(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...) = next("open");
    va_list rest;

    va_start(rest, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return fails("open", EMFILE) ? -1 : real(path, flags, mode);
}

int prctl(int option, ...)
{
    int (*real)(int, ...) = next("prctl");
    unsigned long more[4];
    va_list rest;

    va_start(rest, option);
    for (int i = 0; i < 4; i++)
        more[i] = va_arg(rest, unsigned long);
    va_end(rest);
    return fails("prctl", EINVAL) ? -1 : real(option, more[0], more[1], more[2], more[3]);
}
