/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/item_clips.h"

#include <sodium.h>
#include <string.h>

enum { CLIP_BYTES_MIN = 64, OPUS_HEAD_AT = 28 };

/* One Ogg page that begins an Opus stream: what else is in it only a sandboxed decoder looks at. */
static int is_ogg_opus(const unsigned char *bytes, size_t length)
{
    return length >= CLIP_BYTES_MIN && memcmp(bytes, "OggS", 4) == 0 &&
           memcmp(bytes + OPUS_HEAD_AT, "OpusHead", 8) == 0;
}

static enum cqa_status read_clip(struct cqa_item *item, const json_t *object,
                                 struct cqa_item_clip *clip, struct cqa_error *error)
{
    const json_t *start = json_object_get(object, "start_ms");
    const json_t *end = json_object_get(object, "end_ms");
    const json_t *text = json_object_get(object, "ogg_opus");
    const size_t length = json_string_length(text);
    unsigned char *bytes = json_is_string(text) ? cqa_arena_alloc(&item->arena, length + 1) : NULL;

    if (!json_is_integer(start) || !json_is_integer(end) || !json_is_string(text))
        return cqa_fail(error, CQA_E_BADDATA, "clips: each has start_ms, end_ms and ogg_opus");
    if (bytes == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    clip->span = (struct cqa_span){json_integer_value(start), json_integer_value(end)};
    clip->bytes = bytes;
    if (sodium_base642bin(bytes, length + 1, json_string_value(text), length, NULL, &clip->length,
                          NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        !is_ogg_opus(bytes, clip->length))
        return cqa_fail(error, CQA_E_BADDATA, "clips: ogg_opus is not base64 of Opus in Ogg");
    return CQA_OK;
}

enum cqa_status cqa_item_read_clips(struct cqa_item *item, json_t *root, struct cqa_error *error)
{
    const json_t *list = json_object_get(root, "clips");
    const size_t count = json_array_size(list);
    int64_t end_ms = 0;
    enum cqa_status status = CQA_OK;

    if (list == NULL)
        return CQA_OK;
    if (!json_is_array(list) || count > CQA_ITEM_CLIPS_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "clips: must be a list of up to %d",
                        CQA_ITEM_CLIPS_MAX);
    item->clips = cqa_arena_alloc(&item->arena, (count + 1) * sizeof *item->clips);
    if (item->clips == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        struct cqa_item_clip *clip = &item->clips[i];
        status = read_clip(item, json_array_get(list, i), clip, error);
        if (status == CQA_OK &&
            (clip->span.start_ms < end_ms || clip->span.end_ms <= clip->span.start_ms ||
             clip->span.end_ms > item->duration_ms))
            status = cqa_fail(error, CQA_E_BADDATA,
                              "clips: must lie in order within the recording, and not overlap");
        end_ms = clip->span.end_ms;
    }
    item->clip_count = count;
    json_object_del(root, "clips"); /* what is stored and digested is the result alone */
    return status;
}
