/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "api/endpoints.h"
#include "api/place.h"
#include "base/models.h"

void cqa_get_openapi(struct cqa_request *request)
{
    char path[4096];
    uint64_t size;
    struct cqa_error error = {0};

    const int fd = cqa_place_open("server/openapi.yaml", &size, path, sizeof path, &error);
    if (fd < 0)
        cqa_reply_problem(request, 404, "not-found",
                          "openapi.yaml is not installed beside the program");
    else
        cqa_reply_file(request, "application/yaml", fd, size);
}
