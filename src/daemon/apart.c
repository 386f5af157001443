/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"
#include "base/mounts.h"

enum {
    HANGS_MS = 30000, /* without a word: they speak every five seconds */
    AGAIN_MS = 2000,  /* before an ended one is started anew, doubling up to … */
    AGAIN_MS_MAX = 60000,
    STEP_MS = 5000,
};

static const char MOUNTS[] = "/proc/self/mountinfo";

extern char **environ;

struct part {
    char mount[PATH_MAX];
    char **folders; /* NULL-terminated */
    size_t folder_count;
    pid_t pid; /* 0: none; to be started at start_ms */
    int socket;
    int wanted; /* 0: it was asked to end, and is forgotten once it has */
    int hangs;
    struct cqa_apart_word word;
    struct cqa_apart_word before; /* of those that ended */
    int64_t heard_ms;             /* monotonic */
    int64_t start_ms;
    int64_t again_ms;
};

struct cqa_apart {
    char *program;
    char *config;
    const struct cqa_clock *clock;
    int epoll;
    int mounts_fd; /* has something urgent to say when the list changes */
    int stopping;
    struct part **parts;
    size_t count;
    struct lying *lying; /* of each watched folder, as it was chosen by */
    size_t lying_count;
};

/* Where a folder lay. */
struct lying {
    char folder[PATH_MAX];
    char mount[PATH_MAX];
};

static int64_t now_ms(const struct cqa_apart *apart)
{
    return cqa_clock_monotonic_ms(apart->clock);
}

/* ---- one process */

static enum cqa_status spawn(const struct cqa_apart *apart, const struct part *part, int socket,
                             pid_t *pid, struct cqa_error *error)
{
    const char **arguments = calloc(2 * part->folder_count + 4, sizeof *arguments);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t ours; /* wait until it can take them, rather than end it */
    size_t count = 0;

    if (arguments == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    arguments[count++] = "callqad";
    arguments[count++] = "--config";
    arguments[count++] = apart->config;
    for (size_t i = 0; i < part->folder_count; i++) {
        arguments[count++] = "--only";
        arguments[count++] = part->folders[i];
    }
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, CQA_APART_FD);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &ours);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    errno = posix_spawn(pid, apart->program, &actions, &attributes, (char **)arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(arguments);
    return errno == 0 ? CQA_OK : cqa_fail_errno(error, "a process for %s", part->mount);
}

static void listen_to(const struct cqa_apart *apart, struct part *part)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = part};

    /* Unheard it would count as hanging; what it says is then taken when it is looked at. */
    if (epoll_ctl(apart->epoll, EPOLL_CTL_ADD, part->socket, &event) != 0)
        cqa_log(CQA_LOG_WARNING, "%s: its process is only heard from time to time: %p", part->mount,
                cqa_words_of_errno(errno));
}

static void start(struct cqa_apart *apart, struct part *part)
{
    struct cqa_error error = {0};
    int pair[2];

    part->heard_ms = now_ms(apart);
    part->again_ms = part->again_ms == 0                 ? AGAIN_MS
                     : part->again_ms > AGAIN_MS_MAX / 2 ? AGAIN_MS_MAX
                                                         : 2 * part->again_ms;
    part->start_ms = now_ms(apart) + part->again_ms;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
        cqa_log(CQA_LOG_ERROR, "%s: no process: %p", part->mount, cqa_words_of_errno(errno));
        return;
    }
    if (spawn(apart, part, pair[1], &part->pid, &error) != CQA_OK) {
        cqa_log(CQA_LOG_ERROR, "%s: no process: %p", part->mount, &error.message);
        part->pid = 0;
        close(pair[0]);
    } else {
        part->socket = pair[0];
        listen_to(apart, part);
        cqa_log(CQA_LOG_INFO, "%s is a shared mount: process %d has it", part->mount,
                (int)part->pid);
    }
    close(pair[1]);
}

static void forget(struct part *part)
{
    for (size_t i = 0; i < part->folder_count; i++)
        free(part->folders[i]);
    free(part->folders);
    if (part->socket >= 0)
        close(part->socket);
    free(part);
}

static void add_words(struct cqa_apart_word *sum, const struct cqa_apart_word *word)
{
    sum->analysed += word->analysed;
    sum->failed += word->failed;
    sum->running += word->running;
    sum->settling += word->settling;
}

/* It has ended, for whatever reason. */
static void end(struct cqa_apart *apart, struct part *part, int status)
{
    if (part->wanted && !apart->stopping)
        cqa_log(CQA_LOG_WARNING, "%s: its process has ended (%d) and is started again", part->mount,
                status);
    if (now_ms(apart) - part->start_ms > AGAIN_MS_MAX) /* it had lived well */
        part->again_ms = 0;
    part->start_ms = now_ms(apart) + (part->again_ms == 0 ? AGAIN_MS : part->again_ms);
    part->word.running = part->word.settling = 0;
    add_words(&part->before, &part->word);
    part->word = (struct cqa_apart_word){0};
    close(part->socket);
    part->socket = -1;
    part->pid = 0;
    part->hangs = 0;
}

/* ---- hearing */

static int hear(struct cqa_apart *apart, struct part *part)
{
    struct cqa_apart_word word;
    int news = 0;

    while (part->socket >= 0 && recv(part->socket, &word, sizeof word, 0) == sizeof word) {
        news |= word.analysed != part->word.analysed || word.failed != part->word.failed;
        part->word = word;
        part->heard_ms = now_ms(apart);
        if (part->hangs)
            cqa_log(CQA_LOG_NOTICE, "%s: answers again", part->mount);
        part->hangs = 0;
    }
    return news;
}

static void look_at(struct cqa_apart *apart, struct part *part)
{
    const int64_t silent_ms = now_ms(apart) - part->heard_ms;
    int status = 0;

    if (part->pid != 0 && waitpid(part->pid, &status, WNOHANG) == part->pid) {
        end(apart, part, status);
    } else if (part->pid != 0 && silent_ms > HANGS_MS && !part->hangs) {
        part->hangs = 1;
        cqa_log(CQA_LOG_ERROR,
                "%s: no answer for %" PRId64 " s: the mount hangs; its folders wait, all else goes "
                "on",
                part->mount, silent_ms / 1000);
    }
    if (part->pid == 0 && part->wanted && !apart->stopping && part->start_ms <= now_ms(apart))
        start(apart, part);
}

int64_t cqa_apart_step(struct cqa_apart *apart, int *news)
{
    size_t left = 0;

    for (size_t i = 0; i < apart->count; i++) {
        struct part *part = apart->parts[i];
        *news |= hear(apart, part);
        look_at(apart, part);
        if (part->pid == 0 && !part->wanted)
            forget(part);
        else
            apart->parts[left++] = part;
    }
    apart->count = left;
    return STEP_MS;
}

struct cqa_apart_word cqa_apart_sum(const struct cqa_apart *apart, size_t *hanging, size_t *alive)
{
    struct cqa_apart_word sum = {0};

    *hanging = *alive = 0;
    for (size_t i = 0; i < apart->count; i++) {
        const struct part *part = apart->parts[i];
        add_words(&sum, &part->before);
        add_words(&sum, &part->word);
        *hanging += part->hangs != 0;
        *alive += part->pid != 0 && !part->hangs;
    }
    return sum;
}

/* ---- all */

enum cqa_status cqa_apart_create(struct cqa_apart **out, const char *program, const char *config,
                                 const struct cqa_clock *clock, struct cqa_error *error)
{
    struct cqa_apart *apart = calloc(1, sizeof *apart);

    if (apart == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    apart->clock = clock;
    apart->program = strdup(program);
    apart->config = strdup(config);
    apart->epoll = epoll_create1(EPOLL_CLOEXEC);
    apart->mounts_fd = open(MOUNTS, O_RDONLY | O_CLOEXEC);
    if (apart->program == NULL || apart->config == NULL || apart->epoll < 0 ||
        apart->mounts_fd < 0) {
        const enum cqa_status status = cqa_fail_errno(error, "%s", MOUNTS);
        cqa_apart_destroy(apart);
        return status;
    }
    *out = apart;
    return CQA_OK;
}

void cqa_apart_destroy(struct cqa_apart *apart)
{
    if (apart == NULL)
        return;
    for (size_t i = 0; i < apart->count; i++) {
        if (apart->parts[i]->pid != 0)
            kill(apart->parts[i]->pid, SIGKILL); /* one that hangs dies when its mount answers */
        forget(apart->parts[i]);
    }
    free(apart->parts);
    free(apart->lying);
    if (apart->epoll >= 0)
        close(apart->epoll);
    if (apart->mounts_fd >= 0)
        close(apart->mounts_fd);
    free(apart->program);
    free(apart->config);
    free(apart);
}

int cqa_apart_fd(const struct cqa_apart *apart)
{
    return apart->epoll;
}

int cqa_apart_outdated(struct cqa_apart *apart)
{
    /* Asked directly: to say it once is all that this file does, and an epoll inside another would
     * hear it in our place. */
    struct pollfd changed = {.fd = apart->mounts_fd, .events = POLLPRI};
    struct cqa_mounts mounts = {0};
    int differs = 0;

    if (poll(&changed, 1, 0) <= 0 || (changed.revents & (POLLPRI | POLLERR)) == 0)
        return 0;
    if (cqa_mounts_read(&mounts, MOUNTS, NULL) == CQA_OK)
        for (size_t i = 0; i < apart->lying_count; i++) {
            char mount[PATH_MAX];
            cqa_mounts_shared(&mounts, apart->lying[i].folder, mount);
            differs |= strcmp(mount, apart->lying[i].mount) != 0;
        }
    cqa_mounts_finish(&mounts);
    return differs;
}

void cqa_apart_stop(struct cqa_apart *apart)
{
    apart->stopping = 1;
    for (size_t i = 0; i < apart->count; i++)
        if (apart->parts[i]->pid != 0)
            kill(apart->parts[i]->pid, SIGTERM);
}

/* ---- who has what */

static struct part *find(const struct part *const *parts, size_t count, const char *mount)
{
    for (size_t i = 0; i < count; i++)
        if (parts[i]->wanted && strcmp(parts[i]->mount, mount) == 0)
            return (struct part *)parts[i];
    return NULL;
}

static struct part *add_part(struct part ***parts, size_t *count, const char *mount)
{
    struct part *part = find((const struct part *const *)*parts, *count, mount);
    struct part **more = NULL;

    if (part != NULL)
        return part;
    more = realloc(*parts, (*count + 1) * sizeof *more);
    part = calloc(1, sizeof *part);
    if (more != NULL)
        *parts = more;
    if (more == NULL || part == NULL) {
        free(part);
        return NULL;
    }
    (void)snprintf(part->mount, sizeof part->mount, "%s", mount);
    part->socket = -1;
    part->wanted = 1;
    more[(*count)++] = part;
    return part;
}

static int add_folder(struct part *part, const char *folder)
{
    char **folders = realloc(part->folders, (part->folder_count + 2) * sizeof *folders);

    if (folders == NULL)
        return 0;
    part->folders = folders;
    folders[part->folder_count] = strdup(folder);
    folders[part->folder_count + 1] = NULL;
    return folders[part->folder_count] != NULL && ++part->folder_count > 0;
}

static int same_folders(const struct part *left, const struct part *right)
{
    size_t same = 0;

    while (same < left->folder_count && same < right->folder_count &&
           strcmp(left->folders[same], right->folders[same]) == 0)
        same++;
    return same == left->folder_count && same == right->folder_count;
}

struct choosing {
    const struct cqa_mounts *mounts;
    struct part **parts;
    size_t count;
    struct lying *lying;
    size_t lying_count;
    int failed;
};

/* 1: the folder stays with this process. */
static int choose(void *context, const struct cqa_watch_config *watch)
{
    struct choosing *choosing = context;
    char mount[PATH_MAX];

    cqa_mounts_shared(choosing->mounts, watch->path, mount);
    struct lying *lying = &choosing->lying[choosing->lying_count++];
    (void)snprintf(lying->folder, sizeof lying->folder, "%s", watch->path);
    memcpy(lying->mount, mount, sizeof mount);
    if (mount[0] == '\0')
        return 1;
    struct part *part = add_part(&choosing->parts, &choosing->count, mount);
    choosing->failed |= part == NULL || !add_folder(part, watch->path);
    return 0;
}

/* The processes that there are become those that are to be. */
static int change_to(struct cqa_apart *apart, struct choosing *choosing)
{
    struct part **all = calloc(apart->count + choosing->count + 1, sizeof(struct part *));
    size_t count = 0;

    if (all == NULL)
        return 0;
    for (size_t i = 0; i < apart->count; i++) {
        struct part *part = apart->parts[i];
        const struct part *same =
            find((const struct part *const *)choosing->parts, choosing->count, part->mount);
        const int stays = part->wanted && same != NULL && same_folders(part, same);
        if (part->pid != 0)
            kill(part->pid, stays ? SIGHUP : SIGTERM);
        part->wanted = stays;
        all[count++] = part;
    }
    for (size_t i = 0; i < choosing->count; i++) {
        struct part *part = choosing->parts[i];
        if (find((const struct part *const *)apart->parts, apart->count, part->mount) != NULL)
            forget(part);
        else
            all[count++] = part;
    }
    free(apart->parts);
    apart->parts = all;
    apart->count = count;
    choosing->count = 0;
    return 1;
}

enum cqa_status cqa_apart_take(struct cqa_apart *apart, struct cqa_config *config,
                               struct cqa_error *error)
{
    struct cqa_mounts mounts = {0};
    struct choosing choosing = {.mounts = &mounts,
                                .lying = calloc(config->watch_count + 1, sizeof *choosing.lying)};
    int news = 0;
    enum cqa_status status = choosing.lying == NULL ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                                                    : cqa_mounts_read(&mounts, MOUNTS, error);

    if (status == CQA_OK) {
        cqa_config_keep(config, choose, &choosing);
        if (choosing.failed || !change_to(apart, &choosing))
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    if (status == CQA_OK) {
        struct lying *old = apart->lying;
        apart->lying = choosing.lying;
        apart->lying_count = choosing.lying_count;
        choosing.lying = old;
    }
    free(choosing.lying);
    for (size_t i = 0; i < choosing.count; i++)
        forget(choosing.parts[i]);
    free(choosing.parts);
    cqa_mounts_finish(&mounts);
    (void)cqa_apart_step(apart, &news);
    return status;
}
