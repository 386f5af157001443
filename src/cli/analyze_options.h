/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_ANALYZE_OPTIONS_H
#define CQA_CLI_ANALYZE_OPTIONS_H

#include <stdint.h>
#include "report/format.h"

/* What `callqa analyze` was asked for; strings are borrowed from its arguments. */
struct cqa_analyze_options {
    const char *recorder;
    const char *rubric;
    const char *time_zone;
    const char *output; /* NULL: standard output */
    enum cqa_format format;
    int zh;
    int show_digits;
    int jobs;
    char *legs[2]; /* --leg, twice; NULL: not given */
    int offset_told;
    int64_t offset_ms; /* how much later the second one began */
};

/* -1: go on with the arguments from optind on; else the exit code. */
int cqa_analyze_parse(int argc, char **argv, struct cqa_analyze_options *options);

#endif
