/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/password.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/*
 * What is tried first, without what is put behind it: digits, signs and capitals are taken off
 * before it is looked up, so "Password2025!" is "password".
 */
static const char *const common[] = {
    "password",   "passwort", "passw",      "letmein",   "welcome",  "monkey",    "dragon",
    "sunshine",   "princess", "football",   "baseball",  "iloveyou", "woaini",    "qwerty",
    "qwertyuiop", "qwertz",   "asdfgh",     "asdfghjkl", "zxcvbnm",  "admin",     "administrator",
    "root",       "changeme", "secret",     "master",    "superman", "batman",    "trustno",
    "whatever",   "computer", "internet",   "samsung",   "michael",  "jennifer",  "jordan",
    "hunter",     "shadow",   "killer",     "charlie",   "access",   "abc",       "abcd",
    "abcdef",     "abcdefgh", "abcdefghij", "test",      "testtest", "guest",     "default",
    "login",      "callqa",   "callcenter", "recording", "asterisk", "freepbx",   "huawei",
    "alibaba",    "zhongguo", "beijing",    "shanghai",  "china",    "mima",      "guanliyuan",
    "pass",       "word",     "user",       "hello",     "qazwsx",   "qazwsxedc", "wasd",
    "aaa",        "aaaa",     "aaaaaaaa",   "xxxxxxxx",
};

enum {
    NUMBER_CHARACTERS_MIN = 15
}; /* of digits and signs alone: days and telephones are shorter */

static int is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t count_characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += !is_continuation(*text);
    return count;
}

/* One character over and over, or each the next of the one before: "11111111", "12345678",
 * "hgfedcba". */
static int is_monotone(const char *text)
{
    const int step = text[0] != '\0' ? text[1] - text[0] : 0;

    if (step < -1 || step > 1)
        return 0;
    for (size_t i = 1; text[i] != '\0'; i++)
        if (text[i] - text[i - 1] != step && !(text[i - 1] == '9' && text[i] == '0'))
            return 0;
    return 1;
}

/* Letters alone, small; what is no ASCII stays. */
static void core_of(const char *text, char *out, size_t size)
{
    size_t used = 0;

    for (; *text != '\0' && used + 1 < size; text++)
        if (isalpha((unsigned char)*text) || (unsigned char)*text >= 0x80)
            out[used++] = (char)tolower((unsigned char)*text);
    out[used] = '\0';
}

static int is_common(const char *core)
{
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strcmp(core, common[i]) == 0)
            return 1;
    return core[0] != '\0' && is_monotone(core);
}

/* Whether a line of the file is the password, or its letters, whatever was put around them. Read
 * when one is set: that is rare, and a list is short. */
static enum cqa_status is_listed(const char *path, const char *password, const char *core,
                                 int *listed, struct cqa_error *error)
{
    char line[CQA_PASSWORD_BYTES_MAX + 2];
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    while (!*listed && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        *listed =
            line[0] != '\0' && (strcasecmp(line, password) == 0 || strcasecmp(line, core) == 0);
    }
    const int failed = ferror(file);
    (void)fclose(file);
    return failed ? cqa_fail(error, CQA_E_IO, "%s: cannot be read", path) : CQA_OK;
}

static enum cqa_status check_listed(const char *path, const char *password, const char *core,
                                    struct cqa_error *error)
{
    int listed = 0;
    const enum cqa_status status =
        path != NULL ? is_listed(path, password, core, &listed, error) : CQA_OK;

    return listed
               ? cqa_fail(error, CQA_E_BADDATA, "the password is one of those that are tried first")
               : status;
}

enum cqa_status cqa_password_check(const struct cqa_password_rules *rules, const char *name,
                                   const char *password, struct cqa_error *error)
{
    char core[CQA_PASSWORD_BYTES_MAX + 1];
    char own[CQA_PASSWORD_BYTES_MAX + 1];
    const size_t length = strlen(password);

    if (count_characters(password) < (size_t)rules->characters_least ||
        length > CQA_PASSWORD_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA,
                        "the password must have %d characters, and %d bytes at "
                        "most",
                        (int)rules->characters_least, CQA_PASSWORD_BYTES_MAX);
    core_of(password, core, sizeof core);
    core_of(name, own, sizeof own);
    const int is_number = core[0] == '\0' && length < NUMBER_CHARACTERS_MIN;
    if (is_number || is_common(core) || is_monotone(password))
        return cqa_fail(error, CQA_E_BADDATA, "the password is one of those that are tried first");
    if (strcmp(core, own) == 0 || strcmp(password, name) == 0)
        return cqa_fail(error, CQA_E_BADDATA, "the password is the account's name");
    return check_listed(rules->common, password, core, error);
}
