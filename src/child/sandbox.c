/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "child/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    FILES_MAX = CQA_SANDBOX_FD + 5, /* streams, socket, recording, and some for /dev/urandom */
    GRACE_S = 5,                    /* from SIGXCPU, which a library may catch, to SIGKILL */
};

#ifdef CQA_SANITIZED
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* A parent that blocks or handles signals must not make its children deaf. */
void cqa_sandbox_reset_signals(void)
{
    sigset_t none;

    for (int number = 1; number < SIGRTMIN; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static enum cqa_status drop_descriptors(int keep_fd, struct cqa_error *error)
{
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int last_stream = SANITIZED ? 1 : 2;

    if (null < 0)
        return cqa_fail_errno(error, "/dev/null");
    /* The kept one first: it may itself lie on a stream's number. */
    const int kept = fcntl(keep_fd, F_DUPFD_CLOEXEC, CQA_SANDBOX_FD + 1);
    if (kept < 0 || dup2(kept, CQA_SANDBOX_FD) < 0)
        return cqa_fail_errno(error, "cannot keep the socket");
    for (int stream = 0; stream <= last_stream; stream++)
        if (dup2(null, stream) < 0)
            return cqa_fail_errno(error, "cannot silence stream %d", stream);
    if (close_range(CQA_SANDBOX_FD + 1, ~0U, 0) != 0)
        return cqa_fail_errno(error, "cannot close the parent's files");
    return CQA_OK;
}

static enum cqa_status limit_between(int resource, const char *name, rlim_t soft, rlim_t hard,
                                     struct cqa_error *error)
{
    const struct rlimit both = {.rlim_cur = soft, .rlim_max = hard};

    if (setrlimit((__rlimit_resource_t)resource, &both) != 0)
        return cqa_fail_errno(error, "cannot limit %s", name);
    return CQA_OK;
}

static enum cqa_status limit(int resource, const char *name, rlim_t value, struct cqa_error *error)
{
    return limit_between(resource, name, value, value, error);
}

static enum cqa_status limit_all(const struct cqa_sandbox_limits *limits, struct cqa_error *error)
{
    const rlim_t processor_s = (rlim_t)limits->processor_s;
    enum cqa_status status =
        limit(RLIMIT_CORE, "core dumps", 0, error); /* they would hold voices */

    if (status == CQA_OK)
        status = limit(RLIMIT_FSIZE, "written files", 0, error);
    if (status == CQA_OK)
        status = limit(RLIMIT_NPROC, "processes", 0, error);
    if (status == CQA_OK)
        status = limit(RLIMIT_NOFILE, "open files", FILES_MAX, error);
    if (status == CQA_OK && !SANITIZED)
        status = limit(RLIMIT_AS, "memory", (rlim_t)limits->memory_bytes, error);
    if (status == CQA_OK && processor_s > 0)
        status =
            limit_between(RLIMIT_CPU, "processor time", processor_s, processor_s + GRACE_S, error);
    return status;
}

/* Plain computing, reading and answering. */
static const int allowed[] = {
    SCMP_SYS(read),         SCMP_SYS(pread64),        SCMP_SYS(readv),
    SCMP_SYS(preadv),       SCMP_SYS(write),          SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),      SCMP_SYS(sendto),         SCMP_SYS(lseek),
    SCMP_SYS(_llseek),      SCMP_SYS(fstat),          SCMP_SYS(fstat64),
    SCMP_SYS(close),        SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(brk),          SCMP_SYS(madvise),        SCMP_SYS(fadvise64),
    SCMP_SYS(futex),        SCMP_SYS(exit),           SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack),  SCMP_SYS(clock_gettime),  SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),    SCMP_SYS(gettimeofday),   SCMP_SYS(time),
    SCMP_SYS(getrandom),    SCMP_SYS(getpid),         SCMP_SYS(gettid),
    SCMP_SYS(getrusage),    SCMP_SYS(sched_yield),    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
};

/* No decoder has any business with these: who calls one has been taken over. */
static const int deadly[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(clone),
    SCMP_SYS(clone3),
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(kill),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(bpf),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(memfd_create),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat2),
    SCMP_SYS(open_by_handle_at),
};

/* Stands in the filter for the process that will load it. No process has this number. */
enum { NOBODY = 0x7ffffff7 };

/* Memory may be mapped and protected, but never made executable. abort() may signal this process
 * alone. */
static int add_conditional(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    const struct scmp_arg_cmp of_descriptor = SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0);
    const struct scmp_arg_cmp myself = SCMP_A0(SCMP_CMP_EQ, NOBODY, 0);
    int failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, not_executable);

    if (failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_executable);
    if (failed == 0) /* what fstat() is since glibc 2.33 */
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, of_descriptor);
    if (failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, myself);
    return failed;
}

static int add_all(scmp_filter_ctx filter)
{
    /* Where the unit's own filter hides seccomp(2), we load by prctl, which cannot kill a whole
     * process: killing its only thread comes to the same. */
    const uint32_t kill_it = seccomp_api_get() >= 3 ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_KILL;
    int failed = 0;

    for (size_t i = 0; failed == 0 && i < sizeof allowed / sizeof allowed[0]; i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; failed == 0 && i < sizeof deadly / sizeof deadly[0]; i++)
        failed = seccomp_rule_add(filter, kill_it, deadly[i], 0);
    return failed == 0 ? add_conditional(filter) : failed;
}

/* The filter as the kernel takes it: it fits a pipe. */
static int export_filter(scmp_filter_ctx filter, struct cqa_sandbox_filter *out)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -errno;
    const int failed = seccomp_export_bpf(filter, ends[1]);
    const ssize_t got = failed == 0 ? read(ends[0], out->code, sizeof out->code) : -1;
    close(ends[0]);
    close(ends[1]);
    if (got <= 0 || (size_t)got == sizeof out->code)
        return failed != 0 ? failed : -E2BIG;
    out->count = (unsigned short)((size_t)got / sizeof out->code[0]);
    return 0;
}

enum cqa_status cqa_sandbox_prepare(struct cqa_sandbox_filter *out, struct cqa_error *error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int failed = filter == NULL ? -ENOMEM : add_all(filter);
    int places = 0;

    if (failed == 0)
        failed = export_filter(filter, out);
    seccomp_release(filter);
    for (int i = 0; failed == 0 && i < out->count; i++)
        if (out->code[i].k == NOBODY) {
            out->own_pid = i;
            places++;
        }
    if (failed != 0 || places != 1)
        return cqa_fail(error, CQA_E_IO, "cannot make the system call filter: %p",
                        failed != 0 ? cqa_words_of_errno(-failed)
                                    : cqa_words("its form is not known"));
    return CQA_OK;
}

static enum cqa_status load_filter(const struct cqa_sandbox_filter *filter, struct cqa_error *error)
{
    struct cqa_sandbox_filter own = *filter;
    const struct sock_fprog program = {own.count, own.code};

    own.code[own.own_pid].k = (uint32_t)getpid();
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0 &&
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return cqa_fail_errno(error, "cannot load the system call filter");
    return CQA_OK;
}

enum cqa_status cqa_sandbox_enter(int keep_fd, pid_t parent,
                                  const struct cqa_sandbox_limits *limits,
                                  const struct cqa_sandbox_filter *filter, struct cqa_error *error)
{
    enum cqa_status status;

    cqa_sandbox_reset_signals();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return cqa_fail_errno(error, "PR_SET_PDEATHSIG");
    if (getppid() != parent) /* it died before the line above took effect */
        return cqa_fail(error, CQA_E_IO, "the parent has gone");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return cqa_fail_errno(error, "PR_SET_NO_NEW_PRIVS");
    if (!SANITIZED && prctl(PR_SET_DUMPABLE, 0) != 0)
        return cqa_fail_errno(error, "PR_SET_DUMPABLE");
    status = drop_descriptors(keep_fd, error);
    if (status == CQA_OK)
        status = limit_all(limits, error);
    if (status == CQA_OK && !SANITIZED)
        status = load_filter(filter, error);
    return status;
}
