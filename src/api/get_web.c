/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "api/endpoints.h"
#include "api/place.h"

static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
};

static const char *type_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(dot, types[i].ending) == 0)
            return types[i].type;
    return NULL;
}

/* The page's names hold nothing that could lead out of its folder. */
static int is_plain(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return name[0] != '\0' && name[0] != '.' && name[strspn(name, allowed)] == '\0';
}

static int open_in(const char *folder, const char *name)
{
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);

    return length > 0 && (size_t)length < sizeof path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

/* `name` ("style.css", "lang/en.json") from the configured folder, or as installed; -1: none. */
static int open_page(const struct cqa_server_config *config, const char *name)
{
    char place[512];
    char path[4096];
    uint64_t size;
    struct cqa_error error = {0};

    if (config->web != NULL)
        return open_in(config->web, name);
    snprintf(place, sizeof place, "web/%s", name);
    return cqa_place_open(place, &size, path, sizeof path, &error);
}

struct file {
    int fd; /* -1: none */
    struct stat facts;
};

static struct file open_file(const struct cqa_server_config *config, const char *name)
{
    struct file file = {.fd = open_page(config, name)};

    if (file.fd >= 0 && fstat(file.fd, &file.facts) == 0 && S_ISREG(file.facts.st_mode))
        return file;
    if (file.fd >= 0)
        close(file.fd);
    file.fd = -1;
    return file;
}

/* Whether an element of Accept-Encoding ("gzip", "gzip;q=0.5") takes gzip (RFC 9110 §12.5.3). */
static int is_gzip(const char *element, size_t length)
{
    static const char name[] = "gzip";
    const size_t named = strcspn(element, ",; \t");
    const char *quality = memmem(element, length, "q=", 2);

    return named == sizeof name - 1 && strncasecmp(element, name, named) == 0 &&
           (quality == NULL || strtod(quality + 2, NULL) > 0);
}

static int takes_gzip(const char *accepted)
{
    for (const char *at = accepted ? accepted : ""; *at != '\0';) {
        at += strspn(at, ", \t");
        const size_t length = strcspn(at, ",");
        if (is_gzip(at, length))
            return 1;
        at += length;
    }
    return 0;
}

/* The file as the build packed it, unless it was changed since. */
static struct file packed(struct cqa_request *request, const char *name, struct file plain)
{
    char packed_name[264];

    snprintf(packed_name, sizeof packed_name, "%s.gz", name);
    const struct file gz = open_file(cqa_request_config(request), packed_name);
    if (gz.fd < 0)
        return plain;
    if (gz.facts.st_mtim.tv_sec < plain.facts.st_mtim.tv_sec) {
        close(gz.fd);
        return plain;
    }
    close(plain.fd);
    cqa_reply_header(request, "Content-Encoding", "gzip");
    return gz;
}

/* Browsers keep the page's files and ask each time whether they are still these. */
static void reply_page(struct cqa_request *request, const char *type, const struct file *file)
{
    char tag[64];
    const struct stat *facts = &file->facts;
    const char *known = cqa_request_header(request, "If-None-Match");

    snprintf(tag, sizeof tag, "\"%llx-%llx\"", (unsigned long long)facts->st_size,
             (unsigned long long)facts->st_mtim.tv_sec * 1000000000ULL +
                 (unsigned long long)facts->st_mtim.tv_nsec);
    cqa_reply_header(request, "Cache-Control", "no-cache");
    cqa_reply_header(request, "Vary", "Accept-Encoding");
    cqa_reply_header(request, "ETag", tag);
    if (known != NULL && strcmp(known, tag) == 0) {
        close(file->fd);
        cqa_reply_empty(request, 304);
    } else {
        cqa_reply_file(request, type, file->fd, (uint64_t)facts->st_size);
    }
}

static void serve(struct cqa_request *request, const char *name)
{
    const char *type = type_of(name);
    struct file file = {.fd = -1};

    if (type != NULL)
        file = open_file(cqa_request_config(request), name);
    if (file.fd < 0) {
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
        return;
    }
    if (takes_gzip(cqa_request_header(request, "Accept-Encoding")))
        file = packed(request, name, file);
    reply_page(request, type, &file);
}

void cqa_get_index(struct cqa_request *request)
{
    const int fd = open_page(cqa_request_config(request), "index.html");

    if (fd >= 0) {
        close(fd);
        serve(request, "index.html");
    } else {
        cqa_reply_problem(request, 404, "no-page",
                          "the page is not installed: building it needs npm (docs/page.md); the "
                          "API answers below /api/v1");
    }
}

void cqa_get_web(struct cqa_request *request)
{
    char name[256];
    const char *first = cqa_request_part(request, 0);
    const char *second = cqa_request_part(request, 1);
    const int length = snprintf(name, sizeof name, "%s%s%s", first, second[0] ? "/" : "", second);

    if (is_plain(first) && (second[0] == '\0' || is_plain(second)) && (size_t)length < sizeof name)
        serve(request, name);
    else
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
}
