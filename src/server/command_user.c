/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "base/say.h"
#include "scores/accounts.h"
#include "scores/audit.h"
#include "scores/password.h"
#include "scores/when.h"
#include "server/command.h"

/* The first line of the file. */
static int read_password(const char *path, char *out, int size)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    if (file == NULL)
        return 0;
    const int read = fgets(out, size, file) != NULL;
    if (file != stdin)
        fclose(file);
    out[read ? strcspn(out, "\r\n") : 0] = '\0';
    return read;
}

static int add(const struct cqa_command *command, struct cqa_scores *scores)
{
    char password[CQA_PASSWORD_BYTES_MAX + 3];
    struct cqa_error error = {0};
    const int role = command->role ? cqa_account_role_of(command->role) : -1;

    if (command->word_count != 3)
        return cqa_command_fail(CQA_EXIT_USAGE, "user add needs one NAME");
    if (role < 0 || role == CQA_ACCOUNT_RECORDER)
        return cqa_command_fail(CQA_EXIT_USAGE,
                                "--role must be one of admin, lead, auditor, agent, hr");
    if (command->password_file == NULL)
        return cqa_command_fail(CQA_EXIT_USAGE,
                                "--password-file is missing (- reads it from stdin)");
    if (!read_password(command->password_file, password, sizeof password))
        return cqa_command_fail(CQA_EXIT_FAILED, "%s: %p", command->password_file,
                                errno ? cqa_words_of_errno(errno) : cqa_words("empty"));
    const struct cqa_user_new user = {.name = command->words[2],
                                      .role = (enum cqa_account_role)role,
                                      .person = command->person,
                                      .teams = command->teams,
                                      .team_count = command->team_count,
                                      .password = password};
    const enum cqa_status status = cqa_user_put(scores, &user, &error);
    sodium_memzero(password, sizeof password);
    return status == CQA_OK ? CQA_EXIT_DONE
                            : cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
}

static void print_user(void *context, const struct cqa_user_row *row)
{
    char created[CQA_WHEN_SIZE];
    char disabled[CQA_WHEN_SIZE] = "-";

    (void)context;
    cqa_when_write(row->created_ms, created);
    if (row->disabled_ms != 0)
        cqa_when_write(row->disabled_ms, disabled);
    printf("%s\t%s\t%s\t%s\t%s\t%s\n", row->name, cqa_account_words[row->role], row->person,
           row->teams, created, disabled);
}

static int list(struct cqa_scores *scores)
{
    struct cqa_error error = {0};

    puts("name\trole\tperson\tteams\tcreated\tdisabled");
    return cqa_user_list(scores, print_user, NULL, &error) == CQA_OK
               ? CQA_EXIT_DONE
               : cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
}

int cqa_command_user(const struct cqa_command *command, struct cqa_scores *scores)
{
    struct cqa_error error = {0};
    const char *verb = command->word_count > 1 ? command->words[1] : "";

    if (strcmp(verb, "add") == 0)
        return add(command, scores);
    if (strcmp(verb, "list") == 0 && command->word_count == 2)
        return list(scores);
    if (strcmp(verb, "disable") == 0 && command->word_count == 3)
        return cqa_user_disable(scores, command->words[2], &error) == CQA_OK
                   ? CQA_EXIT_DONE
                   : cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    return cqa_command_fail(CQA_EXIT_USAGE,
                            "user add NAME --role ROLE --password-file F [--person P] "
                            "[--team T]..., user list, user disable NAME");
}

int cqa_command_audit(const struct cqa_command *command, struct cqa_scores *scores)
{
    char head[CQA_AUDIT_HEAD_SIZE];
    struct cqa_error error = {0};
    int64_t count = 0;

    if (command->word_count != 2 || strcmp(command->words[1], "verify") != 0)
        return cqa_command_fail(CQA_EXIT_USAGE, "audit verify");
    if (cqa_audit_verify(scores, &count, head, &error) != CQA_OK)
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    cqa_say(stdout, "%lld rows, unbroken; last hash %s", (long long)count, head);
    return CQA_EXIT_DONE;
}
