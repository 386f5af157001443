/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/buffer.h"
#include "support/near.h"
#include "support/telephone.h"
#include "track/dense.h"
#include "track/net.h"

enum { OUTPUTS = CQA_CLASS_COUNT + 1 };

/* ---- files of models */

static void write_model(char *path, const char *text)
{
    const int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void expect_use_refused(const struct cqa_net_use *use, const char *text, const char *wanted)
{
    char path[] = "/tmp/callqa-net-XXXXXX";
    char message[300];
    struct cqa_net *net = NULL;
    struct cqa_error error = {0};

    write_model(path, text);
    assert_int_equal(cqa_net_load(&net, use, path, &error), CQA_E_BADDATA);
    assert_null(net);
    snprintf(message, sizeof message, "%s: %s", path, wanted);
    assert_string_equal(cqa_english(&error.message), message);
    unlink(path);
}

static void expect_refused(const char *text, const char *wanted)
{
    expect_use_refused(&cqa_net_for_frames, text, wanted);
}

static void test_refused(void **state)
{
    char wrong[100];
    char wanted[100];

    (void)state;
    expect_refused("", "not a callqa-acoustic model of format 2");
    expect_refused("RIFF", "not a callqa-acoustic model of format 2");
    expect_refused("callqa-acoustic 1 features 1 layers 1",
                   "not a callqa-acoustic model of format 2");
    snprintf(wrong, sizeof wrong, "callqa-acoustic 2 features %d layers 1",
             CQA_FEATURES_VERSION + 1);
    snprintf(wanted, sizeof wanted, "made for features %d, this program has %d",
             CQA_FEATURES_VERSION + 1, CQA_FEATURES_VERSION);
    expect_refused(wrong, wanted);
}

/* A head of this program's features, with `rest` after it. */
static void expect_head_refused(const char *rest, const char *wanted)
{
    char text[300];

    snprintf(text, sizeof text, "callqa-acoustic 2 features %d layers %s", CQA_FEATURES_VERSION,
             rest);
    expect_refused(text, wanted);
}

static void test_refused_shapes(void **state)
{
    char rest[100];
    char wanted[100];

    (void)state;
    expect_head_refused("0", "0 layers; allowed: 1 to 12");
    expect_head_refused("13 1 1 1 1 1 1", "13 layers; allowed: 1 to 12");
    expect_head_refused("1 131", "a layer's width must be 1 to 192");
    expect_head_refused("2 131 193 5", "a layer's width must be 1 to 192");
    expect_head_refused("2 131 0 5", "a layer's width must be 1 to 192");
    expect_head_refused("2 131 -4 5", "a layer's width must be 1 to 192");
    snprintf(wanted, sizeof wanted, "must have %d inputs and %d outputs", CQA_INPUTS, OUTPUTS);
    expect_head_refused("1 130 5", wanted);
    snprintf(rest, sizeof rest, "1 %d 4", CQA_INPUTS);
    expect_head_refused(rest, wanted);
    snprintf(rest, sizeof rest, "1 %d %d", CQA_INPUTS, OUTPUTS);
    expect_head_refused(rest, "a layer's reach must be 0");
    snprintf(rest, sizeof rest, "1 %d %d reach 1", CQA_INPUTS, OUTPUTS);
    expect_head_refused(rest, "a layer's reach must be 0");
    snprintf(rest, sizeof rest, "1 %d %d reach 0", CQA_INPUTS, OUTPUTS);
    expect_head_refused(rest, "a bias is missing or no number");
    snprintf(rest, sizeof rest, "1 %d %d reach 0 nan", CQA_INPUTS, OUTPUTS);
    expect_head_refused(rest, "a bias is missing or no number");
    snprintf(rest, sizeof rest, "1 %d %d reach 0 0.5 1 2 x", CQA_INPUTS, OUTPUTS);
    expect_head_refused(rest, "a weight is missing or no number");
    snprintf(rest, sizeof rest, "1 %d %d reach 0 0.5 1 2 1e99", CQA_INPUTS, OUTPUTS);
    expect_head_refused(rest, "a weight is missing or no number");
}

/* A network over moments, of 3 inputs and 2 outputs. */
static const struct cqa_net_use over_moments = {"test", 7, 3, 2, 1};

static void test_refused_reaches(void **state)
{
    (void)state;
    expect_use_refused(&over_moments, "test 2 features 7 layers 3 3 4 4 2 reach 0 129 0",
                       "a layer's reach must be 0 to 128");
    expect_use_refused(&over_moments, "test 2 features 7 layers 3 3 4 4 2 reach 0 -1 0",
                       "a layer's reach must be 0 to 128");
    expect_use_refused(&over_moments, "test 2 features 7 layers 3 3 4 5 2 reach 0 1 0",
                       "a layer with a reach must be as wide as the one before, at most 64");
    expect_use_refused(&over_moments, "test 2 features 7 layers 3 3 65 65 2 reach 0 1 0",
                       "a layer with a reach must be as wide as the one before, at most 64");
    expect_use_refused(&over_moments, "test 2 features 7 layers 2 3 3 2 reach 1 0",
                       "the first and the last layer must have reach 0");
    expect_use_refused(&over_moments, "test 2 features 7 layers 2 3 2 2 reach 0 1",
                       "the first and the last layer must have reach 0");
}

static void test_no_file(void **state)
{
    struct cqa_net *net = NULL;
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_net_load(&net, &cqa_net_for_frames, "/no/such.model", &error), CQA_E_IO);
    assert_string_equal(cqa_english(&error.message), "/no/such.model: No such file or directory");
}

/* ---- against a slow reference */

enum { HIDDEN = OUTPUTS };

/* A network of three layers with weights of a seed, as a file and as numbers. */
struct reference {
    float bias[3][HIDDEN];
    float weight[3][HIDDEN][CQA_INPUTS];
    int width[4];
};

static void write_reference(struct reference *reference, char *path, uint32_t seed)
{
    struct cqa_buffer text = {.limit = 1 << 20};

    *reference = (struct reference){.width = {CQA_INPUTS, HIDDEN, 3, OUTPUTS}};
    cqa_buffer_print(&text, "callqa-acoustic 2 features %d layers 3 %d %d %d %d reach 0 0 0\n",
                     CQA_FEATURES_VERSION, CQA_INPUTS, HIDDEN, 3, OUTPUTS);
    for (int layer = 0; layer < 3; layer++)
        for (int o = 0; o < reference->width[layer + 1]; o++) {
            reference->bias[layer][o] = telephone_noise(&seed);
            cqa_buffer_print(&text, "%.9g\n", (double)reference->bias[layer][o]);
            for (int i = 0; i < reference->width[layer]; i++) {
                reference->weight[layer][o][i] = telephone_noise(&seed);
                cqa_buffer_print(&text, "%.9g ", (double)reference->weight[layer][o][i]);
            }
        }
    assert_false(text.failed);
    write_model(path, text.text);
    cqa_buffer_finish(&text);
}

/* log posteriors of one frame, the slow way. */
static void run_reference(const struct reference *reference, const double *inputs, double *out)
{
    double now[CQA_INPUTS];
    double next[CQA_INPUTS];
    double sum = 0;

    memcpy(now, inputs, sizeof now);
    for (int layer = 0; layer < 3; layer++) {
        for (int o = 0; o < reference->width[layer + 1]; o++) {
            next[o] = (double)reference->bias[layer][o];
            for (int i = 0; i < reference->width[layer]; i++)
                next[o] += (double)reference->weight[layer][o][i] * now[i];
            if (layer < 2)
                next[o] = fmax(0, next[o]);
        }
        memcpy(now, next, sizeof now);
    }
    for (int k = 0; k < OUTPUTS; k++)
        sum += exp(now[k]);
    for (int k = 0; k < OUTPUTS; k++)
        out[k] = now[k] - log(sum);
}

static void test_against_reference(void **state)
{
    char path[] = "/tmp/callqa-net-XXXXXX";
    static struct reference reference;
    struct cqa_net *net = NULL;
    struct cqa_error error;
    uint32_t seed = 9;
    float *inputs = calloc((size_t)CQA_INPUTS * CQA_CHUNK, sizeof *inputs);
    float *out = calloc((size_t)OUTPUTS * CQA_CHUNK, sizeof *out);

    (void)state;
    write_reference(&reference, path, 8);
    assert_int_equal(cqa_net_load(&net, &cqa_net_for_frames, path, &error), CQA_OK);
    unlink(path);
    for (size_t i = 0; i < (size_t)CQA_INPUTS * CQA_CHUNK; i++)
        inputs[i] = telephone_noise(&seed);
    cqa_net_run(net, inputs, UINT64_C(1) << 63 | 1 << 3, out);
    for (size_t t = 0; t < CQA_CHUNK; t++) {
        if (t / CQA_TILE == 3 || t / CQA_TILE == 63) { /* silence is answered unseen */
            assert_true(out[CQA_CLASS_NONE * CQA_CHUNK + t] > -0.01f);
            for (size_t k = 1; k < OUTPUTS; k++)
                assert_true(out[k * CQA_CHUNK + t] < -5.0f);
            continue;
        }
        double frame[CQA_INPUTS];
        double wanted[OUTPUTS];
        for (size_t i = 0; i < CQA_INPUTS; i++)
            frame[i] = (double)inputs[cqa_input_at(i, t)];
        run_reference(&reference, frame, wanted);
        for (size_t k = 0; k < OUTPUTS; k++)
            assert_near(out[k * CQA_CHUNK + t], wanted[k], 5e-3);
    }
    free(inputs);
    free(out);
    cqa_net_destroy(net);
}

/* ---- a row of moments against a slow reference */

enum { WIDE = 5, ROW_LAYERS = 4 };
static const int row_width[ROW_LAYERS + 1] = {3, WIDE, WIDE, WIDE, 2};
static const int row_reach[ROW_LAYERS] = {0, 1, 20, 0};

struct row_reference {
    float bias[ROW_LAYERS][WIDE];
    float weight[ROW_LAYERS][WIDE][3 * WIDE];
};

static int row_taps(int layer)
{
    return row_reach[layer] > 0 ? 3 : 1;
}

static struct cqa_net *row_network(struct row_reference *reference, uint32_t seed)
{
    char path[] = "/tmp/callqa-net-XXXXXX";
    struct cqa_buffer text = {.limit = 1 << 20};
    struct cqa_net *net = NULL;
    struct cqa_error error;

    cqa_buffer_print(&text, "test 2 features 7 layers 4 3 5 5 5 2 reach 0 1 20 0\n");
    for (int layer = 0; layer < ROW_LAYERS; layer++)
        for (int o = 0; o < row_width[layer + 1]; o++) {
            reference->bias[layer][o] = telephone_noise(&seed);
            cqa_buffer_print(&text, "%.9g ", (double)reference->bias[layer][o]);
            for (int i = 0; i < row_taps(layer) * row_width[layer]; i++) {
                reference->weight[layer][o][i] = telephone_noise(&seed);
                cqa_buffer_print(&text, "%.9g ", (double)reference->weight[layer][o][i]);
            }
        }
    write_model(path, text.text);
    assert_int_equal(cqa_net_load(&net, &over_moments, path, &error), CQA_OK);
    unlink(path);
    cqa_buffer_finish(&text);
    return net;
}

enum { LONGEST_ROW = 75 };

struct row {
    double cell[WIDE][LONGEST_ROW];
};

/* One layer of the reference for a row of `count` moments; beyond its ends all is 0. */
static void row_layer(const struct row_reference *reference, int layer, int count,
                      const struct row *in, struct row *out)
{
    const int reach = row_reach[layer];

    for (int t = 0; t < count; t++)
        for (int o = 0; o < row_width[layer + 1]; o++) {
            double sum = (double)reference->bias[layer][o];
            for (int tap = 0; tap < row_taps(layer); tap++)
                for (int i = 0; i < row_width[layer]; i++) {
                    const int at = reach > 0 ? t + (tap - 1) * reach : t;
                    sum += at < 0 || at >= count
                               ? 0
                               : (double)reference->weight[layer][o][tap * row_width[layer] + i] *
                                     in->cell[i][at];
                }
            sum = layer + 1 < ROW_LAYERS ? fmax(0, sum) : sum;
            out->cell[o][t] = sum + (reach > 0 ? in->cell[o][t] : 0);
        }
}

static void noise_tile(const void *context, size_t start, float *tile)
{
    const struct row *inputs = context;

    for (size_t i = 0; i < 3; i++)
        for (size_t t = 0; t < CQA_TILE; t++)
            tile[i * CQA_TILE + t] =
                start + t < LONGEST_ROW ? (float)inputs->cell[i][start + t] : 1000.0f;
}

static void expect_row(int count)
{
    static struct row_reference reference;
    struct cqa_net *net = row_network(&reference, 11);
    struct row rows[2] = {{{{0}}}};
    struct row inputs;
    float out[2 * 80];
    uint32_t seed = 5;

    for (int i = 0; i < 3; i++)
        for (int t = 0; t < LONGEST_ROW; t++)
            inputs.cell[i][t] = (double)telephone_noise(&seed);
    rows[0] = inputs;
    for (int layer = 0; layer < ROW_LAYERS; layer++)
        row_layer(&reference, layer, count, &rows[layer % 2], &rows[1 - layer % 2]);
    assert_int_equal(cqa_net_run_row(net, (size_t)count, noise_tile, &inputs, 80, out), CQA_OK);
    for (int t = 0; t < count; t++) {
        const double a = rows[0].cell[0][t];
        const double b = rows[0].cell[1][t];
        assert_near(out[t], a - log(exp(a) + exp(b)), 5e-3);
        assert_near(out[80 + t], b - log(exp(a) + exp(b)), 5e-3);
    }
    cqa_net_destroy(net);
}

static void test_row_against_reference(void **state)
{
    (void)state;
    expect_row(1);  /* all neighbours lie beyond the ends */
    expect_row(32); /* whole tiles */
    expect_row(LONGEST_ROW);
}

#ifdef CQA_WIDER
static void expect_alike(cqa_dense_run *run)
{
    enum { INPUTS = 37, PADDED = 4 * CQA_DENSE_BLOCK };
    _Alignas(64) static float in[INPUTS * CQA_LANES];
    _Alignas(64) static float plain[PADDED * CQA_LANES];
    _Alignas(64) static float wider[PADDED * CQA_LANES];
    static float bias[PADDED];
    static float weights[PADDED * INPUTS];
    const struct cqa_dense layer = {INPUTS, PADDED, PADDED, bias, weights};
    uint32_t seed = 4;

    for (size_t i = 0; i < INPUTS * CQA_LANES; i++)
        in[i] = telephone_noise(&seed);
    for (size_t i = 0; i < PADDED; i++)
        bias[i] = telephone_noise(&seed);
    for (size_t i = 0; i < PADDED * INPUTS; i++)
        weights[i] = telephone_noise(&seed);
    for (int rectify = 0; rectify < 2; rectify++) {
        int below = 0;
        cqa_dense_run_plain(&layer, in, plain, rectify);
        run(&layer, in, wider, rectify);
        for (size_t i = 0; i < PADDED * CQA_LANES; i++) {
            assert_near(wider[i], plain[i], 1e-4);
            below |= plain[i] < 0;
        }
        assert_int_equal(below, !rectify);
    }
}

/* Whatever the processor can do, the numbers are the same. */
static void test_every_build_alike(void **state)
{
    (void)state;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        expect_alike(cqa_dense_run_avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        expect_alike(cqa_dense_run_avx512);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),           cmocka_unit_test(test_refused_shapes),
        cmocka_unit_test(test_refused_reaches),   cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_against_reference), cmocka_unit_test(test_row_against_reference),
#ifdef CQA_WIDER
        cmocka_unit_test(test_every_build_alike),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
