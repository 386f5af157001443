#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "signal/hot.h"
#include "track/parked.h"

enum { HOP = CQA_PARKED_HOP };

/* Rows of one channel, a number a moment. Those from HARMONIC on get fewer windows. */
enum row {
    SPEECH,
    MUSIC,
    VOICE, /* over music */
    TONE,
    LEVEL,       /* over loud speech, 20 dB to one */
    LEVEL_USUAL, /* over the lower quartile of the call */
    LEAST,       /* the softest frame of the moment, as LEVEL */
    LEAST_USUAL,
    OTHER, /* speech, music, and the four levels of the other channel */
    OTHER_MUSIC,
    OTHER_LEVEL,
    MAIN_COUNT = OTHER_LEVEL + 4,
    HARMONIC = MAIN_COUNT,
    TONAL,
    PEAKS,
    FLAT,
    ZERO,
    OTHER_ZERO,
    ROW_COUNT
};

/* Numbers of the whole call. */
enum { MEANS = 7, QUANTILES = 4, GLOBALS = MEANS + QUANTILES + 1 };

enum { IDLE_REACH = 16 };              /* moments to each side of a tile, 4 s */
static const float idle_music = 0.02f; /* mean of music and voices over it: noise has as much */

struct cqa_parked_inputs {
    size_t count; /* moments */
    float *row[2][ROW_COUNT];
    double *sum[2][ROW_COUNT]; /* of all moments before one, count + 1 */
    float global[2][GLOBALS];
};

/* ---- rows */

static void rows_of_bytes(const uint8_t *bytes, size_t frames, float scale, float *out)
{
    for (size_t m = 0; m * HOP < frames; m++) {
        const size_t last = (m + 1) * HOP < frames ? (m + 1) * HOP : frames;
        unsigned sum = 0;
        for (size_t t = m * HOP; t < last; t++)
            sum += bytes[t];
        out[m] = (float)sum * scale / (float)(last - m * HOP);
    }
}

static float as_level(float dbfs, float loud_db)
{
    return cqa_clamp((dbfs - loud_db + 10.0f) / 20.0f, -3.0f, 2.0f);
}

/* The value below which a quarter of `count` bytes lies. */
static uint8_t lower_quartile(const uint8_t *bytes, size_t count)
{
    size_t histogram[256] = {0};
    size_t seen = 0;

    for (size_t t = 0; t < count; t++)
        histogram[bytes[t]]++;
    for (int value = 0; value < 256; value++) {
        seen += histogram[value];
        if (4 * seen > count)
            return (uint8_t)value;
    }
    return 0;
}

/* The four levels of a channel into four rows: mean and softest frame, over loud speech and over
 * what is usual. */
static enum cqa_status fill_levels(const struct cqa_channel_frames *frames, size_t count,
                                   float loud_db, float *const rows[4])
{
    const size_t moments = (count + HOP - 1) / HOP;
    uint8_t *least = malloc(moments + 1);

    if (least == NULL)
        return CQA_E_NOMEM;
    for (size_t m = 0; m < moments; m++) {
        const size_t last = (m + 1) * HOP < count ? (m + 1) * HOP : count;
        float sum = 0;
        least[m] = 255;
        for (size_t t = m * HOP; t < last; t++) {
            sum += as_level(cqa_level_dbfs(frames->level[t]), loud_db);
            least[m] = frames->level[t] < least[m] ? frames->level[t] : least[m];
        }
        rows[0][m] = sum / (float)(last - m * HOP);
        rows[2][m] = as_level(cqa_level_dbfs(least[m]), loud_db);
    }
    const float usual = as_level(cqa_level_dbfs(lower_quartile(frames->level, count)), loud_db);
    const float low = as_level(cqa_level_dbfs(lower_quartile(least, moments)), loud_db);
    for (size_t m = 0; m < moments; m++) {
        rows[1][m] = cqa_clamp(rows[0][m] - usual, -1.0f, 2.0f);
        rows[3][m] = cqa_clamp(rows[2][m] - low, -1.5f, 1.5f);
    }
    free(least);
    return CQA_OK;
}

static enum cqa_status fill_own(struct cqa_parked_inputs *inputs, const struct cqa_frames *frames,
                                const struct cqa_tracks *tracks, int c)
{
    static const int classes[] = {CQA_CLASS_SPEECH, CQA_CLASS_MUSIC, CQA_CLASS_ANNOUNCEMENT,
                                  CQA_CLASS_TONE};
    const struct cqa_channel_frames *own = &frames->channel[c];
    const struct cqa_channel_track *track = &tracks->channel[c];
    float *const *row = inputs->row[c];

    for (int k = 0; k < 4; k++)
        rows_of_bytes(track->posterior[classes[k]], frames->count, 1 / 255.0f, row[SPEECH + k]);
    rows_of_bytes(own->harmonicity, frames->count, 1 / 128.0f, row[HARMONIC]);
    rows_of_bytes(own->tonality, frames->count, 1 / 128.0f, row[TONAL]);
    rows_of_bytes(own->peaks, frames->count, 1 / 128.0f, row[PEAKS]);
    rows_of_bytes(own->flatness, frames->count, 1 / 64.0f, row[FLAT]);
    rows_of_bytes(own->zero, frames->count, 1 / 128.0f, row[ZERO]);
    return fill_levels(own, frames->count, track->norms.loud_db, &row[LEVEL]);
}

static void fill_other(struct cqa_parked_inputs *inputs, int c)
{
    const size_t size = inputs->count * sizeof(float);
    float *const *row = inputs->row[c];
    float *const *other = inputs->row[1 - c];

    memcpy(row[OTHER], other[SPEECH], size);
    for (size_t m = 0; m < inputs->count; m++)
        row[OTHER_MUSIC][m] = other[MUSIC][m] + other[VOICE][m];
    for (int k = 0; k < 4; k++)
        memcpy(row[OTHER_LEVEL + k], other[LEVEL + k], size);
    memcpy(row[OTHER_ZERO], other[ZERO], size);
}

/* ---- the whole call */

static float mean(const float *row, size_t count)
{
    double sum = 0;

    for (size_t m = 0; m < count; m++)
        sum += (double)row[m];
    return (float)(sum / (double)count);
}

/* How much of the call sounds like music: a radio does all along. */
static void fill_quantiles(const struct cqa_parked_inputs *inputs, int c, float *out)
{
    static const unsigned per_cent[QUANTILES] = {10, 30, 50, 70};
    size_t histogram[256] = {0};

    for (size_t m = 0; m < inputs->count; m++) {
        const float music = inputs->row[c][MUSIC][m] + inputs->row[c][VOICE][m];
        histogram[(int)(255.0f * cqa_clamp(music, 0.0f, 1.0f))]++;
    }
    for (int q = 0; q < QUANTILES; q++) {
        size_t seen = 0;
        int value = 0;
        while (value < 255 && 100 * (seen += histogram[value]) <= per_cent[q] * inputs->count)
            value++;
        out[q] = (float)value / 255.0f;
    }
}

static void fill_globals(struct cqa_parked_inputs *inputs, int c, int mono)
{
    static const enum row of[MEANS] = {SPEECH, MUSIC,       VOICE,          LEVEL_USUAL,
                                       OTHER,  OTHER_MUSIC, OTHER_LEVEL + 1};
    float *global = inputs->global[c];

    for (int k = 0; k < MEANS; k++)
        global[k] = mean(inputs->row[c][of[k]], inputs->count);
    fill_quantiles(inputs, c, global + MEANS);
    global[GLOBALS - 1] = mono ? 1.0f : 0.0f;
}

static enum cqa_status rows_init(struct cqa_parked_inputs *inputs)
{
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < ROW_COUNT; k++) {
            inputs->row[c][k] = calloc(inputs->count + 1, sizeof(float));
            inputs->sum[c][k] = calloc(inputs->count + 1, sizeof(double));
            if (inputs->row[c][k] == NULL || inputs->sum[c][k] == NULL)
                return CQA_E_NOMEM;
        }
    return CQA_OK;
}

static void add_up(struct cqa_parked_inputs *inputs, int c)
{
    for (int k = 0; k < ROW_COUNT; k++)
        for (size_t m = 0; m < inputs->count; m++)
            inputs->sum[c][k][m + 1] = inputs->sum[c][k][m] + (double)inputs->row[c][k][m];
}

enum cqa_status cqa_parked_inputs_create(struct cqa_parked_inputs **out,
                                         const struct cqa_frames *frames,
                                         const struct cqa_tracks *tracks)
{
    struct cqa_parked_inputs *inputs = calloc(1, sizeof *inputs);

    if (inputs == NULL)
        return CQA_E_NOMEM;
    inputs->count = (frames->count + HOP - 1) / HOP;
    enum cqa_status status = rows_init(inputs);
    for (int c = 0; c < tracks->channel_count && status == CQA_OK; c++)
        status = fill_own(inputs, frames, tracks, c);
    if (status != CQA_OK) {
        cqa_parked_inputs_destroy(inputs);
        return status;
    }
    for (int c = 0; c < 2 && tracks->channel_count == 2; c++)
        fill_other(inputs, c);
    for (int c = 0; c < tracks->channel_count; c++) {
        fill_globals(inputs, c, tracks->channel_count == 1);
        add_up(inputs, c);
    }
    *out = inputs;
    return CQA_OK;
}

void cqa_parked_inputs_destroy(struct cqa_parked_inputs *inputs)
{
    if (inputs == NULL)
        return;
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < ROW_COUNT; k++) {
            free(inputs->row[c][k]);
            free(inputs->sum[c][k]);
        }
    free(inputs);
}

size_t cqa_parked_inputs_count(const struct cqa_parked_inputs *inputs)
{
    return inputs->count;
}

/* ---- windows */

/* Where the next input of a tile's moments goes. */
struct sink {
    float *out;
    size_t start; /* moment of the tile's first column */
};

/* The mean of a row over [m + first, m + last) as far as the call goes, 0 where that is nothing. */
static float clipped_mean(const double *sum, ptrdiff_t count, ptrdiff_t m, ptrdiff_t first,
                          ptrdiff_t last)
{
    const ptrdiff_t begin = m + first > 0 ? m + first : 0;
    const ptrdiff_t end = m + last < count ? m + last : count;

    return end > begin ? (float)((sum[end] - sum[begin]) / (double)(end - begin)) : 0.0f;
}

CQA_HOT static void whole_means(const double *sum, ptrdiff_t first, ptrdiff_t last, float *out)
{
    const double scale = 1.0 / (double)(last - first);

    for (int i = 0; i < CQA_TILE; i++)
        out[i] = (float)((sum[i + last] - sum[i + first]) * scale);
}

static void put_window(const struct cqa_parked_inputs *inputs, int channel, int row,
                       ptrdiff_t first, ptrdiff_t last, struct sink *sink)
{
    const double *sum = inputs->sum[channel][row];
    const ptrdiff_t count = (ptrdiff_t)inputs->count;
    const ptrdiff_t start = (ptrdiff_t)sink->start;

    if (start + first >= 0 && start + CQA_TILE - 1 + last <= count)
        whole_means(sum + start, first, last, sink->out);
    else
        for (ptrdiff_t i = 0; i < CQA_TILE; i++)
            sink->out[i] =
                clipped_mean(sum, count, start + i < count ? start + i : count - 1, first, last);
    sink->out += CQA_TILE;
}

static void put_number(struct sink *sink, float value)
{
    for (int i = 0; i < CQA_TILE; i++)
        sink->out[i] = value;
    sink->out += CQA_TILE;
}

static void put_tile(const struct cqa_parked_inputs *inputs, int channel, size_t start, float *out)
{
    /* in moments: now, 0.8, 2.3, 6.4, 16 and 41 s around; 1 and 4 s before and after */
    static const ptrdiff_t window[][2] = {{0, 1},    {-1, 2}, {-4, 5}, {-12, 13}, {-32, 33},
                                          {-80, 81}, {-4, 0}, {1, 5},  {-16, 0},  {1, 17}};
    static const ptrdiff_t less[][2] = {{0, 1}, {-4, 5}, {-32, 33}};
    struct sink sink = {out, start};

    for (size_t w = 0; w < sizeof window / sizeof window[0]; w++)
        for (int k = 0; k < MAIN_COUNT; k++)
            put_window(inputs, channel, k, window[w][0], window[w][1], &sink);
    for (size_t w = 0; w < sizeof less / sizeof less[0]; w++)
        for (int k = MAIN_COUNT; k < ROW_COUNT; k++)
            put_window(inputs, channel, k, less[w][0], less[w][1], &sink);
    for (int k = 0; k < GLOBALS; k++)
        put_number(&sink, inputs->global[channel][k]);
    assert(sink.out == out + CQA_PARKED_INPUTS * CQA_TILE);
}

void cqa_parked_inputs_chunk(const struct cqa_parked_inputs *inputs, int channel, size_t start,
                             uint64_t skip, float *out)
{
    for (size_t tile = 0; tile < CQA_CHUNK / CQA_TILE; tile++)
        if (!(skip >> tile & 1))
            put_tile(inputs, channel, start + tile * CQA_TILE,
                     out + tile * CQA_PARKED_INPUTS * CQA_TILE);
}

uint64_t cqa_parked_inputs_idle(const struct cqa_parked_inputs *inputs, int channel, size_t start)
{
    uint64_t idle = 0;

    for (size_t tile = 0; tile < CQA_CHUNK / CQA_TILE; tile++) {
        const ptrdiff_t m = (ptrdiff_t)(start + tile * CQA_TILE);
        float heard = 0;
        for (int k = MUSIC; k <= VOICE; k++)
            heard += clipped_mean(inputs->sum[channel][k], (ptrdiff_t)inputs->count, m, -IDLE_REACH,
                                  CQA_TILE + IDLE_REACH);
        idle |= (uint64_t)(heard < idle_music) << tile;
    }
    return idle;
}
