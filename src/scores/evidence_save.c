/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every clip that the store has of somebody's calls, also of audio that a call has no more. */
#include <stdio.h>
#include <stdlib.h>
#include "scores/accounts_internal.h"
#include "scores/audit.h"
#include "scores/evidence.h"
#include "scores/store_internal.h"

enum { PAGE_CALLS = 200 };

#define HAS_CLIPS                                                                                  \
    "(EXISTS (SELECT 1 FROM clips AS k WHERE k.call = c.id)"                                       \
    " OR EXISTS (SELECT 1 FROM clips_kept AS k WHERE k.call = c.id))"
CQA_SQL_STATEMENT(calls_with_clips, "ii", 5,
                  "SELECT c.id, c.path, coalesce(c.call_of, c.call_id), c.customer, c.agent"
                  " FROM calls AS c WHERE c.id > ?1 AND " HAS_CLIPS " ORDER BY c.id LIMIT ?2");
/* A kept clip that came back with a later revision is there twice. */
CQA_SQL_STATEMENT(clips_of, "i", 4,
                  "SELECT start_ms, end_ms, sha256, bytes FROM clips WHERE call = ?1"
                  " UNION ALL SELECT k.start_ms, k.end_ms, k.sha256, k.bytes FROM clips_kept AS k"
                  "  WHERE k.call = ?1 AND NOT EXISTS (SELECT 1 FROM clips AS n WHERE n.call = ?1"
                  "   AND n.start_ms = k.start_ms AND n.end_ms = k.end_ms AND n.sha256 = k.sha256)"
                  " ORDER BY 1, 2, 3");

struct saving {
    struct cqa_scores *scores;
    const struct cqa_about *about;
    cqa_evidence_visit *visit;
    void *context;
    int64_t after; /* the page begins behind this call */
    int64_t calls[PAGE_CALLS];
    size_t count;
    int more;
    int stopped;
};

/* The calls of a page that are about it. */
static enum cqa_status read_page(struct saving *saving, struct cqa_error *error)
{
    struct cqa_list list;
    size_t seen = 0;

    saving->count = 0;
    cqa_list_start(saving->scores, &list, error, &calls_with_clips, saving->after,
                   (int64_t)PAGE_CALLS);
    for (; seen < PAGE_CALLS && cqa_list_next(&list, error); seen++) {
        const struct cqa_about_recording recording = {
            cqa_sql_text(list.row, 1), cqa_sql_text(list.row, 2), cqa_sql_text(list.row, 3),
            cqa_sql_text(list.row, 4)};
        saving->after = cqa_sql_int(list.row, 0);
        if (cqa_about_matches(saving->about, &recording))
            saving->calls[saving->count++] = saving->after;
    }
    saving->more = seen == PAGE_CALLS;
    return cqa_list_end(saving->scores, &list);
}

static enum cqa_status visit_call(struct saving *saving, int64_t call, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(saving->scores, &list, error, &clips_of, call);
    while (!saving->stopped && cqa_list_next(&list, error)) {
        const struct cqa_item_clip clip = {
            .span = {cqa_sql_int(list.row, 0), cqa_sql_int(list.row, 1)},
            .bytes = cqa_sql_bytes(list.row, 3),
            .length = cqa_sql_size(list.row, 3)};
        saving->stopped = saving->visit(saving->context, call, cqa_sql_text(list.row, 2), &clip);
    }
    return cqa_list_end(saving->scores, &list);
}

static enum cqa_status note(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct saving *saving = context;
    char object[256];

    (void)snprintf(object, sizeof object, "%s %s", cqa_about_words[saving->about->kind],
                   saving->about->value);
    return cqa_audit_add(saving->scores, db, cqa_actor_console, "clips.save", object, "", error);
}

enum cqa_status cqa_evidence_save(struct cqa_scores *scores, const struct cqa_about *about,
                                  cqa_evidence_visit *visit, void *context, struct cqa_error *error)
{
    struct saving saving = {
        .scores = scores, .about = about, .visit = visit, .context = context, .more = 1};
    enum cqa_status status = cqa_scores_write(scores, note, &saving, error);

    while (status == CQA_OK && saving.more && !saving.stopped) {
        status = read_page(&saving, error);
        for (size_t i = 0; status == CQA_OK && i < saving.count && !saving.stopped; i++)
            status = visit_call(&saving, saving.calls[i], error);
    }
    return status;
}
