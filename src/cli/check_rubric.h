#ifndef CQA_CLI_CHECK_RUBRIC_H
#define CQA_CLI_CHECK_RUBRIC_H

/* `callqa check-rubric FILE`: argv[0] is the command's name. Returns the exit code: 0 valid, 4
 * invalid, 2 usage. */
int cqa_cli_check_rubric(int argc, char **argv);

#endif
