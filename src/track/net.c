/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/net.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "signal/hot.h"
#include "track/dense.h"

enum {
    FORMAT = 2,
    FILE_BYTES_MAX = 16 << 20,
    LAYERS_MAX = 12,
    WIDTH_MAX = 192,
    REACH_MAX = 128,
    TAPS = 3, /* of a layer with a reach: before, now, after */
    OUTPUTS_MAX = 8,
    TILE = CQA_TILE,
    BLOCK = CQA_DENSE_BLOCK
};
_Static_assert((int)TILE == (int)CQA_LANES, "a tile is worked on in one go");

const struct cqa_net_use cqa_net_for_frames = {"callqa-acoustic", CQA_FEATURES_VERSION, CQA_INPUTS,
                                               CQA_CLASS_COUNT + 1, 0};

struct cqa_net {
    const struct cqa_net_use *use;
    int layer_count;
    struct cqa_dense layer[LAYERS_MAX];
    int reach[LAYERS_MAX]; /* moments; 0: looks at none beside its own */
    cqa_dense_run *run;
};

/* ---- reading */

/* What is left of a model's words. */
struct text {
    const char *next;
};

/* Whether a number ended where its word does; goes on behind it. */
static int take(struct text *text, const char *end)
{
    const int is_whole = end != text->next && (*end == '\0' || isspace((unsigned char)*end));

    text->next = end;
    return is_whole;
}

static int read_float(struct text *text, float *out)
{
    char *end;

    *out = strtof(text->next, &end);
    return take(text, end) && isfinite(*out);
}

/* A whole number, after the word `before` (may be NULL). */
static int read_int(struct text *text, const char *before, int *out)
{
    char *end;

    text->next += strspn(text->next, " \n\r\t");
    if (before != NULL) {
        const size_t length = strlen(before);
        if (strncmp(text->next, before, length) != 0 || text->next[length] != ' ')
            return 0;
        text->next += length;
    }
    const long value = strtol(text->next, &end, 10);
    *out = (int)value;
    return take(text, end) && value > INT_MIN && value < INT_MAX;
}

static enum cqa_status read_layer(struct text *text, struct cqa_dense *layer,
                                  struct cqa_error *error)
{
    assert(layer->inputs > 0 && layer->outputs > 0);
    layer->padded = (layer->outputs + BLOCK - 1) / BLOCK * BLOCK;
    layer->bias = calloc((size_t)layer->padded, sizeof *layer->bias);
    layer->weights = calloc((size_t)layer->padded * (size_t)layer->inputs, sizeof *layer->weights);
    if (layer->bias == NULL || layer->weights == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the model");
    for (int o = 0; o < layer->outputs; o++) {
        if (!read_float(text, &layer->bias[o]))
            return cqa_fail(error, CQA_E_BADDATA, "a bias is missing or no number");
        for (int i = 0; i < layer->inputs; i++)
            if (!read_float(text,
                            &layer->weights[(o / BLOCK * layer->inputs + i) * BLOCK + o % BLOCK]))
                return cqa_fail(error, CQA_E_BADDATA, "a weight is missing or no number");
    }
    return CQA_OK;
}

/* Reads the reaches, and sets the shape of each layer. */
static enum cqa_status read_shape(struct text *text, struct cqa_net *net, const int *width,
                                  struct cqa_error *error)
{
    int reach;

    for (int i = 0; i < net->layer_count; i++) {
        if (!read_int(text, i == 0 ? "reach" : NULL, &reach) || reach < 0 || reach > REACH_MAX ||
            (reach > 0 && !net->use->reaches))
            return cqa_fail(error, CQA_E_BADDATA,
                            net->use->reaches ? "a layer's reach must be 0 to 128"
                                              : "a layer's reach must be 0");
        if (reach > 0 && (width[i] != width[i + 1] || TAPS * width[i] > WIDTH_MAX))
            return cqa_fail(error, CQA_E_BADDATA,
                            "a layer with a reach must be as wide as the one before, at most %d",
                            WIDTH_MAX / TAPS);
        net->reach[i] = reach;
        net->layer[i].inputs = reach > 0 ? TAPS * width[i] : width[i];
        net->layer[i].outputs = width[i + 1];
    }
    if (net->reach[0] > 0 || net->reach[net->layer_count - 1] > 0)
        return cqa_fail(error, CQA_E_BADDATA, "the first and the last layer must have reach 0");
    return CQA_OK;
}

static enum cqa_status read_head(struct text *text, struct cqa_net *net, struct cqa_error *error)
{
    int format;
    int features;
    int width[LAYERS_MAX + 1];
    int count;

    if (!read_int(text, net->use->word, &format) || format != FORMAT ||
        !read_int(text, "features", &features) || !read_int(text, "layers", &count))
        return cqa_fail(error, CQA_E_BADDATA, "not a %s model of format %d", net->use->word,
                        FORMAT);
    if (features != net->use->features)
        return cqa_fail(error, CQA_E_BADDATA, "made for features %d, this program has %d", features,
                        net->use->features);
    if (count < 1 || count > LAYERS_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "%d layers; allowed: 1 to %d", count, LAYERS_MAX);
    for (int i = 0; i <= count; i++)
        if (!read_int(text, NULL, &width[i]) || width[i] < 1 || width[i] > WIDTH_MAX)
            return cqa_fail(error, CQA_E_BADDATA, "a layer's width must be 1 to %d", WIDTH_MAX);
    if (width[0] != net->use->inputs || width[count] != net->use->outputs)
        return cqa_fail(error, CQA_E_BADDATA, "must have %d inputs and %d outputs",
                        net->use->inputs, net->use->outputs);
    net->layer_count = count;
    return read_shape(text, net, width, error);
}

static enum cqa_status read_file(const char *path, struct cqa_buffer *out, struct cqa_error *error)
{
    char piece[16 * 1024];
    size_t got;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        (void)cqa_buffer_add(out, piece, got);
    const int is_broken = ferror(file);
    fclose(file);
    if (is_broken)
        return cqa_fail(error, CQA_E_IO, "%s: cannot be read", path);
    if (out->failed)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the model");
    return CQA_OK;
}

static enum cqa_status read_net(struct text *text, struct cqa_net *net, struct cqa_error *error)
{
    enum cqa_status status = read_head(text, net, error);

    for (int i = 0; status == CQA_OK && i < net->layer_count; i++)
        status = read_layer(text, &net->layer[i], error);
    return status;
}

enum cqa_status cqa_net_load(struct cqa_net **out, const struct cqa_net_use *use, const char *path,
                             struct cqa_error *error)
{
    assert(use->inputs <= WIDTH_MAX && use->outputs <= OUTPUTS_MAX);
    struct cqa_buffer bytes = {.limit = FILE_BYTES_MAX};
    struct cqa_net *net = calloc(1, sizeof *net);

    if (net == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the model");
    enum cqa_status status = read_file(path, &bytes, error);
    if (status == CQA_OK) {
        struct text text = {bytes.text != NULL ? bytes.text : ""};
        net->use = use;
        net->run = cqa_dense_runner();
        if (read_net(&text, net, error) != CQA_OK)
            status = cqa_fail_within(error, "%s", path);
    }
    cqa_buffer_finish(&bytes);
    if (status != CQA_OK) {
        cqa_net_destroy(net);
        return status;
    }
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

CQA_HOT static void log_softmax(const float *in, int outputs, size_t stride, float *out)
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
            out[(size_t)k * stride + (size_t)t] = cqa_min(0.0f, in[k * TILE + t] - sum[t]);
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
        log_softmax(in, net->use->outputs, CQA_CHUNK, out + t);
    }
}

/* ---- a row of moments */

/* What a layer made of all moments: for each of its outputs a row with a margin of zeros on both
 * sides, as long as any reach. */
struct made {
    float *cell;
    size_t stride;
};

static enum cqa_status made_init(struct made *made, int width, size_t count)
{
    made->stride = (count + TILE - 1) / TILE * TILE + 2 * (size_t)REACH_MAX;
    made->cell = calloc((size_t)width * made->stride, sizeof *made->cell);
    return made->cell == NULL ? CQA_E_NOMEM : CQA_OK;
}

static float *made_at(const struct made *made, int row, size_t moment)
{
    return made->cell + (size_t)row * made->stride + REACH_MAX + moment;
}

/* Rows of a tile into those of the moments, as far as the row goes; adds `to`, if any. */
static void keep(const float *tile, int rows, size_t start, size_t count, const struct made *to,
                 const struct made *out)
{
    const size_t columns = count - start < TILE ? count - start : TILE;

    for (int r = 0; r < rows; r++) {
        float *at = made_at(out, r, start);
        const float *before = to != NULL ? made_at(to, r, start) : NULL;
        for (size_t t = 0; t < columns; t++)
            at[t] = tile[(size_t)r * TILE + t] + (before != NULL ? before[t] : 0.0f);
    }
}

/* The tile that a layer looks at: what was made of its moments, and of those within reach. */
static void gather(const struct made *made, int rows, size_t start, int reach, float *tile)
{
    for (int tap = reach > 0 ? -1 : 0; tap <= (reach > 0 ? 1 : 0); tap++)
        for (int r = 0; r < rows; r++, tile += TILE)
            memcpy(tile, made_at(made, r, start) + tap * reach, TILE * sizeof *tile);
}

static int widest_hidden(const struct cqa_net *net)
{
    int widest = 1;

    for (int i = 0; i + 1 < net->layer_count; i++)
        widest = net->layer[i].outputs > widest ? net->layer[i].outputs : widest;
    return widest;
}

/* Layer i at the moments of one tile, from the inputs or from what the layer before made. */
static void run_tile(const struct cqa_net *net, int i, cqa_net_source *source, const void *context,
                     const struct made *before, size_t start, float *out)
{
    float in[WIDTH_MAX * TILE];
    const int reach = net->reach[i];

    if (i == 0)
        source(context, start, in);
    else
        gather(before, net->layer[i].inputs / (reach > 0 ? TAPS : 1), start, reach, in);
    net->run(&net->layer[i], in, out, i < net->layer_count - 1);
}

enum cqa_status cqa_net_run_row(const struct cqa_net *net, size_t count, cqa_net_source *source,
                                const void *context, size_t stride, float *out)
{
    const int last = net->layer_count - 1;
    struct made made[2] = {{0}}; /* by odd layers and by even ones */
    float tile[(WIDTH_MAX + BLOCK) * TILE];
    enum cqa_status status = made_init(&made[0], widest_hidden(net), count);

    if (status == CQA_OK)
        status = made_init(&made[1], widest_hidden(net), count);
    for (int i = 0; i <= last && status == CQA_OK; i++) {
        const struct made *before = &made[i % 2];
        for (size_t start = 0; start < count; start += TILE) {
            run_tile(net, i, source, context, before, start, tile);
            if (i < last)
                keep(tile, net->layer[i].outputs, start, count, net->reach[i] > 0 ? before : NULL,
                     &made[1 - i % 2]);
            else
                log_softmax(tile, net->use->outputs, stride, out + start);
        }
    }
    free(made[0].cell);
    free(made[1].cell);
    return status;
}
