/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/words.h"

#include <stdio.h>
#include <string.h>
#include "appraisal/fault_words.h"

enum { PIECES_MAX = 10, SENTENCE_BYTES_MAX = 1024, TEXT_BYTES_MAX = 8192, DEPTH_MAX = 8 };

/* What stood at the places of a format's conversions. */
struct fit {
    struct {
        const char *at;
        size_t length;
    } pieces[PIECES_MAX];
    size_t count;
    size_t literal; /* bytes that the format itself has */
};

/* The general ones last: what merely parts a sentence at its commas is not tried where a list
 * before has a better one. */
const struct cqa_word_list *const cqa_word_lists[CQA_WORD_LISTS] = {
    &cqa_words_store,  &cqa_words_appraisal, &cqa_words_rubric,
    &cqa_words_scheme, &cqa_words_audio,     &cqa_words_general};

size_t cqa_words_conversion(const char *format)
{
    if (format[0] != '%' || format[1] == '\0' || format[1] == '%')
        return 0;
    return strspn(format + 1, "0123456789.*hlz") + 2;
}

/* ---- the English sentence against a format */

static int add_piece(struct fit *fit, const char *at, size_t length)
{
    if (fit->count == PIECES_MAX)
        return 0;
    fit->pieces[fit->count].at = at;
    fit->pieces[fit->count++].length = length;
    return 1;
}

static size_t number_length(char conversion, const char *text)
{
    return strspn(text, conversion == 'X' ? "0123456789ABCDEF" : "-+.e0123456789");
}

/* The format up to its next word (%s) or end, at the very beginning of `text`. Returns where it
 * goes on, and in `*end` the text; NULL: it does not fit. */
static const char *fit_part(const char *format, const char *text, const char **end, struct fit *fit)
{
    while (*format != '\0') {
        const size_t conversion = cqa_words_conversion(format);
        if (conversion > 0 && format[conversion - 1] == 's')
            break;
        if (conversion == 0) {
            format += format[0] == '%' && format[1] == '%';
            if (*text++ != *format++)
                return NULL;
            fit->literal++;
            continue;
        }
        const size_t length = number_length(format[conversion - 1], text);
        if (length == 0 || !add_piece(fit, text, length))
            return NULL;
        text += length;
        format += conversion;
    }
    *end = text;
    return format;
}

/* A word takes whatever stands before the first place where the format goes on. */
static int fit_sentence(const char *format, const char *text, struct fit *fit)
{
    *fit = (struct fit){.count = 0};
    format = fit_part(format, text, &text, fit);
    while (format != NULL && *format != '\0') {
        const char *rest = format + cqa_words_conversion(format);
        const struct fit before = *fit;
        const char *at = text;
        const char *end = text;
        for (;; at++) {
            *fit = before;
            format =
                add_piece(fit, text, (size_t)(at - text)) ? fit_part(rest, at, &end, fit) : NULL;
            if (format != NULL && (*format != '\0' || *end == '\0'))
                break;
            if (*at == '\0')
                return 0;
        }
        text = end;
    }
    return format != NULL && *text == '\0';
}

/* ---- the Chinese one */

static int say(const char *english, size_t length, int depth, struct cqa_buffer *out);

/* 0: a %T stands where nothing is known, or there is no room. */
static int write_sentence(const char *format, const struct fit *fit, int depth,
                          struct cqa_buffer *out)
{
    size_t piece = 0;

    while (*format != '\0') {
        const size_t conversion = cqa_words_conversion(format);
        if (conversion == 0) {
            format += format[0] == '%' && format[1] == '%';
            cqa_buffer_add(out, format++, 1);
            continue;
        }
        const char kind = format[conversion - 1];
        const char *at = fit->pieces[piece].at;
        const size_t length = fit->pieces[piece++].length;
        const int is_known = (kind == 'S' || kind == 'T') && say(at, length, depth + 1, out);
        if (!is_known && kind == 'T')
            return 0;
        if (!is_known)
            cqa_buffer_add(out, at, length);
        format += conversion;
    }
    return !out->failed;
}

static void forget(struct cqa_buffer *out, size_t length)
{
    out->length = length;
    if (out->text != NULL)
        out->text[length] = '\0';
}

/* Of two formats that fit a sentence, the one that says more of its beginning, then more in all:
 * what begins with a word may have taken another sentence for it. */
static size_t rank(const char *format, const struct fit *fit)
{
    return strcspn(format, "%") * SENTENCE_BYTES_MAX + fit->literal;
}

/* Tries one format; `*best` is the rank of the best one so far, whose Chinese stands in `out` from
 * `start` on. */
static void try_words(const struct cqa_words *words, const char *sentence, int depth, size_t start,
                      size_t *best, struct cqa_buffer *out)
{
    struct cqa_buffer tried = {.limit = out->limit};
    struct fit fit;

    if (!fit_sentence(words->en, sentence, &fit) || rank(words->en, &fit) <= *best)
        return;
    if (write_sentence(words->zh, &fit, depth, &tried)) {
        *best = rank(words->en, &fit);
        forget(out, start);
        cqa_buffer_add(out, tried.text, tried.length);
    }
    cqa_buffer_finish(&tried);
}

static int say(const char *english, size_t length, int depth, struct cqa_buffer *out)
{
    char sentence[SENTENCE_BYTES_MAX];
    const size_t start = out->length;
    size_t best = 0;

    if (length >= sizeof sentence || depth > DEPTH_MAX)
        return 0;
    memcpy(sentence, english, length);
    sentence[length] = '\0';
    for (size_t i = 0; i < cqa_fault_word_count; i++) {
        const struct cqa_words words = {cqa_fault_words[i].en, cqa_fault_words[i].zh};
        try_words(&words, sentence, depth, start, &best, out);
    }
    for (size_t i = 0; i < CQA_WORD_LISTS; i++)
        for (size_t j = 0; j < cqa_word_lists[i]->count; j++)
            try_words(&cqa_word_lists[i]->items[j], sentence, depth, start, &best, out);
    return best > 0 && !out->failed;
}

int cqa_words_chinese(const char *english, struct cqa_buffer *out)
{
    const size_t start = out->length;
    int known = 0;

    while (*english != '\0') {
        const size_t length = strcspn(english, "\n");
        if (out->length > start)
            cqa_buffer_add(out, "\n", 1);
        if (say(english, length, 0, out))
            known = 1;
        else
            cqa_buffer_add(out, english, length);
        english += length + (english[length] == '\n');
    }
    if (!known || out->failed)
        forget(out, start);
    return known && !out->failed;
}

void cqa_words_add(json_t *object, const char *key, const char *english)
{
    struct cqa_buffer chinese = {.limit = TEXT_BYTES_MAX};

    if (english != NULL && cqa_words_chinese(english, &chinese))
        json_object_set_new(object, key, json_stringn(chinese.text, chinese.length));
    cqa_buffer_finish(&chinese);
}
