/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings/store_place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/checks.h"

static const char sqlite_scheme[] = "sqlite:";
static const char postgres_scheme[] = "postgresql://";

/* ---- the address */

static int hex_of(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit | 0x20);

    return at == NULL ? -1 : (int)(at - digits);
}

/* `length` bytes with their %XX read; NULL where there are none, `*good` 0 where they are wrong. */
static const char *decode(struct cqa_arena *arena, const char *from, size_t length, int *good)
{
    char *out = cqa_arena_bytes(arena, from, length);
    size_t used = 0;

    if (length == 0 || out == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        int value = (unsigned char)from[i];
        if (value == '%') {
            const int high = i + 2 < length ? hex_of(from[i + 1]) : -1;
            const int low = high < 0 ? -1 : hex_of(from[i + 2]);
            value = low < 0 ? 0 : high << 4 | low;
            i += 2;
        }
        *good &= value > 0x1f;
        out[used++] = (char)value;
    }
    out[used] = '\0';
    return out;
}

/* HOST, HOST:PORT or [ADDRESS]:PORT. */
static int read_host(const char *text, size_t length, struct cqa_arena *arena,
                     struct cqa_store_place *out)
{
    const char *bracket = memchr(text, ']', length);
    const size_t skipped = bracket == NULL ? 0 : (size_t)(bracket - text);
    const char *colon = memchr(text + skipped, ':', length - skipped);
    const size_t host = colon == NULL ? length : (size_t)(colon - text);
    char *end = NULL;
    int good = bracket == NULL || (text[0] == '[' && skipped == host - 1);

    out->host = bracket == NULL ? decode(arena, text, host, &good)
                                : cqa_arena_bytes(arena, text + 1, host - 2);
    if (colon == NULL)
        return good;
    const long port = strtol(colon + 1, &end, 10);
    out->port = (int)port;
    return good && end == text + length && port > 0 && port < 65536;
}

static int read_postgres(const char *text, struct cqa_arena *arena, struct cqa_store_place *out)
{
    static const char socket[] = "?host=";
    const size_t authority = strcspn(text, "/");
    const char *at = memchr(text, '@', authority);
    const char *host = at == NULL ? text : at + 1;
    const char *database = text + authority + (text[authority] == '/');
    const size_t name = strcspn(database, "?");
    int good = text[authority] == '/' && memchr(database, '/', name) == NULL;

    if (at != NULL) /* a password has no place here */
        good &= memchr(text, ':', (size_t)(at - text)) == NULL;
    out->user = at == NULL ? NULL : decode(arena, text, (size_t)(at - text), &good);
    good &= at == NULL || out->user != NULL;
    good &= read_host(host, (size_t)(text + authority - host), arena, out);
    out->database = decode(arena, database, name, &good);
    if (database[name] == '?') {
        good &= strncmp(database + name, socket, sizeof socket - 1) == 0 && out->host == NULL &&
                database[name + sizeof socket - 1] == '/';
        const char *folder = database + name + (good ? sizeof socket - 1 : 0);
        out->host = decode(arena, folder, strlen(folder), &good);
    }
    return good && out->database != NULL;
}

int cqa_store_place_read(const char *text, struct cqa_arena *arena, struct cqa_store_place *out)
{
    *out = (struct cqa_store_place){0};
    if (strncmp(text, postgres_scheme, sizeof postgres_scheme - 1) == 0)
        return read_postgres(text + sizeof postgres_scheme - 1, arena, out);
    if (strncmp(text, sqlite_scheme, sizeof sqlite_scheme - 1) != 0 ||
        text[sizeof sqlite_scheme - 1] != '/')
        return 0;
    out->path = cqa_arena_string(arena, text + sizeof sqlite_scheme - 1);
    return out->path != NULL;
}

/* ---- the configuration */

/* The database need not be there yet. */
static int check_file(const struct cqa_yaml_node *node, const char *path,
                      struct cqa_problems *problems)
{
    struct stat status;

    if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
        return 1;
    cqa_yaml_problem(node, problems, "%s is no regular file", path);
    return 0;
}

/* The service's own is made by its unit (StateDirectory=). */
static void check_folder(const struct cqa_yaml_node *node, const char *path,
                         struct cqa_problems *problems)
{
    static const char units[] = "/var/lib/callqa-server";
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');

    (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    if (folder[0] != '\0' && strcmp(folder, units) != 0 && access(folder, F_OK) != 0 &&
        errno == ENOENT)
        cqa_yaml_problem(node, problems, "there is no folder %s for the store", folder);
}

/* A file that PostgreSQL is opened with. */
static const char *read_file(const struct cqa_yaml_node *root, const char *key,
                             const struct cqa_store_place *place, struct cqa_arena *arena,
                             struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(root, key, 0, &text, problems))
        return NULL;
    const struct cqa_yaml_node *node = cqa_yaml_find(root, key);
    if (text[0] != '/')
        cqa_yaml_problem(node, problems, "\"%s\" must be an absolute path", key);
    else if (place->path != NULL)
        cqa_yaml_problem(node, problems, "\"%s\" is for a store on PostgreSQL", key);
    else if (cqa_check_file(node, text, problems))
        return cqa_arena_string(arena, text);
    return NULL;
}

void cqa_store_place_config(struct cqa_store_place *out, struct cqa_arena *arena,
                            const struct cqa_yaml_node *root, int is_check,
                            struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(root, "store", 1, &text, problems))
        return;
    const struct cqa_yaml_node *node = cqa_yaml_find(root, "store");
    if (!cqa_store_place_read(text, arena, out))
        cqa_yaml_problem(node, problems,
                         "this is not a store; allowed: sqlite:/ABSOLUTE/PATH or "
                         "postgresql://USER@HOST:PORT/DATABASE, without a password "
                         "(store_password_file)");
    else if (out->path != NULL && check_file(node, out->path, problems) && is_check)
        check_folder(node, out->path, problems);
    out->password_file = read_file(root, "store_password_file", out, arena, problems);
    out->ca_file = read_file(root, "store_ca_file", out, arena, problems);
}
