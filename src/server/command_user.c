/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "base/say.h"
#include "scores/accounts.h"
#include "report/qr.h"
#include "scores/audit.h"
#include "scores/second_factor.h"
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

/* Two rows of the picture are a line: "▀" and its like, with the light margin that readers need. */
static void draw(const char *picture)
{
    static const char *const blocks[] = {"█", "▀", "▄", " "}; /* dark paper: light is drawn */
    enum { MARGIN = 2 };
    const int width = (int)strcspn(picture, "\n");

    for (int y = -MARGIN; y < width + MARGIN; y += 2) {
        for (int x = -MARGIN; x < width + MARGIN; x++) {
            int dark[2];
            for (int i = 0; i < 2; i++)
                dark[i] = x >= 0 && x < width && y + i >= 0 && y + i < width &&
                          picture[(y + i) * (width + 1) + x] == '1';
            (void)fputs(blocks[2 * dark[0] + dark[1]], stdout);
        }
        (void)putchar('\n');
    }
}

static int give_factor(const char *name, struct cqa_scores *scores)
{
    char text[CQA_FACTOR_TEXT_SIZE];
    char uri[CQA_FACTOR_URI_SIZE];
    struct cqa_buffer picture = {.limit = 1 << 16};
    struct cqa_error error = {0};
    enum cqa_status status = cqa_factor_give(scores, name, text, &error);

    if (status == CQA_OK) {
        cqa_factor_uri(name, text, uri);
        status = cqa_qr(uri, &picture, &error);
    }
    if (status == CQA_OK) {
        draw(picture.text);
        (void)printf("%s\n%s\n", uri, text);
    }
    cqa_buffer_finish(&picture);
    return status == CQA_OK ? CQA_EXIT_DONE
                            : cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
}

static int set_factor(const struct cqa_command *command, struct cqa_scores *scores)
{
    struct cqa_error error = {0};

    if (!command->off)
        return give_factor(command->words[2], scores);
    return cqa_factor_take(scores, command->words[2], &error) == CQA_OK
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
    if (strcmp(verb, "second-factor") == 0 && command->word_count == 3)
        return set_factor(command, scores);
    return cqa_command_fail(CQA_EXIT_USAGE,
                            "user add NAME --role ROLE --password-file F [--person P] "
                            "[--team T]..., user list, user disable NAME, user second-factor NAME "
                            "[--off]");
}

int cqa_command_audit(const struct cqa_command *command, struct cqa_scores *scores)
{
    char head[CQA_AUDIT_HEAD_SIZE];
    struct cqa_error error = {0};
    int64_t count = 0;

    if (command->word_count == 2 && strcmp(command->words[1], "new-key") == 0)
        return cqa_audit_write(scores, cqa_actor_console, "audit.key", "", "begun anew", &error) ==
                       CQA_OK
                   ? CQA_EXIT_DONE
                   : cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    if (command->word_count != 2 || strcmp(command->words[1], "verify") != 0)
        return cqa_command_fail(CQA_EXIT_USAGE, "audit verify [--head HASH], audit new-key");
    if (cqa_audit_verify(scores, command->head, &count, head, &error) != CQA_OK)
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    cqa_say(stdout, "%lld rows, unbroken, %lld of them chained with the key; last hash %s",
            (long long)count, (long long)cqa_audit_keyed(scores, count), head);
    return CQA_EXIT_DONE;
}
