/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/survey.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/escape.h"
#include "base/say.h"
#include "watch/walk.h"

/* ---- walking */

struct walking {
    struct cqa_survey *survey;
    const struct cqa_recorder *recorder;
    const char *folder;
};

/* Keeps the path below the walked folder; what does not fit is one that could not be seen. */
static void keep(const struct walking *walking, struct cqa_paths *paths, const char *path)
{
    char whole[2 * PATH_MAX];

    (void)snprintf(whole, sizeof whole, "%s%s%s", walking->folder, path[0] == '\0' ? "" : "/",
                   path);
    if (cqa_paths_add(paths, whole, NULL) != CQA_OK)
        walking->survey->status = CQA_E_NOMEM;
}

static void on_link(const struct walking *walking, int folder_fd, const char *path,
                    const char *name)
{
    struct stat status;

    if (fstatat(folder_fd, name, &status, 0) == 0 && S_ISDIR(status.st_mode))
        keep(walking, &walking->survey->links, path);
    else
        walking->survey->file_links++;
}

static void on_entry(void *context, int folder_fd, const char *path, const char *name,
                     unsigned char type)
{
    const struct walking *walking = context;

    if (type == DT_LNK) {
        on_link(walking, folder_fd, path, name);
    } else if (type != DT_REG) {
        walking->survey->not_files++;
    } else {
        if (cqa_recorder_ignores(walking->recorder, name) == CQA_LITTER_NONE)
            keep(walking, &walking->survey->paths, path);
        else
            walking->survey->litter[CQA_LITTER_PROFILE]++;
    }
}

static void on_litter(void *context, const char *path, enum cqa_litter litter)
{
    (void)path;
    ((const struct walking *)context)->survey->litter[litter]++;
}

static void on_trouble(void *context, const char *path, int sys_errno)
{
    const struct walking *walking = context;
    struct cqa_survey *survey = walking->survey;
    int *grown = reallocarray(survey->blind_errno, survey->blind.count + 1, sizeof *grown);

    if (grown == NULL) {
        survey->status = CQA_E_NOMEM;
        return;
    }
    survey->blind_errno = grown;
    grown[survey->blind.count] = sys_errno;
    keep(walking, &survey->blind, path);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

enum cqa_status cqa_survey_walk(struct cqa_survey *survey, const struct cqa_recorder *recorder,
                                const char *folder, struct cqa_error *error)
{
    char own[PATH_MAX];
    size_t length = strlen(folder);

    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (length >= sizeof own)
        return cqa_fail(error, CQA_E_IO, "a path longer than %d bytes", PATH_MAX);
    (void)snprintf(own, sizeof own, "%.*s", (int)length, folder);
    struct walking walking = {survey, recorder, own};
    const struct cqa_walk_visitor visitor = {
        .context = &walking, .entry = on_entry, .litter = on_litter, .trouble = on_trouble};

    cqa_paths_finish(&survey->paths);
    const int failed = cqa_walk(own, &visitor);
    if (failed != 0)
        on_trouble(&walking, "", failed);
    if (survey->status != CQA_OK)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (survey->paths.count > 1)
        qsort(survey->paths.items, survey->paths.count, sizeof *survey->paths.items, by_name);
    return CQA_OK;
}

/* ---- counting */

static int is_named(const struct cqa_survey_kind *kind, const char *pattern)
{
    return kind->pattern.en == NULL || pattern == NULL ? kind->pattern.en == pattern
                                                       : strcmp(kind->pattern.en, pattern) == 0;
}

/* Its kind, new where it is the first of it; the last one where there are too many. */
static struct cqa_survey_kind *kind_of(struct cqa_survey *survey, int matched,
                                       struct cqa_text pattern)
{
    for (size_t i = 0; i < survey->kind_count; i++)
        if (survey->kinds[i].matched == matched && is_named(&survey->kinds[i], pattern.en))
            return &survey->kinds[i];
    if (survey->kind_count == CQA_SURVEY_KINDS_MAX)
        return &survey->kinds[CQA_SURVEY_KINDS_MAX - 1];
    struct cqa_survey_kind *kind = &survey->kinds[survey->kind_count++];
    kind->matched = matched;
    kind->pattern = pattern;
    return kind;
}

void cqa_survey_count(struct cqa_survey *survey, const char *path,
                      const struct cqa_call_identity *identity)
{
    struct cqa_survey_kind *kind = kind_of(survey, identity->matched, identity->pattern);

    if (kind->count++ == 0)
        cqa_escape_control(path, kind->example, sizeof kind->example);
    survey->matched += (size_t)(identity->matched != 0);
    survey->unmatched += (size_t)(identity->matched == 0);
}

/* ---- saying */

static void print_kind(const struct cqa_survey_kind *kind, FILE *out)
{
    if (kind->matched && kind->pattern.en == NULL)
        cqa_say(out, "  %8zu  any file is taken", kind->count);
    else if (kind->matched)
        cqa_say(out, "  %8zu  pattern \"%p\"", kind->count, cqa_words_of(kind->pattern));
    else if (kind->pattern.en == NULL)
        cqa_say(out, "  %8zu  no pattern fits, as %s", kind->count, kind->example);
    else
        cqa_say(out, "  %8zu  pattern \"%p\" would fit, but the date or time does not exist, as %s",
                kind->count, cqa_words_of(kind->pattern), kind->example);
}

static void print_passed_over(const struct cqa_survey *survey, FILE *out)
{
    for (int i = CQA_LITTER_NONE + 1; i < CQA_LITTER_COUNT; i++)
        if (survey->litter[i] > 0)
            cqa_say(out, "  %8zu  passed over: %p", survey->litter[i],
                    cqa_words_named(cqa_litter_words[i]));
    if (survey->file_links > 0)
        cqa_say(out, "  %8zu  passed over: symbolic links to files", survey->file_links);
    if (survey->not_files > 0)
        cqa_say(out, "  %8zu  passed over: no regular files", survey->not_files);
    for (size_t i = 0; i < survey->links.count; i++)
        cqa_say(out, "  not followed, a symbolic link to a folder: %s", survey->links.items[i]);
    for (size_t i = 0; i < survey->blind.count; i++)
        cqa_say(out, "  not read: %s: %p", survey->blind.items[i],
                cqa_words_of_errno(survey->blind_errno[i]));
}

int cqa_survey_print(const struct cqa_survey *survey, FILE *out)
{
    cqa_say(out, "%zu names: %zu matched, %zu not", survey->matched + survey->unmatched,
            survey->matched, survey->unmatched);
    for (int matched = 1; matched >= 0; matched--)
        for (size_t i = 0; i < survey->kind_count; i++)
            if (survey->kinds[i].matched == matched)
                print_kind(&survey->kinds[i], out);
    print_passed_over(survey, out);
    return survey->blind.count > 0;
}

void cqa_survey_finish(struct cqa_survey *survey)
{
    cqa_paths_finish(&survey->paths);
    cqa_paths_finish(&survey->links);
    cqa_paths_finish(&survey->blind);
    free(survey->blind_errno);
    *survey = (struct cqa_survey){0};
}
