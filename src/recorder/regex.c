/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/regex.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* A file name needs a few hundred steps; nested quantifiers would take all the time there is. */
enum { MATCH_STEPS_MAX = 100000, MATCH_MEMORY_KIB_MAX = 1024 };

struct cqa_regex {
    pcre2_code *code;
    pcre2_match_context *limits;
};

struct cqa_groups {
    const pcre2_code *code;
    pcre2_match_data *data;
    const char *subject;
};

static enum cqa_status fail_pcre2(struct cqa_error *error, enum cqa_status status, int code)
{
    char text[160];

    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text) < 0)
        text[0] = '\0';
    return cqa_fail(error, status, "%s", text);
}

enum cqa_status cqa_regex_compile(const char *pattern, struct cqa_regex **out, size_t *offset,
                                  struct cqa_error *error)
{
    struct cqa_regex *regex = calloc(1, sizeof *regex);
    PCRE2_SIZE at = 0;
    int code = 0;

    if (regex == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a pattern");
    /* No PCRE2_UTF: names need not be UTF-8. DOLLAR_ENDONLY: "x.wav\n" is not "x.wav". */
    regex->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
    if (regex->code == NULL) {
        cqa_regex_destroy(regex);
        *offset = at;
        return fail_pcre2(error, CQA_E_BADDATA, code);
    }
    regex->limits = pcre2_match_context_create(NULL);
    if (regex->limits == NULL) {
        cqa_regex_destroy(regex);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a pattern");
    }
    (void)pcre2_set_match_limit(regex->limits, MATCH_STEPS_MAX);
    (void)pcre2_set_depth_limit(regex->limits, MATCH_STEPS_MAX);
    (void)pcre2_set_heap_limit(regex->limits, MATCH_MEMORY_KIB_MAX);
    *out = regex;
    return CQA_OK;
}

void cqa_regex_destroy(struct cqa_regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_match_context_free(regex->limits);
    pcre2_code_free(regex->code);
    free(regex);
}

/* The groups of that name: with (?J) there may be several, one for each alternative. How many bytes
 * an entry of the table from `*first` to `*last` has, whose first two are the group's number; 0: no
 * such group. */
static int entries_of(const pcre2_code *code, const char *name, PCRE2_SPTR *first, PCRE2_SPTR *last)
{
    const int size = pcre2_substring_nametable_scan(code, (PCRE2_SPTR)name, first, last);

    return size > 0 ? size : 0;
}

int cqa_regex_has_group(const struct cqa_regex *regex, const char *name)
{
    PCRE2_SPTR first;
    PCRE2_SPTR last;

    return entries_of(regex->code, name, &first, &last) > 0;
}

enum cqa_status cqa_regex_match(const struct cqa_regex *regex, const char *subject,
                                struct cqa_groups **out, struct cqa_error *error)
{
    struct cqa_groups *groups = calloc(1, sizeof *groups);

    *out = NULL;
    if (groups == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a match");
    groups->code = regex->code;
    groups->subject = subject;
    groups->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    if (groups->data == NULL) {
        cqa_groups_destroy(groups);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a match");
    }
    const int code = pcre2_match(regex->code, (PCRE2_SPTR)subject, strlen(subject), 0, 0,
                                 groups->data, regex->limits);
    if (code > 0) {
        *out = groups;
        return CQA_OK;
    }
    cqa_groups_destroy(groups);
    if (code == PCRE2_ERROR_NOMATCH)
        return CQA_OK;
    return fail_pcre2(error, code == PCRE2_ERROR_NOMEMORY ? CQA_E_NOMEM : CQA_E_LIMIT, code);
}

void cqa_groups_destroy(struct cqa_groups *groups)
{
    if (groups == NULL)
        return;
    pcre2_match_data_free(groups->data);
    free(groups);
}

const char *cqa_groups_get(const struct cqa_groups *groups, const char *name,
                           struct cqa_arena *arena)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(groups->data);
    const size_t count = pcre2_get_ovector_count(groups->data);
    PCRE2_SPTR entry = NULL;
    PCRE2_SPTR last = NULL;
    const int size = entries_of(groups->code, name, &entry, &last);

    for (; size > 0 && entry <= last; entry += size) {
        const size_t number = (size_t)entry[0] << 8 | entry[1];
        const PCRE2_SIZE from = number < count ? ends[2 * number] : PCRE2_UNSET;
        if (from != PCRE2_UNSET && ends[2 * number + 1] > from)
            return cqa_arena_bytes(arena, groups->subject + from, ends[2 * number + 1] - from);
    }
    return NULL;
}
