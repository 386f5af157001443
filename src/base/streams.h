/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_STREAMS_H
#define CQA_BASE_STREAMS_H

/*
 * Standard input, output and error of a program: what every main() does first and last.
 *
 * Where one was closed by whoever started the program, the next file opened would take its number,
 * and what is printed would go into a store or a recording. cqa_streams_open() puts something there
 * from which nothing can be read and to which nothing can be written, so that using it fails as it
 * should. Call it before anything is opened.
 */
void cqa_streams_open(void);

/*
 * Whether all that was printed has arrived. If not, "PROGRAM: cannot write standard output: why" is
 * on stderr: on a full disk an answer that nobody got must not pass for one.
 */
int cqa_streams_flush(const char *program);

#endif
