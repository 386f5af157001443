/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings/config.h"

#include <errno.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "base/checks.h"
#include "base/yaml.h"

static const char *keep(struct cqa_server_config *config, const char *text)
{
    return cqa_arena_string(&config->arena, text);
}

static int numeric_address(const char *host)
{
    struct in6_addr six;
    struct in_addr four;

    return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1;
}

/* "127.0.0.1:8080", "[::1]:8080" or "localhost:0". */
static void read_listen(struct cqa_server_config *config, const struct cqa_yaml_node *root,
                        struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(root, "listen", 1, &text, problems))
        return;
    const struct cqa_yaml_node *node = cqa_yaml_find(root, "listen");
    char *host = cqa_arena_string(&config->arena, text);
    char *colon = host ? strrchr(host, ':') : NULL;
    char *end = NULL;
    const long port =
        colon && colon[1] >= '0' && colon[1] <= '9' ? strtol(colon + 1, &end, 10) : -1;
    if (port < 0 || port > 65535 || *end != '\0') {
        cqa_yaml_problem(
            node, problems,
            "\"%s\" is not ADDRESS:PORT; allowed: 127.0.0.1:8080, [::1]:8080, port 0 to "
            "65535 (0 takes a free one)",
            text);
        return;
    }
    *colon = '\0';
    if (host[0] == '[' && colon > host && colon[-1] == ']') {
        colon[-1] = '\0';
        host++;
    }
    if (strcmp(host, "localhost") == 0)
        host = cqa_arena_string(&config->arena, "127.0.0.1");
    if (host == NULL || !numeric_address(host)) {
        cqa_yaml_problem(node, problems,
                         "\"%s\" is not a numeric address; allowed: 127.0.0.1, 0.0.0.0, [::1]",
                         host ? host : text);
        return;
    }
    config->listen_host = host;
    config->listen_port = (int)port;
}

static void read_proxies(struct cqa_server_config *config, const struct cqa_yaml_node *root,
                         struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(root, "proxies", CQA_YAML_LIST, 0, problems);
    unsigned char bytes[sizeof(struct in6_addr)];

    for (size_t i = 0; list != NULL && i < cqa_yaml_count(list); i++) {
        const struct cqa_yaml_node *node = cqa_yaml_item(list, i);
        const char *text = cqa_yaml_text(node);
        if (text == NULL ||
            (inet_pton(AF_INET, text, bytes) != 1 && inet_pton(AF_INET6, text, bytes) != 1))
            cqa_yaml_problem(node, problems, "a proxy must be a numeric address");
        else if (config->proxy_count == CQA_PROXIES_MAX)
            cqa_yaml_problem(node, problems, "more than %d proxies", CQA_PROXIES_MAX);
        else
            config->proxies[config->proxy_count++] = keep(config, text);
    }
}

static void read_path(struct cqa_server_config *config, const struct cqa_yaml_node *map,
                      const char *key, int required, const char **out,
                      struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(map, key, required, &text, problems))
        return;
    if (text[0] != '/')
        cqa_yaml_problem(cqa_yaml_find(map, key), problems, "\"%s\" must be an absolute path", key);
    else
        *out = keep(config, text);
}

/* Where nothing is said it lies beside the store, which is better than none: a copy of the store
 * alone has it not. Where that is no file, in the folder that the service has. */
static void read_audit_key(struct cqa_server_config *config, const struct cqa_yaml_node *root,
                           struct cqa_problems *problems)
{
    const char *store = config->store.path;
    const char *own = getenv("STATE_DIRECTORY");
    char path[PATH_MAX];

    read_path(config, root, "audit_key_file", 0, &config->audit_key_file, problems);
    if (config->audit_key_file != NULL)
        return;
    if (store == NULL)
        (void)snprintf(path, sizeof path, "%s/audit.key", own ? own : "/var/lib/callqa-server");
    else
        (void)snprintf(path, sizeof path, "%.*saudit.key", (int)(strrchr(store, '/') - store) + 1,
                       store);
    config->audit_key_file = keep(config, path);
}

static void read_tls(struct cqa_server_config *config, const struct cqa_yaml_node *root,
                     struct cqa_problems *problems)
{
    static const char *const keys[] = {"certificate", "key", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "tls", CQA_YAML_MAP, 0, problems);

    if (map == NULL)
        return;
    cqa_yaml_only(map, keys, problems);
    read_path(config, map, "certificate", 1, &config->tls_certificate, problems);
    read_path(config, map, "key", 1, &config->tls_key, problems);
    if (config->tls_certificate != NULL)
        (void)cqa_check_file(cqa_yaml_find(map, "certificate"), config->tls_certificate, problems);
    if (config->tls_key != NULL)
        (void)cqa_check_file(cqa_yaml_find(map, "key"), config->tls_key, problems);
}

static void read_session(struct cqa_server_config *config, const struct cqa_yaml_node *root,
                         struct cqa_problems *problems)
{
    static const char *const keys[] = {"idle", "longest", "plain_cookie", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "session", CQA_YAML_MAP, 0, problems);

    if (map == NULL)
        return;
    cqa_yaml_only(map, keys, problems);
    cqa_yaml_get_duration(map, "idle", 0, 60000, 24 * 3600000LL, &config->session_idle_ms,
                          problems);
    cqa_yaml_get_duration(map, "longest", 0, 60000, 30 * 24 * 3600000LL, &config->session_ms_max,
                          problems);
    if (!cqa_yaml_get_bool(map, "plain_cookie", 0, &config->plain_cookie, problems) ||
        !config->plain_cookie || config->listen_host == NULL)
        return;
    if (strncmp(config->listen_host, "127.", 4) != 0 && strcmp(config->listen_host, "::1") != 0)
        cqa_yaml_problem(cqa_yaml_find(map, "plain_cookie"), problems,
                         "plain_cookie is allowed only where \"listen\" is a loopback address");
}

/* Debian's john-data brings a list, of 3 500. */
static void read_passwords(struct cqa_server_config *config, const struct cqa_yaml_node *root,
                           struct cqa_problems *problems)
{
    static const char usual[] = "/usr/share/john/password.lst";
    static const char *const keys[] = {"least", "common", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "passwords", CQA_YAML_MAP, 0, problems);

    config->passwords = (struct cqa_password_rules){8, access(usual, R_OK) == 0 ? usual : NULL};
    if (map == NULL)
        return;
    cqa_yaml_only(map, keys, problems);
    cqa_yaml_get_whole(map, "least", 0, 8, 64, &config->passwords.characters_least, problems);
    read_path(config, map, "common", 0, &config->passwords.common, problems);
    if (cqa_yaml_find(map, "common") != NULL && config->passwords.common != NULL)
        (void)cqa_check_file(cqa_yaml_find(map, "common"), config->passwords.common, problems);
}

/* Roles by their numbers, which are scores/accounts.h's; a recorder has tokens, no account. */
static const char *const roles[] = {"admin", "lead", "auditor", "agent", "", "hr", NULL};
enum { AUDITOR = 2, AGENT = 3, HR = 5 };

/* `*out` stays where the key is not there. */
static void read_roles(const struct cqa_yaml_node *map, const char *key, unsigned *out,
                       struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(map, key, CQA_YAML_LIST, 0, problems);
    int role = 0;

    if (list != NULL)
        *out = 0;
    for (size_t i = 0; list != NULL && i < cqa_yaml_count(list); i++)
        if (cqa_yaml_as_word(cqa_yaml_item(list, i), roles, &role, problems))
            *out |= 1u << role;
}

static void read_numbers(struct cqa_server_config *config, const struct cqa_yaml_node *root,
                         struct cqa_problems *problems)
{
    static const char *const keys[] = {"masked_for", "shown_on_request", NULL};
    const struct cqa_yaml_node *map =
        cqa_yaml_want(root, "customer_numbers", CQA_YAML_MAP, 0, problems);

    config->numbers_masked_for = 1u << AUDITOR | 1u << AGENT | 1u << HR;
    config->numbers_shown_to = 1u << AUDITOR;
    if (map == NULL)
        return;
    cqa_yaml_only(map, keys, problems);
    read_roles(map, "masked_for", &config->numbers_masked_for, problems);
    read_roles(map, "shown_on_request", &config->numbers_shown_to, problems);
}

static void read_shifts(struct cqa_server_config *config, const struct cqa_yaml_node *root,
                        struct cqa_problems *problems)
{
    const char *name = NULL;
    struct cqa_error error;

    if (cqa_yaml_get_string(root, "time_zone", 0, &name, problems))
        config->time_zone = keep(config, name);
    if (cqa_zone_load(config->time_zone, &config->zone, &error) != CQA_OK)
        cqa_yaml_problem(name != NULL ? cqa_yaml_find(root, "time_zone") : root, problems,
                         "time_zone: %p", &error.message);
    config->shift_count =
        cqa_shifts_read(root, config->zone, &config->arena, config->shifts, problems);
}

static int load(struct cqa_server_config *config, const char *path, int is_check,
                struct cqa_problems *problems)
{
    static const char *const keys[] = {"listen",
                                       "store",
                                       "audit_key_file",
                                       "audio",
                                       "proxies",
                                       "port_file",
                                       "tls",
                                       "web",
                                       "threads",
                                       "body_bytes_max",
                                       "item_bytes_max",
                                       "session",
                                       "objection_days",
                                       "answer_days",
                                       "clip_days",
                                       "notices",
                                       "public_url",
                                       "time_zone",
                                       "shifts",
                                       "reasons",
                                       "second_factor",
                                       "customer_numbers",
                                       "passwords",
                                       "store_password_file",
                                       "store_ca_file",
                                       NULL};
    const size_t before = problems->count;

    *config = (struct cqa_server_config){.threads = 8,
                                         .body_bytes_max = 64 << 20,
                                         .item_bytes_max = 8 << 20,
                                         .session_idle_ms = 8 * 3600000LL,
                                         .session_ms_max = 24 * 3600000LL,
                                         .objection_days = 14,
                                         .answer_days = 7};
    struct cqa_yaml *yaml = cqa_yaml_load(path, problems);
    const struct cqa_yaml_node *root = cqa_yaml_root(yaml, problems);
    if (root != NULL) {
        cqa_yaml_only(root, keys, problems);
        read_listen(config, root, problems);
        cqa_store_place_config(&config->store, &config->arena, root, is_check, problems);
        read_audit_key(config, root, problems);
        cqa_sound_folders_read(&config->audio, &config->arena, root, problems);
        read_proxies(config, root, problems);
        read_path(config, root, "port_file", 0, &config->port_file, problems);
        read_tls(config, root, problems);
        read_path(config, root, "web", 0, &config->web, problems);
        cqa_yaml_get_whole(root, "threads", 0, 1, 64, &config->threads, problems);
        cqa_yaml_get_whole(root, "body_bytes_max", 0, 1024, 1 << 30, &config->body_bytes_max,
                           problems);
        cqa_yaml_get_whole(root, "item_bytes_max", 0, 1024, 64 << 20, &config->item_bytes_max,
                           problems);
        read_session(config, root, problems);
        read_roles(root, "second_factor", &config->factor_roles, problems);
        read_numbers(config, root, problems);
        read_passwords(config, root, problems);
        cqa_yaml_get_whole(root, "objection_days", 0, 0, 365, &config->objection_days, problems);
        cqa_yaml_get_whole(root, "answer_days", 0, 0, 365, &config->answer_days, problems);
        cqa_yaml_get_whole(root, "clip_days", 0, 0, 36500, &config->clip_days, problems);
        cqa_notice_config_read(&config->notices, &config->arena, root, problems);
        read_shifts(config, root, problems);
        config->reason_count =
            cqa_decision_reasons_read(root, &config->arena, config->reasons, problems);
    }
    cqa_yaml_destroy(yaml);
    return problems->count == before;
}

int cqa_server_config_load(struct cqa_server_config *config, const char *path,
                           struct cqa_problems *problems)
{
    return load(config, path, 0, problems);
}

int cqa_server_config_check(struct cqa_server_config *config, const char *path,
                            struct cqa_problems *problems)
{
    return load(config, path, 1, problems);
}

void cqa_server_config_finish(struct cqa_server_config *config)
{
    cqa_zone_destroy(config->zone);
    cqa_arena_finish(&config->arena);
}
