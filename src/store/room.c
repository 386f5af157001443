/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to the store when its disk has no room left. */
#include <errno.h>
#include "base/log.h"
#include "store/parts.h"
#include "store/standing.h"

CQA_SQL_STATEMENT(count_free_bytes, "", 1,
                  "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size");

/* Bodies that were sent leave pages behind, which the next rows fill. */
static int is_roomy_inside(struct cqa_store *store)
{
    int64_t inside = 0;

    if (cqa_sql_number(store->sql, &inside, NULL, &count_free_bytes) != CQA_OK)
        inside = 0;
    return inside >= store->ballast.whole_bytes;
}

enum cqa_room cqa_store_room(struct cqa_store *store)
{
    if (cqa_ballast_is_whole(&store->ballast))
        return CQA_ROOM;
    if (cqa_ballast_take_back(&store->ballast)) {
        cqa_log(CQA_LOG_NOTICE, "the disk of the store has room again");
        return CQA_ROOM;
    }
    return is_roomy_inside(store) ? CQA_ROOM : CQA_ROOM_TIGHT;
}

int cqa_standing_is_full(struct cqa_store *store, int64_t *free_bytes)
{
    return cqa_ballast_is_needed(&store->ballast, free_bytes) && !is_roomy_inside(store);
}

static int is_full(enum cqa_status status, const struct cqa_error *error)
{
    return status == CQA_E_IO && error->sys_errno == ENOSPC;
}

enum cqa_status cqa_store_send(struct cqa_store *store, cqa_sql_body *body, void *context,
                               struct cqa_error *error)
{
    struct cqa_error own = {0};
    struct cqa_error *said = error != NULL ? error : &own;
    enum cqa_status status = cqa_sql_transaction(store->sql, CQA_SQL_WRITE, body, context, said);

    if (!is_full(status, said) || !cqa_ballast_give_up(&store->ballast))
        return status;
    cqa_log(CQA_LOG_WARNING,
            "the disk of the store is full: its ballast is given up, so that results can be sent");
    return cqa_sql_transaction(store->sql, CQA_SQL_WRITE, body, context, said);
}
