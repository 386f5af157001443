/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rule.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "12", "12.5", "12.50": digits and at most two decimals. -1 otherwise; -2: more than two decimals.
 */
static int64_t parse_hundredths(const char *text)
{
    const size_t whole = strspn(text, "0123456789");
    const size_t decimals = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    int64_t value = 0;

    if (whole == 0 || whole > 9 || (text[whole] == '.' && decimals == 0))
        return -1;
    if (text[whole + (decimals > 0 ? decimals + 1 : 0)] != '\0')
        return -1;
    if (decimals > 2)
        return -2;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + text[i] - '0';
    for (size_t i = 0; i < 2; i++)
        value = value * 10 + (i < decimals ? text[whole + 1 + i] - '0' : 0);
    return value;
}

int cqa_hundredths_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                        const char *key, int required, int64_t least, int64_t most, int64_t *out)
{
    const struct cqa_yaml_node *node =
        cqa_yaml_want(map, key, CQA_YAML_SCALAR, required, reader->problems);

    if (node == NULL)
        return 0;
    const int64_t value = parse_hundredths(cqa_yaml_text(node));
    if (value >= least && value <= most) {
        *out = value;
        return 1;
    }
    cqa_yaml_problem(node, reader->problems,
                     "\"%s\": \"%s\" %p; allowed: %g to %g, at most 2 decimals", key,
                     cqa_yaml_text(node),
                     value == -1   ? cqa_words("is not a plain number")
                     : value == -2 ? cqa_words("has more than 2 decimals")
                                   : cqa_words("is out of range"),
                     (double)least / 100, (double)most / 100);
    return 0;
}

int cqa_id_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                const char *key, const char **out)
{
    const char *id;

    if (!cqa_yaml_get_string(map, key, 1, &id, reader->problems))
        return 0;
    const size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_");
    if (id[length] != '\0' || length > 64) {
        cqa_yaml_problem(cqa_yaml_find(map, key), reader->problems,
                         "\"%.80s\" is no id; allowed: up to 64 of a-z, 0-9, - and _", id);
        return 0;
    }
    *out = id;
    return 1;
}

unsigned cqa_words_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                        const char *key, const char *const *words, int first)
{
    const struct cqa_yaml_node *node = cqa_yaml_find(map, key);
    unsigned set = 0;
    int word;

    if (node == NULL)
        return 0;
    if (cqa_yaml_kind(node) != CQA_YAML_LIST)
        return cqa_yaml_as_word(node, words, &word, reader->problems) ? 1u << (word + first) : 0;
    if (cqa_yaml_count(node) == 0)
        cqa_yaml_problem(node, reader->problems,
                         "\"%s\" is an empty list: nothing could ever match", key);
    for (size_t i = 0; i < cqa_yaml_count(node); i++) {
        if (!cqa_yaml_as_word(cqa_yaml_item(node, i), words, &word, reader->problems))
            continue;
        if (set & 1u << (word + first))
            cqa_yaml_problem(cqa_yaml_item(node, i), reader->problems, "\"%s\" is given twice",
                             words[word]);
        set |= 1u << (word + first);
    }
    return set;
}
