/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "sql/driver.h"

static int is_of_word(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_';
}

/* Length of the quoted text or comment that begins here, 0 when none does. A doubled quote is two
 * quoted texts, which comes to the same. */
static size_t quoted(const char *at)
{
    const char *end = NULL;

    if (*at == '\'' || *at == '"') {
        end = strchr(at + 1, *at);
        return end == NULL ? strlen(at) : (size_t)(end + 1 - at);
    }
    if (strncmp(at, "--", 2) == 0)
        return strcspn(at, "\n");
    if (strncmp(at, "/*", 2) == 0) {
        end = strstr(at + 2, "*/");
        return end == NULL ? strlen(at) : (size_t)(end + 2 - at);
    }
    return 0;
}

/* A placeholder at `at`: its number, and `*length` how long it is; -1 when it is none of ours. */
static int placeholder(const char *at, size_t *length)
{
    char *end = NULL;
    const long number = at[1] >= '1' && at[1] <= '9' ? strtol(at + 1, &end, 10) : -1;

    if (number < 1 || number > CQA_SQL_PARAMETERS_MAX)
        return -1;
    *length = (size_t)(end - at);
    return (int)number;
}

/* How many there are when they are numbered: the highest, if none below it lacks. */
static int highest_of(const int *order, int count)
{
    unsigned char seen[CQA_SQL_PARAMETERS_MAX + 1] = {0};
    int highest = 0;
    int different = 0;

    for (int i = 0; i < count; i++) {
        different += !seen[order[i]];
        seen[order[i]] = 1;
        if (order[i] > highest)
            highest = order[i];
    }
    return different == highest ? highest : -1;
}

static int has(const int *order, int count, int number)
{
    for (int i = 0; i < count; i++)
        if (order[i] == number)
            return 1;
    return 0;
}

/* A column is called that, which is a word of PostgreSQL's own: it has to be quoted. Its length
 * where it begins here. */
static size_t reserved(const char *text, const char *at)
{
    static const char word[] = "user";
    const size_t length = sizeof word - 1;

    if (strncmp(at, word, length) != 0 || is_of_word(at[length]) ||
        (at > text && is_of_word(at[-1])))
        return 0;
    return length;
}

static enum cqa_status translate(const char *text, int numbered, struct cqa_buffer *out, int *order,
                                 int *count, struct cqa_error *error)
{
    const char *at = text;

    *count = 0;
    while (*at != '\0') {
        size_t length = quoted(at);
        if (length == 0 && *at == '?') {
            const int number = placeholder(at, &length);
            if (number < 0 || (!numbered && *count == CQA_SQL_PARAMETERS_MAX))
                return cqa_fail(error, CQA_E_BADDATA, "a placeholder of a statement is not ?N");
            if (!numbered || !has(order, *count, number))
                order[(*count)++] = number;
            (void)(numbered ? cqa_buffer_print(out, "$%d", number) : cqa_buffer_add(out, "?", 1));
        } else if (length == 0 && numbered && (length = reserved(text, at)) > 0) {
            (void)cqa_buffer_print(out, "\"%.*s\"", (int)length, at);
        } else {
            length += length == 0;
            (void)cqa_buffer_add(out, at, length);
        }
        at += length;
    }
    return CQA_OK;
}

char *cqa_sql_translate(const char *text, int numbered, int order[CQA_SQL_PARAMETERS_MAX],
                        int *count, struct cqa_error *error)
{
    struct cqa_buffer out = {.limit = strlen(text) * 2 + 16};
    enum cqa_status status = translate(text, numbered, &out, order, count, error);

    const int highest = status == CQA_OK ? highest_of(order, *count) : 0;
    if (highest < 0)
        status = cqa_fail(error, CQA_E_BADDATA, "a number lacks among a statement's placeholders");
    else if (numbered)
        *count = highest;
    if (status == CQA_OK && (out.failed || out.text == NULL))
        status = cqa_fail(error, CQA_E_NOMEM, "no memory for a statement");
    if (status != CQA_OK) {
        cqa_buffer_finish(&out);
        return NULL;
    }
    return out.text;
}
