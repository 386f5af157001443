/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/source.h"

#include <endian.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "support/recording.h"

enum { BLOCK = 4096, CHUNKS_AT = 36, SECONDS = 20 };

/* A WAV with a chunk of `size` bytes before its samples. Owned. */
static unsigned char *wav_with_chunk(uint32_t size, size_t *count)
{
    const uint32_t head[2] = {htole32(0x4b4e554a), htole32(size)}; /* JUNK */
    const int fd =
        recording_of_tone(SF_FORMAT_WAV | SF_FORMAT_PCM_16, CQA_AUDIO_RATE_HZ, 2, SECONDS);
    size_t plain_count;
    unsigned char *plain = recording_bytes(fd, &plain_count);
    unsigned char *bytes = calloc(1, plain_count + sizeof head + size);

    close(fd);
    assert_non_null(bytes);
    *count = plain_count + sizeof head + size;
    const uint32_t riff_size = htole32((uint32_t)*count - 8);
    memcpy(bytes, plain, CHUNKS_AT);
    memcpy(bytes + 4, &riff_size, sizeof riff_size);
    memcpy(bytes + CHUNKS_AT, head, sizeof head);
    memcpy(bytes + CHUNKS_AT + sizeof head + size, plain + CHUNKS_AT, plain_count - CHUNKS_AT);
    free(plain);
    return bytes;
}

/* What this process has been given by read() and its like so far; -1: the kernel does not count. */
static long long bytes_read(void)
{
    long long count = -1;
    FILE *file = fopen("/proc/self/io", "re");

    if (file == NULL)
        return -1;
    if (fscanf(file, "rchar: %lld", &count) != 1) // NOLINT(cert-err34-c)
        count = -1;
    fclose(file);
    return count;
}

static void expect_hash(const struct heard *heard, const unsigned char *bytes, size_t count)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    char hex[65];

    EVP_Digest(bytes, count, sum, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    assert_int_equal(heard->status, CQA_OK);
    assert_string_equal(heard->facts.sha256, hex);
}

/* Also where a decoder goes past a chunk, as in what ffmpeg writes. */
static void fetches_each_byte_once(void **state)
{
    static const uint32_t sizes[] = {0, 26, 60000};

    (void)state;
    if (bytes_read() < 0)
        skip();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t count;
        unsigned char *bytes = wav_with_chunk(sizes[i], &count);
        const int fd = recording_of_bytes(bytes, count);
        const long long before = bytes_read();
        struct heard heard = recording_hear(fd, "", BLOCK);
        const long long fetched = bytes_read() - before;
        expect_hash(&heard, bytes, count);
        if (fetched > (long long)count + (long long)count / 4)
            fail_msg("a chunk of %u: %lld bytes fetched of %zu", sizes[i], fetched, count);
        heard_finish(&heard);
        free(bytes);
    }
}

static void hashes_past_a_long_chunk(void **state)
{
    size_t count;
    unsigned char *bytes = wav_with_chunk(300000, &count);
    struct heard heard = recording_hear(recording_of_bytes(bytes, count), "", BLOCK);

    (void)state;
    expect_hash(&heard, bytes, count);
    heard_finish(&heard);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fetches_each_byte_once),
        cmocka_unit_test(hashes_past_a_long_chunk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
