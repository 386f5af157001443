/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ACCOUNTS_H
#define CQA_SCORES_ACCOUNTS_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "scores/store.h"

/* The numbers are stored. */
enum cqa_account_role {
    CQA_ACCOUNT_ADMIN, /* accounts, roster, settings; hears nothing */
    CQA_ACCOUNT_LEAD,  /* the floor, or the teams named: decides, settles objections, closes periods
                        */
    CQA_ACCOUNT_AUDITOR,  /* decides on flags of the teams named */
    CQA_ACCOUNT_AGENT,    /* own calls only */
    CQA_ACCOUNT_RECORDER, /* posts, and reads back what it posted */
    CQA_ACCOUNT_HR,       /* reads scores, for appraisal */
    CQA_ACCOUNT_COUNT
};
extern const char *const cqa_account_words[CQA_ACCOUNT_COUNT + 1];

/* The role of a word, or -1. */
int cqa_account_role_of(const char *word);

/* Sets of roles, for tables of who may do what. */
#define CQA_MAY(role) (1u << (role))

/* Who confirms what somebody asked for (asked.h). `alone`: where nobody else may, who asked may, a
 * day later. */
struct cqa_seconds {
    unsigned roles;
    int alone;
};

/* Who is asking. Strings live in the arena that it was read into. */
struct cqa_identity {
    enum cqa_account_role role;
    int64_t user; /* 0: a token, not a person */
    const char *name;
    const char *site;      /* token */
    const char *person;    /* user: the name in the roster */
    const char *csrf;      /* session: what state-changing requests must carry */
    int has_factor;        /* user: a second factor counts (second_factor.h) */
    int64_t once_until_ms; /* user: until when the password, which others have seen, lets them set
                              their own; 0: it is their own */
    const char *const *teams; /* NULL: every team */
    size_t team_count;
};

/* What this identity may see. Borrowed from it. */
struct cqa_scope cqa_identity_scope(const struct cqa_identity *who);

/* ---- tokens: 256 random bits, of which the store keeps a hash */

enum { CQA_TOKEN_DAYS = 365, CQA_TOKEN_DAYS_MAX = 3650 }; /* usually, and most */
enum { CQA_TOKEN_SIZE = 48 }; /* "cqa_" and 43 characters, with the NUL */

struct cqa_token_new {
    const char *name; /* 1 to 64 of letters, digits and ._@- */
    enum cqa_account_role role;
    const char *site;         /* "": none */
    const char *const *teams; /* which teams' calls; none: every team */
    size_t team_count;
    const char *const *addresses; /* ranges (cidr.h) that it may be used from; none: everywhere */
    size_t address_count;
    int64_t days;      /* that it is in force; 0: without an end */
    const char *actor; /* for the audit log; NULL: the command line, which alone gives a known name
                          to another token */
};

/* Makes one and writes it to `out`: it can't be read back. CQA_E_REFUSED: the name is known. */
enum cqa_status cqa_token_add(struct cqa_scores *scores, const struct cqa_token_new *token,
                              char out[CQA_TOKEN_SIZE], struct cqa_error *error) CQA_MUST_CHECK;
/* What cqa_token_add would say, before anything is made. */
enum cqa_status cqa_token_check_new(struct cqa_scores *scores, const struct cqa_token_new *token,
                                    struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_token_revoke_as(struct cqa_scores *scores, const char *actor, const char *name,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* Every token of that name stops at once; CQA_E_NOTFOUND when there was none. */
enum cqa_status cqa_token_revoke(struct cqa_scores *scores, const char *name,
                                 struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_token_row {
    const char *name, *site;
    const char *teams;     /* JSON list of names; "[]": every team */
    const char *addresses; /* JSON list of ranges; "[]": everywhere */
    enum cqa_account_role role;
    int64_t created_ms, revoked_ms; /* 0: in force */
    int64_t expires_ms;             /* 0: never */
    int64_t used_ms;                /* last, to the hour; 0: never */
};
enum cqa_status cqa_token_list(struct cqa_scores *scores,
                               void (*visit)(void *context, const struct cqa_token_row *row),
                               void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_REFUSED when there is no such token in force, or not for this address. Its name, for all
 * but recorders, who are known to calls by it, begins with CQA_TOKEN_PREFIX: so no token bears a
 * person's name in the audit log. */
#define CQA_TOKEN_PREFIX "token:"
enum cqa_status cqa_token_check(struct cqa_scores *scores, const char *token, const char *address,
                                struct cqa_arena *arena, struct cqa_identity *out,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* ---- people */

struct cqa_user_new {
    const char *name;
    enum cqa_account_role role;
    const char *person;       /* as in the roster; NULL: as `name` */
    const char *const *teams; /* which teams' calls; none: every team */
    size_t team_count;
    const char *password; /* NULL: as it is; only of an account that exists */
    int is_once;          /* the password lets its owner set another one, and does nothing else;
                             for CQA_PASSWORD_ONCE_MS */
    const char *actor;    /* for the audit log; NULL: the command line */
};
#define CQA_PASSWORD_ONCE_MS ((int64_t)7 * 24 * 3600 * 1000)

/* A password that nobody has thought of: 80 random bits in four groups. */
enum { CQA_PASSWORD_MADE_SIZE = 20 };
void cqa_password_make(char out[CQA_PASSWORD_MADE_SIZE]);

/* Whether an account may have this name. CQA_E_BADDATA. */
enum cqa_status cqa_user_check_name(const char *name, struct cqa_error *error) CQA_MUST_CHECK;

/* Adds, or changes an account of that name (its sessions end; one that was disabled is in force
 * again). The password is kept as Argon2id. CQA_E_NOTFOUND: no such account, and no password. */
enum cqa_status cqa_user_put(struct cqa_scores *scores, const struct cqa_user_new *user,
                             struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_user_disable(struct cqa_scores *scores, const char *name,
                                 struct cqa_error *error) CQA_MUST_CHECK;

enum cqa_status cqa_user_disable_as(struct cqa_scores *scores, const char *actor, const char *name,
                                    struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_user_row {
    const char *name, *person;
    const char *teams; /* JSON list of names; "[]": every team */
    enum cqa_account_role role;
    int64_t created_ms, disabled_ms; /* 0: in force */
    int64_t once_until_ms;           /* 0: the password is its owner's */
};
enum cqa_status cqa_user_list(struct cqa_scores *scores,
                              void (*visit)(void *context, const struct cqa_user_row *row),
                              void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* An account as it is now, by its number. CQA_E_NOTFOUND: it is no longer in force. */
enum cqa_status cqa_user_identity(struct cqa_scores *scores, int64_t user, struct cqa_arena *arena,
                                  struct cqa_identity *out, struct cqa_error *error) CQA_MUST_CHECK;

/* Whether there is any account, in force or not. */
enum cqa_status cqa_user_any(struct cqa_scores *scores, int *out,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* The own password, by whoever knows the old one; every session of the account but `session` ends.
 * CQA_E_REFUSED: the old one is wrong. CQA_E_BADDATA: the new one may not be taken, or is the old.
 */
enum cqa_status cqa_user_change_password(struct cqa_scores *scores, const struct cqa_identity *who,
                                         const char *old_password, const char *new_password,
                                         const char *session,
                                         struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_REFUSED: it is not the account's password. As slow as a log-in. */
enum cqa_status cqa_user_check_password(struct cqa_scores *scores, const struct cqa_identity *who,
                                        const char *password,
                                        struct cqa_error *error) CQA_MUST_CHECK;

enum { CQA_SESSION_SIZE = 44, CQA_CSRF_SIZE = 44 };

/* What somebody logs in with, and from where. */
struct cqa_log_in {
    const char *name, *password;
    const char *code;    /* of the second factor; NULL: none was given */
    const char *address; /* of the client */
    const char *agent;   /* the browser, as it calls itself */
};

/*
 * Checks name and password, and the code where the account has a second factor, and opens a
 * session; `session` is for the cookie. CQA_E_REFUSED for a wrong name or password alike, and as
 * slow;
 * `*needs_code`: the password is right, and the code is missing.
 */
enum cqa_status cqa_session_open(struct cqa_scores *scores, const struct cqa_log_in *log_in,
                                 struct cqa_arena *arena, char session[CQA_SESSION_SIZE],
                                 struct cqa_identity *out, int *needs_code,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_REFUSED when there is no such session, it was idle for longer than `idle_ms`, or is older
 * than `ms_max`. */
enum cqa_status cqa_session_check(struct cqa_scores *scores, const char *session, int64_t idle_ms,
                                  int64_t ms_max, struct cqa_arena *arena, struct cqa_identity *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_session_close(struct cqa_scores *scores, const char *name, const char *session,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* ---- the own sessions */

enum { CQA_SESSION_NAME_SIZE = 17 };
struct cqa_session_row {
    char name[CQA_SESSION_NAME_SIZE]; /* which it is; no secret */
    int is_current;
    int64_t created_ms, seen_ms;
    const char *address, *agent;
};

/* Those in force, the last used first; `session` is the cookie's. */
enum cqa_status cqa_session_list(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const char *session, int64_t idle_ms, int64_t ms_max,
                                 void (*visit)(void *context, const struct cqa_session_row *row),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* Ends one of the own; CQA_E_NOTFOUND: there is none of this name. */
enum cqa_status cqa_session_end(struct cqa_scores *scores, const struct cqa_identity *who,
                                const char *name, struct cqa_error *error) CQA_MUST_CHECK;

/* Whether an account has this name, in force or not; 0 also when the store cannot tell. */
int cqa_user_is_known(struct cqa_scores *scores, const char *name);

#endif
