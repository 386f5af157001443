/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa-server clips: what is kept of recordings, erased on request, held for a dispute, or saved
 * as files. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/say.h"
#include "scores/evidence.h"
#include "scores/when.h"
#include "server/command.h"

static int print_hold(void *context, const struct cqa_about *about, const char *reason,
                      int64_t made_ms)
{
    char at[CQA_WHEN_SIZE];

    (void)context;
    cqa_when_write(made_ms, at);
    printf("%s\t%s\t%s\t%s\n", at, cqa_about_words[about->kind], about->value, reason);
    return 0;
}

static int erase(const struct cqa_command *command, struct cqa_scores *scores)
{
    struct cqa_evidence_erasure done;
    struct cqa_error error = {0};

    if (command->about.value == NULL || command->reason != NULL || command->lift)
        return cqa_command_fail(CQA_EXIT_USAGE,
                                "clips erase takes one of --customer, --agent and --call");
    if (cqa_evidence_erase(scores, &command->about, command->dry, &done, &error) != CQA_OK)
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    cqa_say(stdout,
            command->dry ? "clips of %lld calls would be erased; under a legal hold: %lld"
                         : "clips of %lld calls are erased; under a legal hold: %lld",
            (long long)done.erased, (long long)done.held);
    if (done.names > 0)
        cqa_say(stdout,
                command->dry ? "answers of imports about the name that would be forgotten: %lld"
                             : "answers of imports about the name that are forgotten: %lld",
                (long long)done.names);
    if (done.calls == 0)
        cqa_say(stderr, "no call that the server has is about %s %s",
                cqa_about_words[command->about.kind], command->about.value);
    return done.held > 0 ? CQA_EXIT_HELD : CQA_EXIT_DONE;
}

static int hold(const struct cqa_command *command, struct cqa_scores *scores)
{
    const struct cqa_about *about = &command->about;
    const int is_asked = command->reason != NULL || command->lift;
    struct cqa_error error = {0};
    enum cqa_status status;

    if (command->dry || (about->value != NULL) != is_asked ||
        (command->reason != NULL && command->lift))
        return cqa_command_fail(CQA_EXIT_USAGE,
                                "clips hold: a subject goes with either --reason or --lift");
    if (about->value == NULL)
        status = cqa_evidence_holds(scores, print_hold, NULL, &error);
    else if (command->lift)
        status = cqa_evidence_lift(scores, about, &error);
    else
        status = cqa_evidence_hold(scores, about, command->reason, &error);
    return status == CQA_OK ? CQA_EXIT_DONE
                            : cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
}

/* ---- as files */

struct saving {
    const char *folder;
    int64_t count;
    int failed;
};

static int write_all(int fd, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t done = write(fd, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return 0;
        bytes += done;
        length -= (size_t)done;
    }
    return 1;
}

/* A new file, there whole or not at all: half a clip would pass for evidence, and no later run
 * writes over it. 0: errno says why. */
static int save_file(const char *path, const struct cqa_item_clip *clip)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return 0;
    int is_whole = write_all(fd, clip->bytes, clip->length) && fsync(fd) == 0;
    int reason = errno;
    if (close(fd) != 0 && is_whole) {
        is_whole = 0;
        reason = errno;
    }
    if (!is_whole)
        (void)unlink(path);
    errno = reason;
    return is_whole;
}

/* Named by the call's row, its milliseconds and the audio that it is of. */
static int save_one(void *context, int64_t call, const char *sha256,
                    const struct cqa_item_clip *clip)
{
    struct saving *saving = context;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%" PRId64 "-%" PRId64 "-%" PRId64 "-%.12s.ogg",
                   saving->folder, call, clip->span.start_ms, clip->span.end_ms, sha256);
    saving->failed = !save_file(path, clip);
    if (saving->failed)
        cqa_command_fail(CQA_EXIT_FAILED, "%s: %p", path, cqa_words_of_errno(errno));
    else
        printf("%s\t~%" PRId64 "\t%s\n", path, call, sha256);
    saving->count += !saving->failed;
    return saving->failed;
}

static int save(const struct cqa_command *command, struct cqa_scores *scores)
{
    struct saving saving = {.folder = command->to};
    struct cqa_error error = {0};

    if (command->about.value == NULL || command->to == NULL || command->reason != NULL ||
        command->lift || command->dry)
        return cqa_command_fail(
            CQA_EXIT_USAGE,
            "clips save takes one of --customer, --agent and --call, and --to FOLDER");
    if (cqa_evidence_save(scores, &command->about, save_one, &saving, &error) != CQA_OK)
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    if (!saving.failed)
        cqa_say(stderr, "clips that are saved: %lld", (long long)saving.count);
    return saving.failed ? CQA_EXIT_FAILED : CQA_EXIT_DONE;
}

int cqa_command_clips(const struct cqa_command *command, struct cqa_scores *scores)
{
    const char *verb = command->word_count == 2 ? command->words[1] : "";

    if (strcmp(verb, "erase") == 0)
        return erase(command, scores);
    if (strcmp(verb, "hold") == 0)
        return hold(command, scores);
    if (strcmp(verb, "save") == 0)
        return save(command, scores);
    return cqa_command_fail(CQA_EXIT_USAGE,
                            "clips erase SUBJECT [--dry-run], clips hold [SUBJECT --reason TEXT|"
                            "--lift], clips save SUBJECT --to FOLDER; SUBJECT is --customer "
                            "NUMBER, --agent NAME or --call ID");
}
