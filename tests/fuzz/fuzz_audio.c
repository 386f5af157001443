/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "audio/audio.h"
#include "audio/probe.h"

/*
 * Our own readers over any bytes: the header walk of every container, G.711 and PCM, the Ogg Opus
 * demultiplexer. What only libsndfile reads is probed and left, unless CQA_FUZZ_ALL is set: its
 * faults are known, and the worker contains them. The first byte chooses the name.
 */
static const char *const names[] = {"a.wav", "a.ulaw", "a.sln", "a.gsm", "a.vox", "a"};

static const struct cqa_raw nobody_says;

static int is_ours(int fd, const char *name)
{
    struct cqa_source source;
    struct cqa_probe probe;
    struct cqa_failure failure;

    if (cqa_source_open(&source, fd, &failure) != CQA_OK)
        return 0;
    const enum cqa_status status = cqa_probe_file(&probe, &source, name, &nobody_says, &failure);
    cqa_source_close(&source);
    return status == CQA_OK &&
           (probe.coding != CQA_CODING_SNDFILE || getenv("CQA_FUZZ_ALL") != NULL);
}

static void listen_to(int fd, const char *name)
{
    static float pairs[2 * 1024];
    struct cqa_failure failure;
    struct cqa_audio_facts facts;
    struct cqa_audio *audio;
    ptrdiff_t got;

    if (cqa_audio_open(&audio, fd, name, &nobody_says, &failure) != CQA_OK)
        return;
    while ((got = cqa_audio_read(audio, pairs, 1024, &failure)) > 0) {
        for (ptrdiff_t i = 0; i < 2 * got; i++) {
            if (!(pairs[i] >= -1.0F && pairs[i] <= 1.0F))
                abort();
        }
    }
    if (got == 0 && cqa_audio_facts(audio, &facts, &failure) == CQA_OK && facts.duration_ms < 0)
        abort();
    cqa_audio_close(audio);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const name = names[size > 0 ? data[0] % (sizeof names / sizeof names[0]) : 0];
    const int fd = memfd_create("fuzz", 0);

    if (fd < 0 || (size > 0 && write(fd, data + 1, size - 1) != (ssize_t)(size - 1)))
        abort();
    if (is_ours(fd, name))
        listen_to(fd, name);
    close(fd);
    return 0;
}
