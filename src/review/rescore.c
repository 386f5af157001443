/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/rescore.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "result/basis.h"

/* The stored text with the score of `scored` in its place: what else it holds stays as it came. */
static enum cqa_status put_score(const char *body, const struct cqa_result *scored,
                                 struct cqa_buffer *out)
{
    struct cqa_buffer whole = {.limit = 64 << 20};
    enum cqa_status status = cqa_result_to_json(scored, &whole);
    json_t *fresh = status == CQA_OK ? json_loads(whole.text, 0, NULL) : NULL;
    json_t *root = json_loads(body, 0, NULL);
    char *text = NULL;

    if (fresh != NULL && root != NULL &&
        json_object_set(root, "score", json_object_get(fresh, "score")) == 0)
        text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(15));
    if (status == CQA_OK)
        status = text ? cqa_buffer_add(out, text, strlen(text)) : CQA_E_NOMEM;
    free(text);
    json_decref(fresh);
    json_decref(root);
    cqa_buffer_finish(&whole);
    return status;
}

static enum cqa_status take_text(const char *body, const struct cqa_result *scored, const char *key,
                                 struct cqa_item *out, struct cqa_error *error)
{
    struct cqa_buffer text = {.limit = 64 << 20};
    const enum cqa_status status = put_score(body, scored, &text);

    if (status == CQA_OK) {
        const enum cqa_status read = cqa_item_read(out, text.text, text.length, key, error);
        cqa_buffer_finish(&text);
        return read;
    }
    cqa_buffer_finish(&text);
    return cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

enum cqa_status cqa_rescore(const struct cqa_rubric *rubric, const char *body, const char *key,
                            struct cqa_item *out, struct cqa_error *error)
{
    struct cqa_result result = {0};

    *out = (struct cqa_item){0};
    enum cqa_status status =
        cqa_result_from_json(body, strlen(body), CQA_RESULT_FOREIGN, &result, error);
    if (status == CQA_OK) {
        const struct cqa_rubric_input input = cqa_basis_of(&result);
        status = cqa_rubric_apply(rubric, &input, &result.arena, &result.score);
        result.scored = 1;
    }
    if (status == CQA_OK)
        status = take_text(body, &result, key, out, error);
    cqa_result_finish(&result);
    return status;
}

enum cqa_status cqa_rescore_score(const struct cqa_rubric *rubric,
                                  const struct cqa_rubric_input *input, struct cqa_item *out,
                                  struct cqa_error *error)
{
    struct cqa_rubric_input points = *input;
    struct cqa_arena arena = {0};
    struct cqa_score score;

    points.wordless = 1;
    *out = (struct cqa_item){0};
    const enum cqa_status status =
        cqa_rubric_apply(rubric, &points, &arena, &score) == CQA_OK
            ? cqa_item_take_score(out, &score, input->events, input->event_count, error)
            : cqa_fail(error, CQA_E_NOMEM, "out of memory");
    cqa_arena_finish(&arena);
    return status;
}
