/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_BYTES_H
#define CQA_AUDIO_BYTES_H

#include <stdint.h>

/* Numbers as file headers hold them, from memory of any alignment. */

static inline uint16_t cqa_le16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t cqa_le32(const unsigned char *at)
{
    return cqa_le16(at) | (uint32_t)cqa_le16(at + 2) << 16;
}

static inline uint64_t cqa_le64(const unsigned char *at)
{
    return cqa_le32(at) | (uint64_t)cqa_le32(at + 4) << 32;
}

static inline uint16_t cqa_be16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t cqa_be32(const unsigned char *at)
{
    return (uint32_t)cqa_be16(at) << 16 | cqa_be16(at + 2);
}

static inline uint64_t cqa_be64(const unsigned char *at)
{
    return (uint64_t)cqa_be32(at) << 32 | cqa_be32(at + 4);
}

#endif
