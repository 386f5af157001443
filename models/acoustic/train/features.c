/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the networks would see, so that training and analysis run the very same code:
 *
 *     callqa-features OUT FILE...                the classifier of frames
 *     callqa-features --parked MODEL OUT FILE... the second look, with MODEL to classify the frames
 *
 * OUT.f16 holds for each recording its moments × channels × inputs as half floats, and OUT.tsv a
 * line a recording: path, moments, channels. train.py reads both.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "audio/audio.h"
#include "signal/extract.h"
#include "track/features.h"
#include "track/parked.h"

static int extract(const struct cqa_signal_plan *plan, const char *path, struct cqa_frames *frames,
                   int *mono)
{
    struct cqa_audio *audio = NULL;
    struct cqa_extractor *extractor = NULL;
    const struct cqa_raw said = {0};
    struct cqa_failure failure = {0};
    struct cqa_audio_facts facts;
    struct cqa_error error;
    ptrdiff_t count = -1;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && cqa_audio_open(&audio, fd, path, &said, &failure) == CQA_OK &&
        cqa_extractor_create(&extractor, plan, &error) == CQA_OK) {
        do {
            size_t capacity;
            float *room = cqa_extractor_room(extractor, &capacity);
            count = cqa_audio_read(audio, room, capacity, &failure);
            if (count > 0 && cqa_extractor_take(extractor, (size_t)count) != CQA_OK)
                count = -1;
        } while (count > 0);
    }
    int done = count == 0 && cqa_extractor_end(extractor, frames) == CQA_OK &&
               cqa_audio_facts(audio, &facts, &failure) == CQA_OK;
    if (done)
        *mono = facts.layout != CQA_LAYOUT_STEREO;
    else
        fprintf(stderr, "%s: %s %s\n", path, failure.reason,
                cqa_english(&failure.message));
    cqa_extractor_destroy(extractor);
    cqa_audio_close(audio);
    if (fd >= 0)
        close(fd);
    return done;
}

/* Writes the first `count` frames of a chunk. */
static void write_chunk(float *chunk[2], int channels, size_t count, FILE *out)
{
    _Float16 row[CQA_INPUTS];

    for (size_t t = 0; t < count; t++)
        for (int c = 0; c < channels; c++) {
            for (size_t i = 0; i < CQA_INPUTS; i++)
                row[i] = (_Float16)chunk[c][cqa_input_at(i, t)];
            fwrite(row, sizeof row[0], CQA_INPUTS, out);
        }
}

static size_t in_chunk(size_t start, size_t count)
{
    return count - start < CQA_CHUNK ? count - start : CQA_CHUNK;
}

/* Returns how many moments there are, 0 on failure. */
static size_t dump_frames(const struct cqa_frames *frames, int mono, float *chunk[2], FILE *out)
{
    struct cqa_features *features;

    if (cqa_features_create(&features, frames, mono) != CQA_OK)
        return 0;
    for (size_t start = 0; start < frames->count; start += CQA_CHUNK) {
        cqa_features_chunk(features, start, chunk);
        write_chunk(chunk, mono ? 1 : 2, in_chunk(start, frames->count), out);
    }
    cqa_features_destroy(features);
    return frames->count;
}

static size_t dump_parked(const struct cqa_net *net, const struct cqa_frames *frames, int mono,
                          FILE *out)
{
    _Float16 row[CQA_PARKED_INPUTS];
    float tile[2][CQA_PARKED_INPUTS * CQA_TILE];
    struct cqa_tracks tracks = {0};
    struct cqa_parked_inputs *inputs = NULL;
    size_t count = 0;

    if (cqa_tracks_make(&(struct cqa_nets){net, NULL}, frames, mono, &tracks) == CQA_OK &&
        cqa_parked_inputs_create(&inputs, frames, &tracks) == CQA_OK)
        count = tracks.moments.count;
    for (size_t m = 0; m < count; m++)
        for (int c = 0; c < tracks.channel_count; c++) {
            if (m % CQA_TILE == 0)
                cqa_parked_inputs_tile(inputs, c, m, tile[c]);
            for (size_t i = 0; i < CQA_PARKED_INPUTS; i++)
                row[i] = (_Float16)tile[c][i * CQA_TILE + m % CQA_TILE];
            fwrite(row, sizeof row[0], CQA_PARKED_INPUTS, out);
        }
    cqa_parked_inputs_destroy(inputs);
    cqa_tracks_finish(&tracks);
    return count;
}

static FILE *open_out(const char *stem, const char *ending)
{
    char name[4096];

    snprintf(name, sizeof name, "%s.%s", stem, ending);
    return fopen(name, "wb");
}

static int dump_all(const struct cqa_net *net, const char *stem, char **paths, float *chunk[2])
{
    struct cqa_signal_plan *plan = NULL;
    struct cqa_error error;
    FILE *out = open_out(stem, "f16");
    FILE *list = open_out(stem, "tsv");
    int failed = out == NULL || list == NULL || cqa_signal_plan_create(&plan, &error) != CQA_OK;

    for (; *paths != NULL && !failed; paths++) {
        struct cqa_frames frames = {0};
        int mono = 0;
        size_t count = 0;
        if (extract(plan, *paths, &frames, &mono))
            count = net == NULL ? dump_frames(&frames, mono, chunk, out)
                                : dump_parked(net, &frames, mono, out);
        failed = count == 0;
        fprintf(list, "%s\t%zu\t%d\n", *paths, count, mono ? 1 : 2);
        cqa_frames_finish(&frames);
    }
    failed |= out != NULL && fclose(out) != 0;
    failed |= list != NULL && fclose(list) != 0;
    cqa_signal_plan_destroy(plan);
    return failed;
}

int main(int argc, char **argv)
{
    struct cqa_net *net = NULL;
    struct cqa_error error;
    float *chunk[2] = {calloc((size_t)CQA_INPUTS * CQA_CHUNK, sizeof(float)),
                       calloc((size_t)CQA_INPUTS * CQA_CHUNK, sizeof(float))};
    const int parked = argc > 2 && strcmp(argv[1], "--parked") == 0;
    char **rest = argv + (parked ? 3 : 1);

    if (argc < (parked ? 5 : 3) || chunk[0] == NULL || chunk[1] == NULL) {
        fprintf(stderr, "usage: callqa-features [--parked MODEL] OUT FILE...\n");
        return 2;
    }
    if (parked && cqa_net_load(&net, &cqa_net_for_frames, argv[2], &error) != CQA_OK) {
        fprintf(stderr, "%s\n", cqa_english(&error.message));
        return 1;
    }
    const int failed = dump_all(net, rest[0], rest + 1, chunk);
    cqa_net_destroy(net);
    free(chunk[0]);
    free(chunk[1]);
    return failed;
}
