/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which results are taken for one recording: bench_same LIST asks result/same.h of all pairs
 * (same.py makes the list). A line of LIST: the call's number, a blank, a result. Prints, by what
 * the names say, how many pairs of different calls were merged and how many pairs of one call were
 * known.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "result/same.h"

enum { RESULTS_MAX = 4000 };

struct heard {
    long call;
    struct cqa_result result;
};

struct counts {
    uint64_t asked[2], same[2]; /* of different calls, of one call */
};

static struct heard results[RESULTS_MAX];

static size_t read_list(FILE *list)
{
    char *line = NULL;
    size_t size = 0;
    size_t count = 0;

    while (count < RESULTS_MAX && getline(&line, &size, list) > 0) {
        char *json = NULL;
        struct cqa_error error = {0};
        results[count].call = strtol(line, &json, 10);
        if (cqa_result_from_json(json, strlen(json), CQA_RESULT_OURS, &results[count].result,
                                 &error) == CQA_OK)
            count++;
        else
            (void)fprintf(stderr, "%s\n", cqa_english(&error.message));
    }
    free(line);
    return count;
}

static void ask(const struct heard *left, const struct heard *right, enum cqa_names_say names,
                struct counts *counts)
{
    const int is_one = left->call == right->call;
    struct cqa_error error = {0};
    int same = 0;

    /* Content tells copies: only what is heard is asked here. */
    if (strcmp(left->result.recording.sha256, right->result.recording.sha256) == 0 ||
        cqa_result_same(&left->result, &right->result, names, &same, &error) != CQA_OK)
        return;
    counts->asked[is_one]++;
    counts->same[is_one] += same != 0;
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"one name, one id", "one id, two names", "one name, no id"};
    FILE *list = argc == 2 ? fopen(argv[1], "r") : NULL;

    if (list == NULL) {
        (void)fprintf(stderr, "usage: bench_same LIST\n");
        return 2;
    }
    const size_t count = read_list(list);
    (void)fclose(list);
    for (int say = CQA_NAMES_EQUAL; say <= CQA_NAMES_STEM; say++) {
        struct counts counts = {{0, 0}, {0, 0}};
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < i; k++)
                ask(&results[i], &results[k], (enum cqa_names_say)say, &counts);
        printf("%s: %" PRIu64 " of %" PRIu64 " pairs of two calls merged, %" PRIu64 " of %" PRIu64
               " pairs of one call known\n",
               names[say], counts.same[0], counts.asked[0], counts.same[1], counts.asked[1]);
    }
    for (size_t i = 0; i < count; i++)
        cqa_result_finish(&results[i].result);
    return 0;
}
