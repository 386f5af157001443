/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store that is only looked at: nothing is written, so a full disk or a foreign hand is no
 * matter. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "store/parts.h"
#include "store/standing.h"

CQA_SQL_STATEMENT(read_schema, "", 1, "PRAGMA user_version");

static enum cqa_status open_file(struct cqa_store *store, const char *state_dir,
                                 struct cqa_error *error)
{
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite,
                                        .path = store->path,
                                        .looks = 1,
                                        .setup = "PRAGMA trusted_schema = OFF;"
                                                 "PRAGMA query_only = ON;"
                                                 "PRAGMA cell_size_check = ON;"};
    char path[PATH_MAX];
    const enum cqa_status status = cqa_store_missed(state_dir, error);

    if (status != CQA_OK)
        return status;
    (void)snprintf(path, sizeof path, "%s/callqa.lock", state_dir);
    store->lock_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (store->lock_fd < 0 || access(store->path, F_OK) != 0) /* opening would make it */
        return errno == ENOENT ? cqa_fail(error, CQA_E_NOTFOUND, "there is no store yet")
                               : cqa_fail_errno(error, "%s", path);
    return cqa_sql_open(&place, &store->sql, error);
}

/* It is read as this version writes it, and brought up to date by none that only looks. */
static enum cqa_status check_schema(const struct cqa_store *store, struct cqa_error *error)
{
    int64_t version = 0;
    const enum cqa_status status = cqa_sql_number(store->sql, &version, error, &read_schema);

    if (status != CQA_OK || version == cqa_store_schema.count)
        return status;
    if (version == 0)
        return cqa_fail(error, CQA_E_NOTFOUND, "there is no store yet");
    if (version > cqa_store_schema.count)
        return cqa_fail(error, CQA_E_REFUSED, "the store was written by a newer version of callqa");
    return cqa_fail(error, CQA_E_REFUSED,
                    "the store is of an older version of callqa (its schema %" PRId64
                    ", this one's %d): start callqad of this version once, which brings it up to "
                    "date",
                    version, cqa_store_schema.count);
}

enum cqa_status cqa_store_open_to_look(const char *state_dir, struct cqa_store **out,
                                       struct cqa_error *error)
{
    struct cqa_store *store = calloc(1, sizeof *store);

    if (store == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the store");
    store->lock_fd = -1;
    (void)snprintf(store->path, sizeof store->path, "%s/callqa.db", state_dir);
    cqa_ballast_look(&store->ballast, state_dir);
    enum cqa_status status = open_file(store, state_dir, error);
    if (status == CQA_OK)
        status = check_schema(store, error);
    if (status != CQA_OK) {
        cqa_store_close(store);
        return cqa_fail_within(error, "%s", state_dir);
    }
    *out = store;
    return CQA_OK;
}
