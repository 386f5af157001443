/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "scores/accounts.h"
#include "scores/when.h"
#include "server/command.h"

static int add(const struct cqa_command *command, struct cqa_scores *scores)
{
    char token[CQA_TOKEN_SIZE];
    struct cqa_error error = {0};
    const int role = command->role ? cqa_account_role_of(command->role) : -1;

    if (command->word_count != 3)
        return cqa_command_fail(CQA_EXIT_USAGE, "token add needs one NAME");
    if (role < 0)
        return cqa_command_fail(CQA_EXIT_USAGE,
                                "--role must be one of admin, lead, auditor, agent, recorder, hr");
    const struct cqa_token_new wish = {.name = command->words[2],
                                       .role = (enum cqa_account_role)role,
                                       .site = command->site ? command->site : "",
                                       .teams = command->teams,
                                       .team_count = command->team_count,
                                       .addresses = command->addresses,
                                       .address_count = command->address_count,
                                       .days = command->days};
    if (command->days < 1 || command->days > CQA_TOKEN_DAYS_MAX)
        return cqa_command_fail(CQA_EXIT_USAGE, "--days must be 1 to %d", CQA_TOKEN_DAYS_MAX);
    if (cqa_token_add(scores, &wish, token, &error) != CQA_OK)
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    return puts(token) < 0 || fflush(stdout) != 0 ? CQA_EXIT_FAILED : CQA_EXIT_DONE;
}

static void write_time(int64_t ms, char out[CQA_WHEN_SIZE])
{
    if (ms != 0)
        cqa_when_write(ms, out);
    else
        snprintf(out, CQA_WHEN_SIZE, "-");
}

static void print_row(void *context, const struct cqa_token_row *row)
{
    char created[CQA_WHEN_SIZE];
    char expires[CQA_WHEN_SIZE];
    char used[CQA_WHEN_SIZE];
    char revoked[CQA_WHEN_SIZE];

    (void)context;
    write_time(row->created_ms, created);
    write_time(row->expires_ms, expires);
    write_time(row->used_ms, used);
    write_time(row->revoked_ms, revoked);
    printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row->name, cqa_account_words[row->role],
           row->site[0] ? row->site : "-", strcmp(row->teams, "[]") != 0 ? row->teams : "-",
           created, expires, used, revoked,
           strcmp(row->addresses, "[]") != 0 ? row->addresses : "-");
}

int cqa_command_token(const struct cqa_command *command, struct cqa_scores *scores)
{
    struct cqa_error error = {0};
    const char *verb = command->word_count > 1 ? command->words[1] : "";

    if (strcmp(verb, "add") == 0)
        return add(command, scores);
    if (strcmp(verb, "revoke") == 0 && command->word_count == 3)
        return cqa_token_revoke(scores, command->words[2], &error) == CQA_OK
                   ? CQA_EXIT_DONE
                   : cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    if (strcmp(verb, "list") == 0) {
        puts("name\trole\tsite\tteams\tcreated\texpires\tused\trevoked\taddresses");
        return cqa_token_list(scores, print_row, NULL, &error) == CQA_OK
                   ? CQA_EXIT_DONE
                   : cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    }
    return cqa_command_fail(CQA_EXIT_USAGE,
                            "token add NAME --role ROLE [--site SITE] [--team "
                            "T]... [--days N] [--address RANGE]..., token list, token revoke NAME");
}
