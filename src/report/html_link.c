/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "report/day.h"

/* What of `path` lies below `folder`, or NULL. */
static const char *below(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    while (length > 0 && folder[length - 1] == '/')
        length--;
    if (strncmp(path, folder, length) != 0 || path[length] != '/')
        return NULL;
    path += length;
    return path + strspn(path, "/");
}

/* RFC 3986: whatever is not unreserved as %XX, and so is a colon, which would end a scheme. */
static void add_encoded(const char *path, struct cqa_buffer *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~/";

    for (; *path != '\0'; path++) {
        if (strchr(plain, *path) != NULL)
            cqa_buffer_add(out, path, 1);
        else
            cqa_buffer_print(out, "%%%02X", (unsigned)(unsigned char)*path);
    }
}

void cqa_html_link(const char *path, const char *folder, int64_t start_ms, int64_t end_ms,
                   struct cqa_buffer *out)
{
    char real_path[PATH_MAX];
    char real_folder[PATH_MAX];
    const char *from_here = folder != NULL ? below(path, folder) : NULL;

    /* Named over different links, but the same place. */
    if (from_here == NULL && folder != NULL && realpath(folder, real_folder) != NULL &&
        realpath(path, real_path) != NULL)
        from_here = below(real_path, real_folder);
    if (from_here == NULL)
        cqa_buffer_print(out, "file://");
    add_encoded(from_here != NULL ? from_here : path, out);
    cqa_buffer_print(out, "#t=%" PRId64 ".%03d,%" PRId64 ".%03d", start_ms / 1000,
                     (int)(start_ms % 1000), end_ms / 1000, (int)(end_ms % 1000));
}
