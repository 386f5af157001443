/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The least that an analyzer of frames can do: decode, and one 256-point transform per 10 ms for
 * both channels (packed: left real, right imaginary). floor FILE prints the pairs read and a
 * checksum.
 */
#include <fftw3.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 256, HOP = 80, BLOCK = 80 * 400 };

int main(int argc, char **argv)
{
    SF_INFO info = {0};
    SNDFILE *file = argc == 2 ? sf_open(argv[1], SFM_READ, &info) : NULL;
    fftwf_complex *pairs = fftwf_alloc_complex(WINDOW + BLOCK);
    fftwf_complex *out = fftwf_alloc_complex(WINDOW);
    size_t held = 0;
    long total = 0;
    double sum = 0;

    if (file == NULL || info.channels != 2 || pairs == NULL || out == NULL) {
        fprintf(stderr, "usage: floor FILE (two channels)\n");
        return 2;
    }
    fftwf_plan plan = fftwf_plan_dft_1d(WINDOW, pairs, out, FFTW_FORWARD, FFTW_MEASURE);
    for (;;) {
        const sf_count_t count = sf_readf_float(file, (float *)(pairs + held), BLOCK);
        size_t at = 0;
        if (count <= 0)
            break;
        held += (size_t)count;
        total += (long)count;
        for (; at + WINDOW <= held; at += HOP) {
            fftwf_execute_dft(plan, pairs + at, out);
            sum += (double)out[17][0];
        }
        memmove(pairs, pairs + at, (held - at) * sizeof *pairs);
        held -= at;
    }
    printf("%ld pairs, checksum %g\n", total, sum);
    fftwf_destroy_plan(plan);
    fftwf_free(pairs);
    fftwf_free(out);
    sf_close(file);
    return 0;
}
