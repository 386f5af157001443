/*
 * Prints what the classifier would see: callqa-features OUT FILE... writes OUT.f16, for each recording its
 * frames × channels × CQA_INPUTS as half floats, and OUT.tsv, a line a recording: path, frames, channels.
 * The trainer reads both, so that training and analysis run the very same code.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "audio/audio.h"
#include "signal/extract.h"
#include "track/features.h"

static int extract(const struct cqa_signal_plan *plan, const char *path, struct cqa_frames *frames, int *mono)
{
    struct cqa_audio *audio = NULL;
    struct cqa_extractor *extractor = NULL;
    struct cqa_failure failure = {0};
    struct cqa_audio_facts facts;
    struct cqa_error error;
    ptrdiff_t count = -1;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && cqa_audio_open(&audio, fd, path, &failure) == CQA_OK &&
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
        fprintf(stderr, "%s: %s %s\n", path, failure.reason, failure.text);
    cqa_extractor_destroy(extractor);
    cqa_audio_close(audio);
    if (fd >= 0)
        close(fd);
    return done;
}

static void write_chunk(float *inputs[2], int channels, size_t frames, FILE *out)
{
    _Float16 row[CQA_INPUTS];

    for (size_t t = 0; t < frames; t++)
        for (int c = 0; c < channels; c++) {
            for (size_t i = 0; i < CQA_INPUTS; i++)
                row[i] = (_Float16)inputs[c][cqa_input_at(i, t)];
            fwrite(row, sizeof row, 1, out);
        }
}

static int dump(const struct cqa_frames *frames, int mono, float *inputs[2], FILE *out)
{
    struct cqa_features *features;

    if (cqa_features_create(&features, frames, mono) != CQA_OK)
        return 0;
    for (size_t start = 0; start < frames->count; start += CQA_CHUNK) {
        const size_t left = frames->count - start;
        cqa_features_chunk(features, start, inputs);
        write_chunk(inputs, mono ? 1 : 2, left < CQA_CHUNK ? left : CQA_CHUNK, out);
    }
    cqa_features_destroy(features);
    return 1;
}

int main(int argc, char **argv)
{
    char name[4096];
    struct cqa_signal_plan *plan;
    struct cqa_error error;
    float *inputs[2] = {calloc((size_t)CQA_INPUTS * CQA_CHUNK, sizeof(float)),
                        calloc((size_t)CQA_INPUTS * CQA_CHUNK, sizeof(float))};

    if (argc < 3 || inputs[0] == NULL || inputs[1] == NULL || cqa_signal_plan_create(&plan, &error) != CQA_OK) {
        fprintf(stderr, "usage: callqa-features OUT FILE...\n");
        return 2;
    }
    snprintf(name, sizeof name, "%s.f16", argv[1]);
    FILE *out = fopen(name, "wb");
    snprintf(name, sizeof name, "%s.tsv", argv[1]);
    FILE *list = fopen(name, "w");
    int failed = out == NULL || list == NULL;
    for (int i = 2; i < argc && !failed; i++) {
        struct cqa_frames frames = {0};
        int mono = 0;
        if (extract(plan, argv[i], &frames, &mono) && dump(&frames, mono, inputs, out))
            fprintf(list, "%s\t%zu\t%d\n", argv[i], frames.count, mono ? 1 : 2);
        else
            failed = 1;
        cqa_frames_finish(&frames);
    }
    failed |= out != NULL && fclose(out) != 0;
    failed |= list != NULL && fclose(list) != 0;
    cqa_signal_plan_destroy(plan);
    free(inputs[0]);
    free(inputs[1]);
    return failed;
}
