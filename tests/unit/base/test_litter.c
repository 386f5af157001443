/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/litter.h"

struct expected {
    const char *name;
    enum cqa_litter litter;
};

static void test_files(void **state)
{
    static const struct expected names[] = {
        {"in-8001-138-20251120-101502-1763604902.17.wav", CQA_LITTER_NONE},
        {"part.wav", CQA_LITTER_NONE},
        {"tmp", CQA_LITTER_NONE},
        {"a~b.wav", CQA_LITTER_NONE},
        {"user@synology.wav", CQA_LITTER_SYSTEM}, /* a name that no recorder makes */
        {"1-23@pbx.wav", CQA_LITTER_NONE},
        {".nfs000012", CQA_LITTER_HIDDEN},
        {".hidden.wav", CQA_LITTER_HIDDEN},
        {"._a.wav", CQA_LITTER_SYSTEM},
        {".DS_Store", CQA_LITTER_SYSTEM},
        {"Thumbs.db", CQA_LITTER_SYSTEM},
        {"THUMBS.DB", CQA_LITTER_SYSTEM},
        {"desktop.ini", CQA_LITTER_SYSTEM},
        {"a.wav@SynoEAStream", CQA_LITTER_SYSTEM},
        {"a.wav.tmp", CQA_LITTER_UNFINISHED},
        {"a.WAV.PART", CQA_LITTER_UNFINISHED},
        {"a.wav.partial", CQA_LITTER_UNFINISHED},
        {"a.wav.filepart", CQA_LITTER_UNFINISHED},
        {"a.wav.crdownload", CQA_LITTER_UNFINISHED},
        {"a.mcf", CQA_LITTER_UNFINISHED},
        {"a.wav~", CQA_LITTER_BACKUP},
        {"a.wav.bak", CQA_LITTER_BACKUP},
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cqa_litter_file(names[i].name) != names[i].litter)
            fail_msg("%s: %d", names[i].name, (int)cqa_litter_file(names[i].name));
}

static void test_folders(void **state)
{
    static const struct expected names[] = {
        {"2025", CQA_LITTER_NONE},           {"recycle", CQA_LITTER_NONE},
        {"monitor.tmp", CQA_LITTER_NONE},    {".git", CQA_LITTER_HIDDEN},
        {"@eaDir", CQA_LITTER_SYSTEM},       {"#recycle", CQA_LITTER_DELETED},
        {"@Recycle", CQA_LITTER_DELETED},    {"$RECYCLE.BIN", CQA_LITTER_DELETED},
        {".Trash-1000", CQA_LITTER_DELETED}, {"lost+found", CQA_LITTER_DELETED},
        {".snapshot", CQA_LITTER_SYSTEM},    {"System Volume Information", CQA_LITTER_SYSTEM},
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cqa_litter_folder(names[i].name) != names[i].litter)
            fail_msg("%s: %d", names[i].name, (int)cqa_litter_folder(names[i].name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
