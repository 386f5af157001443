/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/facts.h"

#include <stdio.h>
#include <string.h>
#include "base/escape.h"
#include "report/words.h"

const char *cqa_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* Adds "WORD VALUE". */
static void add(struct cqa_buffer *out, const char *between, const char *word, const char *value)
{
    char safe[300];

    if (value == NULL || value[0] == '\0')
        return;
    cqa_escape_control(value, safe, sizeof safe);
    cqa_buffer_print(out, "%s%s%s%s", out->length > 0 ? between : "", word,
                     word[0] != '\0' ? " " : "", safe);
}

static const char *direction_word(const char *direction, int zh)
{
    if (direction == NULL)
        return NULL;
    if (strcmp(direction, "in") == 0)
        return cqa_word(CQA_WORD_INCOMING, zh);
    if (strcmp(direction, "out") == 0)
        return cqa_word(CQA_WORD_OUTGOING, zh);
    return strcmp(direction, "internal") == 0 ? cqa_word(CQA_WORD_INTERNAL, zh) : direction;
}

void cqa_call_facts(const struct cqa_call *call, const char *between, int zh,
                    struct cqa_buffer *out)
{
    add(out, between, cqa_word(CQA_WORD_AGENT, zh), call->agent);
    add(out, between, cqa_word(CQA_WORD_CUSTOMER, zh), call->customer);
    add(out, between, cqa_word(CQA_WORD_QUEUE, zh), call->queue);
    add(out, between, "", direction_word(call->direction, zh));
    add(out, between, "", call->started_at);
    add(out, between, cqa_word(CQA_WORD_CALL, zh), call->id);
}

void cqa_recording_facts(const struct cqa_audio_facts *recording, const char *between, int zh,
                         struct cqa_buffer *out)
{
    char text[96];

    cqa_clock_text(recording->duration_ms, text, sizeof text);
    add(out, between, "", text);
    snprintf(text, sizeof text, "%s %s", recording->container, recording->encoding);
    add(out, between, "", text);
    snprintf(text, sizeof text, "%g kHz", recording->rate_hz / 1000.0);
    add(out, between, "", text);
    add(out, between, "", cqa_layout_word(recording->layout, zh));
}
