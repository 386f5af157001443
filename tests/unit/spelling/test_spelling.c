/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "spelling/spelling.h"

static void is_of(const char *name, const char *typed)
{
    if (!cqa_spelling_is_of(typed, name))
        fail_msg("%s does not spell %s", typed, name);
}

static void is_not_of(const char *name, const char *typed)
{
    if (cqa_spelling_is_of(typed, name))
        fail_msg("%s spells %s", typed, name);
}

static void in_full_by_first_letters_or_mixed(void **state)
{
    (void)state;
    is_of("张三", "zhangsan");
    is_of("张三", "Zhang San");
    is_of("张三", "zs");
    is_of("张三", "zhs");
    is_of("张三", "zhangs");
    is_of("张三", "san");
    is_of("西安", "xi'an");
    is_of("欧阳修", "yangx");
    is_not_of("张三", "hang"); /* from a character on, not from a letter */
    is_not_of("张三", "zhangsi");
    is_not_of("张三", "zhangsanf");
    is_not_of("李四", "zs");
}

static void family_names_are_read_as_such_and_as_else(void **state)
{
    (void)state;
    is_of("单雄信", "shan");
    is_of("单雄信", "dan");
    is_of("曾国藩", "zgf");
    is_of("曾国藩", "cgf");
    is_of("翟天临", "zhaitianlin");
}

static void u_with_dots_is_typed_as_v_or_u(void **state)
{
    (void)state;
    is_of("吕布", "lvbu");
    is_of("吕布", "lubu");
    is_not_of("陆布", "lvbu");
}

static void letters_stand_for_themselves(void **state)
{
    (void)state;
    is_of("Wang5", "wang");
    is_of("王Bob", "wbob");
    is_not_of("王Bob", "wb2");
}

static void what_is_no_spelling_is_none(void **state)
{
    (void)state;
    is_not_of("张三", "");
    is_not_of("张三", " ");
    is_not_of("张三", "张");
    is_not_of("张三", "z%");
    is_not_of("张三", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
    is_not_of("", "z");
    is_not_of("\xe5\xbc", "z"); /* cut off */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_full_by_first_letters_or_mixed),
        cmocka_unit_test(family_names_are_read_as_such_and_as_else),
        cmocka_unit_test(u_with_dots_is_typed_as_v_or_u),
        cmocka_unit_test(letters_stand_for_themselves),
        cmocka_unit_test(what_is_no_spelling_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
