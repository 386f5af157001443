/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libsndfile's decoding alone costs: decode FILE prints the frames read. */
#include <sndfile.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    static float block[2 * 8192];
    SF_INFO info = {0};
    SNDFILE *file = argc == 2 ? sf_open(argv[1], SFM_READ, &info) : NULL;
    long total = 0;

    if (file == NULL || info.channels > 2) {
        fprintf(stderr, "usage: decode FILE (one channel or two)\n");
        return 2;
    }
    for (sf_count_t count; (count = sf_readf_float(file, block, 8192)) > 0;)
        total += (long)count;
    printf("%ld frames\n", total);
    sf_close(file);
    return 0;
}
