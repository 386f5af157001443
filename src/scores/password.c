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

/* ---- what a password amounts to, whatever is put around, between or in the place of its letters
 */

enum {
    OWN_BYTES_MIN = 3, /* a shorter name is in many words */
    FORMS_MAX = 20
};

struct forms {
    char text[FORMS_MAX][CQA_PASSWORD_BYTES_MAX + 1];
    size_t count;
};

static int is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Letters alone, small; what is no ASCII stays. */
static void core_of(const char *text, size_t length, char *out)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++)
        if (is_letter(text[i]))
            out[used++] = (char)tolower((unsigned char)text[i]);
    out[used] = '\0';
}

/* The word that the text is several times over, or its whole length. */
static size_t unit_of(const char *text)
{
    const size_t length = strlen(text);

    for (size_t unit = 1; unit <= length / 2; unit++)
        if (length % unit == 0 && memcmp(text, text + unit, length - unit) == 0)
            return unit;
    return length;
}

/* The letters, and the word that they repeat. */
static void add_form(struct forms *forms, const char *text, size_t length)
{
    char *form = forms->text[forms->count++];

    core_of(text, length, form);
    const size_t unit = unit_of(form);
    if (unit == strlen(form))
        return;
    char *word = forms->text[forms->count++];
    memcpy(word, form, unit);
    word[unit] = '\0';
}

/* Digits and signs that stand for letters; `one` is what 1 and ! stand for. */
static void unleet(char *text, char one)
{
    static const char signs[] = "013!457@$8+";
    const char letters[] = {'o', one, 'e', one, 'a', 's', 't', 'a', 's', 'b', 't'};

    for (; *text != '\0'; text++) {
        const char *sign = strchr(signs, *text);
        if (sign != NULL)
            *text = letters[sign - signs];
    }
}

/* As it stands, and as it reads where what is put before and behind it, or behind it alone, is left
 * out, and the rest stands for letters. */
static void read_forms(const char *password, struct forms *forms)
{
    char text[CQA_PASSWORD_BYTES_MAX + 1];
    const size_t length = strlen(password);
    size_t first = 0;
    size_t end = length;

    add_form(forms, password, length);
    while (first < length && !is_letter(password[first]))
        first++;
    while (end > first && !is_letter(password[end - 1]))
        end--;
    for (int way = 0; way < 8; way++) {
        const size_t from = (way & 1) ? 0 : first;
        const size_t to = (way & 2) ? length : end;
        memcpy(text, password + from, to - from);
        text[to - from] = '\0';
        unleet(text, (way & 4) ? 'l' : 'i');
        add_form(forms, text, to - from);
    }
}

static int is_common(const char *form)
{
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strcmp(form, common[i]) == 0)
            return 1;
    return form[0] != '\0' && is_monotone(form);
}

static int any_is_common(const struct forms *forms)
{
    for (size_t i = 0; i < forms->count; i++)
        if (is_common(forms->text[i]))
            return 1;
    return 0;
}

/* `text` without `name`, wherever it stands in it, in small letters. */
static void leave_out(const char *text, const char *name, char *out)
{
    const size_t length = strlen(name);

    while (*text != '\0') {
        if (strncasecmp(text, name, length) == 0)
            text += length;
        else
            *out++ = *text++;
    }
    *out = '\0';
}

/* Whether it is the name, with digits and signs, repeated, or with a word that is tried first. */
static int is_of_name(const char *password, const struct forms *forms, const char *name)
{
    char rest[CQA_PASSWORD_BYTES_MAX + 1];
    char core[CQA_PASSWORD_BYTES_MAX + 1];

    core_of(name, strlen(name), core);
    for (size_t i = 0; core[0] != '\0' && i < forms->count; i++)
        if (strcmp(forms->text[i], core) == 0)
            return 1;
    if (strlen(name) < OWN_BYTES_MIN || strcasestr(password, name) == NULL)
        return strcasecmp(password, name) == 0;
    leave_out(password, name, rest);
    core_of(rest, strlen(rest), core);
    return core[0] == '\0' || is_common(core);
}

/* ---- the site's list */

static int is_line(const char *line, const char *password, const struct forms *forms)
{
    int found = strcasecmp(line, password) == 0;

    for (size_t i = 0; i < forms->count && !found; i++)
        found = strcasecmp(line, forms->text[i]) == 0;
    return found && line[0] != '\0';
}

/* Whether a line of the file is the password, or what it amounts to. Read when one is set: that is
 * rare, and a list is short. */
static enum cqa_status is_listed(const char *path, const char *password, const struct forms *forms,
                                 int *listed, struct cqa_error *error)
{
    char line[CQA_PASSWORD_BYTES_MAX + 2];
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    while (!*listed && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        *listed = is_line(line, password, forms);
    }
    const int failed = ferror(file);
    (void)fclose(file);
    return failed ? cqa_fail(error, CQA_E_IO, "%s: cannot be read", path) : CQA_OK;
}

static enum cqa_status check_listed(const char *path, const char *password,
                                    const struct forms *forms, struct cqa_error *error)
{
    int listed = 0;
    const enum cqa_status status =
        path != NULL ? is_listed(path, password, forms, &listed, error) : CQA_OK;

    return listed
               ? cqa_fail(error, CQA_E_BADDATA, "the password is one of those that are tried first")
               : status;
}

enum cqa_status cqa_password_check(const struct cqa_password_rules *rules,
                                   const struct cqa_password_owner *owner, const char *password,
                                   struct cqa_error *error)
{
    struct forms forms = {.count = 0};
    const size_t length = strlen(password);

    if (count_characters(password) < (size_t)rules->characters_least ||
        length > CQA_PASSWORD_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA,
                        "the password must have %d characters, and %d bytes at "
                        "most",
                        (int)rules->characters_least, CQA_PASSWORD_BYTES_MAX);
    read_forms(password, &forms);
    if (is_of_name(password, &forms, owner->name) || is_of_name(password, &forms, owner->person))
        return cqa_fail(error, CQA_E_BADDATA, "the password is the account's name");
    const int is_number = forms.text[0][0] == '\0' && length < NUMBER_CHARACTERS_MIN;
    if (is_number || is_monotone(password) || any_is_common(&forms))
        return cqa_fail(error, CQA_E_BADDATA, "the password is one of those that are tried first");
    return check_listed(rules->common, password, &forms, error);
}
