/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The transforms of as many frames at once as a register has lanes (CQA_WIDTH): for tile_kernel.h.
 * FFTW transforms one frame after the other; with that and the rearranging around it the pass takes
 * twice the time. leak_estimate.c, which needs single long transforms, has FFTW.
 */

enum { EIGHTH = CQA_WINDOW / 8, BLOCK = CQA_TRANSFORM_BLOCK };

/* A complex number of each lane. */
struct pair {
    lanes re;
    lanes im;
};

CQA_INLINE struct pair add(struct pair x, struct pair y)
{
    return (struct pair){x.re + y.re, x.im + y.im};
}

CQA_INLINE struct pair sub(struct pair x, struct pair y)
{
    return (struct pair){x.re - y.re, x.im - y.im};
}

/* x - i y and x + i y: a quarter of a turn costs nothing. */
CQA_INLINE struct pair sub_turned(struct pair x, struct pair y)
{
    return (struct pair){x.re + y.im, x.im - y.re};
}

CQA_INLINE struct pair add_turned(struct pair x, struct pair y)
{
    return (struct pair){x.re - y.im, x.im + y.re};
}

CQA_INLINE struct pair times(struct pair x, const float by[2])
{
    return (struct pair){x.re * by[0] - x.im * by[1], x.im * by[0] + x.re * by[1]};
}

/* The transform of four numbers, in order. */
CQA_INLINE void four(struct pair x0, struct pair x1, struct pair x2, struct pair x3,
                     struct pair *y0, struct pair *y1, struct pair *y2, struct pair *y3)
{
    const struct pair even = add(x0, x2);
    const struct pair odd = add(x1, x3);
    const struct pair even_less = sub(x0, x2);
    const struct pair odd_less = sub(x1, x3);

    *y0 = add(even, odd);
    *y1 = sub_turned(even_less, odd_less);
    *y2 = sub(even, odd);
    *y3 = add_turned(even_less, odd_less);
}

/* The transform of eight numbers in place, in order. */
CQA_INLINE void eight(struct pair x[8])
{
    static const float eighth_turn[2] = {0.70710678f, -0.70710678f};
    static const float three_eighths[2] = {-0.70710678f, -0.70710678f};
    const struct pair a0 = add(x[0], x[4]);
    const struct pair a1 = add(x[1], x[5]);
    const struct pair a2 = add(x[2], x[6]);
    const struct pair a3 = add(x[3], x[7]);
    const struct pair b0 = sub(x[0], x[4]);
    const struct pair b1 = times(sub(x[1], x[5]), eighth_turn);
    const struct pair b2 = sub(x[2], x[6]);
    const struct pair b3 = times(sub(x[3], x[7]), three_eighths);
    const struct pair turned = {b2.im, -b2.re};

    four(a0, a1, a2, a3, &x[0], &x[2], &x[4], &x[6]);
    four(b0, b1, turned, b3, &x[1], &x[3], &x[5], &x[7]);
}

/* Each of eight turned by its factor, to places `step` apart. */
CQA_INLINE void put_turned(const struct pair x[8], const float (*turns)[2], loose_lanes *re,
                           loose_lanes *im, int step)
{
    re[0] = x[0].re;
    im[0] = x[0].im;
    for (int m = 1; m < 8; m++) {
        const struct pair y = times(x[m], turns[m - 1]);
        re[m * step] = y.re;
        im[m * step] = y.im;
    }
}

/* 64 numbers in place (Gentleman and Sande: turned on the way out). Bin k comes to lie at
 * place64(k). */
CQA_INLINE void sixty_four(const struct cqa_transform *transform, loose_lanes *re, loose_lanes *im)
{
    struct pair x[8];

    for (int j = 0; j < 8; j++) {
        for (int m = 0; m < 8; m++)
            x[m] = (struct pair){re[j + 8 * m], im[j + 8 * m]};
        eight(x);
        put_turned(x, transform->turn64[j], re + j, im + j, 8);
    }
    for (int j = 0; j < 64; j += 8) {
        for (int m = 0; m < 8; m++)
            x[m] = (struct pair){re[j + m], im[j + m]};
        eight(x);
        for (int m = 0; m < 8; m++) {
            re[j + m] = x[m].re;
            im[j + m] = x[m].im;
        }
    }
}

CQA_INLINE int place64(int bin)
{
    return 8 * (bin % 8) + bin / 8;
}

CQA_INLINE int place512(int bin)
{
    return BLOCK * (bin % 8) + place64(bin / 8);
}

/* Windows the samples and takes the first step: the eight transforms of 64 that remain stand one
 * after the other. */
CQA_INLINE void first_step(const struct cqa_transform *transform, const struct cqa_hops *hops,
                           int lane, loose_lanes *re, loose_lanes *im)
{
    struct pair x[8];

    for (int j = 0; j < EIGHTH; j++) {
        for (int m = 0; m < 8; m++) {
            const float weight = transform->window[j + EIGHTH * m];
            const int i = j + EIGHTH * (m % 4);
            x[m].re = weight * FROM(&hops->sample[0][i][lane + m / 4]);
            x[m].im = weight * FROM(&hops->sample[1][i][lane + m / 4]);
        }
        eight(x);
        put_turned(x, transform->turn512[j], re + j, im + j, BLOCK);
    }
}

/*
 * Channel 0 went in as the real part and channel 1 as the imaginary: z plus and minus its mirrored
 * conjugate are the two spectra, doubled.
 */
CQA_INLINE void split(const loose_lanes *re, const loose_lanes *im, int k, float *left,
                      float *right)
{
    /* window energy 0.375, the doubling squared, two sides: so that a band's sum is its mean
     * square */
    const float scale = 0.25f * 2.0f / (0.375f * CQA_WINDOW * (float)CQA_WINDOW);
    const int at = place512(k);
    const int back = place512(CQA_WINDOW - k);
    const struct pair plus = {re[at] + re[back], im[at] - im[back]};
    const struct pair minus = {re[at] - re[back], im[at] + im[back]};

    AT(left) = scale * (plus.re * plus.re + plus.im * plus.im);
    AT(right) = scale * (minus.re * minus.re + minus.im * minus.im);
}

/* Windowed power spectra of both channels, which share each transform. */
CQA_INLINE void to_powers(struct cqa_tile *tile, int lane)
{
    loose_lanes *re = (loose_lanes *)tile->re;
    loose_lanes *im = (loose_lanes *)tile->im;
    float(*left)[CQA_LANES] = tile->channel[0].power;
    float(*right)[CQA_LANES] = tile->channel[1].power;

    first_step(&tile->transform, &tile->hops, lane, re, im);
    for (int m = 0; m < 8; m++)
        sixty_four(&tile->transform, re + BLOCK * m, im + BLOCK * m);
    for (int k = 1; k < CQA_BINS; k++)
        split(re, im, k, &left[k][lane], &right[k][lane]);
    AT(&left[0][lane]) = AT(&right[0][lane]) = (lanes){0};
}

/*
 * A cosine transform of 128 steps is a complex one of 128 numbers (Press et al., Numerical Recipes,
 * "Cosine transform"): the coefficients are folded about the middle, their difference weighted with
 * a sine; real parts are then the even lags, imaginary parts the differences of the odd ones. Even
 * and odd places are put apart, for two transforms of 64. Returns lag 1 in `first`.
 */
CQA_INLINE void fold(const struct cqa_transform *transform, float (*in)[CQA_LANES], int lane,
                     loose_lanes *out, float *first)
{
    lanes sum = {0};

    out[0] = sum;
    out[CQA_COSINES / 4] = 2.0f * FROM(&in[CQA_COSINES / 2][lane]);
    for (int j = 1; j < CQA_COSINES / 2; j++) {
        const int back = CQA_COSINES - j;
        const int block = BLOCK * (j % 2);
        const lanes both = FROM(&in[j][lane]) + FROM(&in[back][lane]);
        const lanes less = FROM(&in[j][lane]) - FROM(&in[back][lane]);
        sum += 4.0f * transform->cosine[j] * less;
        out[block + j / 2] = both - 2.0f * transform->sine[j] * less;
        out[block + back / 2] = both + 2.0f * transform->sine[j] * less;
    }
    AT(first) = sum;
}

/* Lags 2 k and 2 k + 1 of both channels. */
CQA_INLINE void unfold(const struct cqa_transform *transform, const loose_lanes *re,
                       const loose_lanes *im, int k, int lane, float (*left)[CQA_LANES],
                       float (*right)[CQA_LANES])
{
    const int at = place64(k);
    const int back = place64(EIGHTH - k);
    const struct pair even = {re[at], im[at]};
    const struct pair odd = {re[BLOCK + at], im[BLOCK + at]};
    const struct pair even_back = {re[back], im[back]};
    const struct pair odd_back = {re[BLOCK + back], im[BLOCK + back]};
    const struct pair x = add(even, times(odd, transform->turn128[k]));
    const struct pair y = sub(even_back, times(odd_back, transform->turn128[EIGHTH - k]));

    AT(&left[2 * k][lane]) = x.re + y.re;
    AT(&right[2 * k][lane]) = x.im + y.im;
    AT(&left[2 * k + 1][lane]) = FROM(&left[2 * k - 1][lane]) + y.im - x.im;
    AT(&right[2 * k + 1][lane]) = FROM(&right[2 * k - 1][lane]) + x.re - y.re;
}

/* Cosine sums of both channels' coefficients, all lags four times too large. */
CQA_INLINE void to_lags(struct cqa_tile *tile, int lane)
{
    loose_lanes *re = (loose_lanes *)tile->re;
    loose_lanes *im = (loose_lanes *)tile->im;
    float(*left)[CQA_LANES] = tile->channel[0].lags;
    float(*right)[CQA_LANES] = tile->channel[1].lags;

    fold(&tile->transform, tile->channel[0].coefficients, lane, re, &left[1][lane]);
    fold(&tile->transform, tile->channel[1].coefficients, lane, im, &right[1][lane]);
    sixty_four(&tile->transform, re, im);
    sixty_four(&tile->transform, re + BLOCK, im + BLOCK);
    AT(&left[0][lane]) = 2.0f * (re[0] + re[BLOCK]);
    AT(&right[0][lane]) = 2.0f * (im[0] + im[BLOCK]);
    for (int k = 1; 2 * k <= CQA_LAG_MAX; k++)
        unfold(&tile->transform, re, im, k, lane, left, right);
}
