/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/whole.h"

#include <stddef.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include "audio/bytes.h"

enum {
    HEAD_BYTES = 64,
    BOXES_MAX = 64,         /* of an MP4 file, at its top: two or three are usual */
    PAGE_BYTES_MAX = 65307, /* of Ogg: header, 255 segments of 255 */
};

static uint64_t be64(const unsigned char *at)
{
    return (uint64_t)cqa_be32(at) << 32 | cqa_be32(at + 4);
}

static int is(const unsigned char *at, const char *word)
{
    return memcmp(at, word, strlen(word)) == 0;
}

/* A chunk of an odd length is followed by a byte that not everybody writes. */
static int ends_at(uint64_t end, uint64_t size)
{
    return end == size || (end == size + 1 && (size & 1)) || (end + 1 == size && (end & 1));
}

static int riff(const unsigned char *head, uint64_t size)
{
    return ends_at((uint64_t)cqa_le32(head + 4) + 8, size);
}

/* The length stands in the chunk "ds64". */
static int rf64(const unsigned char *head, uint64_t size)
{
    return is(head + 12, "ds64") && ends_at(cqa_le64(head + 20) + 8, size);
}

static int aiff(const unsigned char *head, uint64_t size)
{
    return ends_at((uint64_t)cqa_be32(head + 4) + 8, size);
}

static int au(const unsigned char *head, uint64_t size)
{
    return (uint64_t)cqa_be32(head + 4) + cqa_be32(head + 8) == size;
}

/* The sum over all samples is written last. */
static int flac(const unsigned char *head)
{
    static const unsigned char none[16];
    const uint64_t samples = (uint64_t)(head[21] & 0x0F) << 32 | cqa_be32(head + 22);

    return samples > 0 && memcmp(head + 26, none, sizeof none) != 0;
}

/* The page that ends with the file is marked as the stream's last. */
static int ogg(int fd, uint64_t size)
{
    static _Thread_local unsigned char tail[PAGE_BYTES_MAX];
    const uint64_t start = size > sizeof tail ? size - sizeof tail : 0;
    const ssize_t got = pread(fd, tail, sizeof tail, (off_t)start);

    for (ssize_t at = got - 27; at >= 0; at--) {
        const unsigned char *page = tail + at;
        size_t length = 27;
        if (!is(page, "OggS") || at + 27 + page[26] > got)
            continue;
        for (int i = 0; i < page[26]; i++)
            length += page[27 + i];
        if (at + (ssize_t)(length + page[26]) == got)
            return (page[5] & 4) != 0;
    }
    return 0;
}

/* Boxes up to the very end, the one that describes the audio among them, and none that says that
 * more pieces come. */
static int mp4(int fd, uint64_t size)
{
    unsigned char box[16];
    uint64_t at = 0;
    int described = 0;

    for (int i = 0; i < BOXES_MAX && at < size; i++) {
        if (pread(fd, box, sizeof box, (off_t)at) < 8 || is(box + 4, "moof"))
            return 0;
        described |= is(box + 4, "moov");
        const uint64_t length = cqa_be32(box) == 1 ? be64(box + 8) : cqa_be32(box);
        if (length < 8 || length > size - at)
            return 0;
        at += length;
    }
    return described && at == size;
}

/* An encoder that could go back to the begin wrote the length into the first frame. */
static int mpeg(int fd, uint64_t size)
{
    static const int starts[] = {36, 21, 13}; /* of "Xing" in a frame, by version and channels */
    unsigned char head[HEAD_BYTES];
    uint64_t begin = 0;

    if (pread(fd, head, 10, 0) != 10)
        return 0;
    if (is(head, "ID3"))
        begin = 10 + ((uint64_t)(head[6] & 127) << 21 | (uint64_t)(head[7] & 127) << 14 |
                      (uint64_t)(head[8] & 127) << 7 | (head[9] & 127));
    if (pread(fd, head, sizeof head, (off_t)begin) != (ssize_t)sizeof head || head[0] != 0xFF)
        return 0;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const unsigned char *xing = head + starts[i];
        if (!is(xing, "Xing") && !is(xing, "Info"))
            continue;
        const uint64_t flags = cqa_be32(xing + 4);
        const uint64_t bytes = cqa_be32(xing + (flags & 1 ? 12 : 8));
        return (flags & 2) && (begin + bytes == size || begin + bytes + 128 == size);
    }
    return 0;
}

int cqa_audio_is_whole(int fd, int64_t size_bytes)
{
    const uint64_t size = size_bytes > 0 ? (uint64_t)size_bytes : 0;
    unsigned char head[HEAD_BYTES] = {0};

    if (pread(fd, head, sizeof head, 0) < 12)
        return 0;
    if (is(head, "RIFF"))
        return riff(head, size);
    if (is(head, "RF64") || is(head, "BW64"))
        return rf64(head, size);
    if (is(head, "FORM"))
        return aiff(head, size);
    if (is(head, ".snd"))
        return au(head, size);
    if (is(head, "fLaC"))
        return flac(head);
    if (is(head, "OggS"))
        return ogg(fd, size);
    if (is(head + 4, "ftyp"))
        return mp4(fd, size);
    return mpeg(fd, size);
}
