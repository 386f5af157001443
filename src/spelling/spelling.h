/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SPELLING_SPELLING_H
#define CQA_SPELLING_SPELLING_H

/*
 * Whether `typed` spells part of the UTF-8 name, from one of its characters on: letters as they
 * are, Chinese characters by pinyin without tones, in full, by their first letters, or mixed.
 * "zhangs", "zs" and "san" spell part of 张三; v is ü, as it is typed, and so is u. Case, spaces
 * and apostrophes do not count. 0 for what has anything but letters and digits, or more than 32 of
 * them.
 */
int cqa_spelling_is_of(const char *typed, const char *name);

#endif
