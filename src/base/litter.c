/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/litter.h"

#include <fnmatch.h>
#include <stddef.h>
#include "base/message.h"

struct rule {
    const char *pattern; /* of fnmatch */
    enum cqa_litter litter;
};

const char *const cqa_litter_words[CQA_LITTER_COUNT + 1] = {"",
                                                            CQA_N("hidden"),
                                                            CQA_N("unfinished copies"),
                                                            CQA_N("backup copies"),
                                                            CQA_N("deleted"),
                                                            CQA_N("a system's own"),
                                                            CQA_N("left out by the profile"),
                                                            NULL};

/* The first that fits says it: a dot alone says less than what follows it. */
static const struct rule files[] = {
    {"._*", CQA_LITTER_SYSTEM}, /* AppleDouble: beside x.wav, ._x.wav, which begins like none */
    {".ds_store", CQA_LITTER_SYSTEM},
    {".*", CQA_LITTER_HIDDEN},
    {"*.tmp", CQA_LITTER_UNFINISHED},
    {"*.temp", CQA_LITTER_UNFINISHED},
    {"*.part", CQA_LITTER_UNFINISHED},
    {"*.partial", CQA_LITTER_UNFINISHED},
    {"*.filepart", CQA_LITTER_UNFINISHED},   /* WinSCP */
    {"*.crdownload", CQA_LITTER_UNFINISHED}, /* Chrome, Edge */
    {"*.download", CQA_LITTER_UNFINISHED},   /* Safari */
    {"*.opdownload", CQA_LITTER_UNFINISHED},
    {"*.aria2", CQA_LITTER_UNFINISHED},
    {"*.inprogress", CQA_LITTER_UNFINISHED},
    {"*.uploading", CQA_LITTER_UNFINISHED},
    {"*.writing", CQA_LITTER_UNFINISHED},
    {"*.incomplete", CQA_LITTER_UNFINISHED},
    {"*.!sync", CQA_LITTER_UNFINISHED},
    {"*.mcf", CQA_LITTER_UNFINISHED}, /* orktrack's capture of a call that goes on */
    {"~syncthing~*", CQA_LITTER_UNFINISHED},
    {"*~", CQA_LITTER_BACKUP},
    {"~$*", CQA_LITTER_BACKUP},
    {"*.bak", CQA_LITTER_BACKUP},
    {"*.swp", CQA_LITTER_BACKUP},
    {"thumbs.db", CQA_LITTER_SYSTEM},
    {"ehthumbs*.db", CQA_LITTER_SYSTEM},
    {"desktop.ini", CQA_LITTER_SYSTEM},
    {"*@syno*", CQA_LITTER_SYSTEM}, /* x.wav@SynoEAStream, in @eaDir or copied out of it */
};

static const struct rule folders[] = {
    {".trash*", CQA_LITTER_DELETED},
    {".recycle*", CQA_LITTER_DELETED},
    {".@__thumb", CQA_LITTER_SYSTEM},
    {".snapshot*", CQA_LITTER_SYSTEM},
    {".*", CQA_LITTER_HIDDEN},
    {"#recycle", CQA_LITTER_DELETED}, /* Synology */
    {"@recycle", CQA_LITTER_DELETED}, /* QNAP */
    {"$recycle.bin", CQA_LITTER_DELETED},
    {"recycler", CQA_LITTER_DELETED},
    {"recycled", CQA_LITTER_DELETED},
    {"lost+found", CQA_LITTER_DELETED},
    {"@eadir", CQA_LITTER_SYSTEM}, /* Synology: a shadow of each file */
    {"@tmp", CQA_LITTER_SYSTEM},
    {"@__thumb", CQA_LITTER_SYSTEM},
    {"@snapshot", CQA_LITTER_SYSTEM},
    {"@recently-snapshot", CQA_LITTER_SYSTEM},
    {"#snapshot", CQA_LITTER_SYSTEM},
    {"~snapshot", CQA_LITTER_SYSTEM}, /* NetApp */
    {"@gmt-*", CQA_LITTER_SYSTEM},    /* Samba's earlier versions */
    {"system volume information", CQA_LITTER_SYSTEM},
    {"__macosx", CQA_LITTER_SYSTEM},
};

static enum cqa_litter first_of(const struct rule *rules, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(rules[i].pattern, name, FNM_CASEFOLD) == 0)
            return rules[i].litter;
    return CQA_LITTER_NONE;
}

enum cqa_litter cqa_litter_file(const char *name)
{
    return first_of(files, sizeof files / sizeof *files, name);
}

enum cqa_litter cqa_litter_folder(const char *name)
{
    return first_of(folders, sizeof folders / sizeof *folders, name);
}
