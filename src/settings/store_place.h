/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SETTINGS_STORE_PLACE_H
#define CQA_SETTINGS_STORE_PLACE_H

#include "base/arena.h"
#include "base/problems.h"
#include "base/yaml.h"

/* Where the server's store is. */
struct cqa_store_place {
    const char *path; /* SQLite's file; NULL: PostgreSQL, of which the rest speaks */
    const char *host; /* a name, address, or the folder of the socket; NULL: the usual socket */
    int port;         /* 0: the usual one */
    const char *user; /* NULL: as the process is called */
    const char *database;
    const char *password_file; /* NULL: without */
    const char *ca_file;       /* NULL: no certificate is asked for */
};

/*
 * Reads it from one line: sqlite:/ABSOLUTE/PATH, or
 * postgresql://[USER@][HOST[:PORT]]/DATABASE[?host=/FOLDER], with %XX for what would be taken for
 * something else. 0 when it is neither. `out` is set; its strings live in `arena`.
 */
int cqa_store_place_read(const char *text, struct cqa_arena *arena, struct cqa_store_place *out);

/*
 * The keys store, store_password_file and store_ca_file of the configuration, checked; with
 * `is_check` that SQLite's folder is there, too, for which a server that starts waits.
 */
void cqa_store_place_config(struct cqa_store_place *out, struct cqa_arena *arena,
                            const struct cqa_yaml_node *root, int is_check,
                            struct cqa_problems *problems);

#endif
