/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which models there are, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "base/models.h"

static void collect(void *context, const char *name)
{
    strcat(context, name);
    strcat(context, " ");
}

static void write_model(const char *folder, const char *name)
{
    char path[200];

    snprintf(path, sizeof path, "%s/birds/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static void each_name_is_listed_once_in_order(void **state)
{
    (void)state;
    char folder[] = "/tmp/callqa-models-XXXXXX";
    char path[128];
    char other[128];
    char command[64];
    char names[200] = "";
    struct cqa_error error = {0};

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/birds", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_model(folder, "wren.yaml");
    write_model(folder, "owl.yaml");
    write_model(folder, ".hidden.yaml");
    write_model(folder, "notes.txt");
    setenv("CALLQA_MODELS", folder, 1);
    assert_int_equal(cqa_models_list("birds", collect, names, &error), CQA_OK);
    assert_string_equal(names, "owl wren ");
    names[0] = '\0';
    assert_int_equal(cqa_models_list("fish", collect, names, &error), CQA_OK);
    assert_string_equal(names, "");
    /* one in two places: the checkout's own, and a copy that goes before it */
    snprintf(path, sizeof path, "%s/birds", folder);
    snprintf(other, sizeof other, "%s/schemes", folder);
    assert_int_equal(rename(path, other), 0);
    char all[4000] = "";
    snprintf(path, sizeof path, "%s/schemes/levels.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(cqa_models_list("schemes", collect, all, &error), CQA_OK);
    assert_non_null(strstr(all, " levels net-volume owl "));
    assert_non_null(strstr(all, "agent-2013 "));
    unsetenv("CALLQA_MODELS");
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_name_is_listed_once_in_order)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
