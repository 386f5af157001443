/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_LANGUAGE_H
#define CQA_BASE_LANGUAGE_H

/* What messages are said in. English is what stands in the sources. */
enum cqa_language { CQA_ENGLISH, CQA_CHINESE, CQA_LANGUAGE_COUNT };

/*
 * What the environment asks for, as gettext reads it: the first of LC_ALL, LC_MESSAGES, LANG that
 * is set names the locale; unless that is C or POSIX, LANGUAGE lists what is preferred to it. The
 * variables alone decide: a bare server has no such locale installed. A locale of another encoding
 * than UTF-8 gets English. Reads the environment: before threads are started.
 */
enum cqa_language cqa_language_of_environment(void);

#endif
