/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

enum cqa_status cqa_rows_recording(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                   void *recording, struct cqa_error *error)
{
    struct cqa_recording *out = recording;

    *out = (struct cqa_recording){
        .id = cqa_sql_int(rows, 0),
        .path = cqa_sql_copy(rows, 1, arena),
        .source = cqa_sql_copy(rows, 2, arena),
        .call_id = cqa_sql_copy(rows, 3, arena),
        .size_bytes = cqa_sql_int(rows, 4),
        .mtime_ns = cqa_sql_int(rows, 5),
        .attempts = (int)cqa_sql_int(rows, 7),
        .deaths = (int)cqa_sql_int(rows, 8),
        .reason = cqa_sql_copy(rows, 9, arena),
        .text = cqa_sql_copy(rows, 10, arena),
        .discovered_ms = cqa_sql_int(rows, 11),
        .changed_ms = cqa_sql_int(rows, 12),
        .is_gone = cqa_sql_int(rows, 14) != 0,
        .call = cqa_sql_copy(rows, 15, arena),
        .is_named = cqa_sql_int(rows, 16) != 0,
        .revised_ms = cqa_sql_int(rows, 17),
        .begun_ms = cqa_sql_int(rows, 18),
    };
    const int state = cqa_sql_word(rows, 6, cqa_recording_state_words);
    const int asked = cqa_sql_word(rows, 13, cqa_asked_words);
    if (out->path == NULL || out->source == NULL || out->call_id == NULL || out->call == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a recording");
    if (state < 0 || asked < 0)
        return cqa_fail(error, CQA_E_BADDATA, "the store is damaged: a state that is none");
    out->state = (enum cqa_recording_state)state;
    out->asked = (enum cqa_asked)asked;
    return CQA_OK;
}

void cqa_rows_stem(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *ending = strrchr(name, '.');
    const size_t length = ending == NULL || ending == name ? strlen(name) : (size_t)(ending - name);

    (void)snprintf(out, size, "%.*s", (int)length, name);
}

/* ---- pages */

static enum cqa_status read_page(struct cqa_store *store, const struct cqa_listing *listing,
                                 const void *wish, int64_t after, struct cqa_arena *arena,
                                 char *page, size_t *count, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = listing->start(store, wish, after, &rows, error);

    *count = 0;
    while (status == CQA_OK && *count < listing->page_rows && cqa_sql_next(rows, &status, error))
        status = listing->read(rows, arena, page + listing->row_size * (*count)++, error);
    cqa_sql_end(rows);
    return status;
}

/* Whether there is to be another page; `*after` becomes the last id that was shown. */
static int show_page(const struct cqa_listing *listing, void *context, const char *page,
                     size_t count, int64_t *after)
{
    for (size_t i = 0; i < count; i++) {
        const char *row = page + listing->row_size * i;
        memcpy(after, row, sizeof *after);
        if (!listing->show(context, row))
            return 0;
    }
    return count == listing->page_rows;
}

enum cqa_status cqa_rows_each(struct cqa_store *store, const struct cqa_listing *listing,
                              const void *wish, void *context, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    int64_t after = 0;
    int more = 1;

    while (status == CQA_OK && more) {
        struct cqa_arena arena = {0};
        size_t count = 0;
        char *page = cqa_arena_alloc(&arena, listing->row_size * listing->page_rows);
        if (page == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "no memory for a list");
        status = read_page(store, listing, wish, after, &arena, page, &count, error);
        if (status == CQA_OK)
            more = show_page(listing, context, page, count, &after);
        cqa_arena_finish(&arena);
    }
    return status;
}

enum cqa_status cqa_rows_under(const char *folder, struct cqa_under *out, struct cqa_error *error)
{
    if (folder == NULL) {
        out->first[0] = '\0';
        (void)snprintf(out->last, sizeof out->last, "\xff\xff");
        return CQA_OK;
    }
    const int length = snprintf(out->first, sizeof out->first, "%s/", folder);
    if (length < 0 || length >= CQA_UNDER_SIZE)
        return cqa_fail(error, CQA_E_LIMIT, "the path of a folder is too long");
    (void)snprintf(out->last, sizeof out->last, "%s%c", folder, '/' + 1);
    return CQA_OK;
}
