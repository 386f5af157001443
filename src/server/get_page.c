#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "server/endpoints.h"
#include "server/place.h"

/* The page's own files: plain modules, styles, words. */
static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webmanifest", "application/manifest+json"},
};

static const char *type_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(dot, types[i].ending) == 0)
            return types[i].type;
    return NULL;
}

/* One part of a path that can't lead anywhere else. */
static int is_plain(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return name[0] != '.' && name[strspn(name, allowed)] == '\0';
}

static int open_configured(const char *folder, const char *name, uint64_t *size)
{
    char path[4096];
    struct stat facts;

    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return -1;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode)) {
        *size = (uint64_t)facts.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static void reply_page(struct cqa_request *request, const char *name)
{
    char inside[600];
    char path[4096];
    struct cqa_error error;
    uint64_t size = 0;
    const char *folder = cqa_request_config(request)->web;
    const char *type = type_of(name);

    snprintf(inside, sizeof inside, "server/web/%s", name);
    const int fd = type == NULL     ? -1
                   : folder != NULL ? open_configured(folder, name, &size)
                                    : cqa_place_open(inside, &size, path, sizeof path, &error);
    if (fd < 0) {
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
        return;
    }
    cqa_reply_header(request, "Cache-Control", "no-cache");
    cqa_reply_file(request, type, fd, size);
}

void cqa_get_index(struct cqa_request *request)
{
    reply_page(request, "index.html");
}

/* "/page/NAME" and "/page/FOLDER/NAME". */
void cqa_get_page(struct cqa_request *request)
{
    char name[512];
    const char *first = cqa_request_part(request, 0);
    const char *second = cqa_request_part(request, 1);

    const int length = snprintf(name, sizeof name, "%s%s%s", first, second[0] ? "/" : "", second);
    if (length < 0 || (size_t)length >= sizeof name || !is_plain(first) ||
        !is_plain(second[0] ? second : "x"))
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
    else
        reply_page(request, name);
}
