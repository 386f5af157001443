/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>
#include "recorder/sidecar_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Handlers of encodings go with the process, which reads one sidecar. */
const char *__asan_default_options(void); /* NOLINT(bugprone-reserved-identifier) */
const char *__asan_default_options(void)  /* NOLINT(bugprone-reserved-identifier) */
{
    return "detect_leaks=0";
}

static void look(const char *text, size_t length, int is_xml)
{
    static const char *const paths[] = {"call.id", "a.b.0.c", "@id", "call.@start",
                                        "legs.1.number"};
    struct cqa_sidecar_fault fault = {0};
    struct cqa_arena arena = {0};
    void *document = NULL;
    const int is_one = is_xml ? cqa_sidecar_xml_scan(text, length, &fault) &&
                                    cqa_sidecar_xml_parse(text, length, &document, &fault)
                              : cqa_sidecar_json_scan(text, length, &fault) &&
                                    cqa_sidecar_json_parse(text, length, &document, &fault);

    if (fault.why >= CQA_SIDECAR_WHY_COUNT || is_one != (document != NULL))
        abort();
    for (size_t i = 0; document != NULL && i < sizeof paths / sizeof *paths; i++) {
        const char *value = is_xml ? cqa_sidecar_xml_get(document, paths[i], &arena)
                                   : cqa_sidecar_json_get(document, paths[i], &arena);
        if (value != NULL && strlen(value) > length + 64)
            abort();
    }
    cqa_arena_finish(&arena);
    if (is_xml) /* in a child it goes with the process */
        xmlFreeDoc(document);
    else
        json_decref(document);
}

/* What lies beside a recording, read where nothing else is: the first byte says as which of the two
 * formats. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int is_warm;
    char *text = malloc(size + 1);

    if (!is_warm)
        cqa_sidecar_xml_warm();
    is_warm = 1;
    if (text != NULL && size > 0) {
        memcpy(text, data + 1, size - 1);
        text[size - 1] = '\0';
        look(text, size - 1, data[0] == '<');
    }
    free(text);
    return 0;
}
