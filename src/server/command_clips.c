/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa-server clips: what is kept of recordings, erased on request or held for a dispute. */
#include <stdio.h>
#include <string.h>
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

int cqa_command_clips(const struct cqa_command *command, struct cqa_scores *scores)
{
    const char *verb = command->word_count == 2 ? command->words[1] : "";

    if (strcmp(verb, "erase") == 0)
        return erase(command, scores);
    if (strcmp(verb, "hold") == 0)
        return hold(command, scores);
    return cqa_command_fail(CQA_EXIT_USAGE,
                            "clips erase SUBJECT [--dry-run], clips hold [SUBJECT --reason TEXT|"
                            "--lift]; SUBJECT is --customer NUMBER, --agent NAME or --call ID");
}
