/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_COMMAND_H
#define CQA_SERVER_COMMAND_H

#include "base/program.h"
#include "recorder/about.h"
#include "scores/store.h"
#include "settings/config.h"

/* What the command line says, taken apart. */
struct cqa_command {
    const char *config;
    const char *role;
    const char *password_file;
    const char *person;
    const char *site;
    const char *teams[32];
    size_t team_count;
    const char *addresses[16]; /* that a token may be used from */
    size_t address_count;
    int off;   /* a second factor goes */
    long days; /* that a token is in force */
    int check_only;
    struct cqa_about about; /* whom clips are about; value NULL: nobody was named */
    const char *from, *to;  /* of a copy */
    const char *reason;
    int lift;
    int dry;
    const char *head;     /* a hash that was once the audit log's last; NULL */
    const char *words[4]; /* what is no option: "token", "add", NAME */
    int word_count;
};

/* Each returns an exit code. */
int cqa_command_serve(const struct cqa_server_config *config, struct cqa_scores *scores);
int cqa_command_token(const struct cqa_command *command, struct cqa_scores *scores);
int cqa_command_user(const struct cqa_command *command, struct cqa_scores *scores);
int cqa_command_clips(const struct cqa_command *command, struct cqa_scores *scores);
int cqa_command_copy(const struct cqa_command *command);
int cqa_command_audit(const struct cqa_command *command, struct cqa_scores *scores);

/* Prints "callqa-server: …" and returns `code`. */
int cqa_command_fail(int code, const char *format, ...) CQA_MESSAGE(2, 3);

#endif
