/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_IDENTIFY_H
#define CQA_CLI_IDENTIFY_H

/* `callqa identify`: what a recorder profile makes of names. argv[0] is the command; returns the
 * exit code. */
int cqa_cli_identify(int argc, char **argv);

#endif
