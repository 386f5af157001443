/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "scores/password.h"

static const struct cqa_password_rules rules = {.characters_least = 8};

static void assert_checked(const struct cqa_password_rules *by, const char *name,
                           const char *person, const char *password, enum cqa_status expected)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_password_check(by, &(struct cqa_password_owner){name, person}, password, &error);

    if (status != expected)
        fail_msg("%s of %s (%s): %d", password, name, person, (int)status);
}

/* Digits and signs around, between, and in the place of letters; and words over and over. */
static void what_is_tried_first_is_refused(void **state)
{
    static const char *const bad[] = {
        "password",         "Password2025!",      "        ",         "12345678",
        "87654321",         "aaaaaaaa",           "19990101",         "13800138000",
        "qwerty123",        "abcdefgh",           "zxcvbnm,./",       "密码密码密码",
        "woaini1314520",    "Passw0rd!",          "P@ssw0rd",         "p4$$w0rd1",
        "passwordpassword", "Password-Password1", "pa55w0rdpa55w0rd", "letmeinletmein",
        "4dm1n1234",        "adminadmin",         "admin.admin",      "qwertyqwerty",
        "abcabcabc",        "we1come2026",        "c4llqac4llqa",     "5ecret5ecret",
        "trustno1!",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_checked(&rules, "eve", "wang", bad[i], CQA_E_BADDATA);
}

static void the_own_names_are_refused(void **state)
{
    static const struct {
        const char *name, *person, *password;
    } bad[] = {
        {"new.person", "li", "new.person"}, {"new.person", "li", "NewPerson2026"},
        {"bob2", "li", "bob2bob2"},         {"bob2", "li", "b0bb0bb0b"},
        {"bob2", "li", "bob2-2026"},        {"8001", "li", "8001800180018001"},
        {"8001", "li", "8001abcd!"},        {"8001", "li", "8001password"},
        {"8001", "zhangwei", "ZhangWei88"}, {"8001", "张伟", "张伟张伟张伟张伟"},
        {"8001", "zhangwei", "zh4ngw3i!"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_checked(&rules, bad[i].name, bad[i].person, bad[i].password, CQA_E_BADDATA);
}

static void others_are_taken(void **state)
{
    static const char *const good[] = {"correct horse",      "a long one",      "battery staple",
                                       "窗外的雨还没有停",   "eve saw the fox", "kx7-blue-gate",
                                       "passwort-frage-wald"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_checked(&rules, "eve", "wang", good[i], CQA_OK);
}

static void a_list_is_of_words_and_of_what_they_are_made_into(void **state)
{
    char path[64] = "/tmp/callqa-common-XXXXXX";
    const int fd = mkstemp(path);
    const struct cqa_password_rules listed = {.characters_least = 8, .common = path};

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "sommerregen\r\nmustang\n\n", 23), 23);
    close(fd);
    assert_checked(&listed, "eve", "wang", "Sommer-Regen!", CQA_E_BADDATA);
    assert_checked(&listed, "eve", "wang", "Mu5tang2026", CQA_E_BADDATA);
    assert_checked(&listed, "eve", "wang", "mustangmustang", CQA_E_BADDATA);
    assert_checked(&listed, "eve", "wang", "sommerregenzeit", CQA_OK);
    assert_checked(&rules, "eve", "wang", "Mu5tang2026", CQA_OK);
    assert_int_equal(unlink(path), 0);
    assert_checked(&listed, "eve", "wang", "sommerregenzeit", CQA_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_tried_first_is_refused),
        cmocka_unit_test(the_own_names_are_refused),
        cmocka_unit_test(others_are_taken),
        cmocka_unit_test(a_list_is_of_words_and_of_what_they_are_made_into),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
