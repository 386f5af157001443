/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into a service under test: the edge between it and its disk and network. Every call
 * that touches the state folder (EDGE_STATE) or a network socket is a point with a number, counted
 * over all processes in EDGE_COUNT (a mapped file of longs: the count, and the number at which it
 * happens). EDGE_MODE=count   each point's number and name goes to EDGE_LOG EDGE_MODE=before
 * SIGKILL to the whole process group before the call EDGE_MODE=after   … after it EDGE_MODE=error
 * the call fails with EDGE_ERRNO EDGE_MODE=short   a write writes half, else as "error"
 *   EDGE_MODE=record  what reaches the disk and the network, with its bytes, goes to EDGE_LOG
 *   EDGE_MODE=lie     the same, but nothing is ever synced: the disk says that it did
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FDS = 4096, NAME = 64 };
enum mode { OFF, COUNT, BEFORE, AFTER, ERROR, SHORT, RECORD, LIE };

static enum mode mode;
static atomic_long *count; /* [0] points so far, [1] the one at which it happens */
static int log_fd = -1;
static int error_number = EIO;
static char state[512];       /* the folder, without a last slash */
static char names[FDS][NAME]; /* what an fd is: a file of the state folder, "." itself, "socket"; ""
                                 none of these */

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    return found;
}
#define REAL(type, name, declared)                                                                 \
    static type(*real) declared;                                                                   \
    if (real == NULL)                                                                              \
    real = (type(*) declared)next(name)

/* ---- what a path or an fd is */

static const char *kind_of_path(const char *path)
{
    const size_t length = strlen(state);

    if (mode == OFF || length == 0 || path == NULL || strncmp(path, state, length) != 0)
        return "";
    if (path[length] == '\0')
        return ".";
    return path[length] == '/' ? path + length + 1 : "";
}

static const char *kind_of(int fd)
{
    return mode != OFF && fd >= 0 && fd < FDS ? names[fd] : "";
}

static void name_fd(int fd, const char *kind)
{
    if (fd >= 0 && fd < FDS)
        snprintf(names[fd], NAME, "%s", kind);
}

/* ---- points */

static void note(const char *function, const char *kind, long number)
{
    char line[160];
    const int length = snprintf(line, sizeof line, "%ld %s:%s\n", number, function, kind);

    if (log_fd >= 0)
        (void)!syscall(SYS_write, log_fd, line, (size_t)length);
}

/* 1: this very call is the one. */
static int is_due(const char *function, const char *kind)
{
    if (mode == OFF || kind[0] == '\0' || mode >= RECORD)
        return 0;
    const long number = atomic_fetch_add(&count[0], 1) + 1;
    if (mode == COUNT)
        note(function, kind, number);
    return mode != COUNT && number == atomic_load(&count[1]);
}

static void die(void)
{
    kill(0, SIGKILL);
    for (;;)
        pause();
}

/* Before the call: whether it is the one, and in "before" the end. */
static int enter(const char *function, const char *kind)
{
    const int due = is_due(function, kind);

    if (due && mode == BEFORE)
        die();
    return due;
}

static int fails(int due)
{
    if (!due || (mode != ERROR && mode != SHORT))
        return 0;
    errno = error_number;
    return 1;
}

static void leave(int due)
{
    if (due && mode == AFTER)
        die();
}

/* ---- the record */

static void record(char what, const char *kind, int64_t offset, const void *bytes, size_t size)
{
    struct timespec now;
    char head[160];

    if (mode < RECORD || kind[0] == '\0' || log_fd < 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int length =
        snprintf(head, sizeof head, "%c %lld %lld %zu %s\n", what,
                 (long long)now.tv_sec * 1000000000 + now.tv_nsec, (long long)offset, size, kind);
    const struct iovec parts[2] = {{head, (size_t)length}, {(void *)(uintptr_t)bytes, size}};
    (void)!syscall(SYS_writev, log_fd, parts, 2);
}

/* ---- arming, from main() on */

static int (*real_main)(int, char **, char **);

static void arm(void)
{
    static const char *const words[] = {"off",   "count", "before", "after",
                                        "error", "short", "record", "lie"};
    const char *wish = getenv("EDGE_MODE");
    const char *counter = getenv("EDGE_COUNT");
    const char *log = getenv("EDGE_LOG");
    enum mode found = OFF;

    for (int i = 0; wish != NULL && i < 8; i++)
        if (strcmp(wish, words[i]) == 0)
            found = (enum mode)i;
    if (found == OFF || counter == NULL)
        return;
    const int fd = open(counter, O_RDWR | O_CLOEXEC);
    void *map = fd < 0 ? MAP_FAILED
                       : mmap(NULL, 2 * sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (map == MAP_FAILED)
        return;
    count = map;
    if (log != NULL)
        log_fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log_fd >= 0) { /* out of the way of a program that closes all it does not know */
        const int high = fcntl(log_fd, F_DUPFD_CLOEXEC, 900);
        close(log_fd);
        log_fd = high;
    }
    if (getenv("EDGE_ERRNO") != NULL)
        error_number = atoi(getenv("EDGE_ERRNO"));
    snprintf(state, sizeof state, "%s", getenv("EDGE_STATE") ? getenv("EDGE_STATE") : "");
    mode = found;
}

static int armed_main(int argc, char **argv, char **environment)
{
    arm();
    return real_main(argc, argv, environment);
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

/* ---- files */

static int opened(int fd, const char *path, int flags)
{
    const char *kind = kind_of_path(path);

    if (fd >= 0) {
        name_fd(fd, kind);
        if (flags & O_CREAT)
            record('C', kind, 0, NULL, 0);
    }
    return fd;
}

#define OPENS(name)                                                                                \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        REAL(int, #name, (const char *, int, ...));                                                \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        const mode_t rights = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;            \
        va_end(rest);                                                                              \
        const int due = enter("open", kind_of_path(path));                                         \
        if (fails(due))                                                                            \
            return -1;                                                                             \
        const int fd = opened(real(path, flags, rights), path, flags);                             \
        leave(due);                                                                                \
        return fd;                                                                                 \
    }
OPENS(open)
OPENS(open64)

#define WRITES(name, declared, passed, offset)                                                     \
    ssize_t name declared                                                                          \
    {                                                                                              \
        REAL(ssize_t, #name, declared);                                                            \
        const char *kind = kind_of(fd);                                                            \
        const int due = enter("write", kind);                                                      \
        if (due && mode == SHORT && size > 1)                                                      \
            size /= 2;                                                                             \
        else if (fails(due))                                                                       \
            return -1;                                                                             \
        const int64_t from = mode >= RECORD && kind[0] != '\0' ? (offset) : 0;                     \
        const ssize_t done = real passed;                                                          \
        if (done > 0)                                                                              \
            record('W', kind, from, bytes, (size_t)done);                                          \
        leave(due);                                                                                \
        return done;                                                                               \
    }
WRITES(write, (int fd, const void *bytes, size_t size), (fd, bytes, size), lseek(fd, 0, SEEK_CUR))
WRITES(pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at), at)
WRITES(pwrite64, (int fd, const void *bytes, size_t size, off64_t at), (fd, bytes, size, at), at)

#define READS(name, declared, passed)                                                              \
    ssize_t name declared                                                                          \
    {                                                                                              \
        REAL(ssize_t, #name, declared);                                                            \
        const int due = mode == ERROR || mode == COUNT ? enter("read", kind_of(fd)) : 0;           \
        if (fails(due))                                                                            \
            return -1;                                                                             \
        return real passed;                                                                        \
    }
READS(read, (int fd, void *bytes, size_t size), (fd, bytes, size))
READS(pread, (int fd, void *bytes, size_t size, off_t at), (fd, bytes, size, at))
READS(pread64, (int fd, void *bytes, size_t size, off64_t at), (fd, bytes, size, at))

/* A call on one fd that is a point; `what` in the record. */
#define ON_FD(name, word, what, declared, passed, size)                                            \
    int name declared                                                                              \
    {                                                                                              \
        REAL(int, #name, declared);                                                                \
        const char *kind = kind_of(fd);                                                            \
        const int due = enter(word, kind);                                                         \
        if (fails(due))                                                                            \
            return -1;                                                                             \
        if (mode == LIE && (what) == 'S' && kind[0] != '\0')                                       \
            return 0;                                                                              \
        const int done = real passed;                                                              \
        if (done == 0)                                                                             \
            record(what, kind, size, NULL, 0);                                                     \
        leave(due);                                                                                \
        return done;                                                                               \
    }
ON_FD(fsync, "sync", 'S', (int fd), (fd), 0)
ON_FD(fdatasync, "sync", 'S', (int fd), (fd), 0)
ON_FD(ftruncate, "truncate", 'T', (int fd, off_t to), (fd, to), to)
ON_FD(ftruncate64, "truncate", 'T', (int fd, off64_t to), (fd, to), to)

int close(int fd)
{
    REAL(int, "close", (int));

    name_fd(fd, "");
    return real(fd);
}

int unlink(const char *path)
{
    REAL(int, "unlink", (const char *));
    const int due = enter("unlink", kind_of_path(path));

    if (fails(due))
        return -1;
    const int done = real(path);
    if (done == 0)
        record('U', kind_of_path(path), 0, NULL, 0);
    leave(due);
    return done;
}

int rename(const char *from, const char *to)
{
    REAL(int, "rename", (const char *, const char *));
    const int due = enter("rename", kind_of_path(to));

    if (fails(due))
        return -1;
    const int done = real(from, to);
    if (done == 0)
        record('R', kind_of_path(from), 0, kind_of_path(to), strlen(kind_of_path(to)));
    leave(due);
    return done;
}

/* ---- the network */

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    REAL(int, "connect", (int, const struct sockaddr *, socklen_t));
    const int is_net = address->sa_family == AF_INET || address->sa_family == AF_INET6;
    const int due = enter("connect", mode != OFF && is_net ? "socket" : "");

    if (fails(due))
        return -1;
    const int done = real(fd, address, size);
    if (mode != OFF && is_net)
        name_fd(fd, "socket");
    leave(due);
    return done;
}

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    REAL(int, "accept4", (int, struct sockaddr *, socklen_t *, int));
    const int done = real(fd, address, size, flags);

    if (mode != OFF)
        name_fd(done, "socket");
    return done;
}

static ssize_t sent(char what, int fd, const void *bytes, ssize_t done, int due)
{
    if (done > 0)
        record(what, kind_of(fd), 0, bytes, (size_t)done);
    leave(due);
    return done;
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    REAL(ssize_t, "send", (int, const void *, size_t, int));
    const int due = enter("send", kind_of(fd));

    return fails(due) ? -1 : sent('X', fd, bytes, real(fd, bytes, size, flags), due);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    REAL(ssize_t, "recv", (int, void *, size_t, int));
    const int due = enter("recv", kind_of(fd));

    return fails(due) ? -1 : sent('Y', fd, bytes, real(fd, bytes, size, flags), due);
}
