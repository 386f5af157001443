#include "track/net.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "signal/hot.h"
#include "track/dense.h"

enum { LAYERS_MAX = 4, WIDTH_MAX = 192, OUTPUTS_MAX = 8, TILE = CQA_TILE, BLOCK = CQA_DENSE_BLOCK };
_Static_assert((int)TILE == (int)CQA_LANES, "a tile is worked on in one go");

const struct cqa_net_use cqa_net_for_frames = {"callqa-acoustic", CQA_FEATURES_VERSION, CQA_INPUTS,
                                               CQA_CLASS_COUNT + 1};

struct cqa_net {
    const struct cqa_net_use *use;
    int layer_count;
    struct cqa_dense layer[LAYERS_MAX];
    cqa_dense_run *run;
};

/* ---- reading */

static int read_float(FILE *file, float *out)
{
    char word[64];
    char *end;

    if (fscanf(file, "%63s", word) != 1)
        return 0;
    *out = strtof(word, &end);
    return *end == '\0' && isfinite(*out);
}

/* A whole number, after the word `before` (may be NULL). */
static int read_int(FILE *file, const char *before, int *out)
{
    char word[64];
    char *end;

    if (before != NULL && (fscanf(file, "%63s", word) != 1 || strcmp(word, before) != 0))
        return 0;
    if (fscanf(file, "%63s", word) != 1)
        return 0;
    const long value = strtol(word, &end, 10);
    *out = (int)value;
    return *end == '\0' && value > INT_MIN && value < INT_MAX;
}

static enum cqa_status read_layer(FILE *file, struct cqa_dense *layer, struct cqa_error *error)
{
    layer->padded = (layer->outputs + BLOCK - 1) / BLOCK * BLOCK;
    layer->bias = calloc((size_t)layer->padded, sizeof *layer->bias);
    layer->weights = calloc((size_t)layer->padded * (size_t)layer->inputs, sizeof *layer->weights);
    if (layer->bias == NULL || layer->weights == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the model");
    for (int o = 0; o < layer->outputs; o++) {
        if (!read_float(file, &layer->bias[o]))
            return cqa_fail(error, CQA_E_BADDATA, "a bias is missing or no number");
        for (int i = 0; i < layer->inputs; i++)
            if (!read_float(file,
                            &layer->weights[(o / BLOCK * layer->inputs + i) * BLOCK + o % BLOCK]))
                return cqa_fail(error, CQA_E_BADDATA, "a weight is missing or no number");
    }
    return CQA_OK;
}

static enum cqa_status read_head(FILE *file, struct cqa_net *net, struct cqa_error *error)
{
    int format;
    int features;
    int sizes[LAYERS_MAX + 1];
    int count;

    if (!read_int(file, net->use->word, &format) || format != 1 ||
        !read_int(file, "features", &features) || !read_int(file, "layers", &count))
        return cqa_fail(error, CQA_E_BADDATA, "not a %s model of format 1", net->use->word);
    if (features != net->use->features)
        return cqa_fail(error, CQA_E_BADDATA, "made for features %d, this program has %d", features,
                        net->use->features);
    if (count < 1 || count > LAYERS_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "%d layers; allowed: 1 to %d", count, LAYERS_MAX);
    for (int i = 0; i <= count; i++)
        if (!read_int(file, NULL, &sizes[i]) || sizes[i] < 1 || sizes[i] > WIDTH_MAX)
            return cqa_fail(error, CQA_E_BADDATA, "a layer's width must be 1 to %d", WIDTH_MAX);
    if (sizes[0] != net->use->inputs || sizes[count] != net->use->outputs)
        return cqa_fail(error, CQA_E_BADDATA, "must have %d inputs and %d outputs",
                        net->use->inputs, net->use->outputs);
    net->layer_count = count;
    for (int i = 0; i < count; i++) {
        net->layer[i].inputs = sizes[i];
        net->layer[i].outputs = sizes[i + 1];
    }
    return CQA_OK;
}

enum cqa_status cqa_net_load(struct cqa_net **out, const struct cqa_net_use *use, const char *path,
                             struct cqa_error *error)
{
    assert(use->inputs <= WIDTH_MAX && use->outputs <= OUTPUTS_MAX);
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    struct cqa_net *net = calloc(1, sizeof *net);
    if (net == NULL) {
        fclose(file);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the model");
    }
    net->use = use;
    enum cqa_status status = read_head(file, net, error);
    for (int i = 0; status == CQA_OK && i < net->layer_count; i++)
        status = read_layer(file, &net->layer[i], error);
    fclose(file);
    if (status != CQA_OK) {
        cqa_net_destroy(net);
        return cqa_fail_within(error, "%s", path);
    }
    net->run = cqa_dense_runner();
    *out = net;
    return CQA_OK;
}

void cqa_net_destroy(struct cqa_net *net)
{
    if (net == NULL)
        return;
    for (int i = 0; i < LAYERS_MAX; i++) {
        free(net->layer[i].bias);
        free(net->layer[i].weights);
    }
    free(net);
}

/* ---- running */

CQA_HOT static void log_softmax(const float *in, int outputs, float *out)
{
    float most[TILE];
    float sum[TILE] = {0};

    for (int t = 0; t < TILE; t++)
        most[t] = cqa_max(in[t], in[TILE + t]);
    for (int k = 2; k < outputs; k++)
        for (int t = 0; t < TILE; t++)
            most[t] = cqa_max(most[t], in[k * TILE + t]);
    for (int k = 0; k < outputs; k++)
        for (int t = 0; t < TILE; t++)
            sum[t] += cqa_fast_exp(in[k * TILE + t] - most[t]);
    for (int t = 0; t < TILE; t++)
        sum[t] = most[t] + 0.69314718f * cqa_fast_log2(sum[t]);
    for (int k = 0; k < outputs; k++)
        for (int t = 0; t < TILE; t++)
            out[k * CQA_CHUNK + t] = cqa_min(0.0f, in[k * TILE + t] - sum[t]);
}

/* What a line of exact zeros is: nothing, without asking. */
static void fill_silent(int outputs, float *out)
{
    for (int k = 0; k < outputs; k++)
        for (int t = 0; t < TILE; t++)
            out[k * CQA_CHUNK + t] = k == 0 ? -0.001f : -8.0f;
}

void cqa_net_run(const struct cqa_net *net, const float *inputs, uint64_t silent, float *out)
{
    float layers[2][(WIDTH_MAX + BLOCK) * TILE];

    for (int t = 0; t < CQA_CHUNK; t += TILE) {
        const float *in = inputs + (ptrdiff_t)t * net->use->inputs;
        if (silent >> (t / TILE) & 1) {
            fill_silent(net->use->outputs, out + t);
            continue;
        }
        for (int i = 0; i < net->layer_count; i++) {
            net->run(&net->layer[i], in, layers[i % 2], i < net->layer_count - 1);
            in = layers[i % 2];
        }
        log_softmax(in, net->use->outputs, out + t);
    }
}
