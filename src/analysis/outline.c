/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/outline.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "analysis/sandbox.h"
#include "audio/audio.h"
#include "base/clock.h"

enum { BLOCK_PAIRS = 4096, TIMEOUT_MS = 10 * 60 * 1000 };
static const int64_t MEMORY_BYTES = INT64_C(1) << 30;

static int send_file(int socket, int fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    char byte = 0;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);

    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    return sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

static int receive_file(int socket)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    char byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    int fd = -1;

    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1)
        return -1;
    const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head != NULL && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(head), sizeof fd);
    return fd;
}

/* --- the child's side --- */

static void send_all(const void *bytes, size_t count)
{
    const char *at = bytes;

    while (count > 0) {
        const ssize_t sent = send(CQA_SANDBOX_FD, at, count, MSG_NOSIGNAL);
        if (sent <= 0)
            _exit(1);
        at += sent;
        count -= (size_t)sent;
    }
}

static void widen(struct cqa_peaks *peaks, size_t piece, const float *pair)
{
    for (int channel = 0; channel < 2; channel++) {
        peaks->low[piece][channel] = fminf(peaks->low[piece][channel], pair[channel]);
        peaks->high[piece][channel] = fmaxf(peaks->high[piece][channel], pair[channel]);
    }
}

static enum cqa_status decode(int fd, const char *name, int64_t duration_ms,
                              struct cqa_peaks *peaks, struct cqa_failure *failure)
{
    const double pieces_per_pair =
        (double)peaks->count * 1000 / ((double)duration_ms * CQA_AUDIO_RATE_HZ);
    float pairs[BLOCK_PAIRS * 2];
    struct cqa_audio *audio = NULL;
    int64_t at = 0;
    ptrdiff_t got;

    if (cqa_audio_open(&audio, fd, name, failure) != CQA_OK)
        return CQA_E_BADDATA;
    while ((got = cqa_audio_read(audio, pairs, BLOCK_PAIRS, failure)) > 0) {
        for (ptrdiff_t i = 0; i < got; i++, at++) {
            const size_t piece = (size_t)((double)at * pieces_per_pair);
            widen(peaks, piece < peaks->count ? piece : peaks->count - 1, pairs + 2 * i);
        }
    }
    cqa_audio_close(audio);
    return got < 0 ? CQA_E_BADDATA : CQA_OK;
}

static _Noreturn void live(int socket, pid_t parent, const char *name, int64_t duration_ms,
                           struct cqa_peaks *peaks)
{
    struct cqa_failure answer = {0}; /* an empty reason: the peaks follow */
    struct cqa_error error = {0};

    if (cqa_sandbox_enter(socket, parent, MEMORY_BYTES, &error) != CQA_OK)
        _exit(1);
    const int fd = receive_file(CQA_SANDBOX_FD);
    if (fd < 0)
        _exit(1);
    if (decode(fd, name, duration_ms, peaks, &answer) != CQA_OK && answer.reason[0] == '\0')
        cqa_failure_set(&answer, CQA_FAILURE_DECODE, "the decoder gave up");
    send_all(&answer, sizeof answer);
    send_all(peaks->low, peaks->count * sizeof *peaks->low);
    send_all(peaks->high, peaks->count * sizeof *peaks->high);
    _exit(0);
}

/* --- the parent's side --- */

/* 1: all of it has come; 0: the child has gone; -1: too late. */
static int receive_all(int socket, void *bytes, size_t count, int64_t due_ms)
{
    char *at = bytes;

    while (count > 0) {
        const int64_t left_ms = due_ms - cqa_clock_monotonic_ms(&cqa_clock_system);
        struct pollfd ready = {.fd = socket, .events = POLLIN};
        if (left_ms <= 0)
            return -1;
        if (poll(&ready, 1, (int)left_ms) <= 0)
            continue;
        const ssize_t got = recv(socket, at, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return 0;
        at += got;
        count -= (size_t)got;
    }
    return 1;
}

/* What the child sends is checked like any other input: numbers that are none become 0. */
static void clean(struct cqa_peaks *peaks)
{
    for (size_t i = 0; i < peaks->count; i++) {
        for (int channel = 0; channel < 2; channel++) {
            float *low = &peaks->low[i][channel];
            float *high = &peaks->high[i][channel];
            *low = *low >= -1 && *low <= 0 ? *low : *low < -1 ? -1 : 0;
            *high = *high <= 1 && *high >= 0 ? *high : *high > 1 ? 1 : 0;
        }
    }
}

static enum cqa_status take(int socket, struct cqa_peaks *peaks, struct cqa_failure *failure)
{
    const int64_t due_ms = cqa_clock_monotonic_ms(&cqa_clock_system) + TIMEOUT_MS;
    struct cqa_failure answer = {0}; /* an empty reason: the peaks follow */
    int state = receive_all(socket, &answer, sizeof answer, due_ms);

    answer.reason[sizeof answer.reason - 1] = '\0';
    answer.text[sizeof answer.text - 1] = '\0';
    if (state > 0 && answer.reason[0] != '\0') {
        *failure = answer;
        return CQA_E_BADDATA;
    }
    if (state > 0)
        state = receive_all(socket, peaks->low, peaks->count * sizeof *peaks->low, due_ms);
    if (state > 0)
        state = receive_all(socket, peaks->high, peaks->count * sizeof *peaks->high, due_ms);
    if (state > 0) {
        clean(peaks);
        return CQA_OK;
    }
    return state == 0 ? cqa_failure_set(failure, CQA_FAILURE_CRASHED, "the decoder's process died")
                      : cqa_failure_set(failure, CQA_FAILURE_TIMED_OUT,
                                        "the decoder took more than 10 minutes");
}

enum cqa_status cqa_outline_read(int fd, const char *name, int64_t duration_ms, size_t count,
                                 struct cqa_peaks *peaks, struct cqa_failure *failure)
{
    const pid_t parent = getpid();
    int ends[2];

    if (cqa_peaks_init(peaks, count) != CQA_OK)
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
    if (duration_ms <= 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        cqa_peaks_finish(peaks);
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "no socket, or nothing to draw");
    }
    const pid_t child = send_file(ends[0], fd) ? fork() : -1;
    if (child == 0)
        live(ends[1], parent, name, duration_ms, peaks);
    close(ends[1]);
    const enum cqa_status status =
        child < 0 ? cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "cannot start the decoder: %s",
                                    strerror(errno))
                  : take(ends[0], peaks, failure);
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGKILL); /* it has answered, or never will */
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    if (status != CQA_OK)
        cqa_peaks_finish(peaks);
    return status;
}
