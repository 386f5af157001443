/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child's side: reads one sidecar in the sandbox, and says what lies at the paths asked for. */
#include "recorder/sidecar_child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "recorder/sidecar_parts.h"

void cqa_sidecar_warm(void)
{
    cqa_sidecar_xml_warm();
}

static int read_all(int fd, char **out, size_t *length, struct cqa_sidecar_fault *fault)
{
    size_t used = 0;
    ssize_t count = 1;
    char *text = malloc(CQA_SIDECAR_BYTES_MAX + 1);

    if (text == NULL)
        return cqa_sidecar_fault(fault, CQA_SIDECAR_NO_MEMORY, 0);
    while (count > 0 && used <= CQA_SIDECAR_BYTES_MAX) {
        count = read(fd, text + used, CQA_SIDECAR_BYTES_MAX + 1 - used);
        if (count < 0 && errno == EINTR)
            count = 1;
        else if (count > 0)
            used += (size_t)count;
    }
    if (count < 0)
        return cqa_sidecar_fault(fault, CQA_SIDECAR_UNREADABLE, 0);
    if (used > CQA_SIDECAR_BYTES_MAX)
        return cqa_sidecar_fault(fault, CQA_SIDECAR_TOO_LARGE, 0);
    *out = text;
    *length = used;
    return 1;
}

static int look_up(const struct cqa_sidecar_order *order, void *document, const char *paths,
                   struct cqa_buffer *values, struct cqa_sidecar_fault *fault)
{
    struct cqa_arena arena = {0};

    for (uint32_t i = 0; i < order->count; i++, paths += strlen(paths) + 1) {
        const char *value = order->format == CQA_SIDECAR_JSON
                                ? cqa_sidecar_json_get(document, paths, &arena)
                                : cqa_sidecar_xml_get(document, paths, &arena);
        if (value != NULL && strlen(value) > CQA_SIDECAR_VALUE_MAX)
            return cqa_sidecar_fault(fault, CQA_SIDECAR_VALUE_TOO_LONG, 0);
        cqa_buffer_add(values, value == NULL ? "-" : "+", 1);
        cqa_buffer_add(values, value == NULL ? "" : value, value == NULL ? 1 : strlen(value) + 1);
    }
    return !values->failed || cqa_sidecar_fault(fault, CQA_SIDECAR_NO_MEMORY, 0);
}

static int answer(const struct cqa_sidecar_order *order, int fd, const char *paths,
                  struct cqa_buffer *values, struct cqa_sidecar_fault *fault)
{
    void *document = NULL;
    size_t length = 0;
    char *text = NULL;

    if (!read_all(fd, &text, &length, fault))
        return 0;
    if (order->format == CQA_SIDECAR_JSON ? !cqa_sidecar_json_parse(text, length, &document, fault)
                                          : !cqa_sidecar_xml_parse(text, length, &document, fault))
        return 0;
    return look_up(order, document, paths, values, fault);
}

/* What was allocated goes with the process. */
void cqa_sidecar_live(void *context)
{
    static char body[CQA_FRAME_ORDER_MAX + 2]; /* the last path ends for sure */
    struct cqa_sidecar_order order;
    struct cqa_sidecar_fault fault = {0};
    struct cqa_buffer values = {.limit = CQA_FRAME_BODY_MAX};
    struct cqa_frame_head head;
    const int fd = cqa_frame_take_order(&head, body, sizeof body - 1);

    (void)context;
    if (head.kind != CQA_FRAME_LOOK_UP || head.length < sizeof order)
        _exit(1);
    memcpy(&order, body, sizeof order);
    if (answer(&order, fd, body + sizeof order, &values, &fault))
        cqa_frame_say(CQA_FRAME_VALUES, values.text, values.length);
    else
        cqa_frame_say(CQA_FRAME_FAULT, &fault, sizeof fault);
}
