/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "recorder/profile.h"
#include "recorder/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct cqa_recorder *recorder)
{
    static const char *const names[] = {
        "/var/spool/2025/11/20/in-8001-13800138000-20251120-101502-1763604902.17.wav", "a.wav",
        "\xd5\xc5\xc8\xfd-8001_20251120.mp3", ""};
    struct cqa_zone *zone = NULL;
    struct cqa_error error;

    if (cqa_zone_load("UTC", &zone, &error) != CQA_OK)
        abort();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct cqa_arena arena = {0};
        struct cqa_call_identity identity = {0};
        if (cqa_recorder_identify(recorder, zone, names[i], &arena, &identity, &error) == CQA_OK &&
            identity.call.id == NULL)
            abort();
        cqa_arena_finish(&arena);
    }
    cqa_zone_destroy(zone);
}

/* A profile that a site has written: it is one, and names are read by it, or its problems are told.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cqa_recorder *recorder = NULL;
    struct cqa_problems problems = {0};
    struct cqa_error error;
    char name[64];
    char path[4096];
    const int fd = memfd_create("profile", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    if (cqa_recorder_load(name, &recorder, path, &problems, &error) == CQA_OK)
        use(recorder);
    else if (error.status == CQA_E_BADDATA && problems.count == 0)
        abort();
    cqa_recorder_destroy(recorder);
    cqa_problems_finish(&problems);
    close(fd);
    return 0;
}
