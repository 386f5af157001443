/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SETTINGS_CONFIG_H
#define CQA_SETTINGS_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/problems.h"
#include "settings/decision_reason.h"
#include "settings/notices.h"
#include "settings/password_rules.h"
#include "settings/shift.h"
#include "settings/sound_folders.h"
#include "settings/store_place.h"

enum { CQA_PROXIES_MAX = 16 };

/* What callqa-server --config says. Strings live in `arena`; docs/server.md describes each key. */
struct cqa_server_config {
    struct cqa_arena arena;
    const char *listen_host; /* numeric address, without brackets */
    int listen_port;         /* 0: any free one */
    struct cqa_store_place store;
    const char *audit_key_file;           /* absolute; of the audit log's key */
    struct cqa_sound_folders audio;       /* that recordings may be played from */
    const char *proxies[CQA_PROXIES_MAX]; /* addresses whose X-Forwarded-For is believed */
    size_t proxy_count;
    const char *port_file;       /* NULL: none */
    const char *tls_certificate; /* PEM files; NULL: plain HTTP (loopback, or behind a proxy) */
    const char *tls_key;
    const char *web; /* folder of the page; NULL: as installed */
    int64_t threads;
    int64_t body_bytes_max;
    int64_t item_bytes_max;
    int64_t session_idle_ms;
    int64_t session_ms_max;
    struct cqa_password_rules passwords;
    unsigned factor_roles; /* of roles (1 << its number) whose accounts need a second factor */
    unsigned numbers_masked_for; /* roles, the same, that see customers' numbers with stars */
    unsigned numbers_shown_to;   /* and those of them that may ask for one in full */
    int64_t objection_days;      /* how long after the call an agent may object */
    int64_t answer_days;         /* and how long after that it is to be answered; 0: not said */
    int64_t clip_days;           /* evidence clips go so long after their call came; 0: with it */
    struct cqa_notice_config notices;
    const char *time_zone; /* of the site's clocks; NULL: the machine's own */
    struct cqa_zone *zone; /* the same, loaded */
    struct cqa_shift shifts[CQA_SHIFTS_MAX];
    size_t shift_count;
    struct cqa_decision_reason
        reasons[CQA_DECISION_REASONS_MAX]; /* why flags are overturned or changed */
    size_t reason_count;
    int plain_cookie; /* session cookie without __Host- and Secure: loopback over plain HTTP only */
};

/* Reads and checks the file; 0 when there were problems (all of them are in `problems`). Finish it
 * either way. */
int cqa_server_config_load(struct cqa_server_config *config, const char *path,
                           struct cqa_problems *problems);

/* The same, and what need not be so when the server starts, as it waits: there is no folder for the
 * store. */
int cqa_server_config_check(struct cqa_server_config *config, const char *path,
                            struct cqa_problems *problems);
void cqa_server_config_finish(struct cqa_server_config *config);

#endif
