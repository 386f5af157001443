/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa-server copy: a store on SQLite becomes one on PostgreSQL. */
#include <stdio.h>
#include "base/say.h"
#include "scores/copy.h"
#include "server/command.h"

static void tell(void *context, const char *table, int64_t rows)
{
    (void)context;
    printf("%s\t%lld\n", table, (long long)rows);
}

int cqa_command_copy(const struct cqa_command *command)
{
    struct cqa_arena arena = {0};
    struct cqa_store_place from = {0};
    struct cqa_store_place to = {0};
    struct cqa_error error = {0};
    int code = CQA_EXIT_DONE;

    if (command->from == NULL || command->to == NULL ||
        !cqa_store_place_read(command->from, &arena, &from) || from.path == NULL ||
        !cqa_store_place_read(command->to, &arena, &to) || to.path != NULL) {
        code = cqa_command_fail(CQA_EXIT_USAGE, "copy goes --from sqlite:/ABSOLUTE/PATH --to "
                                                "postgresql://USER@HOST:PORT/DATABASE");
    } else {
        to.password_file = command->password_file;
        if (cqa_scores_copy(&from, &to, &cqa_clock_system, tell, NULL, &error) != CQA_OK)
            code = cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
        else
            cqa_say(stdout, "every row is there and the same");
    }
    cqa_arena_finish(&arena);
    return code;
}
