/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "post/answer.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"

enum cqa_verdict cqa_answer_meaning(long http_status)
{
    switch (http_status) {
    case 401:
    case 402:
    case 404:
    case 405:
    case 407:
    case 410:
        return CQA_HALTED;
    case 408:
    case 425:
    case 429:
    case 503:
        return CQA_LATER;
    default:
        if (http_status >= 200 && http_status < 300)
            return CQA_DELIVERED;
        /* A redirect is a wrong address. What else it says may be about what was sent, or not. */
        return http_status < 400 ? CQA_HALTED : CQA_ASIDE;
    }
}

/* The status that a receipt has for its item; numbers of HTTP here, too: {"status": 201}. */
static enum cqa_verdict meaning_of_item(long status)
{
    if (status >= 200 && status < 300)
        return CQA_DELIVERED;
    if (status == 409 || status == 422)
        return CQA_NEVER;
    return status >= 400 && status < 500 && cqa_answer_meaning(status) != CQA_LATER ? CQA_ASIDE
                                                                                    : CQA_LATER;
}

enum { SAID_NO_STATUS = -1 }; /* of a receipt, until all are read */

static void settle(const json_t *item, struct cqa_receipt *receipt)
{
    const json_t *status = json_object_get(item, "status");
    const json_t *error = json_object_get(item, "error");
    const char *why = json_string_value(error);

    const json_int_t number = json_integer_value(status);

    if (number < 100 || number > 599) {
        receipt->http_status = SAID_NO_STATUS;
        receipt->verdict = CQA_LATER;
        snprintf(receipt->text, sizeof receipt->text, "the server's answer has no status for it");
        return;
    }
    receipt->http_status = (int)number;
    receipt->verdict = meaning_of_item(receipt->http_status);
    if (receipt->verdict == CQA_DELIVERED)
        return;
    if (why == NULL)
        why = json_string_value(json_object_get(error, "detail"));
    if (why == NULL)
        why = json_string_value(json_object_get(item, "detail")); /* a problem of its own */
    const int used = snprintf(receipt->text, sizeof receipt->text, "%d ", receipt->http_status);
    cqa_escape_control(why != NULL ? why : "", receipt->text + used,
                       sizeof receipt->text - (size_t)used);
}

/* The place of `key`, trying `hint` first: a server answers in the order it was asked. `count`: not
 * there. */
static size_t find_key(const char *key, const char *const *keys, size_t count, size_t hint)
{
    if (hint < count && strcmp(keys[hint], key) == 0)
        return hint;
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i], key) == 0)
            return i;
    return count;
}

/* One receipt, or the second about the same item: where the two are not of one mind, the item is
 * not settled. */
static int take_receipt(const json_t *item, struct cqa_receipt *receipt)
{
    const struct cqa_receipt before = *receipt;
    const int is_first = before.http_status == 0;

    settle(item, receipt);
    if (is_first || receipt->verdict == before.verdict)
        return is_first;
    receipt->verdict = CQA_LATER;
    snprintf(receipt->text, sizeof receipt->text, "the server's answer says two things of it");
    return 0;
}

int cqa_answer_read(const char *text, size_t length, const char *const *keys,
                    struct cqa_receipt *receipts, size_t count)
{
    json_t *root = json_loadb(text != NULL ? text : "", length, JSON_REJECT_DUPLICATES, NULL);
    json_t *list = json_is_object(root) && count == 1 ? json_pack("[O]", root) : json_incref(root);
    size_t index;
    const json_t *item;
    int mentioned = 0;

    for (size_t i = 0; i < count; i++) {
        receipts[i].verdict = CQA_LATER;
        receipts[i].http_status = 0;
        snprintf(receipts[i].text, sizeof receipts[i].text,
                 "the server's answer does not mention it");
    }
    json_array_foreach(list, index, item)
    {
        const char *key = json_string_value(json_object_get(item, "key"));
        const size_t place = key != NULL ? find_key(key, keys, count, index) : count;
        if (place < count)
            mentioned += take_receipt(item, &receipts[place]);
    }
    for (size_t i = 0; i < count; i++)
        if (receipts[i].http_status == SAID_NO_STATUS)
            receipts[i].http_status = 0;
    json_decref(list);
    json_decref(root);
    return mentioned;
}

void cqa_answer_explain(const char *text, size_t length, long http_status, char *out, size_t size)
{
    char start[160];
    char escaped[160];
    json_t *problem = json_loadb(text, length, 0, NULL);
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));

    if (detail != NULL)
        snprintf(start, sizeof start, "%s%s%s", title != NULL ? title : "",
                 title != NULL ? ": " : "", detail);
    else
        snprintf(start, sizeof start, "%.*s", (int)(length < 100 ? length : 100),
                 title != NULL ? title : (text != NULL ? text : ""));
    cqa_escape_control(start, escaped, sizeof escaped);
    snprintf(out, size, "the server answered %ld %s", http_status, escaped);
    json_decref(problem);
}
